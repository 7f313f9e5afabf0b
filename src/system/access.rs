//! Who may look into a folder on Windows, where folders have access lists and no modes.
//!
//! A new folder gets the list of the one above it, which outside a user's profile is often open to
//! everybody. So what is private is closed when it is made: to all but this user, the system and
//! the administrators, who can reach every file anyway, and to whatever the folder above may be
//! opened for later. Windows' own `icacls` does it, once in a folder's life. Elsewhere nothing here
//! does anything.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;
use std::{fs, io};

use super::{process, windows};
use crate::input;

/// A folder of a disk that is not there can take long.
const DEADLINE: Duration = Duration::from_secs(20);
/// Those who reach everything: SYSTEM and the administrators.
const ABOVE_ALL: [&str; 2] = ["S-1-5-18", "S-1-5-32-544"];
/// Their short names in an access list. OW is whoever owns a file, CO who makes one.
const HARMLESS: [&str; 4] = ["SY", "BA", "OW", "CO"];
/// The administrator whom every Windows is installed with has a short name as well.
const FIRST_ADMINISTRATOR: (&str, &str) = ("LA", "-500");

/// The commands that close a folder, and what is in it, to all others.
pub fn closing_commands(folder: &Path) -> String {
    let grants: Vec<String> = grants(this_user().unwrap_or_default())
        .iter()
        .map(|grant| format!("\"{grant}\""))
        .collect();
    let folder = format!("icacls \"{}\"", folder.display());
    format!("{folder} /reset /t /q\n{folder} /inheritance:r /grant:r {}", grants.join(" "))
}

/// For the folder and all that will be in it.
fn grants(user: &str) -> [String; 3] {
    let [system, administrators] = ABOVE_ALL;
    [user, system, administrators].map(|id| format!("*{id}:(OI)(CI)F"))
}

/// Closes a folder that was made just now, and what will be in it.
pub(super) fn close(folder: &Path) -> io::Result<()> {
    if !cfg!(windows) {
        return Ok(());
    }
    let user = this_user().ok_or_else(nobody)?;
    let mut icacls = program("icacls");
    icacls.arg(folder).args(["/inheritance:r", "/grant:r"]).args(grants(user)).arg("/q");
    run(icacls).map(drop)
}

/// Who else may look into a folder, by the names that Windows has for them in access lists. Fails
/// where that cannot be known.
pub fn others(folder: &Path) -> io::Result<Vec<String>> {
    if !cfg!(windows) {
        return Ok(Vec::new());
    }
    let user = this_user().ok_or_else(nobody)?;
    let list = tempfile::Builder::new().prefix("partnerlink").tempdir()?;
    let file = list.path().join("list");
    let mut icacls = program("icacls");
    icacls.arg(folder).arg("/save").arg(&file).arg("/q");
    run(icacls)?;
    let text = input::decode(fs::read(&file)?).map_err(io::Error::other)?;
    Ok(others_in(&text, user))
}

fn nobody() -> io::Error {
    io::Error::other("whoami does not say who this user is")
}

/// The security ID of this user.
fn this_user() -> Option<&'static str> {
    static USER: OnceLock<Option<String>> = OnceLock::new();
    let user = USER.get_or_init(|| {
        let mut whoami = program("whoami");
        whoami.args(["/user", "/fo", "csv", "/nh"]);
        id_in(&run(whoami).ok()?).map(str::to_owned)
    });
    user.as_deref()
}

/// `"machine\anna","S-1-5-21-1-2-3-1001"`
fn id_in(line: &str) -> Option<&str> {
    let id = line.trim_end().strip_suffix('"')?.rsplit('"').next()?;
    id.starts_with("S-1-").then_some(id)
}

/// One of Windows' own programs, which opens no window.
fn program(name: &str) -> Command {
    let command = Command::new(windows::program(name));
    #[cfg(windows)]
    let command = {
        let mut command = command;
        std::os::windows::process::CommandExt::creation_flags(&mut command, windows::NO_WINDOW);
        command
    };
    command
}

fn run(command: Command) -> io::Result<String> {
    let finished = process::run(command, b"", DEADLINE).map_err(io::Error::other)?;
    match finished.success {
        true => Ok(finished.stdout),
        false => Err(io::Error::other(finished.why().to_owned())),
    }
}

/// Whom an access list in Microsoft's notation (SDDL) lets in beside this user:
/// `D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;S-1-5-21-…)`. Without a list everybody is let in.
fn others_in(text: &str, user: &str) -> Vec<String> {
    let everybody = || vec!["everybody".to_owned()];
    let Some((_, list)) = text.split_once("D:") else { return everybody() };
    if list.starts_with("NO_ACCESS_CONTROL") {
        return everybody();
    }
    let is_me = |id: &str| {
        let (short, end) = FIRST_ADMINISTRATOR;
        id == user || id == short && user.ends_with(end)
    };
    let mut others = Vec::new();
    for entry in list.split('(').skip(1) {
        // Its kind, flags, rights, two that files do not have, and who it is about.
        let fields: Vec<&str> = entry.split(')').next().unwrap_or(entry).split(';').collect();
        let (Some(kind), Some(id)) = (fields.first(), fields.get(5)) else { continue };
        let lets_in = kind.ends_with('A');
        let is_harmless = is_me(id) || ABOVE_ALL.contains(id) || HARMLESS.contains(id);
        if lets_in && !is_harmless && !others.iter().any(|other| other == id) {
            others.push((*id).to_owned());
        }
    }
    others
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: &str = "S-1-5-21-1-2-3-1001";

    #[test]
    fn all_but_this_user_and_who_reaches_everything_are_others() {
        let others = |list: &str| others_in(&format!("state\r\n{list}\r\n"), ANNA).join(" ");
        let closed = format!("D:PAI(A;OICI;FA;;;{ANNA})(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)");
        assert_eq!(others(&closed), "");
        assert_eq!(others(&format!("{closed}(A;OICIIO;FA;;;CO)(D;;FA;;;WD)")), "");
        // As a folder of a new disk has it.
        let disk = "D:AI(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)\
                    (A;CIID;DC;;;BU)(A;OICIID;0x1301bf;;;AU)";
        assert_eq!(others(disk), "BU AU");
        assert_eq!(others("D:(A;;FA;;;S-1-5-21-1-2-3-1002)"), "S-1-5-21-1-2-3-1002");
        assert_eq!(others("D:(A;;FA;;;LA)"), "LA");
        assert_eq!(others("D:NO_ACCESS_CONTROL"), "everybody");
        assert_eq!(others("O:BA"), "everybody");
        assert_eq!(others_in("D:(A;;FA;;;LA)", "S-1-5-21-1-2-3-500").len(), 0);
    }

    #[test]
    fn a_user_is_known_by_id() {
        assert_eq!(id_in("\"pc\\an\u{fffd}na\",\"S-1-5-21-1-2-3-1001\"\r\n"), Some(ANNA));
        assert_eq!(id_in(""), None);
    }
}
