//! The stores and the lock from outside: one contract that every backend keeps, and what happens
//! to each of them.
//!
//! The keychain's tests need a real service and run only inside `tests/real/keyring-session`, which
//! sets PARTNERLINK_TEST_KEYRING=1; elsewhere they say that they were left out. So do those that
//! need root.

#![cfg(target_os = "linux")]

mod bench;
mod children;
mod contract;
mod file;
mod keychain;
mod lock;
#[expect(dead_code, reason = "shared: the tests of endurance use more of it")]
mod memory;
mod owners;
mod third;

use partnerlink::secret::Secret;
use partnerlink::store::{Item, SecretBytes};

fn item(name: &str) -> Item {
    Item::from_name(name).unwrap_or_else(|| panic!("{name} is no item"))
}

fn secret(bytes: impl AsRef<[u8]>) -> SecretBytes {
    Secret::new(bytes.as_ref().to_vec())
}

/// Says in the log of the tests what was not tested, and why.
fn left_out(what: &str, why: &str) {
    eprintln!("LEFT OUT: {what}: {why}");
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
