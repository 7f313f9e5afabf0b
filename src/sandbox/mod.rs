//! Both providers in miniature, on this machine, for trying the program out and for its tests.
//!
//! It shares no code with the rest of the program that judges anything: were it to share some, a
//! mistake there would agree with itself. It is served by tiny_http, which is small and does what
//! is needed where nothing hostile comes.
//!
//! | file | what |
//! |---|---|
//! | `service.rs`, `http.rs` | which path leads where; requests and answers |
//! | `authorize.rs`, `token.rs` | the two halves of OAuth 2.0 |
//! | `grants.rs`, `state.rs`, `seal.rs` | what was granted; where that is kept; how it is handed out |
//! | `provider.rs`, `catalogue.rs`, `catalogue.json` | the two providers; people, meters, forests that do not exist |
//! | `pages.rs`, `texts.json`, `*.html`, `page.css`, `*.svg` | what a person sees |
//! | `data/`, `calendar.rs` | what is behind the sign-in: readings, wood lists, log piles; Berlin's clocks |
//! | `fault.rs` | misbehaviour to order |
//! | `approve.rs` | a scripted browser |

mod approve;
mod authorize;
mod calendar;
mod catalogue;
mod data;
mod fault;
mod grants;
mod http;
mod pages;
mod provider;
mod seal;
mod service;
mod state;
mod token;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tiny_http::Server;

use self::http::Request;
use self::service::Service;
use self::state::Store;
use crate::clock::{Clock as _, SystemClock};

pub use self::approve::approve;
pub use self::fault::Fault;
pub use self::provider::provider_overrides;

/// TimberData's client secret in the sandbox. Everybody may know it.
pub const TIMBERDATA_SECRET: &str = "sandbox-secret-not-confidential";

/// Requests served at once. As many as accounts are refreshed at once by default, so that one slow
/// answer holds up nobody.
const WORKERS: usize = 8;

/// Hears one line per request.
pub type Log = Box<dyn Fn(&str) + Send + Sync>;

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
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

struct Shared {
    service: Service,
    server: Server,
    stopping: AtomicBool,
}

/// Starts the sandbox; it serves when this returns.
///
/// # Errors
/// If the port is taken, or the state file cannot be written.
pub fn start(options: Options) -> io::Result<Sandbox> {
    let store = Store::open(options.state_file.clone(), now())?;
    let server = Server::http(("127.0.0.1", options.port)).map_err(io_error)?;
    let port = server.server_addr().to_ip().map_or(options.port, |address| address.port());
    let base_url = format!("http://127.0.0.1:{port}");
    let service = Service { base_url, options, store, rate_limited: AtomicBool::new(false) };
    let shared = Arc::new(Shared { service, server, stopping: AtomicBool::new(false) });
    let serve = |_| {
        let shared = Arc::clone(&shared);
        thread::Builder::new().name("sandbox".to_owned()).spawn(move || shared.serve())
    };
    let workers = (0..WORKERS).map(serve).collect::<io::Result<_>>()?;
    Ok(Sandbox { shared, workers })
}

impl Sandbox {
    /// `http://127.0.0.1:PORT`
    pub fn base_url(&self) -> &str {
        &self.shared.service.base_url
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Release);
        for _ in &self.workers {
            self.shared.server.unblock();
        }
        for worker in self.workers.drain(..) {
            // A worker that panicked has said so on its own; there is nothing left to save.
            let _ = worker.join();
        }
    }
}

impl Shared {
    fn serve(&self) {
        while !self.stopping() {
            // An error is the wake-up call of a stop, or the end of the listening socket.
            let Ok(request) = self.server.recv() else { return };
            self.handle(request);
        }
    }

    fn handle(&self, mut request: tiny_http::Request) {
        let (line, answer) = match Request::read(&mut request, now()) {
            Ok(read) => (format!("{} {}", read.method, read.path), self.service.answer(&read)),
            Err(Some(refused)) => ("unreadable request".to_owned(), refused),
            Err(None) => {
                self.say("a request with a body far too large was left unanswered");
                // Dropping it would make tiny_http allocate what the request announces.
                std::mem::forget(request);
                return;
            }
        };
        self.say(&format!("{} {} {}", line.escape_debug(), answer.status, answer.note));
        answer.write(request, &|| self.stopping());
    }

    fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    fn say(&self, line: &str) {
        if let Some(log) = &self.service.options.log {
            log(line.trim_end());
        }
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    SystemClock.now().as_second()
}

/// tiny_http wraps its errors; the one inside says that a port is taken.
fn io_error(error: Box<dyn std::error::Error + Send + Sync>) -> io::Error {
    error.downcast::<io::Error>().map_or_else(io::Error::other, |error| *error)
}
