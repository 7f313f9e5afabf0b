//! `connect` with a browser that needs no time, beside that browser alone.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::measure::{Cost, Rounds, Until};
use crate::process::{self, Running};
use crate::provider::http::Reply;
use crate::room::Room;
use crate::table::{self, Title};
use crate::{Bench, Result};

/// The hidden argument by which this program is the browser: it follows redirects to their end.
pub const PLAYS_BROWSER: &str = "--plays-browser";

pub fn play(url: Option<&String>) -> Result<()> {
    Ok(partnerlink::sandbox::approve(url.ok_or("no address")?)?)
}

pub fn run(bench: &Bench) -> Result<()> {
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let room = Room::new(&format!(
        "redirect_uris = [\"http://127.0.0.1:{port}/callback/zaehlerfreunde\"]"
    ))?;
    let (_sandbox, address) = sandbox(&room)?;
    let this = std::env::current_exe()?;
    let browser = format!("'{}' {PLAYS_BROWSER}", this.display());
    let connect = ["connect", "zaehlerfreunde", "--quiet", "--browser", &browser];
    bench.server.does(|call, honest| match call.path() {
        "/callback" => Reply::new(303, "Location: /done\r\n", ""),
        "/done" => Reply::new(200, "", ""),
        _ => honest(),
    });
    let base = bench.server.base();
    // As long as an authorize address is, so that as much is sent.
    let alone = format!("{base}/authorize?redirect_uri={base}/callback&state={:0>540}", "");
    let rounds = Rounds::run(
        Until { rounds: 100, time: Duration::from_secs(12) },
        &mut [
            &mut || process::cost(room.program(&connect).env("PARTNERLINK_SANDBOX", &address)),
            &mut || process::cost(Command::new(&this).arg(PLAYS_BROWSER).arg(&alone)),
        ],
    )?;
    let title = Title { ours: "connect, scripted browser", theirs: "that browser alone" };
    table::ratio(title, rounds.ratio(0, 1, Cost::wall), None);
    table::excess("  more than the browser needs alone", rounds.excess(0, 1));
    Ok(())
}

/// Both providers in a process of their own, and their address.
fn sandbox(room: &Room) -> Result<(Running, String)> {
    let mut command = room.program(&["sandbox", "--approve", "--quiet"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut sandbox = Running(command.spawn()?);
    let stdout = sandbox.0.stdout.take().ok_or("no pipe")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let address = line.trim().strip_prefix("PARTNERLINK_SANDBOX=");
    let address = address.ok_or("the sandbox did not say where it is")?.to_owned();
    Ok((sandbox, address))
}
