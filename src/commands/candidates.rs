//! What a TAB offers at an argument whose values only this program knows. Reads the index of
//! accounts, the kept names of their meters and the configuration; what is broken there is not reported between a person's words,
//! it only offers less.

use std::collections::HashMap;
use std::ffi::OsStr;

use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};

use crate::account_id::AccountId;
use crate::accounts::{Account, Index};
use crate::commands::kept_meters::KeptMeters;
use crate::config::{Environment, Flags, Settings};
use crate::data::meter::Meter;
use crate::data::names::folded;
use crate::formats::FORMATS;
use crate::provider::registry::Registry;

/// The connected accounts that are not on the line yet.
pub fn accounts() -> ArgValueCandidates {
    ArgValueCandidates::new(|| Line::typed().accounts())
}

/// The providers.
pub fn providers() -> ArgValueCandidates {
    ArgValueCandidates::new(|| Line::typed().providers())
}

/// A provider to make a new account at, or an account that has a name of its own.
pub fn providers_and_accounts() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let line = Line::typed();
        let mut found = line.providers();
        let named = |account: &CompletionCandidate| has_colon(account.get_value());
        found.extend(line.accounts().into_iter().filter(named));
        found
    })
}

/// The meters that are known from the last time they were listed, by what tells each from the
/// others.
pub fn meters() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        let begun = typed.to_string_lossy();
        Line::typed().kept_meters().iter().flat_map(|kept| meters_of(kept, &begun)).collect()
    })
}

/// The spaces that are known from the last time they were listed.
pub fn spaces() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        let begun = typed.to_string_lossy();
        let kept = Line::typed().kept_meters();
        let spaces = kept.iter().flat_map(|kept| &kept.spaces);
        let names = spaces.map(|space| [&space.name, &space.id].map(String::as_str));
        let named = names.filter_map(|names| fitting(&names, &begun));
        named.map(|name| offer(name.to_owned(), String::new())).collect()
    })
}

/// A meter is offered by its name, or by a number of it that was begun; those of one name by their
/// numbers alone.
fn meters_of(kept: &KeptMeters, begun: &str) -> Vec<CompletionCandidate> {
    let mut names = HashMap::<String, usize>::new();
    for meter in &kept.meters {
        *names.entry(folded(&meter.name)).or_default() += 1;
    }
    let offered = |meter: &Meter| {
        let is_its_own = names.get(&folded(&meter.name)) == Some(&1);
        let name = if is_its_own { meter.name.as_str() } else { "" };
        let words = [name, &meter.malo, &meter.serial, &meter.melo, &meter.id];
        // Who begins a name that several have is shown the numbers.
        let is_named = !is_its_own && folded(&meter.name).starts_with(&folded(begun));
        let word = fitting(&words, if is_named { "" } else { begun })?;
        let more = [("", meter.name.as_str()), ("", &meter.space), ("MaLo ", &meter.malo)];
        let more = more.iter().filter(|(_, text)| !text.is_empty() && *text != word);
        let more: Vec<String> = more.map(|(what, text)| format!("{what}{text}")).collect();
        Some(offer(word.to_owned(), more.join(", ")))
    };
    kept.meters.iter().filter_map(offered).collect()
}

/// The first of these words that begins so, capitals and umlauts aside.
fn fitting<'a>(words: &[&'a str], begun: &str) -> Option<&'a str> {
    let begun = folded(begun);
    words.iter().copied().find(|word| !word.is_empty() && folded(word).starts_with(&begun))
}

/// The scopes of the provider on the line. Several are one argument, so what stands before the last
/// blank is kept.
pub fn scopes() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        let typed = typed.to_string_lossy();
        let (before, begun) = typed.split_at(typed.rfind(' ').map_or(0, |blank| blank + 1));
        let fits = |scope: &str| {
            scope.starts_with(begun) && !before.split(' ').any(|there| there == scope)
        };
        let scopes = Line::typed().scopes().into_iter().filter(|(scope, _)| fits(scope));
        let offer = |(scope, help)| offer(format!("{before}{scope}"), help);
        scopes.map(offer).collect()
    })
}

/// The formats of data.
pub fn formats() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        FORMATS.iter().map(|format| CompletionCandidate::new(format.name)).collect()
    })
}

fn offer(value: String, help: String) -> CompletionCandidate {
    CompletionCandidate::new(value).help(Some(help).filter(|help| !help.is_empty()).map(Into::into))
}

fn has_colon(value: &OsStr) -> bool {
    value.as_encoded_bytes().contains(&b':')
}

/// More accounts than this are offered by their names alone, and only those that were begun: who
/// they are stands in a file for each.
const MANY: usize = 500;

/// The command line so far.
struct Line {
    before: Vec<String>,
    /// As much of the word at the cursor as is there.
    begun: String,
    sandbox: bool,
    registry: Registry,
}

impl Line {
    /// The line of which a shell asks with `completions SHELL -- WORDS…`: that is how this process
    /// was started, and clap hands a completer nothing but the word at the cursor.
    fn typed() -> Self {
        let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
        let mut before: Vec<String> = words.skip_while(|word| word != "--").skip(1).collect();
        let begun = before.pop().unwrap_or_default();
        let sandbox = before.iter().any(|word| word == "--sandbox");
        let flags = Flags { sandbox, ..Flags::default() };
        // The built-in providers alone where the configuration cannot be read.
        let registry = Settings::load(flags, Environment::of_this_process())
            .map_or_else(|_| Registry::default(), |settings| settings.registry);
        Self { before, begun, sandbox, registry }
    }

    fn accounts(&self) -> Vec<CompletionCandidate> {
        let Some(folders) = Environment::of_this_process().folders(self.sandbox) else {
            return Vec::new();
        };
        let index = Index::new(folders.accounts());
        let mut names = index.names().unwrap_or_default();
        names.retain(|account| !self.before.contains(&account.to_string()));
        if names.len() > MANY {
            let names = names.iter().map(ToString::to_string);
            let begun = names.filter(|name| name.starts_with(&self.begun));
            return begun.map(|name| offer(name, String::new())).collect();
        }
        let candidate = |Account { account, who, .. }: Account| {
            let who = who.map(|who| format!("{who}, ")).unwrap_or_default();
            offer(account.to_string(), who + &self.title(account.provider()))
        };
        index.of(&names).into_iter().map(candidate).collect()
    }

    /// What is kept of the account on the line, else of the provider's account without a name, else
    /// of all: the one that the command will use.
    fn kept_meters(&self) -> Vec<KeptMeters> {
        let Some(folders) = Environment::of_this_process().folders(self.sandbox) else {
            return Vec::new();
        };
        let index = Index::new(folders.accounts());
        let mut names = index.names().unwrap_or_default();
        let mut words = self.before.iter().skip_while(|word| !word.starts_with("--account"));
        let named = words.next().and_then(|word| match word.split_once('=') {
            Some((_, account)) => Some(account),
            None => words.next().map(String::as_str),
        });
        let is_meant = |account: &AccountId| match named {
            Some(named) => super::account(named).is_ok_and(|named| named == *account),
            None => account.to_string() == account.provider(),
        };
        if named.is_some() || names.iter().any(is_meant) {
            names.retain(is_meant);
        }
        // Of most accounts nothing is kept.
        names.retain(|account| folders.meters_file(account).is_file());
        let accounts = index.of(&names);
        accounts.iter().filter_map(|account| KeptMeters::load(&folders, account)).collect()
    }

    fn providers(&self) -> Vec<CompletionCandidate> {
        let names = self.registry.names().into_iter();
        names.map(|name| offer(name.clone(), self.title(&name))).collect()
    }

    fn scopes(&self) -> Vec<(String, String)> {
        let provider = |word: &String| self.registry.get(word.split(':').next()?).ok();
        let found = self.before.iter().find_map(provider);
        found.map(|provider| provider.described.scopes.into_iter().collect()).unwrap_or_default()
    }

    fn title(&self, provider: &str) -> String {
        self.registry.get(provider).map_or(provider.to_owned(), |found| found.title)
    }
}
