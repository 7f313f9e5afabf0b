//! The built program as a child process, against the sandbox and against a provider that does as it
//! is told (`tests/provider`). No secret that a test knows may be printed or written by any run
//! (`support/canary`).

#![cfg(any(target_os = "linux", windows))]

mod answer_time;
mod bound;
mod callback;
mod client_credentials;
mod client_secret;
mod commands;
mod completions;
mod connect;
mod data_access;
mod data_answers;
mod data_api;
mod data_dates;
mod data_export;
mod data_meter;
mod data_names;
mod data_output;
mod data_pages;
mod data_profile;
mod data_push;
mod data_report;
mod data_taken_home;
mod data_timber;
mod data_whole;
mod disconnect;
mod doctor;
mod dpop;
mod environment;
mod help;
mod hints;
mod keeping;
mod language;
mod notify;
#[path = "../provider/mod.rs"]
#[expect(dead_code, reason = "shared: each of the test programs uses a part of it")]
mod provider;
mod provider_add;
mod provider_check;
mod provider_register;
mod provider_setup;
mod provider_show;
mod proxy;
mod refresh_answers;
mod refresh_odd_answers;
mod remedies;
mod sandbox_faults;
mod schedule;
mod schedule_shared;
mod secrets;
mod sign_in_answers;
mod sign_in_reasons;
mod status;
mod store;
mod support;
mod tenants;
mod terminal;
mod times;
mod tls;
mod token_get;
mod token_refresh;
