//! A folder of secrets: whose it may be, what of its files is believed, and how they change.
//!
//! No symbolic link is followed, and nothing of another user's is used. On Windows, where there are
//! no Unix owners and modes, the folder is closed to others when it is made.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::inspect::{Flaw, flaw};
use super::sealed::ENDING;
use crate::secret::Secret;
use crate::store::{SecretBytes, StoreError};
use crate::system::files::{self, Durability, Mode, create_private_folder, sync_folder};
use crate::system::held::{self, BEFORE_SPENDING, BRIEFLY};

/// No record is anywhere near this; what is larger was not written here.
const MOST_FILE_BYTES: u64 = 16 << 20;
/// As much as a record with long tokens needs, so that a full quota shows before it matters.
const PROBE_BYTES: usize = 16 << 10;
/// How many damaged versions of one file are kept.
const MOST_ASIDE: u32 = 100;

/// Whether the folder is there. Its mode stays as it is.
pub(super) fn is_there(folder: &Path) -> Result<bool, StoreError> {
    let Some(meta) = look_at(folder)? else { return Ok(false) };
    match flaw(folder, &meta, true) {
        Some(Flaw::Unusable(error)) => Err(error),
        _ => Ok(true),
    }
}

/// The same, and closes it to others if they may look into it.
pub(super) fn enter(folder: &Path) -> Result<bool, StoreError> {
    let Some(meta) = look_at(folder)? else { return Ok(false) };
    admit(flaw(folder, &meta, true)).map(|()| true)
}

/// The same, and makes the folder and those above it if they are missing.
pub(super) fn make(folder: &Path) -> Result<(), StoreError> {
    if enter(folder)? {
        return Ok(());
    }
    // Or a power cut takes the folder, and every durable file in it.
    let above = folder.parent().unwrap_or(folder);
    create_private_folder(folder)
        .and_then(|()| sync_folder(above))
        .map_err(|error| StoreError::io("could not make", folder, error))?;
    enter(folder).map(drop)
}

/// A file of ours. One that others could read is closed to them, with a warning; one that another
/// program holds is waited for as long as `patience` lasts.
pub(super) fn read(path: &Path, patience: Duration) -> Result<Option<SecretBytes>, StoreError> {
    let Some((file, meta)) = open(path, patience)? else { return Ok(None) };
    admit(flaw(path, &meta, false))?;
    content(file, path).map(Some)
}

/// The same as it is: open to others it stays.
pub(super) fn peek(path: &Path) -> Result<Option<SecretBytes>, StoreError> {
    let Some((file, meta)) = open(path, BRIEFLY)? else { return Ok(None) };
    match flaw(path, &meta, false) {
        Some(Flaw::Unusable(error)) => Err(error),
        _ => content(file, path).map(Some),
    }
}

/// A key, which somebody else put there: what others can read is refused, since it is not known who
/// has read it already.
pub(super) fn read_key(
    path: &Path,
    owner_may_be_root: bool,
) -> Result<Option<SecretBytes>, StoreError> {
    let Some((file, meta)) = open(path, BEFORE_SPENDING)? else { return Ok(None) };
    match flaw(path, &meta, false) {
        None => {}
        Some(_) if owner_may_be_root && is_roots_own(&meta) => {}
        Some(Flaw::Open { mode, .. }) => {
            return Err(StoreError::OpenKey { path: path.to_owned(), mode });
        }
        flaw => admit(flaw)?,
    }
    content(file, path).map(Some)
}

/// systemd hands out credentials as root's, with an access list that shows as group's.
#[cfg(unix)]
fn is_roots_own(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let owner = [0, rustix::process::geteuid().as_raw()].contains(&meta.uid());
    meta.is_file() && owner && meta.mode() & 0o037 == 0
}

#[cfg(not(unix))]
fn is_roots_own(_: &fs::Metadata) -> bool {
    false
}

/// Refuses what may be somebody else's work, and closes what is open to others. On a disk that
/// cannot be written it stays open, and reading goes on.
fn admit(flaw: Option<Flaw>) -> Result<(), StoreError> {
    match flaw {
        None => {}
        Some(Flaw::Unusable(error)) => return Err(error),
        Some(Flaw::Open { path, mode, should }) => match set_mode(&path, should) {
            Ok(()) => {
                log::warn!(
                    "{} was open to others (mode {mode:04o}) and is no longer",
                    path.display()
                );
            }
            Err(error) => {
                let path = path.display();
                log::warn!("{path} is open to others (mode {mode:04o}), and stays so: {error}");
            }
        },
    }
    Ok(())
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

fn look_at(path: &Path) -> Result<Option<fs::Metadata>, StoreError> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        found => found.map(Some).map_err(|error| StoreError::io("could not look at", path, error)),
    }
}

fn open(path: &Path, patience: Duration) -> Result<Option<(File, fs::Metadata)>, StoreError> {
    match look_at(path)? {
        None => return Ok(None),
        Some(meta) if meta.is_symlink() => admit(flaw(path, &meta, false))?,
        Some(_) => {}
    }
    // The link, or a named pipe, may have come since the look.
    let opened = files::open_here(path, patience).and_then(|file| {
        let meta = file.metadata()?;
        Ok((file, meta))
    });
    match opened {
        // Another run has disconnected the account since the look.
        Err(error) if error.kind() == ErrorKind::NotFound && look_at(path)?.is_none() => Ok(None),
        opened => opened.map(Some).map_err(|error| StoreError::io("could not open", path, error)),
    }
}

fn content(file: File, path: &Path) -> Result<SecretBytes, StoreError> {
    let size = file.metadata().map_or(0, |meta| meta.len().min(MOST_FILE_BYTES));
    // One more than it has: the read that fills the rest is the read that sees the end.
    let mut bytes = Vec::with_capacity(size as usize + 1);
    let read = file.take(MOST_FILE_BYTES).read_to_end(&mut bytes);
    let bytes = Secret::new(bytes);
    read.map_err(|error| StoreError::io("could not read", path, error))?;
    Ok(bytes)
}

/// Durable when this returns: the new file is written beside the old, forced to the disk, read back
/// and renamed over it, and then the rename is forced to the disk as well. Two waits for the disk,
/// and no more; after the first one the bytes are safe, since a name that is new is durable with
/// the file, and [`finish`] gives them theirs. Only one writer of a name at a time: see the locks.
pub(super) fn replace(path: &Path, bytes: &[u8], patience: Duration) -> Result<(), StoreError> {
    files::replace_patiently(path, bytes, Mode::Private, Durability::ContentAndName, patience)
        .map_err(|error| StoreError::io("could not replace", path, error))
}

/// What a replacement that a crash cut off had written beside the file.
pub(super) fn unfinished(path: &Path) -> Result<Option<SecretBytes>, StoreError> {
    peek(&with_ending(path, "tmp"))
}

/// Ends such a replacement. Its bytes may not be on the disk yet: only a process has died.
pub(super) fn finish(path: &Path) -> Result<(), StoreError> {
    let written = with_ending(path, "tmp");
    let forced = File::open(&written).and_then(|file| file.sync_all());
    forced
        .and_then(|()| files::rename(&written, path, BEFORE_SPENDING))
        .and_then(|()| sync_folder(path.parent().unwrap_or(path)))
        .map_err(|error| StoreError::io("could not replace", path, error))
}

/// As much of a replacement as can be tried without replacing anything.
pub(super) fn probe(path: &Path) -> Result<(), StoreError> {
    files::rehearse(path, &[0; PROBE_BYTES], BEFORE_SPENDING)
        .map_err(|error| StoreError::io("could not write", path, error))
}

/// Fails if another program keeps the file from being replaced.
pub(super) fn replaceable(path: &Path) -> Result<(), StoreError> {
    held::replaceable(path, BEFORE_SPENDING)
        .map_err(|error| StoreError::io("could not write", path, error))
}

/// Fails if the file could not be deleted now.
pub(super) fn deletable(path: &Path) -> Result<(), StoreError> {
    files::deletable(path, BEFORE_SPENDING)
        .map_err(|error| StoreError::io("could not delete", path, error))
}

/// `false` when there was nothing; what a crash left of a save goes as well.
pub(super) fn remove(path: &Path) -> Result<bool, StoreError> {
    let unlink = |path: &Path| {
        files::remove(path, BEFORE_SPENDING)
            .map_err(|error| StoreError::io("could not delete", path, error))
    };
    let swept = unlink(&with_ending(path, "tmp"))?;
    let removed = unlink(path)?;
    if swept || removed {
        let folder = path.parent().unwrap_or(path);
        sync_folder(folder).map_err(|error| StoreError::io("could not sync", folder, error))?;
    }
    Ok(removed)
}

/// Gives a damaged file another name and returns that; `None` when somebody has replaced it in the
/// meantime. A link, because unlike a rename it never takes a name that is in use.
pub(super) fn put_aside(path: &Path, damaged: &[u8]) -> Result<Option<String>, StoreError> {
    if read(path, BRIEFLY)?.is_none_or(|now| now.expose() != damaged) {
        return Ok(None);
    }
    for number in 1..=MOST_ASIDE {
        let ending = if number == 1 { "bad".to_owned() } else { format!("bad.{number}") };
        let aside = with_ending(path, &ending);
        match fs::hard_link(path, &aside) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            linked => linked.map_err(|error| StoreError::io("could not keep", &aside, error))?,
        }
        files::remove(path, BEFORE_SPENDING)
            .map_err(|error| StoreError::io("could not move aside", path, error))?;
        let name = aside.file_name().unwrap_or_default();
        return Ok(Some(name.display().to_string()));
    }
    Err(StoreError::io("could not keep another copy of", path, ErrorKind::AlreadyExists.into()))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

/// The names in a folder; what is not text is not ours.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, StoreError> {
    let failed = |error| StoreError::io("could not list", folder, error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    Ok(names)
}

/// Whether anything in the folder is sealed.
pub(super) fn has_sealed(folder: &Path) -> Result<bool, StoreError> {
    Ok(names(folder)?.iter().any(|name| name.ends_with(ENDING)))
}

/// Bytes that an ordinary user may still write here, where the system tells.
#[cfg(unix)]
pub(super) fn free_bytes(folder: &Path) -> Result<Option<u64>, StoreError> {
    let stat = rustix::fs::statvfs(folder)
        .map_err(|errno| StoreError::io("could not look at", folder, errno.into()))?;
    if stat.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY) {
        return Err(StoreError::io("could not write in", folder, rustix::io::Errno::ROFS.into()));
    }
    Ok(Some(stat.f_bavail.saturating_mul(stat.f_frsize)))
}

#[cfg(not(unix))]
pub(super) fn free_bytes(_: &Path) -> Result<Option<u64>, StoreError> {
    Ok(None)
}
