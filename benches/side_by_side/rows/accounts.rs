//! Many accounts: `token refresh` beside a script, and beside what the server can do at most.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::measure::{Contestant, Cost, Rounds, Until};
use crate::provider::Provider;
use crate::room::Room;
use crate::table::{self, Title};
use crate::{Bench, Result, load, process, server};

const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/benches/side_by_side/aiohttp_refresh.py");
/// As many as the script refreshes at once.
const AT_ONCE: usize = 16;
/// How much more one account may cost among ten times as many.
const FLAT: f64 = 1.1;
const MANY_GOAL_MB: u64 = 32;
/// How long a provider behind the internet takes to answer.
const FAR: Duration = Duration::from_millis(50);

pub fn two_hundred(bench: &Bench) -> Result<()> {
    compare(bench, "200 accounts", 200, Until { rounds: 25, time: Duration::from_secs(40) })
}

pub fn one_thousand(bench: &Bench) -> Result<()> {
    compare(bench, "1,000 accounts", 1000, Until { rounds: 15, time: Duration::from_secs(45) })
}

/// What an account costs among ten thousand, beside what it costs among a thousand.
pub fn ten_thousand(bench: &Bench) -> Result<()> {
    let provider = &bench.server;
    let (few, many) = (1000, 10_000);
    let [small, large] = [few, many].map(|number| Room::with_accounts(provider, number));
    let (small, large) = (small?, large?);
    let title = |ours| Title { ours, theirs: "the same among 1,000" };
    let until = |rounds, seconds| Until { rounds, time: Duration::from_secs(seconds) };
    for (what, arguments) in [
        ("an account of status among 10,000", &["status"][..]),
        ("  of token refresh, none of them due", &["token", "refresh", "--quiet"]),
    ] {
        let mut ours = || Ok(process::cost(&mut large.program(arguments))?.of_one(many));
        let mut theirs = || Ok(process::cost(&mut small.program(arguments))?.of_one(few));
        let rounds = Rounds::run(until(60, 20), &mut [&mut ours, &mut theirs])?;
        table::ratio(title(what), rounds.ratio(0, 1, Cost::wall), Some(FLAT));
    }
    let mut ours = || Ok(refresh_all(provider, &large, many)?.of_one(many));
    let mut theirs = || Ok(refresh_all(provider, &small, few)?.of_one(few));
    let rounds = Rounds::run(until(5, 60), &mut [&mut ours, &mut theirs])?;
    let what = title("  of token refresh, all of them due");
    table::ratio(what, rounds.ratio(0, 1, Cost::wall), Some(FLAT));

    let status = || process::cost(&mut large.program(&["status"]));
    let tab = ["completions", "bash", "--", "partnerlink", "token", "get", "zaehl"];
    let rounds = Rounds::run(
        until(60, 20),
        &mut [&mut { status }, &mut || process::cost(&mut large.program(&tab)), &mut || {
            Ok(Cost::default())
        }],
    )?;
    table::excess("status of 10,000 accounts, wall", rounds.excess(0, 2));
    table::excess("a TAB among 10,000 accounts, wall", rounds.excess(1, 2));
    for (what, arguments) in [
        ("  peak memory of status", &["status"][..]),
        ("  peak memory of status --json", &["status", "--json"]),
    ] {
        let peak = process::peak_at_end(&mut large.program(arguments), || true)?;
        table::bytes(what, peak, Some(MANY_GOAL_MB));
    }
    Ok(())
}

pub fn far_provider(bench: &Bench) -> Result<()> {
    server::answer_after(&bench.server, FAR);
    let until = Until { rounds: 10, time: Duration::from_secs(20) };
    let result = compare(bench, "200 accounts 50 ms away", 200, until);
    server::answer_after(&bench.server, Duration::ZERO);
    result
}

fn compare(bench: &Bench, what: &str, accounts: usize, until: Until) -> Result<()> {
    let provider = &bench.server;
    let room = Room::with_accounts(provider, accounts)?;
    let mut tokens: Vec<String> = (0..accounts).map(|_| provider.grant().refresh_token).collect();
    let mut ours = || refresh_all(provider, &room, accounts);
    let mut ceiling = || {
        let begun = Instant::now();
        load::refresh_all(provider.address(), &mut tokens, AT_ONCE)?;
        Ok(Cost { wall: begun.elapsed().as_secs_f64(), cpu: None })
    };
    let script = bench.peers.python().map(|python| Script::new(provider, &room, accounts, python));
    let script = match script {
        Ok(script) => Some(script?),
        Err(error) => {
            table::left_out(&format!("{what}, beside aiohttp"), &error.to_string());
            None
        }
    };
    let mut loop_alone = Vec::new();
    let mut whole = || {
        let script = script.as_ref().ok_or("no script")?;
        let (whole, alone) = script.run()?;
        loop_alone.push(alone);
        Ok(whole)
    };
    let mut contestants: Vec<Contestant> = vec![&mut ours, &mut ceiling];
    if script.is_some() {
        contestants.push(&mut whole);
    }
    let rounds = Rounds::run(until, &mut contestants)?;
    // The first run of each contestant is not counted.
    let alone = loop_alone.get(1..).unwrap_or_default();
    let title = |theirs| Title { ours: what, theirs };
    if script.is_some() {
        let goal = (what == "200 accounts").then_some(1.0);
        table::ratio(title("aiohttp script"), rounds.ratio(0, 2, Cost::wall), goal);
        let title = title("aiohttp script, started already");
        table::ratio(title, rounds.ratio_to(0, alone), None);
    }
    table::ratio(title("what the server can do"), rounds.ratio(0, 1, Cost::wall), None);
    Ok(())
}

fn refresh_all(provider: &Provider, room: &Room, accounts: usize) -> Result<Cost> {
    let before = provider.counts().refreshed;
    let refresh = ["token", "refresh", "--force", "--quiet"];
    let cost = process::cost(&mut room.program(&refresh))?;
    match (provider.counts().refreshed - before) as usize {
        all if all == accounts => Ok(cost),
        some => Err(format!("{some} of {accounts} accounts were refreshed").into()),
    }
}

struct Script<'a> {
    provider: &'a Provider,
    python: &'a Path,
    file: PathBuf,
}

impl<'a> Script<'a> {
    fn new(provider: &'a Provider, room: &Room, accounts: usize, python: &'a Path) -> Result<Self> {
        let file = room.path().join("accounts.json");
        let accounts: Vec<_> = (0..accounts)
            .map(|_| json!({ "client_id": "bench-client", "refresh_token": provider.grant().refresh_token }))
            .collect();
        fs::write(&file, serde_json::to_vec(&accounts)?)?;
        Ok(Self { provider, python, file })
    }

    /// What it cost as a whole, and the seconds without its start.
    fn run(&self) -> Result<(Cost, f64)> {
        let mut command = Command::new(self.python);
        command.arg(SCRIPT).arg(server::token_url(self.provider)).arg(&self.file);
        let begun = Instant::now();
        let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
        let wall = begun.elapsed().as_secs_f64();
        if !output.status.success() {
            return Err(process::failed(&command, &output.status));
        }
        let alone = String::from_utf8(output.stdout)?.trim().parse()?;
        Ok((Cost { wall, cpu: None }, alone))
    }
}
