//! What is to run: this program, its arguments and variables, and for a service account whose.

use std::path::{Path, PathBuf};

use super::ScheduleError;
use crate::system::process::Surroundings;

/// A command line with its variables. No value has a line break or another control character.
#[derive(Clone, Debug)]
pub struct Job {
    /// This program's absolute path.
    pub program: String,
    pub arguments: Vec<String>,
    /// Beside `PARTNERLINK_RUN_BY`, which each kind sets.
    pub variables: Vec<(&'static str, String)>,
    /// Whether a program of the person's is started too, to which the job's limits apply as well.
    pub notifies: bool,
    /// The file with this machine's secret ID of the shared store, which systemd hands over.
    pub secret_id: Option<String>,
    /// For a system service: who it is.
    pub service: Option<Service>,
}

/// The account that a system service runs as.
#[derive(Clone, Debug)]
pub struct Service {
    pub user: String,
    pub home: String,
    /// The folder that it must be able to write to.
    pub writes: String,
    /// The key of the sealed files comes as a systemd credential.
    pub credential: bool,
}

impl Job {
    /// # Errors
    /// [`ScheduleError::Value`] for a value that would break a line.
    pub fn check(&self) -> Result<(), ScheduleError> {
        let service = self.service.iter();
        let service = service.flat_map(|service| [&service.user, &service.home, &service.writes]);
        let variables = self.variables.iter().map(|(_, value)| value);
        let mut values = self.words().chain(variables).chain(service).chain(&self.secret_id);
        match values.find(|value| value.chars().any(char::is_control)) {
            Some(value) => {
                let why = "has a line break or another control character";
                Err(ScheduleError::value(format!("{value:?}"), why))
            }
            None => Ok(()),
        }
    }

    /// Program and arguments.
    pub fn words(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.program).chain(&self.arguments)
    }
}

/// The path by which a schedule starts this program: the one in `PATH` if that leads here, because
/// it stays the same when a new version is installed beside the old one.
pub fn this_program(around: &Surroundings) -> Result<PathBuf, ScheduleError> {
    let here = std::env::current_exe().map_err(ScheduleError::Nameless)?;
    let real = |path: &Path| path.canonicalize().ok();
    let name = here.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    Ok(around.find(name).filter(|found| real(found) == real(&here)).unwrap_or(here))
}

/// A whole path as text: the job starts in another folder.
pub fn whole(path: &Path) -> Result<String, ScheduleError> {
    text(&std::path::absolute(path).map_err(|source| ScheduleError::file(path, source))?)
}

/// A path as text for a file that has to be text.
pub fn text(path: &Path) -> Result<String, ScheduleError> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| ScheduleError::value(path.display().to_string(), "is not Unicode"))
}
