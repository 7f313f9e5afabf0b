//! Both providers in miniature, on this machine, for trying the program out and for its tests.
//!
//! It shares no code with the rest of the program that judges anything: were it to share some, a
//! mistake there would agree with itself. It is served by tiny_http, which is small and does what
//! is needed where nothing hostile comes.
//!
//! | file | what |
//! |---|---|
//! | `http.rs` | requests and answers |
//! | `authorize.rs`, `token.rs` | the two halves of OAuth 2.0 |
//! | `grants.rs`, `state.rs` | what was granted; where that is kept, and how it is handed out |
//! | `provider.rs`, `catalogue.rs`, `catalogue.json` | the two providers; people, meters, forests that do not exist |
//! | `pages.rs`, `texts.json`, `*.html`, `page.css`, `*.svg` | what a person sees |
//! | `data/`, `calendar.rs` | what is behind the sign-in: readings, wood lists, log piles; Berlin's clocks |
//! | `approve.rs` | a scripted browser |

mod approve;
mod authorize;
mod calendar;
mod catalogue;
mod data;
mod grants;
mod http;
mod pages;
mod provider;
mod state;
mod token;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tiny_http::Server;

use self::http::{Answer, Request};
use self::state::{State, Store};
use crate::clock::{Clock as _, SystemClock};

pub use self::approve::approve;
pub use self::provider::provider_overrides;

/// TimberData's client secret in the sandbox. Everybody may know it.
pub const TIMBERDATA_SECRET: &str = "sandbox-secret-not-confidential";

/// Requests served at once. As many as accounts are refreshed at once by default, so that one slow
/// answer holds up nobody.
const WORKERS: usize = 8;

/// tiny_http makes room for whatever length is announced. Beyond this nobody is answered.
const ANNOUNCED_LIMIT: usize = 1024 * 1024;

/// Hears one line per request.
pub type Log = Box<dyn Fn(&str) + Send + Sync>;

/// One way to misbehave, for what a script should be ready for. Faults add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Fault {
    /// The person always refuses
    Deny,
    /// The first token request is answered 429 with Retry-After: 1
    #[value(name = "429")]
    RateLimit,
    /// Every token request is answered 500 with a page
    #[value(name = "500")]
    ServerError,
    /// Every refresh token counts as already used: 403, and its family is revoked
    Reuse,
    /// The token answer comes after 5 seconds
    Slow,
}

/// What kind of sandbox to start.
pub struct Options {
    /// Where grants are kept so that the next process finds them, and several at once share them;
    /// `None` keeps them in memory.
    pub state_file: Option<PathBuf>,
    /// 0 is any free port. Bound to 127.0.0.1 only.
    pub port: u16,
    /// They hold for this process, not for others over the same state file.
    pub faults: Vec<Fault>,
    /// No pages: the authorize endpoints redirect at once with a code, for scripted browsers.
    pub approve: bool,
    /// Life of Zählerfreunde's access tokens; whole seconds count.
    pub access_token_lifetime: Duration,
    /// How long the refresh token spent last still works, as Auth0's rotation overlap; whole seconds
    /// count. Zero is Auth0's own default, and strict.
    pub rotation_overlap: Duration,
    /// Hears method, path without query, status and what happened. Never a secret.
    pub log: Option<Log>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            state_file: None,
            port: 0,
            faults: Vec::new(),
            approve: false,
            access_token_lifetime: Duration::from_secs(24 * 60 * 60),
            rotation_overlap: Duration::from_secs(60),
            log: None,
        }
    }
}

/// A running sandbox. Dropping it stops it: the port is closed, slow answers are cut short.
pub struct Sandbox {
    service: Arc<Service>,
    workers: Vec<JoinHandle<()>>,
}

/// Both providers behind their port.
struct Service {
    server: Server,
    base_url: String,
    options: Options,
    store: Store,
    /// The one 429 of [`Fault::RateLimit`] has been given. Per process, as faults are.
    rate_limited: AtomicBool,
    stopping: AtomicBool,
}

type Handler = fn(&Service, &mut State, &Request) -> Answer;

/// Method, path and who answers; data requests are another table.
const ROUTES: [(&str, &str, Handler); 11] = [
    ("GET", "/", pages::index),
    ("GET", "/sandbox/counts", |_, state, _| Answer::json(200, &state.counts)),
    ("GET", "/sandbox/pushed", |_, state, _| Answer::json(200, &data::pushed(state))),
    ("GET", "/zaehlerfreunde/authorize", authorize::ask),
    ("GET", "/timberdata/auth", authorize::ask),
    ("POST", "/zaehlerfreunde/consent", authorize::consent),
    ("POST", "/timberdata/consent", authorize::consent),
    ("POST", "/zaehlerfreunde/oauth/token", token::exchange),
    ("POST", "/timberdata/oauth/v1/token", token::exchange),
    ("POST", "/zaehlerfreunde/oauth/revoke", token::revoke),
    ("POST", "/zaehlerfreunde/api/auth/token", token::of_partner),
];

/// Starts the sandbox; it serves when this returns.
///
/// # Errors
/// If the port is taken, or, as a [`FileError`](crate::system::FileError) in it, the state file cannot
/// be written.
pub fn start(options: Options) -> io::Result<Sandbox> {
    let store = Store::open(options.state_file.clone(), now())?;
    // tiny_http wraps its errors; the one inside says that a port is taken.
    let server = Server::http(("127.0.0.1", options.port)).map_err(|error| {
        error.downcast().map_or_else(io::Error::other, |error: Box<io::Error>| *error)
    })?;
    let port = server.server_addr().to_ip().map_or(options.port, |address| address.port());
    let service = Arc::new(Service {
        server,
        base_url: format!("http://127.0.0.1:{port}"),
        options,
        store,
        rate_limited: AtomicBool::new(false),
        stopping: AtomicBool::new(false),
    });
    let serve = |_| {
        let service = Arc::clone(&service);
        thread::Builder::new().name("sandbox".to_owned()).spawn(move || service.serve())
    };
    let workers = (0..WORKERS).map(serve).collect::<io::Result<_>>()?;
    Ok(Sandbox { service, workers })
}

impl Sandbox {
    /// `http://127.0.0.1:PORT`
    pub fn base_url(&self) -> &str {
        &self.service.base_url
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.service.stopping.store(true, Ordering::Release);
        for _ in &self.workers {
            self.service.server.unblock();
        }
        for worker in self.workers.drain(..) {
            // A worker that panicked has said so on its own; there is nothing left to save.
            let _ = worker.join();
        }
    }
}

impl Service {
    fn serve(&self) {
        while !self.stopping.load(Ordering::Acquire) {
            // An error is the wake-up call of a stop, or the end of the listening socket.
            let Ok(request) = self.server.recv() else { return };
            self.handle(request);
        }
    }

    fn handle(&self, mut request: tiny_http::Request) {
        if request.body_length() > Some(ANNOUNCED_LIMIT) {
            self.say("a request with a body far too large was left unanswered");
            // Dropping it would make tiny_http allocate what the request announces.
            return std::mem::forget(request);
        }
        let (line, answer) = match Request::read(&mut request, now()) {
            Ok(read) => (format!("{} {}", read.method, read.path), self.answer(&read)),
            Err(refused) => ("unreadable request".to_owned(), refused),
        };
        self.say(&format!("{} {} {}", line.escape_debug(), answer.status, answer.note));
        answer.write(request, &self.stopping);
    }

    /// Answers one request in one transaction, so that its counts and its effects go together.
    /// Requests for data change nothing but counts and see to that themselves.
    fn answer(&self, request: &Request) -> Answer {
        let answered = match data::endpoint(&request.path) {
            Some((endpoint, id)) => data::answer(self, endpoint, id, request),
            None => self.store.with(request.at, |state| self.route(state, request)),
        };
        answered.unwrap_or_else(|_| Answer::no_state())
    }

    fn route(&self, state: &mut State, request: &Request) -> Answer {
        let Some((method, _, handler)) = ROUTES.iter().find(|route| route.1 == request.path) else {
            return Answer::error(404, "not_found", "the sandbox has nothing at this path");
        };
        if request.method != *method {
            return Answer::error(405, "invalid_request", "wrong method").header("Allow", method);
        }
        handler(self, state, request)
    }

    fn has(&self, fault: Fault) -> bool {
        self.options.faults.contains(&fault)
    }

    fn say(&self, line: &str) {
        if let Some(log) = &self.options.log {
            log(line.trim_end());
        }
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    SystemClock.now().as_second()
}
