//! The program under strace (Debian: strace), which counts its system calls, and delivers a signal
//! at the one that a test names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::is_root;
use crate::program::Outcome;
use crate::seat::Seat;

/// Everything by which a refresh touches the world outside.
const CALLS: &str = "access,faccessat,openat,read,write,writev,pwrite64,fsync,fdatasync,fallocate,\
     rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,fchmod,ftruncate,flock,close,\
     socket,connect,sendto,sendmsg,recvfrom,recvmsg,shutdown";
const TRACE: &str = "strace.txt";
pub const MISSING: &str = "strace is missing or may not trace";

/// Whether there is an strace that may trace.
pub fn is_there() -> bool {
    let probe = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    probe.is_ok_and(|output| output.status.success())
}

/// The `number`th call of this name that one thread makes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    pub call: String,
    pub number: u32,
}

/// Runs to the end; the lines of the trace, each beginning with its thread. Where paths are given,
/// of the calls that are about them alone.
pub fn watched(seat: &Seat, args: &[&str], paths: &[&Path]) -> (Outcome, Vec<String>) {
    let outcome = run(seat, args, TRACE, paths, &[]);
    let text = fs::read(seat.root().join(TRACE)).unwrap();
    // It shows what went to the provider.
    fs::remove_file(seat.root().join(TRACE)).unwrap();
    (outcome, String::from_utf8_lossy(&text).lines().map(str::to_owned).collect())
}

/// Runs, and delivers the signal as the program enters that call, which a deadly one forestalls.
pub fn with_signal(seat: &Seat, args: &[&str], point: &Point, signal: &str) -> Outcome {
    let inject = format!("inject={}:signal={signal}:when={}", point.call, point.number);
    run(seat, args, "/dev/null", &[], &["-e", &inject])
}

/// Runs, and lets that call about these paths fail; with a `+` after its number the later ones too.
pub fn with_error(
    seat: &Seat,
    args: &[&str],
    paths: &[&Path],
    call: &str,
    error: &str,
    on: &str,
) -> Outcome {
    let inject = format!("inject={call}:error={error}:when={on}");
    run(seat, args, "/dev/null", paths, &["-e", &inject])
}

fn run(seat: &Seat, args: &[&str], output: &str, paths: &[&Path], more: &[&str]) -> Outcome {
    let program = seat.command(args);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-qq", "-s", "256", "-o", output, "-e"]).arg(format!("trace={CALLS}"));
    for path in paths {
        strace.arg("-P").arg(path);
    }
    strace.args(more).arg(program.get_program()).args(program.get_args()).stdin(Stdio::null());
    strace.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    strace.current_dir(seat.root());
    seat.start(strace).finish()
}

/// Why a trace shows no names of files, if it does not.
pub fn is_blind() -> Option<&'static str> {
    match (is_there(), is_root()) {
        (false, _) => Some(MISSING),
        (true, false) => Some("needs root: the program hides its memory from other processes"),
        (true, true) => None,
    }
}

/// Every call from the first that touches the state folder on, as a trace shows them; where it
/// shows no names, from the lock on.
pub fn points(seat: &Seat, trace: &[String]) -> BTreeSet<Point> {
    let state = seat.state().display().to_string();
    let touched = trace.iter().position(|line| line.contains(&state));
    let locked = || trace.iter().position(|line| call_in(line).is_some_and(|it| it.1 == "flock"));
    let begin = touched.or_else(locked).expect("a lock");
    let mut counted: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    let mut points = BTreeSet::new();
    for (at, line) in trace.iter().enumerate() {
        let Some((thread, call)) = call_in(line) else { continue };
        let number = counted.entry((thread, call)).or_default();
        *number += 1;
        if at >= begin {
            points.insert(Point { call: call.to_owned(), number: *number });
        }
    }
    points
}

/// `12345 openat(AT_FDCWD, …` is `("12345", "openat")`.
pub fn call_in(line: &str) -> Option<(&str, &str)> {
    let (thread, rest) = line.split_once(' ')?;
    let (call, _) = rest.trim_start().split_once('(')?;
    call.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then_some((thread, call))
}
