//! The ways of a client secret into the program, the same for every command that takes one: standard
//! input, a file, the environment, a prompt that shows nothing. Never an argument.

use std::fs;
use std::io::{self, Read as _};
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::account_id::AccountId;
use crate::config::client_variable;
use crate::context::Context;
use crate::error::Error;
use crate::flow::{self, FlowError};
use crate::input;
use crate::provider::Provider;
use crate::secret::Secret;
use crate::store::StoreKind;
use crate::system::interrupt;
use crate::terminal::Mark;

/// Largest client secret that is read, in bytes.
const MAX_SECRET_BYTES: u64 = 64 * 1024;

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Read the client secret from standard input
    #[arg(long, conflicts_with = "client_secret_file")]
    pub client_secret_stdin: bool,
    /// Read the client secret from a file
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
}

/// When a person is asked for a client secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Where none is found elsewhere
    Once,
    /// Also where there is one, which Enter keeps
    Again,
}

/// A client secret, and whether it is one that the store does not have yet.
pub struct Found {
    pub secret: Secret,
    pub is_new: bool,
}

impl Args {
    pub fn is_given(&self) -> bool {
        self.client_secret_stdin || self.client_secret_file.is_some()
    }

    /// The secret that the flags name.
    fn given(&self, what: &str) -> Result<Option<Secret>, Error> {
        let (source, bytes) = match &self.client_secret_file {
            _ if self.client_secret_stdin => ("standard input".into(), read(io::stdin())),
            Some(path) => (path.display().to_string(), fs::File::open(path).and_then(read)),
            None => return Ok(None),
        };
        let bytes = bytes.map_err(|error| {
            Error::io(format!("could not read the client secret from {source}"), &error)
        })?;
        let secret = in_bytes(bytes)
            .map_err(|why| Error::usage(what, format!("the client secret {why}"), ""))?;
        Ok(Some(secret))
    }

    /// The secret from the flags, the environment, a store, or a person; `None` where the provider
    /// wants none.
    pub fn obtain(
        &self,
        context: &Context,
        provider: &Provider,
        account: &AccountId,
        to: Option<&StoreKind>,
        asks: Asks,
        what: &str,
    ) -> Result<Option<Found>, Error> {
        if !provider.needs_secret() {
            return Ok(None);
        }
        if let Some(secret) = self.given(what)? {
            return Ok(Some(Found { secret, is_new: true }));
        }
        let known = match flow::client_secret::find(&context.world(), provider, account, to) {
            Err(error @ FlowError::SecretOfAnotherOrigin { .. }) if context.interactive => {
                context.output.say(Mark::Warn, format_args!("{error}."));
                None
            }
            known => known.map_err(|error| Error::new(what, &error))?,
        };
        let asked = context.interactive && asks == Asks::Again;
        if !asked && let Some(secret) = known {
            return Ok(Some(Found { secret, is_new: false }));
        }
        if !context.interactive {
            return Err(Error::usage(
                what,
                format!("{} wants a client secret", provider.title),
                format!(
                    "give it with --client-secret-stdin, --client-secret-file or {}",
                    client_variable(&provider.name, "CLIENT_SECRET")
                ),
            ));
        }
        let keeps = if known.is_some() { "; Enter keeps the one that is there" } else { "" };
        let prompt = format!("Client secret of {} (not shown{keeps}): ", provider.title);
        loop {
            let secret = typed(&prompt)?;
            if !secret.expose().is_empty() {
                return Ok(Some(Found { secret, is_new: true }));
            }
            if let Some(secret) = known {
                return Ok(Some(Found { secret, is_new: false }));
            }
            if asks == Asks::Once {
                return Err(Error::usage(what, "the client secret is empty", ""));
            }
            context.output.say(Mark::Warn, "The client secret is empty.");
        }
    }
}

/// A secret of another kind from standard input; `name` is what people call it, `hint` says what
/// brings one.
pub fn from_stdin(name: &str, what: &str, hint: &str) -> Result<Secret, Error> {
    let bytes = read(io::stdin()).map_err(|error| Error::io(what, &error))?;
    in_bytes(bytes).map_err(|why| Error::usage(what, format!("the {name} {why}"), hint))
}

fn in_bytes(bytes: Vec<u8>) -> Result<Secret, String> {
    let text = Zeroizing::new(input::decode(bytes).map_err(|why| why.to_string())?);
    meant(&text).map_err(str::to_owned)
}

fn read(source: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_SECRET_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The secret in a text that a person made: without blanks around it, invisible characters, and the
/// quotes of a `.env` file. Says what it certainly is not.
fn meant(text: &str) -> Result<Secret, &'static str> {
    let word = Zeroizing::new(input::word(text));
    let unquoted = ['"', '\'']
        .iter()
        .find_map(|quote| word.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(&word);
    let is_assignment = unquoted.split_once('=').is_some_and(|(name, value)| {
        !value.is_empty() && name.to_ascii_uppercase().ends_with("SECRET")
    });
    let faults = [
        (unquoted.is_empty(), "is empty"),
        (unquoted.lines().count() > 1, "has several lines; give the secret alone"),
        (is_assignment, "begins with NAME=; give only what stands behind it"),
        (unquoted.chars().any(char::is_control), "has control characters"),
    ];
    match faults.into_iter().find(|(is_so, _)| *is_so) {
        Some((_, why)) => Err(why),
        None => Ok(Secret::from(unquoted)),
    }
}

/// What a person types, which is not shown.
fn typed(prompt: &str) -> Result<Secret, Error> {
    // Ctrl-C at once would leave the terminal as it is here: what is typed after it would not show.
    let typed = interrupt::uninterrupted(|| unseen(|| rpassword::prompt_password(prompt)))
        .map_err(|error| Error::io("could not read the client secret", &error))?;
    Ok(Secret::new(input::word(&typed)))
}

/// Does `work` while the terminal shows nothing of what is typed: rpassword hides it too, but only
/// after its prompt is there, and who pastes at once is faster.
fn unseen<T>(work: impl FnOnce() -> T) -> T {
    #[cfg(unix)]
    if let Ok(terminal) = fs::File::open("/dev/tty")
        && let Ok(before) = rustix::termios::tcgetattr(&terminal)
    {
        use rustix::termios::{LocalModes, OptionalActions, tcsetattr};
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        let _ = tcsetattr(&terminal, OptionalActions::Now, &silent);
        let done = work();
        let _ = tcsetattr(&terminal, OptionalActions::Now, &before);
        return done;
    }
    work()
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_secret_is_found_in_what_people_make_of_it() {
        for text in ["p w&ö", " p w&ö \r\n", "\u{feff}p w&ö\u{a0}", "\"p w&ö\"\n", "'p w&ö'"] {
            assert_eq!(meant(text).unwrap().expose(), "p w&ö", "{text:?}");
        }
        for text in ["a=b==", "\"", "secret", "x'y\""] {
            assert_eq!(meant(text).unwrap().expose(), text);
        }
        for text in ["", " \n", "\"\"", "a\nb", "CLIENT_SECRET=abc", "a\u{1b}b"] {
            assert!(meant(text).is_err(), "{text:?}");
        }
    }
}
