//! Files that another program has open without sharing them.
//!
//! On Windows a virus scanner, a backup or a spreadsheet can keep everybody else from reading,
//! replacing and deleting a file for as long as it has it open. Most let go within a second, so a
//! step is tried again for a while; what is held for longer is called by its name. Nothing like it
//! exists elsewhere: there every step is tried once.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Enough for a scanner that looks at a new file.
pub const BRIEFLY: Duration = Duration::from_secs(2);
/// Before something is begun that must end in a save.
pub const BEFORE_SPENDING: Duration = Duration::from_secs(5);
/// When giving up would leave behind the only copy of what cannot be fetched again.
pub const AFTER_SPENDING: Duration = Duration::from_secs(20);

const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// Windows' ERROR_ACCESS_DENIED: also said of a file in use that is to be replaced.
const ACCESS_DENIED: i32 = 5;
/// ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION: said of nothing else.
const IN_USE: [i32; 2] = [32, 33];

#[derive(Debug, thiserror::Error)]
#[error("it is open in another program")]
struct Held;

/// Whether it is another program that made a step fail, after it had been waited for.
pub fn is_held(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|source| source.is::<Held>())
}

/// Does something to a file, again and again for as long as `patience` lasts while another program
/// has it open. What fails then [is held](is_held).
pub fn while_held<T>(
    path: &Path,
    patience: Duration,
    mut step: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    let begun = Instant::now();
    let mut pause = SHORTEST_PAUSE;
    loop {
        match step() {
            Err(error) if may_be_held(&error) => {
                if begun.elapsed() >= patience {
                    return Err(named(error, path));
                }
                thread::sleep(pause);
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            done => return done,
        }
    }
}

/// Fails if a file cannot be replaced because another program has it open. One that is not there
/// can be.
pub fn replaceable(path: &Path, patience: Duration) -> io::Result<()> {
    while_held(path, patience, || match open_to_delete(path) {
        Err(error) if says_in_use(&error) => Err(error),
        // Whatever else is wrong shows when it is replaced.
        _ => Ok(()),
    })
}

/// Fails if a file cannot be read because another program has it open.
pub fn readable(path: &Path, patience: Duration) -> io::Result<()> {
    if !cfg!(windows) {
        return Ok(());
    }
    match while_held(path, patience, || fs::File::open(path)) {
        Err(error) if is_held(&error) => Err(error),
        _ => Ok(()),
    }
}

fn may_be_held(error: &io::Error) -> bool {
    says_in_use(error) || cfg!(windows) && error.raw_os_error() == Some(ACCESS_DENIED)
}

fn says_in_use(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error().is_some_and(|code| IN_USE.contains(&code))
}

/// The same error by its name, unless access is denied for another reason.
fn named(error: io::Error, path: &Path) -> io::Error {
    let is_denied = error.raw_os_error() == Some(ACCESS_DENIED) && {
        let is_fixed = fs::symlink_metadata(path)
            .is_ok_and(|meta| !meta.is_file() || meta.permissions().readonly());
        is_fixed || open_to_delete(path).is_err_and(|probed| !says_in_use(&probed))
    };
    if is_denied { error } else { io::Error::new(ErrorKind::ResourceBusy, Held) }
}

/// Asks for what a replacement needs, and touches nothing.
#[cfg(windows)]
fn open_to_delete(path: &Path) -> io::Result<()> {
    use std::os::windows::fs::OpenOptionsExt as _;

    const DELETE: u32 = 0x0001_0000;
    fs::OpenOptions::new().access_mode(DELETE).open(path).map(drop)
}

#[cfg(not(windows))]
fn open_to_delete(_: &Path) -> io::Result<()> {
    Ok(())
}
