use serde_json::json;
use url::Url;

use crate::account_id::{AccountId, AccountIdError};
use crate::accounts::Account;
use crate::commands::client_secret::{self, Asks, Found};
use crate::commands::keeping::settle;
use crate::config::client_variable;
use crate::config::edit::{Draft, list, quoted};
use crate::context::Context;
use crate::error::{Error, Exit, Explain, Failed};
use crate::flow;
use crate::input;
use crate::provider::Provider;
use crate::store::StoreKind;
use crate::terminal::{Mark, Output, facts};
use crate::text::{printable, shell_word};

const EXAMPLES: &str = "\
Examples:
  partnerlink provider setup zaehlerfreunde                      asks for what the provider answered
  partnerlink provider setup zaehlerfreunde --client-id aB3…
  partnerlink provider setup timberdata --client-id 42 --client-secret-stdin < secret.txt
  partnerlink provider setup timberdata --redirect-uri http://127.0.0.1:17864/callback/timberdata

The client ID goes into the configuration file, the client secret into the token store.";

/// Longest client ID that is believed to be one, in bytes.
const MAX_CLIENT_ID: usize = 512;

/// Take a provider's answer into the configuration
///
/// Asks for client ID, client secret and redirect URIs, checks them, shows what changes in the
/// configuration file, and writes it. Your own lines and comments stay.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Its name, as `partnerlink provider list` shows it
    #[arg(value_name = "PROVIDER", value_parser = super::super::provider, add = super::super::candidates::providers())]
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

/// One run: the answers are laid over what is there.
struct Setup<'a> {
    context: &'a Context,
    is_sandbox: bool,
    /// As it is before.
    provider: Provider,
    what: String,
    /// The store for the client secret, where it is another than that of the account.
    to: Option<StoreKind>,
    draft: Draft,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<(), Failed> {
        let what = format!("could not set up {}", self.provider);
        let provider = super::real(context, &self.provider)?;
        let is_sandbox = context.settings.sandbox.is_some();
        // Before the file is read, since it may be written to.
        let to = match provider.needs_secret() && !is_sandbox {
            true => settle(context, &account(&provider, &what)?, None, &what)?,
            false => None,
        };
        let draft = Draft::open(context.settings.folders.config_file())
            .map_err(|error| Error::new(&what, &error))?;
        let mut setup = Setup { context, is_sandbox, provider, what, to, draft };
        let client_id = setup.client_id(self.client_id.as_deref())?;
        let secret = setup.client_secret(&self.secret)?;
        if secret.as_ref().is_some_and(|found| *found.secret.expose() == client_id) {
            let hint = "give the client ID and the client secret as the provider wrote them";
            return Err(setup
                .usage("this is the client secret, and not the client ID", hint)
                .into());
        }
        setup.redirect_uris(&self.redirect_uri)?;
        if setup.draft.is_changed() && !setup.is_agreed(self.yes)? {
            context.output.say(Mark::Bad, "Nothing was written.");
            return Err(Failed::Told(Exit::Refused));
        }
        let is_new_secret = setup.keep(secret.as_ref())?;
        if setup.draft.is_changed() && !is_sandbox {
            setup.draft.save().map_err(|error| setup.failed(&error))?;
        }
        let secret = secret.map(|_| if is_new_secret { "stored" } else { "unchanged" });
        Ok(setup.report(&client_id, secret)?)
    }
}

impl Setup<'_> {
    fn usage(&self, why: impl Into<String>, hint: impl Into<String>) -> Error {
        Error::usage(&self.what, why, hint)
    }

    fn failed(&self, error: &dyn Explain) -> Error {
        Error::new(&self.what, error)
    }

    /// The draft with one field of the provider set.
    fn with(&self, field: &str, literal: &str, comment: &str) -> Result<Draft, Error> {
        self.draft
            .with(&["provider", &self.provider.name, field], literal, comment)
            .map_err(|error| self.failed(&error))
    }

    /// The secret that a person gives now, or else the one that there is; `None` where nobody wants
    /// one.
    fn client_secret(&self, args: &client_secret::Args) -> Result<Option<Found>, Error> {
        let provider = &self.provider;
        if args.is_given() && !provider.needs_secret() {
            let why = format!("{} takes no client secret", provider.title);
            return Err(self.usage(why, "leave it away; if the provider gave you one, ask it why"));
        }
        if self.is_sandbox {
            return Ok(None);
        }
        let account = account(provider, &self.what)?;
        let to = self.to.as_ref();
        args.obtain(self.context, provider, &account, to, Asks::Again, &self.what)
    }

    fn client_id(&mut self, flag: Option<&str>) -> Result<String, Error> {
        let before = self.provider.client_id.clone();
        let id = match (flag, &before) {
            (Some(id), _) => checked_client_id(id)
                .map_err(|why| self.usage(why, "give the client ID as the provider wrote it"))?,
            (None, before) if self.context.interactive => {
                let keeps = before.as_ref().map(|id| format!(" (Enter keeps {})", printable(id)));
                let title = &self.provider.title;
                let question = format!("Client ID of {title}{}:", keeps.unwrap_or_default());
                ask(&self.context.output, &question, before.clone(), |id| {
                    checked_client_id(id).map_err(capital)
                })?
            }
            (None, Some(id)) => id.clone(),
            (None, None) => {
                return Err(self.usage("the client ID is missing", "give it with --client-id"));
            }
        };
        if before.as_ref() != Some(&id) {
            let comment = format!("Given by {}", self.provider.title.replace('\n', " "));
            self.draft = self.with("client_id", &quoted(&id), &comment)?;
        }
        Ok(id)
    }

    fn redirect_uris(&mut self, given: &[String]) -> Result<(), Error> {
        let output = &self.context.output;
        let draft = if !given.is_empty() {
            self.with_redirect_uris(given)?
        } else if self.context.interactive && !self.provider.needs_nobody() {
            output.say(Mark::Note, "Redirect URIs, as the provider registered them:");
            self.provider.redirect_uris.iter().for_each(|uri| output.say_more(uri));
            let question = "Others, separated by blanks (Enter keeps these):";
            ask(output, question, Some(self.draft.clone()), |typed| {
                let uris: Vec<String> = typed.split_whitespace().map(str::to_owned).collect();
                self.with_redirect_uris(&uris).map_err(|error| error.why)
            })?
        } else {
            return Ok(());
        };
        self.draft = draft;
        Ok(())
    }

    /// Checked by the same rules as a description.
    fn with_redirect_uris(&self, uris: &[String]) -> Result<Draft, Error> {
        if uris.iter().map(String::as_str).eq(self.provider.redirect_uris.iter().map(Url::as_str)) {
            return Ok(self.draft.clone());
        }
        let literal = list(uris.iter().map(String::as_str));
        let comment = "As registered with the provider, tried in order";
        let draft = self.with("redirect_uris", &literal, comment)?;
        let registry = draft.registry().map_err(|error| self.failed(&error))?;
        registry.get(&self.provider.name).map_err(|error| {
            self.failed(&error).with_hint("give each as --redirect-uri http://127.0.0.1:PORT/PATH")
        })?;
        Ok(draft)
    }

    /// Shows what changes, and asks where somebody can answer.
    fn is_agreed(&self, yes: bool) -> Result<bool, Error> {
        let output = &self.context.output;
        if !self.context.interactive {
            return Ok(true);
        }
        let file = self.context.settings.folders.config_file();
        let verb = if self.is_sandbox { "would change" } else { "changes" };
        output.say(Mark::Begin, format_args!("What {verb} in {}:", file.display()));
        for (sign, line) in self.draft.changes() {
            output.say_more(format_args!("{sign} {}", printable(line)));
        }
        Ok(yes || self.is_sandbox || output.agrees("Write it?")?)
    }

    /// Keeps the secret where a person gave another one than there is, and says whether that was so.
    fn keep(&self, secret: Option<&Found>) -> Result<bool, Error> {
        let Some(Found { secret, is_new: true }) = secret else { return Ok(false) };
        let (world, account) = (self.context.world(), account(&self.provider, &self.what)?);
        flow::client_secret::keep(&world, &self.provider, &account, self.to.as_ref(), secret)
            .map_err(|error| Error::new("could not keep the client secret", &error))
    }

    /// The sign-in to begin next. An account that is connected keeps the client ID that it has, unless
    /// the command names another.
    fn connect(&self, client_id: &str) -> String {
        let name = &self.provider.name;
        let has_another =
            |entry: &Account| entry.account.provider() == name && entry.client_id != client_id;
        match self.context.index.all().into_iter().find(has_another) {
            Some(entry) if !self.is_sandbox => {
                format!(
                    "partnerlink connect {} --client-id {}",
                    entry.account,
                    shell_word(client_id)
                )
            }
            _ => format!("partnerlink connect {name}"),
        }
    }

    fn report(&self, client_id: &str, secret: Option<&str>) -> Result<(), Error> {
        let (output, settings) = (&self.context.output, &self.context.settings);
        let (name, title) = (&self.provider.name, &self.provider.title);
        let changed = self.draft.is_changed() || secret == Some("stored");
        let file = settings.folders.config_file();
        if output.json {
            output.json(&json!({
                "provider": name,
                "config_file": file,
                "client_id": client_id,
                "client_secret": secret,
                "changed": changed && !self.is_sandbox,
            }))?;
        }
        let mut lines = Vec::new();
        if self.is_sandbox {
            let text = "The sandbox has a registration of its own: nothing was written.";
            output.say(Mark::Note, text);
        } else if !changed {
            output.say(Mark::Good, format_args!("{title} is set up like that already."));
        } else {
            output.say(Mark::Good, format_args!("{title} is set up."));
            lines.push(("configuration", file.display().to_string()));
        }
        if secret == Some("stored") {
            let account = account(&self.provider, &self.what)?;
            let home = || self.context.world().home(&account).kind();
            let store = self.to.clone().unwrap_or_else(home);
            lines.push(("client secret", format!("in {store}")));
        }
        for (when, command) in [
            ("next", format!("partnerlink provider check {name}")),
            ("then", self.connect(client_id)),
            ("then", "partnerlink schedule install".to_owned()),
        ] {
            lines.push((when, output.command(&command)));
        }
        facts(&lines).lines().for_each(|line| output.say_more(line));
        for variable in ["CLIENT_ID", "CLIENT_SECRET"].map(|what| client_variable(name, what)) {
            if !self.is_sandbox && settings.environment.text(&variable).is_some() {
                output.say(Mark::Warn, format_args!("{variable} is set, and goes before this."));
            }
        }
        Ok(())
    }
}

/// Tokens and client secret are in the same store: that of the account that is there, else the
/// configured one.
fn account(provider: &Provider, what: &str) -> Result<AccountId, Error> {
    provider.name.parse().map_err(|error: AccountIdError| Error::new(what, &error))
}

/// Finds what is certainly no client ID, and takes off the blanks around one. What was given is not
/// repeated: it may be a secret that went into the wrong field.
pub(super) fn checked_client_id(text: &str) -> Result<String, &'static str> {
    let id = input::word(text);
    // RFC 6749 appendix A.1 allows blanks as well, which no provider uses.
    let has_others = !id.chars().all(|c| c.is_ascii_graphic());
    let is_mail = id.split_once('@').is_some_and(|(_, host)| host.contains('.'));
    let faults = [
        (id.is_empty(), "the client ID is empty"),
        (id.len() > MAX_CLIENT_ID, "this is too long for a client ID"),
        (has_others, "a client ID has neither blanks nor control characters nor letters like ä"),
        (is_mail, "this is an e-mail address, and not a client ID"),
    ];
    match faults.into_iter().find(|(is_so, _)| *is_so) {
        Some((_, why)) => Err(why),
        None => Ok(id),
    }
}

/// Asks until the answer is good; Enter alone keeps what there is.
fn ask<T>(
    output: &Output,
    question: &str,
    mut kept: Option<T>,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<T, Error> {
    loop {
        let typed = output.ask(question)?;
        if typed.is_empty()
            && let Some(kept) = kept.take()
        {
            return Ok(kept);
        }
        match read(&typed) {
            Ok(answer) => return Ok(answer),
            Err(why) => output.say(Mark::Warn, printable(&why)),
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).chain(['.']).collect()
}

#[cfg(test)]
mod tests {
    use super::checked_client_id;

    #[test]
    fn what_is_certainly_no_client_id_is_found() {
        for bad in ["", "  ", "a b", "a\tb", "a\u{7f}", "ä", "anna@muster.de"] {
            assert!(checked_client_id(bad).is_err(), "{bad:?}");
        }
        for good in ["aB3xYz", "42", "x.apps.p.example", "user@realm", "urn:p:1/2"] {
            assert_eq!(checked_client_id(&format!(" {good}\r\n")).as_deref(), Ok(good));
        }
        assert!(checked_client_id(&"a".repeat(513)).is_err());
    }
}
