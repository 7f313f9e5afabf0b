use serde_json::json;
use url::Url;

use super::client_id;
use crate::account_id::AccountId;
use crate::commands::client_secret;
use crate::config::client_variable;
use crate::config::edit::{Draft, list, quoted};
use crate::context::Context;
use crate::error::{Error, Exit, Failed};
use crate::flow;
use crate::provider::Provider;
use crate::secret::Secret;
use crate::terminal::Mark;
use crate::text::printable;

const EXAMPLES: &str = "\
Examples:
  partnerlink provider setup zaehlerfreunde                      asks for what the provider answered
  partnerlink provider setup zaehlerfreunde --client-id aB3…
  partnerlink provider setup timberdata --client-id 42 --client-secret-stdin < secret.txt
  partnerlink provider setup timberdata --redirect-uri http://127.0.0.1:17864/callback/timberdata

The client ID goes into the configuration file, the client secret into the token store.";

/// Take a provider's answer into the configuration
///
/// Asks for client ID, client secret and redirect URIs, checks them, shows what changes in the
/// configuration file, and writes it. Your own lines and comments stay.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Its name, as `partnerlink provider list` shows it
    #[arg(value_name = "PROVIDER", add = super::super::candidates::providers())]
    provider: String,
    /// The client ID that the provider gave you
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    #[command(flatten)]
    secret: client_secret::Args,
    /// A redirect URI that the provider registered, where it is another than ours; may be repeated
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Write without asking
    #[arg(long, short)]
    yes: bool,
}

/// What came of the client secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// The provider wants none, or it comes from the environment.
    None,
    Already,
    New,
}

/// One run: the answers are laid over what is there.
struct Setup<'a> {
    args: &'a Args,
    context: &'a Context,
    /// As it is before.
    provider: Provider,
    what: String,
    draft: Draft,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<(), Failed> {
        let what = format!("could not set up {}", self.provider);
        let provider = super::real(context, &self.provider)?;
        let draft = Draft::open(context.settings.folders.config_file())
            .map_err(|error| Error::new(&what, &error))?;
        Setup { args: self, context, provider, what, draft }.run()
    }
}

impl Setup<'_> {
    fn run(mut self) -> Result<(), Failed> {
        // The secret first: it must not be taken for a client ID.
        let secret = self.client_secret()?;
        let client_id = self.client_id(secret.as_ref())?;
        if self.provider.client_id.as_deref() != Some(&*client_id) {
            let comment = format!("Given by {}", self.provider.title.replace('\n', " "));
            self.set("client_id", &quoted(&client_id), &comment)?;
        }
        self.redirect_uris()?;
        if self.draft.is_changed() && !self.is_agreed()? {
            self.context.output.say(Mark::Bad, "Nothing was written.");
            return Err(Failed::Told(Exit::Refused));
        }
        let kept = self.keep(secret)?;
        let is_sandbox = self.context.settings.sandbox.is_some();
        if self.draft.is_changed() && !is_sandbox {
            self.draft.save().map_err(|error| Error::new(&self.what, &error))?;
        }
        Ok(self.report(&client_id, kept)?)
    }

    fn usage(&self, why: impl Into<String>, hint: impl Into<String>) -> Error {
        Error::usage(&self.what, why, hint)
    }

    fn set(&mut self, field: &str, literal: &str, comment: &str) -> Result<(), Error> {
        let name = self.provider.name.clone();
        self.draft
            .set(&["provider", &name, field], literal, comment)
            .map_err(|error| Error::new(&self.what, &error))
    }

    fn client_id(&self, secret: Option<&Secret>) -> Result<String, Error> {
        let configured = self.provider.client_id.clone();
        if let Some(id) = &self.args.client_id {
            return client_id::check(id, secret)
                .map_err(|why| self.usage(why, "give the client ID as the provider wrote it"));
        }
        if !self.context.interactive {
            return configured
                .ok_or_else(|| self.usage("the client ID is missing", "give it with --client-id"));
        }
        let keeps = configured.as_ref().map(|id| format!(" (Enter keeps {})", printable(id)));
        let question =
            format!("Client ID of {}{}:", self.provider.title, keeps.unwrap_or_default());
        loop {
            let typed = self.context.output.ask(&question)?;
            match (&configured, client_id::check(&typed, secret)) {
                (Some(id), _) if typed.is_empty() => return Ok(id.clone()),
                (_, Ok(id)) => return Ok(id),
                (_, Err(why)) => self.context.output.say(Mark::Warn, capital(why)),
            }
        }
    }

    /// The secret that a person gives now; `None` keeps what there is.
    fn client_secret(&self) -> Result<Option<Secret>, Error> {
        let (provider, context) = (&self.provider, self.context);
        if let Some(secret) = self.args.secret.given(&self.what)? {
            if provider.needs_secret() {
                return Ok(Some(secret));
            }
            let why = format!("{} takes no client secret", provider.title);
            return Err(self.usage(why, "leave it away; if the provider gave you one, ask it why"));
        }
        if !provider.needs_secret() || context.settings.sandbox.is_some() {
            return Ok(None);
        }
        let known = flow::client_secret::find(&context.world(), provider, &self.account()?, None)
            .map_err(|error| Error::new(&self.what, &error))?;
        if !context.interactive {
            return match known {
                Some(_) => Ok(None),
                None => Err(self.usage(
                    format!("{} wants a client secret", provider.title),
                    format!(
                        "give it with --client-secret-stdin, --client-secret-file or {}",
                        client_variable(&provider.name, "CLIENT_SECRET")
                    ),
                )),
            };
        }
        let keeps = if known.is_some() { "; Enter keeps the one that is there" } else { "" };
        let prompt = format!("Client secret of {} (not shown{keeps}): ", provider.title);
        loop {
            let secret = client_secret::typed(&prompt)?;
            match (secret.expose().is_empty(), &known) {
                (true, Some(_)) => return Ok(None),
                (true, None) => context.output.say(Mark::Warn, "The client secret is empty."),
                (false, _) => return Ok(Some(secret)),
            }
        }
    }

    /// Tokens and client secret are in the same store: that of the account that is there, else the
    /// configured one.
    fn account(&self) -> Result<AccountId, Error> {
        self.provider.name.parse().map_err(|error| Error::new(&self.what, &error))
    }

    fn redirect_uris(&mut self) -> Result<(), Error> {
        if !self.args.redirect_uri.is_empty() {
            let uris = self.args.redirect_uri.clone();
            return self.set_redirect_uris(&uris);
        }
        if !self.context.interactive {
            return Ok(());
        }
        let output = &self.context.output;
        output.say(Mark::Note, "Redirect URIs, as the provider registered them:");
        self.provider.redirect_uris.iter().for_each(|uri| output.say_more(uri));
        loop {
            let typed = output.ask("Others, separated by blanks (Enter keeps these):")?;
            let uris: Vec<String> = typed.split_whitespace().map(str::to_owned).collect();
            if uris.is_empty() {
                return Ok(());
            }
            let before = self.draft.clone();
            match self.set_redirect_uris(&uris) {
                Ok(()) => return Ok(()),
                Err(error) => output.say(Mark::Warn, printable(&error.why)),
            }
            self.draft = before;
        }
    }

    /// Checked by the same rules as a description.
    fn set_redirect_uris(&mut self, uris: &[String]) -> Result<(), Error> {
        let is = self.provider.redirect_uris.iter().map(Url::as_str);
        if uris.iter().map(String::as_str).eq(is) {
            return Ok(());
        }
        let literal = list(uris.iter().map(String::as_str));
        self.set("redirect_uris", &literal, "As registered with the provider, tried in order")?;
        let registry = self.draft.registry().map_err(|error| Error::new(&self.what, &error))?;
        match registry.get(&self.provider.name) {
            Ok(_) => Ok(()),
            Err(error) => Err(Error::new(&self.what, &error)
                .with_hint("give each as --redirect-uri http://127.0.0.1:PORT/PATH")),
        }
    }

    /// Shows what changes, and asks where somebody can answer.
    fn is_agreed(&self) -> Result<bool, Error> {
        let output = &self.context.output;
        if !self.context.interactive {
            return Ok(true);
        }
        let file = self.context.settings.folders.config_file();
        let is_sandbox = self.context.settings.sandbox.is_some();
        let verb = if is_sandbox { "would change" } else { "changes" };
        output.say(Mark::Begin, format_args!("What {verb} in {}:", file.display()));
        for (sign, line) in self.draft.changes() {
            output.say_more(format_args!("{sign} {}", printable(line)));
        }
        Ok(self.args.yes || is_sandbox || output.agrees("Write it?")?)
    }

    fn keep(&self, secret: Option<Secret>) -> Result<Kept, Error> {
        let (provider, context) = (&self.provider, self.context);
        if !provider.needs_secret() || context.settings.sandbox.is_some() {
            return Ok(Kept::None);
        }
        let Some(secret) = secret else { return Ok(Kept::Already) };
        let kept = flow::client_secret::keep(&context.world(), provider, &self.account()?, &secret)
            .map_err(|error| Error::new("could not keep the client secret", &error))?;
        Ok(if kept { Kept::New } else { Kept::Already })
    }

    fn report(&self, client_id: &str, kept: Kept) -> Result<(), Error> {
        let (output, name) = (&self.context.output, &self.provider.name);
        let changed = self.draft.is_changed() || kept == Kept::New;
        let is_sandbox = self.context.settings.sandbox.is_some();
        let file = self.context.settings.folders.config_file();
        if output.json {
            output.json(&json!({
                "provider": name,
                "config_file": file,
                "client_id": client_id,
                "client_secret": match kept {
                    Kept::None => None,
                    Kept::Already => Some("unchanged"),
                    Kept::New => Some("stored"),
                },
                "changed": changed && !is_sandbox,
            }))?;
        }
        if is_sandbox {
            output
                .say(Mark::Note, "The sandbox has a registration of its own: nothing was written.");
        } else if !changed {
            output.say(
                Mark::Good,
                format_args!("{} is set up like that already.", self.provider.title),
            );
        } else {
            output.say(Mark::Good, format_args!("{} is set up.", self.provider.title));
            output.say_more(format_args!("configuration  {}", file.display()));
        }
        if kept == Kept::New {
            let store = self.context.world().home(&self.account()?).kind();
            output.say_more(format_args!("client secret  in {store}"));
        }
        for (what, is_set) in [
            ("CLIENT_ID", self.context.settings.environment.client_id(name).is_some()),
            ("CLIENT_SECRET", self.context.settings.environment.client_secret(name).is_some()),
        ] {
            if is_set && !is_sandbox {
                let variable = client_variable(name, what);
                output.say(Mark::Warn, format_args!("{variable} is set, and goes before this."));
            }
        }
        let steps = [
            ("next", "provider check ", name.as_str()),
            ("then", "connect ", name),
            ("then", "schedule install", ""),
        ];
        for (when, step, name) in steps {
            let command = output.command(&format!("partnerlink {step}{name}"));
            output.say_more(format_args!("{when:<14} {command}"));
        }
        Ok(())
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).chain(['.']).collect()
}
