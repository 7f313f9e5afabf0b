//! The signals of Unix.
//!
//! Those that stop a program (TSTP, TTIN, TTOU) stay as they are: a stopped program keeps the lock,
//! and goes on with the provider's answer when it is continued. Held back, TTIN and TTOU would be
//! sent for ever, and TSTP would stop a program that no shell can continue.

use std::ffi::c_int;

use rustix::process::Signal;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::{EXIT_BASE, Handlers};

pub fn listen(handlers: &Handlers) {
    let ignored = ignored();
    for signal in deferrable().into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0) {
        // One that the system does not let us handle keeps its usual meaning.
        let (may_end, pending) = (handlers.may_end.clone(), handlers.pending.clone());
        let number = signal.unsigned_abs() as usize;
        let _ = flag::register_conditional_shutdown(signal, EXIT_BASE + signal, may_end)
            .and_then(|_| flag::register_usize(signal, pending, number));
    }
}

/// The signals that end a program and can be held back.
fn deferrable() -> Vec<c_int> {
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

/// The signals that are to do nothing by the will of whoever started this program (nohup, a shell's
/// background job), a bit for each, as Linux tells. So it stays.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}
