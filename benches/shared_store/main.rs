//! What the shared store costs, beside curl and beside sealed files, in one run, as ratios.
//!
//! ```text
//! cargo bench --bench shared_store
//! ```
//!
//! The server is a real OpenBao on this machine: one node, TLS, AppRole, an audit device. It is named
//! by `PARTNERLINK_TEST_BAO`, as `tests/run` sets it.

#[path = "../../tests/shared/api.rs"]
#[expect(dead_code, reason = "shared: the tests use more of it")]
mod api;
#[path = "../../tests/shared/bao.rs"]
#[expect(dead_code, reason = "shared: the tests use more of it")]
mod bao;
#[path = "../../tests/cli/support/browser.rs"]
#[expect(dead_code, reason = "shared: the tests use more of it")]
mod browser;
#[path = "../../tests/cli/support/canary.rs"]
#[expect(dead_code, reason = "shared: the tests use more of it")]
mod canary;
#[path = "../side_by_side/measure.rs"]
#[expect(dead_code, reason = "shared: another bench uses more of it")]
mod measure;
#[path = "../../tests/shared/node.rs"]
mod node;
#[path = "../../tests/shared/ports.rs"]
mod ports;
#[path = "../../tests/cli/support/program.rs"]
#[expect(dead_code, reason = "shared: the tests use more of it")]
mod program;
#[path = "../../tests/provider/mod.rs"]
#[expect(dead_code, reason = "shared: the tests use more of it")]
mod provider;
#[path = "../../tests/shared/scene.rs"]
#[expect(dead_code, reason = "shared: the tests use more of it")]
mod scene;
#[path = "../side_by_side/table.rs"]
#[expect(dead_code, reason = "shared: another bench uses more of it")]
mod table;

use std::error::Error;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::bao::{Bao, Duty};
use crate::measure::{Contestant, Cost, Rounds, Until};
use crate::program::Program;
use crate::scene::{ACCOUNT, Machine, Scene};
use crate::table::Title;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const UNTIL: Until = Until { rounds: 40, time: Duration::from_secs(60) };

fn main() -> Result<()> {
    // cargo says --bench; whoever runs all targets as tests does not want to wait for this.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("nothing measured: cargo bench --bench shared_store");
        return Ok(());
    }
    let Some(bao) = Bao::alone("shared_store") else { return Ok(()) };
    let scene = Scene::new(bao, 60);
    scene.connect(&[ACCOUNT]);
    table::head();
    cached_token(&scene)?;
    refresh(&scene)
}

fn left_out(name: &str, why: &str) {
    table::left_out(name, why);
}

/// With the secret ID, and with a token.
const SCRIPTS_FILES: [&str; 2] = ["login.json", "header"];

/// A cached token beside the two calls that a script would make: the sign-in and the read.
fn cached_token(scene: &Scene) -> Result<()> {
    let reader = scene.machine(Duty::Reader);
    let mut ours = || timed(|| drop(reader.get(ACCOUNT).exits(0)));
    let mut curl = curl(scene, &reader);
    let mut theirs = || timed(|| assert!(curl.status().unwrap().success()));
    let contestants: &mut [Contestant] = &mut [&mut ours, &mut theirs];
    let rounds = Rounds::run(UNTIL, contestants)?;
    // What the program leaves is searched for secrets, and these are the script's.
    for name in SCRIPTS_FILES {
        fs::remove_file(reader.root().join(name))?;
    }
    let title = Title { ours: "token get, shared store", theirs: "curl: sign-in and read" };
    table::ratio(title, rounds.ratio(0, 1, Cost::wall), Some(0.5));
    Ok(())
}

/// Without what a script must do besides: to take the token out of one answer for the next call.
fn curl(scene: &Scene, reader: &Machine) -> Command {
    let login = json!({ "role_id": reader.login.role_id, "secret_id": reader.login.secret_id });
    let [file, header] = SCRIPTS_FILES.map(|name| reader.root().join(name));
    fs::write(&file, login.to_string()).unwrap();
    let given = scene.bao.insist("POST", "auth/approle/login", &login);
    let token = given["auth"]["client_token"].as_str().unwrap();
    fs::write(&header, format!("X-Vault-Token: {token}")).unwrap();
    let (address, ca) = (&scene.addresses[0], scene.bao.authority());
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!(
        "curl -sSf --cacert {ca} --data @{login} {address}/v1/auth/approle/login >/dev/null &&
         curl -sSf --cacert {ca} -H @{header} {address}/v1/partnerlink/data/access/fake/one >/dev/null",
        ca = ca.display(),
        login = file.display(),
        header = header.display(),
    ));
    command
}

/// One refresh beside one in sealed files, at the same provider.
fn refresh(scene: &Scene) -> Result<()> {
    let machine = scene.machine(Duty::Refresher);
    let local = Program::new().set("PARTNERLINK_STORE", "file");
    local.configure(&scene.provider.described_as("fake", ""));
    browser::connect(&local, &scene.provider, &[ACCOUNT]).exits(0);
    let forced = ["token", "refresh", ACCOUNT, "--force"];
    let refreshed = |program: &Program| {
        let told = program.run(forced).exits(0);
        assert!(told.data().contains("\trefreshed\t"), "{}", told.told());
    };
    let mut ours = || timed(|| refreshed(&machine));
    let mut theirs = || timed(|| refreshed(&local));
    let contestants: &mut [Contestant] = &mut [&mut ours, &mut theirs];
    let rounds = Rounds::run(UNTIL, contestants)?;
    let title = Title { ours: "token refresh, shared store", theirs: "the same, sealed files" };
    table::ratio(title, rounds.ratio(0, 1, Cost::wall), Some(2.5));
    Ok(())
}

fn timed(work: impl FnOnce()) -> Result<Cost> {
    let begun = Instant::now();
    work();
    Ok(Cost { wall: begun.elapsed().as_secs_f64(), cpu: None })
}
