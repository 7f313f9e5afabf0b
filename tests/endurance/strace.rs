//! The program under strace (Debian: strace), which counts its system calls, and delivers a signal
//! at the one that a test names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, Stdio};

use crate::program::Outcome;
use crate::seat::Seat;

/// Everything by which a refresh touches the world outside.
const CALLS: &str = "openat,read,write,writev,pwrite64,fsync,fdatasync,rename,renameat,renameat2,\
     link,linkat,unlink,unlinkat,mkdir,fchmod,ftruncate,flock,close,socket,connect,sendto,sendmsg,\
     recvfrom,recvmsg,shutdown";
const TRACE: &str = "strace.txt";

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

/// Runs to the end; the lines of the trace, each beginning with its thread.
pub fn watched(seat: &Seat, args: &[&str]) -> (Outcome, Vec<String>) {
    let outcome = run(seat, args, TRACE, &[]);
    let text = fs::read(seat.root().join(TRACE)).unwrap();
    // It shows what went to the provider.
    fs::remove_file(seat.root().join(TRACE)).unwrap();
    (outcome, String::from_utf8_lossy(&text).lines().map(str::to_owned).collect())
}

/// Runs, and delivers the signal as the program enters that call, which a deadly one forestalls.
pub fn with_signal(seat: &Seat, args: &[&str], point: &Point, signal: &str) -> Outcome {
    let inject = format!("inject={}:signal={signal}:when={}", point.call, point.number);
    run(seat, args, "/dev/null", &["-e", &inject])
}

/// Runs, and lets that call fail; those of the same name after it as well, if `always`.
pub fn with_error(seat: &Seat, args: &[&str], point: &Point, error: &str, always: bool) -> Outcome {
    let on = if always { "+" } else { "" };
    let inject = format!("inject={}:error={error}:when={}{on}", point.call, point.number);
    run(seat, args, "/dev/null", &["-e", &inject])
}

fn run(seat: &Seat, args: &[&str], output: &str, more: &[&str]) -> Outcome {
    let program = seat.command(args);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-qq", "-s", "256", "-o", output, "-e"]).arg(format!("trace={CALLS}"));
    strace.args(more).arg(program.get_program()).args(program.get_args()).stdin(Stdio::null());
    strace.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    strace.current_dir(seat.root());
    seat.start(strace).finish()
}

/// Every call from the first that touches the state folder on, as a trace shows them.
pub fn points(seat: &Seat, trace: &[String]) -> BTreeSet<Point> {
    let state = seat.state().display().to_string();
    let begin = trace.iter().position(|line| line.contains(&state)).expect("the state is touched");
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
