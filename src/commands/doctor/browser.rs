//! A sign-in through the person's browser at the embedded sandbox, step by step; nothing is kept.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use crate::account_id::AccountIdError;
use crate::commands::sign_in_at_sandbox;
use crate::context::{Context, temporary_folder};
use crate::error::{Error, Failed};
use crate::flow::FlowError;
use crate::flow::login::Connected;
use crate::sandbox::{self, Sandbox};
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
        let text = "no browser can be opened here: connect would show a link for any browser";
        let remedy = "try it where there is a display, or name a program in PARTNERLINK_BROWSER";
        return Ok(findings.add(Finding::warn(NAME, text, remedy))?);
    }
    let begun = Instant::now();
    // A line for each request that the sandbox gets.
    let (log, heard) = channel();
    let options = sandbox::Options {
        log: Some(Box::new(move |line| drop(log.send((begun.elapsed(), line.to_owned()))))),
        ..sandbox::Options::default()
    };
    let sandbox = sandbox::start(options)
        .map_err(|error| Error::io("could not start the sandbox", &error))?;
    findings.add(step(begun.elapsed(), "the sandbox listens"))?;
    context.output.say(
        Mark::Begin,
        "Now the way through your browser. Agree on the page that opens: it is the sandbox's.",
    );
    let result = sign_in(context, &sandbox, timeout)?;
    let requests: Vec<(Duration, String)> = heard.try_iter().collect();
    for (method, path, text) in [
        ("", "/authorize", "the browser opened the consent page"),
        ("POST", "/oauth/token", "the browser's answer came back to this program"),
    ] {
        let is_it = |line: &str| line.starts_with(method) && line.contains(path);
        let request = requests.iter().find(|(_, line)| is_it(line));
        findings.extend(request.map(|(at, _)| step(*at, text)))?;
    }
    Ok(findings.add(match result {
        Ok(_) => step(begun.elapsed(), "code, token and identity are right; nothing is kept"),
        Err(error) => {
            let after = format!("after {:.1} s: ", begun.elapsed().as_secs_f64());
            Finding::failed(NAME, &after, &error)
        }
    })?)
}

/// A sign-in with a context of its own: the sandbox's providers, sealed files in a folder that is
/// gone afterwards, and nothing of the person's but the browser.
fn sign_in(
    context: &Context,
    sandbox: &Sandbox,
    timeout: Duration,
) -> Result<Result<Connected, FlowError>, Error> {
    const WHAT: &str = "could not prepare the sign-in";
    let folder = temporary_folder("doctor")?;
    let inner = Context::at_sandbox(sandbox, folder.path(), context.output.clone())
        .map_err(|error| Error::new(WHAT, &error))?;
    let account = PROVIDER.parse().map_err(|error: AccountIdError| Error::new(WHAT, &error))?;
    let provider = inner.provider(PROVIDER)?;
    let opening = Opening::With(context.browser());
    let mut screen = Screen::new(&context.output, &provider.title, &account, opening, false);
    let scope = &provider.default_scope;
    let result = sign_in_at_sandbox(&inner, &provider, &account, scope, timeout, &mut screen);
    screen.clear();
    Ok(result)
}

fn step(after: Duration, text: &str) -> Finding {
    Finding::good(NAME, format!("{text} ({:.1} s)", after.as_secs_f64()))
        .with(serde_json::json!({ "milliseconds": after.as_millis() as u64 }))
}
