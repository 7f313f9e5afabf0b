//! What an installation consists of: files, or a line in the crontab, and commands.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::machine::user_number;
use super::{Every, Job, Kind, Machine, ScheduleError, cron, launchd, systemd, windows};
use crate::system::files::Mode;
use crate::system::paths;

/// Where the system's systemd looks for what an administrator wrote.
const SYSTEM_UNITS: &str = "/etc/systemd/system";

/// A file to be written.
#[derive(Clone, Debug, Serialize)]
pub struct File {
    pub path: PathBuf,
    #[serde(skip)]
    pub mode: Mode,
    pub text: String,
}

/// A command of the system's.
#[derive(Clone, Debug)]
pub struct Step {
    pub program: &'static str,
    pub arguments: Vec<String>,
    /// That it fails is no reason to stop.
    pub may_fail: bool,
}

impl Step {
    fn new(program: &'static str, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        Self { program, arguments, may_fail: false }
    }

    fn may_fail(self) -> Self {
        Self { may_fail: true, ..self }
    }

    /// As a person would type it.
    pub fn line(&self) -> String {
        format!("{} {}", self.program, self.arguments.join(" "))
    }
}

/// Everything that `install` does.
#[derive(Clone, Debug)]
pub struct Plan {
    pub kind: Kind,
    pub files: Vec<File>,
    /// The line in the crontab.
    pub line: Option<String>,
    /// After the files were written.
    pub start: Vec<Step>,
}

impl Plan {
    pub fn new(
        kind: Kind,
        job: Job,
        every: Every,
        machine: &Machine,
    ) -> Result<Self, ScheduleError> {
        let job = job.checked()?;
        let paths = files(kind);
        let (texts, line) = match kind {
            Kind::Systemd | Kind::SystemdSystem => {
                (vec![systemd::service(&job)?, systemd::timer(every)], None)
            }
            Kind::Cron => (Vec::new(), Some(cron::line(&job, every, machine.seed())?)),
            Kind::Launchd => (vec![launchd::agent(&job, every)], None),
            Kind::Windows => (vec![windows::task(&job, every)?], None),
        };
        let mode = if kind == Kind::SystemdSystem { Mode::Readable } else { Mode::Private };
        let files: Vec<File> =
            paths.into_iter().zip(texts).map(|(path, text)| File { path, mode, text }).collect();
        Ok(Self { kind, start: start(kind), files, line })
    }
}

/// The files of a kind, in the order of their texts; none where there is no home folder.
pub fn files(kind: Kind) -> Vec<PathBuf> {
    let within = |folder: Option<PathBuf>, names: &[String]| {
        folder
            .map(|folder| names.iter().map(|name| folder.join(name)).collect())
            .unwrap_or_default()
    };
    let units = [systemd::service_name(), systemd::timer_name()];
    match kind {
        Kind::Systemd => within(paths::user_units(), &units),
        Kind::SystemdSystem => within(Some(Path::new(SYSTEM_UNITS).to_owned()), &units),
        Kind::Cron => Vec::new(),
        Kind::Launchd => within(paths::launch_agents(), &[launchd::file_name()]),
        Kind::Windows => within(paths::task_files(), &[windows::file_name()]),
    }
}

/// The commands that make written files work.
fn start(kind: Kind) -> Vec<Step> {
    let file = files(kind).first().map(|path| path.display().to_string()).unwrap_or_default();
    match kind {
        Kind::Systemd | Kind::SystemdSystem => vec![
            reload(kind),
            systemctl(kind, &["enable", "--now", &systemd::timer_name()]),
            // A timer that was running before keeps its old times until it is started again.
            systemctl(kind, &["restart", &systemd::timer_name()]),
        ],
        Kind::Cron => Vec::new(),
        Kind::Launchd => vec![
            Step::new("launchctl", &["bootout", &launchd_job()]).may_fail(),
            Step::new("launchctl", &["bootstrap", &launchd_domain(), &file]),
        ],
        Kind::Windows => {
            vec![Step::new("schtasks", &["/Create", "/F", "/TN", super::NAME, "/XML", &file])]
        }
    }
}

/// The commands before the files of a kind are taken away, and those after it.
pub fn stop(kind: Kind) -> (Vec<Step>, Vec<Step>) {
    let (timer, service) = (systemd::timer_name(), systemd::service_name());
    match kind {
        Kind::Systemd | Kind::SystemdSystem => (
            vec![
                systemctl(kind, &["disable", "--now", &timer]),
                // When it last ran, which Persistent= writes down.
                systemctl(kind, &["clean", "--what=state", &timer]).may_fail(),
            ],
            vec![reload(kind), systemctl(kind, &["reset-failed", &service]).may_fail()],
        ),
        Kind::Cron => (Vec::new(), Vec::new()),
        Kind::Launchd => {
            (vec![Step::new("launchctl", &["bootout", &launchd_job()]).may_fail()], Vec::new())
        }
        Kind::Windows => {
            (vec![Step::new("schtasks", &["/Delete", "/F", "/TN", super::NAME])], Vec::new())
        }
    }
}

/// What makes systemd see that files changed; nothing for the other kinds.
pub fn after_undoing(kind: Kind) -> Option<Step> {
    matches!(kind, Kind::Systemd | Kind::SystemdSystem).then(|| reload(kind).may_fail())
}

fn reload(kind: Kind) -> Step {
    systemctl(kind, &["daemon-reload"])
}

fn systemctl(kind: Kind, arguments: &[&str]) -> Step {
    let user: &[&str] = if kind == Kind::Systemd { &["--user"] } else { &[] };
    Step::new("systemctl", &[user, arguments].concat())
}

fn launchd_domain() -> String {
    format!("gui/{}", user_number())
}

fn launchd_job() -> String {
    format!("{}/{}", launchd_domain(), launchd::LABEL)
}
