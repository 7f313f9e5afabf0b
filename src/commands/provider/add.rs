use serde_json::json;
use url::Url;

use super::check;
use super::setup::checked_client_id;
use crate::account_id::{AccountId, check_name};
use crate::commands::client_secret::{self, Asks};
use crate::commands::keeping::settle;
use crate::config::edit::{Draft, list, quoted};
use crate::context::Context;
use crate::error::{Error, Explain, Failed};
use crate::flow;
use crate::provider::registry::is_builtin;
use crate::provider::{Discovered, Provider};
use crate::secret::Secret;
use crate::terminal::progress::Waiting;
use crate::terminal::{Mark, facts};

const EXAMPLES: &str = "\
Examples:
  partnerlink provider add my-erp --issuer https://login.erp.example --client-id 17
  partnerlink provider add my-erp --issuer https://login.erp.example --client-id 17 --scope orders

Asks the issuer once, and writes down what it says: later runs ask nobody. A
client secret is tried at the provider before it is kept, in each of the ways
that it lists. The redirect URIs that are printed have to be registered there.";

/// Describe one more provider from what its issuer says of itself
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What to call it here
    #[arg(value_name = "NAME", value_parser = super::super::provider)]
    provider: String,
    /// What the provider calls itself (RFC 8414, OpenID Connect), exactly as it writes it
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// The client ID that the provider gave you
    #[arg(long, value_name = "ID")]
    client_id: String,
    #[command(flatten)]
    secret: client_secret::Args,
    /// The scopes to ask for, separated by blanks; else the usual ones that it has
    #[arg(long, value_name = "SCOPES")]
    scope: Option<String>,
    /// What its data is below
    #[arg(long, value_name = "URL")]
    api_base: Option<Url>,
    /// A redirect URI that the provider registered; may be repeated
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<(), Failed> {
        let what = format!("could not add {}", self.provider);
        let failed = |error: &dyn Explain| Error::new(&what, error);
        self.check(context, &what)?;
        let account: AccountId = self.provider.parse().map_err(|error| failed(&error))?;
        // Before the file is read, since it may be written to.
        let to = match self.secret.is_given() {
            true => settle(context, &account, None, &what)?,
            false => None,
        };
        let draft = self.draft(context, &what)?;
        let registry = draft.registry().map_err(|error| failed(&error))?;
        let has_secret = self.secret.is_given() || check::has_secret(context, &self.provider);
        let asked = check::ask(context, &registry, &self.provider, has_secret, &what)?;
        let draft = check::completed(draft, &self.provider, &asked, &what)?;
        let provider = check::described(&draft, &self.provider, &what)?;
        if self.secret.is_given() && !provider.needs_secret() {
            let hint = "take client_authentication = \"none\" out of the configuration file";
            return Err(Error::usage(&what, "it is described without a secret", hint).into());
        }
        let to = to.as_ref();
        let secret = self.secret.obtain(context, &provider, &account, to, Asks::Once, &what)?;
        let draft = match &secret {
            Some(found) => self.proven(context, draft, (&asked.1, &found.secret), &what)?,
            None => draft,
        };
        if let Some(secret) = secret.filter(|secret| secret.is_new) {
            flow::client_secret::keep(&context.world(), &provider, &account, to, &secret.secret)
                .map_err(|error| Error::new("could not keep the client secret", &error))?;
        }
        if draft.is_changed() {
            draft.save().map_err(|error| failed(&error))?;
        }
        check::tell_secret(context, &asked.1, &provider);
        Ok(self.report(context, &draft, &provider)?)
    }

    fn check(&self, context: &Context, what: &str) -> Result<(), Error> {
        let name = &self.provider;
        if context.settings.sandbox.is_some() {
            let why = "the sandbox plays the built-in providers only";
            return Err(Error::usage(what, why, "leave out --sandbox"));
        }
        check_name(name).map_err(|error| Error::new(what, &error))?;
        if is_builtin(name) {
            let hint = format!("partnerlink provider setup {name} --client-id {}", self.client_id);
            return Err(Error::usage(what, "it is built in, with its addresses", hint));
        }
        Ok(())
    }

    /// The configuration file with what the person said.
    fn draft(&self, context: &Context, what: &str) -> Result<Draft, Error> {
        let client_id = checked_client_id(&self.client_id).map_err(|why| {
            Error::usage(what, why, "give the client ID as the provider wrote it")
        })?;
        let mut lines = vec![("issuer", quoted(&self.issuer)), ("client_id", quoted(&client_id))];
        lines.extend(self.scope.iter().map(|scope| ("default_scope", quoted(scope))));
        lines.extend(self.api_base.iter().map(|url| ("api_base", quoted(url.as_str()))));
        if !self.redirect_uri.is_empty() {
            let uris = list(self.redirect_uri.iter().map(String::as_str));
            lines.push(("redirect_uris", uris));
        }
        let draft = Draft::open(context.settings.folders.config_file());
        let draft = draft.map_err(|error| Error::new(what, &error))?;
        lines.into_iter().try_fold(draft, |draft, (key, literal)| {
            let draft = draft.with(&["provider", &self.provider, key], &literal, "");
            draft.map_err(|error| Error::new(what, &error))
        })
    }

    /// The draft with the way in which the provider takes this client's secret, where its answers
    /// tell.
    fn proven(
        &self,
        context: &Context,
        draft: Draft,
        (discovered, secret): (&Discovered, &Secret),
        what: &str,
    ) -> Result<Draft, Error> {
        let _waiting = Waiting::on(&context.output, "trying the client secret");
        let (mut refused, mut is_open) = (None, false);
        for way in &discovered.secret_ways {
            let draft = way.iter().try_fold(draft.clone(), |draft, (key, value)| {
                let draft = draft.with(&["provider", &self.provider, key], &quoted(value), "");
                draft.map_err(|error| Error::new(what, &error))
            })?;
            let provider = check::described(&draft, &self.provider, what)?;
            match flow::client_secret::is_understood(context.http(), &provider, secret) {
                Ok(true) => return Ok(draft),
                Ok(false) => is_open = true,
                Err(error) => refused = Some(error),
            }
        }
        match refused.filter(|_| !is_open) {
            Some(error) => Err(Error::new(what, &error)),
            None => Ok(draft),
        }
    }

    fn report(&self, context: &Context, draft: &Draft, provider: &Provider) -> Result<(), Error> {
        let (output, name) = (&context.output, &self.provider);
        let uris: Vec<&str> = provider.redirect_uris.iter().map(Url::as_str).collect();
        if output.json {
            output.json(&json!({
                "provider": name,
                "issuer": self.issuer,
                "config_file": context.settings.folders.config_file(),
                "redirect_uris": uris,
                "changed": draft.is_changed(),
            }))?;
        }
        if draft.is_changed() {
            output.say(Mark::Good, format_args!("{name} is described."));
            check::tell_changes(context, draft);
        } else {
            output.say(Mark::Good, format_args!("{name} is described like that already."));
        }
        let mut lines: Vec<_> =
            uris.iter().map(|uri| ("redirect URI", (*uri).to_owned())).collect();
        lines.push(("next", format!("partnerlink connect {name}")));
        facts(&lines).lines().for_each(|line| output.say_more(line));
        Ok(())
    }
}
