//! What an installation consists of: files, or a line in the crontab, and commands.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::elsewhere::{self, Elsewhere};
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

    pub(super) fn may_fail(self) -> Self {
        Self { may_fail: true, ..self }
    }

    /// What puts one file of a kind to work.
    fn with_file(program: &'static str, arguments: &[&str], file: Option<&PathBuf>) -> Vec<Self> {
        let file = file.map(|file| file.to_string_lossy());
        file.iter().map(|file| Self::new(program, &[arguments, &[file]].concat())).collect()
    }
}

/// As a person would type it.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.program, self.arguments.join(" "))
    }
}

/// Where the files of a kind lie, and the commands around them. Nothing of either for a crontab and
/// for what is taken elsewhere.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// In the order of their texts; none where there is no home folder.
    pub files: Vec<PathBuf>,
    /// Has the system see that files changed.
    pub reload: Vec<Step>,
    /// Makes written files work.
    pub start: Vec<Step>,
    /// Before files are taken away.
    pub stop: Vec<Step>,
}

impl Layout {
    pub fn of(kind: Kind, machine: &Machine) -> Self {
        match kind {
            Kind::Cron | Kind::Kubernetes | Kind::Gitlab => Self::default(),
            Kind::Systemd => Self::of_systemd(kind, paths::user_units()),
            Kind::SystemdSystem => Self::of_systemd(kind, Some(Path::new(SYSTEM_UNITS).to_owned())),
            // It is installed by hand, so nothing stops it here.
            Kind::Launchd => {
                let file = paths::launch_agents().map(|folder| folder.join(launchd::FILE));
                let words = ["bootstrap", &format!("gui/{}", user_number())];
                // One that is loaded already is not loaded again.
                let mut start =
                    vec![Step::new("launchctl", &["bootout", &launchd::job()]).may_fail()];
                start.extend(Step::with_file("launchctl", &words, file.as_ref()));
                Self { start, files: file.into_iter().collect(), ..Self::default() }
            }
            Kind::Windows => {
                let file = paths::task_files().map(|folder| folder.join(windows::FILE));
                let name = windows::task_name(machine.owner.as_ref());
                let words = ["/Create", "/F", "/TN", &name, "/XML"];
                let start = Step::with_file("schtasks", &words, file.as_ref());
                let stop = vec![Step::new("schtasks", &["/Delete", "/F", "/TN", &name])];
                Self { start, stop, files: file.into_iter().collect(), ..Self::default() }
            }
        }
    }

    fn of_systemd(kind: Kind, folder: Option<PathBuf>) -> Self {
        let files = [systemd::SERVICE, systemd::TIMER];
        let files = folder.map(|folder| files.map(|file| folder.join(file)));
        let systemctl = |words: &[&str]| Step::new("systemctl", &systemd::arguments(kind, words));
        Self {
            files: files.into_iter().flatten().collect(),
            reload: vec![systemctl(&["daemon-reload"])],
            start: vec![
                systemctl(&["enable", "--now", systemd::TIMER]),
                // A timer that was running before keeps its old times until it is started again.
                systemctl(&["restart", systemd::TIMER]),
            ],
            stop: vec![
                systemctl(&["disable", "--now", systemd::TIMER]),
                // When it last ran, which Persistent= writes down.
                systemctl(&["clean", "--what=state", systemd::TIMER]).may_fail(),
                systemctl(&["reset-failed", systemd::SERVICE]).may_fail(),
            ],
        }
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
        job: &Job,
        every: Every,
        machine: &Machine,
    ) -> Result<Self, ScheduleError> {
        job.check()?;
        let (texts, line) = match kind {
            Kind::Systemd | Kind::SystemdSystem => {
                (vec![systemd::service(job)?, systemd::timer(every)], None)
            }
            Kind::Cron => (Vec::new(), Some(cron::line(job, every, machine.seed())?)),
            Kind::Launchd => (vec![launchd::agent(job, every)], None),
            Kind::Windows => (vec![windows::task(job, every, machine.owner.as_ref())?], None),
            Kind::Kubernetes | Kind::Gitlab => return Err(ScheduleError::OtherSystem(kind)),
        };
        let mode = if kind == Kind::SystemdSystem { Mode::Readable } else { Mode::Private };
        let Layout { files, reload, start, .. } = Layout::of(kind, machine);
        let files =
            files.into_iter().zip(texts).map(|(path, text)| File { path, mode, text }).collect();
        Ok(Self { kind, files, line, start: [reload, start].concat() })
    }

    /// What is printed, and taken elsewhere by hand.
    pub fn elsewhere(kind: Kind, there: &Elsewhere, every: Every, machine: &Machine) -> Self {
        let (name, text) = match kind {
            Kind::Gitlab => ("partnerlink.gitlab-ci.yml", elsewhere::gitlab(there)),
            _ => ("partnerlink.yaml", elsewhere::kubernetes(there, every, machine.seed())),
        };
        let file = File { path: name.into(), mode: Mode::Private, text };
        Self { kind, files: vec![file], line: None, start: Vec::new() }
    }
}
