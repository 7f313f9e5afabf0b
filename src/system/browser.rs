//! Opening the browser (crate open).

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use url::Url;

use super::process::{self, Surroundings, check, wait};
use super::windows;

/// How long a browser command is watched for an early failure. After that it is taken to run: a
/// browser in the foreground stays for as long as the person keeps it open.
const WATCH: Duration = Duration::from_millis(300);

/// Opens an address for a person.
pub trait Browser: Send {
    fn open(&self, url: &Url) -> Result<(), BrowserError>;
}

/// No address is in the text: it carries the attempt's `state`.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    #[error("{program} could not be started: {source}")]
    NotStarted { program: String, source: io::Error },
    #[error("{0} ended at once with an error")]
    Failed(String),
    #[error("no program was found that opens addresses")]
    NoLauncher,
}

/// The program that a person named, else whatever the system opens addresses with.
pub struct SystemBrowser {
    pub named: Option<String>,
    /// Where it is looked for, and what it does not inherit.
    pub around: Surroundings,
}

impl Browser for SystemBrowser {
    fn open(&self, url: &Url) -> Result<(), BrowserError> {
        let mut last = BrowserError::NoLauncher;
        for command in commands(self.named.as_deref(), url.as_str())? {
            match found(command, self.named.is_some(), &self.around).and_then(start) {
                Ok(()) => return Ok(()),
                Err(BrowserError::NotStarted { .. }) if self.named.is_none() => {}
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

/// The commands to try. In one that a person named the address becomes the last argument, or takes
/// the place of `%s` as in `$BROWSER`.
fn commands(named: Option<&str>, url: &str) -> Result<Vec<Command>, BrowserError> {
    let Some(named) = named else { return Ok(open::commands(url)) };
    let words = check(named).map_err(|error| BrowserError::NotStarted {
        program: named.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidInput, error),
    })?;
    let mut words = words.into_iter();
    let mut command = Command::new(words.next().unwrap_or_default());
    let mut placed = false;
    for word in words {
        placed |= word.contains("%s");
        command.arg(word.replace("%s", url));
    }
    if !placed {
        command.arg(url);
    }
    Ok(vec![command])
}

/// The same command with its program found. Crate open leaves the search to the system, for which
/// `PATH` may lead to the working folder.
fn found(command: Command, is_named: bool, around: &Surroundings) -> Result<Command, BrowserError> {
    let not_there = || not_started(&command, io::ErrorKind::NotFound.into());
    let program = find(&command, is_named, around).ok_or_else(not_there)?;
    let mut found = Command::new(program);
    let set = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
    found.args(command.get_args()).envs(set);
    // As crate open has it; it cannot be asked of the command.
    #[cfg(windows)]
    if !is_named {
        std::os::windows::process::CommandExt::creation_flags(&mut found, windows::NO_WINDOW);
    }
    around.around(&mut found);
    Ok(found)
}

/// What crate open starts on Windows are Windows' own programs.
fn find(command: &Command, is_named: bool, around: &Surroundings) -> Option<PathBuf> {
    let name = command.get_program();
    if cfg!(windows) && !is_named {
        return Some(windows::program(name.to_str()?)).filter(|file| file.is_file());
    }
    around.find(name)
}

/// The program that opens addresses here: the named command's, else the first that the system would
/// try and that is there.
pub fn launcher(named: Option<&str>, around: &Surroundings) -> Result<PathBuf, BrowserError> {
    let mut last = BrowserError::NoLauncher;
    for command in commands(named, "https://partnerlink.example/")? {
        match find(&command, named.is_some(), around) {
            Some(program) => return Ok(program),
            None if named.is_none() => {}
            None => last = not_started(&command, io::ErrorKind::NotFound.into()),
        }
    }
    Err(last)
}

/// Starts a child with nothing of ours but the address: no secrets in its environment, no
/// terminal to read from or write to.
fn start(mut command: Command) -> Result<(), BrowserError> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // A Ctrl-C meant for us must not close the person's browser.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|source| not_started(&command, source))?;
    match wait(&mut child, WATCH) {
        Some(status) if !status.success() => Err(BrowserError::Failed(name(&command))),
        _ => Ok(()),
    }
}

fn not_started(command: &Command, source: io::Error) -> BrowserError {
    let source = process::not_started(Path::new(command.get_program()), source);
    BrowserError::NotStarted { program: name(command), source }
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
