use std::time::Duration;

use super::client_secret::Asks;
use super::keeping::settle;
use super::{candidates, client_secret, could_not};
use crate::account_id::AccountId;
use crate::accounts::Account;
use crate::clock::{self, Clock as _};
use crate::config::client_variable;
use crate::context::{Context, SandboxBrowser};
use crate::error::{Error, Exit, Failed};
use crate::flow::FlowError;
use crate::flow::client_secret::{find, keep, preflight};
use crate::flow::login::{Connected, Login};
use crate::input;
use crate::oauth::Client;
use crate::oauth::scope::Scope;
use crate::provider::Provider;
use crate::provider::registry::nearest;
use crate::schedule;
use crate::store::StoreKind;
use crate::system::interrupt;
use crate::terminal::screen::{Opening, Screen};
use crate::terminal::{Mark, facts, stderr_is_terminal, stdin_is_terminal};
use crate::text::shell_word;

const EXAMPLES: &str = "\
Examples:
  partnerlink connect zaehlerfreunde
  partnerlink connect zaehlerfreunde:stadtwerke-muster     a second account beside the first
  partnerlink connect timberdata --client-secret-stdin < secret.txt
  partnerlink connect timberdata --scope \"aggregation woodlist\"
  partnerlink connect zaehlerfreunde --sandbox             try it without a client ID";

/// Sign in at a provider with the browser, and keep the tokens
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The account: PROVIDER, or PROVIDER:NAME where there are several
    #[arg(value_name = "PROVIDER[:NAME]", value_parser = super::account, add = candidates::providers_and_accounts())]
    account: AccountId,
    /// What to ask for, separated by blanks; "" for nothing [default: as before, else the provider's]
    #[arg(long, value_name = "\"A B\"", add = candidates::scopes())]
    scope: Option<Vec<String>>,
    /// The client ID that the provider gave you [default: as before, else the configured one]
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    #[command(flatten)]
    secret: client_secret::Args,
    /// Where to keep the tokens [default: as before, else as configured, else keychain]
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
        let before = context.index.get(&self.account);
        let id = self.client_id(context, &provider, before.as_ref())?;
        let scope = self.scope(&provider, before.as_ref())?;
        let reads_input = self.reads_input(context);
        let is_pasted = provider.loopback_redirect_uris().is_empty() && !provider.needs_nobody();
        if is_pasted && !reads_input {
            let title = &provider.title;
            let why = format!(
                "the redirect URI of {title} is not on this machine, so its address must be pasted"
            );
            let hint = "run this in a terminal, or with --no-browser and without --no-input: the \
                        address is then read from standard input";
            return Err(self.usage(why, hint).into());
        }
        let what = self.what();
        let to = settle(context, &self.account, self.store.as_ref(), &what)
            .map_err(|error| error.about(&self.account))?;
        let found = self
            .secret
            .obtain(context, &provider, &self.account, to.as_ref(), Asks::Once, &what)
            .map_err(|error| error.about(&self.account))?;
        let is_new = found.as_ref().is_some_and(|found| found.is_new);
        let client = Client { id, secret: found.map(|found| found.secret) };
        let (opening, named) = self.way_to_the_link(context, &provider)?;
        let mut screen =
            Screen::new(&context.output, &provider.title, &self.account, opening, reads_input);
        screen.again = self.again();
        let login = Login {
            world: context.world(),
            provider: &provider,
            client: &client,
            account: &self.account,
            scope: &scope,
            replace: self.replace,
            timeout: self.timeout,
            to,
            bind_browser: provider.bind_browser && !named,
        };
        if let Some(secret) = client.secret.as_ref().filter(|_| is_new) {
            preflight(&login.world, &provider, &self.account, login.to.as_ref(), secret)
                .map_err(|error| Error::new(&what, &error).about(&self.account))?;
        }
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
            keep(&login.world, &provider, &self.account, None, secret).map_err(|error| {
                Error::new("connected, but could not keep the client secret", &error)
            })?;
        }
        if let Some(before) = &before {
            self.tell_changes(context, &provider, before, &connected.account);
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

    /// The command that does the same once more.
    fn again(&self) -> String {
        let store = self.store.as_ref().map(|kind| kind.name().to_owned());
        let scope = self.scope.as_ref().map(|words| words.join(" "));
        let options = [("--scope", &scope), ("--client-id", &self.client_id), ("--store", &store)];
        let options = options
            .into_iter()
            .filter_map(|(flag, value)| Some(format!(" {flag} {}", shell_word(value.as_ref()?))));
        let switches = [("--replace", self.replace), ("--no-browser", self.no_browser)];
        let switches = switches.into_iter().filter(|(_, is_on)| *is_on);
        let switches = switches.map(|(flag, _)| format!(" {flag}"));
        let begin = format!("partnerlink connect {}", self.account);
        std::iter::once(begin).chain(options).chain(switches).collect()
    }

    /// The one that is named, else that of the last sign-in, else the configured one.
    fn client_id(
        &self,
        context: &Context,
        provider: &Provider,
        before: Option<&Account>,
    ) -> Result<String, Error> {
        let former = || before.map(|before| before.client_id.clone());
        let configured = || provider.client_id.clone();
        let given = self.client_id.as_deref().map(input::word).filter(|id| !id.is_empty());
        given.or_else(former).or_else(configured).ok_or_else(|| {
            let uris: Vec<&str> = provider.redirect_uris.iter().map(url::Url::as_str).collect();
            let Provider { name, title, .. } = provider;
            let whom = provider.support.as_deref().unwrap_or(title);
            self.usage(
                format!("{title} has given you no client ID yet, or it is not configured"),
                format!(
                    "ask {whom} for one{}\n\
                     `partnerlink provider register {name}` writes the letter, and\n\
                     `partnerlink provider setup {name}` takes the answer into {}.\n\
                     Or use --client-id, or set {}. Until then, --sandbox works without.",
                    match uris.is_empty() {
                        true => String::new(),
                        false =>
                            format!(", and name these redirect URIs:\n  {}", uris.join("\n  ")),
                    },
                    context.settings.folders.config_file().display(),
                    client_variable(name, "CLIENT_ID"),
                ),
            )
        })
    }

    /// What is named, else what the last sign-in asked for, else the provider's usual.
    fn scope(&self, provider: &Provider, before: Option<&Account>) -> Result<Scope, Error> {
        let Some(words) = &self.scope else {
            return Ok(before.map_or(&provider.default_scope, |before| &before.asked).clone());
        };
        let known = provider.scopes.keys().map(String::as_str);
        let scope = Scope::from(words.join(" ")).spelled_as(known.clone());
        let Some(unknown) = provider.unknown_scope(&scope) else { return Ok(scope) };
        // All of them: what is run as printed must not lose one.
        let meant: Option<Vec<_>> = scope.iter().map(|word| nearest(word, known.clone())).collect();
        let hint = match meant.map(|meant| meant.join(" ")) {
            Some(meant) => format!("did you mean --scope {}?", shell_word(&meant)),
            None => format!("there are: {}", known.collect::<Vec<_>>().join(", ")),
        };
        Err(self.usage(format!("{} has no scope {unknown:?}", provider.title), hint))
    }

    /// Whether the last page's address may come by standard input: a person types it, and without a
    /// terminal a program writes it where nothing else brings the browser back.
    fn reads_input(&self, context: &Context) -> bool {
        let by_program = self.no_browser && !context.settings.no_input && !stdin_is_terminal();
        (context.interactive || by_program) && !self.secret.client_secret_stdin
    }

    /// How the link is opened where there is one, and whether by a program that a person named.
    fn way_to_the_link(
        &self,
        context: &Context,
        provider: &Provider,
    ) -> Result<(Opening, bool), Error> {
        if provider.needs_nobody() {
            return Ok((Opening::ByHand(""), true));
        }
        let (opening, named) = self.opening(context);
        if let Opening::ByHand(why) = &opening
            && context.settings.no_input
            && !self.no_browser
        {
            let why = format!("nobody can be asked to open the link: {why}");
            let hint = "--no-browser prints the link and waits for it to be opened anywhere, \
                        --browser CMD names a program that opens it";
            return Err(self.usage(why, hint));
        }
        Ok((opening, named))
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

    /// Connecting again keeps what was: what flags changed is said, and what they did not.
    fn tell_changes(
        &self,
        context: &Context,
        provider: &Provider,
        before: &Account,
        now: &Account,
    ) {
        let facts = [
            ("scope", before.asked.to_string(), now.asked.to_string()),
            ("client ID", before.client_id.clone(), now.client_id.clone()),
            ("store", before.store.to_string(), now.store.to_string()),
        ];
        for (name, before, now) in facts.into_iter().filter(|(_, before, now)| before != now) {
            let text = format!("The {name} changed from {before:?} to {now:?}.");
            context.output.say(Mark::Note, text);
        }
        let configured = provider.client_id.as_ref().filter(|id| **id != now.client_id);
        if let Some(id) = configured.filter(|_| self.client_id.is_none()) {
            let change = format!("{} --client-id {}", self.again(), shell_word(id));
            let text = format!(
                "It keeps the client ID {:?} of its last sign-in; configured is another one. To \
                 change to that: {}",
                now.client_id,
                context.output.command(&change)
            );
            context.output.say(Mark::Note, text);
        }
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
