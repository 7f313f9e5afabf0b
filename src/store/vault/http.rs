//! The HTTP API of Vault and OpenBao: one call, repeated until it is answered or its time is over.

use std::io::Read as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use url::Url;

use super::inspect::HEALTH;
use super::reply::Reply;
use super::{Settings, auth, policy};
use crate::clock::{self, Clock as _, SystemClock, Timestamp};
use crate::http::fault::Fault;
use crate::http::{HttpClient, HttpError, Request, Transport as _};
use crate::secret::Secret;
use crate::store::StoreError;
use crate::system::interrupt;

/// One try at one address.
const TRY: Duration = Duration::from_secs(5);
/// Between two rounds over all addresses: quickly at first, since another one may lead by now.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// So long nothing is asked of a store that was given up on: each of two hundred accounts would wait
/// for a server that stands still.
const GIVEN_UP: Duration = Duration::from_secs(10);
/// Largest answer that is read, in bytes: a list of 100,000 names has four million.
const MOST_BYTES: u64 = 16 << 20;

/// What helps where the server's certificate is not trusted, or the file of its authority is none.
const AUTHORITY: &str = "name the certificate of the server's authority in [vault], as PEM (whoever \
                         runs the server has it): ca_file = \"/etc/partnerlink/ca.pem\"";

/// A connection to the store, opened by the first call.
pub(super) struct Api {
    pub settings: Settings,
    client: HttpClient,
    /// The address that answered last.
    address: AtomicUsize,
    /// The token of this process, once it is signed in; within, `None` where a proxy has it.
    token: Mutex<Option<Option<Secret>>>,
    /// That it may not sign in: what, why, and the hint. It is not tried again, since a few failed
    /// logins lock a role for every machine that has it.
    refusal: OnceLock<[String; 3]>,
    /// What this process wrote last, as the server counts: whoever answers must know of it.
    index: Mutex<Option<String>>,
    /// That it was given up on: what comes soon after is not tried, what comes later once.
    silent: Mutex<Option<Silence>>,
    /// The server's time, and when it said so.
    time: Mutex<Option<(Timestamp, Instant)>>,
}

/// That the store was given up on: when, and why.
struct Silence {
    since: Instant,
    why: String,
    /// Where something is configured wrongly.
    hint: Option<String>,
}

impl Silence {
    fn error(&self) -> StoreError {
        let why = self.why.clone();
        match self.hint.clone() {
            Some(hint) => StoreError::Misconfigured { why, hint },
            None => StoreError::Unavailable(why),
        }
    }
}

/// What is asked for.
pub(super) struct Call<'a> {
    pub method: &'static str,
    /// Below `/v1/`, with its query.
    pub path: &'a str,
    pub body: Option<Secret<Vec<u8>>>,
    /// How long it is repeated where nobody answers.
    pub patience: Duration,
    pub urgency: Urgency,
}

/// How much depends on a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    Usual,
    /// Of somebody who does not wait: that it was not answered says nothing to others.
    Brief,
    /// New tokens are on their way: that is tried whatever was tried before.
    Dear,
}

impl Api {
    pub fn new(settings: Settings) -> Self {
        Self {
            client: HttpClient::new(settings.network.clone()),
            settings,
            address: AtomicUsize::new(0),
            token: Mutex::default(),
            refusal: OnceLock::new(),
            index: Mutex::default(),
            silent: Mutex::default(),
            time: Mutex::default(),
        }
    }

    /// The server's time now, once it was heard.
    pub fn now(&self) -> Option<Timestamp> {
        let (then, heard) = (*held(&self.time))?;
        Some(then.saturating_add(heard.elapsed()).unwrap_or(then))
    }

    /// Makes a call as whom this machine is, signing in first where it has to. A token that ended
    /// is replaced once.
    pub fn call(&self, call: &Call) -> Result<Reply, StoreError> {
        let begun = Instant::now();
        let (token, is_new) = self.token(None, call)?;
        let reply = self.answer(call, token.as_ref(), begun)?;
        if reply.status != 403 {
            return Ok(reply);
        }
        if is_new || !self.settings.auth.can_be_renewed() {
            return Err(self.forbidden(call, &reply));
        }
        log::debug!("the shared store does not take the token any more: signing in again");
        let (token, _) = self.token(token.as_ref(), call)?;
        match self.answer(call, token.as_ref(), begun)? {
            reply if reply.status == 403 => Err(self.forbidden(call, &reply)),
            reply => Ok(reply),
        }
    }

    /// The token in use, and whether it is a new one; another than the one that was `refused`. Of
    /// several threads one signs in, and the others wait for it.
    fn token(
        &self,
        refused: Option<&Secret>,
        call: &Call,
    ) -> Result<(Option<Secret>, bool), StoreError> {
        let mut known = held(&self.token);
        if let Some(token) = &*known {
            let [in_use, refused] = [token.as_ref(), refused].map(|it| it.map(Secret::expose));
            if refused.is_none() || in_use != refused {
                return Ok((token.clone(), false));
            }
        }
        if let Some([what, why, hint]) = self.refusal.get().cloned() {
            return Err(StoreError::Forbidden { what, why, hint });
        }
        let signed_in = auth::sign_in(self, call);
        if let Err(StoreError::Forbidden { what, why, hint }) = &signed_in {
            let _ = self.refusal.set([what, why, hint].map(String::clone));
        }
        let token = signed_in?;
        *known = Some(token.clone());
        Ok((token, true))
    }

    /// Goes on with a token that was signed in for otherwise.
    pub fn use_token(&self, token: Secret) {
        *held(&self.token) = Some(Some(token));
    }

    /// Asks one address after the other until one answers, or the time is over.
    pub fn answer(
        &self,
        call: &Call,
        token: Option<&Secret>,
        begun: Instant,
    ) -> Result<Reply, StoreError> {
        let addresses = &self.settings.addresses;
        let mut pause = SHORTEST_PAUSE;
        let (patience, rounds) = match &*held(&self.silent) {
            Some(silence) if call.urgency != Urgency::Dear => {
                if silence.since.elapsed() < GIVEN_UP {
                    return Err(silence.error());
                }
                (Duration::ZERO, 1)
            }
            _ => (call.patience, 0),
        };
        for tried in 1.. {
            let number = self.address.load(Ordering::Relaxed) % addresses.len();
            let failure = match self.once(call, &addresses[number], token) {
                Ok(reply) if reply.says_something() => {
                    *held(&self.silent) = None;
                    return Ok(reply);
                }
                Ok(reply) => reply.failure(),
                Err(error) if error.is_transient() => unanswered(&error),
                Err(error) => return Err(unanswered(&error)),
            };
            // Another one may have moved on meanwhile.
            let next = (number + 1) % addresses.len();
            let _ =
                self.address.compare_exchange(number, next, Ordering::Relaxed, Ordering::Relaxed);
            let (waited, is_interrupted) = (begun.elapsed(), interrupt::pending().is_some());
            // One that was given up on is asked at each of its addresses.
            let is_over = waited >= patience && tried >= rounds * addresses.len();
            if is_over || is_interrupted {
                let (why, hint) = match failure {
                    StoreError::Misconfigured { why, hint } => (why, Some(hint)),
                    StoreError::Unavailable(why) => {
                        (format!("{why} (tried for {} s)", waited.as_secs()), None)
                    }
                    other => return Err(other),
                };
                let silence = Silence { since: Instant::now(), why, hint };
                let error = silence.error();
                if call.urgency != Urgency::Brief && !is_interrupted {
                    *held(&self.silent) = Some(silence);
                }
                return Err(error);
            }
            log::debug!("{failure}; trying again");
            if tried % addresses.len() == 0 {
                thread::sleep(pause / 2 + clock::random_part(pause / 2));
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
        Err(StoreError::Unavailable("it was not asked".into()))
    }

    /// One try at one address, whatever the server makes of it.
    pub fn once(
        &self,
        call: &Call,
        address: &Url,
        token: Option<&Secret>,
    ) -> Result<Reply, HttpError> {
        let url = format!("{}/v1/{}", address.as_str().trim_end_matches('/'), call.path);
        let url = Url::parse(&url).map_err(|error| HttpError::Unusable(error.to_string()))?;
        let timeout = Some(if call.patience.is_zero() { TRY } else { TRY.min(call.patience) });
        let mut request = Request { timeout, ..Request::new(call.method, url.clone()) };
        request.body = call.body.clone();
        if let Some(token) = token {
            request.authorize(token, None);
        }
        let mut header = |name: &str, value: &str| {
            request.headers.push((name.to_owned(), value.to_owned()));
        };
        // Without it, anybody who makes a browser send a request could use a proxy's token.
        header("x-vault-request", "true");
        // The server itself is in none.
        if !self.settings.namespace.is_empty() && call.path != HEALTH {
            header("x-vault-namespace", &self.settings.namespace);
        }
        // A standby answers by what it knows, which may be older than what we wrote ourselves:
        // then it shall ask the leader.
        header("x-vault-inconsistent", "forward-active-node");
        if let Some(index) = &*held(&self.index) {
            header("x-vault-index", index);
        }
        let mut answer = self.client.send(&request)?;
        let named = |wanted: &str| {
            let found = answer.headers.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.clone())
        };
        let date = named("date").and_then(|date| httpdate::parse_http_date(&date).ok());
        if call.method == "POST"
            && let Some(index) = named("x-vault-index")
        {
            *held(&self.index) = Some(index);
        }
        let mut body = Vec::new();
        answer.body.by_ref().take(MOST_BYTES).read_to_end(&mut body).map_err(|error| {
            error.downcast::<HttpError>().unwrap_or_else(|error| HttpError::Broken {
                host: url.host_str().unwrap_or_default().to_owned(),
                why: error.to_string(),
            })
        })?;
        let mut reply = Reply { status: answer.status, body: Secret::new(body) };
        if !(200..300).contains(&reply.status) {
            reply = reply.without_what_was_sent(call, token);
        }
        // That of anything else on the way is another clock's.
        let is_the_store = (200..300).contains(&reply.status) || reply.is_nothing();
        if let Some(date) = date.filter(|_| is_the_store).and_then(|date| date.try_into().ok()) {
            *held(&self.time) = Some((told(date, SystemClock.now()), Instant::now()));
        }
        Ok(reply)
    }

    fn forbidden(&self, call: &Call, reply: &Reply) -> StoreError {
        let path = call.path.split('?').next().unwrap_or(call.path);
        let (capability, to) = match call.method {
            "GET" if call.path.contains("list=true") => ("list", "list"),
            "GET" => ("read", "read"),
            _ => ("create and update", "update"),
        };
        StoreError::Forbidden {
            what: format!("{capability} on {path}"),
            why: reply.errors(),
            hint: policy::lacking(&self.settings, path, to),
        }
    }
}

/// Why nobody answered: by what is configured, or for now.
pub(super) fn unanswered(error: &HttpError) -> StoreError {
    let hint = match error {
        HttpError::Setup { code: "ca-file", .. }
        | HttpError::Unreachable { fault: Fault::UnknownIssuer, .. } => AUTHORITY,
        HttpError::Setup { hint, .. } => *hint,
        HttpError::Unreachable { fault: Fault::OtherName, .. } => {
            "address in [vault] must have a name of the server's certificate"
        }
        HttpError::Unreachable { fault: Fault::NoTls, .. } => {
            "look at address in [vault], its port too: secrets travel by TLS alone, but to a proxy \
             on this machine (http://127.0.0.1:8100)"
        }
        _ => return StoreError::Unavailable(error.to_string()),
    };
    StoreError::Misconfigured { why: error.to_string(), hint: hint.to_owned() }
}

/// The server's time by its `Date`, which has whole seconds: ours, where the two may be the same.
fn told(date: Timestamp, ours: Timestamp) -> Timestamp {
    match clock::time_left(date, ours) {
        ahead if date <= ours && ahead < Duration::from_millis(1500) => ours,
        _ => date.saturating_add(Duration::from_millis(500)).unwrap_or(date),
    }
}

pub(super) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
impl Api {
    /// As if it had been given up on then.
    pub fn silent_since(&self, then: Instant) {
        if let Some(silence) = &mut *held(&self.silent) {
            silence.since = then;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::shared::Duty;
    use crate::store::vault::Auth;

    fn reply(status: u16, body: &str) -> Reply {
        Reply { status, body: Secret::new(body.as_bytes().to_vec()) }
    }

    const SEALED: &str = r#"{"errors":["Vault is sealed"]}"#;

    const NO_HTTPS: &str = "Client sent an HTTP request to an HTTPS server.";

    /// Trying later would not help.
    #[test]
    fn what_a_person_has_to_configure_otherwise_is_told_with_the_setting() {
        let host = || "bao.example".to_owned();
        let unreachable = |fault| HttpError::Unreachable { host: host(), fault };
        let setup = |code| HttpError::Setup { code, why: "bad".into(), hint: "its own" };
        for (error, expected) in [
            (setup("ca-file"), Some("ca_file = ")),
            (setup("proxy"), Some("its own")),
            (unreachable(Fault::UnknownIssuer), Some("ca_file = ")),
            (unreachable(Fault::OtherName), Some("address in [vault]")),
            (unreachable(Fault::NoTls), Some("address in [vault]")),
            (unreachable(Fault::Slow), None),
            (HttpError::TimedOut { host: host(), after: TRY }, None),
        ] {
            match (unanswered(&error), expected) {
                (StoreError::Misconfigured { hint, .. }, Some(expected)) => {
                    assert!(hint.contains(expected), "{error}: {hint}");
                }
                (StoreError::Unavailable(why), None) => assert_eq!(why, error.to_string()),
                (other, _) => panic!("{error}: {other}"),
            }
        }
        let StoreError::Misconfigured { hint, .. } = reply(400, NO_HTTPS).failure() else {
            panic!("it speaks TLS")
        };
        assert!(hint.contains("https://"), "{hint}");
        assert!(matches!(reply(503, SEALED).failure(), StoreError::Unavailable(_)));
    }

    /// A server that cuts its time down to seconds is half a second behind on average.
    #[test]
    fn the_servers_time_is_ours_where_the_two_may_be_the_same() {
        let ours = Timestamp::from_second(1_800_000_000).unwrap();
        let at = |milliseconds: i64| {
            Timestamp::from_millisecond(ours.as_millisecond() + milliseconds).unwrap()
        };
        for (date, expected) in
            [(0, 0), (-1000, 0), (-1499, 0), (-1500, -1000), (-60_000, -59_500), (1, 501)]
        {
            assert_eq!(told(at(date), ours), at(expected), "{date}");
        }
    }

    #[test]
    fn what_was_not_allowed_is_told_by_its_path_and_what_it_takes() {
        let api = Api::new(Settings::example(Duty::Refresher, Auth::Proxy));
        let told = |method, path| {
            let patience = Duration::ZERO;
            let call = Call { method, path, body: None, patience, urgency: Urgency::Usual };
            match api.forbidden(&call, &reply(403, SEALED)) {
                StoreError::Forbidden { what, why, hint } => {
                    assert_eq!(why, "Vault is sealed");
                    assert!(hint.contains("partnerlink store policy"), "{hint}");
                    what
                }
                error => panic!("{error}"),
            }
        };
        assert_eq!(told("GET", "m/metadata/x?list=true"), "list on m/metadata/x");
        assert_eq!(told("GET", "m/data/x?version=1"), "read on m/data/x");
        assert_eq!(told("POST", "m/data/x"), "create and update on m/data/x");
    }

    #[test]
    fn of_several_threads_one_signs_in_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = super::super::tests::private(&folder);
        let api = Api::new(Settings::example(Duty::Refresher, Auth::TokenFile(file.clone())));
        let call = Call {
            method: "GET",
            path: "x",
            body: None,
            patience: Duration::ZERO,
            urgency: Urgency::Usual,
        };
        let token = |refused: Option<&str>| {
            let (token, is_new) = api.token(refused.map(Secret::from).as_ref(), &call).unwrap();
            (token.unwrap().expose().clone(), is_new)
        };
        std::fs::write(&file, "a").unwrap();
        assert_eq!(token(None), ("a".into(), true));
        std::fs::write(&file, "b").unwrap();
        assert_eq!(token(None), ("a".into(), false));
        assert_eq!(token(Some("a")), ("b".into(), true));
        assert_eq!(token(Some("a")), ("b".into(), false), "another thread did");
    }
}
