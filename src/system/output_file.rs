//! A file that a person asked for has its name only when it is whole: it is written beside its
//! target as `NAME.part` and renamed at the end.
//!
//! Whoever writes a part holds the system's lock on it, so that what a killed run left behind is
//! told from what another run is writing, and is cleared away.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, PersistError};

use super::files;
use super::held::{self, BRIEFLY};

const PART: &str = ".part";

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{} is there already; --force replaces it", .0.display())]
    Exists(PathBuf),
    /// A link, a folder, a device: renaming would replace it, and not what is behind it.
    #[error("{} is not an ordinary file", .0.display())]
    NotOrdinary(PathBuf),
    /// On Windows it would be a second content of the file before the colon, which nobody sees.
    #[error("{} has a colon in its name, behind which Windows puts a hidden part of a file", .0.display())]
    Stream(PathBuf),
    #[error("{} is open in another program", .0.display())]
    InUse(PathBuf),
    #[error("{} is being written by another run; if there is none, delete it", .0.display())]
    Busy(PathBuf),
    #[error("{action} {}: {source}", .path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
}

impl FileError {
    /// What failed, or that another program has the file open.
    pub fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        match held::is_held(&source) {
            true => Self::InUse(path.to_owned()),
            false => Self::Io { action, path: path.to_owned(), source },
        }
    }
}

/// A file that is being written. Dropped without [`OutputFile::finish`] it leaves nothing behind.
#[derive(Debug)]
pub struct OutputFile {
    part: NamedTempFile,
    target: PathBuf,
    force: bool,
}

impl OutputFile {
    /// Begins to write. An existing target is refused unless `force`; nobody else may read the file
    /// (0600).
    pub fn create(target: &Path, force: bool) -> Result<Self, FileError> {
        let name = target.file_name().ok_or_else(|| FileError::NotOrdinary(target.to_owned()))?;
        if cfg!(windows) && name.as_encoded_bytes().contains(&b':') {
            return Err(FileError::Stream(target.to_owned()));
        }
        check_target(target, force)?;
        let path = target.with_file_name([name, PART.as_ref()].into_iter().collect::<OsString>());
        clear_left_behind(&path)?;
        // A new file, never one that somebody put there, and never through a link.
        let created = Builder::new()
            .prefix(name)
            .suffix(PART)
            .rand_bytes(0)
            .tempfile_in(target.parent().unwrap_or(Path::new("")));
        let mut part = created.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => FileError::Busy(path.clone()),
            _ => FileError::io("could not create", &path, error),
        })?;
        match part.as_file().try_lock() {
            Ok(()) if is_still_at(part.as_file(), &path) => {}
            // Where there are no locks, nothing is ever taken for left behind.
            Err(TryLockError::Error(_)) => {}
            // Another run took it for left behind, and what has its name now is that run's.
            Ok(()) | Err(TryLockError::WouldBlock) => {
                part.disable_cleanup(true);
                return Err(FileError::Busy(path));
            }
        }
        Ok(Self { part, target: target.to_owned(), force })
    }

    /// Gives the file its name, after its bytes are on the disk: a power cut leaves the whole file
    /// or none.
    pub fn finish(self) -> Result<(), FileError> {
        let Self { part, target, force } = self;
        part.as_file()
            .sync_all()
            .map_err(|source| FileError::io("could not save", part.path(), source))?;
        check_target(&target, force)?;
        let mut unnamed = Some(part);
        let named = held::while_held(&target, BRIEFLY, || match unnamed.take() {
            Some(part) => give_name(part, &target, force).map_err(|refused| {
                unnamed = Some(refused.file);
                refused.error
            }),
            None => Ok(()),
        });
        named.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => FileError::Exists(target),
            _ => FileError::io("could not rename to", &target, error),
        })
    }
}

fn give_name(part: NamedTempFile, target: &Path, force: bool) -> Result<(), PersistError> {
    if force {
        return part.persist(target).map(drop);
    }
    // One step that fails if somebody made the target in the meantime.
    let named = part.persist_noclobber(target).or_else(|refused| match refused.error.kind() {
        ErrorKind::AlreadyExists => Err(refused),
        // A file system without such a step; that the target is not there was just looked at.
        _ => refused.file.persist(target),
    });
    named.map(drop)
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.part.as_file_mut().flush()
    }
}

fn check_target(target: &Path, force: bool) -> Result<(), FileError> {
    match fs::symlink_metadata(target) {
        Ok(meta) if !meta.is_file() => Err(FileError::NotOrdinary(target.to_owned())),
        Ok(_) if !force => Err(FileError::Exists(target.to_owned())),
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(FileError::io("could not look at", target, error))
        }
        Ok(_) => {
            held::replaceable(target, BRIEFLY).map_err(|_| FileError::InUse(target.to_owned()))
        }
        _ => Ok(()),
    }
}

fn clear_left_behind(part: &Path) -> Result<(), FileError> {
    match fs::symlink_metadata(part) {
        Ok(meta) if meta.is_file() => {}
        Ok(_) => return Err(FileError::NotOrdinary(part.to_owned())),
        Err(_) => return Ok(()),
    }
    let file = match held::while_held(part, BRIEFLY, || File::open(part)) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(FileError::io("could not open", part, error)),
    };
    file.try_lock().map_err(|_| FileError::Busy(part.to_owned()))?;
    if !is_still_at(&file, part) {
        return Ok(());
    }
    files::remove(part, BRIEFLY)
        .map(drop)
        .map_err(|source| FileError::io("could not remove", part, source))
}

/// Whether the open file is the one that has this name now.
#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

/// An open file cannot be replaced there.
#[cfg(not(unix))]
fn is_still_at(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
#[path = "output_file_tests.rs"]
mod tests;
