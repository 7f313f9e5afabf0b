//! `provider check`, and what it shares with `provider add`: asking an issuer, and writing down what
//! it says.

use serde_json::json;
use url::Url;

use crate::commands::reach;
use crate::config::edit::{Draft, literal};
use crate::context::Context;
use crate::error::{Error, Exit, Failed};
use crate::flow::discovery::discover;
use crate::provider::registry::Registry;
use crate::provider::{Discovered, Provider, ProviderError};
use crate::terminal::Mark;
use crate::terminal::progress::Waiting;
use crate::terminal::report::{Finding, Findings};

const EXAMPLES: &str = "\
Examples:
  partnerlink provider check zaehlerfreunde
  partnerlink provider check timberdata --json

Asks each address once, without signing in and without credentials. A provider
that is described by its issuer alone is completed in the configuration file.
Exit code 3 if one cannot be reached now, 6 if something answers in the
provider's place, or otherwise than it is described.";

/// See whether a provider can be reached from here, without signing in
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_name = "PROVIDER", value_parser = super::super::provider, add = super::super::candidates::providers())]
    provider: String,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let name = &self.provider;
        let what = format!("could not check {name}");
        let mut findings = Findings::new(&context.output);
        let registry = context.registry()?;
        let issuer = registry.issuer(name).map_err(|error| Error::new(&what, &error))?;
        let (provider, written) = match issuer {
            None => (Some(context.provider(name)?), Vec::new()),
            Some(_) => self.by_issuer(context, &registry, &what, &mut findings)?,
        };
        if let Some(provider) = &provider {
            reach::check(context, provider, "", &mut findings)?;
        }
        if context.output.json {
            let mut object = findings.object();
            object["provider"] = json!(name);
            object["written"] = json!(written);
            context.output.json(&object)?;
        } else if let Some(provider) = provider.filter(|_| findings.exit_code() == 0) {
            let text = format!("{} can be reached from here.", provider.title);
            context.output.say(Mark::Good, text);
        }
        Ok(findings.exit_code())
    }

    /// A provider that names its issuer: held against what the issuer says, and completed by it
    /// where it is not complete. With the keys that were written; `None` where it cannot be used.
    fn by_issuer(
        &self,
        context: &Context,
        registry: &Registry,
        what: &str,
        findings: &mut Findings,
    ) -> Result<(Option<Provider>, Vec<&'static str>), Error> {
        let name = &self.provider;
        let asked = ask(context, registry, name, has_secret(context, name), what);
        let is_right = issuer_findings(&asked, findings)?;
        match registry.get(name) {
            Ok(provider) => return Ok((Some(provider), Vec::new())),
            Err(ProviderError::NotCompleted { .. }) => {}
            Err(error) => return Err(Error::new(what, &error)),
        }
        let Some(asked) = asked.ok().filter(|_| is_right) else { return Ok((None, Vec::new())) };
        let draft = Draft::open(context.settings.folders.config_file());
        let draft = draft.map_err(|error| Error::new(what, &error))?;
        let draft = completed(draft, name, &asked, what)?;
        let provider = described(&draft, name, what)?;
        draft.save().map_err(|error| Error::new(what, &error))?;
        tell_changes(context, &draft);
        tell_secret(context, &asked.1, &provider);
        Ok((Some(provider), asked.1.lines.into_iter().map(|(key, _)| key).collect()))
    }
}

/// What the issuer of a provider says, and where it says it.
pub(super) type Asked = (Url, Discovered);

/// Asks the issuer that a provider is described by.
pub(super) fn ask(
    context: &Context,
    registry: &Registry,
    name: &str,
    has_secret: bool,
    what: &str,
) -> Result<Asked, Error> {
    let failed = |error: &ProviderError| Error::new(what, error);
    let issuer = registry.issuer(name).map_err(|error| failed(&error))?;
    let missing = || ProviderError::Missing { provider: name.to_owned(), field: "issuer" };
    let (issuer, url) = issuer.ok_or_else(|| failed(&missing()))?;
    let _waiting = Waiting::on(&context.output, "asking the issuer");
    let (at, metadata) =
        discover(context.http(), &issuer, &url).map_err(|error| Error::new(what, &error))?;
    let found = registry.discovered(name, &metadata, has_secret);
    Ok((at, found.map_err(|error| failed(&error))?))
}

/// The draft with what the issuer says. Where the description says otherwise, nothing is right.
pub(super) fn completed(
    mut draft: Draft,
    name: &str,
    (at, found): &Asked,
    what: &str,
) -> Result<Draft, Error> {
    if let Some(difference) = found.differences.first() {
        let meaning = Exit::BadAnswer.means("other-endpoints", OTHERWISE);
        return Err(Error::of(what, difference.to_string(), meaning));
    }
    let mut comment = format!("From {at}");
    for (key, value) in &found.lines {
        draft = draft
            .with(&["provider", name, key], &literal(value), &comment)
            .map_err(|error| Error::new(what, &error))?;
        comment.clear();
    }
    Ok(draft)
}

const OTHERWISE: &str = "if the provider moved, delete the line in the configuration file and run \
                         this again; else keep away and ask the provider";

/// The provider as the draft describes it, checked.
pub(super) fn described(draft: &Draft, name: &str, what: &str) -> Result<Provider, Error> {
    let registry = draft.registry().map_err(|error| Error::new(what, &error))?;
    registry.get(name).map_err(|error| Error::new(what, &error))
}

/// Whether the partner's client is known to have a secret.
pub(super) fn has_secret(context: &Context, name: &str) -> bool {
    context.settings.environment.client_secret(name).is_some()
}

/// What is new in the configuration file.
pub(super) fn tell_changes(context: &Context, draft: &Draft) {
    let output = &context.output;
    let file = context.settings.folders.config_file();
    output.say(Mark::Note, format_args!("Written to {}:", file.display()));
    for (sign, line) in draft.changes() {
        output.say_more(format_args!("{sign} {}", crate::text::printable(line)));
    }
    output.say(Mark::Note, "The redirect URIs have to be registered with the provider.");
}

/// Says it where the provider lists no clients without a secret, and this one has none.
pub(super) fn tell_secret(context: &Context, found: &Discovered, provider: &Provider) {
    if found.lists_no_public_clients && !provider.needs_secret() {
        let text = format!(
            "{} names no way for clients without a secret. If it gave you one, set \
             provider.{}.client_authentication to \"post\" or \"basic\", and give it at connect.",
            provider.title, provider.name
        );
        context.output.say(Mark::Warn, text);
    }
}

/// A line for the issuer; `true` where nothing speaks against it.
fn issuer_findings(asked: &Result<Asked, Error>, findings: &mut Findings) -> Result<bool, Error> {
    let (at, found) = match asked {
        Ok(asked) => asked,
        Err(error) => {
            findings.add(Finding::bad("issuer", &error.why, &error.hint, error.exit))?;
            return Ok(false);
        }
    };
    let differs = |difference: &_| {
        Finding::bad("issuer", format!("{difference}"), OTHERWISE, Exit::BadAnswer)
    };
    findings.extend(found.differences.iter().map(differs))?;
    if found.differences.is_empty() {
        findings.add(Finding::good("issuer", format!("described at {at}")))?;
    }
    Ok(found.differences.is_empty())
}
