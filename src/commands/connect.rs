use std::time::Duration;

use super::client_secret::Asks;
use super::{candidates, client_secret, could_not};
use crate::account_id::AccountId;
use crate::clock::{self, Clock as _};
use crate::config::client_variable;
use crate::context::{Context, SandboxBrowser};
use crate::error::{Error, Exit, Failed};
use crate::flow::FlowError;
use crate::flow::client_secret::{find, keep};
use crate::flow::login::{Connected, Login};
use crate::oauth::Client;
use crate::oauth::scope::Scope;
use crate::provider::Provider;
use crate::provider::registry::nearest;
use crate::schedule;
use crate::store::StoreKind;
use crate::system::interrupt;
use crate::terminal::screen::{Opening, Screen};
use crate::terminal::{Mark, facts, stderr_is_terminal, stdin_is_terminal};

const EXAMPLES: &str = "\
Examples:
  partnerlink connect zaehlerfreunde
  partnerlink connect zaehlerfreunde:stadtwerke-muster     a second account beside the first
  partnerlink connect timberdata --scope \"aggregation woodlist\" --client-secret-stdin < secret.txt
  partnerlink connect zaehlerfreunde --sandbox             try it without a client ID";

/// Sign in at a provider with the browser, and keep the tokens
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The account: PROVIDER, or PROVIDER:NAME where there are several
    #[arg(value_name = "PROVIDER[:NAME]", value_parser = super::account, add = candidates::providers_and_accounts())]
    account: AccountId,
    /// What to ask for, separated by blanks [default: the provider's]
    #[arg(long, value_name = "\"A B\"", add = candidates::scopes())]
    scope: Option<String>,
    /// The client ID that the provider gave you, instead of the configured one
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    #[command(flatten)]
    secret: client_secret::Args,
    /// Where to keep the tokens [default: keychain, or as configured]
    #[arg(long, value_parser = super::store_kind())]
    store: Option<StoreKind>,
    /// Print the link only
    #[arg(long)]
    no_browser: bool,
    /// The program that opens the link
    #[arg(long, value_name = "CMD", conflicts_with = "no_browser")]
    pub browser: Option<String>,
    /// How long to wait for you
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = super::duration)]
    timeout: Duration,
    /// Let the account change to another person
    #[arg(long)]
    replace: bool,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let provider = context.provider(self.account.provider())?;
        let id = self.client_id(context, &provider)?;
        let scope = self.scope(&provider)?;
        if provider.loopback_redirect_uris().is_empty() && !context.interactive {
            let title = &provider.title;
            let why = format!(
                "the redirect URI of {title} is not on this machine, so its address must be pasted"
            );
            return Err(self.usage(why, "run this in a terminal").into());
        }
        let (to, what) = (self.store.as_ref(), self.what());
        let found = self
            .secret
            .obtain(context, &provider, &self.account, to, Asks::Once, &what)
            .map_err(|error| error.about(&self.account))?;
        let is_new = found.as_ref().is_some_and(|found| found.is_new);
        let client = Client { id, secret: found.map(|found| found.secret) };
        let (opening, named) = self.opening(context);
        let mut screen = Screen::new(
            &context.output,
            &provider.title,
            &self.account,
            opening,
            context.interactive && !self.secret.client_secret_stdin,
        );
        screen.scope.clone_from(&self.scope);
        let login = Login {
            world: context.world(),
            provider: &provider,
            client: &client,
            account: &self.account,
            scope: &scope,
            replace: self.replace,
            timeout: self.timeout,
            to: self.store.clone(),
            bind_browser: provider.bind_browser && !named,
        };
        let connected = login.run(&mut screen).map_err(|error| match interrupt::pending() {
            Some(_) => {
                context.output.say(Mark::Bad, FlowError::Interrupted);
                Failed::Told(Exit::Refused)
            }
            None => could_not("connect", &self.account, &error).into(),
        })?;
        // A secret that was there may have moved on with another account while the person was at
        // the browser.
        let is_gone = || matches!(find(&login.world, &provider, &self.account, None), Ok(None));
        if let Some(secret) = &client.secret
            && (is_new || is_gone())
        {
            keep(&login.world, &provider, &self.account, secret).map_err(|error| {
                Error::new("connected, but could not keep the client secret", &error)
            })?;
        }
        self.greet(context, &provider, &connected)?;
        self.warn(context, &provider, &connected);
        Ok(0)
    }

    fn what(&self) -> String {
        format!("could not connect {}", self.account)
    }

    fn usage(&self, why: String, hint: impl Into<String>) -> Error {
        Error::usage(self.what(), why, hint).about(&self.account)
    }

    fn client_id(&self, context: &Context, provider: &Provider) -> Result<String, Error> {
        self.client_id.clone().or_else(|| provider.client_id.clone()).ok_or_else(|| {
            let uris: Vec<&str> = provider.redirect_uris.iter().map(url::Url::as_str).collect();
            let Provider { name, title, .. } = provider;
            let whom = provider.support.as_deref().unwrap_or(title);
            self.usage(
                format!("{title} has given you no client ID yet, or it is not configured"),
                format!(
                    "ask {whom} for one, and name these redirect URIs:\n  {}\n\
                     `partnerlink provider register {name}` writes the letter, and\n\
                     `partnerlink provider setup {name}` takes the answer into {}.\n\
                     Or use --client-id, or set {}. Until then, --sandbox works without.",
                    uris.join("\n  "),
                    context.settings.folders.config_file().display(),
                    client_variable(name, "CLIENT_ID"),
                ),
            )
        })
    }

    fn scope(&self, provider: &Provider) -> Result<Scope, Error> {
        let Some(text) = &self.scope else { return Ok(provider.default_scope.clone()) };
        let scope = Scope::from(text.as_str());
        let Some(unknown) = provider.unknown_scope(&scope) else { return Ok(scope) };
        let known: Vec<&str> = provider.scopes.keys().map(String::as_str).collect();
        let hint = match nearest(unknown, known.iter().copied()) {
            Some(nearest) => format!("did you mean {nearest}?"),
            None => format!("there are: {}", known.join(", ")),
        };
        Err(self.usage(format!("{} has no scope {unknown:?}", provider.title), hint))
    }

    /// How the link is opened, and whether by a program that a person named.
    fn opening(&self, context: &Context) -> (Opening, bool) {
        let environment = &context.settings.environment;
        let (named, is_ci) = (context.named_browser().is_some(), environment.is_ci());
        if self.no_browser {
            return (Opening::ByHand(""), true);
        }
        if named || environment.has_display() && !is_ci {
            return (Opening::With(context.browser()), named);
        }
        if context.output.sandbox && !stdin_is_terminal() && !stderr_is_terminal() {
            context.output.say(
                Mark::Note,
                "There is neither browser nor terminal: the sandbox agrees by itself, as Anna would.",
            );
            return (Opening::With(Box::new(SandboxBrowser)), true);
        }
        let why = if is_ci { "this is a CI machine" } else { "this terminal has no display" };
        (Opening::ByHand(why), true)
    }

    fn greet(
        &self,
        context: &Context,
        provider: &Provider,
        connected: &Connected,
    ) -> Result<(), Error> {
        let account = &connected.account;
        if context.output.json {
            return context.output.json(&serde_json::json!({ "account": account }));
        }
        let now = context.clock.now();
        let output = &context.output;
        let who = account.who.as_ref().map(|who| format!(" as {}", crate::text::printable(who)));
        let text = format!("Connected to {}{}", provider.title, who.unwrap_or_default());
        output.say(Mark::Good, text);
        let until = clock::for_people(account.access_token_until, now);
        let mut lines = vec![
            ("account", account.account.to_string()),
            ("stored in", account.store.to_string()),
        ];
        if !account.scope.is_empty() {
            lines.push(("scope", account.scope.to_string()));
        }
        let then = if account.refreshable { "refreshed when needed" } else { "then connect again" };
        lines.push(("access token", format!("until {until}, {then}")));
        if let Some(by) = account.sign_in_by.filter(|_| account.refreshable) {
            let day = clock::day_for_people(by);
            lines.push(("sign in again", format!("by {day} at the latest")));
        }
        let next = format!("partnerlink token get {}", account.account);
        lines.push(("next", output.command(&next)));
        if account.refreshable && schedule::last_run(&context.folders).is_none() {
            lines.push(("then", output.command("partnerlink schedule install")));
        }
        facts(&lines).lines().for_each(|line| output.say_more(line));
        Ok(())
    }

    /// What the person should know of a sign-in that worked.
    fn warn(&self, context: &Context, provider: &Provider, connected: &Connected) {
        let (account, output) = (&connected.account, &context.output);
        if let Some(twin) = &connected.twin {
            let who = account.who.as_deref().map_or("this person".into(), crate::text::printable);
            let again = output.command(&format!("partnerlink connect {} --replace", self.account));
            let text = format!(
                "{who} is connected already, as {twin}: the browser is still signed in as {who}. \
                 For somebody else sign out there first, then: {again}"
            );
            output.say(Mark::Warn, text);
        }
        if connected.no_refresh_token {
            let whom = provider.support.as_deref().unwrap_or("the provider");
            let until = clock::for_people(account.access_token_until, context.clock.now());
            let text = format!(
                "{} gave no refresh token although it was asked for: you will need to sign in again \
                 at {until}. Ask {whom} to allow offline access.",
                provider.title
            );
            output.say(Mark::Warn, text);
        }
    }
}
