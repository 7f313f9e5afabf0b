//! The lock that every writer of an account holds, in this process and in all others.
//!
//! A refresh token is spent once: two processes that refresh the same account together sign the
//! person out. So there is a lock file per account, empty and never deleted, and the operating
//! system's lock on it, which a dying process gives back by itself. Where the file system cannot
//! lock, nothing is refreshed: going on without would be the very accident this prevents.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::account_id::AccountId;
use crate::clock;
use crate::system::files;
use crate::system::held;
use crate::system::owner::of_another_user;

/// How long to wait for a lock unless the caller knows better: longer than a healthy process holds
/// it, whose token request may take 30 s after a first one that failed quickly (asserted beside it).
pub const LOCK_DEADLINE: Duration = Duration::from_secs(60);
/// When a wait is worth a word to the person.
const WAIT_IS_LONG: Duration = Duration::from_secs(1);
/// Between two tries. The system's own waiting has no deadline, so the lock is polled: quickly at
/// first, because a holder who only reads is gone in a millisecond.
const SHORTEST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
/// How often a lock file may vanish under our hands before that is called a fault.
const MOST_REOPENS: u32 = 100;

#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process (or thread) had it for the whole time.
    #[error("{} was held by another process for {:.1} s", .path.display(), .waited.as_secs_f64())]
    Held { path: PathBuf, waited: Duration },
    /// The file system has no locks, as some network file systems do not.
    #[error("the file system of {} cannot lock files: {source}", .path.display())]
    NotSupported { path: PathBuf, source: io::Error },
    /// It is not another partnerlink, which shares it.
    #[error("{} is open in another program", .0.display())]
    InUse(PathBuf),
    /// The lock file cannot be opened, or is nothing that may be trusted.
    #[error("{} cannot be used as a lock: {why}", .path.display())]
    Unusable { path: PathBuf, why: String },
}

/// A lock that is held until this is dropped or the process ends.
#[derive(Debug)]
#[must_use = "the lock is given back when this is dropped"]
pub struct AccountLock {
    _file: File,
}

impl AccountLock {
    /// Takes the lock of one account, `FOLDER/PROVIDER.NAME.lock`, and makes folder and file if
    /// they are missing. `on_wait` is called once, when the wait gets long enough to be told.
    pub fn acquire(
        folder: &Path,
        account: &AccountId,
        deadline: Duration,
        on_wait: &mut dyn FnMut(),
    ) -> Result<Self, LockError> {
        Self::acquire_path(&folder.join(format!("{}.lock", account.file_stem())), deadline, on_wait)
    }

    /// The same for a lock file of any name.
    pub fn acquire_path(
        path: &Path,
        deadline: Duration,
        on_wait: &mut dyn FnMut(),
    ) -> Result<Self, LockError> {
        let begin = Instant::now();
        let mut told = false;
        let mut pause = SHORTEST_PAUSE;
        let mut reopened = 0;
        let mut file = open(path)?;
        loop {
            match file.try_lock() {
                Ok(()) if is_still_at(&file, path) => return Ok(Self { _file: file }),
                // Somebody deleted the file: what we locked is not what the next process will lock.
                Ok(()) => {
                    reopened += 1;
                    if reopened > MOST_REOPENS {
                        return Err(unusable(path, "it is deleted again and again"));
                    }
                    file = open(path)?;
                }
                Err(TryLockError::WouldBlock) => {
                    let waited = begin.elapsed();
                    if waited >= deadline {
                        return Err(LockError::Held { path: path.to_owned(), waited });
                    }
                    if waited >= WAIT_IS_LONG && !told {
                        told = true;
                        on_wait();
                    }
                    thread::sleep(jittered(pause).min(deadline - waited));
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Err(TryLockError::Error(source)) => return Err(not_lockable(path, source)),
            }
        }
    }
}

/// Whether somebody holds this lock file, asked without holding up anybody and without making it.
pub fn is_held(path: &Path) -> Result<bool, LockError> {
    let file = held::while_held(path, held::BRIEFLY, || File::open(path)).map_err(|error| {
        match held::is_held(&error) {
            true => LockError::InUse(path.to_owned()),
            false => unusable(path, &error.to_string()),
        }
    })?;
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(not_lockable(path, error)),
    }
}

/// The process that holds it, where the system tells (Linux, from `/proc/locks`).
pub fn holder(path: &Path) -> Option<u32> {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::MetadataExt;
        let inode = format!(":{}", fs::metadata(path).ok()?.ino());
        let table = fs::read_to_string("/proc/locks").ok()?;
        // `1: FLOCK  ADVISORY  WRITE 1234 08:01:131090 0 EOF`: number, …, process, device and inode.
        table.lines().find_map(|line| {
            let columns: Vec<_> = line.split_whitespace().collect();
            let ours = columns.get(1) == Some(&"FLOCK") && columns.get(5)?.ends_with(&inode);
            columns.get(4)?.parse().ok().filter(|pid| ours && *pid > 0)
        })
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = path;
        None
    }
}

/// A lock file of somebody else's could be held or replaced by them at will.
fn open(path: &Path) -> Result<File, LockError> {
    let file = match files::open_to_lock(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            files::create_private_folder(path.parent().unwrap_or(path))
                .map_err(|error| unusable(path, &format!("its folder cannot be made: {error}")))?;
            files::open_to_lock(path)
        }
        other => other,
    };
    let file = file.map_err(|error| match held::is_held(&error) {
        true => LockError::InUse(path.to_owned()),
        false => unusable(path, &plainly(&error)),
    })?;
    let meta = file.metadata().map_err(|error| unusable(path, &error.to_string()))?;
    if !meta.is_file() {
        return Err(unusable(path, "it is not a regular file"));
    }
    match of_another_user(&meta) {
        Some(why) => Err(unusable(path, &why)),
        None => Ok(file),
    }
}

#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let same = |a: &fs::Metadata, b: &fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
    matches!((file.metadata(), fs::symlink_metadata(path)), (Ok(held), Ok(named)) if same(&held, &named))
}

/// On Windows a file that is open as [`open`] does it keeps its name.
#[cfg(not(unix))]
fn is_still_at(_: &File, path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn plainly(error: &io::Error) -> String {
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return "it is a symbolic link".into();
    }
    match error.kind() {
        io::ErrorKind::IsADirectory => "it is a folder".into(),
        _ => error.to_string(),
    }
}

/// Only what says "no locks here" is [`LockError::NotSupported`]; the rest is a fault of the file.
fn not_lockable(path: &Path, source: io::Error) -> LockError {
    #[cfg(unix)]
    let no_locks = source.raw_os_error() == Some(rustix::io::Errno::NOLCK.raw_os_error());
    #[cfg(not(unix))]
    let no_locks = false;
    if no_locks || source.kind() == io::ErrorKind::Unsupported {
        return LockError::NotSupported { path: path.to_owned(), source };
    }
    unusable(path, &source.to_string())
}

fn unusable(path: &Path, why: &str) -> LockError {
    LockError::Unusable { path: path.to_owned(), why: why.to_owned() }
}

/// Between half of `pause` and all of it, so that processes that began together spread out.
fn jittered(pause: Duration) -> Duration {
    pause / 2 + clock::random_part(pause / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_stay_in_their_bounds() {
        for _ in 0..1000 {
            let pause = jittered(LONGEST_PAUSE);
            assert!(pause >= LONGEST_PAUSE / 2 && pause <= LONGEST_PAUSE, "{pause:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_system_without_locks_is_told_apart() {
        use rustix::io::Errno;
        let of = |errno: Errno| {
            not_lockable(Path::new("x"), io::Error::from_raw_os_error(errno.raw_os_error()))
        };
        for errno in [Errno::NOLCK, Errno::OPNOTSUPP, Errno::NOSYS] {
            assert!(matches!(of(errno), LockError::NotSupported { .. }), "{errno:?}");
        }
        assert!(matches!(of(Errno::IO), LockError::Unusable { .. }));
    }
}
