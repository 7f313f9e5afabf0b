//! `partnerlink` connects partner companies to their customers' data: OAuth 2.0 sign-in in the
//! browser, tokens in the OS keychain, refresh from cron.
//!
//! # The map
//!
//! | room | what it is |
//! |---|---|
//! | `main.rs` | hands over to [`run`] and exits with its answer; `build.rs`: how it is linked |
//! | [`cli`] | the command line: global flags, the one list of commands |
//! | [`commands`] | one file for each command: its arguments and what it does, thin |
//! | [`context`] | builds the real stores, HTTP client, browser and clock; nothing else does |
//! | [`config`], [`paths`] | settings from flags, environment and file; every folder and file name |
//! | [`error`] | what a person is told when something fails; the table of exit codes |
//! | [`flow`] | what the program does: sign-in, refresh, moving, disconnect, a valid token |
//! | [`api`] | the providers' data: requests with a valid token, pages, windows, readings, piles |
//! | [`schedule`] | running unattended: the schedules, the record of the last run, who is told |
//! | [`accounts`], [`account_id`] | the index of connected accounts, without secrets; their names |
//! | [`output`] | the only code that prints: talk, tables, formats, pictures |
//! | [`store`] | where secrets live: keychain, sealed files, memory; the lock |
//! | [`provider`] | a provider is data: two built in, any number described by TOML |
//! | [`http`], [`loopback`], [`browser`] | HTTP out, the callback listener, opening the browser |
//! | [`child`] | other programs, run to their end |
//! | [`oauth`] | OAuth 2.0 as pure functions |
//! | [`secret`], [`clock`], [`interrupt`] | a type for secrets, the time, signals |
//! | [`private_file`], [`sorted`] | small files of our own, whole or not at all; short lists in order |
//! | [`sandbox`] | both providers in miniature, for trying out and for tests; shares no code |
//!
//! Doors: main → cli → commands → flow, api, output → store, provider, http, loopback, browser →
//! oauth → secret, clock. Never upwards, and never between two commands; `tests/architecture.rs`
//! holds it so. One more provider is one TOML file, one more store one file and one arm, one more
//! command one file and one variant, one more format one file and one variant.
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
pub mod browser;
pub mod child;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod context;
pub mod error;
pub mod flow;
pub mod http;
pub mod interrupt;
pub mod loopback;
pub mod oauth;
pub mod output;
pub mod paths;
pub mod private_file;
pub mod provider;
pub mod sandbox;
pub mod schedule;
pub mod secret;
pub mod sorted;
pub mod store;

use std::ffi::OsString;
use std::panic;
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::error::Exit;

/// Runs the program with these arguments (the first is its own name) and returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    forbid_dumps();
    panic::set_hook(Box::new(|panic| {
        // The message may quote a value, and the value may be a secret: only the place is told.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("error: partnerlink has a defect at {place}; please report it");
    }));
    let code = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        match Cli::try_parse_from(arguments) {
            Ok(cli) => cli.run(),
            Err(error) => {
                let failed = error.use_stderr();
                let _ = error.print();
                if failed { Exit::Usage as u8 } else { 0 }
            }
        }
    }));
    // A signal that came while a token was being saved is answered now.
    ExitCode::from(interrupt::pending().unwrap_or(code.unwrap_or(Exit::Refused as u8)))
}

/// No core dump of this process, and no debugger of another process of this user: its memory
/// holds tokens. Children get their own setting back when they start.
fn forbid_dumps() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
