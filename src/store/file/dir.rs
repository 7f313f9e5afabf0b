//! A folder of secrets: whose it may be, and what of its files is believed.
//!
//! Everything goes through the open folder, so that nobody can put another one in its place between
//! two steps, and no symbolic link is followed.

#[path = "change.rs"]
mod change;

use std::ffi::CStr;
use std::fs::{DirBuilder, File};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::{self, FileType, Mode, OFlags, RawMode, Stat};
use rustix::io::{Errno, retry_on_intr};

use crate::secret::Secret;
use crate::store::{SecretBytes, StoreError};

/// No record is anywhere near this; what is larger was not written here.
const MOST_FILE_BYTES: u64 = 16 << 20;
const FOR_ALL_OTHERS: RawMode = 0o077;
/// NONBLOCK: opening a named pipe that lies in a file's place must not wait for its other end.
const SAFELY: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

pub(super) struct Dir {
    handle: OwnedFd,
    path: PathBuf,
}

/// A file's bytes, and which file they came from.
pub(super) struct Content {
    bytes: SecretBytes,
    stat: Stat,
}

impl Content {
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.expose()
    }
}

impl Dir {
    /// `None` when there is no such folder. One that others may look into is closed to them.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, StoreError> {
        let Some(dir) = Self::open_untouched(path)? else { return Ok(None) };
        tighten(&dir.handle, &dir.stat()?, Mode::RWXU, path);
        Ok(Some(dir))
    }

    /// The same for a look: its mode stays as it is.
    pub(super) fn open_untouched(path: &Path) -> Result<Option<Self>, StoreError> {
        let Some(dir) = Self::open_as(path, OFlags::NOFOLLOW)? else { return Ok(None) };
        check_owner(&dir.stat()?, path)?;
        Ok(Some(dir))
    }

    fn stat(&self) -> Result<Stat, StoreError> {
        fs::fstat(&self.handle).map_err(|errno| self.failed("could not look at", "", errno))
    }

    /// The same, and makes the folder and those above it if they are missing.
    pub(super) fn make(path: &Path) -> Result<Self, StoreError> {
        if let Some(dir) = Self::open(path)? {
            return Ok(dir);
        }
        Self::create(path)?;
        Self::open(path)?
            .ok_or_else(|| failure("could not make", path, path, io::ErrorKind::NotFound.into()))
    }

    /// For a key file's folder, which may be one like `/etc`, or a link to one: only the file itself
    /// is checked.
    pub(super) fn make_anyones(path: &Path) -> Result<Self, StoreError> {
        if let Some(dir) = Self::open_anyones(path)? {
            return Ok(dir);
        }
        Self::create(path)?;
        Self::open_anyones(path)?
            .ok_or_else(|| failure("could not make", path, path, io::ErrorKind::NotFound.into()))
    }

    fn create(path: &Path) -> Result<(), StoreError> {
        let failed = |source: io::Error| failure("could not make", path, path, source);
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        // Or a power cut takes the folder, and every durable file in it.
        match path.parent().and_then(|above| File::open(above).ok()) {
            Some(above) => above.sync_all().map_err(failed),
            None => Ok(()),
        }
    }

    /// See [`Dir::make_anyones`].
    pub(super) fn open_anyones(path: &Path) -> Result<Option<Self>, StoreError> {
        Self::open_as(path, OFlags::empty())
    }

    fn open_as(path: &Path, more: OFlags) -> Result<Option<Self>, StoreError> {
        let flags = OFlags::CLOEXEC | OFlags::RDONLY | OFlags::DIRECTORY | more;
        match fs::open(path, flags, Mode::empty()) {
            Ok(handle) => Ok(Some(Self { handle, path: path.to_owned() })),
            Err(Errno::NOENT) => Ok(None),
            Err(Errno::LOOP | Errno::NOTDIR) => {
                Err(refused(path, "it is a symbolic link or no folder"))
            }
            Err(errno) => Err(failure("could not open", path, path, errno.into())),
        }
    }

    /// A file of ours. One that others could read is closed to them, with a warning.
    pub(super) fn read(&self, name: &str) -> Result<Option<Content>, StoreError> {
        let Some((file, stat)) = self.open_file(name)? else { return Ok(None) };
        let path = self.path.join(name);
        check_owner(&stat, &path)?;
        tighten(&file, &stat, Mode::RUSR | Mode::WUSR, &path);
        self.content(name, file, stat).map(Some)
    }

    /// A key, which somebody else put there: what others can read is refused, since it is not known
    /// who has read it already.
    pub(super) fn read_key(
        &self,
        name: &str,
        owner_may_be_root: bool,
    ) -> Result<Option<Content>, StoreError> {
        let Some((file, stat)) = self.open_file(name)? else { return Ok(None) };
        let path = self.path.join(name);
        // systemd hands out credentials as root's, with an access list that shows as group's.
        let others = if owner_may_be_root { 0o037 } else { FOR_ALL_OTHERS };
        if !(owner_may_be_root && stat.st_uid == 0) {
            check_owner(&stat, &path)?;
        }
        if stat.st_mode & others != 0 {
            return Err(refused(
                &path,
                &format!("others can read it (mode {:04o})", stat.st_mode & 0o7777),
            ));
        }
        self.content(name, file, stat).map(Some)
    }

    fn open_file(&self, name: &str) -> Result<Option<(File, Stat)>, StoreError> {
        let path = self.path.join(name);
        let file = match fs::openat(&self.handle, name, SAFELY | OFlags::RDONLY, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP) => return Err(refused(&path, "it is a symbolic link")),
            Err(errno) => return Err(self.failed("could not open", name, errno)),
        };
        let stat =
            fs::fstat(&file).map_err(|errno| self.failed("could not look at", name, errno))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(refused(&path, "it is not a regular file"));
        }
        Ok(Some((file, stat)))
    }

    fn content(&self, name: &str, file: File, stat: Stat) -> Result<Content, StoreError> {
        let size = u64::try_from(stat.st_size).unwrap_or(0).min(MOST_FILE_BYTES);
        // One more than it has: the read that fills the rest is the read that sees the end.
        let mut bytes = Vec::with_capacity(size as usize + 1);
        let read = file.take(MOST_FILE_BYTES).read_to_end(&mut bytes);
        let bytes = Secret::new(bytes);
        read.map_err(|error| failure("could not read", &self.path.join(name), &self.path, error))?;
        Ok(Content { bytes, stat })
    }

    pub(super) fn names(&self) -> Result<Vec<String>, StoreError> {
        let failed = |errno| self.failed("could not list", "", errno);
        let mut names = Vec::new();
        for entry in fs::Dir::read_from(&self.handle).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            // What is not text is not ours.
            names.extend(CStr::to_str(entry.file_name()).ok().map(str::to_owned));
        }
        Ok(names)
    }

    /// Bytes that an ordinary user may still write here.
    pub(super) fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        let stat = fs::fstatvfs(&self.handle)
            .map_err(|errno| self.failed("could not look at", "", errno))?;
        if stat.f_flag.contains(fs::StatVfsMountFlags::RDONLY) {
            return Err(self.failed("could not write in", "", Errno::ROFS));
        }
        Ok(Some(stat.f_bavail.saturating_mul(stat.f_frsize)))
    }

    fn sync(&self) -> Result<(), StoreError> {
        retry_on_intr(|| fs::fsync(&self.handle))
            .map_err(|errno| self.failed("could not sync", "", errno))
    }

    fn failed(&self, action: &'static str, name: &str, errno: Errno) -> StoreError {
        let path = if name.is_empty() { self.path.clone() } else { self.path.join(name) };
        failure(action, &path, &self.path, errno.into())
    }
}

fn failure(action: &'static str, path: &Path, folder: &Path, source: io::Error) -> StoreError {
    match Errno::from_io_error(&source) {
        Some(Errno::NOSPC | Errno::DQUOT) => StoreError::NoSpace(folder.to_owned()),
        _ => StoreError::Io { action, path: path.to_owned(), source },
    }
}

/// Also against `sudo`: root would leave files behind that their owner cannot read.
fn check_owner(stat: &Stat, path: &Path) -> Result<(), StoreError> {
    if stat.st_uid != rustix::process::geteuid().as_raw() {
        return Err(refused(path, &format!("it belongs to another user (id {})", stat.st_uid)));
    }
    Ok(())
}

/// Takes from all others what they could do. On a disk that cannot be written it stays as it is,
/// and reading goes on.
fn tighten(file: impl std::os::fd::AsFd, stat: &Stat, mode: Mode, path: &Path) {
    if stat.st_mode & FOR_ALL_OTHERS == 0 {
        return;
    }
    let was = stat.st_mode & 0o7777;
    match fs::fchmod(file, mode) {
        Ok(()) => {
            log::warn!("{} was open to others (mode {was:04o}) and is no longer", path.display());
        }
        Err(errno) => {
            log::warn!(
                "{} is open to others (mode {was:04o}), and stays so: {errno}",
                path.display()
            );
        }
    }
}

fn refused(path: &Path, why: &str) -> StoreError {
    StoreError::Unsafe { path: path.to_owned(), why: why.to_owned() }
}
