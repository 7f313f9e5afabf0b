//! The other programs: whether they are there, and Python with its parts in a folder of its own.

use std::cell::OnceCell;
use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;

/// Something that this machine does not have: what needs it is left out, and that is no failure.
#[derive(Clone, Debug)]
pub struct Missing(pub String);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Missing {}

#[derive(Default)]
pub struct Peers {
    python: OnceCell<std::result::Result<PathBuf, Missing>>,
}

impl Peers {
    /// A Python with aiohttp and httpx, installed at the first question.
    pub fn python(&self) -> std::result::Result<&Path, Missing> {
        let python = self.python.get_or_init(install_python);
        python.as_deref().map_err(Missing::clone)
    }
}

fn install_python() -> std::result::Result<PathBuf, Missing> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench-venv");
    let python = folder.join("bin/python");
    let works = || quietly(Command::new(&python).args(["-c", "import aiohttp, httpx"])).is_ok();
    if !works() {
        quietly(Command::new("python3").args(["-m", "venv"]).arg(&folder))
            .map_err(|why| Missing(format!("python3 -m venv: {why} (Debian: python3-venv)")))?;
        quietly(
            Command::new(&python).args(["-m", "pip", "install", "--quiet", "aiohttp", "httpx"]),
        )
        .map_err(|why| Missing(format!("pip install aiohttp httpx: {why}")))?;
    }
    Ok(python)
}

/// An error where the program is missing or fails.
fn quietly(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.lines().last().unwrap_or("it failed and said nothing").to_owned().into())
}
