//! Files that another program has open without sharing them, as virus scanners and backups do: they
//! are waited for, and no sign-in is lost over them. Only Windows has such files; under wine too.

#![cfg(windows)]

#[path = "../provider/mod.rs"]
#[expect(dead_code, reason = "shared: each of the test programs uses a part of it")]
mod provider;

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use url::Url;

use provider::Provider;

/// What others may do meanwhile: read.
const FILE_SHARE_READ: u32 = 1;

/// How long something is held, in seconds: less than what is waited for before a token is spent,
/// less than what is waited for after it, and longer than both.
const HOLDS: [u64; 3] = [3, 8, 25];

const DONE: i32 = 0;
const SIGN_IN: i32 = 4;
const STORE: i32 = 5;
const BUSY: i32 = 7;

/// A folder of the program's, connected to a provider of its own as `fake`.
struct Desk {
    root: tempfile::TempDir,
    fake: Provider,
}

struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
    took: Duration,
}

impl Ended {
    #[track_caller]
    fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "after {:?}: {}{}", self.took, self.stdout, self.stderr);
        self
    }

    #[track_caller]
    fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no {text:?} in {}", self.stderr);
        self
    }
}

impl Desk {
    fn connected() -> Self {
        let root = tempfile::tempdir().unwrap();
        let fake = Provider::start(|_, _| {});
        let config = format!("file_key = \"key-file\"\n{}", fake.described());
        fs::write(root.path().join("config.toml"), config).unwrap();
        let desk = Self { root, fake };
        let mut connect = desk.command(&["connect", "fake", "--no-browser"]).spawn().unwrap();
        let mut lines = BufReader::new(connect.stderr.take().unwrap()).lines();
        let link = lines.find_map(|line| {
            line.unwrap().split(' ').find(|word| word.contains("response_type=code"))?.parse().ok()
        });
        desk.agree(&link.unwrap());
        let rest: Vec<_> = lines.map_while(Result::ok).collect();
        assert!(connect.wait().unwrap().success(), "{rest:?}");
        desk
    }

    /// What a browser does for a person who agrees.
    fn agree(&self, link: &Url) {
        let parameter = |name| link.query_pairs().find(|(key, _)| key == name).unwrap().1;
        let mut back: Url = parameter("redirect_uri").parse().unwrap();
        let code = self.fake.consent(link);
        back.set_query(Some(&format!("code={code}&state={}", parameter("state"))));
        for target in [&back[url::Position::BeforePath..], "/done"] {
            let port = back.port().unwrap();
            let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            let head = format!("Host: {}:{port}\r\nConnection: close", back.host_str().unwrap());
            write!(stream, "GET {target} HTTP/1.1\r\n{head}\r\n\r\n").unwrap();
            stream.read_to_end(&mut Vec::new()).unwrap();
        }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_partnerlink"));
        command.args(args).env("PARTNERLINK_HOME", self.root.path());
        command.env("PARTNERLINK_STORE", "file").current_dir(self.root.path());
        // The sandbox agrees by itself.
        command.env("CI", "1");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, args: &[&str]) -> Ended {
        let begun = Instant::now();
        let output = self.command(args).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ended {
            code: output.status.code().unwrap(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            took: begun.elapsed(),
        }
    }

    fn refresh(&self) -> Ended {
        self.run(&["token", "refresh", "fake", "--force"])
    }

    fn path(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    fn sealed(&self) -> PathBuf {
        self.path("state/tokens/fake.default.sealed")
    }

    fn note(&self) -> PathBuf {
        self.path("state/intents/fake.default.json")
    }

    /// From now on somebody opens this file while the provider answers, and holds it for so long.
    fn holds_while_asked(&self, file: PathBuf, seconds: u64) -> Holder {
        let holder = Holder::default();
        let threads = Arc::clone(&holder.threads);
        self.fake.does(move |_, honest| {
            threads.lock().unwrap().push(hold(&file, seconds));
            honest()
        });
        holder
    }

    /// The sign-in is whole: so many refresh tokens were spent, none twice, and the next one works.
    #[track_caller]
    fn is_whole_after(&self, refreshes: u64) {
        self.fake.is_honest();
        self.fake.refreshed_exactly(refreshes);
        self.refresh().exits(DONE);
        self.fake.refreshed_exactly(refreshes + 1);
    }
}

#[derive(Default)]
struct Holder {
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Holder {
    fn lets_go(self) {
        let threads = std::mem::take(&mut *self.threads.lock().unwrap());
        assert!(!threads.is_empty(), "nothing was held");
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }
}

/// Opens a file as nobody should, and lets it go after so long.
fn hold(path: &Path, seconds: u64) -> JoinHandle<()> {
    let open = || File::options().read(true).share_mode(0).open(path);
    let begun = Instant::now();
    let file = loop {
        match open() {
            Err(error) if begun.elapsed() > Duration::from_secs(5) => {
                panic!("{}: {error}", path.display())
            }
            Err(_) => thread::sleep(Duration::from_millis(5)),
            Ok(file) => break file,
        }
    };
    thread::spawn(move || {
        thread::sleep(Duration::from_secs(seconds));
        drop(file);
    })
}

fn for_each_hold(test: impl Fn(u64) + Sync) {
    let test = &test;
    thread::scope(|scope| HOLDS.map(|seconds| scope.spawn(move || test(seconds))).map(drop));
}

const WHY: &str = "is open in another program";

#[test]
fn what_is_held_before_a_refresh_is_waited_for_and_nothing_is_spent_over_it() {
    for_each_hold(|seconds| {
        let desk = Desk::connected();
        let holder = hold(&desk.sealed(), seconds);
        let ended = desk.refresh();
        // A busy machine may be a while before it looks at the file.
        let is_done = seconds < 5 || seconds < 25 && ended.code == DONE;
        if is_done {
            ended.exits(DONE);
        } else {
            ended.exits(BUSY).says(WHY).says("close it there");
        }
        holder.join().unwrap();
        desk.is_whole_after(u64::from(is_done));
    });
}

#[test]
fn what_is_held_after_the_token_was_spent_loses_nothing() {
    for_each_hold(|seconds| {
        let desk = Desk::connected();
        let holder = desk.holds_while_asked(desk.sealed(), seconds);
        let ended = desk.refresh();
        desk.fake.is_honest();
        if seconds < 20 {
            ended.exits(DONE);
            holder.lets_go();
        } else {
            ended.exits(STORE).says(WHY).says("nothing was lost");
            holder.lets_go();
            // The journal is all that is left of the sign-in, and is held as well.
            let holder = hold(&desk.note(), 15);
            desk.refresh().exits(BUSY).says(WHY);
            desk.fake.refreshed_exactly(1);
            holder.join().unwrap();
            desk.run(&["token", "refresh", "fake"]).exits(DONE);
        }
        desk.is_whole_after(1);
    });
}

/// A virus scanner lets others read, and nobody delete.
#[test]
fn what_cannot_be_deleted_is_not_revoked() {
    for file in ["state/tokens/fake.default.sealed", "state/accounts/fake.default.json"] {
        let desk = Desk::connected();
        let scanner = File::options().read(true).share_mode(FILE_SHARE_READ).open(desk.path(file));
        let ended = desk.run(&["disconnect", "fake"]);
        drop(scanner.unwrap());
        ended.exits(BUSY).says(WHY).says("close it there");
        desk.is_whole_after(0);
        desk.run(&["disconnect", "fake"]).exits(DONE).says("revoked at the provider");
        desk.run(&["token", "get", "fake"]).exits(SIGN_IN);
    }
}

/// The token may still be had, or the next refresh works; nothing is spent for nothing.
#[test]
fn the_other_files_of_an_account_are_waited_for_too() {
    // Each file, how long it is held, and how a refresh ends.
    let files = [
        ("config.toml", 1, DONE),
        ("config.toml", 12, BUSY),
        ("key/tokens.key", 3, DONE),
        ("key/tokens.key", 15, BUSY),
        ("state/locks/fake.default.lock", 1, DONE),
        ("state/locks/fake.default.lock", 12, BUSY),
        ("state/accounts/fake.default.json", 8, DONE),
        ("state/intents/fake.default.json", 3, DONE),
        ("state/intents/fake.default.json", 15, BUSY),
    ];
    thread::scope(|scope| {
        for (file, seconds, code) in files {
            scope.spawn(move || {
                let desk = Desk::connected();
                if file.contains("intents") {
                    fs::create_dir_all(desk.path("state/intents")).unwrap();
                    fs::write(desk.note(), "{}").unwrap();
                }
                let holder = hold(&desk.path(file), seconds);
                let ended = desk.refresh().exits(code);
                if code == BUSY {
                    ended.says(WHY);
                }
                holder.join().unwrap();
                desk.is_whole_after(u64::from(code == DONE));
            });
        }
    });
}

#[test]
fn a_file_to_write_is_tried_before_the_download() {
    let desk = Desk::connected();
    let run = |args: &[&str]| desk.run(&[&["--sandbox"], args].concat());
    run(&["connect", "timberdata"]).exits(DONE);
    let file = desk.path("out.csv");
    fs::write(&file, "before").unwrap();
    let args = ["timber", "aggregations", "--output", "out.csv", "--force"];
    let holder = hold(&file, 12);
    run(&args).exits(BUSY).says(WHY).says("close it there");
    holder.join().unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "before");
    let holder = hold(&file, 1);
    run(&args).exits(DONE);
    holder.join().unwrap();
    assert!(fs::read_to_string(&file).unwrap().contains(','));
}

#[test]
fn whatever_else_is_held_is_called_by_its_name() {
    let desk = Desk::connected();
    let sandbox = |args: &[&str]| desk.run(&[&["--sandbox"], args].concat());
    sandbox(&["connect", "timberdata"]).exits(DONE);
    let holder = hold(&desk.path("state/accounts/fake.default.json"), 12);
    desk.run(&["status"]).exits(BUSY).says(WHY).says("close it there");
    holder.join().unwrap();
    desk.run(&["status"]).exits(DONE);
    let holder = hold(&desk.path("state/sandbox/providers.json"), 12);
    let ended = sandbox(&["timber", "aggregations"]).exits(BUSY).says("providers.json");
    ended.says(WHY).says("close it there");
    holder.join().unwrap();
    sandbox(&["timber", "aggregations"]).exits(DONE);
}
