//! What is offered at a TAB: `partnerlink completions SHELL -- WORDS…`, as the scripts ask. That the
//! shells really complete with it is shown in `tests/real`.

use std::fs;

use crate::provider::identity::PERSON;
use crate::support::program::Program;
use crate::support::{connected, described};

/// The words that are offered, and nothing but them is said.
#[track_caller]
fn offered(program: &Program, line: &[&str]) -> Vec<String> {
    let lines = answer(program, line);
    lines.iter().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[track_caller]
fn answer(program: &Program, line: &[&str]) -> Vec<String> {
    let asked = [&["completions", "bash", "--", "partnerlink"], line].concat();
    let outcome = program.run(asked).exits(0);
    assert!(outcome.stderr.is_empty(), "{}", outcome.told());
    outcome.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn accounts_come_from_the_index_alone() {
    let (program, fake) = connected();
    fs::remove_dir_all(program.state().join("tokens")).unwrap();
    let calls = fake.calls().len();
    for line in [
        &["token", "get", ""][..],
        &["token", "get", "fa"],
        &["token", "refresh", "f"],
        &["disconnect", ""],
        &["exec", ""],
        &["api", ""],
        &["meter", "readings", "--account", ""],
    ] {
        assert_eq!(answer(&program, line), [format!("fake\t{PERSON}, Fake")], "{line:?}");
    }
    assert_eq!(offered(&program, &["meter", "readings", "--account=f"]), ["--account=fake"]);
    assert_eq!(offered(&program, &["disconnect", "fake", "f"]), [""; 0], "it is there already");
    assert_eq!(fake.calls().len(), calls);
}

#[test]
fn a_provider_or_an_account_can_be_connected() {
    let (program, _fake) = connected();
    let index = program.state().join("accounts");
    let entry = fs::read_to_string(index.join("fake.default.json")).unwrap();
    fs::write(index.join("fake.north.json"), entry.replace("\"fake\"", "\"fake:north\"")).unwrap();
    assert_eq!(
        offered(&program, &["connect", ""]),
        ["zaehlerfreunde", "timberdata", "zaehlerfreunde-partner", "fake", "fake:north"]
    );
    assert_eq!(offered(&program, &["connect", "fake:"]), ["fake:north"]);
    assert_eq!(offered(&program, &["provider", "show", "t"]), ["timberdata"]);
}

#[test]
fn the_sandbox_has_accounts_of_its_own() {
    let (program, _fake) = connected();
    let folder = program.state().join("sandbox/accounts");
    fs::create_dir_all(&folder).unwrap();
    let entry = fs::read_to_string(program.state().join("accounts/fake.default.json")).unwrap();
    fs::write(folder.join("fake.play.json"), entry.replace("\"fake\"", "\"fake:play\"")).unwrap();
    let get = ["token", "get", ""];
    assert_eq!(offered(&program, &get), ["fake"]);
    assert_eq!(offered(&program, &[&["--sandbox"], &get[..]].concat()), ["fake:play"]);
    let program = program.set("PARTNERLINK_SANDBOX", "1");
    assert_eq!(offered(&program, &get), ["fake:play"]);
    let program = program.set("PARTNERLINK_SANDBOX", "http://127.0.0.1:1");
    assert_eq!(offered(&program, &get), ["fake:play"]);
}

#[test]
fn values_are_offered_where_the_program_knows_them() {
    let (program, _fake) = described();
    for (line, expected) in [
        (&["connect", "timberdata", "--scope", ""][..], &["aggregation", "woodlist"][..]),
        (&["connect", "timberdata", "--scope", "woodlist a"], &["woodlist aggregation"]),
        (&["meter", "readings", "--format", "c"], &["csv", "csv-de"]),
        (
            &["timber", "aggregations", "--format=g"],
            &["--format=geojson", "--format=gpkg", "--format=gpx"],
        ),
        (
            &["token", "get", "fake", "--format", ""],
            &["bare", "header", "env", "powershell", "curl", "json"],
        ),
        (&["help", "e"], &["exec", "exit-codes", "environment"]),
        (&["help", "token", "re"], &["refresh"]),
        (&["help", "formats", "e"], &[]),
        (&["completions", ""], &["bash", "zsh", "fish", "powershell", "elvish"]),
        (&["connect", "--store", "f"], &["file"]),
        (&["meter", "readings", "-o", "x"], &[":files"]),
        (&["meter", "readings", "--output=x"], &[":files"]),
        (&["meter", "push", ""], &[":files"]),
        (&["exec", "fake", "--", "py"], &[":files"]),
        (&["man", "--o"], &["--out"]),
        (&["nonsense", ""], &["connect", "help"]),
    ] {
        let found = offered(&program, line);
        let all = expected.iter().all(|word| found.iter().any(|found| found == word));
        let nothing_else = found.len() == expected.len() || line[0] == "nonsense";
        assert!(all && nothing_else, "{line:?}: {found:?} and not {expected:?}");
    }
}

/// Groups whose arguments are built late are completed as well.
#[test]
fn every_group_shows_its_commands() {
    let program = Program::new();
    for (group, command) in [
        ("token", "refresh"),
        ("meter", "readings"),
        ("timber", "aggregations"),
        ("provider", "show"),
        ("config", "path"),
    ] {
        let found = offered(&program, &[group, ""]);
        assert!(found.iter().any(|found| found == command), "{group}: {found:?}");
        let shorter = &command[..3];
        assert_eq!(offered(&program, &[group, shorter]), [command], "{group}");
    }
    let options = offered(&program, &["meter", "readings", "--"]);
    assert!(options.contains(&"--last".to_owned()), "{options:?}");
}

#[test]
fn nothing_that_is_broken_is_said_between_a_persons_words() {
    let (program, _fake) = connected();
    program.configure("store = = \"kechain\"\n");
    let get = ["token", "get", ""];
    assert_eq!(offered(&program, &get), ["fake"], "without its title");
    assert_eq!(
        offered(&program, &["connect", ""]),
        ["zaehlerfreunde", "timberdata", "zaehlerfreunde-partner"]
    );
    let index = program.state().join("accounts");
    fs::write(index.join("fake.default.json"), "{").unwrap();
    assert_eq!(offered(&program, &["token", "get", "f"]), [""; 0]);
    fs::remove_dir_all(&index).unwrap();
    fs::write(&index, "no folder").unwrap();
    assert_eq!(offered(&program, &["token", "get", "f"]), [""; 0]);
    let program = program.set("PARTNERLINK_HOME", "relative").set("PARTNERLINK_STORE", "cloud");
    assert_eq!(offered(&program, &["token", "get", "f"]), [""; 0]);
    let program = program.unset("PARTNERLINK_HOME").set("HOME", "/nonexistent");
    assert_eq!(offered(&program, &["token", "get", "f"]), [""; 0]);
    assert_eq!(offered(&program, &["token", "g"]), ["get"]);
}

/// A provider says who somebody is: that must not reach a terminal as it is, nor divide a line.
#[test]
fn a_name_from_outside_moves_no_cursor() {
    let (program, _fake) = connected();
    let path = program.state().join("accounts/fake.default.json");
    let entry = fs::read_to_string(&path).unwrap();
    let hostile = "a\\u001b[2J\\tb\\nzaehlerfreunde";
    fs::write(&path, entry.replace(PERSON, hostile)).unwrap();
    let lines = answer(&program, &["token", "get", "f"]);
    assert_eq!(lines, ["fake\ta?b"]);
}
