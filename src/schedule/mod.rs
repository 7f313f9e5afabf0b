//! Running unattended: what starts `token refresh` without a person (systemd, cron, launchd, the
//! Windows Task Scheduler; printed for Kubernetes and GitLab), the record of its last run, and who is told when a sign-in is needed.

mod cron;
mod elsewhere;
mod install;
pub mod job;
mod launchd;
mod machine;
pub mod notice;
mod plan;
mod record;
mod systemd;
mod windows;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;

pub use elsewhere::Elsewhere;
pub use install::{install, installed, is_there, remove};
pub use job::{Job, Service};
pub use machine::{Machine, Runs};
pub use plan::{File, Plan};
pub use record::{LastRun, last_run};

use crate::system::held::is_held;
use crate::system::process::ChildError;
use crate::text::xml_escaped;

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
    /// A CronJob that refreshes and a pod that reads, for a shared store; printed only
    Kubernetes,
    /// A GitLab CI job that reads, for a shared store; printed only
    Gitlab,
}

impl Kind {
    /// As the person writes it after `--kind`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::SystemdSystem => "systemd-system",
            Self::Cron => "cron",
            Self::Launchd => "launchd",
            Self::Windows => "windows",
            Self::Kubernetes => "kubernetes",
            Self::Gitlab => "gitlab",
        }
    }

    fn is_systemd(self) -> bool {
        matches!(self, Self::Systemd | Self::SystemdSystem)
    }

    /// Whether this system can have such a schedule at all.
    pub fn is_of_this_system(self) -> bool {
        match self {
            Self::Windows => cfg!(windows),
            Self::Launchd => cfg!(target_os = "macos"),
            Self::Cron => cfg!(unix),
            Self::Systemd | Self::SystemdSystem => cfg!(target_os = "linux"),
            Self::Kubernetes | Self::Gitlab => false,
        }
    }

    /// Whether it is for no machine of this kind at all: it has nothing of this one, neither paths
    /// nor accounts.
    pub fn is_elsewhere(self) -> bool {
        matches!(self, Self::Kubernetes | Self::Gitlab)
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
    /// `None` for a crontab, or where the system cannot be asked.
    pub runs: Option<Runs>,
}

impl Installed {
    /// Whether it has a timer that does not run.
    pub fn is_stopped(&self) -> bool {
        self.runs.as_ref().is_some_and(|runs| !runs.active)
    }
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

    /// How long a run begins further accounts, for `--for`: it ends before the next one, and before
    /// whoever started it takes it for one that hangs (a quarter of an hour; cron and launchd never do).
    pub fn work(self, kind: Kind) -> String {
        let most = if matches!(kind, Kind::Cron | Kind::Launchd) { u32::MAX } else { 12 };
        format!("{}m", (self.minutes * 4 / 5).min(most))
    }

    /// How much later than its time a run may begin, in seconds, so that not every machine begins
    /// at once: a quarter of the time between two, a quarter of an hour at most.
    fn jitter(self) -> u32 {
        (self.seconds() / 4).min(15 * 60)
    }
}

/// A template with each `{name}` replaced by its value; it ends with one line break.
fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let value = |name| values.iter().find(|(known, _)| *known == name).map_or("", |found| found.1);
    // Every second piece stands between braces.
    let pieces = template.split(['{', '}']).enumerate();
    let text: String =
        pieces.map(|(at, piece)| if at % 2 == 0 { piece } else { value(piece) }).collect();
    text.trim_end().to_owned() + "\n"
}

/// Text between tags. What is not ASCII becomes a reference: Windows reads files without a byte
/// order mark in whatever code page it has.
fn xml(value: &str) -> String {
    let ascii = |c: char| if c.is_ascii() { c.to_string() } else { format!("&#{};", u32::from(c)) };
    xml_escaped(value).chars().map(ascii).collect()
}

/// Whether a word needs no quotes, neither in a crontab nor in a unit.
fn is_plain(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-=:@+,".contains(c);
    !word.is_empty() && word.chars().all(plain)
}

/// Why something about a schedule cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// A value that would mean something else where it has to be written.
    #[error("{what} {why}")]
    Value { what: String, why: String },
    #[error("a schedule of the kind {} belongs to another system than this", .0.word())]
    OtherSystem(Kind),
    #[error("a launchd agent is printed, but neither installed nor removed by this program")]
    ByHand,
    #[error("the user account {0:?} does not exist on this machine")]
    NoUser(String),
    #[error("only root may write to /etc/systemd/system")]
    NotRoot,
    #[error("{} was not written by partnerlink", .0.display())]
    Foreign(PathBuf),
    #[error("the program {0} is not there")]
    NoProgram(&'static str),
    #[error("the system does not say where this program is: {0}")]
    Nameless(std::io::Error),
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

impl ScheduleError {
    fn value(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Value { what: what.into(), why: why.into() }
    }

    /// Whether another program has one of its files open.
    pub fn is_held(&self) -> bool {
        matches!(self, Self::File { source, .. } if is_held(source))
    }

    fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }

    fn step(command: impl Into<String>, why: &str) -> Self {
        Self::Step { command: command.into(), why: why.to_owned() }
    }
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

    #[test]
    fn a_value_with_braces_stays_as_it_is() {
        let values = [("a", "{b}"), ("b", "x"), ("more", "y\n")];
        assert_eq!(filled("{a} {b}\n{none}{more}\n", &values), "{b} x\ny\n");
    }
}
