//! A private keychain: a session bus of its own with gnome-keyring on it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{let_end, until};
use crate::support::program::{Program, Running};

const SESSION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/keyring-session");
/// What a client and a daemon need to find the bus and each other.
const TELL: &str = r#"printf '%s\t' "$DBUS_SESSION_BUS_ADDRESS" "$XDG_RUNTIME_DIR" "$HOME" \
    "$KEYRING_SESSION_DAEMON_PID"; echo; exec cat >/dev/null"#;
const SERVICE_NAME: &str = "org.freedesktop.secrets";

/// A session that lives as long as this value.
pub struct Keyring {
    session: Running,
    bus: String,
    runtime: String,
    home: String,
    daemon: String,
}

impl Keyring {
    /// `kind` as in `keyring-session`: unlocked, locked, empty or absent.
    pub fn start(kind: &str) -> Self {
        let mut command = Command::new(SESSION);
        command.args(["sh", "-c", TELL]).env("KEYRING_SESSION", kind).stdin(Stdio::piped());
        let mut session = super::program().start(command);
        let line = session.first_line();
        let [bus, runtime, home, daemon, _] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("keyring-session said {line:?}: {}", session.stderr());
        };
        let [bus, runtime, home, daemon] = [bus, runtime, home, daemon].map(str::to_owned);
        Self { session, bus, runtime, home, daemon }
    }

    /// The program as in a desktop session beside this keychain.
    pub fn lend(&self, program: Program) -> Program {
        program.set("DBUS_SESSION_BUS_ADDRESS", &self.bus).set("XDG_RUNTIME_DIR", &self.runtime)
    }

    /// The folder in which a program without the bus's address finds its socket.
    pub fn runtime(&self) -> &str {
        &self.runtime
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.bus).env("XDG_RUNTIME_DIR", &self.runtime);
        command.env("HOME", &self.home).env_remove("DISPLAY").stderr(Stdio::null());
        command
    }

    /// The user names of all items of a service, as `secret-tool` sees them.
    pub fn names(&self, service: &str) -> Vec<String> {
        let mut tool = self.command("secret-tool");
        // The secrets go to stdout, the attributes to stderr.
        tool.args(["search", "--all", "service", service]).stderr(Stdio::piped());
        let told = String::from_utf8(tool.output().unwrap().stderr).unwrap();
        let names = told.lines().filter_map(|line| line.strip_prefix("attribute.username = "));
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort();
        names
    }

    /// What `secret-tool lookup` finds: the record, which is JSON.
    pub fn record(&self, service: &str, username: &str) -> Option<Value> {
        let mut tool = self.command("secret-tool");
        tool.args(["lookup", "service", service, "username", username]);
        let output = tool.output().unwrap();
        (!output.stdout.is_empty()).then(|| serde_json::from_slice(&output.stdout).unwrap())
    }

    /// A token of a record, by its member's name.
    #[track_caller]
    pub fn token(&self, service: &str, username: &str, member: &str) -> String {
        let record = self.record(service, username).unwrap();
        record[member].as_str().unwrap_or_else(|| panic!("no {member}")).to_owned()
    }

    /// As a desktop does when its screen is locked for the night.
    pub fn lock(&self) {
        let mut send = self.command("dbus-send");
        send.args(["--session", "--print-reply", &format!("--dest={SERVICE_NAME}")])
            .args(["/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock"])
            .arg("array:objpath:/org/freedesktop/secrets/collection/login");
        assert!(send.stdout(Stdio::null()).status().unwrap().success());
    }

    /// As when the service crashes. The bus starts another one at the next call: a locked one.
    pub fn kill(&self) {
        self.signal("KILL");
        until("the service is off the bus", || (!self.is_on_the_bus()).then_some(()));
    }

    /// To the service, by the signal's name.
    pub fn signal(&self, name: &str) {
        let mut kill = self.command("kill");
        assert!(kill.args(["-s", name, &self.daemon]).status().unwrap().success());
    }

    /// Stores a record behind the program's back.
    pub fn put_back(&self, service: &str, username: &str, record: &Value) {
        let mut tool = self.command("secret-tool");
        tool.args(["store", "--label", service, "service", service, "username", username]);
        let mut tool = tool.stdin(Stdio::piped()).spawn().unwrap();
        write!(tool.stdin.take().unwrap(), "{record}").unwrap();
        assert!(tool.wait().unwrap().success());
    }

    /// As after an upgrade: another service over the same files takes the name over. It knows
    /// nothing of the connections of the one before. It ends with the value returned.
    #[must_use]
    pub fn replace(&self) -> Running {
        let mut command = self.command("gnome-keyring-daemon");
        command.args(["--foreground", "--replace", "--unlock", "--components=secrets"]);
        command.stdin(Stdio::piped());
        let before = self.owner();
        let mut daemon = super::program().start(command);
        daemon.stdin.take().unwrap().write_all(b"test").unwrap();
        until("the new service is on the bus", || {
            self.owner().filter(|owner| before.as_ref() != Some(owner))
        });
        daemon
    }

    fn is_on_the_bus(&self) -> bool {
        self.owner().is_some()
    }

    /// The bus's own name of the service's connection.
    fn owner(&self) -> Option<String> {
        let mut send = self.command("dbus-send");
        send.args(["--session", "--print-reply=literal", "--dest=org.freedesktop.DBus"])
            .args(["/org/freedesktop/DBus", "org.freedesktop.DBus.GetNameOwner"])
            .arg(format!("string:{SERVICE_NAME}"));
        let output = send.output().unwrap();
        let owner = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        (output.status.success() && !owner.is_empty()).then_some(owner)
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        let_end(&mut self.session);
    }
}
