//! Schedules as systemd, cron and readers of plist and XML understand them; and a real systemd and a
//! real cron that refresh an account, on a machine of their own (`private-machine`).

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::parts::sandbox::{QUICK_BROWSER, Sandbox};
use crate::parts::{self, Part, has, ports, skip};
use crate::support::program::{Outcome, Program};

const PRIVATE_MACHINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/private-machine");
/// A folder whose name means something to every format.
const AWKWARD: &str = "a b 100% $HOME & <ü>";
/// The same for a folder that is no program's: systemd starts none with a quote in its path.
const VERY_AWKWARD: &str = "a b's 100% \"x\" \\ $HOME & <ü>";

/// The program as it is found in `PATH`, in a folder with an awkward name.
fn installed(program: Program) -> Program {
    let folder = program.root().join(AWKWARD);
    fs::create_dir(&folder).unwrap();
    symlink(env!("CARGO_BIN_EXE_partnerlink"), folder.join("partnerlink")).unwrap();
    let path = program.variables()[std::ffi::OsStr::new("PATH")].to_str().unwrap().to_owned();
    program.set("PATH", format!("{}:{path}", folder.display()))
}

fn very_awkward(program: &Program) -> PathBuf {
    let folder = program.root().join(VERY_AWKWARD);
    fs::create_dir(&folder).unwrap();
    folder
}

fn print(program: &Program, arguments: &[&str]) -> Value {
    let words = [&["schedule", "print", "--json", "--kind"], arguments].concat();
    program.run(words).exits(0).json()
}

/// Writes the files of a schedule into a folder, by their own names.
fn write(program: &Program, folder: &str, schedule: &Value) -> Vec<PathBuf> {
    let folder = program.root().join(folder);
    fs::create_dir(&folder).unwrap();
    let files = schedule["files"].as_array().unwrap().iter();
    files
        .map(|file| {
            let name = Path::new(file["path"].as_str().unwrap()).file_name().unwrap().to_owned();
            fs::write(folder.join(&name), file["text"].as_str().unwrap()).unwrap();
            folder.join(name)
        })
        .collect()
}

/// What a script of Python's prints of a file.
fn python(script: &str, file: &Path) -> Value {
    let mut python = Command::new("python3");
    let output = python.args(["-c", script]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn systemd_understands_the_units() {
    if !has("systemd understands the units", &[Part::Systemd]) {
        return;
    }
    let program = installed(parts::program());
    let awkward = very_awkward(&program);
    let program = program.set("PARTNERLINK_HOME", &awkward);
    fs::write(awkward.join("config.toml"), "file_key = \"systemd\"\n").unwrap();
    let shared = installed(parts::program()).unset("PARTNERLINK_STORE");
    let home = shared.home();
    let shared = shared.set("PARTNERLINK_HOME", home);
    shared.configure(
        "store = \"vault\"\n[vault]\naddress = \"https://bao.example.de:8200\"\nrole_id = \"x\"\n\
         secret_id_file = \"/srv/100% a b/secret-id\"\n",
    );
    for (folder, arguments, manager) in [
        ("user", &["systemd"][..], "--user"),
        ("notifying", &["systemd", "--every", "2h", "--notify", "sh -c 'echo \"50%\"'"], "--user"),
        ("system", &["systemd-system", "--user", "daemon", "--every", "15m"], "--system"),
        (
            "both",
            &["systemd-system", "--user", "daemon", "--notify", "true", "--every", "1d"],
            "--system",
        ),
        ("sharing", &["systemd"], "--user"),
        ("sharing system", &["systemd-system", "--user", "daemon"], "--system"),
    ] {
        let program = if folder.starts_with("sharing") { &shared } else { &program };
        let files = write(program, folder, &print(program, arguments));
        assert_eq!(files.len(), 2);
        let mut analyze = Command::new("systemd-analyze");
        let output = analyze
            .env("XDG_RUNTIME_DIR", program.root())
            .args([manager, "verify"])
            .args(&files)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let ours: Vec<&str> = said.lines().filter(|line| line.contains("partnerlink")).collect();
        assert!(output.status.success() && ours.is_empty(), "{folder}: {said}");
    }
    for every in ["5m", "30m", "1h", "12h", "1d"] {
        let timer = print(&program, &["systemd", "--every", every]);
        let text = timer["files"][1]["text"].as_str().unwrap().to_owned();
        let calendar = text.lines().find_map(|line| line.strip_prefix("OnCalendar=")).unwrap();
        let mut analyze = Command::new("systemd-analyze");
        let output = analyze.args(["calendar", "--iterations=3", calendar]).output().unwrap();
        assert!(output.status.success(), "{calendar}");
    }
}

#[test]
fn readers_of_plist_and_xml_find_the_words_again() {
    let program = installed(parts::program());
    let (place, awkward) = (program.root().join(AWKWARD), very_awkward(&program));
    let program = program.set("PARTNERLINK_HOME", &awkward);
    let notify = "/bin/echo 'a b' \"it's\"";

    let schedule = print(&program, &["launchd", "--every", "2h", "--notify", notify]);
    let [file] = &write(&program, "launchd", &schedule)[..] else { panic!("{schedule}") };
    let plist = python(
        "import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], 'rb'))))",
        file,
    );
    let words = &plist["ProgramArguments"];
    assert_eq!(words[0], place.join("partnerlink").to_str().unwrap());
    assert_eq!(words[3], "--quiet");
    assert_eq!(words[7], "/bin/echo 'a b' 'it'\"'\"'s'", "the same words in other quotes");
    assert_eq!(plist["StartInterval"], 7200);
    let variables = &plist["EnvironmentVariables"];
    assert_eq!(variables["PARTNERLINK_RUN_BY"], "launchd");
    assert_eq!(variables["PARTNERLINK_HOME"], awkward.to_str().unwrap());
    assert_eq!(plist["Umask"], 0o77);

    // No percent sign, in whose place the Task Scheduler puts a variable.
    let program = parts::program();
    let home = program.root().join("a & b's <ü>");
    let program = program.set("PARTNERLINK_HOME", &home);
    let schedule = print(&program, &["windows", "--every", "30m"]);
    let [file] = &write(&program, "windows", &schedule)[..] else { panic!("{schedule}") };
    assert!(fs::read(file).unwrap().is_ascii(), "whatever code page it is read in");
    const CONHOST: &str = r"%SystemRoot%\System32\conhost.exe";
    let task = python(
        "import json, sys, xml.etree.ElementTree as tree\n\
         found = {}\n\
         for item in tree.parse(sys.argv[1]).iter():\n    \
             space, name = item.tag[1:].split('}')\n    \
             assert space == 'http://schemas.microsoft.com/windows/2004/02/mit/task', space\n    \
             found[name] = item.text\n\
         print(json.dumps(found))",
        file,
    );
    assert_eq!((&task["Interval"], &task["Command"]), (&"PT30M".into(), &CONHOST.into()));
    let arguments = task["Arguments"].as_str().unwrap();
    let words = format!(
        "partnerlink token refresh --quiet --for 12m --variable=PARTNERLINK_RUN_BY=windows \"--variable=PARTNERLINK_HOME={}\"",
        home.display()
    );
    assert!(arguments.starts_with("--headless ") && arguments.contains(&words), "{arguments}");
}

#[test]
fn cron_understands_the_line() {
    if !has("cron understands the line", &[Part::Cron]) {
        return;
    }
    let program = installed(parts::program());
    let file = program.root().join("crontab");
    for every in ["5m", "1h", "6h", "1d"] {
        let schedule = print(&program, &["cron", "--every", every, "--notify", "true '100%'"]);
        fs::write(&file, format!("{}\n", schedule["crontab_line"].as_str().unwrap())).unwrap();
        let output = Command::new("crontab").arg("-n").arg(&file).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        // Only Debian's cron looks before it installs.
        assert!(output.status.success() || said.contains("invalid option"), "{every}: {said}");
    }
}

/// A program connected to a sandbox whose access tokens are due after a second.
fn connected(program: &Program, sandbox_store: &[&str]) {
    let _turn = ports::zaehlerfreunde();
    let words =
        [&["connect", "zaehlerfreunde", "--browser", QUICK_BROWSER], sandbox_store].concat();
    program.run(words).exits(0);
}

/// Runs a script of `sh` on a machine of its own; `None` says that there can be none here.
#[track_caller]
fn on_a_private_machine(
    test: &str,
    kind: &str,
    program: &Program,
    script: &str,
) -> Option<Outcome> {
    let file = program.root().join("script");
    fs::write(&file, script).unwrap();
    let mut command = Command::new(PRIVATE_MACHINE);
    command.args(["sh", "-eu"]).arg(&file).env_clear().envs(program.variables());
    command.env("PRIVATE_MACHINE", kind).current_dir("/").stdin(Stdio::null());
    let outcome = program.start(command).finish();
    if outcome.code == Some(69) {
        skip(test, outcome.stderr.lines().last().unwrap_or_default());
        return None;
    }
    Some(outcome.exits(0))
}

/// Has the timer come every second, waits for a run, and lets it come as before.
const UNTIL_IT_RAN: &str = r#"
drop_in="$HOME/.config/systemd/user/partnerlink-refresh.timer.d"
mkdir "$drop_in"
printf '[Timer]\nOnCalendar=\nOnCalendar=*:*:*\nRandomizedDelaySec=0\nAccuracySec=1ms\n' >"$drop_in/sooner.conf"
systemctl --user daemon-reload
systemctl --user restart partnerlink-refresh.timer
until grep -q refreshed "$STATE/last-run.json" 2>/dev/null; do sleep 0.05; done
rm -r "$drop_in"
systemctl --user daemon-reload
systemctl --user restart partnerlink-refresh.timer
while systemctl --user is-active --quiet partnerlink-refresh.service; do sleep 0.05; done
"#;

#[test]
fn a_timer_of_a_real_systemd_refreshes_an_account() {
    let test = "a timer of a real systemd refreshes an account";
    if !has(test, &[Part::Systemd]) {
        return;
    }
    let program = installed(parts::program()).set("PARTNERLINK_STORE", "file");
    let sandbox = Sandbox::start(&program, &["--approve", "--access-token-life", "2s"]);
    let program = program.set("PARTNERLINK_SANDBOX", &sandbox.url);
    let awkward = very_awkward(&program);
    let program =
        program.set("PARTNERLINK_HOME", &awkward).set("STATE", awkward.join("state/sandbox"));
    connected(&program, &[]);
    let script = format!(
        r#"
partnerlink schedule install --yes --every 6h
partnerlink schedule install --yes --every 6h
{UNTIL_IT_RAN}
partnerlink schedule status --json
partnerlink schedule status >&2
partnerlink schedule remove
systemctl --user list-unit-files --no-legend 'partnerlink*' || true
find "$HOME" -name '*partnerlink-refresh*'
echo the end
"#
    );
    let Some(outcome) = on_a_private_machine(test, "systemd", &program, &script) else { return };
    let outcome = outcome.says(&["Installed (systemd)", "nothing changed", "Removed (systemd)"]);
    let (status, rest) = outcome.stdout.split_once('\n').unwrap();
    let status: Value = serde_json::from_str(status).unwrap();
    let last = &status["last_refresh"];
    assert_eq!((&last["by"], &last["exit"]), (&"systemd".into(), &0.into()), "{}", outcome.told());
    assert_eq!(last["accounts"]["refreshed"], 1, "{}", outcome.told());
    let runs = &status["installed"][0]["runs"];
    assert_eq!((&runs["result"], &runs["active"]), (&"success".into(), &true.into()));
    for time in ["next", "last"] {
        assert!(runs[time].as_str().is_some_and(|time| time.ends_with('Z')), "{runs}");
    }
    assert_eq!(rest, "the end\n", "nothing is left: {}", outcome.told());
    assert!(sandbox.count("refresh_token") >= 1);
}

#[test]
fn within_the_limits_of_its_unit_the_job_reaches_the_keychain() {
    let test = "within the limits of its unit the job reaches the keychain";
    if !has(test, &[Part::Systemd, Part::Keychain]) {
        return;
    }
    let program = installed(parts::program());
    let sandbox = Sandbox::start(&program, &["--approve", "--access-token-life", "2s"]);
    let program = program.set("PARTNERLINK_SANDBOX", &sandbox.url);
    let state = program.root().join("home/.local/state/partnerlink/sandbox");
    let program = program.set("STATE", state);
    let _turn = ports::zaehlerfreunde();
    let script = format!(
        r#"
dbus-daemon --session --nofork --address="unix:path=$XDG_RUNTIME_DIR/bus" >/run/bus.log 2>&1 &
until [ -S "$XDG_RUNTIME_DIR/bus" ]; do sleep 0.02; done
bus="unix:path=$XDG_RUNTIME_DIR/bus"
printf test | DBUS_SESSION_BUS_ADDRESS=$bus gnome-keyring-daemon --foreground --unlock --components=secrets >/run/keyring.log 2>&1 &
until DBUS_SESSION_BUS_ADDRESS=$bus dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q true; do sleep 0.02; done
partnerlink connect zaehlerfreunde --browser '{QUICK_BROWSER}'
partnerlink schedule install --yes
{UNTIL_IT_RAN}
partnerlink schedule status --json
systemctl --user show --property=NoNewPrivileges partnerlink-refresh.service
"#
    );
    let Some(outcome) = on_a_private_machine(test, "systemd", &program, &script) else { return };
    let outcome = outcome.says(&["the system keychain", "Installed (systemd)"]);
    let (status, rest) = outcome.stdout.split_once('\n').unwrap();
    let status: Value = serde_json::from_str(status).unwrap();
    assert_eq!(status["last_refresh"]["exit"], 0, "{}", outcome.told());
    assert_eq!(status["last_refresh"]["accounts"]["refreshed"], 1, "{}", outcome.told());
    assert_eq!(rest, "NoNewPrivileges=yes\n");
}

#[test]
fn a_real_cron_refreshes_an_account() {
    let test = "a real cron refreshes an account";
    if !has(test, &[Part::Cron]) {
        return;
    }
    let mut program = installed(parts::program()).set("PARTNERLINK_STORE", "file");
    // It looks at its tables once a minute.
    program.patience = Duration::from_secs(150);
    let sandbox = Sandbox::start(&program, &["--approve", "--access-token-life", "2s"]);
    let program = program.set("PARTNERLINK_SANDBOX", &sandbox.url);
    let awkward = very_awkward(&program);
    let program =
        program.set("PARTNERLINK_HOME", &awkward).set("STATE", awkward.join("state/sandbox"));
    connected(&program, &[]);
    let script = r#"
echo '# not ours' | crontab -
partnerlink schedule install --kind cron --yes
partnerlink schedule install --kind cron --yes
crontab -l | sed 's/^[0-9].* PARTNERLINK_RUN_BY/* * * * * PARTNERLINK_RUN_BY/' | crontab -
cron -f &
until [ -e "$STATE/last-run.json" ]; do sleep 0.1; done
kill $!
partnerlink schedule status --json
partnerlink schedule remove
crontab -l
"#;
    let Some(outcome) = on_a_private_machine(test, "plain", &program, script) else { return };
    let outcome = outcome.says(&["Installed (cron)", "nothing changed", "Removed (cron)"]);
    let (status, rest) = outcome.stdout.split_once('\n').unwrap();
    let status: Value = serde_json::from_str(status).unwrap();
    let last = &status["last_refresh"];
    assert_eq!((&last["by"], &last["exit"]), (&"cron".into(), &0.into()), "{}", outcome.told());
    assert_eq!(last["accounts"]["refreshed"], 1, "{}", outcome.told());
    assert_eq!(rest, "# not ours\n");
}

/// As a system service that runs as another user. Two limits are left out, since a systemd inside of
/// namespaces cannot set them, and the systemd is the user's of root, since no other can run there.
#[test]
fn within_the_limits_of_a_system_service_the_job_works() {
    let test = "within the limits of a system service the job works";
    if !has(test, &[Part::Systemd]) {
        return;
    }
    let program = parts::program().set("PARTNERLINK_STORE", "file");
    let sandbox = Sandbox::start(&program, &["--approve", "--access-token-life", "2s"]);
    // Not below /tmp, of which the service has one of its own.
    let program = program
        .set("PARTNERLINK_SANDBOX", &sandbox.url)
        .set("PARTNERLINK_HOME", "/run/service")
        .set("STATE", "/run/service/state/sandbox");
    let schedule = print(&program, &["systemd-system", "--user", "daemon"]);
    for file in write(&program, "units", &schedule) {
        let text = fs::read_to_string(&file).unwrap();
        // It is started here until there is something to refresh.
        let mut text = text.replace("[Service]\n", "StartLimitIntervalSec=0\n[Service]\n");
        for limit in ["ProtectKernelLogs=yes\n", "ProtectKernelTunables=yes\n"] {
            text = text.replace(limit, "");
        }
        fs::write(file, text.replace(env!("CARGO_BIN_EXE_partnerlink"), "/run/partnerlink"))
            .unwrap();
    }
    let _turn = ports::zaehlerfreunde();
    let script = format!(
        r#"
cp '{program}' /run/partnerlink
mkdir -m 700 /run/service
chown daemon /run/service
cd /run
setpriv --reuid daemon --regid daemon --clear-groups env HOME=/run/service \
    /run/partnerlink connect zaehlerfreunde --browser '{QUICK_BROWSER}'
mkdir -p "$HOME/.config/systemd/user"
cp "$HOME/../units/"* "$HOME/.config/systemd/user"
systemctl --user daemon-reload
until grep -q refreshed "$STATE/last-run.json" 2>/dev/null; do
    systemctl --user start partnerlink-refresh.service
done
systemctl --user show --property=Result,User,ProtectSystem,NoNewPrivileges partnerlink-refresh.service
stat -c %U "$STATE/last-run.json"
"#,
        program = env!("CARGO_BIN_EXE_partnerlink"),
    );
    let Some(outcome) = on_a_private_machine(test, "systemd", &program, &script) else { return };
    let mut lines: Vec<&str> = outcome.stdout.lines().collect();
    lines.sort_unstable();
    let told =
        ["NoNewPrivileges=yes", "ProtectSystem=strict", "Result=success", "User=daemon", "daemon"];
    assert_eq!(lines, told, "{}", outcome.told());
}
