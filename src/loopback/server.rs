//! The listener's thread: accepting, lingering until the result has been seen, closing.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{sleep, timeout};

use super::ResultPage;
use super::connection::{Shared, serve};
use super::connection_limit::ConnectionLimit;

/// The pause after an accept that failed for want of descriptors or memory: connections end
/// meanwhile, and a loop without it would take a whole processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How far the sign-in has come, as told from outside the thread.
#[derive(Debug)]
pub(super) enum Phase {
    /// Callbacks are judged, the accepted one is held.
    Waiting,
    /// The result is known: it is shown to the browsers that wait for it.
    Finished { page: Arc<ResultPage>, linger: Duration },
    /// The port closes at once.
    Closed,
}

/// Starts the thread, which ends when the sign-in is over and takes the sockets with it.
pub(super) fn spawn(
    runtime: Runtime,
    listeners: Vec<TcpListener>,
    shared: Shared,
) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name("loopback".into()).spawn(move || {
        let shared = Rc::new(shared);
        // Leaving the block drops the set, and with it every task and socket.
        runtime.block_on(LocalSet::new().run_until(async move {
            let limit = Rc::new(ConnectionLimit::default());
            for listener in listeners {
                spawn_local(accept(listener, Rc::clone(&limit), Rc::clone(&shared)));
            }
            until_over(&shared).await;
        }));
    })
}

/// Accepts for ever: nothing that happens to one connection, nor a shortage, ends it.
async fn accept(listener: TcpListener, limit: Rc<ConnectionLimit>, shared: Rc<Shared>) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) if is_the_peers(&error) => continue,
            Err(_) => {
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let permit = limit.admit().await;
        let (limit, shared) = (Rc::clone(&limit), Rc::clone(&shared));
        spawn_local(async move {
            serve(stream, &permit, &shared).await;
            limit.release(&permit);
        });
    }
}

/// The peer was gone before it was accepted; the listener itself is well.
fn is_the_peers(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}

/// Returns when the port may close.
async fn until_over(shared: &Shared) {
    let mut phase = shared.phase.clone();
    let linger = match phase.wait_for(|phase| !matches!(phase, Phase::Waiting)).await {
        Ok(phase) => match &*phase {
            Phase::Finished { linger, .. } => *linger,
            Phase::Waiting | Phase::Closed => return,
        },
        Err(_) => return,
    };
    let _ = timeout(linger, shared.browsers.everyone_has_seen_it()).await;
}

/// Which browsers have brought the callback and still need the result.
#[derive(Default)]
pub(super) struct WaitingBrowsers {
    /// Waiting for it.
    held: Cell<usize>,
    /// Sent to `/done`.
    sent: Cell<usize>,
    /// Shown it.
    shown: Cell<usize>,
    changed: Notify,
}

impl WaitingBrowsers {
    /// Counts a browser as waiting for as long as the guard lives.
    pub(super) fn hold(&self) -> Held<'_> {
        self.held.set(self.held.get() + 1);
        Held(self)
    }

    pub(super) fn result_was_shown(&self) {
        self.shown.set(self.shown.get() + 1);
        self.changed.notify_one();
    }

    /// Returns when each browser that waited has fetched the result, or has gone away.
    async fn everyone_has_seen_it(&self) {
        while self.shown.get() < self.held.get() + self.sent.get() {
            self.changed.notified().await;
        }
    }
}

/// A browser that waits.
pub(super) struct Held<'a>(&'a WaitingBrowsers);

impl Held<'_> {
    /// It is being sent to the result.
    pub(super) fn answered(self) {
        self.0.sent.set(self.0.sent.get() + 1);
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.held.set(self.0.held.get() - 1);
        self.0.changed.notify_one();
    }
}
