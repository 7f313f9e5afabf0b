use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{MAIN_SEPARATOR, Path, PathBuf, is_separator};
use std::process::Command;
use std::time::Duration;

use clap::ValueHint;

use crate::account_id::AccountId;
use crate::commands::held::valid_token;
use crate::context::Context;
use crate::error::{Error, Failed};
#[cfg(not(unix))]
use crate::system::{interrupt, process};
use crate::terminal::Mark;
use crate::text::shell_word;

const EXAMPLES: &str = "\
Examples:
  partnerlink exec zaehlerfreunde -- python3 fetch.py            reads os.environ[\"ACCESS_TOKEN\"]
  partnerlink exec timberdata --var TIMBER_TOKEN -- ./sync.sh
  partnerlink exec timberdata -- powershell -File sync.ps1     reads $env:ACCESS_TOKEN

The token never stands on a command line, where ps or the Task Manager shows it.";

/// Commands of cmd.exe that are no programs, of those that a person may want here.
const BUILT_INTO_CMD: [&str; 12] =
    ["call", "copy", "date", "del", "dir", "echo", "move", "ren", "set", "start", "time", "type"];

/// Run a command with an access token in its environment
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_name = "ACCOUNT", value_parser = super::account, add = super::candidates::accounts())]
    account: AccountId,
    /// The variable that holds the token
    #[arg(long, value_name = "NAME", default_value = "ACCESS_TOKEN", value_parser = variable)]
    var: String,
    /// How long the token must at least be valid [default: 60s, where the provider gives so much]
    #[arg(long, value_name = "TIME", value_parser = super::duration)]
    min_ttl: Option<Duration>,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD", value_hint = ValueHint::AnyPath)]
    command: Vec<OsString>,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let held = valid_token(context, &self.account, self.min_ttl)?;
        if held.is_bound {
            let why = "this token works only together with its key, which the command does not get \
                       (DPoP); `partnerlink api` makes calls with both";
            context.output.say(Mark::Warn, why);
        }
        let mut words = self.command.iter();
        let program = words.next().cloned().unwrap_or_default();
        let failed = |error: &io::Error| {
            Error::io(format!("could not run {}", program.to_string_lossy()), error)
        };
        let around = context.settings.environment.surroundings();
        // A path is the person's own choice; a bare name does not stand for a file that lies here.
        let file = if program.to_string_lossy().contains(is_separator) {
            as_started(&program)
        } else {
            let nowhere =
                || io::Error::new(io::ErrorKind::NotFound, "there is no such program in PATH");
            let found = around.find(&program);
            found.ok_or_else(|| failed(&nowhere()).with_hint(instead(&self.command)))?
        };
        let mut command = Command::new(file);
        command.args(words);
        around.around(&mut command);
        // What opens the shared store opens every account in it.
        let vault = context.settings.vault.as_ref();
        vault.into_iter().flat_map(|vault| vault.auth.variables()).for_each(|name| {
            command.env_remove(name);
        });
        command.env(&self.var, held.token.expose());
        hand_over(command).map_err(|error| {
            let hint = if is_script(&program) { instead(&self.command) } else { String::new() };
            failed(&error).with_hint(hint).into()
        })
    }
}

/// The command takes this process's place, so that signals and exit code are its own.
#[cfg(unix)]
fn hand_over(mut command: Command) -> std::io::Result<u8> {
    Err(std::os::unix::process::CommandExt::exec(&mut command))
}

/// The command runs beside this process, which waits for it. Ctrl-C is the command's, and this
/// process ends as it does: exit codes have 32 bits on Windows, and msiexec's 3010 is no error.
#[cfg(not(unix))]
fn hand_over(mut command: Command) -> std::io::Result<u8> {
    let ended = interrupt::uninterrupted(|| command.status());
    let status =
        ended.map_err(|error| process::not_started(Path::new(command.get_program()), error))?;
    std::process::exit(status.code().unwrap_or(1))
}

/// What to write in the place of a command whose program is not in `PATH`.
fn instead(command: &[OsString]) -> String {
    let words: Vec<_> = command.iter().map(|word| shell_word(&word.to_string_lossy())).collect();
    let (Some(program), words) = (command.first(), words.join(" ")) else { return String::new() };
    let is_builtin = BUILT_INTO_CMD.iter().any(|name| program.eq_ignore_ascii_case(name));
    if is_script(program) {
        format!("write: powershell -File {words}")
    } else if cfg!(windows) && is_builtin {
        format!("write: cmd /c {words}")
    } else if lies_here(program) {
        format!("write: .{MAIN_SEPARATOR}{words}")
    } else {
        "give its whole path, or the name of a program that is in PATH".to_owned()
    }
}

/// Whether a name would start something in the working folder, which does not decide what runs.
fn lies_here(program: &OsStr) -> bool {
    #[cfg(windows)]
    return process::startable(Path::new(program)).is_some();
    #[cfg(not(windows))]
    return Path::new(program).is_file();
}

/// What Windows starts by PowerShell alone.
fn is_script(program: &OsStr) -> bool {
    let ending = Path::new(program).extension();
    cfg!(windows) && ending.is_some_and(|ending| ending.eq_ignore_ascii_case("ps1"))
}

/// A path as it is given; on Windows with the ending that a shell would add.
fn as_started(program: &OsStr) -> PathBuf {
    #[cfg(windows)]
    if let Some(file) = process::startable(Path::new(program)) {
        return file;
    }
    PathBuf::from(program)
}

/// A name that every shell can read.
fn variable(name: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(good)
    {
        return Ok(name.to_owned());
    }
    Err("a variable's name consists of letters, digits and _, and begins with no digit".to_owned())
}
