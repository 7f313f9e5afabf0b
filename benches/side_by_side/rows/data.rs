//! Data: the pages of a list, and many device-years, beside what people script today.

use std::cell::Cell;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::measure::{Contestant, Cost, Rounds, Until};
use crate::process::{self, Running};
use crate::provider::Provider;
use crate::provider::http::Call;
use crate::room::{Room, account_id};
use crate::server::{PAGES, SPACES_A_PAGE, serve_data};
use crate::table::{self, Title};
use crate::{Bench, Result, load};

/// Quarter hours of the year that is asked for.
const INTERVALS: usize = 35_040;
/// Devices for those who are fast, and for those who would take minutes.
const MANY: usize = 100;
const FEW: usize = 10;
const MEMORY_GOAL_MB: u64 = 33;

const TOKEN: &str = "bench-token";
const NODE_SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/side_by_side/readings.mjs");
const HTTPX_SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/benches/side_by_side/httpx_readings.py");
/// What the shell scripts do with an answer.
const READINGS: &str = ".[] | [.deviceId, .timeStamp, .measurement, .value, .unit, .label, \
                        .deviceType, .deviceProvider, .medium, .direction] | @csv";
const SPACES: &str =
    ".spaces[] | [.id, .name, .category, .addressLineOne, .postcode, .city] | @csv";

pub fn pages(bench: &Bench) -> Result<()> {
    let contest = Contest::new(bench)?;
    let list = ["meter", "spaces", "--account", "zaehlerfreunde:customer-0", "--format", "csv"];
    let ours = || contest.room.program(&list);
    let urls = contest.asked_by(ours(), PAGES * SPACES_A_PAGE)?;
    let range = format!("{}/spaces?page=[0-{}]&pageSize=100", contest.api_base, PAGES - 1);
    let line = format!("{CURL} '{range}' | jq -r '{SPACES}'");
    let rounds = Rounds::run(
        Until { rounds: 100, time: Duration::from_secs(15) },
        &mut [
            &mut || process::cost(&mut ours()),
            &mut || process::cost(&mut contest.shell(&line)),
            &mut || contest.fetch(&urls, |_| Ok(())),
        ],
    )?;
    let title = |theirs| Title { ours: "50 pages of a list", theirs };
    table::ratio(title("one curl range, one jq"), rounds.ratio(0, 1, Cost::wall), Some(0.7));
    table::ratio(title("the bytes, thrown away"), rounds.ratio(0, 2, Cost::wall), None);
    Ok(())
}

/// Beside those who are fast: a hundred devices.
pub fn device_years(bench: &Bench) -> Result<()> {
    let contest = Contest::new(bench)?;
    let ours = readings(&contest.room, MANY);
    let urls = contest.asked_by(ours(), MANY * INTERVALS)?;
    let sent = Cell::new(0);
    contest.fetch(&urls, |body| {
        sent.set(sent.get() + body.len());
        Ok(())
    })?;
    let what = format!("100 device-years, {} MB", sent.get() / 1_000_000);
    let rounds = Rounds::run(
        Until { rounds: 9, time: Duration::from_secs(60) },
        &mut [
            &mut || process::cost(&mut ours()),
            &mut || process::cost(&mut contest.script("node", NODE_SCRIPT)),
            &mut || contest.fetch(&urls, typed),
            &mut || contest.fetch(&urls, |_| Ok(())),
        ],
    )?;
    let title = |theirs| Title { ours: &what, theirs };
    table::ratio(title("node"), rounds.ratio(0, 1, Cost::wall), Some(0.25));
    table::ratio(title("parse into types, one thread"), rounds.ratio(0, 2, Cost::wall), Some(1.3));
    table::ratio(title("the bytes, thrown away"), rounds.ratio(0, 3, Cost::wall), None);

    serve_data(&contest.server, true);
    let rounds = Rounds::run(
        Until { rounds: 5, time: Duration::from_secs(30) },
        &mut [&mut || process::cost(&mut ours()), &mut || {
            process::cost(&mut contest.script("node", NODE_SCRIPT))
        }],
    )?;
    serve_data(&contest.server, false);
    let title = Title { ours: "  the same in gzip", theirs: "node" };
    table::ratio(title, rounds.ratio(0, 1, Cost::wall), None);

    for devices in [MANY, 2 * MANY] {
        let title = format!("peak memory of {devices} device-years");
        let peak = peak(readings(&contest.room, devices)())?;
        table::bytes(&title, peak, Some(MEMORY_GOAL_MB));
    }
    Ok(())
}

/// Beside those who would take minutes for a hundred: ten devices.
pub fn few_device_years(bench: &Bench) -> Result<()> {
    let contest = Contest::new(bench)?;
    let ours = readings(&contest.room, FEW);
    contest.asked_by(ours(), FEW * INTERVALS)?;
    let one = format!("while read -r url; do {CURL} \"$url\" | jq -r '{READINGS}'; done <urls");
    let eight = format!("xargs -P8 -n1 sh -c '{CURL} \"$0\" | jq -r \"$FILTER\"' <urls");
    let mut ours = || process::cost(&mut ours());
    let mut one = || process::cost(&mut contest.shell(&one));
    let mut eight = || process::cost(contest.shell(&eight).env("FILTER", READINGS));
    let python = bench.peers.python();
    let mut httpx = || match &python {
        Ok(python) => process::cost(&mut contest.script(python, HTTPX_SCRIPT)),
        Err(missing) => Err(missing.clone().into()),
    };
    let mut contestants: Vec<Contestant> = vec![&mut ours, &mut one, &mut eight];
    match &python {
        Ok(_) => contestants.push(&mut httpx),
        Err(missing) => table::left_out("10 device-years, beside httpx", &missing.to_string()),
    }
    let with_python = contestants.len() > 3;
    let until = Until { rounds: 5, time: Duration::from_secs(30) };
    let rounds = Rounds::run(until, &mut contestants)?;
    let title = |theirs| Title { ours: "10 device-years", theirs };
    table::ratio(title("curl | jq in a loop"), rounds.ratio(0, 1, Cost::wall), Some(1.0));
    table::ratio(title("xargs -P8, curl | jq"), rounds.ratio(0, 2, Cost::wall), Some(1.0));
    if with_python {
        table::ratio(title("httpx script"), rounds.ratio(0, 3, Cost::wall), Some(1.0));
    }
    Ok(())
}

/// The token is in a file, as it should be: not among the arguments that everybody can read.
const CURL: &str = "curl -sf --noproxy 127.0.0.1 -H @headers";

/// The server, and a folder with what the scripts read.
struct Contest {
    server: Provider,
    api_base: String,
    room: Room,
}

impl Contest {
    fn new(bench: &Bench) -> Result<Self> {
        let server = Provider::start(|_, _| ());
        serve_data(&server, false);
        let api_base = format!("{}/partner", server.base());
        let room = Room::with_data(&bench.server, &api_base)?;
        fs::write(room.path().join("headers"), format!("Authorization: Bearer {TOKEN}\n"))?;
        Ok(Self { server, api_base, room })
    }

    /// Runs the program once, which has to print a heading and so many lines, and keeps the
    /// addresses that it asked for: everybody else asks for the same ones.
    fn asked_by(&self, mut program: Command, lines: usize) -> Result<Vec<String>> {
        let before = self.server.calls().len();
        let mut child = Running(program.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?);
        let out = child.0.stdout.take().ok_or("no pipe")?;
        let printed = BufReader::new(out).lines().count();
        if printed != lines + 1 {
            return Err(format!("{printed} lines came, not {lines}").into());
        }
        let address = |call: &Call| format!("{}{}", self.server.base(), call.target);
        let urls: Vec<String> = self.server.calls()[before..].iter().map(address).collect();
        fs::write(self.room.path().join("urls"), urls.join("\n") + "\n")?;
        Ok(urls)
    }

    fn shell(&self, script: &str) -> Command {
        let mut command = Command::new("bash");
        command.args(["-o", "pipefail", "-c", script]).current_dir(self.room.path());
        command
    }

    fn script(&self, interpreter: impl AsRef<std::ffi::OsStr>, script: &str) -> Command {
        let mut command = Command::new(interpreter);
        command.args([script, "urls", TOKEN]).current_dir(self.room.path());
        command
    }

    /// Everything over one connection, in this thread, and each answer handed to `each`.
    fn fetch(&self, urls: &[String], each: impl Fn(&[u8]) -> Result<()>) -> Result<Cost> {
        let begun = Instant::now();
        load::fetch(self.server.address(), urls, each)?;
        Ok(Cost { wall: begun.elapsed().as_secs_f64(), cpu: None })
    }
}

/// The command that fetches a year of the first devices.
fn readings(room: &Room, devices: usize) -> impl Fn() -> Command {
    let mut arguments: Vec<String> =
        ["meter", "readings", "--from", "2025-01", "--to", "2026-01", "--format", "csv"]
            .map(String::from)
            .into();
    arguments
        .extend(["--account".into(), account_id(0).map(|id| id.to_string()).unwrap_or_default()]);
    arguments.extend((0..devices).flat_map(|number| ["--device".into(), format!("d{number}")]));
    move || room.program(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What nobody does with fewer steps: the text becomes values.
fn typed(body: &[u8]) -> Result<()> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "read, and thrown away")]
    struct Reading<'a> {
        device_id: &'a str,
        time_stamp: &'a str,
        measurement: &'a str,
        value: f64,
        unit: &'a str,
        label: &'a str,
        device_type: &'a str,
        device_provider: &'a str,
        medium: &'a str,
        direction: &'a str,
    }
    let readings: Vec<Reading> = serde_json::from_slice(body)?;
    std::hint::black_box(readings);
    Ok(())
}

/// The largest memory that the program has at any time, in bytes.
fn peak(mut command: Command) -> Result<u64> {
    let mut child = Running(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?);
    let mut out = child.0.stdout.take().ok_or("no pipe")?;
    let (mut peak, mut buffer) = (0, vec![0; 1 << 20]);
    while out.read(&mut buffer)? > 0 {
        peak = peak.max(process::peak_memory(&child.0).unwrap_or(0));
    }
    Ok(peak)
}
