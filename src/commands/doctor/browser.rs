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
use crate::terminal::report::{Finding, Report};
use crate::terminal::screen::{Opening, Screen};

const NAME: &str = "sign-in";
/// The provider whose path is the longer one: PKCE, an ID token, a refresh token.
const PROVIDER: &str = "zaehlerfreunde";

pub fn try_out(context: &Context, timeout: Duration, report: &mut Report) -> Result<(), Failed> {
    let environment = &context.settings.environment;
    let display = environment.has_display() && !environment.is_ci();
    if context.named_browser().is_none() && !display {
        let text = "no browser can be opened here: connect would show a link for any browser, and take \
            the address of its last page";
        let remedy = "try it where there is a display, or name a program in PARTNERLINK_BROWSER";
        return Ok(report.add(Finding::warn(NAME, text, remedy))?);
    }
    let begun = Instant::now();
    let (log, heard) = channel();
    let options = sandbox::Options {
        log: Some(Box::new(move |line| drop(log.send(line.to_owned())))),
        ..sandbox::Options::default()
    };
    let sandbox = sandbox::start(options)
        .map_err(|error| Error::io("could not start the sandbox", &error))?;
    report.add(step(begun, "the sandbox listens"))?;
    context.output.say(
        Mark::Begin,
        "Now the way through your browser. Agree on the page that opens: it is the sandbox's.",
    );
    let stage = Stage::new(context, &sandbox)?;
    let screen = stage.screen(context)?;
    let mut watched = Watched { screen, report, heard, begun, asked: false, failed: None };
    let result = stage.login(timeout, &mut watched);
    watched.listen();
    if let Some(error) = watched.failed.take() {
        return Err(error.into());
    }
    match result {
        Ok(_) => report.add(step(begun, "code, token and identity are right; nothing is kept"))?,
        Err(error) => {
            let meaning = error.meaning();
            let text = format!("{error} ({:.1} s)", begun.elapsed().as_secs_f64());
            let remedy = match error {
                LoginError::TimedOut(_) => {
                    "agree on the page that opens; if none does, name your browser in PARTNERLINK_BROWSER".into()
                }
                _ => meaning.hint,
            };
            report.add(Finding::bad(NAME, text, remedy, meaning.exit))?;
        }
    }
    Ok(())
}

fn step(begun: Instant, text: &str) -> Finding {
    let spent = begun.elapsed();
    Finding::good(NAME, format!("{text} ({:.1} s)", spent.as_secs_f64()))
        .with(serde_json::json!({ "milliseconds": spent.as_millis() as u64 }))
}

/// A home of its own for this sign-in, gone when it ends: the sandbox's providers, sealed files,
/// and nothing of the person's but the browser.
struct Stage {
    inner: Context,
    account: AccountId,
    _folder: TemporaryFolder,
}

impl Stage {
    fn new(context: &Context, sandbox: &Sandbox) -> Result<Self, Error> {
        const WHAT: &str = "could not prepare the sign-in";
        let folder = TemporaryFolder::create("doctor")?;
        let path = folder.path().to_string_lossy();
        let environment = Environment::of([
            ("PARTNERLINK_HOME", &*path),
            ("PARTNERLINK_SANDBOX", sandbox.base_url()),
            ("PARTNERLINK_STORE", "file"),
        ]);
        let settings = Settings::load(Flags::default(), environment)
            .map_err(|error| Error::new(WHAT, &error))?;
        let inner = Context::new(settings, context.output.clone(), false);
        let account = PROVIDER.parse().map_err(|error| Error::new(WHAT, &error))?;
        Ok(Self { inner, account, _folder: folder })
    }

    fn screen(&self, context: &Context) -> Result<Screen, Error> {
        let title = self.inner.provider(PROVIDER)?.title;
        let opening = Opening::With(context.browser());
        Ok(Screen::new(&context.output, &title, &self.account, opening, false))
    }

    fn login(&self, timeout: Duration, person: &mut Watched) -> Result<Connected, LoginError> {
        let Ok(provider) = self.inner.provider(PROVIDER) else {
            return Err(LoginError::Interrupted);
        };
        let client = Client { id: provider.client_id.clone().unwrap_or_default(), secret: None };
        Login {
            world: self.inner.world(),
            provider: &provider,
            client: &client,
            account: &self.account,
            scope: &provider.default_scope,
            replace: false,
            timeout,
            to: None,
            bind_browser: false,
        }
        .run(person)
    }
}

/// The person of any sign-in, with the steps told that the sandbox sees.
struct Watched<'a> {
    screen: Screen,
    report: &'a mut Report,
    /// A line for each request that the sandbox gets.
    heard: Receiver<String>,
    begun: Instant,
    /// Whether the browser has asked for the consent page.
    asked: bool,
    failed: Option<Error>,
}

impl Watched<'_> {
    fn tell(&mut self, text: &str) {
        if let Err(error) = self.report.add(step(self.begun, text)) {
            self.failed = Some(error);
        }
    }

    fn listen(&mut self) {
        while let Ok(line) = self.heard.try_recv() {
            if line.contains("/authorize") && !self.asked {
                self.asked = true;
                self.screen.clear();
                self.tell("the browser opened the consent page");
            } else if line.starts_with("POST") && line.contains("/oauth/token") {
                self.screen.clear();
                self.tell("the browser's answer came back to this program");
            }
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
