//! Running another program to its end: found without the working folder's help, with none of our
//! variables in its environment, and not for longer than its deadline.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How often a running child is looked at.
const TICK: Duration = Duration::from_millis(5);
/// After a child's end: how long its output is waited for, which a grandchild may hold open.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Most that is kept of each stream, in bytes: more than any crontab has.
const MOST_OUTPUT: u64 = 4 * 1024 * 1024;
/// Stands for a backslash while a command is split; no command has a control character.
const BACKSLASH: &str = "\u{1}";

/// Where programs are on every Unix, for a process that was given no `PATH`.
const STANDARD_PATH: &str = if cfg!(unix) { "/usr/bin:/bin" } else { "" };
/// A `PATH` that leads nowhere. An empty one would be the working folder to many programs.
const NOWHERE: &str = if cfg!(windows) { r"C:\nowhere" } else { "/nowhere" };

/// What a child that ended leaves.
#[derive(Debug)]
pub struct Finished {
    pub success: bool,
    /// How it ended, in words: `exit status: 1`.
    pub status: String,
    pub stdout: String,
    /// Whether `stdout` is all that it wrote, byte for byte: it came to its end, fits, and is UTF-8.
    pub is_whole: bool,
    pub stderr: String,
}

impl Finished {
    /// The last line of its complaints, else how it ended.
    pub fn why(&self) -> &str {
        self.stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(&self.status)
    }
}

/// Why a program could not be started, where Windows' own words do not say it: std hands an argument
/// to a batch file only where cmd.exe leaves it as it is.
pub fn not_started(program: &Path, error: io::Error) -> io::Error {
    let is_batch = |end: &OsStr| ["bat", "cmd"].iter().any(|it| end.eq_ignore_ascii_case(it));
    if error.kind() == io::ErrorKind::InvalidInput && program.extension().is_some_and(is_batch) {
        let why = "cmd.exe, which runs .bat and .cmd, cannot be given one of its arguments safely \
                   (a line break?)";
        return io::Error::new(io::ErrorKind::InvalidInput, why);
    }
    error
}

#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    #[error("{} could not be started: {source}", .program.display())]
    NotStarted { program: PathBuf, source: io::Error },
    #[error("{} did not end within {} s, and was ended", .program.display(), .deadline.as_secs())]
    TooLong { program: PathBuf, deadline: Duration },
}

/// Where and how children run.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// `PATH`
    pub path: Option<OsString>,
    /// Variables that no child inherits.
    pub hidden: Vec<OsString>,
}

impl Surroundings {
    /// `PATH` as programs are looked for in it, and as children get it. Empty and relative entries
    /// are left out: the working folder does not decide what runs.
    pub fn search_path(&self) -> OsString {
        let Some(path) = &self.path else { return STANDARD_PATH.into() };
        let entries = std::env::split_paths(path);
        let whole: Vec<PathBuf> = entries.filter(|folder| folder.is_absolute()).collect();
        std::env::join_paths(whole).unwrap_or_default()
    }

    /// The file that a bare program name stands for, or an absolute path itself.
    #[cfg(not(windows))]
    pub fn find(&self, name: impl AsRef<OsStr>) -> Option<PathBuf> {
        let path = self.search_path();
        which::which_in_all(name, Some(path), "").ok()?.find(|file| file.is_absolute())
    }

    /// The file that a bare program name stands for, or an absolute path, both with the ending left
    /// away or not. Windows itself would look for .exe only, and not for npm.cmd.
    #[cfg(windows)]
    pub fn find(&self, name: impl AsRef<OsStr>) -> Option<PathBuf> {
        let name = Path::new(name.as_ref());
        if name.is_absolute() {
            return startable(name);
        }
        // Nothing that leads out of the folders of `PATH`, such as C:tell.
        let is_bare = name.components().eq([std::path::Component::Normal(name.as_os_str())]);
        let path = self.search_path();
        let mut folders = std::env::split_paths(&path).filter(|_| is_bare);
        folders.find_map(|folder| startable(&folder.join(name)))
    }

    /// A command that starts `program` as [`Surroundings::around`] says.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        self.around(&mut command);
        command
    }

    /// Leaves a command without our variables, and without a `PATH` that leads to the working
    /// folder.
    pub fn around(&self, command: &mut Command) {
        for name in &self.hidden {
            command.env_remove(name);
        }
        if self.path.is_some() {
            let path = self.search_path();
            command.env("PATH", if path.is_empty() { NOWHERE.into() } else { path });
        }
    }
}

/// The file that a path stands for, with the ending left away or not. Of the endings in `PATHEXT`
/// these can be started without a program of their own.
#[cfg(windows)]
pub fn startable(path: &Path) -> Option<PathBuf> {
    const ENDINGS: [&str; 4] = ["com", "exe", "bat", "cmd"];
    let is_one = |end: &OsStr| ENDINGS.iter().any(|known| end.eq_ignore_ascii_case(known));
    if path.extension().is_some_and(is_one) {
        return Some(path.to_owned()).filter(|file| file.is_file());
    }
    let with = |end| PathBuf::from([path.as_os_str(), OsStr::new(end)].join(OsStr::new(".")));
    ENDINGS.into_iter().map(with).find(|file| file.is_file())
}

/// The words of a command that a person wrote, its program as an absolute path. The rules of words
/// are those of `--browser`; no shell is started.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn parse(command: &str, around: &Surroundings) -> Result<Vec<String>, String> {
    let mut words = check(command)?;
    let program = words.first_mut().ok_or_else(|| "it is empty".to_owned())?;
    if !Path::new(program).is_absolute() {
        let found = around
            .find(&*program)
            .ok_or_else(|| format!("there is no program {program} in PATH"))?;
        *program = found
            .to_str()
            .map(str::to_owned)
            .ok_or_else(|| format!("the path of {program} is not Unicode"))?;
    }
    Ok(words)
}

/// The words of a command, as far as they can be judged without looking into `PATH`. What is the
/// whole path of a file is that program, whatever blanks are in it.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn check(command: &str) -> Result<Vec<String>, String> {
    if command.chars().any(char::is_control) {
        return Err("it has a line break or another control character".to_owned());
    }
    let whole = command.trim();
    if is_program(Path::new(whole)) {
        return Ok(vec![whole.to_owned()]);
    }
    let words = words(command).map_err(|_| "a quote in it is not closed".to_owned())?;
    let Some(program) = words.first().filter(|word| !word.is_empty()) else {
        return Err("it is empty".to_owned());
    };
    if !Path::new(program).is_absolute() && program.contains(['/', '\\']) {
        return Err(format!(
            "{program} is a path that depends on the working folder; give the whole path, or a name that is in PATH"
        ));
    }
    Ok(words)
}

fn is_program(path: &Path) -> bool {
    #[cfg(windows)]
    return path.is_absolute() && startable(path).is_some();
    #[cfg(not(windows))]
    return path.is_absolute() && path.is_file();
}

/// Words of a command as a shell would see them: blanks separate, quotes join. Nothing else of a
/// shell's language is understood, and no shell is started.
pub fn words(command: &str) -> Result<Vec<String>, shell_words::ParseError> {
    if !cfg!(windows) {
        return shell_words::split(command);
    }
    // A backslash stands between folders there, and quotes nothing.
    let words = shell_words::split(&command.replace('\\', BACKSLASH))?;
    Ok(words.into_iter().map(|word| word.replace(BACKSLASH, "\\")).collect())
}

/// The reverse of the splitting: one text from which the same words come again.
pub fn join(words: &[String]) -> String {
    // A single quote in double ones, and not behind a backslash: see above.
    shell_words::join(words).replace(r"'\''", r#"'"'"'"#)
}

/// Runs a command to its end with `input` on its standard input; both its outputs are returned.
pub fn run(mut command: Command, input: &[u8], deadline: Duration) -> Result<Finished, ChildError> {
    let program = PathBuf::from(command.get_program());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // With a group of its own it can be ended with all that it started.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|error| ChildError::NotStarted {
        program: program.clone(),
        source: not_started(&program, error),
    })?;
    if let Some(mut stdin) = child.stdin.take() {
        let input = input.to_vec();
        // A program that reads nothing of it has closed the pipe, which is its right.
        thread::spawn(move || drop(stdin.write_all(&input)));
    }
    let stdout = child.stdout.take().map(reader);
    let stderr = child.stderr.take().map(reader);
    let Some(status) = wait(&mut child, deadline) else {
        end(&mut child);
        return Err(ChildError::TooLong { program, deadline });
    };
    let read = |stream: Option<Receiver<Vec<u8>>>| stream?.recv_timeout(LAST_WORDS).ok();
    let text = |bytes: Option<Vec<u8>>| String::from_utf8_lossy(&bytes.unwrap_or_default()).into();
    let stdout = read(stdout);
    Ok(Finished {
        success: status.success(),
        status: status.to_string(),
        is_whole: stdout.as_ref().is_some_and(|bytes| {
            (bytes.len() as u64) < MOST_OUTPUT && std::str::from_utf8(bytes).is_ok()
        }),
        stdout: text(stdout),
        stderr: text(read(stderr)),
    })
}

fn reader(mut stream: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut kept = Vec::new();
        // The rest is read too, so that the child does not wait for a reader.
        let _ = stream.by_ref().take(MOST_OUTPUT).read_to_end(&mut kept);
        let _ = io::copy(&mut stream, &mut io::sink());
        let _ = sender.send(kept);
    });
    receiver
}

/// How a child ended, if it does within `deadline`.
pub(super) fn wait(child: &mut Child, deadline: Duration) -> Option<ExitStatus> {
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            _ if begun.elapsed() >= deadline => return None,
            _ => thread::sleep(TICK),
        }
    }
}

fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// What this machine calls itself; `None` where the system does not tell.
pub fn host_name() -> Option<String> {
    #[cfg(unix)]
    return rustix::system::uname().nodename().to_str().ok().map(str::to_owned);
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_words_split_into_themselves() {
        let root = if cfg!(windows) { "C:\\" } else { "/" };
        let (mail, its) = (format!("{root}usr/bin/mail"), format!("{root}it's"));
        for words in [
            vec![&*mail, "-s", "a b", "x@y.example"],
            vec![&*its, "say \"hi\"", "", "it's \"both\"", "100%", "$HOME", "\\"],
        ] {
            let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            assert_eq!(check(&join(&words)), Ok(words));
        }
    }

    #[test]
    fn commands_are_split_at_blanks_and_joined_by_quotes() {
        let split = |command| words(command).unwrap();
        assert_eq!(split("firefox --new-window %s"), ["firefox", "--new-window", "%s"]);
        assert_eq!(split("  'my browser' \"-p x\"y '' "), ["my browser", "-p xy", ""]);
        assert_eq!(split("echo $(id);`id`"), ["echo", "$(id);`id`"]);
        assert!(split("").is_empty());
        assert!(check("tell 'me").is_err());
    }

    #[test]
    fn the_whole_path_of_a_program_needs_no_quotes() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("my app's");
        std::fs::create_dir(&folder).unwrap();
        let program = folder.join("run it.exe").to_str().unwrap().to_owned();
        let words = |text: &str| check(text).map(|words| words.len());
        assert_ne!(words(&program), Ok(1), "it is not there");
        std::fs::write(&program, "").unwrap();
        assert_eq!(check(&format!(" {program}")), Ok(vec![program.clone()]));
        assert_eq!(parse(&program, &Surroundings::default()), Ok(vec![program.clone()]));
        assert_eq!(words(&format!("\"{program}\" --new 'a b'")), Ok(3));
    }

    #[cfg(unix)] // paths and PATH look otherwise on Windows
    #[test]
    fn the_working_folder_does_not_decide_what_runs() {
        for bad in ["./tell", "bin/tell", "", "  ", "''", "a\nb"] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
        let around = |path: &str| Surroundings { path: Some(path.into()), hidden: Vec::new() };
        assert_eq!(around(":.:src:../bin").find("sh"), None);
        assert!(around(".:/bin:/usr/bin").find("sh").unwrap().is_absolute());
        assert_eq!(around(":.:/bin:src:/usr/bin:").search_path(), "/bin:/usr/bin");
        let path_of = |path: &str| {
            let command = around(path).command(Path::new("/bin/sh"));
            command.get_envs().find(|(name, _)| *name == "PATH").unwrap().1.unwrap().to_owned()
        };
        assert_eq!(path_of(".:/bin"), "/bin");
        assert_eq!(path_of("."), NOWHERE);
        assert!(parse("no-such-program-here x", &around("/bin")).is_err());
    }

    #[cfg(windows)]
    #[test]
    fn a_bare_name_stands_for_a_batch_file_and_its_exit_code_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("sync.cmd"), "@exit /b 3010\r\n").unwrap();
        std::fs::write(folder.path().join("old.vbs"), "").unwrap();
        let around = Surroundings { path: Some(folder.path().into()), hidden: Vec::new() };
        let found = around.find("sync").unwrap();
        assert_eq!(found, folder.path().join("sync.cmd"));
        assert!(
            around.find("SYNC.CMD").is_some() && around.find(folder.path().join("sync")).is_some()
        );
        for none in ["old", "old.vbs", r"..\sync", "C:sync", "."] {
            assert_eq!(around.find(none), None, "{none}");
        }
        assert_eq!(around.command(&found).arg("a b").status().unwrap().code(), Some(3010));
        let refused = around.command(&found).arg("a\nb").status().unwrap_err();
        assert!(not_started(&found, refused).to_string().contains("line break"));
    }

    #[cfg(unix)]
    #[test]
    fn a_child_that_takes_too_long_is_ended_with_its_children() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "sleep 60 & sleep 60"]);
        let begun = Instant::now();
        let result = run(command, b"", Duration::from_millis(100));
        assert!(matches!(result, Err(ChildError::TooLong { .. })));
        assert!(begun.elapsed() < Duration::from_secs(20));
    }

    #[cfg(unix)]
    #[test]
    fn large_input_and_output_pass_through() {
        let input = vec![b'x'; 1_000_000];
        let finished = run(Command::new("/bin/cat"), &input, Duration::from_secs(20)).unwrap();
        assert!(finished.success && finished.is_whole && finished.stdout.len() == input.len());
    }

    #[cfg(unix)]
    #[test]
    fn an_output_that_is_not_all_there_is_known_for_it() {
        // The first holds its output open for longer than its end; the second is no UTF-8.
        for script in ["echo one; sleep 5 &", r"printf 'f\374r'"] {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", script]);
            let finished = run(command, b"", Duration::from_secs(20)).unwrap();
            assert!(finished.success && !finished.is_whole, "{script}");
        }
    }
}
