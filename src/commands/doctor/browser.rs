//! A sign-in through the person's browser at the embedded sandbox, step by step; nothing is kept.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::account_id::AccountId;
use crate::config::{Environment, Flags, Settings};
use crate::context::{Context, TemporaryFolder};
use crate::error::{Error, Explain as _, Failed};
use crate::flow::login::{Connected, Invitation, Login, LoginError, Person};
use crate::loopback::ResultPage;
use crate::oauth::Client;
use crate::sandbox::{self, Sandbox};
use crate::secret::Secret;
use crate::terminal::Mark;
use crate::terminal::report::{Finding, Findings};
use crate::terminal::screen::{Opening, Screen};

const NAME: &str = "sign-in";
/// The provider whose path is the longer one: PKCE, an ID token, a refresh token.
const PROVIDER: &str = "zaehlerfreunde";

pub fn try_out(
    context: &Context,
    timeout: Duration,
    findings: &mut Findings,
) -> Result<(), Failed> {
    let environment = &context.settings.environment;
    let display = environment.has_display() && !environment.is_ci();
    if context.named_browser().is_none() && !display {
        let text = "no browser can be opened here: connect would show a link for any browser, and take \
            the address of its last page";
        let remedy = "try it where there is a display, or name a program in PARTNERLINK_BROWSER";
        return Ok(findings.add(Finding::warn(NAME, text, remedy))?);
    }
    let begun = Instant::now();
    let (log, heard) = channel();
    let options = sandbox::Options {
        log: Some(Box::new(move |line| drop(log.send(line.to_owned())))),
        ..sandbox::Options::default()
    };
    let sandbox = sandbox::start(options)
        .map_err(|error| Error::io("could not start the sandbox", &error))?;
    findings.add(step(begun, "the sandbox listens"))?;
    context.output.say(
        Mark::Begin,
        "Now the way through your browser. Agree on the page that opens: it is the sandbox's.",
    );
    let folder = TemporaryFolder::create("doctor")?;
    let inner = inside(context, &sandbox, &folder)?;
    let (provider, account) = (inner.provider(PROVIDER)?, id()?);
    let opening = Opening::With(context.browser());
    let screen = Screen::new(&context.output, &provider.title, &account, opening, false);
    let mut person = Watched { screen, findings, heard, begun, asked: false };
    let result = Login {
        world: inner.world(),
        provider: &provider,
        client: &Client { id: provider.client_id.clone().unwrap_or_default(), secret: None },
        account: &account,
        scope: &provider.default_scope,
        replace: false,
        timeout,
        to: None,
        bind_browser: false,
    }
    .run(&mut person);
    person.listen();
    findings.add(match result {
        Ok(_) => step(begun, "code, token and identity are right; nothing is kept"),
        Err(error) => failed(begun, &error),
    })?;
    Ok(())
}

fn step(begun: Instant, text: &str) -> Finding {
    let spent = begun.elapsed();
    Finding::good(NAME, format!("{text} ({:.1} s)", spent.as_secs_f64()))
        .with(serde_json::json!({ "milliseconds": spent.as_millis() as u64 }))
}

fn failed(begun: Instant, error: &LoginError) -> Finding {
    let (meaning, seconds) = (error.meaning(), begun.elapsed().as_secs_f64());
    let remedy = match error {
        LoginError::TimedOut(_) => {
            "agree on the page that opens; if none does, name your browser in PARTNERLINK_BROWSER"
                .into()
        }
        _ => meaning.hint,
    };
    Finding::bad(NAME, format!("{error} ({seconds:.1} s)"), remedy, meaning.exit)
        .publicly(format!("{} ({seconds:.1} s)", meaning.code))
}

fn id() -> Result<AccountId, Error> {
    PROVIDER.parse().map_err(|error| Error::new("could not prepare the sign-in", &error))
}

/// A context of its own for this sign-in: the sandbox's providers, sealed files in a folder that is
/// gone afterwards, and nothing of the person's but the browser.
fn inside(
    context: &Context,
    sandbox: &Sandbox,
    folder: &TemporaryFolder,
) -> Result<Context, Error> {
    let environment = Environment::of([
        ("PARTNERLINK_HOME", &*folder.path().to_string_lossy()),
        ("PARTNERLINK_SANDBOX", sandbox.base_url()),
        ("PARTNERLINK_STORE", "file"),
    ]);
    let settings = Settings::load(Flags::default(), environment)
        .map_err(|error| Error::new("could not prepare the sign-in", &error))?;
    Ok(Context::new(settings, context.output.clone(), false))
}

/// The person of any sign-in, with the steps told that the sandbox sees.
struct Watched<'a> {
    screen: Screen,
    findings: &'a mut Findings,
    /// A line for each request that the sandbox gets.
    heard: Receiver<String>,
    begun: Instant,
    /// Whether the browser has asked for the consent page.
    asked: bool,
}

impl Watched<'_> {
    fn listen(&mut self) {
        while let Ok(line) = self.heard.try_recv() {
            let text = if line.contains("/authorize") && !self.asked {
                self.asked = true;
                "the browser opened the consent page"
            } else if line.starts_with("POST") && line.contains("/oauth/token") {
                "the browser's answer came back to this program"
            } else {
                continue;
            };
            self.screen.clear();
            // That standard output is gone shows again at the last finding.
            let _ = self.findings.add(step(self.begun, text));
        }
    }
}

impl Person for Watched<'_> {
    fn invite(&mut self, invitation: &Invitation) {
        self.screen.invite(invitation);
    }

    fn waiting(&mut self, left: Duration) {
        self.listen();
        self.screen.waiting(left);
    }

    fn pasted(&mut self) -> Option<Secret> {
        self.screen.pasted()
    }

    fn not_that(&mut self) {
        self.screen.not_that();
    }

    fn result_page(&mut self, result: &Result<Connected, LoginError>) -> ResultPage {
        self.listen();
        self.screen.result_page(result)
    }
}
