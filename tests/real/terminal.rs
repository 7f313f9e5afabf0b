//! The commands of a first-time user, typed into a terminal and read there.

use std::time::{Duration, Instant};

use crate::parts::keyring::Keyring;
use crate::parts::person::{AGREES, Person, hold_file, is_the_desktops_browser};
use crate::parts::sandbox::SERVICE;
use crate::parts::terminal::Terminal;
use crate::parts::{self, Part, has, ports};

const NEEDED: [Part; 3] = [Part::Keychain, Part::Browser, Part::Tmux];

#[test]
fn connect_zaehlerfreunde_as_typed() {
    if !has("connect zaehlerfreunde in a terminal", &NEEDED) {
        return;
    }
    let keyring = Keyring::start("unlocked");
    let program = keyring.lend(parts::program());
    program.script("browser", &format!("exec {} \"$1\"", AGREES.command(&program)));
    std::fs::write(hold_file(&program), "").unwrap();
    let terminal = Terminal::open(&program);
    let _turn = ports::zaehlerfreunde();
    terminal.runs("partnerlink connect zaehlerfreunde --sandbox --browser browser");
    terminal.waits_for("Waiting for your browser … 4:5");
    terminal.keep("connect-zaehlerfreunde-waiting");
    std::fs::remove_file(hold_file(&program)).unwrap();
    let (code, text) = terminal.ends();
    terminal.keep("connect-zaehlerfreunde");
    assert_eq!(code, 0, "{text}");
    for words in [
        "→ Opening your browser to sign in to Zählerfreunde (sandbox). If nothing opens, use this link:",
        "/zaehlerfreunde/authorize?",
        "✓ Connected to Zählerfreunde (sandbox) as anna@stadtwerke-muster.example",
        "account zaehlerfreunde",
        "stored in the system keychain",
        "refreshed when needed",
    ] {
        assert!(text.contains(words), "no {words:?} in:\n{text}");
    }
    assert!(!text.contains("Waiting for your browser"), "the line of the wait is gone:\n{text}");
    assert!(!text.contains("?code="), "no code on the screen:\n{text}");
    AGREES.seen(&program);
    assert_eq!(keyring.names(SERVICE), ["zaehlerfreunde:default"]);
}

/// With the desktop's browser, as most people have it.
#[test]
fn connect_timberdata_with_scope_as_typed() {
    if !has("connect timberdata in a terminal", &NEEDED) {
        return;
    }
    let keyring = Keyring::start("unlocked");
    let program = keyring.lend(parts::program()).set("DISPLAY", ":99");
    let person = Person { language: "de", ..AGREES };
    is_the_desktops_browser(&program, person);
    let terminal = Terminal::open(&program);
    let _turn = ports::timberdata();
    terminal.runs("partnerlink connect timberdata --scope \"aggregation woodlist\" --sandbox");
    let (code, text) = terminal.ends();
    assert_eq!(code, 0, "{text}");
    terminal.runs("partnerlink status --sandbox");
    let (code, text) = terminal.ends();
    terminal.keep("connect-timberdata");
    assert_eq!(code, 0, "{text}");
    for words in [
        "→ Opening your browser to sign in to TimberData (sandbox).",
        "/timberdata/auth?",
        "✓ Connected to TimberData (sandbox)",
        "scope aggregation woodlist",
        "then connect again",
    ] {
        assert!(text.contains(words), "no {words:?} in:\n{text}");
    }
    person.seen(&program);
    assert_eq!(keyring.names(SERVICE), ["timberdata:default"]);
}

/// Nobody, no keychain, no browser, hardly a shell: and it is over in seconds.
#[test]
fn the_demo_ends_in_seconds_with_next_to_nothing_around_it() {
    if !has("demo in a terminal", &[Part::Tmux]) {
        return;
    }
    let program = parts::program();
    let terminal = Terminal::open(&program);
    for command in [
        "partnerlink demo".to_owned(),
        format!("env -i {} demo", env!("CARGO_BIN_EXE_partnerlink")),
        "env -i HOME=\"$HOME\" TERM=dumb \"$(command -v partnerlink)\" demo".to_owned(),
    ] {
        let begun = Instant::now();
        terminal.runs(&command);
        let (code, text) = terminal.ends();
        assert_eq!(code, 0, "{text}");
        assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
        assert!(text.contains("Now yourself"), "{text}");
    }
    terminal.keep("demo");
    let text = terminal.words();
    for step in
        ["1. Sign in at Zählerfreunde", "2. Sign in at TimberData", "3. What is connected now"]
    {
        assert_eq!(text.matches(step).count(), 3, "{text}");
    }
    assert!(program.files().iter().all(|file| !file.ends_with("tokens.key")), "it leaves nothing");
}
