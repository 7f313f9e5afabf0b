//! The servers of `tests/real/servers`, written in Python by others, and a person who signs in there.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::let_end;
use crate::support::program::{Program, Running};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/servers");

fn python() -> String {
    env::var("PARTNERLINK_TEST_PYTHON").unwrap()
}

/// A running server; it ends with this value.
pub struct PythonServer {
    running: Running,
    said: Value,
}

impl PythonServer {
    /// `redirect_uri`: what its clients registered.
    pub fn start(script: &str, redirect_uri: &str) -> Self {
        let mut command = Command::new(python());
        command.arg("-B").arg(format!("{FOLDER}/{script}")).arg(redirect_uri);
        let mut running = super::program().start({
            command.stdin(Stdio::piped());
            command
        });
        let said = serde_json::from_str(&running.first_line())
            .unwrap_or_else(|_| panic!("{}", running.stderr()));
        Self { running, said }
    }

    /// One of the values that it said when it was ready.
    pub fn value(&self, name: &str) -> &str {
        self.said[name].as_str().unwrap()
    }
}

impl Drop for PythonServer {
    fn drop(&mut self) {
        let_end(&mut self.running);
    }
}

/// A person who signs in and agrees, without a script in the browser.
pub struct Sign {
    pub command: String,
    seen: PathBuf,
}

impl Sign {
    pub fn new(program: &Program) -> Self {
        let seen = program.root().join("seen.html");
        let command = format!("'{}' -B '{FOLDER}/person.py' '{}'", python(), seen.display());
        Self { command, seen }
    }

    /// The last page, or what went wrong.
    pub fn seen(&self) -> String {
        super::until("the browser shows the last page", || fs::read_to_string(&self.seen).ok())
    }
}
