//! npm oidc-provider, certified and not ours, and the description of it that a person would write.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{curl, let_end, ports};
use crate::support::program::{Program, Running};

const SERVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/oidc-server.mjs");
const DESCRIPTION: &str = include_str!("../provider-oidc.toml.in");

/// A running server; it ends with this value.
pub struct OidcServer {
    running: Running,
    said: Value,
}

impl OidcServer {
    /// Arguments as in `oidc-server.mjs`.
    pub fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new("node");
        command.arg(SERVER).args(arguments).stdin(Stdio::piped());
        let mut running = super::program().start(command);
        let said = serde_json::from_str(&running.first_line())
            .unwrap_or_else(|_| panic!("{}", running.stderr()));
        Self { running, said }
    }

    /// One of the values that it said when it was ready, by its JSON pointer.
    pub fn value(&self, pointer: &str) -> &str {
        self.said.pointer(pointer).and_then(Value::as_str).unwrap()
    }

    /// Writes `config.toml`: a provider named `oidc` that only this file describes.
    pub fn describe_to(&self, program: &Program, client: &str, change: impl Fn(String) -> String) {
        let text = DESCRIPTION
            .replace("@ISSUER@", self.value("/issuer"))
            .replace("@CLIENT_ID@", self.value(&format!("/{client}/client_id")))
            .replace("@PORT@", &ports::free().to_string());
        let folder = program.root().join("home/.config/partnerlink");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.toml"), change(text)).unwrap();
    }

    /// How often its token endpoints did something, by JSON pointer: `/refresh_token/ok`.
    pub fn count(&self, pointer: &str) -> u64 {
        let counts: Value = serde_json::from_str(&curl(&[self.value("/counts_url")])).unwrap();
        counts.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
    }

    /// The status that its userinfo endpoint answers to this token: 200, or 401 for a dead one.
    pub fn status_of(&self, access_token: &str) -> String {
        let header = format!("Authorization: Bearer {access_token}");
        let status = ["-o", "/dev/null", "-w", "%{http_code}"];
        curl(&[&status[..], &["-H", &header, self.value("/userinfo_url")]].concat())
    }

    /// What it answers to a refresh by somebody who has a copy of this refresh token.
    pub fn spend(&self, refresh_token: &str) -> Value {
        let client = self.value("/public_client/client_id");
        let answer = curl(&[
            "-d",
            "grant_type=refresh_token",
            "-d",
            &format!("client_id={client}"),
            "--data-urlencode",
            &format!("refresh_token={refresh_token}"),
            self.value("/token_url"),
        ]);
        serde_json::from_str(&answer).unwrap()
    }
}

impl Drop for OidcServer {
    fn drop(&mut self) {
        let_end(&mut self.running);
    }
}
