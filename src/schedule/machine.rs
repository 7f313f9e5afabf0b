//! This machine as far as schedules go: `systemctl`, `crontab`, `loginctl`, user accounts.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use super::plan::Step;
use super::windows::{self, Owner};
use super::{Kind, ScheduleError, cron, launchd, systemd};
use crate::clock::{self, Timestamp};
use crate::config::Environment;
use crate::system;
use crate::system::process::{self, Finished, Surroundings};

/// How long one of the system's programs may take. `enable --now` waits for nothing but the bus.
const DEADLINE: Duration = Duration::from_secs(30);

/// What schedules need to know of this machine.
#[derive(Debug)]
pub struct Machine {
    pub around: Surroundings,
    /// The user's runtime folder, in which their systemd and their bus listen.
    runtime: PathBuf,
    /// Of this user's tasks; Windows alone.
    pub(super) owner: Option<Owner>,
}

/// What the system knows of a schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Runs {
    /// Whether it waits for its time.
    pub active: bool,
    pub next: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// How the last run ended: `success`, `exit-code`, `timeout`, …
    pub result: Option<String>,
    /// The exit code of the last run.
    pub exit: Option<u8>,
}

impl Machine {
    pub fn new(environment: &Environment) -> Self {
        let runtime = environment.text("XDG_RUNTIME_DIR");
        let runtime = runtime.unwrap_or_else(|| format!("/run/user/{}", user_number()));
        let owner = || {
            let domain = environment.text("USERDOMAIN")?;
            Some(Owner { domain, user: environment.text("USERNAME")? })
        };
        let owner = if cfg!(windows) { owner() } else { None };
        Self { around: environment.surroundings(), runtime: runtime.into(), owner }
    }

    /// The kind of schedule that fits this machine.
    pub fn kind(&self) -> Kind {
        if cfg!(windows) {
            Kind::Windows
        } else if cfg!(target_os = "macos") {
            Kind::Launchd
        } else if self.around.find("systemctl").is_some()
            && self.runtime.join("systemd/private").exists()
        {
            // `systemctl --user` finds a systemd to talk to.
            Kind::Systemd
        } else {
            Kind::Cron
        }
    }

    /// Whether the bus is there over which a job of this user reaches the keychain.
    pub fn has_session_bus(&self) -> bool {
        self.runtime.join("bus").exists()
    }

    /// Runs one of the system's programs; that it fails is no error here.
    pub fn run(
        &self,
        program: &'static str,
        arguments: &[&str],
        input: &str,
    ) -> Result<Finished, ScheduleError> {
        let path = match cfg!(windows) {
            true => Some(system::windows::program(program)).filter(|path| path.is_file()),
            false => self.around.find(program),
        };
        let path = path.ok_or(ScheduleError::NoProgram(program))?;
        let mut command = self.around.command(&path);
        command.args(arguments).env("LC_ALL", "C").env("TZ", "UTC").env("SYSTEMD_COLORS", "0");
        if self.runtime.is_dir() {
            command.env("XDG_RUNTIME_DIR", &self.runtime);
        }
        Ok(process::run(command, input.as_bytes(), DEADLINE)?)
    }

    /// What a program prints; `None` where it cannot be asked.
    fn answer(&self, program: &'static str, arguments: &[&str]) -> Option<String> {
        let finished = self.run(program, arguments, "").ok()?;
        finished.success.then_some(finished.stdout)
    }

    /// Runs the commands one after the other, up to the first that fails.
    pub(super) fn run_all(&self, steps: &[Step]) -> Result<(), ScheduleError> {
        for step in steps {
            let arguments: Vec<&str> = step.arguments.iter().map(String::as_str).collect();
            let failed = match self.run(step.program, &arguments, "") {
                Ok(finished) if finished.success => continue,
                Ok(finished) => ScheduleError::step(step.to_string(), finished.why()),
                Err(error) => error,
            };
            if !step.may_fail {
                return Err(failed);
            }
            log::debug!("{failed}");
        }
        Ok(())
    }

    /// Whether a schedule of ours with files is waiting for its time, and will again after a restart.
    pub(super) fn is_on(&self, kind: Kind) -> bool {
        if !kind.is_systemd() {
            return self.runs(kind).is_none_or(|runs| runs.active);
        }
        ["is-active", "is-enabled"].into_iter().all(|question| {
            let arguments = systemd::arguments(kind, &[question, "--quiet", systemd::TIMER]);
            self.answer("systemctl", &arguments).is_some()
        })
    }

    /// Whether the system knows the schedule to which these files of ours belong: somebody may have
    /// deleted it in the system's own program. Where it cannot be asked, it counts as known.
    pub(super) fn knows(&self, kind: Kind, files: &[&Path]) -> bool {
        match kind {
            Kind::Windows => match self.task() {
                Some(told) if told.success => windows::is_task(&told.stdout),
                // So it ends for a task that is not there, and where no task can be seen.
                _ => self.answer("schtasks", &["/Query"]).is_none(),
            },
            Kind::Systemd | Kind::SystemdSystem => {
                files.iter().any(|file| file.ends_with(systemd::TIMER))
            }
            Kind::Cron | Kind::Launchd | Kind::Kubernetes | Kind::Gitlab => true,
        }
    }

    /// What the Task Scheduler tells of this user's task.
    fn task(&self) -> Option<Finished> {
        let name = windows::task_name(self.owner.as_ref());
        self.run("schtasks", &["/Query", "/TN", &name, "/XML"], "").ok()
    }

    /// When a schedule of ours runs next, and what became of the last run, as far as that is known:
    /// the Task Scheduler and launchd tell without a doubt only whether they have it. `None` for a
    /// crontab, or where the system cannot be asked.
    pub(super) fn runs(&self, kind: Kind) -> Option<Runs> {
        let only = |active| Some(Runs { active, ..Runs::default() });
        match kind {
            Kind::Systemd | Kind::SystemdSystem => self.runs_of_systemd(kind),
            Kind::Windows => {
                let told = self.task()?;
                only(told.success && windows::is_enabled(&told.stdout))
            }
            Kind::Launchd => {
                only(self.run("launchctl", &["print", &launchd::job()], "").ok()?.success)
            }
            Kind::Cron | Kind::Kubernetes | Kind::Gitlab => None,
        }
    }

    fn runs_of_systemd(&self, kind: Kind) -> Option<Runs> {
        let properties = "--property=ActiveState,NextElapseUSecRealtime,Result,ExecMainStatus,ExecMainExitTimestamp";
        let words = ["show", systemd::TIMER, systemd::SERVICE, properties];
        let shown = self.answer("systemctl", &systemd::arguments(kind, &words))?;
        let (timer, service) = shown.split_once("\n\n")?;
        // The service's and not the timer's: with Persistent= a new timer claims to have run.
        let last = property(service, "ExecMainExitTimestamp").and_then(instant);
        // Before the first run the result is "success" as well.
        let outcome = |name| property(service, name).filter(|_| last.is_some());
        Some(Runs {
            active: property(timer, "ActiveState") == Some("active"),
            next: property(timer, "NextElapseUSecRealtime").and_then(instant),
            last,
            result: outcome("Result").map(str::to_owned),
            exit: outcome("ExecMainStatus").and_then(|text| text.parse().ok()),
        })
    }

    /// Whether this user's systemd is known to run only while they are signed in.
    pub fn ends_with_session(&self) -> bool {
        let words = ["show-user", &user_number(), "--property=Linger", "--value"];
        self.answer("loginctl", &words).is_some_and(|lingers| lingers.trim() == "no")
    }

    /// The user's crontab; an empty text where there is none yet. It is written back with our line
    /// in it, so one of which anything would be lost on the way is an error.
    pub fn crontab(&self) -> Result<String, ScheduleError> {
        let listed = self.run("crontab", &["-l"], "")?;
        let failed = |why: &str| ScheduleError::step("crontab -l", why);
        // "no crontab for anna" (Vixie, cronie, macOS), "can't open 'anna': No such file" (BusyBox)
        let is_none = listed.stderr.contains("no crontab")
            || listed.stderr.contains("can't open") && listed.stderr.contains("No such file");
        match listed.success {
            true if listed.is_whole => Ok(listed.stdout),
            true => Err(failed("what it prints is not UTF-8, or not all of it came")),
            false if is_none => Ok(String::new()),
            false => Err(failed(listed.why())),
        }
    }

    /// Puts our line into the user's crontab, or takes it out; an empty crontab is taken away.
    /// `false` says that it is like that already.
    pub(super) fn set_line(&self, line: Option<&str>) -> Result<bool, ScheduleError> {
        let before = self.crontab()?;
        let text = cron::with_line(&before, line);
        if text == before {
            return Ok(false);
        }
        let argument = if text.trim().is_empty() { "-r" } else { "-" };
        let done = self.run("crontab", &[argument], &text)?;
        match done.success {
            true => Ok(true),
            false => Err(ScheduleError::step(format!("crontab {argument}"), done.why())),
        }
    }

    /// The home folder of a user account, wherever this machine has its accounts from.
    pub fn home_of(&self, user: &str) -> Result<String, ScheduleError> {
        let entry = self.answer("getent", &["passwd", user]).unwrap_or_default();
        let home = entry.split(':').nth(5).filter(|home| Path::new(home).is_absolute());
        home.map(str::to_owned).ok_or_else(|| ScheduleError::NoUser(user.to_owned()))
    }

    /// What spreads the minutes: the same for this user on this machine whenever it is asked.
    pub fn seed(&self) -> u64 {
        let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        cron::seed(&[&user_number(), name.trim()])
    }
}

/// This user's number, `0` for root; empty where users have none.
pub fn user_number() -> String {
    #[cfg(unix)]
    return rustix::process::geteuid().as_raw().to_string();
    #[cfg(not(unix))]
    String::new()
}

fn property<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = text.lines().filter_map(|line| line.split_once('='));
    lines.find(|line| line.0 == name).map(|line| line.1)
}

/// `Sun 2026-11-22 00:10:52 UTC`, as systemd writes where that is the time zone; `n/a` is none.
fn instant(text: &str) -> Option<Timestamp> {
    let [_weekday, day, time, "UTC"] = text.split(' ').collect::<Vec<_>>()[..] else { return None };
    clock::parse_instant(&format!("{day}T{time}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systemds_times_are_read() {
        let read = |text| instant(text).map(|instant| instant.to_string());
        assert_eq!(read("Sun 2026-11-22 00:10:52 UTC").as_deref(), Some("2026-11-22T00:10:52Z"));
        for nothing in ["", "n/a", "0", "Sun 2026-11-22 00:10:52 CET", "infinity"] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }
}
