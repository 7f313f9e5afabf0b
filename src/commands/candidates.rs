//! What a TAB offers at an argument whose values only this program knows. Reads the index of
//! accounts and the configuration; what is broken there is not reported between a person's words,
//! it only offers less.

use std::ffi::OsStr;

use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};

use crate::accounts::{Account, Index};
use crate::config::{Environment, Flags, Settings};
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

/// The command line so far.
struct Line {
    before: Vec<String>,
    sandbox: bool,
    registry: Registry,
}

impl Line {
    /// The line of which a shell asks with `completions SHELL -- WORDS…`: that is how this process
    /// was started, and clap hands a completer nothing but the word at the cursor.
    fn typed() -> Self {
        let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
        let mut before: Vec<String> = words.skip_while(|word| word != "--").skip(1).collect();
        before.pop();
        let sandbox = before.iter().any(|word| word == "--sandbox");
        let flags = Flags { sandbox, ..Flags::default() };
        // The built-in providers alone where the configuration cannot be read.
        let registry = Settings::load(flags, Environment::of_this_process())
            .map_or_else(|_| Registry::default(), |settings| settings.registry);
        Self { before, sandbox, registry }
    }

    fn accounts(&self) -> Vec<CompletionCandidate> {
        let Some(folders) = Environment::of_this_process().folders(self.sandbox) else {
            return Vec::new();
        };
        let mut accounts = Index::new(folders.accounts()).all();
        accounts.retain(|account| !self.before.contains(&account.account.to_string()));
        let candidate = |Account { account, who, .. }: Account| {
            let who = who.map(|who| format!("{who}, ")).unwrap_or_default();
            offer(account.to_string(), who + &self.title(account.provider()))
        };
        accounts.into_iter().map(candidate).collect()
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
