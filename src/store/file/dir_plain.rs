//! The folder of secrets where there are no Unix owners and modes: on Windows the user's profile is
//! closed to others by inheritance, and nothing else is checked here. See `dir.rs` for the rest.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::secret::Secret;
use crate::store::{SecretBytes, StoreError};

/// No record is anywhere near this; what is larger was not written here.
const MOST_FILE_BYTES: u64 = 16 << 20;
/// As much as a record with long tokens needs.
const PROBE_BYTES: usize = 16 << 10;
/// How many damaged versions of one item are kept.
const MOST_ASIDE: u32 = 100;

pub(super) struct Dir {
    path: PathBuf,
}

/// A file's bytes.
pub(super) struct Content {
    bytes: SecretBytes,
}

impl Content {
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.expose()
    }
}

impl Dir {
    pub(super) fn open(path: &Path) -> Result<Option<Self>, StoreError> {
        Self::open_anyones(path)
    }

    pub(super) fn open_untouched(path: &Path) -> Result<Option<Self>, StoreError> {
        Self::open_anyones(path)
    }

    pub(super) fn make(path: &Path) -> Result<Self, StoreError> {
        Self::make_anyones(path)
    }

    pub(super) fn open_anyones(path: &Path) -> Result<Option<Self>, StoreError> {
        match fs::symlink_metadata(path) {
            Ok(meta) if meta.is_dir() => Ok(Some(Self { path: path.to_owned() })),
            Ok(_) => Err(refused(path, "it is a link or no folder")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failure("could not open", path, path, error)),
        }
    }

    pub(super) fn make_anyones(path: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(path).map_err(|error| failure("could not make", path, path, error))?;
        Self::open_anyones(path)?
            .ok_or_else(|| failure("could not make", path, path, io::ErrorKind::NotFound.into()))
    }

    pub(super) fn read(&self, name: &str) -> Result<Option<Content>, StoreError> {
        self.read_key(name, false)
    }

    pub(super) fn read_key(&self, name: &str, _: bool) -> Result<Option<Content>, StoreError> {
        let path = self.path.join(name);
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_file() => {}
            Ok(_) => return Err(refused(&path, "it is a link or no regular file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed("could not open", name, error)),
        }
        let mut bytes = Vec::new();
        let read =
            File::open(&path).and_then(|file| file.take(MOST_FILE_BYTES).read_to_end(&mut bytes));
        let bytes = Secret::new(bytes);
        read.map_err(|error| self.failed("could not read", name, error))?;
        Ok(Some(Content { bytes }))
    }

    /// The rename is durable as far as the system makes it so: a folder cannot be synced here.
    pub(super) fn replace(&self, name: &str, bytes: &[u8]) -> Result<bool, StoreError> {
        let temporary = format!("{name}.tmp");
        let written = self.write_temporary(&temporary, bytes).and_then(|same| {
            if same {
                fs::rename(self.path.join(&temporary), self.path.join(name))?;
            }
            Ok(same)
        });
        if !matches!(written, Ok(true)) {
            let _ = fs::remove_file(self.path.join(&temporary));
        }
        written.map_err(|error| self.failed("could not replace", name, error))
    }

    pub(super) fn probe(&self, name: &str) -> Result<(), StoreError> {
        let temporary = format!("{name}.tmp");
        let written = self.write_temporary(&temporary, &[0; PROBE_BYTES]);
        let _ = fs::remove_file(self.path.join(&temporary));
        written.map(drop).map_err(|error| self.failed("could not write", &temporary, error))
    }

    fn write_temporary(&self, temporary: &str, bytes: &[u8]) -> io::Result<bool> {
        let path = self.path.join(temporary);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        file.rewind()?;
        let mut back = Vec::with_capacity(bytes.len() + 1);
        file.read_to_end(&mut back)?;
        Ok(back == bytes)
    }

    pub(super) fn remove(&self, name: &str) -> Result<bool, StoreError> {
        let _ = fs::remove_file(self.path.join(format!("{name}.tmp")));
        match fs::remove_file(self.path.join(name)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.failed("could not delete", name, error)),
        }
    }

    pub(super) fn put_aside(
        &self,
        name: &str,
        damaged: &Content,
    ) -> Result<Option<String>, StoreError> {
        if fs::read(self.path.join(name)).ok().as_deref() != Some(damaged.bytes()) {
            return Ok(None);
        }
        for number in 1..=MOST_ASIDE {
            let aside =
                if number == 1 { format!("{name}.bad") } else { format!("{name}.bad.{number}") };
            match fs::hard_link(self.path.join(name), self.path.join(&aside)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                linked => linked.map_err(|error| self.failed("could not keep", &aside, error))?,
            }
            fs::remove_file(self.path.join(name))
                .map_err(|error| self.failed("could not move aside", name, error))?;
            return Ok(Some(aside));
        }
        Err(self.failed(
            "could not keep another copy of",
            name,
            io::ErrorKind::AlreadyExists.into(),
        ))
    }

    pub(super) fn names(&self) -> Result<Vec<String>, StoreError> {
        let failed = |error| self.failed("could not list", "", error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(failed)? {
            names.extend(entry.map_err(failed)?.file_name().to_str().map(str::to_owned));
        }
        Ok(names)
    }

    /// Not known without a system call of its own; the probe writes for real.
    pub(super) fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }

    fn failed(&self, action: &'static str, name: &str, error: io::Error) -> StoreError {
        failure(action, &self.path.join(name), &self.path, error)
    }
}

fn failure(action: &'static str, path: &Path, folder: &Path, source: io::Error) -> StoreError {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            StoreError::NoSpace(folder.to_owned())
        }
        _ => StoreError::Io { action, path: path.to_owned(), source },
    }
}

fn refused(path: &Path, why: &str) -> StoreError {
    StoreError::Unsafe { path: path.to_owned(), why: why.to_owned() }
}
