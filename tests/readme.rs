//! What README.md and the help topics say is true: their commands run, their configuration is
//! accepted, their redirect URIs and exit codes are the program's.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Command;

use partnerlink::error::Exit;
use partnerlink::provider::registry::Registry;
use partnerlink::terminal::topics::{TOPICS, Topic};

const README: &str = include_str!("../README.md");
const PROGRAM: &str = env!("CARGO_BIN_EXE_partnerlink");

/// Every line of every `sh` block, in order, as a person would type it.
#[test]
fn every_command_of_the_readme_runs() {
    let commands: Vec<&str> =
        blocks("sh").flat_map(str::lines).map(str::trim).filter(|l| !l.is_empty()).collect();
    assert!(commands.len() >= 12, "{commands:?}");
    let connect = "partnerlink connect zaehlerfreunde";
    assert!(commands.contains(&connect), "{commands:?}");
    run(&commands);
}

/// Every line of a help topic that is a command and nothing else. Two sign-ins come first: a topic
/// says what to do with accounts that are there.
#[test]
fn every_command_of_the_topics_runs() {
    let mut commands = vec![
        "partnerlink connect zaehlerfreunde",
        "partnerlink connect timberdata --scope \"aggregation woodlist\"",
    ];
    let pages: Vec<String> = TOPICS.iter().map(Topic::page).collect();
    let lines = pages.iter().flat_map(|page| page.lines());
    let lines = lines.filter(|line| line.starts_with("  partnerlink ")).map(str::trim);
    // These change this machine's own schedule, hand a token to a program that is not here, or ask
    // a server that the sandbox does not play (tests/cli/provider_add.rs does).
    let others = ["schedule install", "./fetch.sh", "provider add"];
    let elsewhere = |line: &&str| !others.iter().any(|other| line.contains(other));
    commands.extend(lines.filter(elsewhere).filter(|line| !line.contains("  ")));
    assert!(commands.len() >= 20, "{commands:?}");
    run(&commands);
}

/// Runs each in a shell, one home folder for all, against the sandbox because there is no client
/// ID here.
fn run(commands: &[&str]) {
    let home = tempfile::tempdir().unwrap();
    let programs = home.path().join("bin");
    fs::create_dir(&programs).unwrap();
    // What is not run for real: the provider's data endpoint, and the system's log.
    executable(&programs.join("curl"), "#!/bin/sh\ncat > /dev/null\n");
    executable(&programs.join("logger"), "#!/bin/sh\ncat > /dev/null\n");
    std::os::unix::fs::symlink(PROGRAM, programs.join("partnerlink")).unwrap();
    for command in commands {
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(home.path())
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", programs.display()))
            .env("HOME", home.path())
            .env("PARTNERLINK_SANDBOX", "1")
            .env("PARTNERLINK_STORE", "file")
            .output()
            .unwrap();
        let talk = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {talk}");
        assert!(!talk.contains("error:"), "{command}: {talk}");
    }
}

#[test]
fn every_configuration_is_accepted() {
    // Recipes are in the languages of other programs too, and have tests that run them.
    let own =
        TOPICS.iter().filter(|topic| !["formats", "recipes", "windows"].contains(&topic.name));
    let pages: Vec<String> = own.map(Topic::page).collect();
    let blocks: Vec<String> = pages.iter().flat_map(|page| configurations(page)).collect();
    assert!(blocks.len() >= 2, "{blocks:?}");
    for block in blocks {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("config.toml"), &block).unwrap();
        for command in [["config", "show"], ["provider", "list"]] {
            let output = Command::new(PROGRAM)
                .args(command)
                .env("PARTNERLINK_HOME", home.path())
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{block}\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

/// The URIs that a partner is told to register are the ones that the program listens on.
#[test]
fn the_redirect_uris_are_the_programs() {
    let registry = Registry::default();
    let page = Topic::named("providers").unwrap().page();
    for name in ["zaehlerfreunde", "timberdata"] {
        for uri in registry.get(name).unwrap().redirect_uris {
            assert!(page.lines().any(|line| line.trim() == uri.as_str()), "{uri}");
        }
    }
}

#[test]
fn the_readme_is_a_page() {
    assert!(README.lines().count() <= 200);
}

#[test]
fn the_readme_lists_every_topic() {
    for topic in TOPICS {
        assert!(README.contains(&format!("| `{}` | ", topic.name)), "{}", topic.name);
    }
}

#[test]
fn every_exit_code_is_explained() {
    for exit in Exit::BY_URGENCY {
        assert!(README.contains(&format!("| {} | ", exit as u8)), "{exit:?}");
    }
}

/// Runs of indented lines of a topic that are lines of a configuration file.
fn configurations(page: &str) -> Vec<String> {
    let is_setting = |line: &str| {
        let name = line.split(" = ").next().unwrap_or_default();
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        line.starts_with('[') || line.contains(" = ") && is_name
    };
    let lines: Vec<&str> = page.lines().map(str::trim).collect();
    let runs = lines.split(|line| !is_setting(line)).filter(|run| !run.is_empty());
    runs.map(|run| run.join("\n")).collect()
}

/// The contents of the code blocks of one language.
fn blocks(language: &str) -> impl Iterator<Item = &'static str> {
    let fence = format!("```{language}\n");
    README.split("```").skip(1).step_by(2).filter_map(move |block| {
        format!("```{block}").strip_prefix(&fence).map(|_| &block[fence.len() - 3..])
    })
}

fn executable(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// In Germany `9,325 kWh` is nine and a bit.
#[test]
fn no_number_of_a_picture_has_a_comma_between_thousands() {
    for name in ["oktober", "polter", "session"] {
        let path = format!("{}/.github/{name}.svg", env!("CARGO_MANIFEST_DIR"));
        let picture = fs::read_to_string(path).unwrap();
        let (_, shown) = picture.split_once("</style>").unwrap();
        for part in shown.split('>').filter_map(|part| part.split('<').next()) {
            let digits: Vec<bool> = part.bytes().map(|byte| byte.is_ascii_digit()).collect();
            let is_wrong =
                |at: usize| at > 0 && digits[at - 1] && digits.get(at + 1) == Some(&true);
            assert!(!part.match_indices(',').any(|(at, _)| is_wrong(at)), "{name}: {part}");
        }
    }
}
