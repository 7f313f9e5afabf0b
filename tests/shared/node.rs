//! One process of OpenBao, with its folder and its ports.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process};

use crate::api::{self, until};
use crate::ports;

/// The server's program, if `tests/run` could get it.
#[expect(clippy::disallowed_methods, reason = "tests have no settings")]
pub fn program() -> Option<PathBuf> {
    std::env::var_os("PARTNERLINK_TEST_BAO").map(PathBuf::from)
}

pub struct Node {
    folder: PathBuf,
    /// For machines: TLS.
    pub port: u16,
    /// For the tests' own hands, and behind the proxy.
    pub plain: u16,
    cluster: u16,
    child: Option<Child>,
}

impl Node {
    /// Not started yet. `folder` is made; beside it stand `server.pem` and `server.key`.
    pub fn new(folder: PathBuf) -> Self {
        fs::create_dir_all(folder.join("raft")).unwrap();
        let [port, plain, cluster] = [(); 3].map(|()| ports::free());
        Self { folder, port, plain, cluster, child: None }
    }

    /// Alone it keeps nothing on the disk.
    pub fn configure(&self, is_alone: bool) {
        let Self { port, plain, cluster, .. } = self;
        let folder = self.folder.display();
        let storage = match is_alone {
            true => "storage \"inmem\" {}".to_owned(),
            // As quick as can be to elect a leader, and to give a new node its vote.
            false => format!(
                r#"storage "raft" {{
  path = "{folder}/raft"
  node_id = "{plain}"
  performance_multiplier = 1
  autopilot_update_interval = "300ms"
  autopilot_reconcile_interval = "500ms"
}}"#
            ),
        };
        // The audit device must be the same on each node: its path is that in its own folder.
        let text = format!(
            r#"{storage}
listener "tcp" {{
  address = "127.0.0.1:{port}"
  tls_cert_file = "{folder}/../server.pem"
  tls_key_file = "{folder}/../server.key"
}}
listener "tcp" {{
  address = "127.0.0.1:{plain}"
  cluster_address = "127.0.0.1:{cluster}"
  tls_disable = true
}}
audit "file" "file" {{
  options {{
    file_path = "audit.log"
  }}
}}
api_addr = "https://127.0.0.1:{port}"
cluster_addr = "https://127.0.0.1:{cluster}"
log_level = "warn"
"#
        );
        fs::write(self.folder.join("config.hcl"), text).unwrap();
    }

    /// Starts it, and waits until it answers. It ends with this value, or with the test program.
    pub fn start(&mut self) {
        let log = File::options().create(true).append(true).open(self.folder.join("log")).unwrap();
        // The kernel ends it even if this program is killed. It goes by the thread that started it,
        // so that is one that stays.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).arg(program().unwrap());
        command.arg("server").arg(format!("-config={}/config.hcl", self.folder.display()));
        command.env_clear().env("HOME", &self.folder).current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            sender.send(command.spawn()).unwrap();
            loop {
                thread::park();
            }
        });
        self.child = Some(receiver.recv().unwrap().unwrap());
        until("the server listens", || {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "the server ended: {}", self.log());
            api::ask(self.plain, "", "GET", "sys/health", &serde_json::Value::Null).ok()
        });
    }

    pub fn is_running(&self) -> bool {
        self.child.is_some()
    }

    /// As a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Lets it stand still (`Signal::STOP`), or go on (`Signal::CONT`).
    #[cfg(unix)]
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(self.child.as_ref().expect("a running server"));
        kill_process(pid, signal).unwrap();
    }

    pub fn audit(&self) -> Vec<u8> {
        fs::read(self.folder.join("audit.log")).unwrap_or_default()
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            eprintln!("{}: {}", self.folder.display(), self.log());
        }
    }
}
