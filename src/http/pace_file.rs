//! What processes of one machine share of a host's pace: a file with the moment from which the next
//! token request may begin.
//!
//! It is wall time, which means the same to each of them: nanoseconds since 1970, in eight bytes.
//! Nothing waits for the disk. What a power cut leaves of it costs a moment at most.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::system::files;

/// The file, locked until this is dropped.
pub(super) struct PaceFile {
    file: File,
    /// No request of any process before this.
    pub(super) next: SystemTime,
}

impl PaceFile {
    /// Makes the file, and its folder, where they are missing. `None` where another process has it.
    pub(super) fn try_lock(path: &Path) -> io::Result<Option<Self>> {
        let mut file = match files::open_or_make_here(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                files::create_private_folder(path.parent().unwrap_or(path))?;
                files::open_or_make_here(path)?
            }
            opened => opened?,
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(None),
            locked => locked?,
        }
        // Of a new one nothing is read, and 1970 is as good.
        let mut bytes = [0; 8];
        let _ = file.read(&mut bytes)?;
        let next = SystemTime::UNIX_EPOCH + Duration::from_nanos(u64::from_be_bytes(bytes));
        Ok(Some(Self { file, next }))
    }

    /// Writes the moment from which the next one may begin.
    pub(super) fn write(mut self, next: SystemTime) -> io::Result<()> {
        let since = next.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.file.rewind()?;
        self.file.write_all(&(since.as_nanos() as u64).to_be_bytes())
    }
}
