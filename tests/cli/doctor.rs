//! `doctor`: each thing that can be out of order is told with its cure and its exit code, nothing
//! is changed by looking, and what goes to support has nothing private in it.

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::program::{Outcome, Program, set_mode};
use crate::support::sandbox::Sandbox;
use crate::support::unix::{assert_private, mode, symlink};
use crate::support::{by_an_ordinary_user, connected, described, has, provider_for};

/// Every finding about one thing.
fn findings(outcome: &Outcome, name: &str) -> Vec<Value> {
    let report = outcome.json();
    let all = report["findings"].as_array().unwrap().iter();
    all.filter(|finding| finding["name"] == name).cloned().collect()
}

/// The finding about something that has all of these words.
#[track_caller]
fn told(outcome: &Outcome, name: &str, state: &str, words: &[&str]) {
    let found = findings(outcome, name);
    let fits = |finding: &Value| {
        let text = format!("{} → {}", finding["text"], finding["remedy"]);
        finding["state"] == state && words.iter().all(|word| text.contains(word))
    };
    assert!(found.iter().any(fits), "{name} {state} {words:?} in {}", outcome.told());
}

fn doctor(program: &Program) -> Outcome {
    program.run(["doctor", "--json"])
}

#[test]
#[cfg_attr(windows, ignore = "the root certificates are counted on Linux alone")]
fn a_machine_in_order_is_said_to_be_and_nothing_is_made() {
    let (program, _fake) = described();
    let before = program.files();
    let outcome = doctor(&program).exits(0);
    assert_eq!(program.files(), before, "looking changes nothing");
    assert_eq!(outcome.json()["exit"], 0);
    told(
        &outcome,
        "version",
        "good",
        &["partnerlink", env!("CARGO_PKG_VERSION"), std::env::consts::OS],
    );
    told(&outcome, "config", "good", &["config.toml is valid"]);
    told(&outcome, "provider", "good", &["fake has a client ID"]);
    told(&outcome, "provider", "warning", &["partnerlink provider register zaehlerfreunde"]);
    told(&outcome, "account", "good", &["none is connected yet"]);
    told(&outcome, "ports", "good", &["fake: free: "]);
    told(&outcome, "clock", "good", &["plausible"]);
    told(&outcome, "roots", "good", &["root certificates"]);
    let lines = program.run(["doctor"]).exits(0).says(&["Nothing is broken"]);
    assert!(lines.stdout.contains("✓ config      "), "{}", lines.told());
    assert!(lines.stdout.contains("\n              → partnerlink provider register timberdata\n"));
    assert!(!lines.stdout.contains('\u{1b}'), "no colour in a pipe");
}

#[test]
fn a_broken_configuration_is_the_first_thing_told_and_the_rest_goes_on() {
    let program = Program::with_config("store = \"file\"\n\nbrowsr = \"firefox\"\n");
    let outcome = doctor(&program).exits(2);
    let first = &outcome.json()["findings"][0];
    assert_eq!((&first["name"], &first["state"]), (&json!("config"), &json!("bad")));
    told(&outcome, "config", "bad", &["config.toml, line 3", "browsr", "did you mean `browser`?"]);
    told(&outcome, "clock", "good", &[]);

    let outcome = program.run(["doctor", "--json", "--sandbox"]).exits(2);
    assert_eq!(outcome.json()["sandbox"], true);
    let outcome = doctor(&program.set("PARTNERLINK_SANDBOX", "1")).exits(2);
    assert_eq!(outcome.json()["sandbox"], true, "what is not broken holds");
    let outcome = doctor(&Program::new().set("PARTNERLINK_SANDBOX", "sometimes")).exits(2);
    told(&outcome, "config", "bad", &["PARTNERLINK_SANDBOX"]);
    let outcome = doctor(&Program::with_config("[provider.x]\ntitle = \"X\"\n")).exits(2);
    told(&outcome, "provider", "bad", &["provider.x lacks authorize_url"]);
}

#[test]
#[cfg_attr(windows, ignore = "no variable says there where the profile is")]
fn without_a_home_folder_the_machine_is_looked_at_all_the_same() {
    let program = Program::new().unset("PARTNERLINK_HOME").set("HOME", "/");
    let outcome = doctor(&program).exits(2);
    told(&outcome, "config", "bad", &["is the root folder", "PARTNERLINK_HOME"]);
    told(&outcome, "roots", "good", &[]);
    doctor(&Program::new().set("PARTNERLINK_HOME", "relative")).exits(2);
}

#[test]
#[cfg_attr(windows, ignore = "there is always a Credential Manager")]
fn without_a_keychain_service_the_file_store_is_named_within_seconds() {
    let program = Program::new().unset("PARTNERLINK_STORE");
    let program = program.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    let outcome = doctor(&program).exits(0);
    let words = ["no keychain service can be reached", "partnerlink store use file"];
    told(&outcome, "store", "warning", &words);
    assert!(outcome.took < Duration::from_secs(6), "{:?}", outcome.took);
}

#[test]
#[cfg_attr(windows, ignore = "there is always a Credential Manager")]
fn without_a_keychain_service_accounts_in_sealed_files_are_in_order() {
    let (program, _fake) = connected();
    let program = program.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    let program = program.unset("PARTNERLINK_STORE");
    let outcome = doctor(&program).exits(0);
    told(&outcome, "store", "warning", &["no keychain service can be reached"]);
    told(&outcome, "store", "good", &["1 sealed file"]);
    told(&outcome, "account", "good", &["fake: good"]);
    // What is in the keychain, and cannot be reached there, is not in order.
    let entry = program.state().join("accounts/fake.default.json");
    let text = fs::read_to_string(&entry).unwrap();
    fs::write(&entry, text.replace("\"file\"", "\"keychain\"")).unwrap();
    told(&doctor(&program).exits(5), "store", "bad", &["no keychain service can be reached"]);
}

#[test]
#[cfg_attr(windows, ignore = "wine's whoami knows no /user (tests/real/wine.md)")]
fn the_kind_of_session_is_told() {
    for (variable, words) in [
        ("INVOCATION_ID", "a systemd service"),
        ("SSH_CONNECTION", "ssh without a terminal"),
        ("NOTHING", "cron or the like"),
    ] {
        let program = Program::new().unset("PARTNERLINK_STORE").set(variable, "x");
        // Of no bus at all: this machine may have one.
        let program = program.set("XDG_RUNTIME_DIR", "/nonexistent");
        let outcome = doctor(&program);
        let store = findings(&outcome, "store").pop().unwrap();
        assert!(store["text"].as_str().unwrap().contains(words), "{store}");
    }
}

#[test]
#[cfg_attr(windows, ignore = "it sets the mode of a file")]
fn what_others_could_read_is_told_and_left_for_its_owner_to_close() {
    let (program, _fake) = connected();
    let outcome = doctor(&program).exits(0);
    told(&outcome, "account", "good", &["fake: good"]);
    told(&outcome, "store", "good", &["1 sealed file in"]);
    told(&outcome, "key", "good", &["tokens.key opens the sealed files"]);

    let tokens = program.state().join("tokens");
    let file = tokens.join("fake.default.sealed");
    set_mode(&tokens, 0o755);
    set_mode(&file, 0o644);
    let outcome = doctor(&program).exits(0);
    told(&outcome, "store", "warning", &["tokens (mode 0755)", "chmod 700"]);
    told(&outcome, "store", "warning", &["sealed (mode 0644)", "chmod 600"]);
    assert_eq!((mode(&tokens), mode(&file)), (0o755, 0o644));
    set_mode(&tokens, 0o700);
    set_mode(&file, 0o600);

    let key = program.home().join("tokens.key");
    set_mode(&key, 0o644);
    let outcome = doctor(&program).exits(5);
    told(&outcome, "key", "bad", &["others can read it (mode 0644)"]);
    fs::rename(&key, program.home().join("elsewhere")).unwrap();
    let outcome = doctor(&program).exits(5);
    told(&outcome, "key", "bad", &["tokens.key is not there", "file_key"]);
}

#[test]
fn a_key_that_this_session_does_not_have_is_told() {
    for (key, words, with_an_account) in [
        ("passphrase", "PARTNERLINK_PASSPHRASE is not set", ("bad", 5)),
        ("systemd", "partnerlink-key is there only for a service", ("warning", 0)),
    ] {
        let (program, fake) = connected();
        program.configure(&format!("file_key = \"{key}\"\n{}", fake.described()));
        let (state, exit) = with_an_account;
        told(&doctor(&program).exits(exit), "key", state, &[words]);
        fs::remove_dir_all(program.state()).unwrap();
        told(&doctor(&program).exits(0), "key", "warning", &[words]);
    }
    let program = Program::with_config("file_key = \"passphrase\"\n");
    let outcome = doctor(&program.set("PARTNERLINK_PASSPHRASE", "a long one")).exits(0);
    told(&outcome, "key", "good", &["PARTNERLINK_PASSPHRASE, from the first sign-in on"]);
}

#[test]
#[cfg_attr(windows, ignore = "it sets the mode of a file")]
fn a_configuration_that_others_can_write_is_told() {
    let (program, _fake) = described();
    set_mode(&program.home().join("config.toml"), 0o666);
    told(&doctor(&program).exits(2), "config", "bad", &["(mode 0666)", "chmod go-w"]);
    told(&doctor(&program), "config", "bad", &["what follows goes without it"]);
}

#[test]
#[cfg_attr(windows, ignore = "it makes symbolic links")]
fn a_link_in_the_place_of_a_folder_is_not_believed() {
    let (program, _fake) = connected();
    let (tokens, elsewhere) = (program.state().join("tokens"), program.root().join("elsewhere"));
    fs::rename(&tokens, &elsewhere).unwrap();
    symlink(&elsewhere, &tokens).unwrap();
    let outcome = doctor(&program).exits(5);
    told(&outcome, "store", "bad", &["is not safe to use: it is a symbolic link"]);
}

#[test]
#[cfg_attr(windows, ignore = "it becomes another user")]
fn a_folder_that_cannot_be_read_ends_nothing() {
    let (program, _fake) = described();
    let test = "doctor in an unreadable folder";
    let Some(command) = by_an_ordinary_user(test, &program, &["doctor", "--json"], 0o000) else {
        return;
    };
    let outcome = program.start(command).finish();
    set_mode(&program.home(), 0o700);
    assert_ne!(outcome.code, Some(0), "{}", outcome.told());
    told(&outcome, "config", "bad", &["ermission denied"]);
    told(&outcome, "state", "bad", &["cannot be read", "PARTNERLINK_HOME"]);
    told(&outcome, "roots", "good", &[]);
}

#[test]
fn index_and_store_that_disagree_are_told_and_the_remedy_mends_them() {
    let (program, fake) = connected();
    let entry = program.state().join("accounts/fake.default.json");
    fs::remove_file(&entry).unwrap();
    let outcome = doctor(&program).exits(0);
    told(
        &outcome,
        "account",
        "warning",
        &["fake: its tokens are in sealed files", "partnerlink store verify fake"],
    );
    assert!(!entry.exists(), "looking changes nothing");
    program.run(["store", "verify", "fake"]).exits(0);
    assert!(entry.exists());

    fs::remove_file(program.state().join("tokens/fake.default.sealed")).unwrap();
    let outcome = doctor(&program).exits(4);
    told(&outcome, "account", "bad", &["no longer in sealed files", "partnerlink connect fake"]);
    drop(fake);
}

#[test]
fn each_account_is_told_with_its_state() {
    let (program, _fake) = connected();
    let entry = program.state().join("accounts/fake.default.json");
    let with = |change: &dyn Fn(&mut Value)| {
        let mut account: Value = serde_json::from_slice(&fs::read(&entry).unwrap()).unwrap();
        change(&mut account);
        fs::write(&entry, account.to_string()).unwrap();
        doctor(&program)
    };
    let outcome = with(&|account| account["state"] = "sign-in-needed".into()).exits(4);
    told(&outcome, "account", "bad", &["fake: sign in again", "partnerlink connect fake"]);
    let outcome = with(&|account| {
        account["state"] = "connected".into();
        account["connected_at"] = "2020-01-01T00:00:00Z".into();
        account["sign_in_by"] = "2020-02-01T00:00:00Z".into();
    });
    told(&outcome.exits(4), "account", "bad", &["sign in again"]);
    let outcome = with(&|account| {
        account["sign_in_by"] = in_days(1).into();
    });
    told(&outcome.exits(0), "account", "warning", &["ends soon"]);
    let outcome = with(&|account| {
        account["connected_at"] = in_days(7).into();
        account["sign_in_by"] = Value::Null;
    });
    let sets_the_clock = if cfg!(windows) { "w32tm" } else { "timedatectl" };
    told(&outcome.exits(0), "clock", "warning", &[sets_the_clock]);
}

/// An instant so many days from now, as records write it.
fn in_days(days: u64) -> String {
    let then = std::time::SystemTime::now() + Duration::from_secs(days * 86_400);
    jiff::Timestamp::try_from(then).unwrap().to_string()
}

#[test]
#[cfg_attr(windows, ignore = "it looks into /proc")]
fn a_held_lock_is_told_with_its_holder() {
    let (program, _fake) = connected();
    told(&doctor(&program).exits(0), "lock", "good", &["nobody works"]);
    let lock = fs::File::open(program.state().join("locks/fake.default.lock")).unwrap();
    lock.lock().unwrap();
    let outcome = doctor(&program).exits(0);
    told(&outcome, "lock", "warning", &["fake: another partnerlink works on it now"]);
    let pid = std::process::id();
    if fs::read_to_string("/proc/locks").is_ok_and(|table| table.contains(&pid.to_string())) {
        told(&outcome, "lock", "warning", &[&format!("(process {pid})"), &format!("ps -fp {pid}")]);
    }
}

#[test]
fn what_crashed_runs_left_behind_is_told() {
    let (program, _fake) = connected();
    let bad = program.state().join("tokens/other.default.sealed.bad");
    fs::write(&bad, "damaged").unwrap();
    let intents = program.state().join("intents");
    fs::create_dir_all(&intents).unwrap();
    let intent = json!({ "token": "x", "at": "2026-01-01T00:00:00Z", "pid": 1 });
    fs::write(intents.join("fake.default.json"), intent.to_string()).unwrap();
    fs::create_dir_all(program.state().join("moves")).unwrap();
    fs::write(program.state().join("moves/fake.default.json"), "{}").unwrap();
    let outcome = doctor(&program).exits(0);
    told(&outcome, "leftover", "warning", &["move to another store was cut short"]);
    let removes = if cfg!(windows) { "del " } else { "rm '" };
    told(&outcome, "leftover", "warning", &["sealed.bad was damaged", removes]);
    told(&outcome, "leftover", "warning", &["fake: a refresh was cut short", "token refresh"]);
    assert!(bad.exists());

    let journal = json!({ "becomes": "y", "sealed": "z" });
    fs::write(intents.join("fake.default.json"), format!("{intent}\n{journal}\n")).unwrap();
    let outcome = doctor(&program).exits(0);
    told(&outcome, "leftover", "warning", &["fake: its new tokens could not be saved yet"]);
}

#[test]
#[cfg_attr(windows, ignore = "who has a port is read in /proc")]
fn taken_ports_are_told_with_the_program_that_has_them() {
    let (program, _fake) = described();
    let uris = fs::read_to_string(program.home().join("config.toml")).unwrap();
    let ports: Vec<u16> = uris
        .split("http://127.0.0.1:")
        .filter(|text| text.contains("/callback/fake"))
        .map(|text| text.split('/').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(ports.len(), 3);
    let first = TcpListener::bind(("127.0.0.1", ports[0])).unwrap();
    let outcome = doctor(&program).exits(0);
    let pid = format!("({})", std::process::id());
    told(&outcome, "ports", "good", &["taken: ", &ports[0].to_string(), &pid]);
    let others = [ports[1], ports[2]].map(|port| TcpListener::bind(("127.0.0.1", port)).unwrap());
    let outcome = doctor(&program).exits(2);
    told(&outcome, "ports", "bad", &["every registered port is taken", &pid, "end the program"]);
    drop((first, others));
}

#[test]
fn both_families_of_localhost_are_named() {
    let program = Program::new();
    let fake = provider_for(&program);
    let port = crate::provider::free_ports()[0];
    let uris = format!("redirect_uris = [\"http://localhost:{port}/callback/fake\"]");
    program.configure(&fake.described_as("fake", &uris));
    told(&doctor(&program).exits(0), "ports", "good", &[&format!("{port} (127.0.0.1 and ::1)")]);
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn a_browser_that_is_not_there_is_told() {
    let program = Program::new().set("PARTNERLINK_BROWSER", "no-such-browser --new");
    told(&doctor(&program), "browser", "warning", &["no-such-browser could not be started"]);
    let program = Program::new().set("BROWSER", "my-browser");
    let script = program.script("my-browser", "exit 0");
    told(&doctor(&program), "browser", "good", &["yours: ", script.to_str().unwrap()]);
    let outcome = doctor(&Program::new().set("SSH_CONNECTION", "a"));
    told(&outcome, "display", "warning", &["ssh", "link"]);
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn accounts_that_nothing_refreshes_are_told_and_a_schedule_is_seen() {
    let (program, _fake) = connected();
    // The crontab is this test's.
    program.script(
        "crontab",
        "case $1 in\n\
         -l) cat \"$HOME/crontab\" 2>/dev/null || { echo \"no crontab for anna\" >&2; exit 1; } ;;\n\
         -) cat >\"$HOME/crontab\" ;;\nesac",
    );
    for absent in ["systemctl", "loginctl"] {
        program.script(absent, "exit 1");
    }
    let outcome = doctor(&program).exits(0);
    told(&outcome, "schedule", "warning", &["partnerlink schedule install"]);
    program.run(["schedule", "install", "--kind", "cron", "--yes"]).exits(0);
    told(&doctor(&program).exits(0), "schedule", "good", &["cron, not run yet"]);
    let run = json!({ "at": "2026-01-01T00:00:00Z", "by": "cron", "exit": 4, "accounts": {} });
    let file = program.state().join("last-run.json");
    fs::write(file, run.to_string()).unwrap();
    let outcome = doctor(&program).exits(0);
    told(&outcome, "schedule", "warning", &["exit code 4", "partnerlink status"]);
}

#[test]
#[cfg_attr(windows, ignore = "the root certificates are counted on Linux alone")]
fn proxies_and_roots_are_told_as_they_are_understood() {
    let program = Program::new()
        .set("https_proxy", "http://anna:hunter2-of-the-proxy@proxy.example:3128")
        .set("NO_PROXY", "timberdata.de");
    program.canaries.never("proxy password", "hunter2-of-the-proxy");
    let outcome = doctor(&program);
    let words = ["proxy.example:3128, but not to app.timberdata.de, api.timberdata.de", "NO_PROXY"];
    told(&outcome, "proxy", "good", &words);
    outcome.conceals(&["hunter2", "anna"]);
    let outcome = doctor(&Program::new().set("HTTP_PROXY", "http://proxy.example:3128"));
    told(&outcome, "proxy", "warning", &["HTTP_PROXY set", "no proxy for https", "HTTPS_PROXY="]);
    let outcome = doctor(&Program::new().set("HTTPS_PROXY", "socks5://p:1")).exits(2);
    told(&outcome, "proxy", "bad", &["socks5 proxy, which is not supported"]);
    let outcome = doctor(&Program::new().set("PARTNERLINK_CA_FILE", "/nonexistent")).exits(2);
    told(&outcome, "roots", "bad", &["/nonexistent cannot be read"]);
    let none = program.root().join("none.pem");
    fs::write(&none, "").unwrap();
    let empty = program.root().join("bin");
    let outcome = doctor(&program.set("SSL_CERT_FILE", none).set("SSL_CERT_DIR", empty)).exits(2);
    told(&outcome, "roots", "bad", &["no root certificates", "ca-certificates"]);
}

#[test]
fn with_the_network_every_provider_that_has_a_client_id_is_asked() {
    let (program, fake) = described();
    fake.answers(|_| crate::provider::http::Reply::error(400, "invalid_request"));
    let outcome = program.run(["doctor", "--network", "--json"]).exits(0);
    told(&outcome, "token", "good", &["fake: 127.0.0.1", "400"]);
    assert_eq!(findings(&outcome, "token").len(), 1, "the others have no client ID");
    fake.answers(|_| crate::provider::http::Reply::error(503, "unavailable"));
    program.run(["doctor", "--network"]).exits(3);
    assert!(doctor(&program).exits(0).json()["findings"].to_string().contains("config"));
}

#[test]
#[cfg_attr(windows, ignore = "the key of sealed files lies in the Credential Manager")]
fn the_report_for_support_has_nothing_private_in_it() {
    let program = Program::new();
    let fake = provider_for(&program);
    let more = "support = \"anna.private@muster.example\"\n\
        authorize_parameters = { login_hint = \"Zx81-canary-in-a-parameter\" }";
    let config = fake.described_as("fake", more);
    program.configure(&format!("browser = \"/opt/canary-folder/browser\"\n{config}"));
    crate::support::browser::connect(&program, &fake, &["fake"]).exits(0);
    let program = program
        .set("USER", "anna-the-user")
        .set("PARTNERLINK_PASSPHRASE", "a-passphrase-nobody-may-see")
        .set("PARTNERLINK_TIMBERDATA_CLIENT_SECRET", "a-client-secret-nobody-may-see")
        .set("HTTPS_PROXY", "http://u:hunter2-of-the-proxy@proxy.inside.example:3128");
    for (kind, secret) in [
        ("passphrase", "a-passphrase-nobody-may-see"),
        ("client secret", "a-client-secret-nobody-may-see"),
        ("proxy password", "hunter2-of-the-proxy"),
    ] {
        program.canaries.never(kind, secret);
    }
    let entry = fs::read_to_string(program.state().join("accounts/fake.default.json")).unwrap();
    let account: Value = serde_json::from_str(&entry).unwrap();
    let who = account["who"].as_str().unwrap().to_owned();
    let mut texts = Vec::new();
    for name in ["report.txt", "report.json"] {
        let path = program.root().join(name);
        let path_text = path.to_str().unwrap();
        program
            .run(["doctor", "--bundle", path_text])
            .exits(0)
            .says(&["read it before you send it"]);
        assert_private(&path);
        texts.push(fs::read_to_string(&path).unwrap());
        program.run(["doctor", "--bundle", path_text]).exits(2).says(&["is there already"]);
        program.run(["doctor", "--bundle", path_text, "--force"]).exits(0);
    }
    let home = program.root().display().to_string();
    let subject = account["subject"].as_str().unwrap();
    for text in &texts {
        for private in [
            &*who,
            subject,
            "anna",
            "muster.example",
            "canary",
            "proxy.inside",
            crate::provider::CLIENT_ID,
            &home,
        ] {
            assert!(!text.contains(private), "{private:?} in {text}");
        }
        for public in [
            "fake: good",
            "1 sealed file",
            "fake.client_id",
            "HTTPS_PROXY",
            "PARTNERLINK_PASSPHRASE",
            std::env::consts::OS,
        ] {
            assert!(text.contains(public), "no {public:?} in {text}");
        }
    }
    let report: Value = serde_json::from_str(&texts[1]).unwrap();
    assert_eq!((&report["schema"], &report["report"]["exit"]), (&json!(1), &json!(0)));
}

#[test]
fn the_report_quotes_no_value_of_a_broken_file() {
    let program = Program::with_config("store = \"Zx81-secret-in-the-wrong-line\"\n");
    let path = program.root().join("report.txt");
    program.run(["doctor", "--bundle", path.to_str().unwrap()]).exits(2);
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("Zx81") && text.contains("line 1"), "{text}");
}

/// The way through a browser, which is curl here; `tests/real` has a real one.
#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn the_way_through_the_browser_is_tried_and_leaves_nothing() {
    if !has("doctor --browser with curl", "curl") {
        return;
    }
    let _ports = Sandbox::start(&[]);
    let program = Program::new();
    program.script("agrees", "curl -sSL --noproxy '*' -o /dev/null \"$1&sandbox_approve=1\"");
    let program = program.set("PARTNERLINK_BROWSER", "agrees");
    let before = program.files();
    let outcome = program.run(["doctor", "--browser", "--json"]).exits(0);
    for words in ["the sandbox listens", "opened the consent page", "came back", "nothing is kept"]
    {
        told(&outcome, "sign-in", "good", &[words]);
    }
    assert_eq!(program.files(), before);
    told(&doctor(&program).exits(0), "account", "good", &["none is connected yet"]);
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn a_browser_that_never_answers_is_told_after_the_deadline() {
    let _ports = Sandbox::start(&[]);
    let program = Program::new();
    program.script("silent", "exit 0");
    let program = program.set("PARTNERLINK_BROWSER", "silent");
    let outcome = program.run(["doctor", "--browser", "--timeout", "1s", "--json"]).exits(1);
    told(&outcome, "sign-in", "bad", &["not finished in the browser within 1 s"]);
    assert_eq!(findings(&outcome, "sign-in").len(), 2, "no consent page was opened");
    let outcome = Program::new().run(["doctor", "--browser", "--json"]).exits(0);
    told(&outcome, "sign-in", "warning", &["no browser can be opened here", "link"]);
}
