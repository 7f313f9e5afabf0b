//! The commands that are about the shared store itself: policies, choosing it, looking at it.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::api;
use crate::bao::{Bao, Duty, Login};

/// A machine with a home of its own.
struct Machine {
    home: tempfile::TempDir,
    token: Option<String>,
}

/// What a run came to.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Machine {
    /// With these lines in `[vault]` beside the address.
    fn new(bao: &Bao, lines: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let (address, authority) = (&bao.addresses()[0], bao.authority());
        let text = format!("[vault]\naddress = {address:?}\nca_file = {authority:?}\n{lines}\n");
        fs::write(home.path().join("config.toml"), text).unwrap();
        Self { home, token: None }
    }

    /// One that signs in with a role and its secret ID.
    fn with_role(bao: &Bao, login: &Login, lines: &str) -> Self {
        let machine = Self::new(bao, &format!("role_id = {:?}\n{ROLE}\n{lines}", login.role_id));
        fs::write(machine.secret_id(), &login.secret_id).unwrap();
        fs::set_permissions(machine.secret_id(), fs::Permissions::from_mode(0o600)).unwrap();
        machine
    }

    fn secret_id(&self) -> PathBuf {
        self.home.path().join("secret-id")
    }

    fn config(&self) -> String {
        fs::read_to_string(self.home.path().join("config.toml")).unwrap()
    }

    fn run(&self, args: &[&str], input: &str) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_partnerlink"));
        command.args(args).env_clear().env("PARTNERLINK_HOME", self.home.path());
        command.envs(self.token.iter().map(|token| ("VAULT_TOKEN", token)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One that reads nothing has closed the pipe.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        Ran { code: output.status.code(), stdout, stderr }
    }
}

impl Ran {
    #[track_caller]
    fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    #[track_caller]
    fn says(self, texts: &[&str]) -> Self {
        let told = self.stdout.clone() + &self.stderr;
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        for text in texts {
            assert!(told.contains(text), "{text}: {told}");
        }
        self
    }

    #[track_caller]
    fn conceals(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(!self.stdout.contains(text) && !self.stderr.contains(text), "{text}: {self:?}");
        }
        self
    }
}

/// What brings a new secret ID.
const COMMAND: &str = "bao write -f -wrap-ttl=5m -field=wrapping_token \
                       auth/approle/role/ROLE/secret-id | partnerlink store use vault \
                       --wrapped-secret-id";
const ROLE: &str = "secret_id_file = \"secret-id\"";

/// Gives the server the policies as the program prints them.
fn write_policies(bao: &Bao) {
    for duty in ["reader", "refresher", "admin"] {
        let printed = Machine::new(bao, "auth = \"proxy\"");
        let printed = printed.run(&["store", "policy", duty], "").exits(0).stdout;
        let policy = json!({ "policy": printed });
        bao.insist("PUT", &format!("sys/policies/acl/{duty}"), &policy);
    }
}

#[test]
fn a_policy_allows_the_duty_and_nothing_else() {
    let Some(bao) = Bao::alone("policies") else { return };
    write_policies(&bao);
    for path in ["grant/fake/one", "access/fake/one", "client/fake"] {
        assert!(bao.put(path, &json!({ "v": 1 }), 0));
    }
    let (none, all) = (&[][..], &["reader", "refresher", "admin"][..]);
    let (writers, admin) = (&all[1..], &all[2..]);
    // On a version that is not there: it is taken for good, and changes nothing.
    let write = json!({ "options": { "cas": 9 }, "data": {} });
    let versions = json!({ "versions": [9] });
    for (method, path, body, who) in [
        ("GET", "data/access/fake/one", &Value::Null, all),
        ("GET", "metadata/access/fake?list=true", &Value::Null, all),
        ("GET", "metadata/access/fake/one", &Value::Null, all),
        ("GET", "detailed-metadata/access/fake?list=true", &Value::Null, all),
        ("POST", "data/access/fake/one", &write, writers),
        ("GET", "data/grant/fake/one", &Value::Null, writers),
        ("POST", "data/grant/fake/one", &write, writers),
        ("GET", "metadata/grant/fake?list=true", &Value::Null, writers),
        ("GET", "detailed-metadata/grant/fake?list=true", &Value::Null, writers),
        ("POST", "data/probe/web-1", &write, writers),
        ("GET", "data/client/fake", &Value::Null, writers),
        ("GET", "config", &Value::Null, writers),
        ("POST", "data/client/fake", &write, admin),
        ("POST", "destroy/grant/fake/one", &versions, admin),
        ("POST", "destroy/access/fake/one", &versions, admin),
        ("POST", "delete/grant/fake/one", &versions, none),
        ("POST", "undelete/grant/fake/one", &versions, none),
        ("POST", "metadata/grant/fake/one", &json!({ "max_versions": 1 }), none),
        ("POST", "config", &json!({ "cas_required": false }), none),
        ("DELETE", "data/grant/fake/one", &Value::Null, none),
        ("DELETE", "data/access/fake/one", &Value::Null, none),
        ("DELETE", "metadata/grant/fake/one", &Value::Null, none),
        ("DELETE", "metadata/access/fake/one", &Value::Null, none),
    ] {
        for duty in all {
            let token = token(&bao, duty);
            let path = format!("partnerlink/{path}");
            let answer = api::ask(bao.nodes[0].plain, &token, method, &path, body).unwrap();
            assert_eq!(answer.status != 403, who.contains(duty), "{duty}: {method} {path}");
        }
    }
}

/// A token with this policy.
fn token(bao: &Bao, policy: &str) -> String {
    let made = bao.insist("POST", "auth/token/create", &json!({ "policies": [policy] }));
    made["auth"]["client_token"].as_str().unwrap().to_owned()
}

#[test]
fn the_store_is_chosen_after_it_was_tried() {
    let Some(bao) = Bao::alone("store use vault") else { return };
    write_policies(&bao);
    let refresher = bao.login(Duty::Refresher);
    let machine = Machine::with_role(&bao, &refresher, "");
    let ran = machine.run(&["store", "use", "vault"], "").exits(0);
    ran.says(&["New accounts are kept in the shared store"]).conceals(&[&refresher.secret_id, "!"]);
    assert!(machine.config().starts_with("store = \"vault\"\n"), "{}", machine.config());
    let hosts = bao.call("GET", "partnerlink/metadata/probe?list=true", &Value::Null).body;
    assert_eq!(hosts["data"]["keys"].as_array().map(Vec::len), Some(1));
    // Who reads tries no write, and who shall write must be able to.
    let reader = bao.login(Duty::Reader);
    Machine::with_role(&bao, &reader, "access = \"read\"")
        .run(&["store", "use", "vault"], "")
        .exits(0);
    let short = Machine::with_role(&bao, &reader, "");
    let ran = short.run(&["store", "use", "vault"], "").exits(5);
    ran.says(&["create/update on partnerlink/data/access/*", "partnerlink store policy refresher"]);
    assert!(!short.config().contains("store ="), "{}", short.config());
    let wide = Machine::with_role(&bao, &refresher, "access = \"read\"");
    let ran = wide.run(&["store", "use", "vault"], "").exits(0);
    ran.says(&["may do more than it should", "partnerlink/data/grant/*", "store policy reader"]);
    bao.insist("POST", "partnerlink/config", &json!({ "cas_required": false }));
    let ran = machine.run(&["store", "use", "vault"], "").exits(0);
    ran.says(&["cas_required is off", "bao write partnerlink/config cas_required=true"]);
    bao.insist("POST", "sys/mounts/old", &json!({ "type": "kv", "options": { "version": "1" } }));
    let mut old = Machine::new(&bao, "mount = \"old\"");
    old.token = Some(token(&bao, "root"));
    let ran = old.run(&["store", "use", "vault"], "").exits(2);
    ran.says(&["no secrets engine KV of version 2 at old"]);
    bao.revoke(&refresher);
    let ran = machine.run(&["store", "use", "vault"], "").exits(5);
    ran.says(&["invalid role or secret ID", "--wrapped-secret-id"]);
    // As servers are set up unless somebody says otherwise: five failed logins lock the role, and a
    // run makes one.
    let tuned = json!({ "user_lockout_config": { "lockout_disable": false } });
    bao.insist("POST", "sys/auth/approle/tune", &tuned);
    for _ in 0..5 {
        machine.run(&["store", "status"], "").exits(0).says(&["invalid role or secret ID"]);
    }
    let ran = Machine::with_role(&bao, &bao.login(Duty::Refresher), "");
    let ran = ran.run(&["store", "use", "vault"], "").exits(5);
    ran.says(&["permission denied", "bao read sys/locked-users", "unlock/ROLE_ID"]);
}

#[test]
fn what_is_configured_wrongly_is_no_reason_to_try_later() {
    let Some(bao) = Bao::alone("a wrong address") else { return };
    let login = bao.login(Duty::Refresher);
    let machine = Machine::with_role(&bao, &login, "");
    let config = machine.config();
    let (tls, plain) = (bao.nodes[0].port, bao.nodes[0].plain);
    let right = format!("https://127.0.0.1:{tls}");
    for (wrong, expected) in [
        (format!("http://127.0.0.1:{tls}"), "must begin with https://"),
        (format!("https://127.0.0.1:{plain}"), "does not speak TLS"),
        (format!("https://localhost:{tls}"), "address in [vault]"),
    ] {
        fs::write(machine.home.path().join("config.toml"), config.replace(&right, &wrong)).unwrap();
        machine.run(&["store", "use", "vault"], "").exits(2).says(&[expected]);
    }
    let machine = Machine::with_role(&bao, &login, "auth_mount = \"elsewhere\"");
    machine.run(&["store", "use", "vault"], "").exits(5).says(&["bao auth list"]);
}

#[test]
fn a_wrapped_secret_id_is_taken_out_once() {
    let Some(bao) = Bao::alone("a wrapped secret ID") else { return };
    write_policies(&bao);
    let login = bao.login(Duty::Refresher);
    let machine = Machine::new(&bao, &format!("role_id = {:?}\n{ROLE}", login.role_id));
    let take = ["store", "use", "vault", "--wrapped-secret-id"];
    let wrapping = bao.wrapped(Duty::Refresher);
    let ran = machine.run(&take, &format!("{wrapping}\n")).exits(0);
    let secret_id = fs::read_to_string(machine.secret_id()).unwrap();
    ran.conceals(&[&wrapping, &secret_id]);
    let mode = fs::metadata(machine.secret_id()).unwrap().permissions().mode();
    assert_eq!((mode & 0o7777, secret_id.len()), (0o600, login.secret_id.len()));
    // Somebody was there before: what is good stays.
    let ran = machine.run(&take, &wrapping).exits(5);
    ran.says(&["opened before", "take it as an alarm", "secret-id-accessor/destroy", COMMAND])
        .conceals(&[&wrapping]);
    assert_eq!(fs::read_to_string(machine.secret_id()).unwrap(), secret_id);
    // One of another role is none that works here.
    let ran = machine.run(&take, &bao.wrapped(Duty::Reader)).exits(5);
    ran.says(&["invalid role or secret ID", "secret-id was not touched"]);
    assert_eq!(fs::read_to_string(machine.secret_id()).unwrap(), secret_id);
    let ran = machine.run(&take, &login.secret_id).exits(2);
    ran.says(&["not wrapped", COMMAND]).conceals(&["alarm", &login.secret_id]);
    // Something else in a wrapping is not even opened.
    let foreign = bao.wraps("sys/wrapping/wrap", &json!({ "secret_id": "of-an-enemy" }));
    let ran = machine.run(&take, &foreign).exits(5);
    ran.says(&["made at sys/wrapping/wrap"]).conceals(&[&foreign]);
    let port = bao.nodes[0].plain;
    let opened = api::insist(port, &foreign, "POST", "sys/wrapping/unwrap", &json!({}));
    assert_eq!(opened["data"]["secret_id"], "of-an-enemy");
    // No place for it: it stays wrapped.
    let nowhere = Machine::new(&bao, &format!("role_id = {:?}\nsecret_id_file = \"x/y\"", "r"));
    fs::write(nowhere.home.path().join("x"), "a file").unwrap();
    let wrapping = bao.wrapped(Duty::Refresher);
    nowhere.run(&take, &wrapping).exits(5);
    api::insist(port, &wrapping, "POST", "sys/wrapping/unwrap", &json!({}));
    machine.run(&take, "").exits(2).says(&["the wrapping token is empty", COMMAND]);
    fs::remove_file(machine.secret_id()).unwrap();
    machine.run(&["store", "use", "vault"], "").exits(5).says(&["is not there", COMMAND]);
}

/// An account as a machine that refreshes left it.
fn stored(generation: u64) -> Value {
    let record = json!({
        "access_token": "fake-access-canary",
        "access_token_until": "2099-01-01T00:00:00Z",
        "account": "zaehlerfreunde:one",
        "asked": "openid",
        "client_id": "fake-client",
        "connected_at": "2026-11-01T00:00:00Z",
        "refresh_by": "2099-01-01T00:00:00Z",
        "refresh_token": "fake-refresh-canary",
        "refreshable": true,
        "origins": { "token": "https://auth.prod.zaehlerfreunde.com" },
        "scope": "openid",
        "state": "connected",
        "store": "vault",
        "version": 1,
    });
    json!({ "v": 1, "generation": generation, "nonce": "00", "claim": null, "record": record })
}

#[test]
fn doctor_looks_at_servers_rights_and_records() {
    let Some(bao) = Bao::alone("doctor") else { return };
    write_policies(&bao);
    let (refresher, reader) = (bao.login(Duty::Refresher), bao.login(Duty::Reader));
    assert!(bao.put("grant/zaehlerfreunde/one", &stored(2), 0));
    assert!(bao.put("access/zaehlerfreunde/one", &stored(1), 0));
    let machine = Machine::with_role(&bao, &refresher, "");
    let ran = machine.run(&["doctor"], "");
    let secrets = [&*refresher.secret_id, "fake-refresh-canary", "fake-access-canary"];
    ran.says(&[
        "unsealed (TLS)",
        "signed in by AppRole, for ",
        "KV version 2, cas_required, max_versions 3",
        "this machine refreshes, and may do what that needs",
        "of two writes at once it takes one",
        "zaehlerfreunde:one: machines that only read do not see its newest token",
        "partnerlink store verify zaehlerfreunde:one",
        "zaehlerfreunde: it is not known to forgive",
    ])
    .conceals(&secrets)
    .conceals(&["unlocked"]);
    let narrow = Machine::with_role(&bao, &reader, "access = \"read\"");
    let ran = narrow.run(&["doctor"], "");
    ran.says(&["this machine reads, and may do what that needs"]).conceals(&["is set up"]);
    let wide = Machine::with_role(&bao, &refresher, "access = \"read\"");
    let more = ["may do more:", "partnerlink/data/grant/* and", "partnerlink store policy reader"];
    wide.run(&["doctor"], "").says(&more);
    let short = Machine::with_role(&bao, &reader, "");
    short.run(&["doctor"], "").exits(5).says(&["create/update on partnerlink/data/access/*"]);
    let mut root = Machine::new(&bao, "");
    root.token = Some(token(&bao, "root"));
    root.run(&["doctor"], "").says(&["the token of VAULT_TOKEN", "everything (it is root)"]);
    bao.insist("POST", "partnerlink/config", &json!({ "cas_required": false }));
    machine.run(&["doctor"], "").says(&["cas_required is off"]);
    let bundle = machine.home.path().join("report.txt");
    machine.run(&["doctor", "--bundle", bundle.to_str().unwrap()], "");
    let bundle = fs::read_to_string(bundle).unwrap();
    assert!(!bundle.contains("127.0.0.1:") && bundle.contains("unsealed (TLS)"), "{bundle}");
    bao.seal();
    machine.run(&["store", "status"], "").exits(0).says(&["not usable now", "it is sealed"]);
    let ran = machine.run(&["store", "status", "--json"], "").exits(0);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    let shared = told["stores"].as_array().unwrap().iter().find(|it| it["store"] == "vault");
    let shared = shared.unwrap();
    let address = format!("{}/", bao.addresses()[0]);
    assert_eq!(shared["address"], json!([address]));
    assert_eq!((&shared["mount"], &shared["access"]), (&json!("partnerlink"), &json!("refresh")));
    machine.run(&["doctor"], "").exits(3).says(&["is sealed", "bao operator unseal"]);
}
