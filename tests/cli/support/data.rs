//! Accounts whose data is fetched: both of the sandbox, or one of a fake provider.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::browser::{self, get};
use super::program::Program;
use super::sandbox::{Sandbox, connect};
use crate::provider::Provider;
use crate::provider::http::{Call, Reply};

/// The sandbox's meter of the office, with a gap every Wednesday from 10 to 14 o'clock.
pub const OFFICE: &str = "d0000000-0000-4000-8000-000000000001";
/// The sandbox's photovoltaic meter, without gaps.
pub const SUN: &str = "d0000000-0000-4000-8000-000000000002";

/// A sandbox and a program that is connected to both of its providers.
pub struct Data {
    pub program: Program,
    pub sandbox: Sandbox,
}

impl Data {
    #[track_caller]
    pub fn new() -> Self {
        Self::with(&["--scope", "aggregation woodlist"])
    }

    /// The same, with a provider before the sandbox that does this to its data.
    #[track_caller]
    pub fn behind(
        fault: impl Fn(&Call, &dyn Fn() -> Reply) -> Reply + Send + Sync + 'static,
    ) -> (Self, Provider) {
        let mut data = Self::new();
        let front = Provider::before(&data.sandbox.address, data.program.canaries.hears());
        front.does(move |call, honest| match call.path().contains("/api/") {
            true => fault(call, honest),
            false => honest(),
        });
        data.program = data.program.set("PARTNERLINK_SANDBOX", front.base());
        (data, front)
    }

    /// The same; `timber` is said to `connect timberdata`.
    #[track_caller]
    pub fn with(timber: &[&str]) -> Self {
        let mut sandbox = Sandbox::start(&[]);
        let program = sandbox.client();
        connect(&program, &["zaehlerfreunde"]).0.exits(0);
        connect(&program, &[&["timberdata"], timber].concat()).0.exits(0);
        sandbox.frees_ports();
        for account in ["zaehlerfreunde", "timberdata"] {
            let token = program.run(["token", "get", account]).exits(0);
            program.canaries.access_token(token.data());
        }
        Self { program, sandbox }
    }

    /// What the sandbox counted: a request's kind below `data`, or a grant type.
    pub fn counts(&self) -> Value {
        self.asks("/sandbox/counts")
    }

    /// Readings that were handed in, by device.
    pub fn pushed(&self) -> Value {
        self.asks("/sandbox/pushed")
    }

    fn asks(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.sandbox.address).parse().unwrap();
        serde_json::from_str(&get(&url, "").body).unwrap()
    }
}

/// A program that is connected to a fake provider as `fake`, with an API below `/api`.
pub fn connected_to_fake() -> (Program, Provider) {
    connected_to_fake_with("", &[])
}

/// The same, with these lines in its description, and this said to `connect`.
pub fn connected_to_fake_with(lines: &str, connect: &[&str]) -> (Program, Provider) {
    let program = Program::new();
    let fake = super::provider_for(&program);
    let more = format!(
        "api_base = \"{}/api\"\npaging = {{ page = \"page\", first = 0, size = \"pageSize\", \
         max_size = 100, pages = \"totalNumPages\" }}\n{lines}",
        fake.base()
    );
    program.configure(&fake.described_as("fake", &more));
    browser::connect(&program, &fake, &[&["fake"], connect].concat()).exits(0);
    (program, fake)
}

/// The data requests so far.
pub fn data_calls(fake: &Provider) -> Vec<Call> {
    fake.calls().into_iter().filter(|call| call.path().starts_with("/api/")).collect()
}

/// A page of a list with one space on it, the first of `pages`.
pub fn space_page(pages: u64) -> Value {
    json!({ "spaces": [{ "id": "s", "name": "Space" }], "totalNumPages": pages })
}

/// Names and contents of the files in a folder, in order.
pub fn files_in(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    // What an export knows of its files is not one of them.
    paths.retain(|path| !path.ends_with(".partnerlink-export.jsonl"));
    paths.sort();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}
