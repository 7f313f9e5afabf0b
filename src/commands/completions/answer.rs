//! What could stand at the cursor. Reads the index of accounts and the configuration, and neither
//! says nor needs anything else: whatever is broken, nothing is printed between a person's words.

use std::ffi::{OsStr, OsString};
use std::sync::Arc;

use clap::{Arg, Command, CommandFactory as _, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};

use crate::accounts::Index;
use crate::cli::Cli;
use crate::commands::could_follow;
use crate::config::{Environment, Flags, Settings};
use crate::formats::Format;
use crate::provider::registry::Registry;
use crate::text::printable;

/// Stands for every file name: those are the shell's own business, which quotes them rightly.
const FILES: &str = "\u{1}";
/// What the scripts know it by. No value begins with a colon.
const FILES_LINE: &str = ":files";

/// A line for each word that the last one could become: the word, and what it means behind a tab.
pub fn lines(mut words: Vec<OsString>) -> String {
    let Some(last) = words.last_mut() else { return String::new() };
    // An empty word does not survive every PowerShell; two quotes do, and sometimes literally.
    if last == "\"\"" {
        last.clear();
    }
    let typed = last.to_string_lossy().into_owned();
    let at = words.len() - 1;
    let mut cli = Cli::command();
    cli.build();
    let texts = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let asked = Arc::new(Asked::new(texts, &cli));
    let found = complete(&mut answering(cli, &asked), words, at, None).unwrap_or_default();

    let is_option = |candidate: &CompletionCandidate| {
        candidate.get_value().as_encoded_bytes().starts_with(b"-")
    };
    // Options are offered to who begins one, and where there is nothing else.
    let only_options = typed.starts_with('-') || found.iter().all(is_option);
    let mut lines = String::new();
    for candidate in found.iter().filter(|candidate| only_options || !is_option(candidate)) {
        let value = candidate.get_value().to_string_lossy();
        if value.ends_with(FILES) {
            lines += FILES_LINE;
        } else {
            lines += &printable(&value);
            let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
            if let Some(first) = help.lines().next() {
                lines.push('\t');
                lines += &printable(first);
            }
        }
        lines.push('\n');
    }
    lines
}

/// What an argument takes that only this program knows.
#[derive(Clone, Copy)]
enum Kind {
    Account,
    Provider,
    /// An account, or a provider to make a new one at.
    ProviderOrAccount,
    Scope,
    Format,
    Topic,
    File,
}

/// What an argument takes goes by the name of its value, so that a new command needs no word here.
fn kind_of(arg: &Arg) -> Option<Kind> {
    if !arg.get_possible_values().is_empty() {
        return None;
    }
    let name = arg.get_value_names().and_then(|names| names.first()).map(|name| name.as_str());
    match name {
        Some("ACCOUNT") => Some(Kind::Account),
        Some("PROVIDER") => Some(Kind::Provider),
        Some("PROVIDER[:NAME]") => Some(Kind::ProviderOrAccount),
        Some("\"A B\"") => Some(Kind::Scope),
        Some("FORMAT") => Some(Kind::Format),
        Some("TOPIC") => Some(Kind::Topic),
        _ if arg.is_last_set() => Some(Kind::File),
        _ => match arg.get_value_hint() {
            ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath => Some(Kind::File),
            _ => None,
        },
    }
}

/// The command line, with an answer for each argument of a [`Kind`].
fn answering(command: Command, asked: &Arc<Asked>) -> Command {
    let arg = |arg: Arg| match kind_of(&arg) {
        Some(kind) => {
            let asked = Arc::clone(asked);
            arg.add(ArgValueCompleter::new(move |typed: &OsStr| asked.answer(kind, typed)))
        }
        None => arg,
    };
    command.mut_args(arg).mut_subcommands(|command| answering(command, asked))
}

/// A word and what it means.
type Meant = (String, String);

/// The command line so far, and what was found out about it.
struct Asked {
    words: Vec<String>,
    /// What `help` could be asked at this place.
    topics: Vec<Meant>,
}

impl Asked {
    fn new(words: Vec<String>, cli: &Command) -> Self {
        let mut before = words.iter().skip(1).filter(|word| !word.starts_with('-'));
        let topics = match before.next() {
            Some(word) if word == "help" => {
                let path: Vec<&str> = before.map(String::as_str).collect();
                could_follow(cli, path.split_last().map_or(&[][..], |(_, path)| path))
            }
            _ => Vec::new(),
        };
        Self { words, topics }
    }

    fn answer(&self, kind: Kind, typed: &OsStr) -> Vec<CompletionCandidate> {
        let typed = typed.to_string_lossy();
        let (before, typed) = match kind {
            // Several scopes are one argument.
            Kind::Scope => typed.split_at(typed.rfind(' ').map_or(0, |blank| blank + 1)),
            Kind::File => return vec![CompletionCandidate::new(FILES)],
            _ => ("", &*typed),
        };
        let all = match kind {
            Kind::Account => self.accounts(),
            Kind::Provider => self.providers(),
            Kind::ProviderOrAccount => {
                let (mut all, known) = (self.providers(), self.accounts());
                all.extend(known.into_iter().filter(|(name, _)| name.contains(':')));
                all
            }
            Kind::Scope => self.scopes(before),
            Kind::Format => {
                Format::ALL.iter().map(|f| (f.name().to_owned(), String::new())).collect()
            }
            Kind::Topic => self.topics.clone(),
            Kind::File => Vec::new(),
        };
        let fitting = all.into_iter().filter(|(value, _)| value.starts_with(typed));
        let candidate = |(value, help): Meant| {
            let help = Some(help).filter(|help| !help.is_empty()).map(Into::into);
            CompletionCandidate::new(format!("{before}{value}")).help(help)
        };
        fitting.map(candidate).collect()
    }

    fn sandbox(&self) -> bool {
        self.words.iter().any(|word| word == "--sandbox")
    }

    /// The connected accounts that are not on the line yet.
    fn accounts(&self) -> Vec<Meant> {
        let environment = Environment::of_this_process();
        let Some(folders) = environment.folders(self.sandbox()) else { return Vec::new() };
        let registry = self.registry();
        let mut accounts = Index::new(folders.accounts()).all();
        let words = self.words.split_last().map_or(&[][..], |(_, before)| before);
        accounts.retain(|account| !words.contains(&account.account.to_string()));
        let meant = |account: crate::accounts::Account| {
            let name = account.account.provider();
            let title = registry.get(name).map_or(name.to_owned(), |provider| provider.title);
            let who = account.who.map(|who| format!("{who}, ")).unwrap_or_default();
            (account.account.to_string(), format!("{who}{title}"))
        };
        accounts.into_iter().map(meant).collect()
    }

    fn providers(&self) -> Vec<Meant> {
        let registry = self.registry();
        let title = |name: &str| registry.get(name).map_or(String::new(), |found| found.title);
        registry.names().into_iter().map(|name| (name.clone(), title(&name))).collect()
    }

    /// The scopes of the provider on this line that are not `before` the cursor yet.
    fn scopes(&self, before: &str) -> Vec<Meant> {
        let registry = self.registry();
        let named = self.words.iter().find_map(|word| {
            registry.get(word.split(':').next().unwrap_or(word)).ok().map(|found| found.scopes)
        });
        let fresh = |(scope, _): &Meant| !before.split(' ').any(|there| there == scope);
        named.into_iter().flatten().filter(fresh).collect()
    }

    /// The providers; the built-in ones alone where the configuration cannot be read.
    fn registry(&self) -> Registry {
        let flags = Flags { sandbox: self.sandbox(), ..Flags::default() };
        Settings::load(flags, Environment::of_this_process())
            .map_or_else(|_| Registry::default(), |settings| settings.registry(None))
    }
}
