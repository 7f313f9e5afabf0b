//! The other programs: whether they are there, and Python with aiohttp in a folder of its own.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;

#[derive(Default)]
pub struct Peers {
    python: OnceCell<std::result::Result<PathBuf, String>>,
}

impl Peers {
    /// A Python that can `import aiohttp`, installed at the first question.
    pub fn python(&self) -> Result<&Path> {
        let python = self.python.get_or_init(|| install_aiohttp().map_err(|e| e.to_string()));
        python.as_deref().map_err(|why| why.as_str().into())
    }
}

fn install_aiohttp() -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench-venv");
    let python = folder.join("bin/python");
    let works = || quietly(Command::new(&python).args(["-c", "import aiohttp"])).is_ok();
    if !works() {
        quietly(Command::new("python3").args(["-m", "venv"]).arg(&folder))
            .map_err(|why| format!("python3 -m venv: {why} (Debian: python3-venv)"))?;
        quietly(Command::new(&python).args(["-m", "pip", "install", "--quiet", "aiohttp"]))
            .map_err(|why| format!("pip install aiohttp: {why}"))?;
    }
    Ok(python)
}

/// An error where the program is missing or fails.
pub fn quietly(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.lines().last().unwrap_or("it failed and said nothing").to_owned().into())
}
