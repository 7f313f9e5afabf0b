//! The built-in providers have three registered ports each: one sign-in at a time at each provider,
//! whatever else runs on this machine.

use std::net::TcpListener;
use std::sync::{Mutex, MutexGuard, PoisonError};

static ZAEHLERFREUNDE: Mutex<()> = Mutex::new(());
static TIMBERDATA: Mutex<()> = Mutex::new(());

/// The turn to sign in at `zaehlerfreunde`.
pub fn zaehlerfreunde() -> MutexGuard<'static, ()> {
    // A test that failed has ended its children all the same.
    ZAEHLERFREUNDE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The turn to sign in at `timberdata`.
pub fn timberdata() -> MutexGuard<'static, ()> {
    TIMBERDATA.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A port that was free a moment ago, for a provider that lets the test choose.
pub fn free() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
