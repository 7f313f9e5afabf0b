use std::path::Path;
use std::time::Duration;

use super::could_not;
use crate::account_id::AccountId;
use crate::clock::{self, Clock as _};
use crate::config::{Environment, Flags, Settings};
use crate::context::{Context, TemporaryFolder, sandbox_browser, start_sandbox};
use crate::error::{Error, Explain, Failed};
use crate::flow;
use crate::flow::login::Login;
use crate::flow::refresh::{Due, RefreshOutcome, refresh};
use crate::http::{HttpClient, Transport as _};
use crate::oauth::Client;
use crate::oauth::token::{self, TokenError};
use crate::sandbox::{Options, Sandbox};
use crate::store::record::Record;
use crate::system::paths::Folders;
use crate::terminal::screen::{Opening, Screen};
use crate::terminal::{Mark, Output};

/// A meter of the sandbox.
const OFFICE: &str = "d0000000-0000-4000-8000-000000000001";
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
        let folder = TemporaryFolder::create("demo")?;
        let demo = Demo::start(run_line, output, folder.path())?;
        demo.output.heading(
            "1. Sign in at Zählerfreunde. Your browser would open; here a scripted one says yes.",
        );
        demo.connect("zaehlerfreunde")?;
        demo.output.heading("2. Sign in at TimberData, for log piles and wood lists.");
        demo.connect("timberdata")?;
        demo.output.heading("3. What is connected now:");
        demo.command(&["status"])?;
        demo.output.heading("4. The load curve of an office:");
        demo.command(&["meter", "plot", "--device", OFFICE, "--last", "2d"])?;
        demo.output.heading(
            "5. Every meter's readings, a file for each meter and month; and log piles for QGIS:",
        );
        let (files, piles) = (folder.path().join("lastgang"), folder.path().join("polter.geojson"));
        let export = ["meter", "export", "--all", "--last", "7d", "--out"];
        demo.command(&[&export[..], &[&files.to_string_lossy()]].concat())?;
        demo.command(&["timber", "aggregations", "-o", &piles.to_string_lossy()])?;
        demo.output.heading("6. Cron refreshes what can be refreshed (partnerlink token refresh):");
        let old = super::saved_record(&demo.context, "read", &id("zaehlerfreunde")?)?;
        demo.refresh("zaehlerfreunde")?;
        demo.refresh("timberdata")?;
        demo.output
            .heading("7. Each refresh token is good once. Somebody uses a copy of the old one:");
        demo.spend_again(&old)?;
        demo.output.heading("8. The provider took that for a theft and ended the whole sign-in. The next refresh says so:");
        demo.refresh("zaehlerfreunde")?;
        demo.output.heading(
            "That is why partnerlink refreshes under a lock and saves before it speaks: two scripts that \
             share a token file do to each other what you have just seen.",
        );
        output.say(Mark::Begin, "Now with your own account: partnerlink connect zaehlerfreunde");
        Ok(0)
    }
}

struct Demo {
    run_line: RunLine,
    context: Context,
    output: Output,
    _sandbox: Sandbox,
}

impl Demo {
    fn start(run_line: RunLine, output: &Output, folder: &Path) -> Result<Self, Error> {
        let folders = Folders::resolve(Some(folder))
            .map_err(|error| Error::usage("could not start the demo", error.to_string(), ""))?;
        let options = Options { rotation_overlap: Duration::ZERO, ..Options::default() };
        let sandbox = start_sandbox(&folders.for_sandbox(), options)?;
        let folder = folder.to_string_lossy();
        let environment = Environment::of([
            ("PARTNERLINK_HOME", &*folder),
            ("PARTNERLINK_SANDBOX", sandbox.base_url()),
            ("PARTNERLINK_STORE", "file"),
        ]);
        let settings = Settings::load(Flags::default(), environment)
            .map_err(|error| Error::new("could not start the demo", &error))?;
        let talk = Output { sandbox: true, ..output.clone() };
        output.say(
            Mark::Begin,
            "Both providers run in miniature inside this program; nothing leaves the machine.",
        );
        Ok(Self {
            run_line,
            context: Context::new(settings, talk.clone(), false),
            output: talk,
            _sandbox: sandbox,
        })
    }

    /// Shows a command and runs it.
    fn command(&self, words: &[&str]) -> Result<(), Failed> {
        self.output.say(Mark::Note, format_args!("partnerlink {}", words.join(" ")));
        (self.run_line)(&self.context, words).map(drop)
    }

    fn connect(&self, account: &str) -> Result<(), Error> {
        let account = id(account)?;
        let failed = |error: &dyn Explain| could_not("connect", &account, error);
        let provider = self.context.provider(account.provider())?;
        let secret = flow::client_secret::find(&self.context.world(), &provider, &account, None)
            .map_err(|error| failed(&error))?;
        let client = Client { id: provider.client_id.clone().unwrap_or_default(), secret };
        let scope = provider.scopes.keys().cloned().collect::<Vec<_>>().join(" ").into();
        let quiet = Output { quiet: true, ..self.output.clone() };
        let opening = Opening::Unseen(sandbox_browser());
        let mut screen = Screen::new(&quiet, &provider.title, &account, opening, false);
        let connected = Login {
            world: self.context.world(),
            provider: &provider,
            client: &client,
            account: &account,
            scope: &scope,
            replace: false,
            timeout: TIMEOUT,
            to: None,
            bind_browser: false,
        }
        .run(&mut screen)
        .map_err(|error| failed(&error))?;
        let who = connected.account.who.map(|who| format!(" as {who}")).unwrap_or_default();
        self.output.say(
            Mark::Good,
            format_args!("connected {account}{who}; scope: {}", connected.account.scope),
        );
        Ok(())
    }

    /// Refreshes as `token refresh --force` does, and says what came of it.
    fn refresh(&self, account: &str) -> Result<(), Error> {
        let account = id(account)?;
        let provider = self.context.provider(account.provider())?;
        let now = self.context.clock.now();
        let outcome = refresh(&self.context.world(), &provider, &account, Due::Now(now))
            .map_err(|error| could_not("refresh", &account, &error))?;
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
                self.output.error(&super::explain(what, &provider, &account, other));
                return Ok(());
            }
        };
        self.output.say(Mark::Good, format_args!("{account}: {text}"));
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
        match token::read(&answer, false) {
            Err(TokenError::GrantRefused(why)) => self
                .output
                .say(Mark::Bad, format_args!("the provider answers {}: {why}", answer.status)),
            _ => self.output.say(Mark::Warn, "the provider accepted it, which it should not"),
        }
        Ok(())
    }
}

fn id(account: &str) -> Result<AccountId, Error> {
    account.parse().map_err(|error| Error::new("could not use the account", &error))
}
