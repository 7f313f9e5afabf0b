//! Ctrl-C, `kill` and a closed terminal: at once where nothing can be lost, after the save where
//! a refresh token is being spent.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// By the shells' custom a program that a signal ended answers 128 plus its number.
const EXIT_BASE: i32 = 128;

struct Handlers {
    /// While true, a signal ends the process on the spot.
    may_end: Arc<AtomicBool>,
    /// The last signal that came while it could not.
    pending: Arc<AtomicUsize>,
    /// How many pieces of work are under way that must not be cut.
    holders: AtomicUsize,
}

static HANDLERS: OnceLock<Option<Handlers>> = OnceLock::new();

fn handlers() -> Option<&'static Handlers> {
    HANDLERS.get_or_init(|| install().ok()).as_ref()
}

fn install() -> std::io::Result<Handlers> {
    let may_end = Arc::new(AtomicBool::new(true));
    let pending = Arc::new(AtomicUsize::new(0));
    let signals = [
        SIGINT,
        SIGTERM,
        #[cfg(unix)]
        signal_hook::consts::SIGHUP,
    ];
    for signal in signals {
        flag::register_conditional_shutdown(signal, EXIT_BASE + signal, Arc::clone(&may_end))?;
        flag::register_usize(signal, Arc::clone(&pending), signal.unsigned_abs() as usize)?;
    }
    Ok(Handlers { may_end, pending, holders: AtomicUsize::new(0) })
}

/// Runs `work` to its end whatever signal comes. One that came is told by [`pending`], and acted
/// upon after the result was saved and reported.
pub fn uninterrupted<T>(work: impl FnOnce() -> T) -> T {
    struct Hold(&'static Handlers);
    impl Drop for Hold {
        fn drop(&mut self) {
            if self.0.holders.fetch_sub(1, Ordering::SeqCst) == 1
                && self.0.pending.load(Ordering::SeqCst) == 0
            {
                self.0.may_end.store(true, Ordering::SeqCst);
            }
        }
    }
    // Where handlers cannot be installed, signals keep their usual meaning; the intent file then
    // tells the next run what happened.
    let _hold = handlers().map(|handlers| {
        handlers.holders.fetch_add(1, Ordering::SeqCst);
        handlers.may_end.store(false, Ordering::SeqCst);
        Hold(handlers)
    });
    work()
}

/// The exit code of a signal that came during [`uninterrupted`] work: 130, 143 or 129.
pub fn pending() -> Option<u8> {
    let signal = HANDLERS.get()?.as_ref()?.pending.load(Ordering::SeqCst);
    u8::try_from(EXIT_BASE as usize + signal).ok().filter(|_| signal != 0)
}
