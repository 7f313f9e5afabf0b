//! One connection: its limits, its one request, and the answer that the callback waits for.

use std::cell::Cell;
use std::convert::Infallible;
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

use super::answer::{self, Answer, Refusal};
use super::desk::{Desk, Verdict};
use super::error_answers::ErrorAnswers;
use super::rules::{Route, Site};
use super::seats::{Seat, Stage};
use super::server::{Phase, Tally};
use super::start::{Start, Started};

/// Bytes of a request's head, which is also all that is ever read of a request: a provider's
/// callback is below 2 KiB, and hyper allows no smaller buffer.
const HEAD_LIMIT: usize = 8192;

/// Header lines of a request. Browsers send some twenty.
const HEADER_LIMIT: usize = 64;

/// What all connections share.
pub(super) struct Counter {
    pub(super) site: Site,
    pub(super) start: Option<Start>,
    pub(super) desk: Arc<Desk>,
    pub(super) phase: watch::Receiver<Phase>,
    pub(super) tally: Tally,
}

/// Serves the one request of `stream`, and returns when the connection is over: answered, broken,
/// out of time or out of its seat.
pub(super) async fn attend(stream: TcpStream, seat: &Seat, counter: &Counter) {
    let served = Rc::new(Cell::new(false));
    let result_shown = Cell::new(false);
    let service = service_fn(|request: Request<Incoming>| {
        served.set(true);
        seat.enter(Stage::Answering);
        let (result_shown, seat) = (&result_shown, seat);
        async move { Ok::<_, Infallible>(counter.answer(request, seat, result_shown).await) }
    });
    let stream = ErrorAnswers::new(TokioIo::new(stream), Rc::clone(&served));
    let connection = http1::Builder::new()
        .keep_alive(false)
        // Nor half-open ones: so a browser that goes away while its callback is held is noticed.
        .half_close(false)
        .max_buf_size(HEAD_LIMIT)
        .max_headers(HEADER_LIMIT)
        // The seat's deadline is over the whole connection, and not the head alone.
        .header_read_timeout(None)
        .serve_connection(stream, service);
    let mut connection = pin!(connection);
    let ended_well = tokio::select! {
        end = &mut connection => end.is_ok(),
        () = seat.has_to_leave() => false,
    };
    if ended_well && result_shown.get() {
        counter.tally.result_was_shown();
    }
}

impl Counter {
    /// The answer to one request. Its body is never read.
    async fn answer(
        &self,
        request: Request<Incoming>,
        seat: &Seat,
        result_shown: &Cell<bool>,
    ) -> Answer {
        let (head, _unread) = request.into_parts();
        match self.site.route(&head) {
            Route::Refused(refusal) => answer::refusal(refusal),
            Route::Start(token) => self.start(token),
            Route::Callback(query) => match self.judge(query, &head.headers) {
                Some(refusal) => answer::refusal(refusal),
                None => self.hold(seat).await,
            },
            Route::Done => match &*self.phase.borrow() {
                Phase::Finished { page, .. } => {
                    result_shown.set(true);
                    answer::result(page, &head.headers)
                }
                Phase::Waiting | Phase::Closed => answer::refusal(Refusal::NotFound),
            },
        }
    }

    fn start(&self, token: &str) -> Answer {
        match self.start.as_ref().map_or(Started::Unknown, |start| start.follow(token)) {
            Started::Go { location, set_cookie } => answer::start(location, set_cookie),
            Started::Used => answer::refusal(Refusal::LinkUsed),
            Started::Unknown => answer::refusal(Refusal::NotFound),
        }
    }

    /// Why a request on the callback's path is not the callback; `None` if it is.
    fn judge(&self, query: &str, headers: &HeaderMap) -> Option<Refusal> {
        if self.start.as_ref().is_some_and(|start| !start.admits(headers)) {
            return Some(Refusal::WrongBrowser);
        }
        match self.desk.offer(query) {
            Verdict::Accepted | Verdict::Again => None,
            Verdict::Refused => Some(Refusal::WrongCallback),
        }
    }

    /// Keeps the browser waiting until the result is known.
    async fn hold(&self, seat: &Seat) -> Answer {
        let held = self.tally.hold();
        seat.enter(Stage::Held);
        // An error is a sender that is gone, and the thread is about to end.
        let _ = self.phase.clone().wait_for(|phase| !matches!(phase, Phase::Waiting)).await;
        seat.enter(Stage::Answering);
        held.answered();
        answer::done()
    }
}
