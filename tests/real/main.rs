//! The built program against parts that nobody here wrote: a real keychain service, a real browser,
//! three authorization servers, a real terminal, a real proxy, a server made of the provider's OpenAPI
//! file, the readers of tables and maps, a systemd and a cron. Functions are named by the fact they
//! show.
//!
//! `tests/run` installs the parts and says which there are; a test whose part is missing says so in
//! the file that PARTNERLINK_TEST_SKIPPED names. Each test has a keychain, a home and a server of
//! its own, so all may run at once; what they share are the built-in providers' ports ([`parts::ports`]).

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test ends where something is not as it should be, and asks tests/run for its parts"
)]

mod calendar;
mod chromium;
mod completions;
mod data_columns;
mod data_maps;
mod data_pictures;
mod data_prism;
mod data_spreadsheet;
mod data_sums;
mod data_tables;
mod doctor;
mod keychain;
mod keychain_fails;
mod manual;
mod metrics;
mod moves;
mod oidc;
mod packages;
mod parts;
#[path = "../provider/mod.rs"]
#[expect(dead_code, reason = "shared: each of the test programs uses a part of it")]
mod provider;
mod proxy;
mod recipes;
mod schedule;
mod servers;
mod sign_in_over_oidc;
#[expect(dead_code, reason = "each of the two test programs uses a part of it")]
mod support;
mod terminal;
mod terminal_by_hand;
