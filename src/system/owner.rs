//! Whose a file or folder is, as its owner and mode say.

use std::fs;

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
