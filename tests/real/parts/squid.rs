//! Squid, not ours: a company's proxy. It alone knows where the provider's name leads.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{ports, until};
use crate::support::program::{Program, Running};

pub const PROGRAM: &str = "/usr/sbin/squid";
const PASSWORDS: &str = "/usr/lib/squid/basic_ncsa_auth";

/// A running proxy; it ends with this value.
pub struct Squid {
    _running: Running,
    pub port: u16,
    log: PathBuf,
}

impl Squid {
    /// Knows `host` as this machine; lets in whoever gives this user name and password, or everybody.
    pub fn start(program: &Program, host: &str, user: Option<(&str, &str)>) -> Self {
        // Squid does not work as root, and gives itself another user.
        let set = |path: &PathBuf, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        let root = program.root().to_owned();
        let room = root.join(format!("squid-{}", user.is_some()));
        fs::create_dir(&room).unwrap();
        set(&root, 0o755);
        set(&room, 0o777);
        let port = ports::free();
        let log = room.join("access.log");
        fs::write(room.join("hosts"), format!("127.0.0.1 {host}\n")).unwrap();
        let access = match user {
            None => "http_access allow all\n".to_owned(),
            Some((name, password)) => {
                let mut openssl = Command::new("openssl");
                let hashed = openssl.args(["passwd", "-apr1", password]).output().unwrap().stdout;
                let hashed = String::from_utf8(hashed).unwrap();
                fs::write(room.join("users"), format!("{name}:{hashed}")).unwrap();
                format!(
                    "auth_param basic program {PASSWORDS} {}\nacl known proxy_auth REQUIRED\n\
                     http_access allow known\nhttp_access deny all\n",
                    room.join("users").display()
                )
            }
        };
        let settings = format!(
            "http_port 127.0.0.1:{port}\n{access}hosts_file {0}/hosts\n\
             access_log stdio:{0}/access.log\ncache_log {0}/cache.log\ncache deny all\n\
             pid_filename none\npinger_enable off\nnetdb_filename none\ncoredump_dir none\n\
             shutdown_lifetime 0 seconds\nmax_filedescriptors 1024\n",
            room.display()
        );
        let file = room.join("squid.conf");
        fs::write(&file, settings).unwrap();
        let mut command = Command::new(PROGRAM);
        command.arg("-N").arg("-f").arg(file).current_dir(&room).stdin(Stdio::null());
        let mut running = program.start(command);
        until("Squid listens", || {
            assert!(running.is_running(), "{}", running.stderr());
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Self { _running: running, port, log }
    }

    /// The lines of its log about a `CONNECT`, once there are as many as this.
    #[track_caller]
    pub fn connects(&self, expected: usize) -> Vec<String> {
        until("Squid writes its log", || {
            let lines = self.connects_so_far();
            (lines.len() >= expected).then_some(lines)
        })
    }

    pub fn connects_so_far(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().filter(|line| line.contains(" CONNECT ")).map(str::to_owned).collect()
    }
}
