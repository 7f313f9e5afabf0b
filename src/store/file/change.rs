//! How a folder's files are replaced, removed and moved aside.
//!
//! A crash or a power cut leaves the old or the new: the new one is written beside the old, forced
//! to the disk, read back and renamed over it, and then the rename is forced to the disk as well.
//! Two waits for the disk, and no more.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;

use rustix::fs::{self, AtFlags, Mode, OFlags};
use rustix::io::Errno;

use super::{Content, Dir, SAFELY, failure};
use crate::store::StoreError;

/// As much as a record with long tokens needs, so that a full quota shows before it matters.
const PROBE_BYTES: usize = 16 << 10;
/// How many damaged versions of one item are kept.
const MOST_ASIDE: u32 = 100;

impl Dir {
    /// Durable when this returns `true`; `false` when the disk gave back something else, and then
    /// the old file is still in place. Only one writer of a name at a time: see the locks.
    pub(in crate::store::file) fn replace(
        &self,
        name: &str,
        bytes: &[u8],
    ) -> Result<bool, StoreError> {
        let temporary = format!("{name}.tmp");
        let written = self.write_temporary(&temporary, bytes).and_then(|same| {
            if same {
                fs::renameat(&self.handle, &*temporary, &self.handle, name)
                    .map_err(|errno| self.failed("could not replace", name, errno))?;
            }
            Ok(same)
        });
        if !matches!(written, Ok(true)) {
            let _ = fs::unlinkat(&self.handle, &*temporary, AtFlags::empty());
            return written;
        }
        // Should this fail, the new file is there, and only a power cut could bring the old one back.
        self.sync()?;
        Ok(true)
    }

    /// As much of a replacement as can be tried without replacing anything.
    pub(in crate::store::file) fn probe(&self, name: &str) -> Result<(), StoreError> {
        let temporary = format!("{name}.tmp");
        let written = self.write_temporary(&temporary, &[0; PROBE_BYTES]);
        let _ = fs::unlinkat(&self.handle, &*temporary, AtFlags::empty());
        written.map(drop)
    }

    fn write_temporary(&self, temporary: &str, bytes: &[u8]) -> Result<bool, StoreError> {
        let failed = |error: io::Error| {
            failure("could not write", &self.path.join(temporary), &self.path, error)
        };
        let mut file = self.create_temporary(temporary)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
        let mut back = vec![0; bytes.len()];
        file.read_exact_at(&mut back, 0).map_err(failed)?;
        Ok(back == bytes)
    }

    /// What has that name already was left by a crash: its writer would hold the lock.
    fn create_temporary(&self, temporary: &str) -> Result<File, StoreError> {
        let create = || {
            let flags = SAFELY | OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
            fs::openat(&self.handle, temporary, flags, Mode::RUSR | Mode::WUSR)
        };
        let created = match create() {
            Err(Errno::EXIST) => {
                fs::unlinkat(&self.handle, temporary, AtFlags::empty())
                    .map_err(|errno| self.failed("could not sweep", temporary, errno))?;
                create()
            }
            other => other,
        };
        created.map(File::from).map_err(|errno| self.failed("could not create", temporary, errno))
    }

    /// `false` when there was nothing; what a crash left of a save goes as well.
    pub(in crate::store::file) fn remove(&self, name: &str) -> Result<bool, StoreError> {
        let unlink = |name: &str| match fs::unlinkat(&self.handle, name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(self.failed("could not delete", name, errno)),
        };
        let swept = unlink(&format!("{name}.tmp"))?;
        let removed = unlink(name)?;
        if swept || removed {
            self.sync()?;
        }
        Ok(removed)
    }

    /// Gives a damaged file another name and returns that; `None` when somebody has replaced it
    /// in the meantime. A link, because unlike a rename it never takes a name that is in use.
    pub(in crate::store::file) fn put_aside(
        &self,
        name: &str,
        damaged: &Content,
    ) -> Result<Option<String>, StoreError> {
        match fs::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(now) if (now.st_dev, now.st_ino) == (damaged.stat.st_dev, damaged.stat.st_ino) => {}
            _ => return Ok(None),
        }
        for number in 1..=MOST_ASIDE {
            let aside =
                if number == 1 { format!("{name}.bad") } else { format!("{name}.bad.{number}") };
            match fs::linkat(&self.handle, name, &self.handle, &*aside, AtFlags::empty()) {
                Err(Errno::EXIST) => continue,
                linked => linked.map_err(|errno| self.failed("could not keep", &aside, errno))?,
            }
            fs::unlinkat(&self.handle, name, AtFlags::empty())
                .map_err(|errno| self.failed("could not move aside", name, errno))?;
            return Ok(Some(aside));
        }
        Err(self.failed("could not keep another copy of", name, Errno::EXIST))
    }
}
