//! An account with the sandbox's data behind it. Nothing says so but `config.toml`: for the program
//! these are providers like any other.

use std::fs;

use partnerlink::sandbox::{TIMBERDATA_SECRET, provider_overrides};

use super::ports;
use super::sandbox::{QUICK_BROWSER, Sandbox};
use crate::support::program::Program;

/// A home with an account, and the sandbox it is at; that ends with this value.
pub struct Data {
    pub program: Program,
    overrides: String,
    _sandbox: Sandbox,
}

impl Data {
    /// Zählerfreunde.
    pub fn of_meters() -> Self {
        let data = Self::start();
        data.sign_in_at_zaehlerfreunde();
        data
    }

    fn sign_in_at_zaehlerfreunde(&self) {
        let _turn = ports::zaehlerfreunde();
        self.program.run(["connect", "zaehlerfreunde", "--browser", QUICK_BROWSER]).exits(0);
    }

    /// TimberData.
    pub fn of_timber() -> Self {
        let data = Self::start();
        let _turn = ports::timberdata();
        let scope = ["--scope", "aggregation woodlist", "--client-secret-stdin"];
        let connect = ["connect", "timberdata", "--browser", QUICK_BROWSER];
        data.program.run_with_input([&connect[..], &scope].concat(), TIMBERDATA_SECRET).exits(0);
        data
    }

    fn start() -> Self {
        let program = super::program().set("PARTNERLINK_STORE", "file");
        let sandbox = Sandbox::start(&program, &["--approve"]);
        let overrides = provider_overrides(&sandbox.url);
        let data = Self { program, overrides, _sandbox: sandbox };
        data.configure(&data.overrides);
        data
    }

    /// From now on Zählerfreunde's data is asked for at this address, to which a new sign-in is
    /// bound.
    pub fn ask_for_meters_at(&self, api_base: &str) {
        let (mut lines, mut changed) = (Vec::new(), 0);
        for line in self.overrides.lines() {
            // The first of the two that are there: the other is the partner's own way in.
            let is_its = line.starts_with("api_base") && line.ends_with("/zaehlerfreunde/api\"");
            let is_it = is_its && changed == 0;
            changed += usize::from(is_it);
            lines.push(if is_it { format!("api_base = \"{api_base}\"") } else { line.to_owned() });
        }
        assert_eq!(changed, 1);
        self.configure(&lines.join("\n"));
        self.sign_in_at_zaehlerfreunde();
    }

    fn configure(&self, text: &str) {
        let folder = self.program.root().join("home/.config/partnerlink");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.toml"), text).unwrap();
    }
}
