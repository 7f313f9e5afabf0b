//! Whatever stands in a file or on the command line: an exit code of the table, and never a panic.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use crate::ACCOUNT;
use crate::chance::Chance;
use crate::program::Outcome;
use crate::providers::overlapping;
use crate::seat::Seat;

/// Runs for each kind of garbage.
const ROUNDS: usize = 100;
const CONFIG: &[u8] = br#"store = "file"
file_key = "key-file"
browser = "true"

[provider.zaehlerfreunde]
client_id = "abc"
redirect_uris = ["http://127.0.0.1:17861/callback/zaehlerfreunde"]

[provider.third]
title = "Third"
authorize_url = "https://third.example/authorize"
token_url = "https://third.example/token"
default_scope = "a b"

[provider.third.scopes]
a = "one"
"#;

#[track_caller]
fn is_civil(outcome: &Outcome, context: impl Fn() -> String) {
    let code = outcome.code.unwrap_or(-1);
    let told = || format!("{}{}", outcome.told(), context());
    assert!((0..=7).contains(&code), "{}", told());
    for word in ["defect", "panicked", "RUST_BACKTRACE"] {
        assert!(!outcome.stderr.contains(word), "{}", told());
    }
}

#[test]
fn no_configuration_makes_it_panic() {
    let mut chance = Chance::new("configuration");
    let seat = Seat::new("").without_sandbox();
    let commands: [&[&str]; 5] = [
        &["config", "show"],
        &["status"],
        &["provider", "list"],
        &["provider", "show", "third"],
        &["connect", "third", "--no-browser", "--no-input", "--timeout", "0s"],
    ];
    for _ in 0..ROUNDS {
        let text = chance.mutate(CONFIG);
        fs::write(seat.home().join("config.toml"), &text).unwrap();
        let outcome = seat.run(*chance.one_of(&commands));
        is_civil(&outcome, || format!("-- config.toml\n{}", text.escape_ascii()));
    }
}

#[test]
fn no_stored_file_makes_it_panic() {
    let mut chance = Chance::new("stored files");
    let provider = overlapping();
    let mut seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let commands: [&[&str]; 5] = [
        &["token", "get", ACCOUNT],
        &["token", "refresh", "--force"],
        &["token", "show", ACCOUNT],
        &["status", "--json"],
        &["disconnect", ACCOUNT],
    ];
    for _ in 0..ROUNDS {
        if seat.record(ACCOUNT).ok().flatten().is_none() || chance.below(8) == 0 {
            seat = Seat::with_expired(&provider, &[ACCOUNT]);
        }
        let files: [PathBuf; 4] = [
            seat.file_of(ACCOUNT),
            seat.index_file_of(ACCOUNT),
            seat.intent_of(ACCOUNT),
            seat.home().join("tokens.key"),
        ];
        let file = chance.one_of(&files);
        let good = fs::read(file).unwrap_or_else(|_| {
            br#"{"token":"I6hU5uKmZlVExP","at":"2026-11-21T20:00:00Z","pid":1}"#.to_vec()
        });
        let bad = chance.mutate(&good);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, &bad).unwrap();
        let outcome = seat.run(*chance.one_of(&commands));
        is_civil(&outcome, || format!("-- {}\n{}", file.display(), bad.escape_ascii()));
    }
}

/// What decrypts well may still be nonsense: a record that another program wrote with our key.
#[test]
fn no_record_that_opens_makes_it_panic() {
    use partnerlink::store::{Item, SecretBytes, TokenStore as _};

    let mut chance = Chance::new("records");
    let provider = overlapping();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let item = Item::Account(ACCOUNT.parse().unwrap());
    let good = seat.store().load(&item).unwrap().expect("a record").expose().clone();
    for _ in 0..ROUNDS {
        let bad = chance.mutate(&good);
        seat.store().save(&item, &SecretBytes::new(bad)).unwrap();
        let outcome = seat.run(["token", "get", ACCOUNT, "--min-ttl", "0s"]);
        // The record is secret: it is not printed here either.
        is_civil(&outcome, String::new);
    }
}

#[test]
fn no_command_line_makes_it_panic() {
    let mut chance = Chance::new("command lines");
    let provider = overlapping();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let words = [
        "connect",
        "disconnect",
        "status",
        "token",
        "get",
        "refresh",
        "show",
        "exec",
        "provider",
        "list",
        "check",
        "config",
        "path",
        "completions",
        "bash",
        "help",
        ACCOUNT,
        "timberdata:x",
        "--",
        "--json",
        "--quiet",
        "--verbose",
        "--no-input",
        "--force",
        "--within",
        "--jobs",
        "--min-ttl",
        "--format",
        "--timeout",
        "--scope",
        "--store",
        "file",
        "0",
        "1s",
        "-1",
        "99999999d",
        "18446744073709551615",
        "",
        " ",
        ":",
        "a:",
        ":b",
        "../..",
        "zaehlerfreunde:..",
        "true",
        "-h",
        "--no-browser",
        "--browser",
        "--client-secret-file",
        "/nonexistent",
        "--exit-code",
        "ä",
        "\u{202e}",
    ];
    // These wait for a person, or for ever.
    let endless = |args: &[OsString]| args.iter().any(|word| word == "connect");
    for _ in 0..2 * ROUNDS {
        let mut args: Vec<OsString> = (0..=chance.below(6))
            .map(|_| {
                let word = chance.one_of(&words).as_bytes();
                let word = if chance.below(4) == 0 { chance.mutate(word) } else { word.to_vec() };
                // No command line can hold this byte.
                OsStr::from_bytes(&word.into_iter().filter(|b| *b != 0).collect::<Vec<_>>())
                    .to_owned()
            })
            .collect();
        if endless(&args) {
            args.extend(["--timeout".into(), "0s".into(), "--no-browser".into()]);
        }
        let outcome = seat.run(&args);
        if args.iter().any(|word| word == "exec") {
            // The child's own code, or why there is none.
            assert!(!outcome.stderr.contains("defect"), "{}", outcome.told());
            continue;
        }
        is_civil(&outcome, || format!("{args:?}"));
    }
}
