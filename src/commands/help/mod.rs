//! `help`: of a command, as `--help` prints it, or one of the topics that belong to no command.

use clap::{Command, CommandFactory as _, Parser as _};
use serde_json::json;

use crate::cli::Cli;
use crate::error::{Error, Exit, Failed};
use crate::output::Output;
use crate::provider::registry::nearest;

const EXAMPLES: &str = "\
Examples:
  partnerlink help exit-codes
  partnerlink help token refresh

Topics: exit-codes, environment, stores, cron, ssh, formats, security";

/// Show the help of a command, or of a topic
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A topic, or a command
    #[arg(value_name = "TOPIC")]
    words: Vec<String>,
}

/// What the program can explain beside its commands.
pub struct Topic {
    pub name: &'static str,
    pub about: &'static str,
    text: &'static str,
}

/// Stands in a text for the table of exit codes.
const CODES: &str = "{codes}\n";

pub const TOPICS: [Topic; 7] = [
    Topic {
        name: "exit-codes",
        about: "What the exit codes mean, and what a script does about them",
        text: include_str!("exit-codes.txt"),
    },
    Topic {
        name: "environment",
        about: "Every environment variable that is read",
        text: include_str!("environment.txt"),
    },
    Topic {
        name: "stores",
        about: "Where tokens are kept: keychain or sealed files",
        text: include_str!("stores.txt"),
    },
    Topic {
        name: "cron",
        about: "Keeping accounts alive without a person",
        text: include_str!("cron.txt"),
    },
    Topic {
        name: "ssh",
        about: "Signing in on a machine without a browser",
        text: include_str!("ssh.txt"),
    },
    Topic {
        name: "formats",
        about: "The formats of data, and which one for what",
        text: include_str!("formats.txt"),
    },
    Topic {
        name: "security",
        about: "What is protected, how, and what is not",
        text: include_str!("security.txt"),
    },
];

impl Topic {
    pub fn named(name: &str) -> Option<&'static Self> {
        TOPICS.iter().find(|topic| topic.name == name)
    }

    /// The page: plain text of at most 80 columns.
    pub fn page(&self) -> String {
        let code = |(code, meaning): (&str, &str)| format!("  {code:<15}{meaning}\n");
        self.text.replace(CODES, &Exit::MEANINGS.map(code).concat())
    }
}

impl Args {
    pub fn run(self, output: &Output) -> Result<u8, Failed> {
        if let [name] = &self.words[..]
            && let Some(topic) = Topic::named(name)
        {
            let page = topic.page();
            if output.json {
                output.json(&json!({ "topic": topic.name, "text": page }))?;
            } else {
                output.data(&page)?;
            }
            return Ok(0);
        }
        self.check()?;
        let words = self.words.iter().map(String::as_str);
        let line = ["partnerlink"].into_iter().chain(words).chain(["--help"]);
        if let Err(help) = Cli::try_parse_from(line) {
            output.data(&help.render().ansi().to_string())?;
        }
        Ok(0)
    }

    /// That the words lead to a command; else what was probably meant.
    fn check(&self) -> Result<(), Error> {
        let mut cli = Cli::command();
        cli.build();
        let Some(wrong) =
            (0..self.words.len()).find(|at| find(&cli, &self.words[..=*at]).is_none())
        else {
            return Ok(());
        };
        let (path, word) = (&self.words[..wrong], &self.words[wrong]);
        let names: Vec<String> =
            could_follow(&cli, path).into_iter().map(|(name, _)| name).collect();
        let before = ["partnerlink help"].into_iter().chain(path.iter().map(String::as_str));
        let before = before.collect::<Vec<_>>().join(" ");
        let hint = match nearest(word, names.iter().map(String::as_str)) {
            Some(nearest) => format!("did you mean {before} {nearest}?"),
            None => format!("{before} shows what there is"),
        };
        let what = format!("could not help with {}", self.words.join(" "));
        Err(Error::usage(what, format!("there is no command or topic {word:?}"), hint))
    }
}

/// What can be asked about after these words, with its meaning: the commands there, and at the
/// beginning the topics. Nothing where they lead to no command.
pub fn could_follow(cli: &Command, path: &[impl AsRef<str>]) -> Vec<(String, String)> {
    let Some(command) = find(cli, path) else { return Vec::new() };
    let about = |command: &Command| command.get_about().map(ToString::to_string);
    let commands = command
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
        .map(|command| (command.get_name().to_owned(), about(command).unwrap_or_default()));
    let topics: &[Topic] = if path.is_empty() { &TOPICS } else { &[] };
    let topics = topics.iter().map(|topic| (topic.name.to_owned(), topic.about.to_owned()));
    commands.chain(topics).collect()
}

/// The command that these words lead to.
fn find<'a>(cli: &'a Command, path: &[impl AsRef<str>]) -> Option<&'a Command> {
    path.iter().try_fold(cli, |command, word| command.find_subcommand(word.as_ref()))
}
