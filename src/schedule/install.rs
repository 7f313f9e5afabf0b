//! Writing a schedule, taking it away, and finding it: only what bears our mark is touched.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use clap::ValueEnum as _;

use super::machine::is_root;
use super::plan::{File, Layout, Plan, Step};
use super::{Installed, Kind, MARK, Machine, ScheduleError, cron};
use crate::system::files::{Durability, replace};

/// Whether everything is there as it should be, so that installing would change nothing.
///
/// # Errors
/// Why this schedule may not be installed here.
pub fn is_there(plan: &Plan, machine: &Machine) -> Result<bool, ScheduleError> {
    may_write(plan.kind)?;
    if let Some(line) = &plan.line {
        let crontab = machine.crontab()?;
        return Ok(cron::with_line(&crontab, Some(line)) == crontab);
    }
    let mut same = true;
    for file in &plan.files {
        same &= ours(&file.path)?.is_some_and(|text| text == file.text);
    }
    Ok(same && (!plan.kind.is_systemd() || machine.timer_is_on(plan.kind)))
}

/// Writes files or line, and runs the commands that make them work. What fails halfway is undone.
pub fn install(plan: &Plan, machine: &Machine) -> Result<(), ScheduleError> {
    if let Some(line) = &plan.line {
        let crontab = machine.crontab()?;
        return machine.set_crontab(&cron::with_line(&crontab, Some(line)));
    }
    let mut before = Vec::new();
    for file in &plan.files {
        before.push((file, ours(&file.path)?));
    }
    let write =
        |file: &File| write(file, &file.text).map_err(|source| unusable(&file.path, source));
    let done = plan.files.iter().try_for_each(write).and_then(|()| run_all(&plan.start, machine));
    done.map_err(|error| ScheduleError::Halfway {
        why: Box::new(error),
        undone: undo(plan.kind, &before, machine),
    })
}

/// Takes away what `install` wrote. `false` says that there was nothing.
pub fn remove(kind: Kind, machine: &Machine) -> Result<bool, ScheduleError> {
    if kind == Kind::Cron {
        let crontab = machine.crontab()?;
        let without = cron::with_line(&crontab, None);
        if without != crontab {
            machine.set_crontab(&without)?;
        }
        return Ok(without != crontab);
    }
    let layout = Layout::of(kind);
    let mut there = Vec::new();
    for path in &layout.files {
        if ours(path)?.is_some() {
            there.push(path);
        }
    }
    if there.is_empty() {
        return Ok(false);
    }
    may_write(kind)?;
    run_all(&layout.stop, machine)?;
    for path in there {
        fs::remove_file(path).map_err(|source| unusable(path, source))?;
    }
    run_all(&layout.reload, machine)?;
    run_all(&layout.forget, machine)?;
    Ok(true)
}

/// Every schedule of ours on this machine.
pub fn installed(machine: &Machine) -> Vec<Installed> {
    let here = Kind::value_variants().iter().filter(|kind| kind.is_of_this_system());
    here.filter_map(|kind| find(*kind, machine)).collect()
}

fn find(kind: Kind, machine: &Machine) -> Option<Installed> {
    if kind == Kind::Cron {
        // Nothing is written back, so a crontab that is not UTF-8 will do.
        let crontab = machine.run("crontab", &["-l"], "").ok()?.stdout;
        let line = crontab.lines().find(|line| cron::is_ours(line))?.to_owned();
        return Some(Installed { kind, files: Vec::new(), line: Some(line), runs: None });
    }
    let mut files = Layout::of(kind).files;
    files.retain(|path| matches!(ours(path), Ok(Some(_))));
    (!files.is_empty()).then_some(Installed { kind, files, line: None, runs: machine.runs(kind) })
}

fn may_write(kind: Kind) -> Result<(), ScheduleError> {
    match kind {
        _ if !kind.is_of_this_system() => Err(ScheduleError::OtherSystem(kind)),
        Kind::Launchd => Err(ScheduleError::ByHand),
        Kind::SystemdSystem if !is_root() => Err(ScheduleError::NotRoot),
        _ => Ok(()),
    }
}

/// The text of a file that is ours; `None` where there is no file.
fn ours(path: &Path) -> Result<Option<String>, ScheduleError> {
    match fs::read(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) if text.contains(MARK) => Ok(Some(text)),
            _ => Err(ScheduleError::Foreign(path.to_owned())),
        },
        // Somebody put a link there that leads nowhere (`systemctl mask` does).
        Err(error) if error.kind() == ErrorKind::NotFound && path.symlink_metadata().is_err() => {
            Ok(None)
        }
        Err(source) => Err(unusable(path, source)),
    }
}

fn unusable(path: &Path, source: io::Error) -> ScheduleError {
    ScheduleError::File { path: path.to_owned(), source }
}

fn write(file: &File, text: &str) -> io::Result<()> {
    // Others may look into it, unlike the folders of our own state.
    fs::create_dir_all(file.path.parent().unwrap_or(Path::new("/")))?;
    replace(&file.path, text.as_bytes(), file.mode, Durability::Content)
}

fn run_all(steps: &[Step], machine: &Machine) -> Result<(), ScheduleError> {
    for step in steps {
        let arguments: Vec<&str> = step.arguments.iter().map(String::as_str).collect();
        let failed = match machine.run(step.program, &arguments, "") {
            Ok(finished) if finished.success => continue,
            Ok(finished) => ScheduleError::step(step.line(), finished.why()),
            Err(error) => error,
        };
        if !step.may_fail {
            return Err(failed);
        }
        log::debug!("{failed}");
    }
    Ok(())
}

/// Puts things back as they were, and says how that went.
fn undo(kind: Kind, before: &[(&File, Option<String>)], machine: &Machine) -> String {
    let Layout { stop, reload, .. } = Layout::of(kind);
    let lenient = |steps: Vec<Step>| steps.into_iter().map(Step::may_fail).collect::<Vec<_>>();
    if before.iter().all(|(_, text)| text.is_none()) {
        // Enabling may have come halfway.
        let _ = run_all(&lenient(stop), machine);
    }
    let mut left = Vec::new();
    for (file, text) in before {
        let restored = match text {
            Some(text) => write(file, text),
            None => gone(&file.path),
        };
        if let Err(error) = restored {
            left.push(format!("{} ({error})", file.path.display()));
        }
    }
    let _ = run_all(&lenient(reload), machine);
    if left.is_empty() {
        return "everything is as it was before".to_owned();
    }
    format!("what was written could not all be undone: {}", left.join(", "))
}

fn gone(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
