//! What can go wrong with a store.

use std::path::PathBuf;
use std::time::Duration;

use super::Item;

/// Why a store could not do what was asked. Texts say what failed and why; what to do about it
/// stands beside every other hint in `error/hints.rs`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the keychain is locked")]
    Locked,
    #[error("access to the keychain was denied: {0}")]
    Denied(String),
    #[error("no keychain service can be reached: {0}")]
    Unreachable(String),
    #[error("the keychain has no default collection yet")]
    NoCollection,
    #[error("the keychain service was restarted in the middle of the work")]
    ServiceLost,
    #[error("the keychain did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    #[error(
        "the keychain has {count} items named {item:?}, and which one is right cannot be known"
    )]
    Ambiguous { item: String, count: usize },
    #[error("{0} was saved, but reading it back gave something else")]
    ReadBackDiffers(Item),
    #[error("{name} is damaged: {why}")]
    Damaged { name: String, why: String },
    #[error("{name} was written by a newer partnerlink (format {version})")]
    TooNew { name: String, version: u32 },
    #[error("{} cannot be opened with this key", .0.display())]
    WrongKey(PathBuf),
    #[error("the key of the sealed files is not available: {0}")]
    NoKey(String),
    #[error("{} is not safe to use: {why}", .path.display())]
    Unsafe { path: PathBuf, why: String },
    #[error("no room left to save tokens in {}", .0.display())]
    NoSpace(PathBuf),
    #[error("{action} {}: {source}", .path.display())]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
    #[error("the keychain failed: {0}")]
    Keychain(String),
    #[error("this version has no store named {0:?}")]
    NoSuchStore(String),
}
