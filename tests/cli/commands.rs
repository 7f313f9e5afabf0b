//! `status`, `token show`, `provider`, `config`, and what is said to a wrong command line or a
//! wrong configuration file.

use crate::provider::CLIENT_ID;
use crate::provider::identity::PERSON;
use crate::support::program::Program;
use crate::support::{connected, described, provider_for};

#[test]
#[cfg_attr(windows, ignore = "the key of sealed files lies in the Credential Manager")]
fn status_asks_no_provider_and_calls_nothing_good_that_is_gone() {
    let (program, fake) = connected();
    let outcome = program.run(["status"]).exits(0);
    let columns: Vec<&str> = outcome.data().split('\t').collect();
    assert_eq!(columns[..3], ["fake", PERSON, "good"]);
    assert_eq!((columns.len(), columns[6]), (8, "sealed files"));
    let json = program.run(["status", "--json"]).exits(0).json();
    assert_eq!((&json["schema"], &json["accounts"][0]["standing"]), (&1.into(), &"good".into()));
    std::fs::remove_dir_all(program.state().join("tokens")).unwrap();
    let json = program.run(["status", "--json"]).exits(4).json();
    assert_eq!(json["accounts"][0]["standing"], "unreadable");
    assert_eq!(fake.calls().len(), 1);
}

#[test]
fn show_tells_what_is_known_and_no_secret() {
    let (program, _fake) = connected();
    let outcome = program.run(["token", "show", "fake"]).exits(0);
    for fact in [PERSON, CLIENT_ID, "offline_access openid", "refresh token  yes", "sealed files"] {
        assert!(outcome.stdout.contains(fact), "{fact}: {}", outcome.told());
    }
    let json = program.run(["token", "show", "fake", "--json"]).exits(0).json();
    assert_eq!(json["account"]["issuer"], "https://fake.example/");
    program.run(["token", "show", "fake:other"]).exits(4).says(&["is not connected"]);
}

#[test]
fn providers_are_listed_and_shown_with_their_redirect_uris() {
    let (program, _fake) = described();
    let list = program.run(["provider", "list"]).exits(0).stdout;
    let names: Vec<&str> = list.lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(names, ["zaehlerfreunde", "timberdata", "zaehlerfreunde-partner", "fake"]);
    let shown = program.run(["provider", "show", "zaehlerfreunde"]).exits(0).stdout;
    assert!(shown.contains("http://127.0.0.1:17863/callback/zaehlerfreunde"), "{shown}");
    let json = program.run(["provider", "show", "timberdata", "--json"]).exits(0).json();
    assert_eq!(json["provider"]["token_url"], "https://api.timberdata.de/oauth/v1/token");
    program.run(["provider", "show", "nosuch"]).exits(2).says(&["no provider named \"nosuch\""]);
}

#[test]
fn config_path_and_show_say_where_settings_come_from() {
    let program = Program::new();
    let path = program.run(["config", "path"]).exits(0);
    assert_eq!(path.data(), program.home().join("config.toml").to_str().unwrap());
    let json = program.run(["config", "show", "--json"]).exits(0).json();
    assert_eq!((&json["config_file_exists"], &json["store"]), (&false.into(), &"file".into()));
    program.configure("store = \"keychain\"\nbrowser = \"of-file\"\n");
    let show = |program: &Program| program.run(["config", "show"]).exits(0).stdout;
    assert!(show(&program).contains("sealed files"), "variable before file: {}", show(&program));
    assert!(show(&program).contains("of-file"));
    let program = program.unset("PARTNERLINK_STORE").set("PARTNERLINK_BROWSER", "of-variable");
    assert!(show(&program).contains("of-variable"));
    assert!(!show(&program).contains("sealed files"), "{}", show(&program));
}

#[test]
#[cfg_attr(windows, ignore = "it makes a FIFO")]
fn a_mistake_in_the_configuration_is_told_with_its_line_and_a_suggestion() {
    let program = Program::new();
    for (text, says) in [
        ("\nstoer = \"file\"\n", &["line 2", "unknown field `stoer`", "did you mean `store`?"][..]),
        ("[provider.fake]\n\nclientid = \"x\"", &["line 3", "did you mean `client_id`?"]),
        ("store = \"kechain\"", &["line 1", "did you mean `keychain`?"]),
        ("store = ", &["line 1"]),
    ] {
        program.configure(text);
        let outcome = program.run(["status"]).exits(2);
        outcome.says(&["could not read the settings", "config.toml"]).says(says);
    }
    let error = program.run(["status", "--json"]).exits(2).error_json();
    assert_eq!((&error["schema"], &error["error"]["code"]), (&1.into(), &"configuration".into()));
    // These work all the same.
    program.run(["completions", "bash"]).exits(0);
    program.run(["--version"]).exits(0);
    program.configure(&"# long\n".repeat(200_000));
    program.run(["status"]).exits(2).says(&["larger than 1 MiB"]);
    let config = program.home().join("config.toml");
    std::fs::remove_file(&config).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&config).status().unwrap().success());
    program.run(["status"]).exits(2).says(&["it is no ordinary file"]);
    let program = Program::new().set("PARTNERLINK_STORE", "cloud");
    program.run(["status"]).exits(2).says(&["PARTNERLINK_STORE", "use keychain, file or vault"]);
}

#[test]
fn a_described_provider_that_is_not_whole_or_not_safe_is_refused() {
    let program = Program::new();
    for (line, says) in [
        ("authorize_parameters = { state = \"x\" }", "is set by partnerlink itself"),
        (
            "authorize_parameters = { code_challenge_method = \"plain\" }",
            "is set by partnerlink itself",
        ),
        ("redirect_uris = []", "lacks redirect_uris"),
        ("redirect_uris = [\"http://127.0.0.1/cb\"]", "with a port"),
        ("sends_issuer = true\nissuers = []", "lacks issuers"),
        ("default_scope = \"a b\"\nscopes = { a = \"A\" }", "is not among the scopes"),
    ] {
        let fake = provider_for(&program);
        program.configure(&fake.described_as("fake", line));
        let outcome = program.run(["connect", "fake"]).exits(2);
        outcome.says(&[says, "config path"]);
    }
}

#[test]
fn a_wrong_command_line_is_exit_2_and_says_how_it_is_right() {
    let program = Program::new();
    program.run(["conect"]).exits(2).says(&["connect"]);
    program.run(["connect"]).exits(2).says(&["PROVIDER[:NAME]"]);
    program.run(["connect", "timberdata", "--client-secret", "x"]).exits(2);
    program.run(["token", "get", "a:b:c"]).exits(2).says(&["PROVIDER or PROVIDER:NAME"]);
    program.run(["token", "refresh", "--jobs", "0"]).exits(2);
    program.run([""; 0]).exits(2).says(&["Usage"]);
    let help = program.run(["--help"]).exits(0);
    assert!(help.stdout.contains("Exit codes") && help.stderr.is_empty());
}

#[test]
fn without_a_terminal_nothing_is_coloured() {
    let (program, _fake) = connected();
    for args in [&["status"][..], &["token", "get", "fake:x"], &["connect", "zaehlerfreunde"]] {
        let outcome = program.run(args);
        assert!(!outcome.told().contains('\u{1b}'), "{}", outcome.told());
    }
    let coloured = program.set("CLICOLOR_FORCE", "1").run(["token", "get", "fake:x"]).exits(4);
    assert!(coloured.stderr.contains('\u{1b}'), "{}", coloured.told());
}

#[test]
fn wrong_usage_is_an_object_where_json_is_asked_for() {
    let program = Program::new();
    for (line, why, hint) in [
        ("--json", "requires a subcommand", "usage: partnerlink"),
        ("token --json", "subcommands: get, refresh, show", "usage: partnerlink token"),
        ("--json nope", "unrecognized subcommand 'nope'", "usage: partnerlink"),
        (
            "status --jsn --json",
            "unexpected argument '--jsn'",
            "a similar argument exists: '--json'",
        ),
        ("connect --json", "were not provided: <PROVIDER[:NAME]>", "usage: partnerlink connect"),
        ("--json status --within 5y", "\"y\" is no unit of time", "--help"),
        ("schedule print --kind x --json", "[possible values: systemd,", "--help"),
        ("api a /b --input x -f a=b --json", "cannot be used with", "usage: partnerlink api"),
        ("exec --json", "were not provided: <ACCOUNT> <CMD>...", "usage: partnerlink exec"),
        ("token show fake:/x --json", "an account is PROVIDER or PROVIDER:NAME", "--help"),
        ("help --json nope", "no command or topic \"nope\"", "shows what there is"),
        ("config get --json a.b", "there is no such setting", "there are: store"),
    ] {
        let outcome = program.run(line.split(' ')).exits(2);
        let error = &outcome.error_json()["error"];
        assert_eq!((&error["code"], &error["exit"]), (&"usage".into(), &2.into()), "{line}");
        for (member, text) in [("message", why), ("hint", hint)] {
            let told = error[member].as_str().unwrap();
            assert!(told.contains(text) && !told.contains('\n'), "{line}: {told}");
        }
        assert_eq!((outcome.stdout.as_str(), outcome.stderr.lines().count()), ("", 1), "{line}");
    }
    // Of another program's --json, of help and of the version none of it is true.
    program.run(["exec", "--nope", "--", "jq", "--json"]).exits(2).says(&["Usage: partnerlink"]);
    assert!(program.run(["--json", "--version"]).exits(0).stdout.starts_with("partnerlink "));
}
