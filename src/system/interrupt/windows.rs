//! The events of a Windows console, each as the signal of Unix that means the same.
//!
//! Windows tells them in a thread of its own. After a closed window, a sign-out or a shutdown it
//! ends the program when that thread is done: tokio's handler keeps it waiting, and so the work goes
//! on for as long as Windows lets it (5 s by default, HungAppTimeout). What takes longer is cut as by
//! a power cut, which the intent on disk and the journal are for. So is a sign-out or shutdown of which
//! Windows tells nothing: programs that have user32 loaded, as ours has by its folders' crate, hear of
//! them only with a window of their own (`SetConsoleCtrlHandler`, remarks).

use std::ffi::c_int;
use std::io;
use std::sync::atomic::Ordering;
use std::thread;

use tokio::runtime;
use tokio::signal::windows;

use super::{EXIT_BASE, Handlers};

/// The numbers that exit codes are made of: the same on every system.
const HUP: c_int = 1;
const INT: c_int = 2;
const TERM: c_int = 15;

pub fn listen(handlers: &Handlers) {
    // What the system does not let us handle keeps its usual meaning.
    let _ = try_listen(handlers);
}

fn try_listen(handlers: &Handlers) -> io::Result<()> {
    let (mut ctrl_c, mut ctrl_break) = (windows::ctrl_c()?, windows::ctrl_break()?);
    let mut closed = windows::ctrl_close()?;
    let (mut signed_out, mut shut_down) = (windows::ctrl_logoff()?, windows::ctrl_shutdown()?);
    let runtime = runtime::Builder::new_current_thread().build()?;
    let (may_end, pending) = (handlers.may_end.clone(), handlers.pending.clone());
    let hear = async move {
        loop {
            let signal = tokio::select! {
                _ = ctrl_c.recv() => INT,
                _ = ctrl_break.recv() => INT,
                _ = closed.recv() => HUP,
                _ = signed_out.recv() => TERM,
                _ = shut_down.recv() => TERM,
            };
            pending.store(signal.unsigned_abs() as usize, Ordering::SeqCst);
            if may_end.load(Ordering::SeqCst) {
                std::process::exit(EXIT_BASE + signal);
            }
        }
    };
    thread::Builder::new().name("interrupt".into()).spawn(move || runtime.block_on(hear))?;
    Ok(())
}
