//! The real server: OpenBao, one node or a cluster of three, set up as an administrator would.

use std::fs;
use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
#[cfg(unix)]
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::api::{self, Answer, until};
use crate::left_out;
use crate::node::{self, Node};
use crate::program::Program;

/// A server with the mount `partnerlink`, AppRole, and the policies of the three duties.
pub struct Bao {
    pub nodes: Vec<Node>,
    folder: tempfile::TempDir,
    root: String,
    key: String,
}

/// What a machine logs in with.
pub struct Login {
    pub role_id: String,
    pub secret_id: String,
    accessor: String,
    role: String,
}

/// What a machine may do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    Reader,
    Refresher,
    Admin,
}

impl Duty {
    pub fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Refresher => "refresher",
            Self::Admin => "admin",
        }
    }

    /// What the program says that the server must allow.
    fn policy(self) -> String {
        let program = Program::new();
        program.run(["store", "policy", self.name()]).exits(0).stdout
    }
}

impl Bao {
    /// One node. `None`, and said, where `tests/run` could not get the server.
    pub fn alone(test: &str) -> Option<Self> {
        Self::of(1, test)
    }

    /// Three nodes that replace each other.
    pub fn three(test: &str) -> Option<Self> {
        Self::of(3, test)
    }

    pub fn of(count: usize, test: &str) -> Option<Self> {
        if node::program().is_none() {
            left_out(test, "no OpenBao (PARTNERLINK_TEST_BAO)");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        certify(&folder);
        let name = |number| folder.path().join(format!("node-{number}"));
        let nodes: Vec<Node> = (0..count).map(|number| Node::new(name(number))).collect();
        nodes.iter().for_each(|node| node.configure(count == 1));
        let mut bao = Self { nodes, folder, root: String::new(), key: String::new() };
        bao.begin();
        bao.set_up();
        Some(bao)
    }

    /// Starts and unseals; the first node leads.
    fn begin(&mut self) {
        self.nodes[0].start();
        let shares = json!({ "secret_shares": 1, "secret_threshold": 1 });
        let first = self.nodes[0].plain;
        let keys = api::insist(first, "", "PUT", "sys/init", &shares);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (self.key, self.root) = (text(&keys["keys_base64"][0]), text(&keys["root_token"]));
        self.unseal(0);
        if self.nodes.len() > 1 {
            // Else a new node gets its vote after ten seconds.
            let soon = json!({ "server_stabilization_time": "1s" });
            self.insist("POST", "sys/storage/raft/autopilot/configuration", &soon);
        }
        for number in 1..self.nodes.len() {
            self.nodes[number].start();
            let join = json!({ "leader_api_addr": format!("http://127.0.0.1:{first}") });
            api::insist(self.nodes[number].plain, "", "POST", "sys/storage/raft/join", &join);
            self.unseal(number);
        }
        if self.nodes.len() > 1 {
            until("all three are in the cluster", || {
                let answer = self.call("GET", "sys/storage/raft/configuration", &Value::Null);
                let servers = answer.body["data"]["config"]["servers"].as_array()?.clone();
                let voters = servers.iter().filter(|server| server["voter"] == true);
                (voters.count() == self.nodes.len()).then_some(())
            });
        }
    }

    fn set_up(&self) {
        let kv = json!({ "type": "kv", "options": { "version": "2" } });
        self.insist("POST", "sys/mounts/partnerlink", &kv);
        // Refused while the new mount gets ready.
        let config = json!({ "cas_required": true, "max_versions": 3 });
        self.insist("POST", "partnerlink/config", &config);
        self.insist("POST", "sys/auth/approle", &json!({ "type": "approle" }));
        // Else five logins with a revoked secret ID lock every machine of the role out for a quarter
        // of an hour.
        let tuned = json!({ "user_lockout_config": { "lockout_disable": true } });
        self.insist("POST", "sys/auth/approle/tune", &tuned);
        for duty in [Duty::Reader, Duty::Refresher, Duty::Admin] {
            let name = duty.name();
            let policy = json!({ "policy": duty.policy() });
            self.insist("PUT", &format!("sys/policies/acl/{name}"), &policy);
            self.lives(duty, "20m");
        }
    }

    /// How long a login with this duty lasts: `20m` if nothing else is said.
    pub fn lives(&self, duty: Duty, life: &str) {
        let name = duty.name();
        let role = json!({
            "token_type": "batch", "token_ttl": life, "token_max_ttl": life, "token_policies": [name],
        });
        self.insist("POST", &format!("auth/approle/role/{name}"), &role);
    }

    /// A role ID and a new secret ID.
    pub fn login(&self, duty: Duty) -> Login {
        let role = duty.name().to_owned();
        let path = format!("auth/approle/role/{role}");
        let text = |value: &Value, name: &str| value["data"][name].as_str().unwrap().to_owned();
        let id = self.insist("GET", &format!("{path}/role-id"), &Value::Null);
        let secret = self.insist("POST", &format!("{path}/secret-id"), &json!({}));
        Login {
            role_id: text(&id, "role_id"),
            secret_id: text(&secret, "secret_id"),
            accessor: text(&secret, "secret_id_accessor"),
            role,
        }
    }

    /// Waits until every node that runs lets this login in: a standby goes by what it knows, which is
    /// a tenth of a second old, or more on a busy machine.
    pub fn is_known(&self, login: &Login) {
        let body = json!({ "role_id": login.role_id, "secret_id": login.secret_id });
        let lets_in = |node: &Node| {
            let answer = api::ask(node.plain, "", "POST", "auth/approle/login", &body);
            answer.is_ok_and(|answer| answer.is_good())
        };
        until("every node knows a new secret ID", || {
            self.nodes.iter().filter(|node| node.is_running()).all(lets_in).then_some(())
        });
    }

    /// A new secret ID in a wrapping: the token that opens it, once.
    pub fn wrapped(&self, duty: Duty) -> String {
        self.wraps(&format!("auth/approle/role/{}/secret-id", duty.name()), &json!({}))
    }

    /// The answer of a request, wrapped.
    pub fn wraps(&self, path: &str, body: &Value) -> String {
        // One more header, behind that of the token.
        let token = format!("{}\r\nX-Vault-Wrap-TTL: 60s", self.root);
        let answer = api::insist(self.nodes[self.leader()].plain, &token, "POST", path, body);
        answer["wrap_info"]["token"].as_str().unwrap().to_owned()
    }

    /// Takes a secret ID back. Batch tokens that it got live on until their end.
    pub fn revoke(&self, login: &Login) {
        let path = format!("auth/approle/role/{}/secret-id-accessor/destroy", login.role);
        self.insist("POST", &path, &json!({ "secret_id_accessor": login.accessor }));
    }

    /// The number of the node that leads. One that stood still may say so of itself for half a
    /// minute, and does nothing: so it is asked for something.
    pub fn leader(&self) -> usize {
        until("one of them leads", || {
            self.nodes.iter().position(|node| {
                let asked = |token: &str, path: &str| {
                    let answer = api::ask(node.plain, token, "GET", path, &Value::Null);
                    answer.is_ok_and(|answer| answer.status == 200)
                };
                node.is_running()
                    && asked("", "sys/health")
                    && asked(&self.root, "auth/token/lookup-self")
            })
        })
    }

    /// One request of the administrator to the leader; who that is may change meanwhile.
    pub fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        until("the leader answers", || {
            let answer = api::ask(self.nodes[self.leader()].plain, &self.root, method, path, body);
            answer.ok().filter(|answer| answer.is_good() || (400..429).contains(&answer.status))
        })
    }

    /// The same until it works.
    pub fn insist(&self, method: &str, path: &str, body: &Value) -> Value {
        api::insist(self.nodes[self.leader()].plain, &self.root, method, path, body)
    }

    /// A record below the mount, and its version; `None` if it was never written.
    pub fn record(&self, path: &str) -> Option<(Value, u64)> {
        let mut answer = self.call("GET", &format!("partnerlink/data/{path}"), &Value::Null);
        let data = answer.body["data"].take();
        Some((data["data"].clone(), data["metadata"]["version"].as_u64()?))
    }

    /// Writes a record on this version; whether it was taken.
    pub fn put(&self, path: &str, record: &Value, version: u64) -> bool {
        let body = json!({ "options": { "cas": version }, "data": record });
        self.call("POST", &format!("partnerlink/data/{path}"), &body).is_good()
    }

    /// Seals the node that leads, and which one that was.
    pub fn seal(&self) -> usize {
        let number = self.leader();
        self.insist("PUT", "sys/seal", &Value::Null);
        number
    }

    /// Unseals a node that was sealed or started again.
    pub fn unseal(&self, number: usize) {
        let key = json!({ "key": self.key });
        let port = self.nodes[number].plain;
        until("the node is unsealed", || {
            let answer = api::ask(port, "", "PUT", "sys/unseal", &key).ok()?;
            (answer.body["sealed"] == false).then_some(())
        });
        until("the node knows its place", || {
            let answer = api::ask(port, "", "GET", "sys/health", &Value::Null).ok()?;
            matches!(answer.status, 200 | 429).then_some(())
        });
    }

    /// `kill -9`, and where it was.
    pub fn kill_leader(&mut self) -> usize {
        let number = self.leader();
        self.nodes[number].kill();
        number
    }

    /// Starts a node that was killed, with what it kept on the disk.
    pub fn start(&mut self, number: usize) {
        self.nodes[number].start();
        self.unseal(number);
    }

    /// Lets a node stand still.
    #[cfg(unix)]
    pub fn pause(&self, number: usize) {
        self.nodes[number].signal(Signal::STOP);
    }

    #[cfg(unix)]
    pub fn go_on(&self, number: usize) {
        self.nodes[number].signal(Signal::CONT);
    }

    /// The addresses for machines.
    pub fn addresses(&self) -> Vec<String> {
        self.nodes.iter().map(|node| format!("https://127.0.0.1:{}", node.port)).collect()
    }

    /// The certificate of the authority that clients must trust.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// All that the audit devices wrote.
    pub fn audit(&self) -> Vec<u8> {
        self.nodes.iter().flat_map(Node::audit).collect()
    }
}

/// An authority of its own, and a certificate for 127.0.0.1.
fn certify(folder: &tempfile::TempDir) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new([]).unwrap();
    authority.distinguished_name.push(DnType::CommonName, "authority of a test");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
    for (name, text) in [
        ("authority.pem", root.pem()),
        ("server.pem", certificate.pem()),
        ("server.key", key.serialize_pem()),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
}
