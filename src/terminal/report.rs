//! What `doctor` and `provider check` find: a line for each thing, and below it what to do.

use std::io;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{BOLD, DIM, Mark, Output};
use crate::error::{Error, Exit, Explain};
use crate::text::{self, printable_lines};

/// Columns before a finding's text: mark, blank, name, two blanks.
const INDENT: usize = 14;

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What it is about: `store`. Stable, for programs.
    pub name: &'static str,
    #[serde(rename = "state")]
    pub mark: Mark,
    pub text: String,
    /// The text for others' eyes, where `text` has a private value: a path, an address inside of a
    /// company, a message that quotes a file.
    #[serde(skip)]
    public: Option<String>,
    /// What to do, best a command; empty where there is nothing to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remedy: String,
    /// The exit code that it calls for.
    #[serde(skip)]
    pub exit: Option<Exit>,
    /// More of it for programs.
    #[serde(flatten)]
    pub facts: Map<String, Value>,
}

impl Finding {
    pub fn good(name: &'static str, text: impl Into<String>) -> Self {
        let (text, remedy) = (text.into(), String::new());
        let (public, exit, facts) = (None, None, Map::new());
        Self { name, mark: Mark::Good, text, public, remedy, exit, facts }
    }

    pub fn warn(name: &'static str, text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { mark: Mark::Warn, remedy: remedy.into(), ..Self::good(name, text) }
    }

    pub fn bad(
        name: &'static str,
        text: impl Into<String>,
        remedy: impl Into<String>,
        exit: Exit,
    ) -> Self {
        Self { mark: Mark::Bad, exit: Some(exit), ..Self::warn(name, text, remedy) }
    }

    /// A failure in the words of the table of errors; `before` says what it is about. Others get
    /// its code: errors name paths.
    pub fn failed(name: &'static str, before: &str, error: &dyn Explain) -> Self {
        let meaning = error.meaning();
        Self::bad(name, format!("{before}{error}"), meaning.hint, meaning.exit)
            .publicly(format!("{before}{}", meaning.code))
    }

    /// The same of what stands in nobody's way yet: a failure is worth a look, and no more.
    #[must_use]
    pub fn in_nobodys_way(self) -> Self {
        match self.exit {
            Some(_) => Self { mark: Mark::Warn, exit: None, ..self },
            None => self,
        }
    }

    /// With another text for others. They do not get the remedy and the facts either.
    #[must_use]
    pub fn publicly(self, text: impl Into<String>) -> Self {
        Self { public: Some(text.into()), ..self }
    }

    /// With members of its own for programs.
    #[must_use]
    pub fn with(self, mut facts: Value) -> Self {
        let facts = facts.as_object_mut().map(std::mem::take).unwrap_or_default();
        Self { facts, ..self }
    }

    fn for_others(&self) -> Self {
        match &self.public {
            None => self.clone(),
            Some(text) => {
                Self { mark: self.mark, exit: self.exit, ..Self::good(self.name, text.clone()) }
            }
        }
    }
}

/// Findings in their order, each shown as soon as it is there.
pub struct Findings {
    output: Output,
    pub list: Vec<Finding>,
}

impl Findings {
    pub fn new(output: &Output) -> Self {
        Self { output: output.clone(), list: Vec::new() }
    }

    /// The same without private values.
    pub fn for_others(&self) -> Self {
        let list = self.list.iter().map(Finding::for_others).collect();
        Self { output: self.output.clone(), list }
    }

    pub fn add(&mut self, finding: Finding) -> Result<(), Error> {
        if !self.output.json {
            let room = self.output.room(terminal_size::terminal_size_of(io::stdout()), INDENT);
            self.output.show(&lines(&self.output, &finding, room))?;
        }
        self.list.push(finding);
        Ok(())
    }

    pub fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) -> Result<(), Error> {
        findings.into_iter().try_for_each(|finding| self.add(finding))
    }

    /// The most urgent of the exit codes, 0 without any.
    pub fn exit_code(&self) -> u8 {
        let called_for = |exit: &Exit| self.list.iter().any(|finding| finding.exit == Some(*exit));
        Exit::BY_URGENCY.into_iter().find(called_for).map_or(0, |exit| exit as u8)
    }

    /// For programs: every finding, and the exit code that they call for.
    pub fn object(&self) -> Value {
        json!({ "exit": self.exit_code(), "findings": self.list })
    }

    /// As it was shown, without colours and breaks.
    pub fn text(&self) -> String {
        let plain = Output { sandbox: false, ..self.output.clone() };
        let text: String = self.list.iter().map(|finding| lines(&plain, finding, None)).collect();
        anstream::adapter::strip_str(&text).to_string()
    }

    /// The last line: how many good, and how many not.
    pub fn sum(&self) -> String {
        let count = |mark| self.list.iter().filter(|finding| finding.mark == mark).count();
        let (warnings, bad) = (count(Mark::Warn), count(Mark::Bad));
        match (warnings, bad) {
            (0, 0) => "Everything looks good.".into(),
            (_, 0) => format!("Nothing is broken; {warnings} worth a look (!)."),
            (0, _) => format!("{bad} not in order (✗)."),
            _ => format!("{bad} not in order (✗), {warnings} worth a look (!)."),
        }
    }
}

fn lines(output: &Output, finding: &Finding, room: Option<usize>) -> String {
    let (style, sign) = finding.mark.shown();
    let fitted = |text: &str| text::wrapped(text, room, &" ".repeat(INDENT));
    let name_width = INDENT - 4;
    let text = printable_lines(&finding.text);
    let mut lines = format!(
        "{style}{sign}{style:#} {DIM}{:<name_width$}{DIM:#}  {}\n",
        finding.name,
        fitted(&text)
    );
    if !finding.remedy.is_empty() {
        let remedy = fitted(&format!("→ {}", printable_lines(&output.command(&finding.remedy))));
        let bold =
            if finding.remedy.starts_with("partnerlink ") { BOLD } else { Default::default() };
        lines += &format!("{}{bold}{remedy}{bold:#}\n", " ".repeat(INDENT));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remedy_stands_below_its_finding_and_the_most_urgent_exit_code_wins() {
        let mut findings = Findings::new(&Output { json: true, ..Output::default() });
        let found = [
            Finding::good("config", "fine"),
            Finding::bad("network", "no\u{1b}", "partnerlink provider check x", Exit::TryLater),
            Finding::bad("store", "locked", "unlock it", Exit::Store),
        ];
        findings.extend(found).unwrap();
        assert_eq!(findings.exit_code(), 5);
        assert_eq!(
            findings.text(),
            "✓ config      fine\n\
             ✗ network     no?\n              → partnerlink provider check x\n\
             ✗ store       locked\n              → unlock it\n"
        );
        assert_eq!(findings.sum(), "2 not in order (✗).");
    }

    #[test]
    fn others_get_no_private_value() {
        let mut findings = Findings::new(&Output { json: true, ..Output::default() });
        let found = Finding::warn("store", "others see /home/anna/x", "chmod 600 /home/anna/x");
        findings
            .add(found.with(json!({ "path": "/home/anna/x" })).publicly("others see it"))
            .unwrap();
        assert_eq!(findings.for_others().text(), "! store       others see it\n");
        assert!(!findings.for_others().object().to_string().contains("anna"));
        assert!(findings.object().to_string().contains("anna"));
    }
}
