//! Ports for a server that is started again on its own port: below those that the system gives to
//! connections, of which one would take the port while the server is down.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

/// One that nobody listens at, and that no other test gets.
pub fn free() -> u16 {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let start = (std::process::id() * 97 % u32::from(COUNT)) as u16;
    loop {
        let next = start + GIVEN.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + next % COUNT;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
