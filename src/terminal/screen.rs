//! The human side of a sign-in, in the terminal and on the browser's last page.

use std::io::{self, BufRead as _, Write as _};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use super::page::{self, Words};
use super::{Mark, Output, stderr_is_terminal};
use crate::error::{Exit, Explain as _};
use crate::flow::FlowError;
use crate::flow::login::{Connected, Invitation, Person};
use crate::loopback::ResultPage;
use crate::secret::Secret;
use crate::system::browser::{Browser, BrowserError};

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
    /// The `--scope` that was given: the command to type again names it too.
    pub scope: Option<String>,
    opening: Option<Opening>,
    /// Whether a person can paste an address.
    keyboard: bool,
    pasted: Option<Receiver<Secret>>,
    browser_failed: Option<Receiver<BrowserError>>,
    /// Seconds that the progress line shows.
    shown: Option<u64>,
}

impl Screen {
    pub fn new(
        output: &Output,
        title: &str,
        account: &impl ToString,
        opening: Opening,
        keyboard: bool,
    ) -> Self {
        Self {
            output: output.clone(),
            title: title.to_owned(),
            account: account.to_string(),
            scope: None,
            opening: Some(opening),
            keyboard,
            pasted: None,
            browser_failed: None,
            shown: None,
        }
    }

    /// The command that begins this sign-in anew.
    fn same_command(&self) -> String {
        let scope = self.scope.as_ref().map(|scope| format!(" --scope \"{scope}\""));
        let command = format!("partnerlink connect {}{}", self.account, scope.unwrap_or_default());
        self.output.command(&command)
    }

    /// Removes the progress line, so that the next line stands alone.
    pub fn clear(&mut self) {
        if self.shown.take().is_some() {
            let _ = write!(anstream::stderr(), "\r\x1b[K");
        }
    }

    fn explain_by_hand(&self, why: &str, invitation: &Invitation) {
        let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
        self.output.say(
            Mark::Begin,
            format_args!("To sign in to {}, open this link in a browser{why}:", self.title),
        );
        self.output.link(invitation.link);
        if self.keyboard {
            self.output.say_more(
                "Any browser on any machine will do. If its last page does not load, paste the address of that \
                 page here and press Enter.",
            );
        }
        if let (true, Some(port)) = (invitation.listening, invitation.redirect_uri.port()) {
            self.output.say_more(format_args!(
                "Or let that browser reach this machine: ssh -L {port}:127.0.0.1:{port} THIS-MACHINE"
            ));
        }
    }
}

impl Person for Screen {
    fn invite(&mut self, invitation: &Invitation) {
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
                None
            }
            Some(Opening::Unseen(browser)) => Some(browser),
            None => None,
        };
        self.browser_failed = browser.map(|browser| open_beside(browser, invitation.open.clone()));
        if self.keyboard {
            self.pasted = Some(read_lines());
        }
    }

    fn waiting(&mut self, left: Duration) {
        if let Some(error) = self.browser_failed.as_ref().and_then(|failed| failed.try_recv().ok())
        {
            self.clear();
            self.output
                .say(Mark::Warn, format_args!("No browser opened ({error}). Use the link above."));
        }
        let seconds = left.as_secs();
        if self.output.quiet || !stderr_is_terminal() || self.shown == Some(seconds) {
            return;
        }
        self.shown = Some(seconds);
        let spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴'][seconds as usize % 6];
        let _ = write!(
            anstream::stderr(),
            "\r{}{spinner} Waiting for your browser … {}:{:02} left (Ctrl-C cancels) ",
            self.output.prefix(),
            seconds / 60,
            seconds % 60
        );
    }

    fn pasted(&mut self) -> Option<Secret> {
        self.pasted.as_ref()?.try_recv().ok()
    }

    fn not_that(&mut self) {
        self.clear();
        self.output.say(
            Mark::Warn,
            "That is not the address of this sign-in's last page: it begins with the redirect URI \
             and has code and state in it. Still waiting.",
        );
    }

    fn result_page(&mut self, result: &Result<Connected, FlowError>) -> ResultPage {
        self.clear();
        match result {
            Ok(connected) => {
                page::success(&self.title, connected.account.who.as_deref(), &self.account)
            }
            Err(error) => {
                let hint = &sentence(&error.meaning().hint);
                let en = Words { summary: &sentence(&error.to_string()), hint };
                page::failure(&self.title, in_german(error), en, &self.same_command())
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

/// Lines that the person types, until the end of the input.
fn read_lines() -> Receiver<Secret> {
    let (lines, receiver) = channel();
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if !line.trim().is_empty() && lines.send(Secret::new(line)).is_err() {
                return;
            }
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
        FlowError::Denied => (
            "Der Zugriff wurde nicht erlaubt.",
            "Wenn Sie zustimmen möchten, starten Sie den Befehl noch einmal.",
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
