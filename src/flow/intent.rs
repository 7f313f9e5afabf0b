//! The note that a refresh token is being spent: written before the request, removed after the
//! save. A run that finds one knows that its predecessor may have died in between.
//!
//! Its file has two lines. The second one is the [`Journal`] of the new tokens, written into room
//! that was taken before the request: a disk that has filled up since cannot refuse it.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::World;
use super::journal::Journal;
use crate::clock::{self, Timestamp};
use crate::secret::Secret;
use crate::store::TokenStore;
use crate::store::record::Record;
use crate::store::shared::{Nonce, Seen};
use crate::system::files;
use crate::system::held::{BEFORE_SPENDING, BRIEFLY, is_held};
use crate::system::owner::of_another_user;

/// A younger intent may belong to a request that is still under way at the provider, in seconds.
const MAY_BE_UNDER_WAY: i64 = 90;
/// How long to leave the provider in peace after such a request began, in seconds.
pub const SETTLE: i64 = 2;
/// The room of intent and journal, in bytes. Tokens travel in headers, of which no server takes
/// more than 16 KiB: two of them fit, sealed and in base64.
const ROOM: u64 = 64 << 10;
/// What is larger was not written here.
const MOST_BYTES: u64 = 4 << 20;

/// SHA-256 of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct TokenId(String);

impl TokenId {
    pub(super) fn of(token: &Secret) -> Self {
        Self(BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(token.expose().as_bytes())))
    }
}

/// What is written before a token is spent: nothing from which a token could be made.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    token: TokenId,
    at: Timestamp,
    pid: u32,
    /// In a shared store: those of the claims that this machine has made, or tried to make, on the
    /// token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Nonce>,
    /// The version of the shared record that the token was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

impl Intent {
    pub fn new(refresh_token: &Secret, now: Timestamp) -> Self {
        let token = TokenId::of(refresh_token);
        Self { token, at: now, pid: std::process::id(), claims: Vec::new(), version: None }
    }

    /// Whether it was this token that was being spent.
    pub fn is_about(&self, refresh_token: &Secret) -> bool {
        self.token == TokenId::of(refresh_token)
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

    /// Writes it durably, with the room of a journal behind it: it must outlive a power cut that
    /// the request's effect outlives. Under its own name, since a name that is new is durable with
    /// the file, and a renamed one only after another wait for the disk; half of an intent counts as
    /// none, and then nothing was sent.
    pub fn write(&self, path: &Path) -> io::Result<Written> {
        let mut line = serde_json::to_vec(self).map_err(io::Error::other)?;
        line.push(b'\n');
        files::own_folder(path.parent().unwrap_or(path))?;
        if Left::find(path)?.is_some_and(|left| left.may_be_wanted(&self.token)) {
            files::rename(path, &unopened(path), BEFORE_SPENDING)?;
        }
        let mut file = files::create_anew(path, BEFORE_SPENDING)?;
        files::reserve(&mut file, ROOM)?;
        file.write_all(&line)?;
        file.sync_all()?;
        Ok(Written { file, has_journal: false })
    }
}

/// An intent that is on the disk.
#[derive(Debug)]
pub struct Written {
    file: fs::File,
    pub has_journal: bool,
}

impl Written {
    /// As if this file were the intent's.
    #[cfg(test)]
    pub fn on(file: fs::File) -> Self {
        Self { file, has_journal: false }
    }

    /// Writes the new record into the journal: safe from the end of this process, and from a power
    /// cut once it is [forced](Self::force) to the disk. What a crash leaves of half of it does not
    /// open, and counts as none.
    pub fn keep(&mut self, record: &Record, spent: &Secret) -> io::Result<()> {
        let mut line =
            serde_json::to_vec(&Journal::seal(record, spent)?).map_err(io::Error::other)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.has_journal = true;
        Ok(())
    }

    /// Makes the journal durable; one that cannot be made so counts as none.
    pub fn force(&mut self) -> io::Result<()> {
        self.file.sync_data().inspect_err(|_| self.has_journal = false)
    }
}

/// What an earlier run left behind.
#[derive(Debug)]
pub struct Left {
    pub intent: Intent,
    journal: Option<Journal>,
}

impl Left {
    /// What cannot be read counts as nothing; so does a link, and what is another user's. Only what
    /// another program has open is there and may be wanted: it is waited for, and then an error.
    pub fn find(path: &Path) -> io::Result<Option<Self>> {
        match files::open_here(path, BEFORE_SPENDING) {
            Ok(file) => Ok(Self::parse(file)),
            Err(error) if is_held(&error) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// The same where nothing depends on it.
    pub fn read(path: &Path) -> Option<Self> {
        Self::find(path).ok().flatten()
    }

    fn parse(file: fs::File) -> Option<Self> {
        let meta = file.metadata().ok()?;
        if !meta.is_file() || of_another_user(&meta).is_some() {
            return None;
        }
        let mut bytes = Vec::new();
        file.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
        let mut lines = bytes.split(|&byte| byte == b'\n');
        let intent = serde_json::from_slice(lines.next()?).ok()?;
        let journal = lines.next().and_then(|line| serde_json::from_slice(line).ok());
        Some(Self { intent, journal })
    }

    /// The newer record that the journal has for whoever holds this one.
    pub fn newer(&self, record: &Record) -> Option<Record> {
        let spent = record.refresh_token.as_ref().filter(|token| self.intent.is_about(token))?;
        self.journal.as_ref()?.open(spent, &record.account.account)
    }

    pub fn has_journal(&self) -> bool {
        self.journal.is_some()
    }

    /// Whether its journal may be all that is left of a sign-in, now that this token is to be spent.
    /// It is not if it led to this token, or would have been taken in with it, could it be opened.
    fn may_be_wanted(&self, spent: &TokenId) -> bool {
        let Some(journal) = &self.journal else { return false };
        self.intent.token != *spent && journal.becomes.as_ref() != Some(spent)
    }
}

/// The claims that earlier runs of this machine may have left.
pub fn claims(path: &Path) -> Vec<Nonce> {
    Left::read(path).map(|left| left.intent.claims).unwrap_or_default()
}

/// Puts a note with a journal away after the save. Beside a store that may have saved nothing yet
/// it stays, until the next one takes its place.
pub fn settle(path: &Path, store: &dyn TokenStore) {
    let stays = store.kind().row().is_some_and(|row| row.writes_later);
    if stays && files::rename(path, &saved(path), BRIEFLY).is_ok() {
        return;
    }
    clear(path);
    clear(&saved(path));
}

/// A run that died after it had saved new tokens in a shared store may not have shown them to the
/// machines that only read. What it left is done with only if what was seen is newer: a server that
/// is behind may answer with what was there before.
pub(super) fn show_what_is_saved(world: &World, store: &dyn TokenStore, seen: &Seen) {
    let path = world.folders.intent_file(&seen.record.account.account);
    let Some(token) = seen.record.refresh_token.as_ref().filter(|_| store.is_shared()) else {
        return;
    };
    let version = seen.version();
    let is_left = |left: &Left| {
        left.intent.version.is_some()
            && left.intent.version < version
            && !left.intent.is_about(token)
    };
    if Left::read(&path).is_some_and(|left| is_left(&left)) && store.show(seen).is_ok() {
        clear(&path);
    }
}

/// Where the journal of what is saved stays.
pub(super) fn saved(path: &Path) -> PathBuf {
    path.with_extension("saved")
}

/// Where a journal is put that nobody could open.
fn unopened(path: &Path) -> PathBuf {
    path.with_extension("unopened")
}

/// Removes the note once the outcome is known. One that stays is harmless: it is about a token
/// that is stored no more.
pub fn clear(path: &Path) {
    if let Err(error) = files::remove(path, BRIEFLY) {
        log::debug!("{} could not be removed: {error}", path.display());
    }
}

/// The same, with every journal, when the sign-in ends.
pub fn clear_all(path: &Path) {
    for file in [path, &saved(path), &unopened(path)] {
        clear(file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::journal::tests::record;

    #[test]
    fn an_intent_comes_back_and_holds_no_token() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("intents/x.json");
        let token = Secret::from("refresh-token-1");
        let intent = Intent::new(&token, Timestamp::UNIX_EPOCH);
        intent.write(&path).unwrap();
        let bytes = fs::read(&path).unwrap();
        assert!(!bytes.windows(7).any(|window| window == b"refresh"));
        assert_eq!(bytes.len() as u64, ROOM);
        let read = Left::read(&path).unwrap();
        assert!(read.intent.is_about(&token) && !read.intent.is_about(&"other".into()));
        assert!(!read.has_journal() && read.newer(&record("refresh-token-1")).is_none());
        clear(&path);
        clear(&path);
        assert!(Left::read(&path).is_none());
    }

    #[test]
    fn whoever_has_the_former_record_gets_the_newer_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("intents/x.json");
        let mut note = Intent::new(&"one".into(), Timestamp::UNIX_EPOCH).write(&path).unwrap();
        note.keep(&record("two"), &"one".into()).unwrap();
        let newer = |token: &str| {
            let newer = Left::read(&path).unwrap().newer(&record(token));
            newer.map(|record| record.refresh_token.unwrap().expose().clone())
        };
        assert_eq!(newer("one").as_deref(), Some("two"));
        assert_eq!((newer("two"), newer("three")), (None, None));
    }

    /// What led to the token that is spent now is of the past; any other may be all there is.
    #[test]
    fn a_journal_that_may_be_wanted_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("intents/x.json");
        let kept = unopened(&path);
        for (spent, is_kept) in [("two", false), ("one", false), ("zero", true)] {
            let mut note = Intent::new(&"one".into(), Timestamp::UNIX_EPOCH).write(&path).unwrap();
            note.keep(&record("two"), &"one".into()).unwrap();
            // Its process is no more.
            drop(note);
            Intent::new(&spent.into(), Timestamp::UNIX_EPOCH).write(&path).unwrap();
            assert_eq!(kept.exists(), is_kept, "{spent}");
        }
        let old = Left::read(&kept).unwrap().newer(&record("one")).unwrap();
        assert_eq!(old.refresh_token.unwrap().expose(), "two");
        clear_all(&path);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_neither_read_nor_written_through() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("intents/x.json");
        let intent = Intent::new(&"one".into(), Timestamp::UNIX_EPOCH);
        intent.write(&path).unwrap();
        let elsewhere = folder.path().join("elsewhere");
        fs::rename(&path, &elsewhere).unwrap();
        let before = fs::read(&elsewhere).unwrap();
        symlink(&elsewhere, &path).unwrap();
        assert!(Left::read(&path).is_none());
        Intent::new(&"two".into(), Timestamp::UNIX_EPOCH).write(&path).unwrap();
        assert_eq!(fs::read(&elsewhere).unwrap(), before);
        assert!(Left::read(&path).unwrap().intent.is_about(&"two".into()));
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);

        let linked = folder.path().join("linked");
        symlink(path.parent().unwrap(), &linked).unwrap();
        assert!(intent.write(&linked.join("x.json")).is_err());
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
