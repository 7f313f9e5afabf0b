//! Running programs: what they cost, and how much memory they had at their peak.

use std::fs;
use std::io::{ErrorKind, PipeReader, PipeWriter};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;
use crate::measure::Cost;
use crate::peers::Missing;

/// How long a peak has to stay unchanged to be called one.
const SETTLED: Duration = Duration::from_millis(300);
/// No program here works longer than this.
const TOO_LONG: Duration = Duration::from_secs(60);

/// Runs a program to its end, without a terminal. One that fails has not done its work, and is an
/// error.
pub fn cost(command: &mut Command) -> Result<Cost> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    let mut child = command.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => Missing(failed(command, &error).to_string()).into(),
        _ => failed(command, &error),
    })?;
    await_end(&child)?;
    let wall = begun.elapsed().as_secs_f64();
    let cpu = processor_time(child.id());
    let status = child.wait()?;
    if !status.success() {
        return Err(failed(command, &status));
    }
    Ok(Cost { wall, cpu })
}

pub fn failed(
    command: &Command,
    why: &dyn std::fmt::Display,
) -> Box<dyn std::error::Error + Send + Sync> {
    format!("{}: {why}", command.get_program().display()).into()
}

/// Waits for the end and leaves the process unburied, so that the system still tells of it.
#[cfg(unix)]
fn await_end(child: &Child) -> Result<()> {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

    waitid(WaitId::Pid(Pid::from_child(child)), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)?;
    Ok(())
}

#[cfg(not(unix))]
fn await_end(_: &Child) -> Result<()> {
    Ok(())
}

/// Seconds that the first thread of an ended process was on the processor, to the nanosecond. The
/// programs whose processor time is compared have no second one.
fn processor_time(id: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{id}/schedstat")).ok()?;
    let nanoseconds: f64 = text.split(' ').next()?.parse().ok()?;
    (nanoseconds > 0.0).then_some(nanoseconds / 1e9)
}

/// The largest memory a process has had so far, in bytes.
pub fn peak_memory(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok().map(|kib: u64| kib * 1024)
}

/// The same of a program that has done all its work and cannot end, because nobody reads what it
/// prints: a process that has ended has no memory to ask about. `done` says that it got that far.
pub fn peak_at_end(command: &mut Command, done: impl Fn() -> bool) -> Result<u64> {
    let (reader, writer) = std::io::pipe()?;
    fill(&writer)?;
    let mut child =
        Running(command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::null()).spawn()?);
    let begun = Instant::now();
    let (mut peak, mut since) = (None, Instant::now());
    while !done() || since.elapsed() < SETTLED {
        if begun.elapsed() > TOO_LONG || child.0.try_wait()?.is_some() {
            return Err(failed(command, &"did not do its work"));
        }
        let now = peak_memory(&child.0);
        if now != peak {
            (peak, since) = (now, Instant::now());
        }
        thread::sleep(Duration::from_millis(5));
    }
    drop::<PipeReader>(reader);
    peak.ok_or_else(|| "this system does not tell how much memory a process has".into())
}

/// Fills a pipe to its brim, whatever its size.
#[cfg(unix)]
fn fill(writer: &PipeWriter) -> Result<()> {
    use std::io::Write as _;

    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

    let flags = fcntl_getfl(writer)?;
    fcntl_setfl(writer, flags | OFlags::NONBLOCK)?;
    let full = loop {
        if let Err(error) = (&*writer).write(&[0; 4096]) {
            break error;
        }
    };
    fcntl_setfl(writer, flags)?;
    if full.kind() == ErrorKind::WouldBlock { Ok(()) } else { Err(full.into()) }
}

#[cfg(not(unix))]
fn fill(_: &PipeWriter) -> Result<()> {
    Err(std::io::Error::from(ErrorKind::Unsupported).into())
}

/// A child that does not outlive this value.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
