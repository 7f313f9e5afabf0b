use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use super::{could_not, sign_in_at_sandbox};
use crate::account_id::AccountId;
use crate::clock::{self, Clock as _};
use crate::context::{Context, SandboxBrowser, start_sandbox, temporary_folder};
use crate::error::{Error, Failed};
use crate::flow::refresh::{Due, RefreshOutcome, refresh};
use crate::http::{HttpClient, Transport as _};
use crate::oauth::Client;
use crate::oauth::token::{self, TokenError, TokenType};
use crate::sandbox::{Options, Sandbox};
use crate::store::record::Record;
use crate::system::paths::Folders;
use crate::terminal::screen::{Opening, Screen};
use crate::terminal::{Mark, Output};
use crate::text::shell_word;

/// A meter of the sandbox.
const OFFICE: &str = "Strom Verwaltung";
/// Longest time that the scripted browser has for a sign-in; it takes milliseconds.
const TIMEOUT: Duration = Duration::from_secs(20);

/// See everything in seconds: both sign-ins, data, pictures, a refresh, and a copied token
///
/// Needs no account, no browser, no keychain and no network: both providers run inside this
/// program, and its folder is gone afterwards.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  partnerlink demo")]
pub struct Args {}

/// Runs a command by its words, as a person would type it.
type RunLine = fn(&Context, &[&str]) -> Result<u8, Failed>;

impl Args {
    pub fn run(self, run_line: RunLine, output: &Output) -> Result<u8, Failed> {
        let folder = temporary_folder("demo")?;
        let demo = Demo::start(run_line, output, folder.path())?;
        let (meters, timber) = (id("zaehlerfreunde")?, id("timberdata")?);
        demo.heading(
            "1. Sign in at Zählerfreunde. Your browser would open; here a scripted one says yes.",
        );
        demo.connect(&meters)?;
        demo.heading("2. Sign in at TimberData, for log piles and wood lists.");
        demo.connect(&timber)?;
        demo.heading("3. What is connected now:");
        demo.command(&["status"])?;
        demo.heading("4. The load curve of an office:");
        demo.command(&["meter", "plot", "--device", OFFICE, "--last", "2d"])?;
        demo.heading(
            "5. Every meter's readings, a file for each meter and month; and log piles for QGIS:",
        );
        let (files, piles) = (folder.path().join("lastgang"), folder.path().join("polter.geojson"));
        let export = ["meter", "export", "--all", "--last", "7d", "--out"];
        demo.command(&[&export[..], &[&files.to_string_lossy()]].concat())?;
        demo.command(&["timber", "aggregations", "-o", &piles.to_string_lossy()])?;
        demo.heading("6. Cron refreshes what can be refreshed (partnerlink token refresh):");
        let old = super::saved_record(&demo.context, "read", &meters)?;
        demo.refresh(&meters)?;
        demo.refresh(&timber)?;
        demo.heading("7. Each refresh token is good once. Somebody uses a copy of the old one:");
        demo.spend_again(&old)?;
        demo.heading("8. The provider took that for a theft and ended the whole sign-in. The next refresh says so:");
        demo.refresh(&meters)?;
        demo.heading(
            "That is why partnerlink refreshes under a lock and saves before it speaks: two scripts that \
             share a token file do to each other what you have just seen.",
        );
        output.say(Mark::Begin, format_args!("Now yourself: {}", super::BEGIN));
        Ok(0)
    }
}

struct Demo {
    run_line: RunLine,
    context: Context,
    _sandbox: Sandbox,
}

impl Demo {
    fn start(run_line: RunLine, output: &Output, folder: &Path) -> Result<Self, Error> {
        const WHAT: &str = "could not start the demo";
        let folders = Folders::resolve(Some(folder))
            .map_err(|error| Error::usage(WHAT, error.to_string(), ""))?;
        let options = Options { rotation_overlap: Duration::ZERO, ..Options::default() };
        let sandbox = start_sandbox(&folders.for_sandbox(), options)?;
        let talk = Output { sandbox: true, ..output.clone() };
        let context = Context::at_sandbox(&sandbox, folder, talk)
            .map_err(|error| Error::new(WHAT, &error))?;
        output.say(
            Mark::Begin,
            "Both providers run in miniature inside this program; nothing leaves the machine.",
        );
        Ok(Self { run_line, context, _sandbox: sandbox })
    }

    fn say(&self, mark: Mark, text: impl Display) {
        self.context.output.say(mark, text);
    }

    fn heading(&self, text: &str) {
        self.context.output.heading(text);
    }

    /// Shows a command and runs it.
    fn command(&self, words: &[&str]) -> Result<(), Failed> {
        let typed: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
        self.say(Mark::Note, format_args!("partnerlink {}", typed.join(" ")));
        (self.run_line)(&self.context, words).map(drop)
    }

    fn connect(&self, account: &AccountId) -> Result<(), Error> {
        let provider = self.context.provider(account.provider())?;
        let scope = provider.scopes.keys().cloned().collect::<Vec<_>>().join(" ").into();
        let quiet = Output { quiet: true, ..self.context.output.clone() };
        let opening = Opening::Unseen(Box::new(SandboxBrowser));
        let mut screen = Screen::new(&quiet, &provider.title, account, opening, false);
        let connected =
            sign_in_at_sandbox(&self.context, &provider, account, &scope, TIMEOUT, &mut screen)
                .map_err(|error| could_not("connect", account, &error))?
                .account;
        let who = connected.who.map(|who| format!(" as {who}")).unwrap_or_default();
        self.say(Mark::Good, format_args!("connected {account}{who}; scope: {}", connected.scope));
        Ok(())
    }

    /// Refreshes as `token refresh --force` does, and says what came of it.
    fn refresh(&self, account: &AccountId) -> Result<(), Error> {
        let provider = self.context.provider(account.provider())?;
        let now = self.context.clock.now();
        let outcome = refresh(&self.context.world(), &provider, account, Due::Now(now))
            .map_err(|error| could_not("refresh", account, &error))?;
        let until = |record: &Record| clock::for_people(record.account.access_token_until, now);
        let text = match &outcome {
            RefreshOutcome::Refreshed(record) => format!(
                "refreshed, access token until {}; the old refresh token is void",
                until(record)
            ),
            RefreshOutcome::NothingToRefresh(record) => {
                format!("nothing to refresh, access until {}", until(record))
            }
            other => {
                let what = format!("could not refresh {account}");
                self.context.output.error(&super::explain(what, &provider, account, other));
                return Ok(());
            }
        };
        self.say(Mark::Good, format_args!("{account}: {text}"));
        Ok(())
    }

    /// Sends an old refresh token past the lock, as a copied script would.
    fn spend_again(&self, old: &Record) -> Result<(), Error> {
        let provider = self.context.provider(old.account.account.provider())?;
        let client = Client { id: old.account.client_id.clone(), secret: None };
        let Some(refresh_token) = &old.refresh_token else { return Ok(()) };
        let request = token::refresh(&provider.token_endpoint(), &client, refresh_token);
        let answer = HttpClient::default()
            .post(&request)
            .map_err(|error| Error::new("could not ask the sandbox", &error))?;
        match token::read(&answer, TokenType::Bearer) {
            Err(TokenError::GrantRefused(why)) => {
                self.say(Mark::Bad, format_args!("the provider answers {}: {why}", answer.status));
            }
            _ => self.say(Mark::Warn, "the provider accepted it, which it should not"),
        }
        Ok(())
    }
}

fn id(account: &str) -> Result<AccountId, Error> {
    account.parse().map_err(|error| Error::new("could not use the account", &error))
}
