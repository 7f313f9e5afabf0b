//! `partnerlink` connects partner companies to their customers' data: OAuth 2.0 sign-in in the
//! browser, tokens in the OS keychain, refresh from cron.
//!
//! # The map
//!
//! | room | what it is |
//! |---|---|
//! | `main.rs` | hands over to [`run`] and exits with its answer |
//! | [`cli`] | the command line: global flags, the one list of commands |
//! | [`commands`] | one file for each command: its arguments and what it does, thin |
//! | [`context`] | builds the real stores, HTTP client, browser and clock; nothing else does |
//! | [`config`] | settings from flags, environment and file |
//! | [`error`] | what a person is told when something fails; the table of exit codes |
//! | [`flow`] | what the program does: sign-in, refresh, moving, disconnect, a valid token |
//! | [`api`] | the providers' data: requests with a valid token, pages, windows |
//! | [`data`] | plain types: a reading, a pile, what is asked for, what is missing |
//! | [`formats`], [`plot`] | rows to bytes, one file for each format; series to pictures |
//! | [`report`] | a month or a year of meters for the desk: a workbook, a page |
//! | [`language`] | German and English for what others read: files, pictures, letters |
//! | [`terminal`] | the only code that prints: talk, tables, prompts, progress |
//! | [`schedule`] | running unattended: the schedules, the record of the last run, who is told |
//! | [`accounts`], [`account_id`] | the index of connected accounts, without secrets; their names |
//! | [`store`] | where secrets live: keychain, sealed files, a Vault that machines share; the lock |
//! | [`provider`] | a provider is data: two built in, any number described by TOML |
//! | [`http`], [`loopback`] | HTTP out, the callback listener |
//! | [`oauth`] | OAuth 2.0 as pure functions |
//! | [`system`] | folders and files, other programs, the browser, signals |
//! | [`secret`], [`clock`], [`text`] | a type for secrets, the time, text that is safe to show |
//! | [`jq`] | `--jq`: a filter over JSON answers |
//! | `input` | what people hand in: files and pasted words as other systems make them |
//! | [`sandbox`] | both providers in miniature, for trying out and for tests; shares no code |
//!
//! `tests/architecture.rs` holds the table of who may import whom; what is not in it fails. One
//! more provider is a table in somebody's configuration, or a TOML file and its row here; one more
//! store, command or format is one file, its row, and the line that names the module.
//!
//! Absent on purpose: a way to pass a secret as an argument, a plain-text token file, an update
//! check, telemetry, an implicit or password grant, a refresh without the lock.

#![forbid(unsafe_code)]
#![warn(clippy::disallowed_methods, clippy::disallowed_macros, clippy::allow_attributes)]
// Nothing that a user, a disk or a server does is a panic.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::todo)]

pub mod account_id;
pub mod accounts;
pub mod api;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod context;
pub mod data;
pub mod error;
pub mod flow;
pub mod formats;
pub mod http;
mod input;
pub mod jq;
pub mod language;
pub mod loopback;
pub mod oauth;
pub mod plot;
pub mod provider;
pub mod report;
pub mod sandbox;
pub mod schedule;
pub mod secret;
pub mod store;
pub mod system;
pub mod terminal;
pub mod text;

use std::ffi::OsString;
use std::panic;
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::error::Exit;

/// Runs the program with these arguments (the first is its own name) and returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    forbid_dumps();
    system::interrupt::begin();
    panic::set_hook(Box::new(|panic| {
        // The message may quote a value, and the value may be a secret: only the place is told.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        // It panics where a disk is full, and formats/xlsx.rs tells that as an error.
        if place.contains("rust_xlsxwriter") {
            return;
        }
        eprintln!("error: partnerlink has a defect at {place}; please report it");
    }));
    let code = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        match Cli::try_parse_from(&arguments) {
            Ok(cli) => cli.run(),
            Err(said) => cli::tell(&said, &arguments),
        }
    }));
    // A signal that came while a token was being saved is answered now.
    ExitCode::from(system::interrupt::pending().unwrap_or(code.unwrap_or(Exit::Refused as u8)))
}

/// No core dump of this process, and no debugger of another process of this user: its memory
/// holds tokens. Children get their own setting back when they start.
fn forbid_dumps() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
