//! Small files and folders of the program's own, which only this user can look into.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::Duration;

use tempfile::{Builder, NamedTempFile};
use zeroize::Zeroizing;

use super::access;
use super::held::{self, BRIEFLY, while_held};
use super::owner::of_another_user;

/// What a power cut leaves of a file that was replaced. A process that dies leaves the old file or
/// the new one, whatever is chosen here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Perhaps an empty file: enough for what can be made again.
    None,
    /// The old file or the new one.
    Content,
    /// The new one, as soon as [`replace`] returned.
    ContentAndName,
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// This user (0600)
    Private,
    /// Everybody, whatever the umask says (0644)
    Readable,
    /// Who may read the file that is there, and its owner stays; without one, this user
    AsBefore,
}

/// Puts a file in the place of the one before: whoever reads it finds the old or the new one.
/// Folders that are missing are made. Only one writer of a file at a time: the caller holds a lock,
/// of its own or by [`lock_folder`].
pub fn replace(path: &Path, bytes: &[u8], mode: Mode, durability: Durability) -> io::Result<()> {
    replace_patiently(path, bytes, mode, durability, BRIEFLY)
}

/// The same for what another program may hold for as long as `patience` lasts ([`held`]).
pub fn replace_patiently(
    path: &Path,
    bytes: &[u8],
    mode: Mode,
    durability: Durability,
    patience: Duration,
) -> io::Result<()> {
    let mut new = write_beside(path, bytes, mode, durability, patience)?;
    rename(new.path(), path, patience)?;
    new.disable_cleanup(true);
    if durability == Durability::ContentAndName { sync_folder(folder_of(path)) } else { Ok(()) }
}

/// As much of a private [`replace`] as can be tried without replacing anything, and without waiting
/// for the disk: fails as well where another program holds the file for longer than `patience`.
pub fn rehearse(path: &Path, bytes: &[u8], patience: Duration) -> io::Result<()> {
    write_beside(path, bytes, Mode::Private, Durability::None, patience)?;
    held::replaceable(path, patience)
}

/// Gives a file another name, and takes that from the file that has it.
pub fn rename(from: &Path, to: &Path, patience: Duration) -> io::Result<()> {
    while_held(to, patience, || fs::rename(from, to))
}

/// Removes a file; `false` when there was none.
pub fn remove(path: &Path, patience: Duration) -> io::Result<bool> {
    match while_held(path, patience, || fs::remove_file(path)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        removed => removed.map(|()| true),
    }
}

/// Whether there was no room left where something was to be written.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// Fails if the file could not be removed now: another program has it open, or its folder is for reading only. One that
/// is not there can be.
pub fn deletable(path: &Path, patience: Duration) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| folder.exists()) {
        rustix::fs::access(folder, rustix::fs::Access::WRITE_OK)?;
    }
    held::replaceable(path, patience)
}

/// What is to be durable is also read back before it takes the place of what is good.
fn write_beside(
    path: &Path,
    bytes: &[u8],
    mode: Mode,
    durability: Durability,
    patience: Duration,
) -> io::Result<NamedTempFile> {
    let folder = folder_of(path);
    let create = || while_held(path, patience, || create_beside(path, folder));
    let mut file = match create() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create_private_folder(folder)?;
            if durability == Durability::ContentAndName {
                sync_folder(folder_of(folder))?;
            }
            create()?
        }
        created => created?,
    };
    set_mode(file.as_file(), mode, path)?;
    file.write_all(bytes)?;
    if durability != Durability::None {
        file.as_file().sync_all()?;
        file.rewind()?;
        let mut back = Zeroizing::new(Vec::with_capacity(bytes.len() + 1));
        file.read_to_end(&mut back)?;
        if *back != bytes {
            return Err(io::Error::other(Differs));
        }
    }
    Ok(file)
}

#[derive(Debug, thiserror::Error)]
#[error("reading it back gave something else")]
struct Differs;

/// As of a disk that keeps nothing.
#[cfg(test)]
pub fn read_back_wrongly() -> io::Error {
    io::Error::other(Differs)
}

/// Whether it was in reading back that a [`replace`] failed.
pub fn differs(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|source| source.is::<Differs>())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The new file has one name, and not a random one: a run that was killed leaves one file, and the
/// next run, not a sweep of the folder, takes it away.
fn create_beside(path: &Path, folder: &Path) -> io::Result<NamedTempFile> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    // A new file, never through a link that somebody put there.
    let create = || {
        let mut builder = Builder::new();
        builder.prefix(&name).rand_bytes(0);
        builder.make_in(folder, |path| private().create_new(true).open(path))
    };
    match create() {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::remove_file(path.with_file_name(&name))?;
            create()
        }
        created => created,
    }
}

#[cfg(unix)]
fn set_mode(file: &File, mode: Mode, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};

    match (mode, fs::metadata(path)) {
        (Mode::Readable, _) => file.set_permissions(fs::Permissions::from_mode(0o644)),
        (Mode::AsBefore, Ok(before)) => {
            // Only root can give a file away; to anybody else it belongs already.
            let _ = fchown(file, Some(before.uid()), Some(before.gid()));
            file.set_permissions(before.permissions())
        }
        _ => Ok(()),
    }
}

/// A file has the rights of its folder there.
#[cfg(not(unix))]
fn set_mode(_: &File, _: Mode, _: &Path) -> io::Result<()> {
    Ok(())
}

/// Waits until no other process holds this folder, and holds it until the result is dropped. For
/// files that no other lock guards; where folders cannot be locked (Windows, some network file
/// systems) it goes on without.
pub fn lock_folder(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// Opens a file for writing from its beginning.
pub fn create(path: &Path) -> io::Result<File> {
    private().create(true).truncate(true).open(path)
}

/// Makes a new private file in the place of whatever has this name: never through a link, and not
/// with the rights of the file before.
pub fn create_anew(path: &Path, patience: Duration) -> io::Result<File> {
    let create = || private().create_new(true).open(path);
    while_held(path, patience, || match create() {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            create()
        }
        created => created,
    })
}

/// Takes room on the disk for a file that is still empty: no later write within it finds the disk
/// full.
pub fn reserve(file: &mut File, bytes: u64) -> io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::io::Errno;

        match rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, bytes) {
            Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {}
            reserved => return Ok(reserved?),
        }
    }
    // Some file systems know no such call.
    io::copy(&mut io::repeat(0).take(bytes), file)?;
    file.rewind()
}

/// Opens for reading what has this name: no symbolic link is followed, and a named pipe that lies in
/// its place is not waited for.
pub fn open_here(path: &Path, patience: Duration) -> io::Result<File> {
    while_held(path, patience, || never_elsewhere(File::options().read(true)).open(path))
}

/// The same for reading and writing, and makes it where it is missing. Its content stays: on Windows
/// a second process may not even write to a locked file.
pub fn open_or_make_here(path: &Path) -> io::Result<File> {
    open_to_stay(&mut private(), path)
}

/// The same for a file that keeps its name while somebody has it open. Elsewhere names can always be
/// taken away; Windows does it at once since version 10, where whoever has the file open permits it.
pub fn open_to_lock(path: &Path) -> io::Result<File> {
    let mut options = private();
    #[cfg(windows)]
    {
        const READ_AND_WRITE: u32 = 3;
        std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, READ_AND_WRITE);
    }
    open_to_stay(&mut options, path)
}

fn open_to_stay(options: &mut fs::OpenOptions, path: &Path) -> io::Result<File> {
    let options = never_elsewhere(options.create(true).truncate(false));
    while_held(path, BRIEFLY, || options.open(path))
}

fn never_elsewhere(options: &mut fs::OpenOptions) -> &fs::OpenOptions {
    #[cfg(unix)]
    {
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits() as i32);
    }
    options
}

fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Creates a folder, and those above it that are missing: none but this user looks into them. Where
/// Windows cannot see to that, a disk without access lists for one, it is said.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let is_new = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let new = path.ancestors().take_while(is_new).last().filter(|_| cfg!(windows));
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    if let Some(folder) = new
        && let Err(error) = access::close(folder)
    {
        log::warn!("{} could not be closed to other users: {error}", folder.display());
    }
    Ok(())
}

/// The same, and refuses one that is a link or another user's: whoever owns it decides what is in
/// it.
pub fn own_folder(path: &Path) -> io::Result<()> {
    create_private_folder(path)?;
    let meta = fs::symlink_metadata(path)?;
    let why = if meta.is_dir() { of_another_user(&meta) } else { Some("it is no folder".into()) };
    match why {
        Some(why) => Err(io::Error::other(format!("{}: {why}", path.display()))),
        None => Ok(()),
    }
}

/// Makes names that came to a folder, or went, outlive a power cut.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened, and its names are durable by themselves.
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn what_a_killed_run_left_is_taken_away_and_not_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/x.json");
        replace(&path, b"one", Mode::Private, Durability::ContentAndName).unwrap();
        let elsewhere = folder.path().join("elsewhere");
        fs::write(&elsewhere, "precious").unwrap();
        symlink(&elsewhere, folder.path().join("new/x.json.tmp")).unwrap();
        replace(&path, b"two", Mode::Private, Durability::None).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_to_string(elsewhere).unwrap(), "precious");
        assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 1);
    }

    #[test]
    fn the_mode_is_as_asked_or_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let mode = || path.metadata().unwrap().permissions().mode() & 0o777;
        let replace = |mode| replace(&path, b"", mode, Durability::Content).unwrap();
        replace(Mode::AsBefore);
        assert_eq!(mode(), 0o600);
        replace(Mode::Readable);
        assert_eq!(mode(), 0o644);
        replace(Mode::AsBefore);
        assert_eq!(mode(), 0o644);
        replace(Mode::Private);
        assert_eq!(mode(), 0o600);
    }
}
