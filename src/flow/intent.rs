//! The note that a refresh token is being spent: written before the request, removed after the
//! save. A run that finds one knows that its predecessor may have died in between.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::clock::{self, Timestamp};
use crate::secret::Secret;
use crate::system::files::{self, create_private_folder};

/// A younger intent may belong to a request that is still under way at the provider, in seconds.
const MAY_BE_UNDER_WAY: i64 = 90;
/// How long to leave the provider in peace after such a request began, in seconds.
const SETTLE: i64 = 2;

/// What is written: nothing from which a token could be made.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// SHA-256 of the refresh token.
    token: String,
    at: Timestamp,
    pid: u32,
}

impl Intent {
    pub fn new(refresh_token: &Secret, now: Timestamp) -> Self {
        Self { token: digest(refresh_token), at: now, pid: std::process::id() }
    }

    /// The intent that an earlier run left behind, if any; one that cannot be read counts as none.
    pub fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    /// Whether it was this token that was being spent.
    pub fn is_about(&self, refresh_token: &Secret) -> bool {
        self.token == digest(refresh_token)
    }

    /// How long to wait before the token is tried again; zero when nothing can be under way.
    pub fn wait(&self, now: Timestamp) -> Duration {
        let age = clock::seconds_between(self.at, now);
        if (0..MAY_BE_UNDER_WAY).contains(&age) {
            clock::time_left(now, clock::after(self.at, SETTLE))
        } else {
            Duration::ZERO
        }
    }

    /// Writes it durably: it must outlive a power cut that the request's effect outlives. In place,
    /// since a name that is new is durable with the file, and a renamed one only after another wait
    /// for the disk; half of an intent counts as none, and then nothing was sent.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let bytes = serde_json::to_vec(self).map_err(io::Error::other)?;
        create_private_folder(path.parent().unwrap_or(path))?;
        let mut file = files::create(path)?;
        file.write_all(&bytes)?;
        file.sync_all()
    }
}

/// Removes the note once the outcome is known. One that stays is harmless: it is about a token
/// that is stored no more.
pub fn clear(path: &PathBuf) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        log::debug!("{} could not be removed: {error}", path.display());
    }
}

fn digest(token: &Secret) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(token.expose().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intent_comes_back_and_holds_no_token() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("intents/x.json");
        let intent = Intent::new(&"refresh-token-1".into(), Timestamp::UNIX_EPOCH);
        intent.write(&path).unwrap();
        assert!(!fs::read_to_string(&path).unwrap().contains("refresh-token-1"));
        let read = Intent::read(&path).unwrap();
        assert!(read.is_about(&"refresh-token-1".into()) && !read.is_about(&"other".into()));
        clear(&path);
        clear(&path);
        assert_eq!(Intent::read(&path), None);
    }

    #[test]
    fn only_a_young_intent_makes_us_wait() {
        let begun = Timestamp::from_second(1_000_000).unwrap();
        let intent = Intent::new(&"t".into(), begun);
        let wait = |seconds| intent.wait(clock::after(begun, seconds)).as_secs();
        assert_eq!((wait(0), wait(1), wait(2), wait(89)), (2, 1, 0, 0));
        assert_eq!((wait(90), wait(-1), wait(-9999)), (0, 0, 0));
    }
}
