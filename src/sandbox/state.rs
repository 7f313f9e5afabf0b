//! Where the providers' memory lives: in this process, or in a file that many processes share and
//! in which they act as one provider.
//!
//! Under an exclusive lock the file is read, changed and replaced by a renamed one, so a process
//! killed at any moment leaves the old or the new. It is not synced to the disk: after a power cut
//! a sandbox may begin anew.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::catalogue::CATALOGUE;
use super::data::Pushed;
use super::grants::{Asked, Grant};
use super::seal;
use crate::system::files::{self, Durability, Mode};

/// Everything both providers remember. A code and its grant have the same number.
#[derive(Serialize, Deserialize)]
pub struct State {
    /// What this sandbox seals with.
    pub key: String,
    /// How often each thing happened since the state began. Requests are counted as they come, also
    /// those that are refused; outcomes when they are decided.
    pub counts: Value,
    last: u64,
    /// Consent pages that wait for their answer.
    pub asked: BTreeMap<u64, Asked>,
    /// Codes that were not exchanged yet.
    pub codes: BTreeMap<u64, Asked>,
    pub grants: BTreeMap<u64, Grant>,
    /// Readings handed in, by device.
    pub pushed: BTreeMap<String, Pushed>,
}

impl State {
    pub fn begin() -> io::Result<Self> {
        Ok(Self {
            key: seal::random_key()?,
            counts: CATALOGUE.counts.clone(),
            last: 0,
            asked: BTreeMap::new(),
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

    /// `name` as `/sandbox/counts` has it: `refreshed`, `data/spaces`.
    pub fn count(&mut self, name: &str) {
        let count = name.split('/').fold(&mut self.counts, |counts, name| &mut counts[name]);
        debug_assert!(count.is_u64(), "{name}");
        *count = json!(count.as_u64().unwrap_or_default() + 1);
    }
}

/// The one way to the state.
pub enum Store {
    Memory(Box<Mutex<State>>),
    File(PathBuf),
}

impl Store {
    /// Fails if the file cannot be written, so that a caller hears it at the start.
    pub fn open(path: Option<PathBuf>, now: i64) -> io::Result<Self> {
        let Some(path) = path else {
            return Ok(Self::Memory(Box::new(Mutex::new(State::begin()?))));
        };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            files::create_private_folder(folder)?;
        }
        let store = Self::File(path);
        store.with(now, |_| ())?;
        Ok(store)
    }

    /// Reads and changes the state while nobody else does.
    pub fn with<T>(&self, now: i64, change: impl FnOnce(&mut State) -> T) -> io::Result<T> {
        match self {
            Self::Memory(state) => {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                state.forget_what_expired(now);
                Ok(change(&mut state))
            }
            Self::File(path) => {
                // Closing the file, or dying, gives the lock back.
                let lock = files::create(&path.with_extension("lock"))?;
                lock.lock()?;
                let before = match fs::read(path) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
                    read => read?,
                };
                // A damaged file is no reason to stop a sandbox: everybody signs in again.
                let mut state = match serde_json::from_slice(&before) {
                    Ok(state) => state,
                    Err(_) => State::begin()?,
                };
                state.forget_what_expired(now);
                let answer = change(&mut state);
                let after = serde_json::to_vec(&state)?;
                if after != before {
                    files::replace(path, &after, Mode::Private, Durability::None)?;
                }
                Ok(answer)
            }
        }
    }
}
