//! The built program as a child process, in an environment that holds exactly what a test says.
//!
//! Everything it prints passes through here, and everything it wrote is looked at in the end: none
//! of the secrets that the test knows ([`Canaries`]) may be there in any dress.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read, Write as _};
use std::iter;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

#[cfg(unix)]
pub use rustix::process::Signal;

use super::canary::{Canaries, Place};

/// Longer than anything that a test waits for on purpose.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a wait looks again.
const TICK: Duration = Duration::from_millis(2);

/// Where the system's programs are.
#[cfg(unix)]
const SYSTEM_FOLDERS: &[&str] = &["/usr/bin", "/bin"];
#[cfg(windows)]
const SYSTEM_FOLDERS: &[&str] = &[r"C:\windows\system32", r"C:\windows"];

/// There are none: a test that sends one is left out.
#[cfg(windows)]
#[derive(Clone, Copy)]
#[expect(clippy::upper_case_acronyms, reason = "as rustix writes them")]
pub enum Signal {
    HUP,
    INT,
    TERM,
    STOP,
    CONT,
}

/// What no process of this system can do without.
fn indispensable() -> BTreeMap<OsString, OsString> {
    let is_kept = |name: &str| {
        // wine tells the processes that a process starts by its environment what it is to be.
        cfg!(windows) && (name.starts_with("WINE") || ["LC_ALL", "SystemRoot"].contains(&name))
    };
    std::env::vars_os().filter(|(name, _)| is_kept(&name.to_string_lossy())).collect()
}

/// What is started: the program that cargo made for the tests, or another build of it that
/// `PARTNERLINK_TEST_PROGRAM` names.
pub fn path() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "tests have no settings")]
    let named = std::env::var_os("PARTNERLINK_TEST_PROGRAM");
    // It is started in another folder.
    let found = |named| fs::canonicalize(named).expect("PARTNERLINK_TEST_PROGRAM names no file");
    named.map_or_else(|| env!("CARGO_BIN_EXE_partnerlink").into(), found)
}

/// How to start the program: a home of its own and a short list of variables.
pub struct Program {
    root: tempfile::TempDir,
    variables: BTreeMap<OsString, OsString>,
    pub canaries: Canaries,
    pub patience: Duration,
    /// Files in the root that hold a secret because the test put it there.
    secret_files: Vec<PathBuf>,
}

impl Program {
    /// An empty home, the file store, no configuration, and a `PATH` of the system's programs
    /// behind the test's own ([`Program::script`]).
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["home", "bin", "partnerlink"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        let folders = SYSTEM_FOLDERS.iter().map(PathBuf::from);
        let path = std::env::join_paths(iter::once(root.path().join("bin")).chain(folders));
        let program = Self {
            variables: indispensable(),
            canaries: Canaries::default(),
            patience: PATIENCE,
            secret_files: Vec::new(),
            root,
        };
        let (home, own) = (program.root().join("home"), program.home());
        program
            .set("PATH", path.unwrap())
            .set("HOME", home)
            .set("PARTNERLINK_HOME", own)
            .set("PARTNERLINK_STORE", "file")
    }

    /// The same with this `config.toml`.
    pub fn with_config(text: &str) -> Self {
        let program = Self::new();
        program.configure(text);
        program
    }

    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    #[must_use]
    pub fn unset(mut self, name: &str) -> Self {
        self.variables.remove(OsStr::new(name));
        self
    }

    pub fn configure(&self, text: &str) {
        fs::write(self.home().join("config.toml"), text).unwrap();
    }

    /// The temporary folder that everything is in.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// `PARTNERLINK_HOME`
    pub fn home(&self) -> PathBuf {
        self.root().join("partnerlink")
    }

    pub fn state(&self) -> PathBuf {
        self.home().join("state")
    }

    /// What the program finds in its environment, for a command that starts it.
    pub fn variables(&self) -> &BTreeMap<OsString, OsString> {
        &self.variables
    }

    /// Puts an executable `sh` script first in `PATH`.
    pub fn script(&self, name: &str, body: &str) -> PathBuf {
        let path = self.root().join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        set_mode(&path, 0o755);
        path
    }

    /// A file that may hold a secret: a client secret on its way in.
    pub fn secret_file(&mut self, name: &str, text: &str) -> PathBuf {
        let path = self.root().join(name);
        fs::write(&path, text).unwrap();
        self.secret_files.push(path.clone());
        path
    }

    /// The command as it will be started, for what a test wants to change about it.
    pub fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(path());
        command.args(args).env_clear().envs(&self.variables).current_dir(self.root());
        command
    }

    /// Runs to the end, without a standard input.
    #[track_caller]
    pub fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Outcome {
        self.spawn(args).finish()
    }

    /// Runs to the end with this on standard input.
    #[track_caller]
    pub fn run_with_input<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
        input: impl AsRef<[u8]>,
    ) -> Outcome {
        let mut command = self.command(args);
        command.stdin(Stdio::piped());
        let mut running = self.start(command);
        // A program that reads nothing of it has closed the pipe, which is its right.
        let _ = running.stdin.take().map(|mut stdin| stdin.write_all(input.as_ref()));
        running.finish()
    }

    /// Starts it without a standard input, and comes back at once.
    #[track_caller]
    pub fn spawn<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Running {
        let mut command = self.command(args);
        command.stdin(Stdio::null());
        self.start(command)
    }

    /// The same on a terminal of its own (`script` makes one), which shows both streams as one.
    pub fn on_a_terminal(&self, args: &str) -> Command {
        let words = format!("{} {args}", path().display());
        let mut command = Command::new("script");
        command.args(["-qec", &words, "/dev/null"]).stdin(Stdio::piped());
        command.env_clear().envs(&self.variables).current_dir(self.root());
        command
    }

    /// Starts it under a clock that is off by as much as `faketime` is told: `+3y`, `-2h`.
    #[track_caller]
    pub fn spawn_at<A: AsRef<OsStr>>(
        &self,
        offset: &str,
        args: impl IntoIterator<Item = A>,
    ) -> Running {
        let mut command = Command::new("faketime");
        command.args(["-f", offset]).arg(path()).args(args);
        command.env_clear().envs(&self.variables).current_dir(self.root());
        command.stdin(Stdio::null());
        let mut running = self.start(command);
        // What may stand on its streams depends on the program's own words.
        running.words.drain(..3);
        running
    }

    /// The same to the end.
    #[track_caller]
    pub fn run_at<A: AsRef<OsStr>>(
        &self,
        offset: &str,
        args: impl IntoIterator<Item = A>,
    ) -> Outcome {
        self.spawn_at(offset, args).finish()
    }

    /// Starts a command of [`Program::command`] with its output under our eyes.
    #[track_caller]
    pub fn start(&self, mut command: Command) -> Running {
        let words: Vec<String> =
            command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let is_wines = |error: &io::Error| cfg!(windows) && error.raw_os_error() == Some(1359);
        let mut tries = (0..5).map(|_| command.spawn());
        let begun = tries.find(|begun| !begun.as_ref().is_err_and(is_wines));
        let mut child = begun.expect("wine starts nothing").unwrap();
        Running {
            stdin: child.stdin.take(),
            stdout: Stream::of(child.stdout.take().unwrap()),
            stderr: Stream::of(child.stderr.take().unwrap()),
            child,
            deadline: Instant::now() + self.patience,
            began: Instant::now(),
            canaries: self.canaries.clone(),
            words,
            ended: false,
        }
    }

    /// Every file under the root, the test's own secret ones left out.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.root().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                    Ok(kind) if kind.is_file() => files.push(entry.path()),
                    _ => {}
                }
            }
        }
        files.retain(|file| !self.secret_files.contains(file));
        files
    }
}

impl Drop for Program {
    /// Nothing that was written is a secret in the clear.
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        for file in self.files() {
            let bytes = fs::read(&file).unwrap_or_default();
            self.canaries.look(Place::File, &file.display().to_string(), &bytes);
        }
    }
}

/// Who may read, write and run a file. On Windows that is not a matter of bits.
pub fn set_mode(path: &Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
}

/// The signal that ended a process.
fn signal_of(status: ExitStatus) -> Option<i32> {
    #[cfg(unix)]
    return std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    return Some(status).and(None);
}

/// The program while it runs. Dropping it kills it.
pub struct Running {
    child: Child,
    pub stdin: Option<ChildStdin>,
    stdout: Stream,
    stderr: Stream,
    deadline: Instant,
    began: Instant,
    canaries: Canaries,
    words: Vec<String>,
    ended: bool,
}

impl Running {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything on stderr so far.
    pub fn stderr(&self) -> String {
        self.stderr.text()
    }

    pub fn stdout(&self) -> String {
        self.stdout.text()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits until stderr has what is sought.
    #[track_caller]
    pub fn wait_for<T>(&mut self, sought: impl Fn(&str) -> Option<T>) -> T {
        loop {
            // Asked first: what is read after the end is all there is.
            let over = !self.is_running() && self.stderr.is_read_out();
            if let Some(found) = sought(&self.stderr()) {
                return found;
            }
            assert!(!over, "it ended without saying that: {}", self.told());
            assert!(Instant::now() < self.deadline, "it does not say that: {}", self.told());
            thread::sleep(TICK);
        }
    }

    /// Waits until stderr has this text.
    #[track_caller]
    pub fn wait_for_text(&mut self, text: &str) {
        self.wait_for(|stderr| stderr.contains(text).then_some(()));
    }

    /// The first whole line on stdout.
    #[track_caller]
    pub fn first_line(&mut self) -> String {
        while Instant::now() < self.deadline {
            if let Some((line, _)) = self.stdout().split_once('\n') {
                return line.to_owned();
            }
            thread::sleep(TICK);
        }
        panic!("no line on stdout: {}", self.told());
    }

    pub fn signal(&self, signal: Signal) {
        #[cfg(unix)]
        {
            let pid = rustix::process::Pid::from_child(&self.child);
            rustix::process::kill_process(pid, signal).unwrap();
        }
        #[cfg(windows)]
        unreachable!("{} {}", self.pid(), signal as u8);
    }

    /// Waits for the end, and looks for secrets in what was printed.
    #[track_caller]
    pub fn finish(mut self) -> Outcome {
        drop(self.stdin.take());
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() < self.deadline => thread::sleep(TICK),
                None => {
                    let _ = self.child.kill();
                    let _ = self.child.wait();
                    self.ended = true;
                    panic!("it does not end: {}", self.told());
                }
            }
        };
        self.ended = true;
        // A grandchild that still holds a stream must not hold the test.
        let soon = Instant::now() + Duration::from_secs(2);
        while !(self.stdout.is_read_out() && self.stderr.is_read_out()) && Instant::now() < soon {
            thread::sleep(TICK);
        }
        self.look_for_secrets();
        Outcome {
            code: status.code(),
            signal: signal_of(status),
            stdout: self.stdout.text(),
            stderr: self.stderr.text(),
            took: self.began.elapsed(),
            words: std::mem::take(&mut self.words),
        }
    }

    /// Ends it by force, as a power cut would.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.ended = true;
        self.look_for_secrets();
    }

    fn look_for_secrets(&self) {
        let mut commands = self.words.iter().filter(|word| !word.starts_with('-'));
        let hands_over = match (commands.next(), commands.next()) {
            (Some(first), Some(second)) => first == "exec" || first == "token" && second == "get",
            _ => false,
        };
        let stdout = if hands_over { Place::TokenOnPurpose } else { Place::Stream };
        let name = self.words.join(" ");
        self.canaries.look(stdout, &format!("stdout of {name}"), &self.stdout.bytes());
        self.canaries.look(Place::Stream, &format!("stderr of {name}"), &self.stderr.bytes());
    }

    fn told(&self) -> String {
        format!(
            "partnerlink {}\n-- stdout\n{}-- stderr\n{}",
            self.words.join(" "),
            self.stdout.text(),
            self.stderr.text()
        )
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            let _ = self.child.kill();
            let _ = self.child.wait();
            if !thread::panicking() {
                self.look_for_secrets();
            }
        }
    }
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
    words: Vec<String>,
}

impl Outcome {
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.told());
        self
    }

    /// Each of these texts is on stderr.
    #[track_caller]
    pub fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.stderr.contains(text), "no {text:?} in: {}", self.told());
        }
        self
    }

    /// None of these texts is on either stream.
    #[track_caller]
    pub fn conceals(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(!self.stderr.contains(text), "{text:?} in: {}", self.told());
            assert!(!self.stdout.contains(text), "{text:?} in: {}", self.told());
        }
        self
    }

    /// stdout without its last line break.
    pub fn data(&self) -> &str {
        self.stdout.trim_end_matches('\n')
    }

    /// stdout as the one JSON object that it is.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}", self.told()))
    }

    /// The JSON object in the last line of stderr.
    #[track_caller]
    pub fn error_json(&self) -> serde_json::Value {
        let last = self.stderr.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|e| panic!("{e}: {}", self.told()))
    }

    pub fn told(&self) -> String {
        format!(
            "partnerlink {}: exit {:?}, signal {:?}\n-- stdout\n{}-- stderr\n{}",
            self.words.join(" "),
            self.code,
            self.signal,
            self.stdout,
            self.stderr
        )
    }
}

/// What a child wrote so far, read by a thread of its own so that no pipe fills up.
struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Stream {
    fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&bytes);
        let reader = thread::spawn(move || {
            let mut piece = [0; 8192];
            while let Ok(count @ 1..) = pipe.read(&mut piece) {
                shared.lock().unwrap().extend_from_slice(&piece[..count]);
            }
        });
        Self { bytes, reader }
    }

    fn is_read_out(&self) -> bool {
        self.reader.is_finished()
    }

    fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().unwrap().clone()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }
}
