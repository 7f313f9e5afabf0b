//! The built program as a child process, against the sandbox and against a provider that does
//! as it is told.

#![cfg(target_os = "linux")]

mod callback;
mod client_secret;
mod connect;
mod disconnect;
mod environment;
mod refresh_answers;
mod sign_in_answers;
mod support;
mod tls;
