//! The authorization code flow for a person at a browser (RFC 8252).
//!
//! Bind the listener, open the authorize URL, wait for the one right callback, exchange its code,
//! check who it was, save, read back, and only then tell browser and person.

mod identity;
mod save;

use std::time::{Duration, Instant};

use url::Url;

use super::refresh::asking;
use super::times::Given;
use super::{FlowError, World, disconnect};
use crate::account_id::AccountId;
use crate::accounts::Account;
use crate::clock::{self, Timestamp};
use crate::loopback::{self, IgnoredCallback, Judgement, ResultPage, Serving};
use crate::oauth::authorize::{self, Attempt};
use crate::oauth::callback::{self, Verdict};
use crate::oauth::error::OAuthError;
use crate::oauth::pasted;
use crate::oauth::revoke::Revocable;
use crate::oauth::scope::Scope;
use crate::oauth::token;
use crate::oauth::{Client, Endpoint};
use crate::provider::{Grant, Provider};
use crate::secret::Secret;
use crate::store::{StoreError, StoreKind};
use crate::system::interrupt;

/// How often the wait looks at the clock, the keyboard and Ctrl-C.
const TICK: Duration = Duration::from_millis(100);
/// How long the port stays open for the browser to fetch the result page.
const LINGER: Duration = Duration::from_secs(2);

/// A sign-in to be made. Provider, client and scope are fixed here, whatever happens to the
/// configuration while the person is at the browser.
pub struct Login<'a> {
    pub world: World<'a>,
    pub provider: &'a Provider,
    pub client: &'a Client,
    pub account: &'a AccountId,
    pub scope: &'a Scope,
    /// Whether the account may change to another person.
    pub replace: bool,
    pub timeout: Duration,
    /// The store that was asked for by name. Else the account stays where it is by the time the
    /// tokens come.
    pub to: Option<StoreKind>,
    /// Tie the answer to the browser by a cookie, through a local link.
    pub bind_browser: bool,
}

/// The human side of a sign-in.
pub trait Person {
    /// Shows the link, and opens a browser if there is one.
    fn invite(&mut self, invitation: &Invitation);
    /// Called several times a second while waiting.
    fn waiting(&mut self, left: Duration);
    /// What was pasted since the last call.
    fn pasted(&mut self) -> Pasted;
    /// The last pasted text held no address of this sign-in's last page.
    fn not_that(&mut self);
    /// A browser came back otherwise than to `redirect_uri` with the answer; the waiting goes on.
    /// Called once for each kind.
    fn ignored(&mut self, kind: IgnoredCallback, redirect_uri: &Url);
    /// What the browser is told in the end.
    fn result_page(&mut self, result: &Result<Connected, FlowError>) -> ResultPage;
}

/// What came in at the keyboard, or on standard input.
pub enum Pasted {
    Nothing,
    /// One or more lines, which may hold the address of the last page.
    Text(Secret),
    /// Nothing more will come.
    Ended,
}

/// What a person needs to begin.
pub struct Invitation<'a> {
    /// The authorize URL, for any browser anywhere.
    pub link: &'a Url,
    /// What a browser on this machine should open: the same, or a local link that ties the answer
    /// to that browser.
    pub open: &'a Url,
    /// Where the browser will come back to.
    pub redirect_uri: &'a Url,
    /// Whether somebody listens there; else the address must be pasted.
    pub listening: bool,
}

/// A sign-in that worked and is saved.
#[derive(Debug)]
pub struct Connected {
    pub account: Account,
    /// A refresh token was to be expected and did not come.
    pub no_refresh_token: bool,
    /// Another account of this provider that the same person signed in to.
    pub twin: Option<AccountId>,
}

impl Login<'_> {
    /// Runs the whole sign-in. Ctrl-C during the wait ends it with nothing stored; during the
    /// exchange it waits for the save.
    pub fn run(&self, person: &mut dyn Person) -> Result<Connected, FlowError> {
        self.preflight()?;
        interrupt::uninterrupted(|| self.run_uninterrupted(person))
    }

    fn run_uninterrupted(&self, person: &mut dyn Person) -> Result<Connected, FlowError> {
        let Grant::AuthorizationCode { authorize_url } = &self.provider.grant else {
            return self.by_secret();
        };
        let uris = self.provider.loopback_redirect_uris();
        let listener = if uris.is_empty() { None } else { Some(loopback::bind(&uris)?) };
        let redirect_uri = match &listener {
            Some(listener) => listener.redirect_uri(),
            None => &self.provider.redirect_uris[0],
        };
        let attempt = authorize::begin(&authorize::Parameters {
            authorize_url,
            client_id: &self.client.id,
            redirect_uri,
            scope: self.scope,
            audience: self.provider.audience.as_deref(),
            pkce: self.provider.pkce,
            dpop: self.provider.dpop,
            extra: &self.provider.authorize_parameters,
        })?;
        let expected = callback::Expected {
            state: attempt.state.clone(),
            issuers: self.provider.issuers.clone(),
            issuer_required: self.provider.sends_issuer,
            denied_without_error: self.provider.denied_without_error,
        };
        let judged = expected.clone();
        let judge = move |query: &str| match callback::judge(query, &judged) {
            Verdict::NotOurs(why) => {
                log::debug!("a request at the redirect URI was ignored: {why}");
                Judgement::Ignore(why)
            }
            _ => Judgement::Take,
        };
        let start = self.bind_browser.then(|| attempt.url.clone());
        let serving = listener.map(|listener| listener.serve(judge.clone(), start));
        let serving = serving.transpose().map_err(FlowError::Serve)?;
        person.invite(&Invitation {
            link: &attempt.url,
            open: serving.as_ref().and_then(Serving::start_link).unwrap_or(&attempt.url),
            redirect_uri: &attempt.redirect_uri,
            listening: serving.is_some(),
        });
        let result = self
            .wait(serving.as_ref(), judge, &attempt, person)
            .and_then(|query| self.finish(callback::judge(query.expose(), &expected), &attempt));
        if let Some(serving) = serving {
            serving.finish(person.result_page(&result), LINGER);
        }
        result
    }

    /// Nobody is asked but the provider (RFC 6749 §4.4).
    fn by_secret(&self) -> Result<Connected, FlowError> {
        let (tokens, given) = asking::ask(&self.world, self.provider, self.client, self.scope)?;
        self.save(&tokens, self.asked(&tokens, None), given, None)
    }

    /// Waits for the callback, by browser or pasted, whichever comes first.
    fn wait(
        &self,
        serving: Option<&Serving>,
        judge: impl Fn(&str) -> Judgement,
        attempt: &Attempt,
        person: &mut dyn Person,
    ) -> Result<Secret, FlowError> {
        let deadline = Deadline::new(self.world.clock.now(), self.timeout);
        loop {
            match serving {
                Some(serving) => {
                    if let Some(query) = serving.wait(TICK) {
                        return Ok(query);
                    }
                    for kind in serving.ignored() {
                        person.ignored(kind, &attempt.redirect_uri);
                    }
                }
                None => std::thread::sleep(TICK),
            }
            if interrupt::pending().is_some() {
                return Err(FlowError::Interrupted);
            }
            match person.pasted() {
                Pasted::Text(text) => {
                    let is_ours = |query: &Secret| match serving {
                        Some(serving) => serving.takes(query.expose()),
                        None => judge(query.expose()) == Judgement::Take,
                    };
                    let queries = pasted::queries(text.expose(), &attempt.redirect_uri);
                    match queries.into_iter().find(is_ours) {
                        Some(query) => return Ok(query),
                        None => person.not_that(),
                    }
                }
                Pasted::Ended if serving.is_none() => return Err(FlowError::NoAddress),
                Pasted::Ended | Pasted::Nothing => {}
            }
            match deadline.left(self.world.clock.now()) {
                Some(left) => person.waiting(left),
                None => {
                    let (after, redirect_uri) = (self.timeout, attempt.redirect_uri.clone());
                    return Err(FlowError::TimedOut { after, redirect_uri });
                }
            }
        }
    }

    /// From the verdict on the callback to the saved record.
    fn finish(&self, verdict: Verdict, attempt: &Attempt) -> Result<Connected, FlowError> {
        let code = match verdict {
            Verdict::Granted(code) => code,
            Verdict::Denied => return Err(FlowError::Denied(None)),
            Verdict::Refused(OAuthError { code, description }) if code == "access_denied" => {
                return Err(FlowError::Denied(description));
            }
            Verdict::Refused(error) => return Err(FlowError::Refused(error)),
            Verdict::WrongIssuer(fault) => return Err(FlowError::WrongIssuer(fault)),
            Verdict::NotOurs(_) => return Err(FlowError::Interrupted),
        };
        let endpoint = Endpoint { dpop: attempt.dpop.clone(), ..self.provider.token_endpoint() };
        let request = token::exchange(
            &endpoint,
            self.client,
            &code,
            &attempt.redirect_uri,
            attempt.verifier.as_ref(),
        );
        let answer = self.world.http.post(&request)?;
        let tokens = token::read(&answer, self.provider.token_type()).map_err(|error| {
            let refresh_token = token::refresh_token_of(&answer);
            self.not_kept(FlowError::NotGranted(error), refresh_token.as_ref(), None)
        })?;
        let given = Given::new(self.world.clock.now(), answer.date);
        let key = attempt.dpop.as_ref();
        let kept = self
            .identity(&tokens, attempt, given)
            .and_then(|who| self.save(&tokens, who, given, key));
        kept.map_err(|error| {
            // It may be saved for all that: what is given back could be what others use by now.
            let away = matches!(
                error,
                FlowError::Store(StoreError::Unavailable(_) | StoreError::Misconfigured { .. })
            );
            if away {
                return error;
            }
            self.not_kept(error, tokens.refresh_token.as_ref(), Some(&tokens.access_token))
        })
    }

    /// What was granted and is not kept is given back: nobody else would ever end it.
    fn not_kept(
        &self,
        why: FlowError,
        refresh_token: Option<&Secret>,
        access_token: Option<&Secret>,
    ) -> FlowError {
        let Some(grant) = Revocable::of(refresh_token, access_token) else { return why };
        let revocation = disconnect::give_back(&self.world, self.provider, self.client, &grant);
        FlowError::NotKept { why: Box::new(why), revocation }
    }
}

/// A deadline by both clocks: the monotonic one stands still while a laptop sleeps, the wall
/// clock can be set back.
struct Deadline {
    monotonic: Instant,
    wall: Timestamp,
}

impl Deadline {
    fn new(now: Timestamp, timeout: Duration) -> Self {
        let seconds = i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX);
        Self { monotonic: Instant::now() + timeout, wall: clock::after(now, seconds) }
    }

    fn left(&self, now: Timestamp) -> Option<Duration> {
        let monotonic = self.monotonic.checked_duration_since(Instant::now())?;
        Some(monotonic.min(clock::time_left(now, self.wall))).filter(|left| !left.is_zero())
    }
}
