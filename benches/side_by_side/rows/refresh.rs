//! One refresh.

use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::measure::{Cost, Rounds, Until};
use crate::room::{Room, account_id, request_body};
use crate::table::{self, Title};
use crate::{Bench, Result, process, server};

pub fn run(bench: &Bench) -> Result<()> {
    let room = Room::with_accounts(&bench.server, 1)?;
    let account = account_id(0)?.to_string();
    let refresh = ["token", "refresh", "--force", "--quiet", &account];
    let (request, url) = (room.path().join("request"), server::token_url(&bench.server));
    let data = format!("@{}", request.display());
    let json = "Content-Type: application/json";
    let curl = ["--silent", "--fail", "--noproxy", "*", "--header", json, "--data", &data, &url];
    let rounds = Rounds::run(
        Until { rounds: 300, time: Duration::from_secs(10) },
        &mut [&mut || process::cost(&mut room.program(&refresh)), &mut || {
            // It gets a token that works, and need not keep what comes back.
            fs::write(&request, request_body(&bench.server.grant().refresh_token))?;
            process::cost(Command::new("curl").args(curl))
        }],
    )?;
    let title = Title { ours: "token refresh, one account", theirs: "curl, the same POST" };
    table::ratio(title, rounds.ratio(0, 1, Cost::wall), None);
    Ok(())
}
