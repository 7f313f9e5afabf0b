//! Writing a schedule, taking it away, and finding it: only what bears our mark is touched.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use clap::ValueEnum as _;

use super::machine::user_number;
use super::plan::{File, Layout, Plan, Step};
use super::{Installed, Kind, MARK, Machine, ScheduleError, cron};
use crate::system::files::{self, Durability, replace};
use crate::system::held::{self, BRIEFLY};

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
    Ok(same && machine.is_on(plan.kind))
}

/// Writes files or line, and runs the commands that make them work. What fails halfway is undone.
pub fn install(plan: &Plan, machine: &Machine) -> Result<(), ScheduleError> {
    if let Some(line) = &plan.line {
        return machine.set_line(Some(line)).map(drop);
    }
    let before = plan.files.iter().map(|file| Ok((file, ours(&file.path)?)));
    let before = before.collect::<Result<Vec<_>, ScheduleError>>()?;
    plan.files.iter().try_for_each(|file| replaceable(&file.path))?;
    let written = plan.files.iter().try_for_each(|file| write(file, &file.text));
    written.and_then(|()| machine.run_all(&plan.start)).map_err(|error| ScheduleError::Halfway {
        why: Box::new(error),
        undone: undo(plan.kind, &before, machine),
    })
}

/// Takes away what `install` wrote. `false` says that there was nothing.
pub fn remove(kind: Kind, machine: &Machine) -> Result<bool, ScheduleError> {
    if kind == Kind::Cron {
        return machine.set_line(None);
    }
    let layout = Layout::of(kind, machine);
    let mut there: Vec<&Path> = Vec::new();
    for path in &layout.files {
        there.extend(ours(path)?.map(|_| path.as_path()));
    }
    if there.is_empty() {
        return Ok(false);
    }
    may_write(kind)?;
    there.iter().try_for_each(|path| replaceable(path))?;
    // Somebody took it away in the system's own program, or a removal came halfway.
    let is_known = machine.knows(kind, &there);
    machine.run_all(&if is_known { layout.stop } else { lenient(layout.stop) })?;
    there.into_iter().try_for_each(delete)?;
    machine.run_all(&layout.reload)?;
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
    let mut files = Layout::of(kind, machine).files;
    // One that is open in another program lies where ours do.
    files.retain(|path| match ours(path) {
        Ok(text) => text.is_some(),
        Err(error) => error.is_held(),
    });
    (!files.is_empty()).then_some(Installed { kind, files, line: None, runs: machine.runs(kind) })
}

fn may_write(kind: Kind) -> Result<(), ScheduleError> {
    match kind {
        _ if !kind.is_of_this_system() => Err(ScheduleError::OtherSystem(kind)),
        Kind::Launchd => Err(ScheduleError::ByHand),
        Kind::SystemdSystem if user_number() != "0" => Err(ScheduleError::NotRoot),
        _ => Ok(()),
    }
}

/// The text of a file that is ours; `None` where there is no file.
fn ours(path: &Path) -> Result<Option<String>, ScheduleError> {
    match held::while_held(path, BRIEFLY, || fs::read(path)) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) if text.contains(MARK) => Ok(Some(text)),
            _ => Err(ScheduleError::Foreign(path.to_owned())),
        },
        // Somebody put a link there that leads nowhere (`systemctl mask` does).
        Err(error) if error.kind() == ErrorKind::NotFound && path.symlink_metadata().is_err() => {
            Ok(None)
        }
        Err(source) => Err(ScheduleError::file(path, source)),
    }
}

fn write(file: &File, text: &str) -> Result<(), ScheduleError> {
    // Others may look into it, unlike the folders of our own state.
    fs::create_dir_all(file.path.parent().unwrap_or(Path::new("/")))
        .and_then(|()| replace(&file.path, text.as_bytes(), file.mode, Durability::Content))
        .map_err(|source| ScheduleError::file(&file.path, source))
}

fn delete(path: &Path) -> Result<(), ScheduleError> {
    let removed = files::remove(path, BRIEFLY);
    removed.map(drop).map_err(|source| ScheduleError::file(path, source))
}

/// Before anything is done: what another program holds would end it halfway.
fn replaceable(path: &Path) -> Result<(), ScheduleError> {
    held::replaceable(path, BRIEFLY).map_err(|source| ScheduleError::file(path, source))
}

fn lenient(steps: Vec<Step>) -> Vec<Step> {
    steps.into_iter().map(Step::may_fail).collect()
}

/// Puts things back as they were, and says how that went.
fn undo(kind: Kind, before: &[(&File, Option<String>)], machine: &Machine) -> String {
    let Layout { stop, reload, .. } = Layout::of(kind, machine);
    if before.iter().all(|(_, text)| text.is_none()) {
        // Enabling may have come halfway.
        let _ = machine.run_all(&lenient(stop));
    }
    let restored = before.iter().map(|(file, text)| match text {
        Some(text) => write(file, text),
        None => delete(&file.path),
    });
    let left: Vec<String> = restored.filter_map(|result| Some(result.err()?.to_string())).collect();
    let _ = machine.run_all(&lenient(reload));
    if left.is_empty() {
        return "everything is as it was before".to_owned();
    }
    format!("what was written could not all be undone: {}", left.join(", "))
}
