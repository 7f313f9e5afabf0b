//! A provider on 127.0.0.1 that answers byte by byte what a test tells it to, and remembers what
//! it was asked. Left alone it is honest: codes work once and with their verifier, refresh tokens
//! rotate. A test describes it to the program as a third provider, by TOML alone.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::browser::Link;
use super::canary::Canaries;
use super::http::{AsTcp, Call, Reply};
use super::identity;
use super::program::Program;

pub const CLIENT_ID: &str = "partner-client";
pub const ISSUER: &str = "https://fake.example/";

pub struct Fake {
    pub port: u16,
    scheme: &'static str,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    manner: Manner,
    canaries: Canaries,
    /// Codes that were given and not yet used.
    codes: HashMap<String, Grant>,
    /// The refresh tokens that work, the newest last.
    refresh_tokens: Vec<String>,
}

/// What a code stands for.
struct Grant {
    challenge: Option<String>,
    redirect_uri: String,
    nonce: Option<String>,
}

type Change = Arc<dyn Fn(&mut Value) + Send + Sync>;
type Script = Arc<dyn Fn(&Call) -> Reply + Send + Sync>;

#[derive(Clone, Default)]
enum Manner {
    #[default]
    Honest,
    /// An honest token answer, of which something is changed.
    Altered(Change),
    Scripted(Script),
}

impl Fake {
    /// Over plain http, which is allowed on this machine.
    pub fn start(program: &Program) -> Self {
        Self::serve(program, "http", Some)
    }

    /// `wrap` lays TLS over a connection; `None` means that the client did not want it.
    pub fn serve<S: Read + Write + AsTcp>(
        program: &Program,
        scheme: &'static str,
        wrap: impl Fn(TcpStream) -> Option<S> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = State { canaries: program.canaries.clone(), ..State::default() };
        let state = Arc::new(Mutex::new(state));
        let (shared, wrap) = (Arc::clone(&state), Arc::new(wrap));
        // It ends with the test program: nobody is left to ask it anything.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, wrap) = (Arc::clone(&shared), Arc::clone(&wrap));
                thread::spawn(move || {
                    let patience = Some(Duration::from_secs(40));
                    stream.set_read_timeout(patience).unwrap();
                    stream.set_write_timeout(patience).unwrap();
                    let Some(mut stream) = wrap(stream) else { return };
                    let Ok(call) = Call::read(&mut stream) else { return };
                    let reply = answer(&shared, call);
                    // Whoever is gone does not hear it.
                    let _ = reply.perform(&mut stream);
                });
            }
        });
        Self { port, scheme, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn base(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.port)
    }

    /// `[provider.NAME]` for the configuration, with `more` lines over the usual ones.
    pub fn described_as(&self, name: &str, more: &str) -> String {
        let base = self.base();
        let uris = free_ports().map(|port| format!("http://127.0.0.1:{port}/callback/{name}"));
        let usual = [
            ("title", "\"Fake\"".to_owned()),
            ("client_id", format!("{CLIENT_ID:?}")),
            ("authorize_url", format!("\"{base}/authorize\"")),
            ("token_url", format!("\"{base}/token\"")),
            ("revocation_url", format!("\"{base}/revoke\"")),
            ("default_scope", "\"offline_access openid\"".to_owned()),
            ("refresh_scope", "\"offline_access\"".to_owned()),
            ("issuers", format!("[{ISSUER:?}]")),
            ("redirect_uris", format!("{uris:?}")),
        ];
        let own: toml::Table = more.parse().unwrap();
        let mut text = format!("[provider.{name}]\n{more}\n");
        for (key, value) in usual.iter().filter(|(key, _)| !own.contains_key(*key)) {
            text += &format!("{key} = {value}\n");
        }
        text
    }

    /// The usual description, as the whole configuration of the program.
    pub fn describe(&self, program: &Program) {
        program.configure(&self.described_as("fake", ""));
    }

    /// The person at the browser says yes: the code for the way back.
    pub fn consent(&self, link: &Link) -> String {
        let code = fresh("code");
        self.state().canaries.never("code", &code);
        self.consent_to(link, &code);
        code
    }

    /// The same with a code that need not be kept secret.
    pub fn consent_to(&self, link: &Link, code: &str) {
        let grant = Grant {
            challenge: link.parameter("code_challenge"),
            redirect_uri: link.redirect_uri().to_string(),
            nonce: link.parameter("nonce"),
        };
        self.state().codes.insert(code.to_owned(), grant);
    }

    pub fn is_honest(&self) {
        self.state().manner = Manner::Honest;
    }

    /// From now on something is changed in each good token answer.
    pub fn alters(&self, change: impl Fn(&mut Value) + Send + Sync + 'static) {
        self.state().manner = Manner::Altered(Arc::new(change));
    }

    /// From now on every request gets this answer, and nothing happens.
    pub fn answers(&self, script: impl Fn(&Call) -> Reply + Send + Sync + 'static) {
        self.state().manner = Manner::Scripted(Arc::new(script));
    }

    /// Every request so far.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    pub fn last(&self) -> Call {
        self.calls().pop().expect("a request")
    }

    /// Token requests with this `grant_type`.
    pub fn count(&self, grant_type: &str) -> usize {
        self.calls().iter().filter(|call| call.parameter("grant_type") == grant_type).count()
    }

    /// The refresh token that was given last.
    pub fn refresh_token(&self) -> String {
        self.state().refresh_tokens.last().cloned().expect("a refresh token")
    }
}

fn answer(shared: &Mutex<State>, call: Call) -> Reply {
    let manner = {
        let mut state = shared.lock().unwrap();
        state.note_secrets(&call);
        state.calls.push(call.clone());
        state.manner.clone()
    };
    match manner {
        Manner::Scripted(script) => script(&call),
        Manner::Honest => shared.lock().unwrap().honest(&call, &|_| ()),
        Manner::Altered(change) => shared.lock().unwrap().honest(&call, &*change),
    }
}

impl State {
    /// Whatever is secret in a request must be seen nowhere else.
    fn note_secrets(&self, call: &Call) {
        let parameters = call.parameters();
        for name in ["code", "code_verifier", "refresh_token", "token", "client_secret"] {
            if let Some(value) = parameters.get(name) {
                self.canaries.never(name, value);
            }
        }
        if let Some((_, secret)) = call.basic() {
            self.canaries.never("client secret", &secret);
        }
    }

    fn honest(&mut self, call: &Call, change: &dyn Fn(&mut Value)) -> Reply {
        if call.path() == "/revoke" {
            return Reply::new(200, "", "");
        }
        let mut spent = None;
        let nonce = match call.parameter("grant_type").as_str() {
            "authorization_code" => {
                let Some(grant) = self.codes.remove(&call.parameter("code")) else {
                    return Reply::error(403, "invalid_grant");
                };
                let verified = grant.challenge.is_none_or(|challenge| {
                    let digest = Sha256::digest(call.parameter("code_verifier"));
                    challenge == BASE64_URL_SAFE_NO_PAD.encode(digest)
                });
                if !verified || grant.redirect_uri != call.parameter("redirect_uri") {
                    return Reply::error(403, "invalid_grant");
                }
                grant.nonce
            }
            "refresh_token" => {
                spent = self.position(&call.parameter("refresh_token"));
                if spent.is_none() {
                    return Reply::error(403, "invalid_grant");
                }
                None
            }
            _ => return Reply::error(400, "unsupported_grant_type"),
        };
        let mut body = json!({
            "access_token": fresh("access"),
            "refresh_token": fresh("refresh"),
            "token_type": "Bearer",
            "expires_in": 3600,
        });
        if let Some(nonce) = nonce {
            body["id_token"] = identity::token(&nonce).into();
        }
        change(&mut body);
        let new = body["refresh_token"].as_str().is_some_and(|token| !token.is_empty());
        if let Some(position) = spent.filter(|_| new) {
            self.refresh_tokens.remove(position);
        }
        self.note_tokens(&body);
        Reply::json(200, &body)
    }

    fn note_tokens(&mut self, body: &Value) {
        let text = |name: &str| body[name].as_str();
        if let Some(token) = text("access_token") {
            self.canaries.access_token(token);
        }
        if let Some(token) = text("id_token") {
            self.canaries.never("ID token", token);
        }
        if let Some(token) = text("refresh_token").filter(|token| !token.is_empty()) {
            self.canaries.never("refresh token", token);
            self.refresh_tokens.push(token.to_owned());
        }
    }

    fn position(&self, refresh_token: &str) -> Option<usize> {
        self.refresh_tokens.iter().position(|known| known == refresh_token)
    }
}

/// A secret that no other test has.
pub fn fresh(kind: &str) -> String {
    let mut bytes = [0; 18];
    getrandom::fill(&mut bytes).unwrap();
    format!("{kind}.{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// Ports that were free a moment ago; three, so that a collision of parallel tests costs nothing.
pub fn free_ports() -> [u16; 3] {
    let listeners = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}
