//! `token get` of a token that is still good.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use partnerlink::store::keychain::{Keychain, Patience};
use partnerlink::system::paths::mark;

use crate::measure::{Cost, Rounds, Until};
use crate::peers::Missing;
use crate::room::{Room, account_id};
use crate::table::{self, Title};
use crate::{Bench, Result, process, server};

/// The hidden argument by which this program starts itself again beside a private keychain.
pub const IN_SESSION: &str = "--in-keyring-session";
const SESSION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/keyring-session");
/// Its exit code where a program that it needs is not installed.
const PROGRAM_MISSING: i32 = 69;

const FILE_GOAL: f64 = 2.5;
const KEYCHAIN_GOAL: f64 = 1.0;

pub fn from_files(bench: &Bench) -> Result<()> {
    let room = Room::with_accounts(&bench.server, 1)?;
    let account = account_id(0)?;
    let sealed = room.folders().tokens().join(format!("{}.sealed", account.file_stem()));
    let same_size = room.path().join("same-size");
    fs::write(&same_size, fs::read(sealed)?)?;
    let get = ["token", "get", &account.to_string()];
    let rounds = Rounds::run(
        Until { rounds: 500, time: Duration::from_secs(8) },
        &mut [&mut || process::cost(&mut room.program(&get)), &mut || {
            process::cost(Command::new("cat").arg(&same_size))
        }],
    )?;
    let title = |ours| Title { ours, theirs: "cat, file of that size" };
    table::ratio(title("token get, file, wall"), rounds.ratio(0, 1, Cost::wall), Some(FILE_GOAL));
    let processor = rounds.ratio(0, 1, Cost::cpu);
    table::ratio(title("token get, file, processor"), processor, Some(FILE_GOAL));
    Ok(())
}

pub fn from_keychain(_: &Bench) -> Result<()> {
    let mut session = Command::new(SESSION);
    let session = session.arg(std::env::current_exe()?).arg(IN_SESSION).stdout(Stdio::inherit());
    let output = session.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().last().unwrap_or_default();
    match output.status.code() {
        Some(0) => Ok(()),
        Some(PROGRAM_MISSING) => Err(Missing(last.to_owned()).into()),
        _ => Err(format!("the keychain's session ended with {}: {last}", output.status).into()),
    }
}

/// What the program does that [`from_keychain`] started.
pub fn in_session() -> Result<()> {
    let room = Room::new("")?;
    // Only its tokens are wanted: nothing is sent to it.
    let provider = server::tokens();
    let service = format!("partnerlink {}", mark(room.path()));
    let ours = service.clone();
    room.connect(&provider, 0, &Keychain::new(|| ours, Patience::unattended()))?;
    let (account, item) = (account_id(0)?.to_string(), account_id(0)?);
    let get = ["token", "get", &account];
    let username = format!("{}:{}", item.provider(), item.name());
    let lookup = ["lookup", "service", &service, "username", &username];
    let rounds = Rounds::run(
        Until { rounds: 200, time: Duration::from_secs(10) },
        &mut [&mut || process::cost(&mut room.program(&get)), &mut || {
            process::cost(Command::new("secret-tool").args(lookup))
        }],
    )?;
    let title = Title { ours: "token get, keychain, wall", theirs: "secret-tool lookup" };
    table::ratio(title, rounds.ratio(0, 1, Cost::wall), Some(KEYCHAIN_GOAL));
    Ok(())
}
