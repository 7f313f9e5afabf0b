//! Running unattended: what starts `token refresh` without a person (systemd, cron, launchd, the
//! Windows Task Scheduler), the record of its last run, and who is told when a sign-in is needed.

mod cron;
mod install;
pub mod job;
mod launchd;
mod machine;
pub mod notice;
mod plan;
mod record;
mod systemd;
mod windows;
mod xml;

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;

pub use install::{Change, install, look, remove};
pub use job::{Job, Service};
pub use machine::{Machine, Runs};
pub use plan::{File, Plan, Step};
pub use record::{LastRun, last_run};

use crate::config::Environment;
use crate::system::process::ChildError;

/// What everything that is written bears, so that nothing else is ever changed or removed.
pub const MARK: &str = "written by partnerlink schedule install";
/// The name of units and tasks.
const NAME: &str = "partnerlink-refresh";

/// What can start a program at its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A timer of your own systemd
    Systemd,
    /// A timer of the system's systemd, for a service account (--user)
    SystemdSystem,
    /// A line in your crontab
    Cron,
    /// A launchd agent (macOS)
    Launchd,
    /// A task of the Windows Task Scheduler
    Windows,
}

impl Kind {
    pub const ALL: [Self; 5] =
        [Self::Systemd, Self::SystemdSystem, Self::Cron, Self::Launchd, Self::Windows];

    /// As the person writes it after `--kind`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::SystemdSystem => "systemd-system",
            Self::Cron => "cron",
            Self::Launchd => "launchd",
            Self::Windows => "windows",
        }
    }

    /// What the job finds in `PARTNERLINK_RUN_BY`.
    pub fn run_by(self) -> &'static str {
        if self == Self::SystemdSystem { "systemd" } else { self.word() }
    }

    /// Whether this system can have such a schedule at all.
    pub fn is_of_this_system(self) -> bool {
        match self {
            Self::Windows => cfg!(windows),
            Self::Launchd => cfg!(target_os = "macos"),
            Self::Cron => cfg!(unix),
            Self::Systemd | Self::SystemdSystem => cfg!(target_os = "linux"),
        }
    }
}

/// A schedule that `schedule install` wrote, as it is found on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Installed {
    pub kind: Kind,
    /// Its files; none for a line in the crontab.
    pub files: Vec<PathBuf>,
    /// The line in the crontab.
    pub line: Option<String>,
}

/// Which schedules of ours this user finds installed here. Asks `crontab -l` where there is one.
pub fn installed(environment: &Environment) -> Vec<Installed> {
    install::installed(&Machine::new(environment))
}

/// How often the job runs. All kinds can do these: parts of an hour, of a day, or a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Every {
    minutes: u32,
}

impl Every {
    const MINUTES: [u32; 15] = [5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440];

    /// # Errors
    /// A sentence that says which lengths of time there are.
    pub fn new(length: Duration) -> Result<Self, String> {
        Self::MINUTES
            .into_iter()
            .find(|minutes| length == Duration::from_secs(u64::from(*minutes) * 60))
            .map(|minutes| Self { minutes })
            .ok_or_else(|| {
                "not every kind of schedule can do that; use 5m, 6m, 10m, 12m, 15m, 20m, 30m, 1h, \
                 2h, 3h, 4h, 6h, 8h, 12h or 1d"
                    .to_owned()
            })
    }

    fn seconds(self) -> u32 {
        self.minutes * 60
    }

    /// How much later than its time a run may begin, in seconds, so that not every machine begins
    /// at once: a quarter of the time between two, a quarter of an hour at most.
    fn jitter(self) -> u32 {
        (self.seconds() / 4).min(15 * 60)
    }
}

/// Why something about a schedule cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// A value that would mean something else where it has to be written.
    #[error("{what} {why}")]
    Value { what: String, why: String },
    #[error("a schedule of the kind {} belongs to another system than this", .0.word())]
    OtherSystem(Kind),
    #[error("the user account {0:?} does not exist on this machine")]
    NoUser(String),
    #[error("only root may write to /etc/systemd/system")]
    NotRoot,
    #[error("{} was not written by partnerlink", .0.display())]
    Foreign(PathBuf),
    #[error("the program {0} is not there")]
    NoProgram(&'static str),
    #[error("{}: {source}", .path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Child(#[from] ChildError),
    #[error("`{command}` failed: {why}")]
    Step { command: String, why: String },
    /// After something was done, and what became of that.
    #[error("{why}; {undone}")]
    Halfway { why: Box<Self>, undone: String },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_every_kind_can_do_is_a_length() {
        let every = |minutes: u64| Every::new(Duration::from_secs(minutes * 60));
        assert_eq!(every(60).map(Every::jitter), Ok(900));
        assert_eq!(every(5).map(Every::jitter), Ok(75));
        assert_eq!(every(1440).map(Every::jitter), Ok(900));
        for minutes in [0, 1, 7, 45, 90, 300, 2880] {
            assert!(every(minutes).is_err(), "{minutes}");
        }
        assert!(Every::new(Duration::from_secs(3601)).is_err());
    }
}
