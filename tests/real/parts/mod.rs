//! The parts, and whether they are there.

pub mod data;
pub mod keyring;
pub mod oidc_server;
pub mod person;
pub mod ports;
pub mod prism;
pub mod python_server;
pub mod sandbox;
pub mod squid;
pub mod terminal;

use std::env;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::program::{Program, Running};

/// Longer than anything that a test waits for; a browser on a busy machine takes ten seconds.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What a test may need, and how `tests/run` says that it is there.
#[derive(Clone, Copy)]
pub enum Part {
    Keychain,
    Browser,
    OpenIdServer,
    /// It answers as an OpenAPI file says.
    Prism,
    /// Python with pandas, DuckDB, openpyxl and icalendar.
    Tables,
    /// Python with django-oauth-toolkit and canaille.
    PythonServers,
    /// LibreOffice.
    Spreadsheet,
    /// GDAL.
    Maps,
    Tmux,
    /// zsh and fish; bash is everywhere.
    Shells,
    /// mandoc.
    Manual,
    /// cargo-deb and Debian's own tools.
    Packages,
    /// Squid.
    Proxy,
    /// The programs of systemd; whether one can run shows itself.
    Systemd,
    /// Cron with its `crontab`.
    Cron,
}

/// Whether all of these are there; if not, that is said where `tests/run` counts it.
#[must_use]
pub fn has(test: &str, needed: &[Part]) -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| value == "1");
    let missing = needed.iter().find_map(|part| match part {
        Part::Keychain if !is_set("PARTNERLINK_TEST_KEYRING") => Some("no private keychain"),
        Part::Browser if !is_set("PARTNERLINK_TEST_BROWSER") => Some("no Chromium for it"),
        Part::OpenIdServer if !is_set("PARTNERLINK_TEST_OIDC") => Some("no OpenID server"),
        Part::Prism if !is_set("PARTNERLINK_TEST_PRISM") => Some("no Prism"),
        Part::Tables if env::var_os("PARTNERLINK_TEST_PYTHON").is_none() => Some("no pandas"),
        Part::PythonServers if env::var_os("PARTNERLINK_TEST_PYTHON").is_none() => {
            Some("no Python for the servers")
        }
        Part::Spreadsheet if !runs("soffice", "--version") => Some("no LibreOffice"),
        Part::Maps if !runs("ogrinfo", "--version") => Some("no ogrinfo"),
        Part::Proxy if !runs(squid::PROGRAM, "-v") => Some("no Squid"),
        Part::Tmux if !runs("tmux", "-V") => Some("no tmux"),
        Part::Shells if !(runs("zsh", "--version") && runs("fish", "--version")) => {
            Some("no zsh or no fish")
        }
        Part::Manual if !runs("mandoc", "/dev/null") => Some("no mandoc"),
        Part::Packages if env::var_os("PARTNERLINK_TEST_CARGO_DEB").is_none() => {
            Some("no cargo-deb")
        }
        Part::Systemd if !runs("systemd-analyze", "--version") => Some("no systemd"),
        Part::Cron if !Path::new("/usr/bin/crontab").exists() => Some("no cron"),
        _ => None,
    });
    missing.inspect(|reason| skip(test, reason)).is_none()
}

/// Says that a test was left out, and why.
pub fn skip(test: &str, reason: &str) {
    let line = format!("{test}: {reason}\n");
    eprint!("skipped: {line}");
    if let Some(path) = env::var_os("PARTNERLINK_TEST_SKIPPED") {
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(line.as_bytes()).unwrap();
    }
}

fn runs(program: &str, argument: &str) -> bool {
    let mut command = Command::new(program);
    command.arg(argument).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A program in a home of its own, as a person's: nothing is set but what a desktop sets, and the
/// keychain, where the sandbox by itself has sealed files.
pub fn program() -> Program {
    let program = Program::new().unset("PARTNERLINK_HOME").set("PARTNERLINK_STORE", "keychain");
    let path = format!(
        "{}:{}",
        program.root().join("bin").display(),
        env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".into())
    );
    let mut program = program.set("PATH", path).set("LC_ALL", "C.UTF-8");
    program.patience = PATIENCE;
    program
}

/// The folder for pictures of the screen; without one they are thrown away with the test.
pub fn shots(program: &Program) -> PathBuf {
    env::var_os("PARTNERLINK_SHOTS").map_or_else(|| program.root().join("shots"), PathBuf::from)
}

/// What curl prints: somebody else's HTTP.
pub fn curl(arguments: &[&str]) -> String {
    let mut curl = Command::new("curl");
    let output = curl.args(["-sS", "--max-time", "20", "--noproxy", "*"]).args(arguments).output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

/// Waits until something is so.
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "still not so: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Lets a part that ends with its standard input end by itself; dropping it afterwards would kill
/// it alone and leave its children behind.
fn let_end(running: &mut Running) {
    drop(running.stdin.take());
    let deadline = Instant::now() + Duration::from_secs(10);
    while running.is_running() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
}
