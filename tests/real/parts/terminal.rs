//! A terminal with a shell in it, and somebody who types and reads: tmux.

use std::cell::Cell;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{shots, until};
use crate::support::program::Program;

/// Before each command stands how the last one ended.
const PROMPT: &str = "[$?]$ ";

/// A terminal of a hundred columns, as wide as most windows are; it closes with this value.
pub struct Terminal {
    socket: PathBuf,
    pictures: PathBuf,
    /// How many prompts there were before the last command.
    prompts: Cell<usize>,
}

impl Terminal {
    /// A shell with the environment of `program`, and `partnerlink` in its path.
    pub fn open(program: &Program) -> Self {
        program
            .script("partnerlink", &format!("exec '{}' \"$@\"", env!("CARGO_BIN_EXE_partnerlink")));
        let terminal = Self {
            socket: program.root().join("tmux"),
            pictures: shots(program),
            prompts: Cell::new(0),
        };
        let environment = program.command(["-"]);
        let mut tmux = terminal.tmux();
        tmux.env_clear().current_dir(program.root());
        tmux.envs(environment.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let settings = program.root().join("shrc");
        fs::write(&settings, format!("PS1='{PROMPT}'\n")).unwrap();
        tmux.env("ENV", settings);
        tmux.args(["new-session", "-d", "-x", "100", "-y", "40", "exec sh"]);
        assert!(tmux.status().unwrap().success());
        terminal.waits_for("[0]$");
        terminal
    }

    fn tmux(&self) -> Command {
        let mut tmux = Command::new("tmux");
        // UTF-8 whatever the locale, and no settings of the person who runs the tests.
        tmux.args(["-u", "-f", "/dev/null", "-S"]).arg(&self.socket).env_remove("TMUX");
        tmux.stdin(Stdio::null());
        tmux
    }

    fn send(&self, arguments: &[&str]) {
        assert!(self.tmux().arg("send-keys").args(arguments).status().unwrap().success());
    }

    /// Types a command.
    pub fn runs(&self, command: &str) {
        self.prompts.set(ends_of_commands(&self.screen()).len());
        self.types(command);
    }

    /// Types without Enter.
    pub fn writes(&self, text: &str) {
        self.send(&["-l", "--", text]);
    }

    /// Types a line and presses Enter.
    pub fn types(&self, line: &str) {
        self.writes(line);
        self.send(&["Enter"]);
    }

    /// Presses a key by its name: `C-c`.
    pub fn presses(&self, key: &str) {
        self.send(&[key]);
    }

    /// Everything since the terminal was opened, line for line as it is seen.
    pub fn screen(&self) -> String {
        self.capture(&[])
    }

    /// The same as one line of words: what is said, however the lines had to be broken.
    pub fn words(&self) -> String {
        let whole = self.capture(&["-J"]);
        whole.replace("[sandbox] ", "").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn capture(&self, arguments: &[&str]) -> String {
        let mut tmux = self.tmux();
        let output = tmux.args(["capture-pane", "-p", "-S", "-"]).args(arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }

    /// Waits until this can be read.
    #[track_caller]
    pub fn waits_for(&self, sought: &str) {
        until(&format!("{sought:?} can be read"), || self.words().contains(sought).then_some(()));
    }

    /// Waits until the last command has ended, and returns its exit code and all words.
    #[track_caller]
    pub fn ends(&self) -> (i32, String) {
        until("the command ends", || {
            let code = *ends_of_commands(&self.screen()).get(self.prompts.get())?;
            Some((code, self.words()))
        })
    }

    /// Keeps what is on the screen beside the browser's pictures.
    pub fn keep(&self, name: &str) {
        fs::create_dir_all(&self.pictures).unwrap();
        fs::write(self.pictures.join(format!("terminal-{name}.txt")), self.screen()).unwrap();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.tmux().arg("kill-server").stderr(Stdio::null()).status();
    }
}

/// What the prompts say, the shell's first one included.
fn ends_of_commands(text: &str) -> Vec<i32> {
    let prompts = text.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]$"));
    prompts.filter_map(|(code, _)| code.parse().ok()).collect()
}
