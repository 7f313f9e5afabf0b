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

/// How many browsers have brought the callback and have not been shown the result.
#[derive(Default)]
pub(super) struct WaitingBrowsers {
    count: Cell<usize>,
    changed: Notify,
}

impl WaitingBrowsers {
    /// Counts a browser as waiting: until it goes away, or once it is on its way to the result,
    /// until that was shown.
    pub(super) fn hold(&self) -> Held<'_> {
        self.count.set(self.count.get() + 1);
        Held(self)
    }

    /// A page that is loaded again was counted before.
    pub(super) fn result_was_shown(&self) {
        self.count.set(self.count.get().saturating_sub(1));
        self.changed.notify_one();
    }

    /// Returns when each browser that waited has fetched the result, or has gone away.
    async fn everyone_has_seen_it(&self) {
        while self.count.get() > 0 {
            self.changed.notified().await;
        }
    }
}

/// A browser that waits.
pub(super) struct Held<'a>(&'a WaitingBrowsers);

impl Held<'_> {
    /// It is being sent to the result.
    pub(super) fn answered(self) {
        std::mem::forget(self);
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.result_was_shown();
    }
}
