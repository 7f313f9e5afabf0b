//! A scripted person in a real Chromium (`browser.mjs`), and what that person saw.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{shots, until};
use crate::support::program::Program;

const BROWSER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/browser.mjs");

/// What the person decides, and how their browser is set.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// `allow` or `deny`
    pub decision: &'static str,
    /// `de` or `en`
    pub language: &'static str,
    /// `light` or `dark`
    pub scheme: &'static str,
}

/// Who agrees to everything.
pub const AGREES: Person = Person { decision: "allow", language: "en", scheme: "light" };

/// The last page, as the browser had it.
#[derive(Debug)]
pub struct Seen {
    pub url: String,
    pub lang: String,
    pub title: String,
    pub text: String,
    /// Requests of that page to other hosts.
    pub outside: Vec<Value>,
}

impl Person {
    /// The command that opens an address before this person's eyes. The program's own variables do
    /// not reach a browser, so all of its settings stand in the command.
    pub fn command(self, program: &Program) -> String {
        let chromium = env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".into());
        let Self { decision, language, scheme } = self;
        format!(
            "env 'CHROMIUM={chromium}' 'PARTNERLINK_SHOTS={}' 'RESULT_FILE={}' 'HOLD_FILE={}' \
             DECISION={decision} SHOT_LANG={language} SHOT_SCHEME={scheme} node '{BROWSER}'",
            shots(program).display(),
            result_file(program).display(),
            hold_file(program).display(),
        )
    }

    /// What the person saw; it is told as soon as it was seen.
    #[track_caller]
    pub fn seen(self, program: &Program) -> Seen {
        let file = result_file(program);
        let line = until("the browser says what it saw", || fs::read_to_string(&file).ok());
        fs::remove_file(&file).unwrap();
        let result: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(result["error"], Value::Null, "{self:?}");
        let text = |name: &str| result[name].as_str().unwrap().to_owned();
        Seen {
            url: text("url"),
            lang: text("lang"),
            title: text("title"),
            text: text("text"),
            outside: result["outside"].as_array().unwrap().clone(),
        }
    }
}

/// While this file is there, the person thinks about the consent page.
pub fn hold_file(program: &Program) -> PathBuf {
    program.root().join("hold")
}

fn result_file(program: &Program) -> PathBuf {
    program.root().join("seen.json")
}

/// Puts the person in the place of the desktop's own way to open addresses.
pub fn is_the_desktops_browser(program: &Program, person: Person) {
    let dump = program.root().join("browser-environment");
    program.script(
        "xdg-open",
        &format!(
            "env >'{}'\n{} \"$1\" >/dev/null 2>&1 </dev/null &",
            dump.display(),
            person.command(program)
        ),
    );
}

/// The environment in which the desktop's browser was started.
pub fn environment_of_the_browser(program: &Program) -> String {
    let dump: &Path = &program.root().join("browser-environment");
    fs::read_to_string(dump).unwrap()
}
