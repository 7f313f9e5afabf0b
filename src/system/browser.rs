//! Opening the browser (crate open).

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use url::Url;

use super::process::words;

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
    NotStarted { program: String, source: std::io::Error },
    #[error("{0} ended at once with an error")]
    Failed(String),
    #[error("no program was found that opens addresses")]
    NoLauncher,
}

/// Whatever the system opens addresses with. It inherits none of `hidden` variables.
pub struct SystemBrowser {
    pub hidden: Vec<std::ffi::OsString>,
}

impl Browser for SystemBrowser {
    fn open(&self, url: &Url) -> Result<(), BrowserError> {
        let mut last = BrowserError::NoLauncher;
        for command in open::commands(url.as_str()) {
            match start(command, &self.hidden) {
                Ok(()) => return Ok(()),
                Err(error @ BrowserError::Failed(_)) => last = error,
                Err(_) => {}
            }
        }
        Err(last)
    }
}

/// A command that a person named, with its arguments; the address becomes the last one, or takes
/// the place of `%s` as in `$BROWSER`.
pub struct NamedBrowser {
    pub command: String,
    pub hidden: Vec<std::ffi::OsString>,
}

impl Browser for NamedBrowser {
    fn open(&self, url: &Url) -> Result<(), BrowserError> {
        let mut words = named(&self.command)?.into_iter();
        let mut command = Command::new(words.next().unwrap_or_default());
        let mut placed = false;
        for word in words {
            placed |= word.contains("%s");
            command.arg(word.replace("%s", url.as_str()));
        }
        if !placed {
            command.arg(url.as_str());
        }
        start(command, &self.hidden)
    }
}

fn named(command: &str) -> Result<Vec<String>, BrowserError> {
    words(command).map_err(|error| BrowserError::NotStarted {
        program: command.to_owned(),
        source: std::io::Error::new(std::io::ErrorKind::InvalidInput, error),
    })
}

/// The program that opens addresses here: the named command's, else the first that the system
/// would try and that is there.
pub fn launcher(command: Option<&str>, path: &OsStr) -> Result<PathBuf, BrowserError> {
    let Some(command) = command else {
        let mut candidates = open::commands("https://partnerlink.example/").into_iter();
        return candidates
            .find_map(|command| find_program(command.get_program(), path))
            .ok_or(BrowserError::NoLauncher);
    };
    let program = named(command)?.into_iter().next().unwrap_or_default();
    find_program(OsStr::new(&program), path).ok_or_else(|| BrowserError::NotStarted {
        program,
        source: std::io::ErrorKind::NotFound.into(),
    })
}

/// An executable file by its own path, or by its name in one of the folders of `path` (`$PATH`).
pub fn find_program(name: &OsStr, path: &OsStr) -> Option<PathBuf> {
    if Path::new(name).components().count() > 1 {
        return Some(PathBuf::from(name)).filter(|file| is_executable(file));
    }
    let mut file_name = name.to_owned();
    if Path::new(name).extension().is_none_or(|end| end != std::env::consts::EXE_EXTENSION) {
        file_name.push(std::env::consts::EXE_SUFFIX);
    }
    std::env::split_paths(path)
        .map(|folder| folder.join(&file_name))
        .find(|file| is_executable(file))
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}

/// Starts a child with nothing of ours but the address: no secrets in its environment, no
/// terminal to read from or write to.
fn start(mut command: Command, hidden: &[std::ffi::OsString]) -> Result<(), BrowserError> {
    let program = command.get_program().to_string_lossy().into_owned();
    for name in hidden {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // A Ctrl-C meant for us must not close the person's browser.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command
        .spawn()
        .map_err(|source| BrowserError::NotStarted { program: program.clone(), source })?;
    let begun = std::time::Instant::now();
    while begun.elapsed() < WATCH {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(_)) => return Err(BrowserError::Failed(program)),
            _ => std::thread::sleep(Duration::from_millis(5)),
        }
    }
    Ok(())
}
