//! `help`: of a command, as `--help` prints it, or one of the topics that belong to no command.

use clap::Command;
use serde_json::json;

use super::{could_follow, find};
use crate::error::{Error, Failed};
use crate::provider::registry::nearest;
use crate::terminal::Output;
use crate::terminal::topics::Topic;

const EXAMPLES: &str = "\
Examples:
  partnerlink help exit-codes
  partnerlink help token refresh

Topics: exit-codes, environment, providers, stores, files, cron, recipes,
        notify, ssh, network, windows, formats, security";

/// Show the help of a command, or of a topic
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A topic, or a command
    #[arg(value_name = "TOPIC")]
    words: Vec<String>,
}

impl Args {
    /// `cli` is the whole command line, of which help is wanted.
    pub fn run(self, mut cli: Command, output: &Output) -> Result<u8, Failed> {
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
        cli.build();
        if find(&cli, &self.words).is_none() {
            return Err(self.unknown(&cli).into());
        }
        let words = self.words.iter().map(String::as_str);
        let line = ["partnerlink"].into_iter().chain(words).chain(["--help"]);
        // clap hands out a help text as the error that ends the parsing.
        if let Err(help) = cli.try_get_matches_from(line) {
            output.data(&help.render().ansi().to_string())?;
        }
        Ok(0)
    }

    /// Which of the words leads to no command, and what was probably meant.
    fn unknown(&self, cli: &Command) -> Error {
        let leads = |count: &usize| find(cli, &self.words[..*count]).is_some();
        let right = (0..self.words.len()).take_while(leads).count().saturating_sub(1);
        let (path, word) = (&self.words[..right], &self.words[right]);
        let known = could_follow(cli, path);
        let before = [&["partnerlink".to_owned(), "help".to_owned()], path].concat().join(" ");
        let hint = match nearest(word, known.iter().map(|(name, _)| name.as_str())) {
            Some(nearest) => format!("did you mean {before} {nearest}?"),
            None => format!("{before} shows what there is"),
        };
        let what = format!("could not help with {}", self.words.join(" "));
        Error::usage(what, format!("there is no command or topic {word:?}"), hint)
    }
}
