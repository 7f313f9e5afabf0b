//! `help`: of a command, as `--help` prints it, or one of the topics that belong to no command.

use clap::{CommandFactory as _, Parser as _};
use serde_json::json;

use super::{could_follow, find};
use crate::cli::Cli;
use crate::error::{Error, Failed};
use crate::provider::registry::nearest;
use crate::terminal::Output;
use crate::terminal::topics::Topic;

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
