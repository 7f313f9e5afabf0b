//! The short-lived listener on this machine's loopback address to which the provider sends the
//! browser back (RFC 8252 §7.3).
//!
//! hyper and not tiny_http: any page and any process can reach this port, and tiny_http has no
//! time-outs, no size limits and aborts on a huge `Content-Length`. (The sandbox uses tiny_http;
//! nothing hostile comes there.)
//!
//! | file            | what it knows                                                          |
//! |-----------------|------------------------------------------------------------------------|
//! | `bind`          | which of the registered ports is ours, and who has it if not           |
//! | `rules`         | what one request is, a pure function of its head                       |
//! | `callback_slot` | the one callback: who judges it, who waits for it                      |
//! | `peer_user`     | which user of the machine a request comes from                         |
//! | `start`         | the one-use local link and the cookie that binds the browser           |
//! | `server`        | the thread: accepting, lingering, closing; `connection_limit`: the cap |
//! | `connection`    | one connection: limits, deadline, the held answer                      |
//! | `answer`        | every response and its headers, German or English                      |
//! | `error_answers` | those headers on what hyper answers by itself                          |
//!
//! It imports nothing of the program but `secret` and random numbers: the judge and the finished page are passed in.

mod answer;
mod bind;
mod callback_slot;
mod connection;
mod connection_limit;
mod error_answers;
mod peer_user;
mod rules;
mod server;
mod start;

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use url::Url;

pub use bind::{BindError, TakenPort, bind};

use crate::secret::Secret;
use callback_slot::{CallbackSlot, Verdict};
use connection::Shared;
use rules::Site;
use server::{Phase, WaitingBrowsers};
use start::StartLink;

/// A bound and not yet served listener. Connections already queue, none is answered.
#[derive(Debug)]
pub struct Loopback {
    listeners: Vec<TcpListener>,
    redirect_uri: Url,
    runtime: Runtime,
}

/// What the judge says about a query that arrived on the redirect URI's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// This is the callback that is being waited for. Nobody is asked again.
    Take,
    /// It is not, for this reason: the browser gets a static 400, and the waiting goes on.
    Ignore(&'static str),
}

/// What came back and was not taken for the callback, by its kind. None of its values is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IgnoredCallback {
    /// By TLS, as browsers do that want https everywhere.
    Https,
    /// Under another name of this machine: `localhost` for `127.0.0.1`.
    OtherName,
    /// By POST: `response_mode=form_post`.
    Post,
    /// On another path of the same port.
    OtherPath,
    /// With a query that the judge ignores, for this reason.
    OtherAnswer(&'static str),
    /// From another browser than the one that is bound to the sign-in.
    OtherBrowser,
    /// From another user of this machine.
    OtherUser,
}

/// What the browser is shown in the end, in both languages: finished HTML, everything in it
/// already escaped.
#[derive(Debug, Clone)]
pub struct ResultPage {
    /// The HTTP status of `/done`.
    pub status: u16,
    pub de: String,
    pub en: String,
    /// Base64 of the SHA-256 of the page's one `<style>` element, which the content security
    /// policy then allows, and no other.
    pub style_sha256: &'static str,
}

/// The listener at work in its own thread. Dropping it closes the port at once; what a browser
/// was still waiting for is then cut off, [`Serving::finish`] is the polite end.
pub struct Serving {
    slot: Arc<CallbackSlot>,
    phase: watch::Sender<Phase>,
    start_link: Option<Url>,
    thread: Option<JoinHandle<()>>,
}

impl Loopback {
    /// The registered redirect URI whose port is ours, for the authorize and the token request.
    pub fn redirect_uri(&self) -> &Url {
        &self.redirect_uri
    }

    /// Starts serving.
    ///
    /// `judge` sees the raw query of each well-formed GET on exactly the redirect URI's path, one
    /// at a time, and is never asked again after a [`Judgement::Take`] that this user brought.
    ///
    /// `start` is the authorize URL where the browser is to be bound by a cookie: then
    /// [`Serving::start_link`] is what to open. The link leads to that URL once; from then on only
    /// the browser that used it can bring a callback. A person who opens the authorize URL by hand
    /// leaves the link unused, and callbacks go to the judge as without it.
    ///
    /// # Errors
    /// When the system gives no thread or no random numbers.
    pub fn serve(
        self,
        judge: impl FnMut(&str) -> Judgement + Send + 'static,
        start: Option<Url>,
    ) -> io::Result<Serving> {
        let start = start.map(|to| StartLink::new(&self.redirect_uri, &to)).transpose()?;
        let start_link = start.as_ref().map(|start| start.link().clone());
        let slot = Arc::new(CallbackSlot::new(Box::new(judge)));
        let (phase, phases) = watch::channel(Phase::Waiting);
        let site = Site::new(&self.redirect_uri);
        let browsers = WaitingBrowsers::default();
        let shared = Shared { site, start, slot: Arc::clone(&slot), phase: phases, browsers };
        let thread = server::spawn(self.runtime, self.listeners, shared)?;
        Ok(Serving { slot, phase, start_link, thread: Some(thread) })
    }
}

impl Serving {
    /// With `start`: the local link, of 256 random bits and one use, to open instead of the
    /// authorize URL.
    pub fn start_link(&self) -> Option<&Url> {
        self.start_link.as_ref()
    }

    /// Waits for the accepted callback and returns its raw query, or `None` after `timeout`. Once
    /// there is one, every call returns it at once.
    pub fn wait(&self, timeout: Duration) -> Option<Secret> {
        self.slot.wait(timeout)
    }

    /// The kinds of callbacks that were ignored since the last call, each once in all.
    pub fn ignored(&self) -> Vec<IgnoredCallback> {
        self.slot.newly_ignored()
    }

    /// Shows the judge a query that came another way, pasted into the terminal, under the same
    /// lock as the browser's: of both one wins. After `true` it is what [`Serving::wait`] returns,
    /// and a browser that comes with the same query gets the result page. `false` also means that
    /// the browser was faster.
    pub fn takes(&self, query: &str) -> bool {
        self.slot.offer(query, || Ok(())) == Verdict::Accepted
    }

    /// Answers the browser, whose callback has been waiting for the truth: 303 to the fixed path
    /// `/done`, so that the code leaves the address bar, and there `page`. Returns with the port
    /// closed: as soon as the page was fetched, after `linger` (about 2 s) if it never is, and at
    /// once where no browser waits (the address was pasted).
    pub fn finish(mut self, page: ResultPage, linger: Duration) {
        self.phase.send_replace(Phase::Finished { page: Arc::new(page), linger });
        self.join();
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic in there has been printed by its own thread; the port is closed either way.
            let _ = thread.join();
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.phase.send_replace(Phase::Closed);
            self.join();
        }
    }
}
