//! The one scripted provider of all tests, on 127.0.0.1. Left alone it is honest: a person who
//! always agrees, codes with PKCE, refresh tokens that rotate ([`grants`]), ID tokens, revocation.
//! A test tells it what to answer in place of that, or what to do to the honest answer; everything
//! it was asked is remembered. A program knows it as a third provider, described by TOML alone, or
//! by `PARTNERLINK_SANDBOX`.

pub mod dpop;
pub mod grants;
pub mod http;
pub mod identity;
pub mod rate;
pub mod tenants;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::{Value, json};
use url::Url;

use self::dpop::Bound;
use self::grants::{Accepted, Counts, Grants};
use self::http::{AsTcp, Call, Reply};

pub const CLIENT_ID: &str = "partner-client";
pub const ISSUER: &str = "https://fake.example/";
/// No client waits longer than this for an answer, and no test for a request.
const PATIENCE: Duration = Duration::from_secs(40);

/// It serves until the test program ends.
pub struct Provider {
    pub port: u16,
    scheme: &'static str,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// Hears the kind and the text of every secret that comes or goes.
    hears: Box<dyn Hears>,
    /// Where honest answers come from, if not from here.
    upstream: Option<String>,
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    /// Requests so far, and whether none of them is kept.
    asked: usize,
    forgets: bool,
    grants: Grants,
    change: Option<Change>,
    script: Option<Script>,
    bound: Option<Bound>,
}

pub trait Hears: Fn(&str, &str) + Send + Sync + 'static {}
impl<F: Fn(&str, &str) + Send + Sync + 'static> Hears for F {}
type Change = Arc<dyn Fn(&mut Value) + Send + Sync>;
/// Gets the request, and what answers it honestly.
type Script = Arc<dyn Fn(&Call, &dyn Fn() -> Reply) -> Reply + Send + Sync>;

/// What a sign-in gives.
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
}

impl Provider {
    /// Over plain http, which is allowed on this machine.
    pub fn start(hears: impl Hears) -> Self {
        Self::serve(hears, None, "http", Some)
    }

    /// In front of another provider at this address, whose answers are the honest ones.
    pub fn before(upstream: &str, hears: impl Hears) -> Self {
        Self::serve(hears, Some(upstream.to_owned()), "http", Some)
    }

    /// `wrap` lays TLS over a connection; `None` means that the client did not want it.
    pub fn serve<S: Read + Write + AsTcp>(
        hears: impl Hears,
        upstream: Option<String>,
        scheme: &'static str,
        wrap: impl Fn(TcpStream) -> Option<S> + Send + Sync + 'static,
    ) -> Self {
        let shared = Arc::new(Shared { state: Mutex::default(), hears: Box::new(hears), upstream });
        let served = Arc::clone(&shared);
        let port = listen(move |stream| {
            let Some(mut stream) = wrap(stream) else { return };
            while let Ok(call) = Call::read(&mut stream) {
                // Whoever is gone does not hear it.
                if !matches!(served.answer(call).perform(&mut stream), Ok(true)) {
                    break;
                }
            }
        });
        Self { port, scheme, shared }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap()
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
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

    /// The usual description.
    pub fn described(&self) -> String {
        self.described_as("fake", "")
    }

    /// The person at the browser says yes to this authorize address: the code for the way back.
    pub fn consent(&self, authorize: &Url) -> String {
        self.shared.consent(&mut self.state(), authorize)
    }

    /// The same with a code that need not be kept secret.
    pub fn consent_to(&self, authorize: &Url, code: &str) {
        self.state().grants.consent(authorize, code);
    }

    /// A sign-in without browser and code.
    pub fn grant(&self) -> Tokens {
        let mut state = self.state();
        let to = state.grants.begin();
        let text = |body: &Value, name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let body = self.shared.issue(&mut state, to, None);
        Tokens {
            access_token: text(&body, "access_token"),
            refresh_token: text(&body, "refresh_token"),
        }
    }

    /// From now on every token is bound to the key of a proof, which needs a nonce.
    pub fn binds_tokens(&self) {
        self.state().bound = Some(Bound::new(fresh("nonce")));
    }

    /// How long a spent refresh token goes on working; not at all by default.
    pub fn overlap(&self, overlap: Duration) {
        self.state().grants.overlap = overlap;
    }

    pub fn is_honest(&self) {
        let mut state = self.state();
        (state.change, state.script) = (None, None);
    }

    /// From now on something is changed in each good token answer.
    pub fn alters(&self, change: impl Fn(&mut Value) + Send + Sync + 'static) {
        let mut state = self.state();
        state.change = Some(Arc::new(change));
        state.script = None;
    }

    /// From now on every request gets this answer, and nothing happens.
    pub fn answers(&self, script: impl Fn(&Call) -> Reply + Send + Sync + 'static) {
        self.does(move |call, _| script(call));
    }

    /// From now on data requests get this answer; tokens are given honestly.
    pub fn serves(&self, data: impl Fn(&Call) -> Reply + Send + Sync + 'static) {
        self.does(move |call, honest| match call.path() {
            "/token" => honest(),
            _ => data(call),
        });
    }

    /// From now on every request gets this answer, which may be made of the honest one.
    pub fn does(
        &self,
        script: impl Fn(&Call, &dyn Fn() -> Reply) -> Reply + Send + Sync + 'static,
    ) {
        self.state().script = Some(Arc::new(script));
    }

    /// Every request so far.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    pub fn last(&self) -> Call {
        self.calls().pop().expect("a request")
    }

    /// From now on requests are counted, and not kept: there are too many of them.
    pub fn keeps_no_calls(&self) {
        self.state().forgets = true;
    }

    /// Requests of this kind: a `grant_type`, or the end of a path.
    pub fn count(&self, kind: &str) -> usize {
        let path = format!("/{kind}");
        let is_one =
            |call: &&Call| call.path().ends_with(&path) || call.parameter("grant_type") == kind;
        self.state().calls.iter().filter(is_one).count()
    }

    /// Waits until so many requests have come.
    #[track_caller]
    pub fn wait_for_calls(&self, count: usize) {
        let begin = Instant::now();
        while self.state().calls.len() < count {
            assert!(begin.elapsed() < PATIENCE, "request {count} does not come");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// What became of the refresh tokens.
    pub fn counts(&self) -> Counts {
        self.state().grants.counts
    }

    /// Nobody will come with this refresh token, or another one of its sign-in.
    pub fn forget(&self, refresh_token: &str) {
        self.state().grants.forget(refresh_token);
    }

    /// Exactly so many refresh tokens were spent, and none of them twice.
    #[track_caller]
    pub fn refreshed_exactly(&self, times: u64) {
        assert_eq!(self.counts(), Counts { refreshed: times, ..Counts::default() });
    }

    /// The refresh token that was given last.
    pub fn refresh_token(&self) -> String {
        self.state().grants.newest().expect("a refresh token")
    }
}

impl Shared {
    fn answer(&self, mut call: Call) -> Reply {
        self.note_secrets(&call);
        let script = {
            let mut state = self.state.lock().unwrap();
            state.asked += 1;
            call.number = state.asked;
            if !state.forgets {
                state.calls.push(call.clone());
            }
            state.script.clone()
        };
        let honest = || match &self.upstream {
            Some(upstream) => call.forward(upstream),
            None => self.honest(&call),
        };
        match script {
            Some(script) => script(&call, &honest),
            None => honest(),
        }
    }

    /// Whatever is secret in a request must be seen nowhere else.
    fn note_secrets(&self, call: &Call) {
        for name in ["code", "code_verifier", "refresh_token", "token", "client_secret"] {
            if let Some(value) = call.parameters.get(name) {
                (self.hears)(name, value);
            }
        }
        if let Some((_, secret)) = call.basic() {
            (self.hears)("client secret", &secret);
        }
    }

    fn honest(&self, call: &Call) -> Reply {
        let parameter = |name| call.parameter(name);
        let last = call.path().rsplit('/').next().unwrap();
        let state = &mut *self.state.lock().unwrap();
        match (last, parameter("grant_type").as_str()) {
            ("authorize", _) => return self.authorize(state, call),
            ("revoke", _) => {
                state.grants.revoke(&parameter("token"));
                return Reply::new(200, "", "");
            }
            _ => {}
        };
        let proof = match state.bound.as_mut().map(|bound| bound.judge(call)).transpose() {
            Ok(proof) => proof,
            Err(refusal) => return refusal,
        };
        let accepted = match (last, parameter("grant_type").as_str()) {
            (_, "authorization_code") => {
                let (verifier, uri) = (parameter("code_verifier"), parameter("redirect_uri"));
                state.grants.redeem(&parameter("code"), &verifier, &uri)
            }
            (_, "refresh_token") => {
                state.grants.refresh(&parameter("refresh_token")).map(|accepted| (accepted, None))
            }
            _ => return Reply::error(400, "unsupported_grant_type"),
        };
        let Some((accepted, nonce)) = accepted else { return Reply::error(403, "invalid_grant") };
        let id_token = nonce.map(|nonce| identity::token_for(&call.client_id(), &nonce));
        let body = self.issue(state, accepted, id_token);
        if let (Some(bound), Some(token), Some(proof)) =
            (&mut state.bound, body["refresh_token"].as_str(), proof)
        {
            bound.keys.insert(token.to_owned(), proof.jkt);
        }
        Reply::kept("", body.to_string().as_bytes())
    }

    /// The members of a good token answer. The old refresh token is spent if a new one is in it.
    fn issue(&self, state: &mut State, to: Accepted, id_token: Option<String>) -> Value {
        let mut body = json!({
            "access_token": fresh("access"),
            "refresh_token": fresh("refresh"),
            "token_type": if state.bound.is_some() { "DPoP" } else { "Bearer" },
            "expires_in": 3600,
        });
        if let Some(token) = id_token {
            body["id_token"] = token.into();
        }
        if let Some(change) = &state.change {
            change(&mut body);
        }
        for (name, kind) in [
            ("access_token", "access token"),
            ("refresh_token", "refresh token"),
            ("id_token", "ID token"),
        ] {
            if let Some(token) = body[name].as_str() {
                (self.hears)(kind, token);
            }
        }
        if let Some(token) = body["refresh_token"].as_str().filter(|token| !token.is_empty()) {
            state.grants.hand_out(to, token);
        }
        body
    }

    fn consent(&self, state: &mut State, authorize: &Url) -> String {
        let code = fresh("code");
        (self.hears)("code", &code);
        state.grants.consent(authorize, &code);
        code
    }

    /// A browser comes that nobody sits at: it is sent back with a code.
    fn authorize(&self, state: &mut State, call: &Call) -> Reply {
        let url = Url::parse("http://127.0.0.1/").unwrap().join(&call.target).unwrap();
        let (Some(uri), Some(id)) = (call.query("redirect_uri"), call.query("state")) else {
            return Reply::error(400, "invalid_request");
        };
        let code = self.consent(state, &url);
        let mut back = Url::parse(&uri).unwrap();
        back.query_pairs_mut().append_pair("code", &code).append_pair("state", &id);
        Reply::new(302, &format!("Location: {back}\r\n"), "")
    }
}

/// Serves each connection in a thread of its own, until the test program ends; the port.
pub fn listen(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            thread::spawn(move || {
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                stream.set_write_timeout(Some(PATIENCE)).unwrap();
                stream.set_nodelay(true).unwrap();
                serve(stream);
            });
        }
    });
    port
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
