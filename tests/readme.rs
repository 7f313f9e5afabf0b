//! What README.md says is true: its commands run, its configuration is accepted, its redirect URIs
//! and exit codes are the program's.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Command;

use partnerlink::error::Exit;
use partnerlink::provider::registry::Registry;

const README: &str = include_str!("../README.md");
const PROGRAM: &str = env!("CARGO_BIN_EXE_partnerlink");

/// Every line of every `sh` block, in order, as a person would type it: in a shell, one home folder
/// for all, against the sandbox because there is no client ID here.
#[test]
fn every_command_runs() {
    let home = tempfile::tempdir().unwrap();
    let programs = home.path().join("bin");
    fs::create_dir(&programs).unwrap();
    // The one thing that is not run for real is the provider's data endpoint.
    executable(&programs.join("curl"), "#!/bin/sh\ncat > /dev/null\n");
    std::os::unix::fs::symlink(PROGRAM, programs.join("partnerlink")).unwrap();

    let commands: Vec<&str> =
        blocks("sh").flat_map(str::lines).map(str::trim).filter(|l| !l.is_empty()).collect();
    assert!(commands.len() >= 12, "{commands:?}");
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
    let blocks: Vec<&str> = blocks("toml").collect();
    assert!(blocks.len() >= 3);
    for block in blocks {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("config.toml"), block).unwrap();
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
    for name in ["zaehlerfreunde", "timberdata"] {
        for uri in registry.get(name).unwrap().redirect_uris {
            assert!(README.lines().any(|line| line.trim() == uri.as_str()), "{uri}");
        }
    }
}

#[test]
fn every_exit_code_is_explained() {
    for exit in Exit::BY_URGENCY {
        assert!(README.contains(&format!("| {} | ", exit as u8)), "{exit:?}");
    }
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
