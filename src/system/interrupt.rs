//! Ctrl-C, `kill` and a closed terminal: at once where nothing can be lost, after the save where
//! a refresh token is being spent. So it is with every signal that would end the program and can be
//! held back: not those of a broken program (SEGV, BUS, ILL, FPE, ABRT, TRAP, SYS), and not KILL.
//!
//! Those that stop it (TSTP, TTIN, TTOU) stay as they are: a stopped program keeps the lock, and
//! goes on with the provider's answer when it is continued. Held back, TTIN and TTOU would be sent
//! for ever, and TSTP would stop a program that no shell can continue.

use std::ffi::c_int;
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

static HANDLERS: OnceLock<Handlers> = OnceLock::new();

fn install() -> Handlers {
    let may_end = Arc::new(AtomicBool::new(true));
    let pending = Arc::new(AtomicUsize::new(0));
    let ignored = ignored();
    for signal in deferrable().into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0) {
        // One that the system does not let us handle keeps its usual meaning.
        let number = signal.unsigned_abs() as usize;
        let _ = flag::register_conditional_shutdown(signal, EXIT_BASE + signal, may_end.clone())
            .and_then(|_| flag::register_usize(signal, pending.clone(), number));
    }
    Handlers { may_end, pending, holders: AtomicUsize::new(0) }
}

/// The signals that end a program and can be held back.
#[cfg(unix)]
fn deferrable() -> Vec<c_int> {
    use rustix::process::Signal;
    let everywhere = [
        Signal::HUP,
        Signal::QUIT,
        Signal::ALARM,
        Signal::USR1,
        Signal::USR2,
        Signal::VTALARM,
        Signal::PROF,
        Signal::XCPU,
        Signal::XFSZ,
    ];
    // PIPE is ignored by every program in Rust.
    let mut signals = vec![SIGINT, SIGTERM];
    signals.extend(everywhere.map(Signal::as_raw));
    #[cfg(target_os = "linux")]
    {
        /// The first real-time signal that no C library keeps for itself, and the last.
        const REAL_TIME: std::ops::RangeInclusive<c_int> = 35..=64;
        signals.extend([Signal::IO, Signal::POWER].map(Signal::as_raw));
        signals.extend(REAL_TIME);
        #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
        signals.push(Signal::STKFLT.as_raw());
    }
    signals
}

#[cfg(not(unix))]
fn deferrable() -> Vec<c_int> {
    vec![SIGINT, SIGTERM]
}

/// The signals that are to do nothing by the will of whoever started this program (nohup, a shell's
/// background job), a bit for each, as Linux tells. So it stays.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
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
    let handlers = HANDLERS.get_or_init(install);
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
