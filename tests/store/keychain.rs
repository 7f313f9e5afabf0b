//! The keychain: against a real gnome-keyring where there is one, and against a bus that hangs,
//! which needs nothing.

use std::env;
use std::io::Write;
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use partnerlink::store::keychain::{Keychain, Patience};
use partnerlink::store::{StoreError, TokenStore};

use crate::children::{child, say, words};
use crate::{contract, item, left_out, secret};

const SESSION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/keyring-session");

/// Whether this runs beside a service that was started for it.
fn is_real(what: &str) -> bool {
    let real = env::var_os("PARTNERLINK_TEST_KEYRING").is_some_and(|value| value == "1");
    if !real {
        left_out(what, "run it in tests/real/keyring-session");
    }
    real
}

fn keychain(service: &'static str) -> Keychain {
    Keychain::new(move || service.into(), Patience::unattended())
}

fn secret_tool(arguments: &[&str], input: &str) -> String {
    let mut tool = Command::new("secret-tool");
    let mut tool =
        tool.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    tool.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    String::from_utf8(tool.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn the_contract_holds() {
    if is_real("the keychain's contract") {
        contract::holds(Arc::new(keychain("partnerlink-contract")));
    }
}

#[test]
fn other_programs_find_the_item_under_its_names() {
    if !is_real("the item seen by secret-tool") {
        return;
    }
    let (store, account) = (keychain("partnerlink-seen"), item("zaehlerfreunde:default"));
    store.save(&account, &secret("{\"version\":1}")).unwrap();
    let attributes = ["service", "partnerlink-seen", "username", "zaehlerfreunde:default"];
    assert_eq!(secret_tool(&[&["lookup"], &attributes[..]].concat(), ""), "{\"version\":1}");
    let found = secret_tool(&[&["search"], &attributes[..]].concat(), "");
    assert!(found.contains("label = partnerlink-seen: zaehlerfreunde\n"), "{found}");
    // Another family of items is another one, and foreign names are passed over.
    assert!(keychain("partnerlink-other").load(&account).unwrap().is_none());
    secret_tool(
        &["store", "--label=x", "service", "partnerlink-seen", "username", "Not ours!"],
        "x",
    );
    assert_eq!(store.look().unwrap().items, std::slice::from_ref(&account));
    assert!(store.delete(&account).unwrap());
}

#[test]
fn two_items_of_one_name_are_not_guessed_between() {
    if !is_real("an ambiguous item") {
        return;
    }
    let (store, account) = (keychain("partnerlink-twice"), item("timberdata:default"));
    for copy in ["1", "2"] {
        let of = [
            "store",
            "--label=x",
            "service",
            "partnerlink-twice",
            "username",
            "timberdata:default",
            "copy",
            copy,
        ];
        secret_tool(&of, "x");
    }
    assert!(matches!(store.load(&account), Err(StoreError::Ambiguous { count: 2, .. })));
    assert!(matches!(store.save(&account, &secret("y")), Err(StoreError::Ambiguous { .. })));
    assert!(matches!(store.delete(&account), Err(StoreError::Ambiguous { .. })));
}

#[test]
fn two_processes_write_side_by_side() {
    if !is_real("two processes at one keychain") {
        return;
    }
    let names = ["timberdata:one", "timberdata:two", "timberdata:both", "timberdata:both"];
    let locks = tempfile::tempdir().unwrap();
    let saves =
        |name: &&str| child("keychain-saves", &[locks.path().to_str().unwrap(), name, "20"]);
    let writers: Vec<_> = names.iter().map(|name| saves(name).spawn().unwrap()).collect();
    for writer in writers {
        assert!(writer.wait_with_output().unwrap().status.success());
    }
    for name in &names[..3] {
        let found = keychain("partnerlink").load(&item(name)).unwrap().expect("an item");
        assert_eq!(found.expose(), format!("{name} 19").as_bytes());
        keychain("partnerlink").delete(&item(name)).unwrap();
    }
}

/// What each call says in a session of that kind.
fn in_session(kind: &str, role: &str, arguments: &[&str]) -> Vec<String> {
    let run = child(role, arguments);
    let mut session = Command::new(SESSION);
    session
        .arg(run.get_program())
        .args(run.get_args())
        .env("KEYRING_SESSION", kind)
        .stderr(Stdio::null());
    session.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
    words(session)
}

#[test]
fn locked_empty_and_absent_services_are_told_apart() {
    if !is_real("locked, empty and absent services") {
        return;
    }
    for (kind, call, says) in [
        ("absent", "load", "Unreachable("),
        ("absent", "save", "Unreachable("),
        ("absent", "preflight", "Unreachable("),
        ("empty", "load", "found false"),
        ("empty", "save", "NoCollection"),
        ("empty", "look", "Err(NoCollection), 0 items"),
        ("locked", "load", "Locked"),
        ("locked", "save", "Locked"),
        ("locked", "delete", "Locked"),
        ("locked", "look", "Err(Locked)"),
        ("locked", "preflight", "Locked"),
    ] {
        let said = in_session(kind, "keychain-call", &[call, "9000"]);
        assert!(
            said.first().is_some_and(|word| word.starts_with(says)),
            "{kind}, {call}: {said:?}"
        );
    }
}

#[test]
fn a_keychain_is_locked_where_our_items_are_or_new_ones_would_go() {
    if !is_real("a keychain that is locked in part") {
        return;
    }
    for (ours, default, says) in [
        ("session", "login", "Err(Locked), 1 items"),
        ("login", "session", "Err(Locked), 1 items"),
        ("session", "session", "Ok(()), 1 items"),
    ] {
        let said = in_session("unlocked", "keychain-locked-in-part", &[ours, default]);
        assert_eq!(said.first().map(String::as_str), Some(says), "{ours} {default}: {said:?}");
    }
}

/// The child's side of the test above: of gnome-keyring's two collections `session` is never locked.
pub fn is_locked_in_part(ours: &str, default: &str) {
    let ask = |method: &str, arguments: &[&str]| {
        let mut send = Command::new("dbus-send");
        send.args(["--session", "--print-reply", "--dest=org.freedesktop.secrets"])
            .args(["/org/freedesktop/secrets", &format!("org.freedesktop.Secret.Service.{method}")])
            .args(arguments);
        assert!(send.stdout(Stdio::null()).status().unwrap().success(), "{method}");
    };
    let path = |name: &str| format!("objpath:/org/freedesktop/secrets/collection/{name}");
    ask("SetAlias", &["string:default", &path(ours)]);
    let names = ["service", "partnerlink", "username", "zaehlerfreunde:default"];
    secret_tool(&[&["store", "--label", "x"], &names[..]].concat(), "x");
    ask("SetAlias", &["string:default", &path(default)]);
    ask("Lock", &[&format!("array:{}", path("login"))]);
    let look = keychain("partnerlink").look().unwrap();
    say(format!("{:?}, {} items", look.usable, look.items.len()));
}

#[test]
fn a_service_that_dies_or_is_replaced_midway() {
    if !is_real("a service killed or replaced midway") {
        return;
    }
    // The bus starts a new one, which is locked.
    let killed = in_session("unlocked", "keychain-loses-its-service", &["killed"]);
    assert_eq!(killed, ["found true", "Locked", "Locked"], "killed");
    // The new one is unlocked, but does not know our session: connected to anew.
    let replaced = in_session("unlocked", "keychain-loses-its-service", &["replaced"]);
    assert_eq!(replaced, ["found true", "found true", "saved"], "replaced");
}

/// The child's side of the test above.
pub fn loses_its_service(how: &str) {
    let (store, account) = (keychain("partnerlink"), item("timberdata:default"));
    store.save(&account, &secret("x")).unwrap();
    let load = || match store.load(&account) {
        Ok(found) => say(format!("found {}", found.is_some())),
        Err(error) => say(format!("{error:?}")),
    };
    load();
    let mut next = None;
    if how == "killed" {
        let daemon = env::var("KEYRING_SESSION_DAEMON_PID").unwrap();
        assert!(Command::new("kill").args(["-9", &daemon]).status().unwrap().success());
    } else {
        let mut daemon = Command::new("gnome-keyring-daemon");
        daemon.args(["--foreground", "--replace", "--unlock", "--components=secrets"]);
        let mut daemon = daemon.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        daemon.stdin.take().unwrap().write_all(b"test").unwrap();
        next = Some(daemon);
    }
    thread::sleep(Duration::from_millis(500));
    load();
    match store.save(&account, &secret("y")) {
        Ok(()) => say("saved"),
        Err(error) => say(format!("{error:?}")),
    }
    if let Some(mut daemon) = next {
        daemon.kill().unwrap();
        daemon.wait().unwrap();
    }
}

#[test]
fn a_bus_that_never_answers_is_given_up() {
    let room = tempfile::tempdir().unwrap();
    let socket = room.path().join("bus");
    let listener = UnixListener::bind(&socket).unwrap();
    // Held, or the caller would hear that somebody hung up.
    thread::spawn(move || {
        listener.incoming().map(|guest| Box::leak(Box::new(guest))).for_each(drop)
    });
    for call in ["load", "save", "delete", "look", "preflight"] {
        let mut caller = child("keychain-call", &[call, "400"]);
        caller.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", socket.display()));
        let said = words(caller);
        assert_eq!(said[0], "TimedOut(400ms)", "{call}");
        assert!(
            (400..3000).contains(&said[1].parse::<u32>().unwrap()),
            "{call} took {} ms",
            said[1]
        );
    }
}

#[test]
fn no_bus_at_all_is_said_at_once() {
    let room = tempfile::tempdir().unwrap();
    let nowhere = format!("unix:path={}", room.path().join("nobody").display());
    for address in [nowhere.as_str(), "", "garbage", "autolaunch:"] {
        let mut caller = child("keychain-call", &["load", "9000"]);
        caller.env("DBUS_SESSION_BUS_ADDRESS", address);
        let said = words(caller);
        assert!(said[0].starts_with("Unreachable("), "{address:?}: {said:?}");
        assert!(said[1].parse::<u32>().unwrap() < 5000, "{address:?} took {} ms", said[1]);
    }
}

/// As in cron, where the variable is not set.
#[test]
fn the_users_bus_is_found_without_its_variable() {
    let room = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(room.path().join("bus")).unwrap();
    let (knock, knocked) = mpsc::channel();
    thread::spawn(move || knock.send(listener.accept().is_ok()));
    let mut caller = child("keychain-call", &["load", "400"]);
    caller.env_remove("DBUS_SESSION_BUS_ADDRESS").env("XDG_RUNTIME_DIR", room.path());
    let _ = words(caller);
    assert_eq!(
        knocked.recv_timeout(Duration::from_secs(5)),
        Ok(true),
        "nobody came to the user's bus"
    );
}
