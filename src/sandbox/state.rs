//! Where the providers' memory lives: in this process, or in a file that many processes share and
//! in which they act as one provider.
//!
//! Under an exclusive lock the file is read, changed and replaced by a renamed one, so a process
//! killed at any moment leaves the old or the new. It is not synced to the disk: after a power cut
//! a sandbox may begin anew.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::data;
use super::grants::{Asked, Code, Grant};
use super::seal::Key;

/// How often each thing happened since the state began. Requests are counted as they come, also
/// those a fault answers; outcomes when they are decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Authorize requests.
    pub authorize: u64,
    /// Consents given, by a person or automatically.
    pub allowed: u64,
    /// Consents refused.
    pub denied: u64,
    /// Token requests with a code.
    pub authorization_code: u64,
    /// Token requests with a refresh token.
    pub refresh_token: u64,
    /// Token requests of another kind or none.
    pub other_grant_type: u64,
    /// Revocation requests.
    pub revoke: u64,
    /// Codes exchanged for tokens.
    pub issued: u64,
    /// Refresh tokens exchanged for tokens.
    pub refreshed: u64,
    /// Of those, exchanged a second time within the overlap.
    pub overlap_used: u64,
    /// Spent refresh tokens that came again: each cost a family its life.
    pub reuse_detected: u64,
    /// Used codes that came again.
    pub code_replayed: u64,
    /// Codes refused because of the PKCE verifier.
    pub verifier_refused: u64,
    /// Requests with a wrong client id or secret.
    pub client_refused: u64,
    /// Families ended by a revocation request.
    pub revoked: u64,
    /// Requests that followed the redirect of the fault `redirect`.
    pub redirect_followed: u64,
    /// Requests to the data APIs.
    pub data: data::Counts,
}

/// Everything both providers remember.
#[derive(Serialize, Deserialize)]
pub struct State {
    #[serde(serialize_with = "write_key", deserialize_with = "read_key")]
    pub key: Key,
    last: u64,
    pub counts: Counts,
    pub requests: BTreeMap<u64, Asked>,
    pub codes: BTreeMap<u64, Code>,
    pub grants: BTreeMap<u64, Grant>,
    /// Readings handed in, by device. Absent from older files.
    #[serde(default)]
    pub pushed: BTreeMap<String, data::Pushed>,
}

impl State {
    pub fn begin() -> io::Result<Self> {
        Ok(Self {
            key: Key::random()?,
            last: 0,
            counts: Counts::default(),
            requests: BTreeMap::new(),
            codes: BTreeMap::new(),
            grants: BTreeMap::new(),
            pushed: BTreeMap::new(),
        })
    }

    /// A number never given before.
    pub fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

fn write_key<S: Serializer>(key: &Key, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&key.to_text())
}

fn read_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
    let text = String::deserialize(deserializer)?;
    Key::from_text(&text).ok_or_else(|| serde::de::Error::custom("not a key"))
}

/// The one way to the state.
pub enum Store {
    Memory(Box<Mutex<State>>),
    File(PathBuf),
}

impl Store {
    /// Fails if the file cannot be written, so that a caller hears it at the start.
    pub fn open(path: Option<PathBuf>, now: u64) -> io::Result<Self> {
        let Some(path) = path else {
            return Ok(Self::Memory(Box::new(Mutex::new(State::begin()?))));
        };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        let store = Self::File(path);
        store.with(now, |_| ())?;
        Ok(store)
    }

    /// Reads and changes the state while nobody else does.
    pub fn with<T>(&self, now: u64, change: impl FnOnce(&mut State) -> T) -> io::Result<T> {
        match self {
            Self::Memory(state) => {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                state.prune(now);
                Ok(change(&mut state))
            }
            Self::File(path) => {
                // Closing the file, or dying, gives the lock back.
                let lock = private().read(true).open(beside(path, ".lock"))?;
                lock.lock()?;
                let before = read(path)?;
                // A damaged file is no reason to stop a sandbox: everybody signs in again.
                let mut state = match serde_json::from_slice(&before) {
                    Ok(state) => state,
                    Err(_) => State::begin()?,
                };
                state.prune(now);
                let answer = change(&mut state);
                let after = serde_json::to_vec(&state)?;
                if after != before {
                    replace(path, &after)?;
                }
                Ok(answer)
            }
        }
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other,
    }
}

/// Only the lock's holder comes here, so one name for the new file is enough, and a killed
/// process leaves at most one behind for the next to overwrite.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = beside(path, ".new");
    let mut file: File = private().truncate(true).open(&new)?;
    file.write_all(bytes)?;
    drop(file);
    fs::rename(new, path)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}
