//! A person presses TAB in a real shell, and the name of a connected account is there.

use std::fs;

use crate::parts::terminal::Terminal;
use crate::parts::{self, Part, has, ports, until};
use crate::support::program::Program;

const ACCOUNT: &str = "zaehlerfreunde:stadtwerke-muster";

/// A home with one account of the sandbox, and a file to be found.
fn connected() -> Program {
    let program = parts::program().set("PARTNERLINK_STORE", "file").set("PARTNERLINK_SANDBOX", "1");
    let _turn = ports::zaehlerfreunde();
    program.run(["connect", ACCOUNT]).exits(0);
    program.run(["meter", "devices"]).exits(0);
    fs::write(program.root().join("a file.csv"), "").unwrap();
    program
}

/// Types the beginning of a line, presses TAB, reads the rest, and throws the line away.
#[track_caller]
fn completes(terminal: &Terminal, typed: &str, whole: &str) {
    let count = || terminal.words().matches(whole).count();
    let before = count();
    terminal.writes(typed);
    terminal.presses("Tab");
    until(&format!("{whole:?} is there"), || (count() > before).then_some(()));
    terminal.presses("C-u");
    until("the line is empty", || (count() == before).then_some(()));
}

/// What every shell that completes on the line does. That an account has a colon, which divides
/// words for bash and descriptions for zsh, is where completions break.
fn completes_everything(terminal: &Terminal) {
    for (typed, whole) in [
        ("partnerlink token get zae", "get zaehlerfreunde:stadtwerke-muster"),
        ("partnerlink token get zaehlerfreunde:st", "get zaehlerfreunde:stadtwerke-muster"),
        (
            "echo 1; partnerlink disconnect --no-revoke z",
            "-revoke zaehlerfreunde:stadtwerke-muster",
        ),
        ("partnerlink tok", "partnerlink token"),
        ("partnerlink meter read", "partnerlink meter readings"),
        ("partnerlink meter readings --format=nd", "--format=ndjson"),
        ("partnerlink meter plot --device Gasth", "--device Gastherme\\ Haus"),
        ("partnerlink meter plot --device=Gasth", "--device=Gastherme\\ Haus"),
        ("partnerlink meter plot --device \"Gasth", "--device \"Gastherme Haus\""),
        ("partnerlink meter plot --device Strom\\ V", "--device Strom\\ Verwaltung"),
        ("partnerlink help exit", "partnerlink help exit-codes"),
        (
            "partnerlink connect timberdata --scope \"aggregation wo",
            "--scope \"aggregation woodlist\"",
        ),
        ("partnerlink meter readings -o a\\ f", "-o a\\ file.csv"),
    ] {
        completes(terminal, typed, whole);
    }
}

#[test]
fn bash_completes_accounts() {
    if !has("completion in bash", &[Part::Tmux]) {
        return;
    }
    let program = connected();
    let terminal = Terminal::open(&program);
    terminal.types("PS1='> ' exec bash --norc --noprofile");
    terminal.types("source <(partnerlink completions bash); echo $((1 + 1)) shells");
    terminal.waits_for("2 shells");
    completes_everything(&terminal);
    terminal.keep("completion-bash");
}

/// As it is installed: a file in a folder of functions.
#[test]
fn zsh_completes_accounts_and_says_who_they_are() {
    if !has("completion in zsh", &[Part::Tmux, Part::Shells]) {
        return;
    }
    let program = connected();
    let terminal = Terminal::open(&program);
    let folder = program.root().join("functions");
    fs::create_dir(&folder).unwrap();
    let script = program.run(["completions", "zsh"]).exits(0).stdout;
    fs::write(folder.join("_partnerlink"), script).unwrap();
    terminal.types("PS1='> ' exec zsh -f");
    terminal.types("fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u -D");
    terminal.types("echo $((1 + 1)) shells");
    terminal.waits_for("2 shells");
    completes_everything(&terminal);
    terminal.writes("partnerlink connect ");
    terminal.presses("Tab");
    terminal.waits_for("-- anna@stadtwerke-muster.example, Zählerfreunde");
    terminal.keep("completion-zsh");
}

#[test]
fn fish_completes_accounts_and_says_who_they_are() {
    if !has("completion in fish", &[Part::Shells]) {
        return;
    }
    let program = connected();
    program.script("partnerlink", &format!("exec '{}' \"$@\"", env!("CARGO_BIN_EXE_partnerlink")));
    let fish = |typed: &str| {
        let mut command = program.command([""; 0]);
        let variables: Vec<_> = command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
        let folder = command.get_current_dir().unwrap().to_owned();
        command = std::process::Command::new("fish");
        let script = "partnerlink completions fish | source; complete -C $argv[1]";
        command.args(["--no-config", "-c", script, typed]);
        let output = command.env_clear().envs(variables).current_dir(folder).output().unwrap();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let account = format!("{ACCOUNT}\tanna@stadtwerke-muster.example, Zählerfreunde\n");
    assert_eq!(fish("partnerlink token get z"), account);
    assert_eq!(fish("partnerlink token get zaehlerfreunde:"), account);
    assert_eq!(fish("echo 1; partnerlink disconnect --no-revoke "), account);
    assert_eq!(fish("partnerlink meter readings --format=nd"), "--format=ndjson\n");
    let meter = "Gastherme Haus\tMehrfamilienhaus Birkenweg 12, MaLo 50999000009\n";
    assert_eq!(fish("partnerlink meter plot --device Gasth"), meter);
    assert_eq!(fish("partnerlink meter readings -o a"), "a file.csv\n");
    assert_eq!(fish("partnerlink meter readings --output=a"), "--output=a file.csv\n");
    let scope = fish("partnerlink connect timberdata --scope \"aggregation ");
    assert_eq!(scope, "aggregation woodlist\tread wood lists (Holzlisten)\n");
    assert!(fish("partnerlink status --").contains("--within\t"));
}
