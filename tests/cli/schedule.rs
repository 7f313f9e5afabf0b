//! `schedule print|install|status|remove`, beside a `crontab` and a `systemctl` that keep a diary.
//! The real ones are in `tests/real/schedule.rs`.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::provider::CLIENT_ID;
use crate::support::browser::connect;
use crate::support::program::Program;
use crate::support::unix::{assert_private, symlink};
use crate::support::{connected, has, provider_for};

const SERVICE: &str = "home/.config/systemd/user/partnerlink-refresh.service";
const TIMER: &str = "home/.config/systemd/user/partnerlink-refresh.timer";

/// A machine whose `crontab`, `systemctl` and `loginctl` are ours, with nothing in them.
pub fn machine() -> Program {
    equipped(Program::new())
}

fn equipped(program: Program) -> Program {
    // Whatever reaches them of our variables is in the diary too.
    let diary =
        r#"echo "$(basename "$0") $*" >>"$HOME/diary"; env | grep PARTNERLINK_ >>"$HOME/diary""#;
    program.script(
        "crontab",
        &format!(
            r#"{diary}
[ ! -e "$HOME/refuses" ] || {{ echo "crontab: you may not" >&2; exit 1; }}
case $1 in
-l) cat "$HOME/crontab" 2>/dev/null || {{ echo "no crontab for anna" >&2; exit 1; }} ;;
-r) rm "$HOME/crontab" ;;
-) cat >"$HOME/crontab" ;;
esac"#
        ),
    );
    program.script(
        "systemctl",
        &format!(
            r#"{diary}
case "$*" in
*is-*) [ -e "$HOME/on" ] || exit 3 ;;
*able*--now*) [ ! -e "$HOME/refuses" ] || {{ echo "Failed to enable unit" >&2; exit 1; }}
    case "$*" in *disable*) rm "$HOME/on" ;; *) : >"$HOME/on" ;; esac ;;
*show*) printf 'NextElapseUSecRealtime=Sun 2026-11-22 00:00:00 UTC\nActiveState=active\n\nActiveState=failed\nResult=exit-code\nExecMainStatus=4\nExecMainExitTimestamp=Sat 2026-11-21 23:00:00 UTC\n' ;;
esac"#
        ),
    );
    program.script("loginctl", &format!("{diary}\necho no"));
    program
}

/// The same with a systemd that could be asked.
fn machine_with_systemd() -> Program {
    let program = machine();
    let runtime = program.root().join("run");
    fs::create_dir_all(runtime.join("systemd")).unwrap();
    fs::write(runtime.join("systemd/private"), "").unwrap();
    program.set("XDG_RUNTIME_DIR", runtime)
}

fn diary(program: &Program) -> String {
    fs::read_to_string(program.root().join("home/diary")).unwrap_or_default()
}

fn crontab(program: &Program) -> Option<String> {
    fs::read_to_string(program.root().join("home/crontab")).ok()
}

fn text(program: &Program, file: &str) -> Option<String> {
    fs::read_to_string(program.root().join(file)).ok()
}

/// A folder whose name means something to every format.
fn awkward(program: &Program) -> PathBuf {
    let folder = program.root().join("a b's 100% \"x\" $HOME & <ü>");
    fs::create_dir(&folder).unwrap();
    folder
}

#[test]
#[cfg_attr(windows, ignore = "systemd, cron and launchd are played by scripts for sh")]
fn each_kind_is_printed_and_nothing_is_changed() {
    let program = machine();
    for (kind, sought) in [
        ("systemd", "\nPersistent=true\n"),
        ("cron", " * * * * PARTNERLINK_RUN_BY=cron "),
        ("launchd", "<key>StartInterval</key>\n  <integer>3600</integer>"),
        ("windows", "<Interval>PT60M</Interval>"),
    ] {
        let printed = program.run(["schedule", "print", "--kind", kind]).exits(0);
        assert!(printed.stdout.contains(sought), "{}", printed.told());
        assert!(printed.stdout.contains("token refresh --quiet") || kind == "launchd");
        assert!(printed.stdout.contains("written by partnerlink schedule install"));
    }
    let launchd = program.run(["schedule", "print", "--kind", "launchd"]).exits(0);
    let launchd =
        launchd.says(&["When it is there: launchctl bootout gui/", "launchctl bootstrap gui/"]);
    assert!(launchd.stdout.contains("<key>ExitTimeOut</key>\n  <integer>75</integer>"));
    let system = ["schedule", "print", "--kind", "systemd-system"];
    program.run(system).exits(2).says(&["--user NAME"]);
    let unit = program.run([&system[..], &["--user", "nobody"]].concat()).exits(0).stdout;
    assert!(
        unit.contains("\nUser=nobody\n") && unit.contains("\nProtectSystem=strict\n"),
        "{unit}"
    );
    assert!(!unit.contains("LoadCredential"), "{unit}");
    program.configure("file_key = \"systemd\"");
    let unit = program.run([&system[..], &["--user", "nobody"]].concat()).exits(0).stdout;
    assert!(unit.contains("\nLoadCredentialEncrypted=partnerlink-key:/etc/credstore.encrypted/"));
    assert!(unit.contains("systemd-creds encrypt --name=partnerlink-key"), "{unit}");
    program
        .run([&system[..], &["--user", "no-such-user"]].concat())
        .exits(2)
        .says(&["does not exist"]);
    program.run(["schedule", "print", "--user", "nobody"]).exits(2).says(&["runs as yourself"]);
    program.run(["schedule", "print", "--every", "45m"]).exits(2).says(&["15m"]);
    let left: Vec<_> = fs::read_dir(program.root().join("home")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
#[cfg_attr(windows, ignore = "systemd, cron and launchd are played by scripts for sh")]
fn the_kind_fits_the_machine() {
    let kind = |program: &Program| {
        let printed = program.run(["schedule", "print", "--json"]).exits(0).json();
        printed["kind"].as_str().unwrap().to_owned()
    };
    assert_eq!(kind(&machine_with_systemd()), "systemd");
    let without = machine();
    // A machine on which this runs may have a systemd of this user's.
    let runtime = without.root().join("no-run");
    assert_eq!(kind(&without.set("XDG_RUNTIME_DIR", runtime)), "cron");
}

#[test]
#[cfg_attr(windows, ignore = "systemd, cron and launchd are played by scripts for sh")]
fn every_value_is_escaped_for_its_format_and_a_line_break_is_refused() {
    let program = machine();
    let folder = awkward(&program).display().to_string();
    let program = program.set("PARTNERLINK_HOME", &folder);
    let print = |kind: &str| program.run(["schedule", "print", "--kind", kind]);
    let units = print("systemd").exits(0).stdout;
    let escaped = folder.replace('"', "\\\"").replace('%', "%%");
    assert!(units.contains(&format!("Environment=\"PARTNERLINK_HOME={escaped}\"\n")), "{units}");
    let line = print("cron").exits(0).stdout;
    let escaped = folder.replace('\'', r"'\''").replace('%', r"\%");
    assert!(line.contains(&format!(" PARTNERLINK_HOME='{escaped}' ")), "{line}");
    let plist = print("launchd").exits(0).stdout;
    assert!(plist.contains("100% &quot;x&quot; $HOME &amp; &lt;&#252;&gt;</string>"), "{plist}");
    print("windows").exits(2).says(&["Task Scheduler writes something else"]);

    let broken = machine().set("PARTNERLINK_HOME", "/a\nb");
    for kind in ["systemd", "cron", "launchd", "windows"] {
        broken.run(["schedule", "print", "--kind", kind]).exits(2).says(&["line break"]);
    }
    program.run(["schedule", "print", "--notify", "tell\nme"]).exits(2).says(&["line break"]);
    program.run(["schedule", "print", "--notify", "./tell"]).exits(2).says(&["working folder"]);
    program.run(["schedule", "print", "--notify", "no-such-program"]).exits(2).says(&["in PATH"]);
}

/// What cron would hand to the shell, in cron's environment, refreshes.
#[test]
#[cfg_attr(windows, ignore = "it runs sh")]
fn the_line_for_cron_runs_in_crons_environment() {
    let program = machine();
    let folder = awkward(&program);
    let program = program.set("PARTNERLINK_HOME", &folder);
    program.run(["schedule", "install", "--kind", "cron", "--yes"]).exits(0);
    let line = crontab(&program).unwrap();
    let (minute, _) = line.split_once(' ').unwrap();
    assert!((1..60).contains(&minute.parse::<u32>().unwrap()), "{line}");
    let command = line.splitn(6, ' ').last().unwrap().replace(r"\%", "%");
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &command]).env_clear().env("HOME", program.root().join("home"));
    let output = shell.env("PATH", "/usr/bin:/bin").current_dir("/").output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let status = program.run(["schedule", "status", "--json"]).exits(0).json();
    assert_eq!(status["last_refresh"]["by"], "cron");
    assert_eq!(status["last_refresh"]["exit"], 0);
    assert_eq!(status["installed"][0]["kind"], "cron");
    assert_eq!(status["installed"][0]["line"], line.trim_end());
}

#[test]
#[cfg_attr(windows, ignore = "systemd, cron and launchd are played by scripts for sh")]
fn nobody_to_ask_and_no_yes_is_wrong_usage() {
    let program = machine();
    for kind in ["systemd", "cron"] {
        program.run(["schedule", "install", "--kind", kind]).exits(2).says(&["--yes"]);
    }
    assert_eq!(crontab(&program), None);
    assert_eq!(text(&program, SERVICE), None);
    for kind in ["launchd", "windows"] {
        let outcome = program.run(["schedule", "install", "--kind", kind, "--yes"]).exits(2);
        outcome.says(&["belongs to another system", &format!("schedule print --kind {kind}")]);
    }
}

#[test]
#[cfg_attr(windows, ignore = "its terminal is made by script(1)")]
fn a_person_is_shown_what_is_written_and_asked() {
    if !has("a_person_is_shown_what_is_written_and_asked", "script") {
        return;
    }
    let program = machine();
    for (answer, code) in [("n", 1), ("\n", 1), ("y", 0)] {
        let mut running = program.start(program.on_a_terminal("schedule install --kind cron"));
        while !running.stdout().contains("[y/N]") {
            assert!(running.is_running(), "{}", running.stdout());
        }
        assert!(running.stdout().contains("PARTNERLINK_RUN_BY=cron"));
        assert_eq!(crontab(&program), None, "nothing happens before the answer");
        writeln!(running.stdin.as_mut().unwrap(), "{answer}").unwrap();
        let stdin = running.stdin.take();
        running.finish().exits(code);
        drop(stdin);
    }
    assert!(crontab(&program).is_some());
}

#[test]
#[cfg_attr(windows, ignore = "systemd, cron and launchd are played by scripts for sh")]
fn in_the_crontab_only_our_own_line_is_touched() {
    let program = machine();
    let install = |more: &[&str]| {
        program.run([&["schedule", "install", "--kind", "cron", "--yes"], more].concat()).exits(0)
    };
    let remove = || program.run(["schedule", "remove"]).exits(0);
    install(&[]).says(&["Installed (cron)", "schedule remove --kind cron"]);
    remove().says(&["Removed (cron)"]);
    assert_eq!(crontab(&program), None, "a crontab that was not there is not there again");
    remove().says(&["No schedule"]);

    let others = "MAILTO=anna\n\n# mine\n5 4 * * * backup # with 100\\%\n";
    fs::write(program.root().join("home/crontab"), others).unwrap();
    install(&[]);
    let with = crontab(&program).unwrap();
    assert!(with.starts_with(others), "{with}");
    assert_eq!(with.lines().count(), others.lines().count() + 1);
    let before = diary(&program);
    install(&[]).says(&["nothing changed"]);
    assert!(!diary(&program)[before.len()..].contains("crontab -\n"), "nothing is written twice");
    install(&["--every", "15m"]).says(&["in place of the schedule that is there"]);
    assert_eq!(crontab(&program).unwrap().lines().count(), others.lines().count() + 1);
    remove();
    assert_eq!(crontab(&program).unwrap(), others);
    assert!(!diary(&program).contains("PARTNERLINK_"), "{}", diary(&program));
}

/// Somebody deleted its timer, and systemctl has nothing to disable.
#[test]
#[cfg_attr(windows, ignore = "systemd, cron and launchd are played by scripts for sh")]
fn a_schedule_of_which_the_system_no_longer_knows_is_removed_all_the_same() {
    let program = machine_with_systemd();
    let install = || program.run(["schedule", "install", "--yes"]).exits(0);
    let refuse = || fs::write(program.root().join("home/refuses"), "").unwrap();
    let remove = || program.run(["schedule", "remove"]);
    install();
    refuse();
    remove().exits(1).says(&["disable --now"]);
    assert!(text(&program, TIMER).is_some(), "what may still run is not taken away");
    fs::remove_file(program.root().join(TIMER)).unwrap();
    remove().exits(0).says(&["Removed (systemd)"]);
    assert_eq!(text(&program, SERVICE), None);
    remove().exits(0).says(&["No schedule"]);
}

#[test]
#[cfg_attr(windows, ignore = "systemd, cron and launchd are played by scripts for sh")]
fn the_job_has_the_same_way_to_the_providers_and_to_its_key() {
    let proxy = "proxy.example:3128";
    let program = machine()
        .set("HTTPS_PROXY", proxy)
        .set("NO_PROXY", "a.example,b.example")
        .set("PARTNERLINK_KEY_FILE", "keys/one");
    let print = ["schedule", "print", "--kind", "cron", "--ca-file", "company.pem"];
    let line = program.run(print).exits(0).stdout;
    let here = program.root().display().to_string();
    for part in [
        format!(" HTTPS_PROXY={proxy} NO_PROXY=a.example,b.example "),
        format!("{here}/company.pem "),
        format!("{here}/keys/one "),
    ] {
        assert!(line.contains(&part), "{part}: {line}");
    }
    let program = program.set("HTTPS_PROXY", format!("http://anna:hunter2@{proxy}"));
    assert!(!program.run(print).exits(0).stdout.contains(proxy), "it holds a password");
    let install = ["schedule", "install", "--kind", "cron", "--yes"];
    let outcome = program.run(install).exits(0);
    outcome.says(&["not for the job", "HTTPS_PROXY"]).conceals(&["hunter2"]);
}

#[test]
#[cfg_attr(windows, ignore = "systemd, cron and launchd are played by scripts for sh")]
fn a_crontab_that_cannot_be_read_is_not_overwritten() {
    let program = machine();
    fs::write(program.root().join("home/refuses"), "").unwrap();
    let outcome = program.run(["schedule", "install", "--kind", "cron", "--yes"]).exits(1);
    outcome.says(&["`crontab -l` failed: crontab: you may not"]);
    fs::remove_file(program.root().join("home/refuses")).unwrap();
    // Written back as text, its umlaut would be lost.
    fs::write(program.root().join("home/crontab"), b"# t\xe4glich\n1 2 * * * backup\n").unwrap();
    let outcome = program.run(["schedule", "install", "--kind", "cron", "--yes"]).exits(1);
    outcome.says(&["not UTF-8"]);
    assert!(!diary(&program).contains("crontab -\n"));
}

#[test]
#[cfg_attr(windows, ignore = "systemd, cron and launchd are played by scripts for sh")]
fn a_timer_is_installed_once_and_taken_away_again() {
    let program = machine_with_systemd();
    let install = || program.run(["schedule", "install", "--yes"]).exits(0);
    install().says(&[
        "Installed (systemd)",
        "systemctl --user daemon-reload",
        "systemctl --user enable --now partnerlink-refresh.timer",
        "loginctl enable-linger",
    ]);
    for file in [SERVICE, TIMER] {
        let path = program.root().join(file);
        assert_private(&path);
    }
    let written = (text(&program, SERVICE), text(&program, TIMER));
    let before = diary(&program);
    install().says(&["nothing changed"]);
    assert_eq!((text(&program, SERVICE), text(&program, TIMER)), written);
    let since = diary(&program)[before.len()..].to_owned();
    assert!(!since.contains("enable --now") && !since.contains("daemon-reload"), "{since}");

    // A timer that somebody stopped is started again.
    fs::remove_file(program.root().join("home/on")).unwrap();
    install().says(&["Installed (systemd)"]);

    let status = program.run(["schedule", "status"]).exits(0);
    let row: Vec<&str> = status.data().split('\t').collect();
    assert_eq!(row[..4], ["systemd", "2026-11-22T00:00:00Z", "2026-11-21T23:00:00Z", "exit 4"]);
    let json = program.run(["schedule", "status", "--json"]).exits(0).json();
    let runs = &json["installed"][0]["runs"];
    assert_eq!(runs["next"], "2026-11-22T00:00:00Z");
    assert_eq!((runs["result"].as_str(), runs["exit"].as_u64()), (Some("exit-code"), Some(4)));

    let second = program.run(["schedule", "install", "--kind", "cron", "--yes"]).exits(0);
    second.says(&["another schedule", "partnerlink schedule remove --kind systemd"]);
    program.run(["schedule", "remove"]).exits(0).says(&["Removed (systemd)", "Removed (cron)"]);
    assert_eq!(crontab(&program), None);
    assert_eq!((text(&program, SERVICE), text(&program, TIMER)), (None, None));
    let folder = program.root().join("home/.config/systemd/user");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
    assert!(diary(&program).contains("disable --now partnerlink-refresh.timer"));
    assert!(!diary(&program).contains("PARTNERLINK_"), "{}", diary(&program));
}

#[test]
#[cfg_attr(windows, ignore = "it makes symbolic links")]
fn somebody_elses_unit_is_left_alone() {
    let program = machine_with_systemd();
    let timer = program.root().join(TIMER);
    fs::create_dir_all(timer.parent().unwrap()).unwrap();
    fs::write(&timer, "[Timer]\nOnCalendar=weekly\n").unwrap();
    for args in [&["install", "--yes"][..], &["remove", "--kind", "systemd"]] {
        let outcome = program.run([&["schedule"], args].concat()).exits(1);
        outcome.says(&["partnerlink-refresh.timer was not written by partnerlink"]);
    }
    assert_eq!(fs::read_to_string(&timer).unwrap(), "[Timer]\nOnCalendar=weekly\n");
    assert_eq!(text(&program, SERVICE), None);
    assert!(!diary(&program).contains("enable"), "{}", diary(&program));
    // A masked unit is a link to nowhere.
    fs::remove_file(&timer).unwrap();
    symlink("/nonexistent", &timer).unwrap();
    program.run(["schedule", "install", "--yes"]).exits(1);
    assert!(timer.is_symlink());
}

#[test]
#[cfg_attr(windows, ignore = "systemd, cron and launchd are played by scripts for sh")]
fn what_fails_halfway_is_undone_and_told() {
    let program = machine_with_systemd();
    let refuses = program.root().join("home/refuses");
    fs::write(&refuses, "").unwrap();
    let outcome = program.run(["schedule", "install", "--yes"]).exits(1);
    outcome.says(&[
        "enable --now partnerlink-refresh.timer` failed: Failed to enable unit",
        "everything is as it was before",
    ]);
    assert_eq!((text(&program, SERVICE), text(&program, TIMER)), (None, None));

    fs::remove_file(&refuses).unwrap();
    program.run(["schedule", "install", "--yes"]).exits(0);
    let before = (text(&program, SERVICE), text(&program, TIMER));
    fs::write(&refuses, "").unwrap();
    program.run(["schedule", "install", "--yes", "--every", "30m"]).exits(1);
    assert_eq!((text(&program, SERVICE), text(&program, TIMER)), before, "the former schedule");
}

#[test]
#[cfg_attr(windows, ignore = "systemd, cron and launchd are played by scripts for sh")]
fn a_run_of_a_schedule_is_on_record_and_one_by_hand_is_not() {
    let (program, fake) = connected();
    let program = equipped(program);
    let record = program.state().join("last-run.json");
    program.run(["token", "refresh", "--force"]).exits(0);
    assert!(!record.exists());
    program
        .run(["schedule", "status"])
        .exits(0)
        .says(&["No refresh without a person is on record"]);

    let mut program = program.set("PARTNERLINK_RUN_BY", "systemd");
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_private(&record);
    program.run(["schedule", "status"]).exits(0).says(&["by systemd, exit 0 (1 refreshed)"]);
    fake.answers(|_| crate::provider::http::Reply::error(400, "invalid_grant"));
    program.run(["token", "refresh", "--force"]).exits(4);
    let last: Value = serde_json::from_slice(&fs::read(&record).unwrap()).unwrap();
    assert_eq!((&last["exit"], &last["accounts"]), (&json!(4), &json!({ "sign-in-needed": 1 })));
    program.run(["schedule", "status"]).exits(0).says(&["exit 4 (1 sign-in-needed)"]);

    // Where it cannot be written, the refresh is what it would have been.
    fs::remove_file(&record).unwrap();
    fs::create_dir(&record).unwrap();
    fake.is_honest();
    program.run(["token", "refresh", "--force"]).exits(0);
    program = program.unset("PARTNERLINK_RUN_BY");
    program.run(["schedule", "status"]).exits(0);
}

#[test]
#[cfg_attr(windows, ignore = "systemd, cron and launchd are played by scripts for sh")]
fn the_sandboxs_schedule_takes_no_real_ones_place() {
    let program = machine();
    let install = ["schedule", "install", "--kind", "cron", "--yes"];
    let for_sandbox = [&install[..], &["--sandbox"]].concat();
    program.run(&for_sandbox).exits(0);
    program.run(&for_sandbox).exits(0);
    program.run(install).exits(0);
    let real = crontab(&program).unwrap();
    program.run(&for_sandbox).exits(2).says(&["schedule remove --kind cron"]);
    assert_eq!(crontab(&program).unwrap(), real);
}

/// From the provider's mail to a schedule that is watched: what to type stands in what came before.
#[test]
#[cfg_attr(windows, ignore = "systemd, cron and launchd are played by scripts for sh")]
fn each_step_from_the_providers_answer_to_a_schedule_is_named_by_the_one_before() {
    let program = machine();
    let fake = provider_for(&program);
    let described = fake.described_as("zaehlerfreunde", "");
    let given = format!("client_id = {CLIENT_ID:?}\n");
    program.configure(&described.replace(&given, ""));

    let account = "zaehlerfreunde";
    program
        .run(["connect", account])
        .exits(2)
        .says(&["`partnerlink provider register zaehlerfreunde`", "partnerlink provider setup"]);
    program
        .run(["provider", "setup", account, "--client-id", CLIENT_ID, "--yes"])
        .exits(0)
        .says(&["partnerlink connect zaehlerfreunde", "partnerlink schedule install"]);
    connect(&program, &fake, &[account]).exits(0).says(&["partnerlink schedule install"]);
    program
        .run(["schedule", "install", "--kind", "cron", "--yes"])
        .exits(0)
        .says(&["partnerlink schedule status"]);
    let status = program.run(["schedule", "status"]).exits(0);
    assert!(status.stdout.contains("cron"), "{}", status.told());

    let program = program.set("PARTNERLINK_RUN_BY", "cron");
    program.run(["token", "refresh", "--quiet", "--force"]).exits(0);
    program.run(["status"]).exits(0).says(&["Last refresh without a person", "by cron, exit 0"]);
    let looked = program.run(["doctor"]);
    assert!(looked.stdout.contains("cron"), "{}", looked.told());
}
