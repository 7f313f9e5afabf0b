use serde_json::json;
use url::Url;

use super::letter::{self, Letter, address};
use crate::context::Context;
use crate::error::{Error, Exit, Failed};
use crate::language::Language;
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink provider register zaehlerfreunde --company \"Stadtwerke Muster GmbH\"
  partnerlink provider register zaehlerfreunde --language de --mailto     into your mail program
  partnerlink provider register timberdata --language en > letter.txt";

/// Longest link that is opened without a word of warning, in bytes: Windows and several mail programs
/// cut off at about 2,000.
pub const MAX_LINK: usize = 1900;

/// Write the letter that asks a provider for a client ID
///
/// Prints it in German and in English, or in the one that `--language` or the configuration names, with the redirect URIs to register, the scopes, and what you
/// need to know in return. Nothing is sent.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Its name, as `partnerlink provider list` shows it
    #[arg(value_name = "PROVIDER", value_parser = super::super::provider, add = super::super::candidates::providers())]
    provider: String,
    /// Open it in your mail program
    #[arg(long)]
    mailto: bool,
    /// The name to sign with
    #[arg(long, value_name = "NAME")]
    company: Option<String>,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<(), Failed> {
        let output = &context.output;
        // The letter goes to the real provider, whether or not the sandbox plays its part now.
        let provider = super::real(context, &self.provider)?;
        let languages = context
            .settings
            .named_language
            .map_or(vec![Language::De, Language::En], |one| vec![one]);
        let company = self.company.as_deref();
        let write = |language: Language| Letter::write(&provider, language, company);
        let letters: Vec<Letter> = languages.into_iter().map(write).collect();
        let next = output.command(&format!("partnerlink provider setup {}", provider.name));
        if output.json {
            let object = |letter: &Letter| {
                let subject = letter.subject();
                json!({ "language": letter.language, "subject": subject, "body": letter.body })
            };
            output.json(&json!({
                "provider": provider.name,
                "to": address(&provider),
                "letters": letters.iter().map(object).collect::<Vec<_>>(),
                "next": next,
            }))?;
        } else {
            let texts: Vec<String> = letters.iter().map(Letter::text).collect();
            output.data(&texts.join(&format!("\n{}\n\n", "-".repeat(72))))?;
        }
        if address(&provider).is_none() {
            let what = format!("The address of {} for this", provider.title);
            let text = format!("{what} is not known here: look at its contact page.");
            output.say(Mark::Note, text);
        }
        if self.mailto {
            open(context, address(&provider).unwrap_or_default(), letters)?;
        }
        output.say(Mark::Note, format_args!("When the answer is there: {next}"));
        Ok(())
    }
}

/// Opens the mail program with both languages, or with one where both are too long for a link.
fn open(context: &Context, to: &str, mut letters: Vec<Letter>) -> Result<(), Error> {
    let output = &context.output;
    let mut link = letter::mailto(to, &letters);
    if link.len() > MAX_LINK && letters.len() > 1 {
        letters.truncate(1);
        link = letter::mailto(to, &letters);
        output.say(
            Mark::Note,
            "Both languages are too long for a link: the mail is in German; --language en is in English.",
        );
    }
    if link.len() > MAX_LINK {
        output.say(
            Mark::Warn,
            "The letter is longer than some mail programs take: compare its end with the one above.",
        );
    }
    let no_display =
        context.named_browser().is_none() && !context.settings.environment.has_display();
    let opened = match Url::parse(&link) {
        _ if no_display => Err("this terminal has no display".to_owned()),
        Ok(link) => context.browser().open(&link).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    opened.map_err(|why| {
        let meaning = Exit::Refused.means("mail-program", "copy the letter from above into a mail");
        Error::of("could not open your mail program", why, meaning)
    })?;
    output.say(Mark::Good, "Opened in your mail program; nothing is sent before you send it.");
    Ok(())
}
