//! This machine as far as schedules go: `systemctl`, `crontab`, `loginctl`, user accounts.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use super::{Kind, ScheduleError, cron, systemd};
use crate::clock::{self, Timestamp};
use crate::config::Environment;
use crate::system::process::{self, Finished, Surroundings};

/// How long one of the system's programs may take. `enable --now` waits for nothing but the bus.
const DEADLINE: Duration = Duration::from_secs(30);

/// What schedules need to know of this machine.
#[derive(Debug)]
pub struct Machine {
    pub around: Surroundings,
    /// The user's runtime folder, in which their systemd and their bus listen.
    runtime: Option<PathBuf>,
    /// The name this user goes by.
    pub user: Option<String>,
}

/// What systemd knows of a timer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Runs {
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
        let runtime = environment.text("XDG_RUNTIME_DIR").map(PathBuf::from);
        Self {
            around: environment.surroundings(),
            runtime: runtime.or_else(|| {
                Some(PathBuf::from(format!("/run/user/{}", user_number())))
                    .filter(|dir| dir.is_dir())
            }),
            user: environment.text("USER").or_else(|| environment.text("LOGNAME")),
        }
    }

    /// The kind of schedule that fits this machine.
    pub fn kind(&self) -> Kind {
        if cfg!(windows) {
            Kind::Windows
        } else if cfg!(target_os = "macos") {
            Kind::Launchd
        } else if self.has_user_systemd() {
            Kind::Systemd
        } else {
            Kind::Cron
        }
    }

    /// Whether `systemctl --user` finds a systemd to talk to.
    pub fn has_user_systemd(&self) -> bool {
        self.around.find("systemctl").is_some() && self.is_in_runtime("systemd/private")
    }

    /// Whether the bus is there over which a job of this user reaches the keychain.
    pub fn has_session_bus(&self) -> bool {
        self.is_in_runtime("bus")
    }

    fn is_in_runtime(&self, name: &str) -> bool {
        self.runtime.as_ref().is_some_and(|runtime| runtime.join(name).exists())
    }

    /// Runs one of the system's programs; that it fails is no error here.
    pub fn run(
        &self,
        program: &'static str,
        arguments: &[&str],
        input: &str,
    ) -> Result<Finished, ScheduleError> {
        let path = self.around.find(program).ok_or(ScheduleError::NoProgram(program))?;
        let mut command = self.around.command(&path);
        command.args(arguments).env("LC_ALL", "C").env("TZ", "UTC").env("SYSTEMD_COLORS", "0");
        if let Some(runtime) = &self.runtime {
            command.env("XDG_RUNTIME_DIR", runtime);
        }
        Ok(process::run(command, input.as_bytes(), DEADLINE)?)
    }

    /// What a program prints; `None` where it cannot be asked.
    fn answer(&self, program: &'static str, arguments: &[&str]) -> Option<String> {
        let finished = self.run(program, arguments, "").ok()?;
        finished.success.then_some(finished.stdout)
    }

    /// Whether a timer of ours is waiting for its time, and will again after a restart.
    pub fn timer_is_on(&self, kind: Kind) -> bool {
        ["is-active", "is-enabled"].into_iter().all(|question| {
            let arguments = systemd::arguments(kind, &[question, "--quiet", systemd::TIMER]);
            self.run("systemctl", &arguments, "").is_ok_and(|finished| finished.success)
        })
    }

    /// When a timer of ours runs next, and what became of the last run; `None` for kinds that keep
    /// no record, or where systemd cannot be asked.
    pub(super) fn runs(&self, kind: Kind) -> Option<Runs> {
        if !kind.is_systemd() {
            return None;
        }
        let properties = "--property=ActiveState,NextElapseUSecRealtime,Result,ExecMainStatus,ExecMainExitTimestamp";
        let words = ["show", systemd::TIMER, systemd::SERVICE, properties];
        let shown = self.answer("systemctl", &systemd::arguments(kind, &words))?;
        let (timer, service) = shown.split_once("\n\n")?;
        // The service's and not the timer's: with Persistent= a new timer claims to have run.
        let last = property(service, "ExecMainExitTimestamp").and_then(instant);
        Some(Runs {
            active: property(timer, "ActiveState") == Some("active"),
            next: property(timer, "NextElapseUSecRealtime").and_then(instant),
            last,
            // Before the first run the result is "success" as well.
            result: property(service, "Result").filter(|_| last.is_some()).map(str::to_owned),
            exit: property(service, "ExecMainStatus")
                .filter(|_| last.is_some())
                .and_then(|text| text.parse().ok()),
        })
    }

    /// Whether this user's systemd runs without a session too; `None` where that cannot be asked.
    pub fn lingers(&self) -> Option<bool> {
        let user = user_number();
        let words = ["show-user", &user, "--property=Linger", "--value"];
        match self.answer("loginctl", &words)?.trim() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        }
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

    /// Puts another crontab in its place; an empty one is taken away.
    pub fn set_crontab(&self, text: &str) -> Result<(), ScheduleError> {
        let argument = if text.trim().is_empty() { "-r" } else { "-" };
        let done = self.run("crontab", &[argument], text)?;
        match done.success {
            true => Ok(()),
            false => Err(ScheduleError::step(format!("crontab {argument}"), done.why())),
        }
    }

    /// The home folder of a user account of this machine.
    pub fn home_of(&self, user: &str) -> Result<String, ScheduleError> {
        let home = |table: &str| {
            let line = table.lines().find(|line| line.split(':').next() == Some(user))?;
            line.split(':').nth(5).map(str::to_owned)
        };
        let known = fs::read_to_string("/etc/passwd").ok().and_then(|table| home(&table));
        // Accounts from a directory service are in no file.
        let asked = || self.answer("getent", &["passwd", user]).and_then(|table| home(&table));
        known
            .or_else(asked)
            .filter(|home| Path::new(home).is_absolute())
            .ok_or_else(|| ScheduleError::NoUser(user.to_owned()))
    }

    /// What spreads the minutes: the same for this user on this machine whenever it is asked.
    pub fn seed(&self) -> u64 {
        let name = ["/proc/sys/kernel/hostname", "/etc/hostname"]
            .iter()
            .find_map(|file| fs::read_to_string(file).ok())
            .unwrap_or_default();
        cron::seed(&[&user_number(), name.trim()])
    }
}

/// Whether this process is root.
pub fn is_root() -> bool {
    #[cfg(unix)]
    return rustix::process::geteuid().is_root();
    #[cfg(not(unix))]
    false
}

/// This user's number; empty where users have none.
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
