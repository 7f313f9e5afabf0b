//! What a provider remembers: consent pages still open, codes, grants, and what has happened.
//! Values in, values out; time (milliseconds since 1970) is an argument.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::provider::Provider;
use super::seal::{Kind, Sealed, s256};
use super::state::State;

/// A consent page stays good for an hour, as a sign-in does at Auth0.
const REQUEST_LIFETIME: u64 = 60 * 60 * 1000;
/// RFC 6749 §4.1.2 recommends ten minutes at most; TimberData documents ten.
pub const CODE_LIFETIME: u64 = 10 * 60 * 1000;
/// Auth0 ends a rotating family after 30 days, however often it rotates.
const FAMILY_LIFETIME: u64 = 30 * DAY;
/// TimberData's access tokens live 360 days.
const TIMBERDATA_LIFETIME: u64 = 360 * DAY;
const DAY: u64 = 24 * 60 * 60 * 1000;
/// More open pages, codes or grants than this make room by forgetting the oldest, so that the
/// state stays quick to read. 1,000 accounts, each connected anew ten times, still fit.
const AT_MOST: usize = 10_000;

/// An authorization request that passed every check.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    pub provider: Provider,
    pub redirect_uri: String,
    pub scopes: Vec<String>,
    pub state: Option<String>,
    pub challenge: Option<String>,
    pub nonce: Option<String>,
    pub at: u64,
}

/// A code that was sent to a redirect URI.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Code {
    at: u64,
    fate: Fate,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Fate {
    /// Not exchanged yet; `person` is a place in `PEOPLE`.
    Waiting { asked: Asked, person: usize },
    /// Exchanged for this grant. Remembered until the code would have expired, because a code that
    /// comes a second time takes the grant away (RFC 6749 §4.1.2).
    Used(u64),
}

/// What one person granted once. Its refresh tokens are one family.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Grant {
    pub provider: Provider,
    /// Place in `PEOPLE`.
    pub person: usize,
    pub scopes: Vec<String>,
    created: u64,
    /// Rotations so far. The refresh tokens of this generation are good, those of the one before
    /// are good during the overlap, older ones are proof of reuse.
    generation: u32,
    rotated: u64,
}

impl Grant {
    pub fn has_scope(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope == name)
    }

    fn expired(&self, now: u64) -> bool {
        let lifetime = match self.provider {
            Provider::Zaehlerfreunde => FAMILY_LIFETIME,
            Provider::Timberdata => TIMBERDATA_LIFETIME,
        };
        now.saturating_sub(self.created) > lifetime
    }
}

/// A grant just made or used: enough to write the token answer.
#[derive(Debug)]
pub struct Granted {
    pub grant: Grant,
    pub nonce: Option<String>,
    pub access_token: String,
    /// For the provider to give or keep: scope decides.
    pub refresh_token: String,
    /// Marks this answer apart from every other.
    pub serial: u64,
    /// A spent refresh token was accepted because the overlap still ran.
    pub in_overlap: bool,
}

/// Why a code was not exchanged.
#[derive(Debug, PartialEq, Eq)]
pub enum CodeRefused {
    Unknown,
    /// Used before: the grant it gave is gone now.
    Replayed,
    Expired,
    OtherRedirectUri,
    WrongVerifier,
}

/// Why a refresh token was not exchanged.
#[derive(Debug, PartialEq, Eq)]
pub enum RefreshRefused {
    Unknown,
    /// Spent before: the whole family is gone now.
    Reused,
}

impl State {
    /// Remembers a request while its page is looked at; answers the page's id.
    pub fn ask(&mut self, asked: Asked) -> String {
        let id = self.next();
        self.requests.insert(id, asked);
        self.key.seal(Kind::Request, Sealed { id, generation: 0, serial: id })
    }

    /// Takes an open request; each can be answered once.
    pub fn answered(&mut self, provider: Provider, request: &str) -> Option<Asked> {
        let id = self.key.open(Kind::Request, request)?.id;
        self.requests.get(&id).filter(|asked| asked.provider == provider)?;
        self.requests.remove(&id)
    }

    /// The person agreed to `asked.scopes`: a code for it.
    pub fn issue_code(&mut self, asked: Asked, person: usize, now: u64) -> String {
        let id = self.next();
        self.codes.insert(id, Code { at: now, fate: Fate::Waiting { asked, person } });
        self.key.seal(Kind::Code, Sealed { id, generation: 0, serial: id })
    }

    /// Exchanges a code. Whatever is wrong with the request, the code is spent by it.
    pub fn redeem(
        &mut self,
        provider: Provider,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
        now: u64,
    ) -> Result<Granted, CodeRefused> {
        let id = self.key.open(Kind::Code, code).ok_or(CodeRefused::Unknown)?.id;
        let code = self.codes.remove(&id).ok_or(CodeRefused::Unknown)?;
        let (asked, person) = match code.fate {
            Fate::Waiting { asked, person } => (asked, person),
            Fate::Used(grant) => {
                self.grants.remove(&grant);
                return Err(CodeRefused::Replayed);
            }
        };
        if asked.provider != provider {
            return Err(CodeRefused::Unknown);
        }
        if now.saturating_sub(code.at) > CODE_LIFETIME {
            return Err(CodeRefused::Expired);
        }
        if asked.redirect_uri != redirect_uri {
            return Err(CodeRefused::OtherRedirectUri);
        }
        if !verifies(asked.challenge.as_deref(), verifier) {
            return Err(CodeRefused::WrongVerifier);
        }
        let grant_id = self.next();
        let grant = Grant {
            provider,
            person,
            scopes: asked.scopes,
            created: now,
            generation: 0,
            rotated: now,
        };
        self.grants.insert(grant_id, grant.clone());
        self.codes.insert(id, Code { at: code.at, fate: Fate::Used(grant_id) });
        Ok(self.tokens(grant_id, grant, asked.nonce, false))
    }

    /// Spends a refresh token. With `rotate` off the same one stays good.
    pub fn refresh(
        &mut self,
        token: &str,
        overlap: u64,
        rotate: bool,
        now: u64,
    ) -> Result<Granted, RefreshRefused> {
        let token = self.key.open(Kind::Refresh, token).ok_or(RefreshRefused::Unknown)?;
        let grant = self.grants.get_mut(&token.id).ok_or(RefreshRefused::Unknown)?;
        if grant.expired(now) {
            self.grants.remove(&token.id);
            return Err(RefreshRefused::Unknown);
        }
        let current = token.generation == grant.generation;
        let in_overlap = token.generation.checked_add(1) == Some(grant.generation)
            && now.saturating_sub(grant.rotated) < overlap;
        if !current && !in_overlap {
            self.grants.remove(&token.id);
            return Err(RefreshRefused::Reused);
        }
        // Within the overlap each caller gets its own token of the present generation: the family
        // forks, and the next rotation makes all but one branch the past.
        if current && rotate {
            grant.generation += 1;
            grant.rotated = now;
        }
        let grant = grant.clone();
        Ok(self.tokens(token.id, grant, None, in_overlap))
    }

    /// Ends the family of a refresh token. True if there was one.
    pub fn revoke(&mut self, token: &str) -> bool {
        let family = self.key.open(Kind::Refresh, token).map(|token| token.id);
        family.is_some_and(|id| self.grants.remove(&id).is_some())
    }

    /// Forgets what has expired.
    pub fn prune(&mut self, now: u64) {
        self.requests.retain(|_, asked| now.saturating_sub(asked.at) <= REQUEST_LIFETIME);
        self.codes.retain(|_, code| now.saturating_sub(code.at) <= CODE_LIFETIME);
        self.grants.retain(|_, grant| !grant.expired(now));
        keep_newest(&mut self.requests);
        keep_newest(&mut self.codes);
        keep_newest(&mut self.grants);
    }

    fn tokens(
        &mut self,
        id: u64,
        grant: Grant,
        nonce: Option<String>,
        in_overlap: bool,
    ) -> Granted {
        let serial = self.next();
        let sealed = Sealed { id, generation: grant.generation, serial };
        Granted {
            access_token: self.key.seal(Kind::Access, sealed),
            refresh_token: self.key.seal(Kind::Refresh, sealed),
            grant,
            nonce,
            serial,
            in_overlap,
        }
    }
}

/// RFC 7636 §4.6. Without a challenge nothing was promised and nothing is asked.
fn verifies(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(challenge), Some(verifier)) => {
            let allowed = |c: u8| c.is_ascii_alphanumeric() || b"-._~".contains(&c);
            (43..=128).contains(&verifier.len())
                && verifier.bytes().all(allowed)
                && s256(verifier) == challenge
        }
    }
}

/// Numbers rise, so the smallest are the oldest.
fn keep_newest<T>(entries: &mut BTreeMap<u64, T>) {
    while entries.len() > AT_MOST {
        entries.pop_first();
    }
}
