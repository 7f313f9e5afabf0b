//! A file that has its name only when it is whole: it is written beside its target as `NAME.part`
//! and renamed at the end.
//!
//! Whoever writes a part holds the system's lock on it, so that what a killed run left behind is
//! told from what another run is writing, and is cleared away.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// How often a part may come and go under our hands before somebody else is called busy with it.
const MOST_TRIES: u32 = 5;

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{} is there already; --force replaces it", .0.display())]
    Exists(PathBuf),
    /// A link, a folder, a device: renaming would replace it, and not what is behind it.
    #[error("{} is not an ordinary file", .0.display())]
    NotOrdinary(PathBuf),
    #[error("{} is being written by another run; if there is none, delete it", .0.display())]
    Busy(PathBuf),
    #[error("{action} {}: {source}", .path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
}

/// A file that is being written. Dropped without [`OutputFile::finish`] it leaves nothing behind.
#[derive(Debug)]
pub struct OutputFile {
    file: File,
    part: PathBuf,
    target: PathBuf,
    force: bool,
    finished: bool,
}

impl OutputFile {
    /// Begins to write. An existing target is refused unless `force`; nobody else may read the file
    /// (0600).
    pub fn create(target: &Path, force: bool) -> Result<Self, FileError> {
        check_target(target, force)?;
        let mut name = target
            .file_name()
            .map(OsString::from)
            .ok_or_else(|| FileError::NotOrdinary(target.to_owned()))?;
        name.push(".part");
        let part = target.with_file_name(name);
        let file = create_part(&part)?;
        Ok(Self { file, part, target: target.to_owned(), force, finished: false })
    }

    /// Gives the file its name, after its bytes are on the disk: a power cut leaves the whole file
    /// or none.
    pub fn finish(mut self) -> Result<(), FileError> {
        self.file.sync_all().map_err(|source| failed("could not save", &self.part, source))?;
        check_target(&self.target, self.force)?;
        self.rename()?;
        self.finished = true;
        Ok(())
    }

    fn rename(&self) -> Result<(), FileError> {
        let renamed = if self.force {
            fs::rename(&self.part, &self.target)
        } else {
            rename_to_new(&self.part, &self.target)
        };
        renamed.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => FileError::Exists(self.target.clone()),
            _ => failed("could not rename to", &self.target, error),
        })
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_file(&self.part);
        }
    }
}

fn check_target(target: &Path, force: bool) -> Result<(), FileError> {
    match fs::symlink_metadata(target) {
        Ok(meta) if !meta.is_file() => Err(FileError::NotOrdinary(target.to_owned())),
        Ok(_) if !force => Err(FileError::Exists(target.to_owned())),
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(failed("could not look at", target, error))
        }
        _ => Ok(()),
    }
}

fn create_part(part: &Path) -> Result<File, FileError> {
    for _ in 0..MOST_TRIES {
        // A new file, never one that somebody put there, and never through a link.
        match options().create_new(true).open(part) {
            Ok(file) => match file.try_lock() {
                Ok(()) if is_still_at(&file, part) => return Ok(file),
                // A run that took it for left behind.
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                // Without locks everything is taken for busy, see `clear_left_behind`.
                Err(TryLockError::Error(_)) => return Ok(file),
            },
            Err(error) if error.kind() == ErrorKind::AlreadyExists => clear_left_behind(part)?,
            Err(error) => return Err(failed("could not create", part, error)),
        }
    }
    Err(FileError::Busy(part.to_owned()))
}

fn clear_left_behind(part: &Path) -> Result<(), FileError> {
    match fs::symlink_metadata(part) {
        Ok(meta) if meta.is_file() => {}
        Ok(_) => return Err(FileError::NotOrdinary(part.to_owned())),
        Err(_) => return Ok(()),
    }
    let file = match options().open(part) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed("could not open", part, error)),
    };
    file.try_lock().map_err(|_| FileError::Busy(part.to_owned()))?;
    if !is_still_at(&file, part) {
        return Ok(());
    }
    fs::remove_file(part).map_err(|source| failed("could not remove", part, source))
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;

    use rustix::fs::OFlags;

    let mut options = OpenOptions::new();
    // NONBLOCK: a named pipe in the file's place must not be waited for.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.write(true).mode(0o600).custom_flags(flags.bits().cast_signed());
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    options
}

/// Renames in one step that fails if somebody made the target in the meantime. Two steps (a second
/// name, then the first one away) would leave both names if the program is killed in between.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn rename_to_new(part: &Path, target: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;

    match renameat_with(CWD, part, CWD, target, RenameFlags::NOREPLACE) {
        // A file system or kernel without it; that the target is not there was just looked at.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => fs::rename(part, target),
        renamed => Ok(renamed?),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn rename_to_new(part: &Path, target: &Path) -> io::Result<()> {
    fs::rename(part, target)
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

fn failed(action: &'static str, path: &Path, source: io::Error) -> FileError {
    FileError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
