//! `man`: the manual, a page for the program and one for each command.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::error::{Error, Exit, Failed};
use crate::terminal::topics::{TOPICS, Topic};
use crate::terminal::{Mark, Output, stdout_is_terminal};

const EXAMPLES: &str = "\
Examples:
  partnerlink man | man -l -                                    read it
  partnerlink man --out ~/.local/share/man/man1                 then: man partnerlink
  partnerlink man --out target/man                              for a package";

/// The day of this version, as CHANGELOG.md has it.
const RELEASED: &str = "2026-11-21";

const FILES: [(&str, &str); 5] = [
    ("~/.config/partnerlink/config.toml", "Settings, without secrets"),
    ("~/.config/partnerlink/tokens.key", "The key of the sealed files"),
    ("~/.local/state/partnerlink/tokens/", "Sealed files, one for each account"),
    ("~/.local/state/partnerlink/accounts/", "What is known of accounts, without secrets"),
    (
        "~/.local/state/partnerlink/sandbox/",
        "The same of the sandbox. PARTNERLINK_HOME moves all of these; `partnerlink config show` tells where they are",
    ),
];

/// Print the manual, or write a page for each command
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Write partnerlink.1 and a page for each command into this folder; made if it is missing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Args {
    /// `cli` is the whole command line, which the manual describes.
    pub fn run(self, mut cli: Command, output: &Output) -> Result<u8, Failed> {
        cli.build();
        match self.out {
            Some(folder) => {
                let count = write(&folder, &cli).map_err(|error| {
                    Error::io(format!("could not write the manual to {}", folder.display()), &error)
                })?;
                output.say(Mark::Good, format_args!("{count} pages in {}", folder.display()));
            }
            None if stdout_is_terminal() => {
                output.say(Mark::Note, "Read the manual with: partnerlink man | man -l -");
            }
            None => {
                let page = page(&cli, None)
                    .map_err(|error| Error::io("could not make the manual", &error))?;
                output.data(&page)?;
            }
        }
        Ok(0)
    }
}

/// Writes the page of every command; returns how many there are.
fn write(folder: &Path, cli: &Command) -> io::Result<usize> {
    fs::create_dir_all(folder)?;
    let mut left = vec![(cli, None)];
    let mut count = 0;
    while let Some((command, parent)) = left.pop() {
        fs::write(folder.join(format!("{}.1", name(command))), page(command, parent)?)?;
        count += 1;
        left.extend(visible(command).map(|below| (below, Some(command))));
    }
    Ok(count)
}

/// `partnerlink-token-refresh`
fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

/// The commands of a group that a person should see.
fn visible(group: &Command) -> impl Iterator<Item = &Command> {
    group.get_subcommands().filter(|command| !command.is_hide_set())
}

/// The page of a command of a built command line: clap_mangen's sections, then ours.
fn page(command: &Command, parent: Option<&Command>) -> io::Result<String> {
    let mut usage = command.clone();
    let usage = usage.render_usage().to_string();
    let described = command
        .clone()
        .override_usage(usage.trim_start_matches("Usage: ").trim().to_owned())
        .subcommand_help_heading("COMMANDS")
        // These are sections of their own below.
        .after_help(None)
        .after_long_help(None);
    let mut page = Vec::new();
    Man::new(described)
        .date(RELEASED)
        .source(concat!("partnerlink ", env!("CARGO_PKG_VERSION")))
        .manual("User Commands")
        .render(&mut page)?;
    // It leaves empty lines and breaks one upon the other, which mandoc(1) complains of.
    let page = String::from_utf8_lossy(&page);
    let lines = page.lines().map(str::trim_start).filter(|line| !line.is_empty());
    let page = lines.fold(String::new(), |page, line| page + line + "\n");
    let page = page.replace(".br\n.br\n", ".br\n");
    // The string Aq is made in the first lines of clap_mangen's page.
    let page = page + &own_sections(command, parent).to_roff().replace('\'', "\\*(Aq");
    // What a person copies from the page must not have become a typographical character.
    Ok(page.replace('`', "\\(ga").replace('~', "\\(ti").replace('^', "\\(ha"))
}

/// The sections that clap knows nothing of.
fn own_sections(command: &Command, parent: Option<&Command>) -> Roff {
    let mut roff = Roff::new();
    after_help(&mut roff, command);
    list(&mut roff, "EXIT STATUS", &Exit::MEANINGS);
    match Topic::named("environment").filter(|_| parent.is_none()) {
        Some(topic) => {
            let page = topic.page();
            let text = page.split_once('\n').map_or("", |(_, text)| text);
            as_it_stands(&mut roff, "ENVIRONMENT", text);
        }
        None => {
            roff.control("SH", ["ENVIRONMENT"]).text([roman("See partnerlink(1).")]);
        }
    }
    list(&mut roff, "FILES", &FILES);
    if parent.is_none() {
        let named = |name: &str| format!("partnerlink help {name}");
        let topics = TOPICS.iter().map(|topic| (named(topic.name), topic.about()));
        let topics: Vec<(String, &str)> = topics.collect();
        list(&mut roff, "TOPICS", &topics);
    }
    let nearby = visible(parent.unwrap_or(command)).filter(|other| name(other) != name(command));
    let related = parent.into_iter().chain(nearby).map(|other| format!("{}(1)", name(other)));
    roff.control("SH", ["SEE ALSO"]).text([roman(related.collect::<Vec<_>>().join(", "))]);
    roff
}

/// What the help says at its end: the examples, and the rest as it stands.
fn after_help(roff: &mut Roff, command: &Command) {
    let text = command.get_after_long_help().or(command.get_after_help());
    let text = text.map(ToString::to_string).unwrap_or_default();
    // These have sections of their own.
    let told = |part: &&str| !part.starts_with("Exit codes:") && !part.starts_with("More about");
    let (examples, notes): (Vec<_>, Vec<_>) =
        text.split("\n\n").filter(told).partition(|part| part.starts_with("Examples:\n"));
    let examples = examples.concat().replacen("Examples:\n", "", 1);
    for (heading, text) in [("EXAMPLES", examples), ("NOTES", notes.join("\n\n"))] {
        if !text.is_empty() {
            as_it_stands(roff, heading, &text);
        }
    }
}

/// A section whose lines are not filled.
fn as_it_stands(roff: &mut Roff, heading: &str, text: &str) {
    roff.control("SH", [heading]).control("nf", []);
    roff.text([roman(text.trim_matches('\n'))]).control("fi", []);
}

/// A section of things and what they mean.
fn list(roff: &mut Roff, heading: &str, items: &[(impl AsRef<str>, &str)]) {
    roff.control("SH", [heading]);
    for (term, meaning) in items {
        roff.control("TP", []).text([bold(term.as_ref())]).text([roman(*meaning)]);
    }
}
