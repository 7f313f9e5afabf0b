use serde_json::json;
use url::Url;

use super::letter::{Language, Letter, address};
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::provider::Provider;
use crate::terminal::Mark;
use crate::text::printable;

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
/// Prints it in German and in English, with the redirect URIs to register, the scopes, and what you
/// need to know in return. Nothing is sent.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Its name, as `partnerlink provider list` shows it
    #[arg(value_name = "PROVIDER", add = super::super::candidates::providers())]
    provider: String,
    /// Open it in your mail program
    #[arg(long)]
    mailto: bool,
    /// In this language only
    #[arg(long, value_enum)]
    language: Option<Language>,
    /// The name to sign with
    #[arg(long, value_name = "NAME")]
    company: Option<String>,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<(), Failed> {
        let output = &context.output;
        // The letter goes to the real provider, whether or not the sandbox plays its part now.
        let provider = super::real(context, &self.provider)?;
        let languages = match &self.language {
            Some(language) => std::slice::from_ref(language),
            None => &[Language::De, Language::En],
        };
        let write =
            |language: &Language| Letter::write(&provider, *language, self.company.as_deref());
        let letters: Vec<Letter> = languages.iter().map(write).collect();
        let next = output.command(&format!("partnerlink provider setup {}", provider.name));
        if output.json {
            let list: Vec<_> = letters
                .iter()
                .map(|l| json!({ "language": l.code(), "subject": l.subject, "body": l.body }))
                .collect();
            output.json(&json!({
                "provider": provider.name,
                "to": address(&provider),
                "letters": list,
                "next": next,
            }))?;
        } else {
            let texts: Vec<String> =
                letters.iter().map(|letter| shown(&provider, letter)).collect();
            output.data(&texts.join(&format!("\n{}\n\n", "-".repeat(72))))?;
        }
        if address(&provider).is_none() {
            output.say(
                Mark::Note,
                format_args!(
                    "The address of {} for this is not known here: look at its contact page.",
                    provider.title
                ),
            );
        }
        if self.mailto {
            open(context, &provider, &letters)?;
        }
        output.say(Mark::Note, format_args!("When the answer is there: {next}"));
        Ok(())
    }
}

fn shown(provider: &Provider, letter: &Letter) -> String {
    let (to, subject, unknown) = match letter.language {
        Language::De => ("An", "Betreff", "[Adresse: siehe Kontaktseite von {}]"),
        Language::En => ("To", "Subject", "[address: see the contact page of {}]"),
    };
    let whom =
        address(provider).map_or_else(|| unknown.replace("{}", &provider.title), str::to_owned);
    let text = format!("{to}: {whom}\n{subject}: {}\n\n{}", letter.subject, letter.body);
    text.lines().map(|line| printable(line) + "\n").collect()
}

/// Opens the mail program with both languages, or with one where both are too long for a link.
fn open(context: &Context, provider: &Provider, letters: &[Letter]) -> Result<(), Error> {
    let what = "could not open your mail program";
    let failed = |why: String| {
        let mut error = Error::usage(what, why, "copy the letter from above into a mail");
        error.code = "mail-program";
        error.exit = crate::error::Exit::Refused;
        error
    };
    let to = address(provider).unwrap_or_default();
    let Some(first) = letters.first() else { return Ok(()) };
    let bodies: Vec<&str> = letters.iter().map(|letter| letter.body.as_str()).collect();
    let both = Letter {
        language: first.language,
        subject: first.subject.clone(),
        body: bodies.join("\n-- \n\n"),
    };
    let mut link = both.mailto(to);
    if link.len() > MAX_LINK && letters.len() > 1 {
        link = first.mailto(to);
        context.output.say(
            Mark::Note,
            "Both languages are too long for a link: the mail is in German; --language en is in English.",
        );
    }
    if link.len() > MAX_LINK {
        context.output.say(
            Mark::Warn,
            "The letter is longer than some mail programs take: compare its end with the one above.",
        );
    }
    let settings = &context.settings;
    if context.named_browser().is_none() && !settings.environment.has_display() {
        return Err(failed("this terminal has no display".into()));
    }
    let link = Url::parse(&link).map_err(|error| failed(error.to_string()))?;
    context.browser().open(&link).map_err(|error| failed(error.to_string()))?;
    context
        .output
        .say(Mark::Good, "Opened in your mail program; nothing is sent before you send it.");
    Ok(())
}
