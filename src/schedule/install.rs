//! Writing a schedule, taking it away, and finding it: only what bears our mark is touched.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::machine::is_root;
use super::plan::{self, File, Plan, Step};
use super::{Installed, Kind, MARK, Machine, ScheduleError, cron};
use crate::system::files::{self, Durability};

/// Whether an installation changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Everything was there as it should be
    Nothing,
    /// It was written, and works from now on
    Done,
}

/// Whether installing would change nothing, or may not be done at all.
pub fn look(plan: &Plan, machine: &Machine) -> Result<Change, ScheduleError> {
    may_write(plan.kind)?;
    if let Some(line) = &plan.line {
        let crontab = machine.crontab()?;
        let same = cron::with_line(&crontab, Some(line)) == crontab;
        return Ok(if same { Change::Nothing } else { Change::Done });
    }
    let mut same = true;
    for file in &plan.files {
        same &= ours(&file.path)?.is_some_and(|text| text == file.text);
    }
    let systemd = matches!(plan.kind, Kind::Systemd | Kind::SystemdSystem);
    let works = same && (!systemd || machine.timer_is_on(plan.kind));
    Ok(if works { Change::Nothing } else { Change::Done })
}

/// Writes files or line, and runs the commands that make them work. What fails halfway is undone.
pub fn install(plan: &Plan, machine: &Machine) -> Result<Change, ScheduleError> {
    if look(plan, machine)? == Change::Nothing {
        return Ok(Change::Nothing);
    }
    if let Some(line) = &plan.line {
        let crontab = cron::with_line(&machine.crontab()?, Some(line));
        machine.set_crontab(&crontab)?;
        return Ok(Change::Done);
    }
    let mut before = Vec::new();
    for file in &plan.files {
        before.push((file, ours(&file.path)?));
    }
    let done = write_all(&plan.files).and_then(|()| run_all(&plan.start, machine));
    done.map(|()| Change::Done).map_err(|error| ScheduleError::Halfway {
        why: Box::new(error),
        undone: undo(plan.kind, &before, machine),
    })
}

/// Takes away what `install` wrote. `false` says that there was nothing.
pub fn remove(kind: Kind, machine: &Machine) -> Result<bool, ScheduleError> {
    if kind == Kind::Cron {
        let crontab = machine.crontab()?;
        let without = cron::with_line(&crontab, None);
        if without == crontab {
            return Ok(false);
        }
        machine.set_crontab(&without)?;
        return Ok(true);
    }
    let mut there = Vec::new();
    for path in plan::files(kind) {
        if ours(&path)?.is_some() {
            there.push(path);
        }
    }
    if there.is_empty() {
        return Ok(false);
    }
    may_write(kind)?;
    let (before, after) = plan::stop(kind);
    run_all(&before, machine)?;
    for path in there {
        fs::remove_file(&path).map_err(|source| ScheduleError::File { path, source })?;
    }
    run_all(&after, machine)?;
    Ok(true)
}

/// Every schedule of ours on this machine.
pub fn installed(machine: &Machine) -> Vec<Installed> {
    let find = |kind: Kind| {
        if !kind.is_of_this_system() {
            return None;
        }
        if kind == Kind::Cron {
            // Looked at only: what cannot be written back can still be read.
            let crontab = machine.run("crontab", &["-l"], "").ok()?.stdout;
            let line = crontab.lines().find(|line| cron::is_ours(line))?.to_owned();
            return Some(Installed { kind, files: Vec::new(), line: Some(line) });
        }
        let files: Vec<PathBuf> = plan::files(kind)
            .into_iter()
            .filter(|path| matches!(ours(path), Ok(Some(_))))
            .collect();
        (!files.is_empty()).then_some(Installed { kind, files, line: None })
    };
    Kind::ALL.into_iter().filter_map(find).collect()
}

fn may_write(kind: Kind) -> Result<(), ScheduleError> {
    if !kind.is_of_this_system() {
        return Err(ScheduleError::OtherSystem(kind));
    }
    if kind == Kind::SystemdSystem && !is_root() {
        return Err(ScheduleError::NotRoot);
    }
    Ok(())
}

/// The text of a file that is ours; `None` where there is no file.
fn ours(path: &Path) -> Result<Option<String>, ScheduleError> {
    match fs::read(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) if text.contains(MARK) => Ok(Some(text)),
            _ => Err(ScheduleError::Foreign(path.to_owned())),
        },
        // A link that leads nowhere is somebody's as well.
        Err(error) if error.kind() == ErrorKind::NotFound && path.symlink_metadata().is_err() => {
            Ok(None)
        }
        Err(source) => Err(ScheduleError::File { path: path.to_owned(), source }),
    }
}

fn write_all(files: &[File]) -> Result<(), ScheduleError> {
    for file in files {
        let folder = file.path.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(folder)
            .and_then(|()| write(file, &file.text))
            .map_err(|source| ScheduleError::File { path: file.path.clone(), source })?;
    }
    Ok(())
}

fn write(file: &File, text: &str) -> io::Result<()> {
    files::replace(&file.path, text.as_bytes(), file.mode, Durability::Content)
}

fn run_all(steps: &[Step], machine: &Machine) -> Result<(), ScheduleError> {
    for step in steps {
        let arguments: Vec<&str> = step.arguments.iter().map(String::as_str).collect();
        let failed = match machine.run(step.program, &arguments, "") {
            Ok(finished) if finished.success => continue,
            Ok(finished) => {
                ScheduleError::Step { command: step.line(), why: finished.why().to_owned() }
            }
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
    let was_there = before.iter().any(|(_, text)| text.is_some());
    if !was_there {
        // Enabling may have come halfway.
        let stop: Vec<Step> =
            plan::stop(kind).0.into_iter().map(|step| Step { may_fail: true, ..step }).collect();
        let _ = run_all(&stop, machine);
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
    let _ = run_all(plan::after_undoing(kind).as_slice(), machine);
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
