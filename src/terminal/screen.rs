//! The human side of a sign-in, in the terminal and on the browser's last page.

use std::io::{self, Write as _};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use super::ignored;
use super::page::{self, Words};
use super::typed::Typed;
use super::{Mark, Output, stderr_is_terminal, stdin_is_terminal};
use crate::error::{Exit, Explain as _};
use crate::flow::FlowError;
use crate::flow::login::{Connected, Invitation, Pasted, Person};
use crate::loopback::{IgnoredCallback, ResultPage};
use crate::system::browser::{Browser, BrowserError};
use crate::text::printable;

/// How the browser comes to the link.
pub enum Opening {
    /// This program opens it.
    With(Box<dyn Browser>),
    /// The person does, for this reason.
    ByHand(&'static str),
    /// A program does that needs nobody: nothing is shown.
    Unseen(Box<dyn Browser>),
}

/// A terminal, or whatever stderr is.
pub struct Screen {
    output: Output,
    title: String,
    account: String,
    /// The command that begins this sign-in anew.
    pub again: String,
    opening: Option<Opening>,
    /// Whether standard input may bring the last page's address.
    reads_input: bool,
    typed: Option<Typed>,
    /// Whether the line below asks for the address in any case.
    prompts: bool,
    browser_failed: Option<Receiver<BrowserError>>,
    /// The line below everything else: how long it is still waited, and what is being typed.
    shown: Option<String>,
}

impl Screen {
    pub fn new(
        output: &Output,
        title: &str,
        account: &impl ToString,
        opening: Opening,
        reads_input: bool,
    ) -> Self {
        Self {
            output: output.clone(),
            title: title.to_owned(),
            account: account.to_string(),
            again: format!("partnerlink connect {}", account.to_string()),
            opening: Some(opening),
            reads_input,
            typed: None,
            prompts: false,
            browser_failed: None,
            shown: None,
        }
    }

    /// Removes the line below, so that the next line stands alone.
    pub fn clear(&mut self) {
        if self.shown.take().is_some() {
            let _ = write!(anstream::stderr(), "\r\x1b[K");
        }
    }

    /// How a person without a browser here gets to the link and back.
    fn explain_by_hand(&self, why: &str, invitation: &Invitation) {
        let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
        self.output.say(
            Mark::Begin,
            format_args!("To sign in to {}, open this link in a browser{why}:", self.title),
        );
        self.output.link(invitation.link);
        let listening = invitation.redirect_uri.port().filter(|_| invitation.listening);
        if self.output.sandbox {
            // Its pages are on this machine too.
            let ports = invitation.link.port().into_iter().chain(listening);
            let tunnels: String =
                ports.map(|port| format!(" -L {port}:127.0.0.1:{port}")).collect();
            self.output.say_more(
                "The sandbox is on this machine, and the link works in a browser here. For a \
                 browser on another machine, run there first:",
            );
            self.output.say_more(format_args!("ssh{tunnels} THIS-MACHINE"));
            return;
        }
        if self.reads_input {
            let how = if stdin_is_terminal() {
                "paste the address of that page here and press Enter."
            } else {
                "write the address of that page to this command's standard input, as a line."
            };
            self.output.say_more(format_args!(
                "Any browser on any machine will do. If its last page does not load, {how}"
            ));
        }
        if let Some(port) = listening {
            self.output.say_more(format_args!(
                "Or let that browser reach this machine: ssh -L {port}:127.0.0.1:{port} THIS-MACHINE"
            ));
        }
    }

    /// The line below: where an address is typed, its end stays in sight.
    fn line(&self, left: Duration) -> Option<String> {
        let typed = self.typed.as_ref().map(Typed::unfinished).unwrap_or_default();
        if self.output.quiet && typed.is_empty() {
            return None;
        }
        let seconds = left.as_secs();
        let spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴'][seconds as usize % 6];
        let time = format!("{}:{:02} left (Ctrl-C cancels)", seconds / 60, seconds % 60);
        let line = if typed.is_empty() && !self.prompts {
            format!("{spinner} Waiting for your browser … {time} ")
        } else {
            format!("{spinner} {time}. Last page's address: {}", printable(typed))
        };
        let room = self.output.room(terminal_size::terminal_size_of(io::stderr()), 1);
        Some(fitted(&line, room.unwrap_or(usize::MAX)))
    }
}

/// The text, or its beginning and its end where there is not room for all of it.
fn fitted(line: &str, room: usize) -> String {
    /// Columns of the beginning that stay: those of the prompt, as far as half of the room goes.
    const BEGINNING: usize = 52;
    let letters: Vec<char> = line.chars().collect();
    if letters.len() <= room {
        return line.to_owned();
    }
    let (begin, _) = letters.split_at(BEGINNING.min(room / 2));
    let end = &letters[letters.len() - (room - begin.len() - 1)..];
    begin.iter().chain(&['…']).chain(end).collect()
}

impl Person for Screen {
    fn invite(&mut self, invitation: &Invitation) {
        // What is typed can only be shown on a terminal.
        self.typed = self.reads_input.then(|| Typed::begin(stderr_is_terminal()));
        let browser = match self.opening.take() {
            Some(Opening::With(browser)) => {
                self.output.say(
                    Mark::Begin,
                    format_args!(
                        "Opening your browser to sign in to {}. If nothing opens, use this link:",
                        self.title
                    ),
                );
                self.output.link(invitation.link);
                Some(browser)
            }
            Some(Opening::ByHand(why)) => {
                self.explain_by_hand(why, invitation);
                self.prompts = self.reads_input && stdin_is_terminal();
                None
            }
            Some(Opening::Unseen(browser)) => Some(browser),
            None => None,
        };
        self.browser_failed = browser.map(|browser| open_beside(browser, invitation.open.clone()));
    }

    fn waiting(&mut self, left: Duration) {
        if let Some(error) = self.browser_failed.as_ref().and_then(|failed| failed.try_recv().ok())
        {
            self.clear();
            self.output
                .say(Mark::Warn, format_args!("No browser opened ({error}). Use the link above."));
        }
        let echoes = self.typed.as_ref().is_some_and(Typed::is_echoed_by_the_terminal);
        let line = self.line(left).filter(|_| stderr_is_terminal() && !echoes);
        if self.shown != line {
            self.clear();
        }
        if let Some(line) = line.filter(|_| self.shown.is_none()) {
            let _ = write!(anstream::stderr(), "{}{line}", self.output.prefix());
            self.shown = Some(line);
        }
    }

    fn pasted(&mut self) -> Pasted {
        let Some(typed) = &mut self.typed else { return Pasted::Nothing };
        let (pasted, by_key) = (typed.take(), typed.comes_by_key());
        match &pasted {
            Pasted::Text(text) if by_key => {
                self.clear();
                text.expose().lines().for_each(|line| self.output.typed(line));
            }
            Pasted::Ended => {
                self.clear();
                (self.typed, self.prompts) = (None, false);
            }
            Pasted::Text(_) | Pasted::Nothing => {}
        }
        pasted
    }

    fn not_that(&mut self) {
        self.clear();
        self.output.say(
            Mark::Warn,
            "That is not the address of this sign-in's last page: it begins with the redirect URI \
             and has code and state in it. Still waiting.",
        );
    }

    fn ignored(&mut self, kind: IgnoredCallback, redirect_uri: &url::Url) {
        self.clear();
        self.output.say(Mark::Warn, ignored::explained(kind, redirect_uri, self.reads_input));
    }

    fn result_page(&mut self, result: &Result<Connected, FlowError>) -> ResultPage {
        self.clear();
        self.typed = None;
        match result {
            Ok(connected) => {
                page::success(&self.title, connected.account.who.as_deref(), &self.account)
            }
            Err(error) => {
                let hint = &sentence(&error.meaning().hint);
                let en = Words { summary: &sentence(&error.to_string()), hint };
                let de = in_german(error);
                let said =
                    error.said_by_provider().map(|said| format!(" Der Anbieter sagt: {said}."));
                let summary = &format!("{}{}", de.summary, said.unwrap_or_default());
                page::failure(
                    &self.title,
                    Words { summary, ..de },
                    en,
                    &self.output.command(&self.again),
                )
            }
        }
    }
}

/// A browser command may run for as long as the person keeps the browser open.
fn open_beside(browser: Box<dyn Browser>, url: url::Url) -> Receiver<BrowserError> {
    let (failed, receiver) = channel();
    thread::spawn(move || {
        if let Err(error) = browser.open(&url) {
            let _ = failed.send(error);
        }
    });
    receiver
}

/// With a capital letter and a full stop, for the page.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let stop = if text.is_empty() || text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

/// What failed and what to do, for a German reader. The terminal has the details.
fn in_german(error: &FlowError) -> Words<'static> {
    let (summary, hint) = match error {
        FlowError::Denied(None) => (
            "Der Zugriff wurde nicht erlaubt.",
            "Wenn Sie zustimmen möchten, starten Sie den Befehl noch einmal.",
        ),
        FlowError::Denied(Some(_)) => (
            "Der Zugriff wurde nicht erlaubt.",
            "Wenn nicht Sie abgelehnt haben, fragen Sie den Anbieter.",
        ),
        FlowError::Refused(_) => (
            "Der Anbieter hat die Anmeldung abgelehnt.",
            "Client-ID, Redirect-URI und Scopes mit dem Anbieter abgleichen.",
        ),
        FlowError::Store(_) | FlowError::Lock(_) => {
            ("Die Anmeldung konnte nicht gespeichert werden.", "Einzelheiten stehen im Terminal.")
        }
        FlowError::AnotherPerson { .. } => (
            "Unter diesem Kontonamen ist bereits eine andere Person verbunden.",
            "Mit --replace ersetzen oder einen eigenen Kontonamen vergeben.",
        ),
        FlowError::NotKept { why, .. } => return in_german(why),
        FlowError::TimedOut { .. } | FlowError::Interrupted => (
            "Die Anmeldung wurde nicht rechtzeitig abgeschlossen.",
            "Starten Sie den Befehl noch einmal.",
        ),
        error if matches!(error, FlowError::Http(_)) || error.meaning().exit == Exit::TryLater => {
            ("Der Anbieter ist gerade nicht zu erreichen.", "Bitte später noch einmal versuchen.")
        }
        _ => (
            "Die Antwort des Anbieters hat eine Prüfung nicht bestanden; nichts wurde gespeichert.",
            "Einzelheiten stehen im Terminal.",
        ),
    };
    Words { summary, hint }
}
