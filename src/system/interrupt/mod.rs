//! Ctrl-C, `kill` and a closed terminal: at once where nothing can be lost, after the save where
//! a refresh token is being spent. So it is with every signal that would end the program and can be
//! held back: not those of a broken program (SEGV, BUS, ILL, FPE, ABRT, TRAP, SYS), and not KILL. On
//! Windows the events of the console are such signals.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

#[cfg(unix)]
use self::unix::listen;
#[cfg(windows)]
use self::windows::listen;

/// By the shells' custom a program that a signal ended answers 128 plus its number.
const EXIT_BASE: c_int = 128;

struct Handlers {
    /// While true, a signal ends the process on the spot.
    may_end: Arc<AtomicBool>,
    /// The last signal that came while it could not.
    pending: Arc<AtomicUsize>,
    /// How many pieces of work are under way that must not be cut.
    holders: AtomicUsize,
}

static HANDLERS: OnceLock<Handlers> = OnceLock::new();

fn handlers() -> &'static Handlers {
    HANDLERS.get_or_init(|| {
        let handlers = Handlers {
            may_end: Arc::new(AtomicBool::new(true)),
            pending: Arc::new(AtomicUsize::new(0)),
            holders: AtomicUsize::new(0),
        };
        listen(&handlers);
        handlers
    })
}

/// On Windows, gives Ctrl-C and a closed window their exit codes from now on. Elsewhere whoever
/// started this program sees that a signal ended it.
pub fn begin() {
    #[cfg(windows)]
    handlers();
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
    let handlers = handlers();
    handlers.holders.fetch_add(1, Ordering::SeqCst);
    handlers.may_end.store(false, Ordering::SeqCst);
    let _hold = Hold(handlers);
    work()
}

/// The exit code of a signal that came during [`uninterrupted`] work: 128 plus its number.
pub fn pending() -> Option<u8> {
    let signal = HANDLERS.get()?.pending.load(Ordering::SeqCst);
    u8::try_from(EXIT_BASE as usize + signal).ok().filter(|_| signal != 0)
}
