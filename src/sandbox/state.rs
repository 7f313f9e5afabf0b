//! Where the providers' memory lives: in this process, or in a file that many processes share and
//! in which they act as one provider.
//!
//! Under an exclusive lock the file is read, changed and replaced by a renamed one, so a process
//! killed at any moment leaves the old or the new. It is not synced to the disk: after a power cut
//! a sandbox may begin anew.
//!
//! The file holds no code and no token, only one key: what the sandbox hands out is claims that
//! anybody can read and a hash that needs the key.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::catalogue::CATALOGUE;
use super::data::Pushed;
use super::grants::Grant;
use crate::system::FileError;
use crate::system::files::{self, Durability, Mode};
use crate::system::held::{BRIEFLY, while_held};

/// Everything both providers remember.
#[derive(Default, Serialize, Deserialize)]
pub struct State {
    key: String,
    /// How often each thing happened since the state began. Requests are counted as they come, also
    /// those that are refused; outcomes when they are decided.
    pub counts: Value,
    last: u64,
    /// By their number.
    pub grants: BTreeMap<u64, Grant>,
    /// Readings handed in, by device.
    pub pushed: BTreeMap<String, Pushed>,
}

impl State {
    pub fn begin() -> io::Result<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(io::Error::other)?;
        let (key, counts) = (URL_SAFE_NO_PAD.encode(key), CATALOGUE.counts.clone());
        Ok(Self { key, counts, ..Self::default() })
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

    /// Writes what the sandbox hands out, in the three parts of a JWT. `head` says what it is, and
    /// at a glance, wherever it turns up, that nothing real has leaked.
    pub fn seal(&self, head: &str, claims: &Value) -> String {
        let open = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        format!("{open}.{}", self.hash(&open))
    }

    /// Reads the claims back; `None` for anything that this sandbox has not written with that head.
    pub fn unseal(&self, head: &str, text: &str) -> Option<Value> {
        let (open, hash) = text.rsplit_once('.')?;
        let claims = open.strip_prefix(head)?.strip_prefix('.')?;
        // A plain comparison: on this machine nobody is kept out who could not read the key.
        let ours = hash == self.hash(open);
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok().filter(|_| ours)?).ok()
    }

    fn hash(&self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{}{text}", self.key)))
    }
}

/// The one way to the state.
pub struct Store {
    path: Option<PathBuf>,
    /// Where there is no path.
    memory: Mutex<State>,
}

impl Store {
    /// Fails if the file cannot be written, so that a caller hears it at the start: by a
    /// [`FileError`], which names it.
    pub fn open(path: Option<PathBuf>, now: i64) -> io::Result<Self> {
        let store = Self { path, memory: Mutex::new(State::begin()?) };
        let Some(path) = &store.path else { return Ok(store) };
        let folder = path.parent().map_or(Ok(()), files::create_private_folder);
        folder
            .and_then(|()| store.with(now, |_| ()))
            .map_err(|error| io::Error::other(FileError::io("could not write", path, error)))?;
        Ok(store)
    }

    /// Reads and changes the state while nobody else does. What has expired by `now` is gone.
    pub fn with<T>(&self, now: i64, change: impl FnOnce(&mut State) -> T) -> io::Result<T> {
        let Some(path) = &self.path else {
            let mut state = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
            state.forget(now);
            return Ok(change(&mut state));
        };
        // Closing the file, or dying, gives the lock back.
        let lock = path.with_extension("lock");
        let lock = while_held(&lock, BRIEFLY, || files::create(&lock))?;
        lock.lock()?;
        let before = match while_held(path, BRIEFLY, || fs::read(path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        // A damaged file is no reason to stop a sandbox: everybody signs in again.
        let mut state = serde_json::from_slice(&before).or_else(|_| State::begin())?;
        state.forget(now);
        let answer = change(&mut state);
        let after = serde_json::to_vec(&state)?;
        if after != before {
            files::replace(path, &after, Mode::Private, Durability::None)?;
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_as_the_same_kind_and_key_only() {
        let state = State::begin().unwrap();
        let claims = json!({ "grant": 7, "generation": 3 });
        let text = state.seal("refresh", &claims);
        assert_eq!(state.unseal("refresh", &text), Some(claims));
        assert_eq!(state.unseal("code", &text), None);
        assert_eq!(state.unseal("code", &text.replace("refresh", "code")), None);
        assert_eq!(State::begin().unwrap().unseal("refresh", &text), None);
        assert_eq!(state.unseal("refresh", &text[..text.len() - 1]), None);
        assert_eq!(state.unseal("refresh", "refresh."), None);
        assert_eq!(state.unseal("refresh", "ä"), None);
    }
}
