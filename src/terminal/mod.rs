//! The only code that prints. stdout is data, stderr is talk; colour only where the stream shows
//! it (`NO_COLOR` and `CLICOLOR_FORCE` are honoured by anstream, per stream).

mod ask;
mod ignored;
mod keyboard;
pub mod log;
pub mod page;
pub mod progress;
mod remedy;
pub mod report;
pub mod screen;
pub mod table;
pub mod topics;
mod typed;

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use serde_json::json;
use terminal_size::{Height, Width};

use crate::error::{Error, Exit};
use crate::jq::{self, JqError};
use crate::text::{self, printable, printable_lines};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const RED: Style = AnsiColor::Red.on_default().bold();

const SANDBOX_PREFIX: &str = "[sandbox]";
/// Columns of a fact's name at least, so that lists of them look alike.
const NAME_WIDTH: usize = 14;
/// Columns that text gets at least, however narrow the terminal says it is.
const MIN_WIDTH: usize = 30;
/// Of a long JSON answer so much is written at once.
const STREAM_BYTES: usize = 1 << 16;

/// The sign before a line of talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// Something begins: `→`
    Begin,
    /// It worked: `✓`
    Good,
    /// It worked, but: `!`
    #[serde(rename = "warning")]
    Warn,
    /// It did not: `✗`
    Bad,
    /// A fact: `·`
    Note,
}

impl Mark {
    fn shown(self) -> (Style, char) {
        match self {
            Self::Begin => (BOLD, '→'),
            Self::Good => (GREEN, '✓'),
            Self::Warn => (YELLOW, '!'),
            Self::Bad => (RED, '✗'),
            Self::Note => (DIM, '·'),
        }
    }
}

/// How this run talks.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// JSON on stdout, and errors as JSON on stderr.
    pub json: bool,
    /// Nothing on stderr but warnings and errors.
    pub quiet: bool,
    /// Details on stderr as well.
    pub verbose: bool,
    /// Every line says that this is the sandbox.
    pub sandbox: bool,
    /// What JSON on stdout goes through, in the language of jq.
    pub jq: Option<String>,
    /// JSON was asked for by a filter alone: errors stay text.
    pub text_errors: bool,
}

impl Output {
    /// Data: one or more whole lines to stdout.
    pub fn data(&self, text: &str) -> Result<(), Error> {
        let mut stdout = anstream::stdout().lock();
        let text = text.trim_end_matches('\n');
        unless_unread(writeln!(stdout, "{text}").and_then(|()| stdout.flush()))
    }

    /// Data to the byte, line ends and all.
    pub fn raw(&self, text: &str) -> Result<(), Error> {
        unless_unread(stdout_stream().write_all(text.as_bytes()))
    }

    /// Data laid out for a person, where one reads stdout; else the same as [`Output::data`].
    pub fn show(&self, text: &str) -> Result<(), Error> {
        if !self.sandbox || !stdout_is_terminal() {
            return self.data(text);
        }
        let prefix = self.prefix();
        self.data(&text.lines().map(|line| format!("{prefix}{line}\n")).collect::<String>())
    }

    /// Data as one JSON object: `schema` first, so that readers know what they read.
    pub fn json(&self, value: &impl Serialize) -> Result<(), Error> {
        if self.jq.is_some() {
            let mut text = Vec::new();
            let written = self.write_json(&mut text, value);
            return unless_unread(written).and_then(|()| self.raw(&self.filtered(&text)?));
        }
        // Ten thousand accounts are megabytes, of which none has to be in memory.
        let mut stdout = BufWriter::with_capacity(STREAM_BYTES, stdout_stream());
        let written = self.write_json(&mut stdout, value);
        unless_unread(written.and_then(|()| writeln!(stdout)).and_then(|()| stdout.flush()))
    }

    /// What `--jq` makes of JSON, a line for each result; harmless where a person reads it.
    pub fn filtered(&self, json: &[u8]) -> Result<String, Error> {
        self.filtered_all(&[json]).map_err(|error| filter_failed(&error))
    }

    /// The same of one JSON text after another.
    pub fn filtered_all(&self, texts: &[&[u8]]) -> Result<String, JqError> {
        let mut lines = String::new();
        let filter = self.jq.as_deref().unwrap_or(".");
        jq::apply(filter, texts, |line| {
            lines += &if stdout_is_terminal() { printable(line) } else { line.to_owned() };
            lines.push('\n');
        })?;
        Ok(lines)
    }

    fn write_json(&self, out: &mut impl io::Write, value: &impl Serialize) -> io::Result<()> {
        #[derive(Serialize)]
        struct Object<'a, T> {
            schema: u32,
            #[serde(skip_serializing_if = "Option::is_none")]
            sandbox: Option<bool>,
            #[serde(flatten)]
            members: &'a T,
        }

        let object = Object { schema: 1, sandbox: self.sandbox.then_some(true), members: value };
        serde_json::to_writer(out, &object).map_err(io::Error::from)
    }

    /// A line of talk on stderr; silent with `--quiet` unless it warns. If stderr is closed, there
    /// is nobody to tell.
    pub fn say(&self, mark: Mark, text: impl Display) {
        if self.quiet && !matches!(mark, Mark::Warn | Mark::Bad) {
            return;
        }
        let (style, sign) = mark.shown();
        let text = self.wrapped(&self.command(&text.to_string()), 2);
        let _ = writeln!(anstream::stderr(), "{}{style}{sign}{style:#} {text}", self.prefix());
    }

    /// A line that belongs to the one before.
    pub fn say_more(&self, text: impl Display) {
        if !self.quiet {
            let text = self.wrapped(&text.to_string(), 2);
            let _ = writeln!(anstream::stderr(), "{}  {text}", self.prefix());
        }
    }

    /// A link on a line of its own and in one piece, so that it can be copied. Not even `--quiet`
    /// takes it away: without it nobody could sign in.
    pub fn link(&self, url: &url::Url) {
        let _ = writeln!(anstream::stderr(), "{}  {url}", self.prefix());
    }

    /// What a person typed, as it stays on the terminal.
    fn typed(&self, line: &str) {
        let _ = writeln!(anstream::stderr(), "{}  {}", self.prefix(), printable(line));
    }

    /// A line that begins a part, after an empty one.
    pub fn heading(&self, text: impl Display) {
        if !self.quiet {
            let plain = Self { sandbox: false, ..self.clone() };
            let text = plain.wrapped(&text.to_string(), 0);
            let _ = writeln!(anstream::stderr(), "\n{BOLD}{text}{BOLD:#}");
        }
    }

    /// A text with commands to type, which at the sandbox have to say so.
    pub fn command(&self, text: &str) -> String {
        if self.sandbox { remedy::at_the_sandbox(text) } else { text.to_owned() }
    }

    /// Later lines indented by `indent` columns, and on a terminal broken between words to its
    /// width.
    fn wrapped(&self, text: &str, indent: usize) -> String {
        let later = format!("{}{}", self.prefix(), " ".repeat(indent));
        let room = self.room(terminal_size::terminal_size_of(io::stderr()), indent);
        text::wrapped(text, room, &later)
    }

    /// Columns for text that begins at column `indent`; nothing where there is no terminal.
    fn room(&self, terminal: Option<(Width, Height)>, indent: usize) -> Option<usize> {
        let begin = indent + if self.sandbox { SANDBOX_PREFIX.len() + 1 } else { 0 };
        terminal.map(|(width, _)| usize::from(width.0).saturating_sub(begin).max(MIN_WIDTH))
    }

    fn prefix(&self) -> String {
        if self.sandbox { format!("{DIM}{SANDBOX_PREFIX}{DIM:#} ") } else { String::new() }
    }

    /// A failure: what, why, what to do; or one JSON object on stderr.
    pub fn error(&self, error: &Error) {
        let mut stderr = anstream::stderr().lock();
        let _ = if self.json && !self.text_errors {
            let error = error.clone().with_hint(self.command(&error.hint));
            let mut line = Vec::new();
            let written = self.write_json(&mut line, &json!({ "error": error }));
            written.and_then(|()| writeln!(stderr, "{}", String::from_utf8_lossy(&line)))
        } else {
            self.write_error(&mut stderr, error)
        };
    }

    fn write_error(&self, out: &mut impl io::Write, error: &Error) -> io::Result<()> {
        let prefix = self.prefix();
        writeln!(out, "{prefix}{RED}error:{RED:#} {}", printable(&error.what))?;
        writeln!(out, "{prefix}  why: {}", self.wrapped(&printable(&error.why), 7))?;
        if !error.hint.is_empty() {
            let hint = printable_lines(&self.command(&error.hint));
            writeln!(out, "{prefix}  do:  {}", self.wrapped(&hint, 7))?;
        }
        Ok(())
    }
}

/// A filter that cannot be applied: its own fault, or the answer's.
pub fn filter_failed(error: &JqError) -> Error {
    const WHAT: &str = "could not apply --jq";
    let bad = |hint| Error::of(WHAT, error.to_string(), Exit::BadAnswer.means("not-json", hint));
    match error {
        JqError::NotJson => bad("the same without --jq shows the answer"),
        JqError::TooDeep => {
            bad("have another program read it: without --jq it is handed on as it came")
        }
        JqError::Syntax(_)
        | JqError::TooLong
        | JqError::TooMuch
        | JqError::NoMemory(_)
        | JqError::Failed(_)
        | JqError::Halt => {
            let hint = "--json in place of --jq shows what the filter is given";
            Error::usage(WHAT, error.to_string(), hint)
        }
    }
}

/// What came of writing to stdout. That nobody reads it any more is no error.
fn unless_unread(written: io::Result<()>) -> Result<(), Error> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::io("could not write to standard output", &error))
        }
        _ => Ok(()),
    }
}

/// Lines of `name  value`, the values below each other. They may come from outside.
pub fn facts(facts: &[(&str, String)]) -> String {
    let longest = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let width = NAME_WIDTH.max(longest + 1);
    let line = |(name, value): &(&str, String)| format!("{name:<width$} {}\n", printable(value));
    facts.iter().map(line).collect()
}

/// Standard output for many rows; the writers of rows buffer by themselves. A pipe gets every byte
/// as it is: what is data, or a workbook, must not lose what looks like a colour.
pub fn stdout_stream() -> Box<dyn io::Write> {
    if stdout_is_terminal() {
        Box::new(anstream::stdout().lock())
    } else {
        Box::new(io::stdout().lock())
    }
}

/// Columns and rows of the terminal; for none, what fits a page.
pub fn size() -> (usize, usize) {
    terminal_size::terminal_size()
        .map_or((100, 40), |(columns, rows)| (usize::from(columns.0), usize::from(rows.0)))
}

/// Whether stdout is a terminal that shows colours.
pub fn stdout_has_colour() -> bool {
    let never = anstream::AutoStream::choice(&io::stdout()) == anstream::ColorChoice::Never;
    stdout_is_terminal() && !never
}

/// Whether a person reads stdout.
pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether a person reads stderr.
pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Whether a person can type.
pub fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_an_error_moves_the_cursor() {
        let error = Error::usage("no \u{1b}[2Ja", "b\u{9b}", "c\nd\u{1b}[1A\u{7}");
        let mut out = Vec::new();
        Output::default().write_error(&mut out, &error).unwrap();
        let text = String::from_utf8(out).unwrap();
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert!(plain.contains("no ?[2Ja") && plain.contains("b?"), "{plain}");
        assert!(plain.contains("c\n") && plain.contains("d?[1A?"), "{plain}");
    }

    #[test]
    fn values_stand_below_each_other() {
        let rows = [("who", "a\u{1b}b".to_owned()), ("revocation URL", "none".to_owned())];
        assert_eq!(facts(&rows), "who             a?b\nrevocation URL  none\n");
        assert_eq!(facts(&rows[..1]), "who            a?b\n");
    }

    #[test]
    fn json_begins_with_the_schema_and_says_sandbox() {
        let output = Output { sandbox: true, ..Output::default() };
        let mut text = Vec::new();
        output.write_json(&mut text, &json!({ "accounts": [] })).unwrap();
        assert_eq!(text, br#"{"schema":1,"sandbox":true,"accounts":[]}"#);
    }
}
