//! What only Unix has. The tests that need it are left out on Windows, each with its reason; there is
//! nothing but the names here for it then.

use std::ffi::OsString;
use std::path::Path;
use std::time::SystemTime;

#[cfg(unix)]
pub use std::os::unix::fs::{chown, symlink};

/// Who may read, write and run a file.
pub fn mode(path: &Path) -> u32 {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        path.metadata().unwrap().permissions().mode() & 0o7777
    }
    #[cfg(windows)]
    unreachable!("{}", path.display())
}

/// Nobody but its owner reads or writes this file. On Windows that is the folder's affair.
#[track_caller]
pub fn assert_private(path: &Path) {
    if cfg!(unix) {
        assert_eq!(mode(path), 0o600, "{}: {:o}", path.display(), mode(path));
    }
}

/// Who owns a file, as a number.
pub fn owner(path: &Path) -> u32 {
    #[cfg(unix)]
    return std::os::unix::fs::MetadataExt::uid(&path.metadata().unwrap());
    #[cfg(windows)]
    unreachable!("{}", path.display())
}

/// Differs from what it was when a file was written or replaced.
pub fn stamp(path: &Path) -> (u64, SystemTime) {
    let metadata = path.metadata().unwrap();
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&metadata);
    #[cfg(windows)]
    let number = 0;
    (number, metadata.modified().unwrap())
}

/// What the system allows for an argument and a variable, and is no text.
pub fn no_text() -> OsString {
    #[cfg(unix)]
    return std::os::unix::ffi::OsStringExt::from_vec(b"za\xff\xfehler\xe4".to_vec());
    #[cfg(windows)]
    return std::os::windows::ffi::OsStringExt::from_wide(&[0x7a, 0xd800, 0xdc00, 0xdfff, 0x7a]);
}

pub fn is_root() -> bool {
    #[cfg(unix)]
    return rustix::process::geteuid().is_root();
    #[cfg(windows)]
    false
}

#[cfg(windows)]
pub fn symlink(_: impl AsRef<Path>, link: impl AsRef<Path>) -> std::io::Result<()> {
    unreachable!("{}", link.as_ref().display())
}

#[cfg(windows)]
pub fn chown(path: impl AsRef<Path>, _: Option<u32>, _: Option<u32>) -> std::io::Result<()> {
    unreachable!("{}", path.as_ref().display())
}
