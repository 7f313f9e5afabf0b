//! `partnerlink sandbox` as a process of its own: both providers in miniature.

use serde_json::Value;

use super::curl;
use crate::support::program::{Program, Running};

/// The service name of sandbox accounts in the keychain.
pub const SERVICE: &str = "partnerlink-sandbox";
/// A browser that follows every redirect and asks nobody.
pub const QUICK_BROWSER: &str = "curl -sSL --noproxy * --cookie-jar /dev/null -o /dev/null";

/// A running sandbox; it ends with this value.
pub struct Sandbox {
    running: Running,
    pub url: String,
}

impl Sandbox {
    /// Two of the same program share their memory: one may be told to misbehave.
    pub fn start(program: &Program, arguments: &[&str]) -> Self {
        let mut running = program.spawn([&["sandbox", "--json"], arguments].concat());
        let line: Value = serde_json::from_str(&running.first_line()).unwrap();
        Self { url: line["url"].as_str().unwrap().to_owned(), running }
    }

    /// Waits until it says this of a request; it does so before it answers.
    pub fn wait_for(&mut self, text: &str) {
        self.running.wait_for_text(text);
    }

    /// How often something happened, by the name in `/sandbox/counts`.
    pub fn count(&self, name: &str) -> u64 {
        let counts: Value =
            serde_json::from_str(&curl(&[&format!("{}/sandbox/counts", self.url)])).unwrap();
        counts[name].as_u64().unwrap_or_else(|| panic!("no {name} in {counts}"))
    }
}
