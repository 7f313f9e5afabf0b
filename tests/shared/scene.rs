//! A provider, a store, and the machines that share it.

use std::fs;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use partnerlink::clock::{self, Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::api::until;
use crate::bao::{Bao, Duty, Login};
use crate::browser;
use crate::canary::Canaries;
use crate::program::{self, Outcome, Program};
use crate::provider::Provider;

/// An account that every scene has.
pub const ACCOUNT: &str = "fake:one";
/// A busy machine, an election, and the time after which a dead machine's claim is taken over.
const PATIENCE: Duration = Duration::from_secs(90);

pub struct Scene {
    pub bao: Bao,
    /// Its refresh tokens rotate, and one that comes twice takes its sign-in away.
    pub provider: Provider,
    canaries: Canaries,
    /// For so many seconds a spent refresh token goes on working.
    overlap: u64,
    /// Where machines find the store.
    pub addresses: Vec<String>,
}

impl Scene {
    pub fn new(bao: Bao, overlap: u64) -> Self {
        let canaries = Canaries::default();
        let provider = Provider::start(canaries.hears());
        provider.overlap(Duration::from_secs(overlap));
        let addresses = bao.addresses();
        Self { bao, provider, canaries, overlap, addresses }
    }

    /// A machine with a home and a secret ID of its own, and nothing in it but the configuration.
    pub fn machine(&self, duty: Duty) -> Machine {
        self.machine_that_asks(duty, &self.provider)
    }

    /// The same, for which the provider is this one.
    pub fn machine_that_asks(&self, duty: Duty, provider: &Provider) -> Machine {
        // A wrong date is no reason for timers to be wrong: the kernel's go by the true ones.
        let mut program =
            Program::new().unset("PARTNERLINK_STORE").set("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        program.canaries = self.canaries.clone();
        program.patience = PATIENCE;
        let login = self.bao.login(duty);
        program.canaries.never("secret ID", &login.secret_id);
        let secret_id = program.secret_file("secret-id", &login.secret_id);
        let overlap = format!("rotation_overlap_seconds = {}", self.overlap);
        program.configure(&format!(
            "store = \"vault\"\n[vault]\naddress = {:?}\naccess = {:?}\nauth = \"approle\"\n\
             role_id = {:?}\nsecret_id_file = {secret_id:?}\nca_file = {:?}\n{}",
            self.addresses,
            if duty == Duty::Reader { "read" } else { "refresh" },
            login.role_id,
            self.bao.authority(),
            provider.described_as("fake", &overlap),
        ));
        let machine = Machine { program, login };
        machine.use_secret_id(&machine.login.secret_id);
        machine
    }

    /// So many that refresh.
    pub fn machines(&self, count: usize) -> Vec<Machine> {
        (0..count).map(|_| self.machine(Duty::Refresher)).collect()
    }

    /// Signs in at the provider, on a machine that a person sits at.
    pub fn connect(&self, accounts: &[&str]) {
        let desk = self.machine(Duty::Admin);
        for account in accounts {
            browser::connect(&desk, &self.provider, &[account]).exits(0);
        }
    }

    /// A machine whose secret ID was taken back between the provider's answer and the save: the new
    /// tokens are in its journal alone. It has another secret ID now.
    pub fn machine_with_a_journal(&self, duty: Duty) -> Machine {
        // As long as a busy machine needs for what comes before the refresh, and no longer.
        self.bao.lives(duty, "4s");
        self.expire(ACCOUNT);
        let machine = self.machine(duty);
        self.provider.does(|_, honest| {
            thread::sleep(Duration::from_secs(6));
            honest()
        });
        let run = machine.spawn(["token", "refresh", ACCOUNT]);
        until("the refresh token is on its way", || {
            (self.provider.count("refresh_token") == 1).then_some(())
        });
        self.bao.revoke(&machine.login);
        run.finish().exits(5);
        self.provider.is_honest();
        machine.use_secret_id(&self.bao.login(duty).secret_id);
        machine
    }

    /// Makes an access token of an hour end ten minutes ago, for all who look at the store.
    pub fn expire(&self, account: &str) {
        for kind in ["grant", "access"] {
            let path = path(kind, account);
            until("the account expires", || {
                let (mut stored, version) = self.bao.record(&path).expect("a record");
                let facts = &mut stored["record"];
                let ago = |minutes: i64| json!(clock::after(SystemClock.now(), -60 * minutes));
                (facts["access_token_until"], facts["refresh_by"]) = (ago(10), ago(40));
                (facts["connected_at"], facts["refreshed_at"]) = (ago(70), Value::Null);
                self.bao.put(&path, &stored, version).then_some(())
            });
        }
    }

    /// Somebody claims an account, and dies; `doubtful` is who took it over from somebody else.
    pub fn claimed_by(&self, holder: &str, account: &str, doubtful: bool) {
        let path = path("grant", account);
        let (mut stored, version) = self.bao.record(&path).expect("a record");
        stored["claim"] =
            json!({ "nonce": "00", "holder": holder, "ttl": 25, "doubtful": doubtful });
        assert!(self.bao.put(&path, &stored, version));
    }

    /// What is stored of an account.
    pub fn stored(&self, kind: &str, account: &str) -> Value {
        self.bao.record(&path(kind, account)).expect("a record").0
    }

    /// The access token that counts.
    pub fn token(&self, account: &str) -> String {
        self.stored("grant", account)["record"]["access_token"].as_str().unwrap().to_owned()
    }

    /// So many refreshes so far, and none with a spent token.
    #[track_caller]
    pub fn refreshed_exactly(&self, times: usize) {
        self.provider.refreshed_exactly(times as u64);
    }
}

/// `fake:one` is `grant/fake/one`.
fn path(kind: &str, account: &str) -> String {
    format!("{kind}/{}", account.replace(':', "/"))
}

/// One of many with the same store.
pub struct Machine {
    program: Program,
    pub login: Login,
}

impl Deref for Machine {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.program
    }
}

impl DerefMut for Machine {
    fn deref_mut(&mut self) -> &mut Program {
        &mut self.program
    }
}

impl Machine {
    /// Puts a secret ID where the configuration says.
    pub fn use_secret_id(&self, secret_id: &str) {
        let file = self.root().join("secret-id");
        fs::write(&file, secret_id).unwrap();
        program::set_mode(&file, 0o600);
    }

    /// The same with a variable in its environment.
    pub fn with(self, name: &str, value: &Path) -> Self {
        let Self { program, login } = self;
        Self { program: program.set(name, value), login }
    }

    /// What it noted about the refresh token of the account that it is spending.
    pub fn intent(&self, account: &str) -> PathBuf {
        let folders = partnerlink::system::paths::Folders::resolve(Some(&self.home())).unwrap();
        folders.intent_file(&account.parse().unwrap())
    }

    /// Makes this machine the copy of another one: its files, its host's name, its secret ID.
    pub fn becomes_a_copy_of(&self, other: &Self) {
        for name in ["partnerlink", "home", "secret-id"] {
            let copied = Command::new("cp")
                .arg("-aT")
                .args([other.root().join(name), self.root().join(name)])
                .status();
            assert!(copied.unwrap().success());
        }
        let config = fs::read_to_string(self.home().join("config.toml")).unwrap();
        let [theirs, ours] = [other, self].map(|machine| machine.root().display().to_string());
        self.configure(&config.replace(&theirs, &ours));
    }

    /// The same, signed in by a token that somebody gave it.
    pub fn with_the_token_of(mut self, bao: &Bao) -> Self {
        let body = json!({ "role_id": self.login.role_id, "secret_id": self.login.secret_id });
        let given = bao.insist("POST", "auth/approle/login", &body);
        let token = given["auth"]["client_token"].as_str().unwrap();
        let file = self.program.secret_file("token", token);
        program::set_mode(&file, 0o600);
        let config = fs::read_to_string(self.home().join("config.toml")).unwrap();
        let by_token = format!("auth = \"token-file\"\ntoken_file = {file:?}");
        self.configure(&config.replace("auth = \"approle\"", &by_token));
        self
    }

    pub fn get(&self, account: &str) -> Outcome {
        self.run(["token", "get", account])
    }
}
