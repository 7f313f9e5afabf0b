//! `provider setup` and `config get|set`: what a provider answered becomes configuration, and
//! everything else in the file stays as the person wrote it.

use std::fs;
use std::io::Write as _;

use crate::provider::fresh;
use crate::support::browser::connect;
use crate::support::program::{Program, Running, set_mode};
use crate::support::unix::{self, assert_private, symlink};
use crate::support::{has, provider_for};

const OWN: &str = "# mine, keep it\nstore = \"file\" # as agreed\n\n[provider.timberdata] # trees\n\
                   default_scope = \"woodlist\"   # wood lists\n\n# the end\n";

fn config(program: &Program) -> String {
    fs::read_to_string(program.home().join("config.toml")).unwrap()
}

#[test]
fn the_answer_goes_into_a_file_of_its_owner_alone() {
    let program = Program::new();
    let outcome = program.run(["provider", "setup", "zaehlerfreunde", "--client-id", " aB3\n"]);
    outcome.exits(0).says(&[
        "Zählerfreunde is set up.",
        "partnerlink provider check zaehlerfreunde",
        "partnerlink connect zaehlerfreunde",
        "partnerlink schedule install",
    ]);
    assert_eq!(
        config(&program),
        "# Given by Zählerfreunde\n[provider.zaehlerfreunde]\nclient_id = \"aB3\"\n"
    );
    assert_private(&program.home().join("config.toml"));
    let list = program.run(["provider", "list", "--json"]).exits(0).json();
    assert_eq!(list["providers"][0]["client_id"], "aB3");
    assert_eq!(program.files().len(), 1, "nothing is left behind: {:?}", program.files());
}

#[test]
fn a_persons_lines_comments_and_order_stay() {
    let program = Program::with_config(OWN);
    let secret = fresh("secret");
    program.canaries.never("client secret", &secret);
    let args = ["provider", "setup", "timberdata", "--client-id", "42", "--client-secret-stdin"];
    program.run_with_input(args, format!("{secret}\n")).exits(0).says(&["in sealed files"]);
    let line = "# wood lists\n# Given by TimberData\nclient_id = \"42\"\n\n# the end";
    assert_eq!(config(&program), OWN.replace("# wood lists\n\n# the end", line));
    // Another answer replaces the value, and nothing else.
    let before = config(&program);
    program.run(["provider", "setup", "timberdata", "--client-id", "43"]).exits(0);
    assert_eq!(config(&program), before.replace("\"42\"", "\"43\""));
}

#[test]
fn the_same_answers_again_change_nothing() {
    let program = Program::with_config(OWN);
    let secret = fresh("secret");
    program.canaries.never("client secret", &secret);
    let uri = "http://127.0.0.1:17999/cb";
    let args = ["provider", "setup", "timberdata", "--json", "--client-id", "42"];
    let args = [&args[..], &["--redirect-uri", uri, "--client-secret-stdin"]].concat();
    let first = program.run_with_input(&args, &secret).exits(0).json();
    assert_eq!((&first["changed"], &first["client_secret"]), (&true.into(), &"stored".into()));
    let stamp = || unix::stamp(&program.home().join("config.toml"));
    let (before, text) = (stamp(), config(&program));
    let again = program.run_with_input(&args, &secret).exits(0);
    let object = again.json();
    assert_eq!(
        (&object["changed"], &object["client_secret"]),
        (&false.into(), &"unchanged".into())
    );
    again.says(&["TimberData is set up like that already."]);
    assert_eq!((stamp(), config(&program)), (before, text));
    assert!(config(&program).contains(&format!("redirect_uris = [\"{uri}\"]\n")));
}

#[test]
fn the_client_secret_is_the_one_that_connect_uses() {
    let program = Program::new();
    let fake = provider_for(&program);
    let lines = "client_authentication = \"basic\"\ndefault_scope = \"offline_access\"";
    let text = fake.described_as("fake", lines);
    program.configure(&text.replace("client_id = \"partner-client\"\n", ""));
    let secret = fresh("secret");
    program.canaries.never("client secret", &secret);
    let args = ["provider", "setup", "fake", "--client-id", "given", "--client-secret-stdin"];
    program.run_with_input(args, format!("{secret}\r\n")).exits(0);
    connect(&program, &fake, &["fake"]).exits(0);
    assert_eq!(fake.last().basic(), Some(("given".to_owned(), secret.clone())));
    // An account keeps its client ID: the command that is named next takes the new one.
    let outcome = program.run(["provider", "setup", "fake", "--client-id", "new"]).exits(0);
    outcome.says(&["partnerlink connect fake --client-id new"]);
    connect(&program, &fake, &["fake", "--client-id", "new"]).exits(0);
    assert_eq!(fake.last().basic(), Some(("new".to_owned(), secret.clone())));
}

#[test]
fn what_is_missing_is_said_with_its_flag() {
    let program = Program::new();
    for args in [&["zaehlerfreunde"][..], &["zaehlerfreunde", "--no-input"]] {
        let outcome = program.run([&["provider", "setup"], args].concat()).exits(2);
        outcome.says(&["the client ID is missing", "--client-id"]);
    }
    let outcome = program.run(["provider", "setup", "timberdata", "--client-id", "42"]).exits(2);
    outcome.says(&["wants a client secret", "--client-secret-stdin", "--client-secret-file"]);
    program.run(["provider", "setup", "timberdate"]).exits(2).says(&["did you mean timberdata?"]);
    assert!(program.files().is_empty(), "{:?}", program.files());
}

#[test]
fn what_is_certainly_wrong_is_refused_and_nothing_is_written() {
    let mut program = Program::with_config(OWN);
    let secret = fresh("secret");
    program.canaries.never("client secret", &secret);
    let file = program.secret_file("secret.txt", &format!("{secret}\n"));
    let file = file.to_str().unwrap().to_owned();
    let run = |name: &str, args: &[&str]| {
        program.run([&["provider", "setup", name], args].concat()).exits(2)
    };
    for (id, why) in [
        ("", "is empty"),
        ("a b", "neither blanks"),
        ("a\u{1b}[2J", "control characters"),
        ("anna@stadtwerke-muster.de", "an e-mail address"),
        (&"a".repeat(600), "too long"),
    ] {
        run("zaehlerfreunde", &["--client-id", id]).says(&[why]);
    }
    let args = ["--client-id", &secret, "--client-secret-file", &file];
    run("timberdata", &args).says(&["this is the client secret"]);
    for (uri, why) in [
        ("http://127.0.0.1/cb", "with a port"),
        ("http://p.example/cb", "must begin with https://"),
        ("http://127.0.0.1:1/cb?a=b", "?query"),
        ("cb", "is not an address"),
    ] {
        run("zaehlerfreunde", &["--client-id", "a", "--redirect-uri", uri]).says(&[why]);
    }
    let args = ["--client-id", "a", "--client-secret-file", &file];
    run("zaehlerfreunde", &args).says(&["takes no client secret"]);
    assert_eq!(config(&program), OWN);
    assert!(!program.state().exists());
}

#[test]
fn a_broken_file_is_refused_with_its_line_and_left_alone() {
    let text = "store = \"file\"\n\n[provider.timberdata\n";
    let program = Program::with_config(text);
    for args in [
        &["provider", "setup", "zaehlerfreunde", "--client-id", "a"][..],
        &["config", "set", "store", "file"],
    ] {
        program.run(args).exits(2).says(&["config.toml, line 3"]);
    }
    assert_eq!(config(&program), text);
}

#[test]
fn a_table_between_braces_takes_the_value_as_well() {
    let program = Program::with_config("provider = { zaehlerfreunde = { title = \"Z\", } }\n");
    program.run(["provider", "setup", "zaehlerfreunde", "--client-id", "a"]).exits(0);
    assert!(
        config(&program).contains("{ title = \"Z\", client_id = \"a\", }"),
        "{}",
        config(&program)
    );
}

#[test]
#[cfg_attr(windows, ignore = "it makes symbolic links")]
fn behind_a_symbolic_link_the_real_file_is_replaced() {
    let program = Program::new();
    let dotfiles = program.root().join("dotfiles");
    fs::create_dir(&dotfiles).unwrap();
    let link = program.home().join("config.toml");
    symlink("../dotfiles/partnerlink.toml", &link).unwrap();
    for id in ["first", "second"] {
        program.run(["provider", "setup", "zaehlerfreunde", "--client-id", id]).exits(0);
        assert!(link.is_symlink());
        let text = fs::read_to_string(dotfiles.join("partnerlink.toml")).unwrap();
        assert!(text.contains(&format!("client_id = {id:?}")), "{text}");
    }
    assert_eq!(fs::read_dir(dotfiles).unwrap().count(), 1);
}

#[test]
fn a_folder_that_cannot_be_written_says_so_and_keeps_the_file() {
    let program = Program::with_config(OWN);
    // Whoever runs the tests may be root, whom no mode stops: a name in use does.
    let blocked = program.root().join("blocked");
    fs::write(&blocked, "").unwrap();
    let program = program.set("PARTNERLINK_HOME", blocked.join("home"));
    let outcome = program.run(["provider", "setup", "zaehlerfreunde", "--client-id", "a"]).exits(2);
    outcome.says(&["config.toml"]);
}

#[test]
fn the_sandbox_shows_it_and_writes_nothing() {
    let program = Program::new().set("PARTNERLINK_SANDBOX", "1");
    for name in ["zaehlerfreunde", "timberdata"] {
        let outcome = program.run(["provider", "setup", name, "--client-id", "a"]).exits(0);
        outcome.says(&["nothing was written", &format!("partnerlink connect {name} --sandbox")]);
    }
    assert!(!program.home().join("config.toml").exists());
}

#[test]
fn a_variable_that_goes_before_the_answer_is_named() {
    let program = Program::new().set("PARTNERLINK_ZAEHLERFREUNDE_CLIENT_ID", "other");
    let outcome = program.run(["provider", "setup", "zaehlerfreunde", "--client-id", "a"]).exits(0);
    outcome.says(&["PARTNERLINK_ZAEHLERFREUNDE_CLIENT_ID is set, and goes before this"]);
}

/// Types a line once the question is there.
#[track_caller]
fn answers(running: &mut Running, question: &str, line: &str) {
    while !running.stdout().contains(question) {
        assert!(running.is_running(), "no {question:?} in {}", running.stdout());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    running.stdin.as_mut().unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
}

#[test]
#[cfg_attr(windows, ignore = "its terminal is made by script(1)")]
fn at_a_terminal_it_asks_until_the_answers_are_good() {
    if !has("at_a_terminal_it_asks_until_the_answers_are_good", "script") {
        return;
    }
    let program = Program::with_config(OWN);
    let secret = fresh("typed");
    program.canaries.never("client secret", &secret);
    let mut running = program.start(program.on_a_terminal("provider setup timberdata"));
    answers(&mut running, "Client ID of TimberData:", "anna@muster.de");
    answers(&mut running, "This is an e-mail address", "42");
    answers(&mut running, "Client secret of TimberData (not shown): ", &secret);
    answers(&mut running, "(Enter keeps these):", "http://127.0.0.1/cb");
    answers(&mut running, "with a", "http://127.0.0.1:17999/cb");
    answers(&mut running, "Write it? [Y/n]", "");
    let stdin = running.stdin.take();
    let outcome = running.finish().exits(0);
    drop(stdin);
    for text in ["+ client_id = \"42\"", "TimberData is set up."] {
        assert!(outcome.stdout.contains(text), "{}", outcome.stdout);
    }
    let text = config(&program);
    assert!(text.contains("client_id = \"42\"\n"), "{text}");
    assert!(text.contains("redirect_uris = [\"http://127.0.0.1:17999/cb\"]\n"), "{text}");

    // Enter keeps everything, and then there is nothing to write.
    let mut running = program.start(program.on_a_terminal("provider setup timberdata"));
    answers(&mut running, "(Enter keeps 42):", "");
    answers(&mut running, "Enter keeps the one that is there): ", "");
    answers(&mut running, "(Enter keeps these):", "");
    let stdin = running.stdin.take();
    let outcome = running.finish().exits(0);
    drop(stdin);
    assert!(outcome.stdout.contains("set up like that already"), "{}", outcome.stdout);
    assert_eq!(config(&program), text);
}

#[test]
#[cfg_attr(windows, ignore = "its terminal is made by script(1)")]
fn a_no_at_the_end_writes_nothing() {
    if !has("a_no_at_the_end_writes_nothing", "script") {
        return;
    }
    let program = Program::with_config(OWN);
    let mut running = program.start(program.on_a_terminal("provider setup zaehlerfreunde"));
    answers(&mut running, "Client ID of Zählerfreunde:", "42");
    answers(&mut running, "(Enter keeps these):", "");
    answers(&mut running, "Write it? [Y/n]", "n");
    let stdin = running.stdin.take();
    let outcome = running.finish().exits(1);
    drop(stdin);
    assert!(outcome.stdout.contains("Nothing was written."), "{}", outcome.stdout);
    assert_eq!(config(&program), OWN);
}

#[test]
#[cfg_attr(windows, ignore = "its terminal is made by script(1)")]
fn what_somebody_else_wrote_meanwhile_is_not_lost() {
    if !has("what_somebody_else_wrote_meanwhile_is_not_lost", "script") {
        return;
    }
    let program = Program::with_config(OWN);
    let mut running = program.start(program.on_a_terminal("provider setup zaehlerfreunde"));
    answers(&mut running, "Client ID of Zählerfreunde:", "42");
    answers(&mut running, "(Enter keeps these):", "");
    let other = format!("{OWN}# meanwhile\n");
    program.configure(&other);
    answers(&mut running, "Write it? [Y/n]", "y");
    let stdin = running.stdin.take();
    let outcome = running.finish().exits(2);
    drop(stdin);
    assert!(outcome.stdout.contains("changed by somebody else meanwhile"), "{}", outcome.stdout);
    assert_eq!(config(&program), other);
}

#[test]
fn config_set_and_get_use_the_same_file() {
    let program = Program::with_config(OWN);
    let get = |key: &str| program.run(["config", "get", key]).exits(0).data().to_owned();
    let set = |key: &str, value: &str| program.run(["config", "set", key, value]).exits(0);
    set("browser", "firefox -P \"my work\"").says(&["browser is set"]);
    assert_eq!(get("browser"), "firefox -P \"my work\"");
    set("provider.timberdata.default_scope", "aggregation woodlist");
    set("provider.timberdata.access_token_seconds", "60");
    set("provider.timberdata.redirect_uris", "[\"http://127.0.0.1:1/a\", 'http://127.0.0.1:2/a']");
    assert_eq!(get("provider.timberdata.default_scope"), "aggregation woodlist");
    assert_eq!(get("provider.timberdata.access_token_seconds"), "60");
    assert_eq!(
        get("provider.timberdata.redirect_uris"),
        "http://127.0.0.1:1/a\nhttp://127.0.0.1:2/a"
    );
    assert_eq!(get("provider.zaehlerfreunde.refresh"), "rotating");
    assert_eq!(get("store"), "file");
    let before = config(&program);
    assert!(
        before.starts_with("# mine, keep it\nstore = \"file\" # as agreed\nbrowser = "),
        "{before}"
    );
    set("browser", "firefox -P \"my work\"").says(&["is set like that already"]);
    assert_eq!(config(&program), before);

    // A provider of one's own, field by field.
    set("provider.other.token_url", "https://other.example/token");
    let json = program.run(["config", "get", "provider.other.token_url", "--json"]).exits(0).json();
    assert_eq!(
        (&json["schema"], &json["value"]),
        (&1.into(), &"https://other.example/token".into())
    );
    program.run(["config", "get", "provider.other.client_id"]).exits(1).says(&["is not set"]);
    program.run(["config", "get", "notify"]).exits(1).says(&["is not set"]);

    // Who could read the file can read it still: a service, say.
    if cfg!(unix) {
        let file = program.root().join("partnerlink/config.toml");
        for shared in [0o644, 0o640] {
            set_mode(&file, shared);
            set("notify", &format!("tell-me --mode {shared:o}"));
            assert_eq!(unix::mode(&file), shared);
        }
        assert_eq!(get("notify"), "tell-me --mode 640");
    }
    program.run(["config", "set", "notify", "./tell-me"]).exits(2).says(&["working folder"]);
}

#[test]
fn config_set_refuses_what_does_not_belong_there() {
    let program = Program::with_config(OWN);
    for (key, value, texts) in [
        ("store", "kechain", &["unknown variant `kechain`", "did you mean `keychain`?"][..]),
        ("stor", "file", &["there is no such setting", "did you mean store?"]),
        ("provider.timberdata.clientid", "a", &["unknown field `clientid`", "`client_id`"]),
        ("provider.timberdata.token_url", "http://p.example/", &["must begin with https://"]),
        ("provider.timberdata.pkce", "perhaps", &["invalid type"]),
        ("provider.timberdata.scopes.x.y", "z", &["there is no such setting"]),
        ("provider.timberdata.title.x", "y", &["invalid type"]),
        ("provider.a b.title", "y", &["there is no such setting"]),
        ("provider.timberdata.pkce", "true\nstore = \"keychain\"", &["invalid type"]),
    ] {
        program.run(["config", "set", key, value]).exits(2).says(texts);
    }
    let secret = fresh("secret");
    program.canaries.never("client secret", &secret);
    for key in ["client_secret", "provider.timberdata.client_secret"] {
        // Not through `run`, which would print its own arguments.
        let output = program.command(["config", "set", key, &secret]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("a secret is not kept in the configuration"), "{told}");
        assert!(!told.contains(&secret));
    }
    assert_eq!(config(&program), OWN);
}
