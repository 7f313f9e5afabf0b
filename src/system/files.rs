//! Small files and folders of the program's own, which only this user can look into.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};
use zeroize::Zeroizing;

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
    write_beside(path, bytes, mode, durability)?.persist(path)?;
    if durability == Durability::ContentAndName { sync_folder(folder_of(path)) } else { Ok(()) }
}

/// As much of a private [`replace`] as can be tried without replacing anything, and without waiting
/// for the disk.
pub fn rehearse(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_beside(path, bytes, Mode::Private, Durability::None).map(drop)
}

/// What is to be durable is also read back before it takes the place of what is good.
fn write_beside(
    path: &Path,
    bytes: &[u8],
    mode: Mode,
    durability: Durability,
) -> io::Result<NamedTempFile> {
    let folder = folder_of(path);
    let mut file = match create_beside(path, folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create_private_folder(folder)?;
            if durability == Durability::ContentAndName {
                sync_folder(folder_of(folder))?;
            }
            create_beside(path, folder)?
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
pub fn create_anew(path: &Path) -> io::Result<File> {
    let create = || private().create_new(true).open(path);
    match create() {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            create()
        }
        created => created,
    }
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
pub fn open_here(path: &Path) -> io::Result<File> {
    never_elsewhere(File::options().read(true)).open(path)
}

/// The same for reading and writing, and makes it where it is missing. Its content stays: on Windows
/// a second process may not even write to a locked file.
pub fn open_or_make_here(path: &Path) -> io::Result<File> {
    never_elsewhere(private().create(true).truncate(false)).open(path)
}

fn never_elsewhere(options: &mut fs::OpenOptions) -> &fs::OpenOptions {
    #[cfg(unix)]
    {
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits() as i32);
    }
    options
}

/// Why a file or folder is not this user's own, in words; `None` where it is, and where the system
/// has no such owners.
pub fn of_another_user(meta: &fs::Metadata) -> Option<String> {
    #[cfg(unix)]
    {
        let owner = std::os::unix::fs::MetadataExt::uid(meta);
        let foreign = owner != rustix::process::geteuid().as_raw();
        foreign.then(|| format!("it belongs to another user (id {owner})"))
    }
    #[cfg(not(unix))]
    {
        let _ = meta;
        None
    }
}

/// Who else decides what is in a file or folder, beside this user and root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Others {
    #[error("belongs to another user (id {0})")]
    Owner(u32),
    #[error("can be written by others (mode {0:04o})")]
    Writers(u32),
}

impl Others {
    /// `None` where there are none, and where the system has no such owners and modes.
    pub fn of(meta: &fs::Metadata) -> Option<Self> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let (owner, mode) = (meta.uid(), meta.mode() & 0o7777);
            if ![0, rustix::process::geteuid().as_raw()].contains(&owner) {
                return Some(Self::Owner(owner));
            }
            (mode & 0o022 != 0).then_some(Self::Writers(mode))
        }
        #[cfg(not(unix))]
        {
            let _ = meta;
            None
        }
    }

    /// Whether it is a folder for everybody, such as /tmp, which must stay so.
    pub fn shares_it(self) -> bool {
        matches!(self, Self::Writers(mode) if mode & 0o1000 != 0)
    }
}

fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Creates a folder, and those above it that are missing.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
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
