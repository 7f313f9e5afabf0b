//! One connection: its limits, its one request, and the answer that the callback waits for.

use std::cell::Cell;
use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::IgnoredCallback;
use super::answer::{self, Answer, Refusal};
use super::callback_slot::{CallbackSlot, Verdict};
use super::connection_limit::{Permit, Stage};
use super::error_answers::ErrorAnswers;
use super::peer_user::{self, Ends, PeerUser};
use super::rules::{Route, Site};
use super::server::{Phase, WaitingBrowsers};
use super::start::StartLink;

/// Bytes of a request's head, which is also all that is ever read of a request: a provider's
/// callback is below 2 KiB, and hyper allows no smaller buffer.
const HEAD_LIMIT: usize = 8192;

/// Header lines of a request. Browsers send some twenty.
const HEADER_LIMIT: usize = 64;

/// What a client that begins with TLS says first: a record of the handshake (RFC 8446 §5.1).
const TLS_HANDSHAKE: u8 = 22;

/// What all connections share.
pub(super) struct Shared {
    pub(super) site: Site,
    pub(super) start: Option<StartLink>,
    pub(super) slot: Arc<CallbackSlot>,
    pub(super) phase: watch::Receiver<Phase>,
    pub(super) browsers: WaitingBrowsers,
}

/// Serves the one request of `stream`, and returns when the connection is over: answered, broken,
/// out of time or out of its permit.
pub(super) async fn serve(stream: TcpStream, permit: &Permit, shared: &Shared) {
    let mut first = [0];
    tokio::select! {
        _ = stream.peek(&mut first) => {}
        () = permit.must_close() => return,
    }
    if first == [TLS_HANDSHAKE] {
        shared.slot.note(IgnoredCallback::Https);
    }
    let Ok(ends) = ends(&stream) else { return };
    let served = Rc::new(Cell::new(false));
    let result_shown = Cell::new(false);
    let service = service_fn(|request: Request<Incoming>| {
        served.set(true);
        permit.enter(Stage::Answering);
        let (result_shown, permit) = (&result_shown, permit);
        async move {
            let answered = shared.answer(request, ends, permit, result_shown).await;
            if let Err(Refusal::Ignored(kind)) = answered {
                shared.slot.note(kind);
            }
            Ok::<_, Infallible>(answered.unwrap_or_else(answer::refusal))
        }
    });
    let stream = ErrorAnswers::new(TokioIo::new(stream), Rc::clone(&served));
    let connection = http1::Builder::new()
        .keep_alive(false)
        // Nor half-open ones: so a browser that goes away while its callback is held is noticed.
        .half_close(false)
        .max_buf_size(HEAD_LIMIT)
        .max_headers(HEADER_LIMIT)
        // The permit's deadline is over the whole connection, and not the head alone.
        .header_read_timeout(None)
        .serve_connection(stream, service);
    let mut connection = pin!(connection);
    let ended_well = tokio::select! {
        end = &mut connection => end.is_ok(),
        () = permit.must_close() => false,
    };
    if ended_well && result_shown.get() {
        shared.browsers.result_was_shown();
    }
}

fn ends(stream: &TcpStream) -> io::Result<Ends> {
    Ok(Ends { ours: stream.local_addr()?, theirs: stream.peer_addr()? })
}

impl Shared {
    /// The answer to one request. Its body is never read.
    async fn answer(
        &self,
        request: Request<Incoming>,
        ends: Ends,
        permit: &Permit,
        result_shown: &Cell<bool>,
    ) -> Result<Answer, Refusal> {
        let (head, _unread) = request.into_parts();
        match self.site.route(&head)? {
            Route::Start(token) => {
                let link = self.start.as_ref().ok_or(Refusal::NotFound)?;
                let (location, set_cookie) = link.follow(token, || check_user(ends))?;
                Ok(answer::start(location, set_cookie))
            }
            Route::Callback(query) => {
                self.judge(query, &head.headers, ends)?;
                Ok(self.hold(permit).await)
            }
            Route::Done => match &*self.phase.borrow() {
                Phase::Finished { page, .. } => {
                    result_shown.set(true);
                    Ok(answer::result(page, &head.headers))
                }
                Phase::Waiting | Phase::Closed => Err(Refusal::NotFound),
            },
        }
    }

    /// Whether a request on the callback's path is the callback.
    fn judge(&self, query: &str, headers: &HeaderMap, ends: Ends) -> Result<(), Refusal> {
        if self.start.as_ref().is_some_and(|start| !start.admits(headers)) {
            return Err(Refusal::Ignored(IgnoredCallback::OtherBrowser));
        }
        match self.slot.offer(query, || check_user(ends)) {
            Verdict::Accepted | Verdict::Again => Ok(()),
            Verdict::KeptOut(refusal) => Err(refusal),
            Verdict::Refused(why) => {
                let why = why.unwrap_or("another one before it");
                Err(Refusal::Ignored(IgnoredCallback::OtherAnswer(why)))
            }
        }
    }

    /// Keeps the browser waiting until the result is known.
    async fn hold(&self, permit: &Permit) -> Answer {
        let held = self.browsers.hold();
        permit.enter(Stage::Held);
        // An error is a sender that is gone, and the thread is about to end.
        let _ = self.phase.clone().wait_for(|phase| !matches!(phase, Phase::Waiting)).await;
        permit.enter(Stage::Answering);
        held.answered();
        answer::done()
    }
}

/// A start or a callback is for this user's own browser.
fn check_user(ends: Ends) -> Result<(), Refusal> {
    match peer_user::of(ends) {
        PeerUser::Admitted => Ok(()),
        PeerUser::Another => Err(Refusal::Ignored(IgnoredCallback::OtherUser)),
        PeerUser::Gone => Err(Refusal::Gone),
    }
}
