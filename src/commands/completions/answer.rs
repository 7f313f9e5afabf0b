//! What could stand at the cursor, asked from clap_complete's engine.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command, ValueHint};
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate, complete};

use crate::commands::could_follow;
use crate::text::printable;

/// Stands for every file name: those are the shell's own business, which quotes them rightly.
const FILES: &str = "\u{1}";
/// What the scripts know it by. No value begins with a colon.
const FILES_LINE: &str = ":files";

/// A line for each word that the last one could become: the word, and what it means behind a tab.
pub fn lines(mut cli: Command, mut words: Vec<OsString>) -> String {
    let Some(last) = words.last_mut() else { return String::new() };
    // An empty word does not survive every PowerShell; two quotes do, and sometimes literally.
    if last == "\"\"" {
        last.clear();
    }
    let begins_option = last.as_encoded_bytes().starts_with(b"-");
    let at = words.len() - 1;
    cli.build();
    let mut cli = with_topics(with_files(cli), &words);
    let found = complete(&mut cli, words, at, None).unwrap_or_default();

    // Options are offered to who begins one, and where there is nothing else.
    let with_options = begins_option || found.iter().all(is_option);
    found
        .iter()
        .filter(|candidate| with_options || !is_option(candidate))
        .map(|candidate| line(candidate) + "\n")
        .collect()
}

fn is_option(candidate: &CompletionCandidate) -> bool {
    candidate.get_value().as_encoded_bytes().starts_with(b"-")
}

fn line(candidate: &CompletionCandidate) -> String {
    let value = candidate.get_value().to_string_lossy();
    // `--output=` may stand before it.
    if value.ends_with(FILES) {
        return FILES_LINE.to_owned();
    }
    let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
    match help.lines().next() {
        Some(first) => format!("{}\t{}", printable(&value), printable(first)),
        None => printable(&value),
    }
}

/// The command line whose arguments for paths are left to the shell.
fn with_files(command: Command) -> Command {
    let files = |_: &OsStr| vec![CompletionCandidate::new(FILES)];
    let arg = move |arg: Arg| match arg.get_value_hint() {
        ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath => {
            arg.add(ArgValueCompleter::new(files))
        }
        _ => arg,
    };
    command.mut_args(arg).mut_subcommands(with_files)
}

/// The command line whose `help` knows what can be asked after the words that are there.
fn with_topics(cli: Command, words: &[OsString]) -> Command {
    let words = words.iter().skip(1).map(|word| word.to_string_lossy());
    let words: Vec<_> = words.filter(|word| !word.starts_with('-')).collect();
    let [help, path @ .., _] = &words[..] else { return cli };
    if help != "help" {
        return cli;
    }
    let follows = could_follow(&cli, path);
    let offer = move || {
        let candidate = |(word, about): &(String, String)| {
            CompletionCandidate::new(word).help(Some(about.into()))
        };
        follows.iter().map(candidate).collect()
    };
    cli.mut_subcommand("help", |help| {
        help.mut_arg("words", |arg| arg.add(ArgValueCandidates::new(offer)))
    })
}
