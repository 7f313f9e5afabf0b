//! What the files of an export hold, kept beside them: whether a month was whole when it was
//! written, and whether a file is still the one that was written.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::data::query::Source;
use crate::system::held::{BRIEFLY, is_held, while_held};
use crate::system::{FileError, OutputFile};

const NAME: &str = ".partnerlink-export.jsonl";
/// Lines for each file beyond which the older ones are dropped.
const MOST_LINES: usize = 4;

/// The files of one folder, by their name in it. Every file that was written is a line at the end
/// of a list; a line that cannot be read makes its file somebody else's.
#[derive(Debug)]
pub struct Ledger {
    folder: PathBuf,
    /// In the order of writing: a run may break off before the last one gets its name.
    files: BTreeMap<String, Vec<Held>>,
}

/// What a file held when it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Whose readings.
    pub source: String,
    /// Of what they are, and how they are written.
    pub asked: String,
    pub from: Timestamp,
    pub to: Timestamp,
    /// The month was not over.
    pub is_running: bool,
    /// With a value.
    pub readings: usize,
    pub missing: usize,
    /// Bytes, and what tells them from others.
    pub size: u64,
    pub fingerprint: String,
}

/// What is at a file's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Nothing,
    /// As this program wrote it.
    Ours(Held),
    /// Somebody else's, or changed since.
    Foreign,
}

#[derive(Serialize, Deserialize)]
struct Line {
    file: String,
    #[serde(flatten)]
    held: Held,
}

impl Ledger {
    /// That of a folder.
    pub fn of(folder: &Path) -> Result<Self, FileError> {
        let mut ledger = Self { folder: folder.to_owned(), files: BTreeMap::new() };
        let path = folder.join(NAME);
        let text = match while_held(&path, BRIEFLY, || fs::read_to_string(&path)) {
            // Without the list every file would be somebody else's.
            Err(error) if is_held(&error) => return Err(FileError::InUse(path)),
            read => read.unwrap_or_default(),
        };
        for Line { file, held } in text.lines().filter_map(|line| serde_json::from_str(line).ok()) {
            ledger.files.entry(file).or_default().push(held);
        }
        if text.lines().count() > MOST_LINES * ledger.files.len() {
            ledger.drop_older()?;
        }
        Ok(ledger)
    }

    /// What is at the place of this file.
    pub fn find(&self, name: &str) -> Result<Found, FileError> {
        let path = self.folder.join(name);
        let failed = |source| FileError::io("could not read", &path, source);
        let there = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            there => there.map_err(failed)?,
        };
        // A link is no finished file, and is refused when it is to be written.
        if !there.is_file() {
            return Ok(Found::Nothing);
        }
        let Some(all) = self.files.get(name) else { return Ok(Found::Foreign) };
        let mut hash = Hash::default();
        let file = while_held(&path, BRIEFLY, || fs::File::open(&path));
        let size = file.and_then(|mut file| io::copy(&mut file, &mut hash)).map_err(failed)?;
        let is_it = |held: &&Held| held.size == size && held.fingerprint == hash.text();
        Ok(all.iter().rev().find(is_it).map_or(Found::Foreign, |held| Found::Ours(held.clone())))
    }

    /// Notes a file that is about to get its name.
    pub fn note(&mut self, name: &str, held: Held) -> Result<(), FileError> {
        let path = self.folder.join(NAME);
        let line = Line { file: name.to_owned(), held };
        if fs::symlink_metadata(&path).is_ok_and(|meta| !meta.is_file()) {
            return Err(FileError::NotOrdinary(path));
        }
        let failed = |source| FileError::io("could not write", &path, source);
        let text = serde_json::to_string(&line).map_err(io::Error::from).map_err(failed)? + "\n";
        let open = || fs::OpenOptions::new().append(true).create(true).open(&path);
        let file = while_held(&path, BRIEFLY, open);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)?;
        self.files.entry(line.file).or_default().push(line.held);
        Ok(())
    }

    /// Removes the files of a month that was not over, of which this one holds all: only those that
    /// are as this program wrote them. Says how many.
    pub fn remove_shorter(&self, than: &Held) -> usize {
        let is_shorter = |held: &Held| {
            held.is_running
                && (&held.source, &held.asked, held.from) == (&than.source, &than.asked, than.from)
                && held.to < than.to
                && held.readings <= than.readings
        };
        let is_removed = |name: &&String| {
            matches!(self.find(name), Ok(Found::Ours(held)) if is_shorter(&held))
                && fs::remove_file(self.folder.join(name)).is_ok()
        };
        let may_be = self.files.iter().filter(|(_, all)| all.iter().any(is_shorter));
        may_be.map(|(name, _)| name).filter(is_removed).count()
    }

    /// The files that are there and had gaps, with how many intervals are missing.
    pub fn gaps(&self) -> Vec<(&str, usize)> {
        let of = |(name, all): (&'_ String, &'_ Vec<Held>)| {
            let size = fs::symlink_metadata(self.folder.join(name)).ok()?.len();
            let held = all.iter().rev().find(|held| held.size == size)?;
            (held.missing > 0).then_some(held.missing)
        };
        self.files.iter().filter_map(|file| Some((file.0.as_str(), of(file)?))).collect()
    }

    fn drop_older(&mut self) -> Result<(), FileError> {
        let path = self.folder.join(NAME);
        let failed = |source| FileError::io("could not write", &path, source);
        let mut out = OutputFile::create(&path, true)?;
        self.files.retain(|name, _| self.folder.join(name).exists());
        for (name, all) in &mut self.files {
            // The last one may not have got its name.
            all.drain(..all.len().saturating_sub(2));
            for held in all.iter().cloned() {
                let line = Line { file: name.clone(), held };
                let line = serde_json::to_string(&line).map_err(io::Error::from).map_err(failed)?;
                writeln!(out, "{line}").map_err(failed)?;
            }
        }
        out.finish()
    }
}

/// What tells a source from every other.
pub fn source_key(source: &Source) -> String {
    match source {
        Source::Device(meter) => meter.id.clone(),
        Source::Space(meter, medium) => {
            format!("{}-{}", meter.space_id, medium.to_string().to_lowercase())
        }
    }
}

/// FNV-1a over what is written: tells a file from another one, not against anybody.
#[derive(Debug)]
pub struct Hash {
    hash: u64,
    pub bytes: u64,
}

impl Default for Hash {
    fn default() -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, bytes: 0 }
    }
}

impl Hash {
    pub fn text(&self) -> String {
        format!("{:016x}", self.hash)
    }
}

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        self.hash = bytes.iter().fold(self.hash, step);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes into a file, and knows what was written.
pub struct Hashed<'f> {
    pub file: &'f mut OutputFile,
    pub hash: &'f mut Hash,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.write(&bytes[..written])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
