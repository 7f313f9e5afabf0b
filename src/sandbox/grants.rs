//! From a request to its code to a grant, and the end of each. Values in, values out; the time
//! (seconds since 1970) is an argument.

use serde::{Deserialize, Serialize};

use super::provider::Provider;
use super::seal::{Numbers, s256};
use super::state::State;

/// A consent page stays good for an hour, as a sign-in does at Auth0.
const REQUEST_LIFETIME: i64 = 60 * 60;
/// RFC 6749 §4.1.2 recommends ten minutes at most; TimberData documents ten.
const CODE_LIFETIME: i64 = 10 * 60;
/// Auth0 ends a rotating family after 30 days, however often it rotates.
const FAMILY_LIFETIME: i64 = 30 * DAY;
/// TimberData's access tokens live 360 days, as documented.
pub const TIMBERDATA_LIFETIME: i64 = 360 * DAY;
const DAY: i64 = 24 * 60 * 60;
/// More grants than this make room by forgetting the oldest, so that the state stays quick to read:
/// 1,000 accounts, each connected anew ten times, still fit.
const MOST_GRANTS: usize = 10_000;
/// An authorization request that passed every check.
#[derive(Clone, Serialize, Deserialize)]
pub struct Asked {
    pub provider: Provider,
    pub redirect_uri: String,
    pub scopes: Vec<String>,
    pub state: Option<String>,
    pub challenge: Option<String>,
    pub nonce: Option<String>,
    /// When it came, and later when its code was sent.
    pub at: i64,
    /// Who signs in, as a place in the catalogue's people.
    pub person: usize,
}

/// What one person granted once. Its refresh tokens are one family.
#[derive(Clone, Serialize, Deserialize)]
pub struct Grant {
    pub provider: Provider,
    pub person: usize,
    pub scopes: Vec<String>,
    created: i64,
    /// Rotations so far. The refresh tokens of this generation are good, those of the one before
    /// are good during the overlap, older ones are proof of reuse.
    pub generation: u64,
    rotated: i64,
}

impl Grant {
    pub fn has_scope(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope == name)
    }

    fn expired(&self, now: i64) -> bool {
        let lifetime = match self.provider {
            Provider::Zaehlerfreunde => FAMILY_LIFETIME,
            Provider::Timberdata => TIMBERDATA_LIFETIME,
        };
        now - self.created > lifetime
    }
}

impl State {
    /// Remembers a request while its page is looked at; answers the page's id.
    pub fn ask(&mut self, asked: Asked) -> String {
        let id = self.next();
        self.asked.insert(id, asked);
        self.seal("request", Numbers { id, generation: 0 })
    }

    /// Takes an open request; each can be answered once.
    pub fn answered(&mut self, provider: Provider, request: &str) -> Option<Asked> {
        let id = self.unseal("request", request)?.id;
        self.asked.get(&id).filter(|asked| asked.provider == provider)?;
        self.asked.remove(&id)
    }

    /// The person agreed: a code for it.
    pub fn issue_code(&mut self, asked: Asked, now: i64) -> String {
        let id = self.next();
        self.codes.insert(id, Asked { at: now, ..asked });
        self.seal("code", Numbers { id, generation: 0 })
    }

    /// Takes a code: whatever is wrong with the exchange, the code is spent by it. One that comes a
    /// second time takes its grant away (RFC 6749 §4.1.2). Fails with the reason for the log.
    pub fn spend_code(
        &mut self,
        provider: Provider,
        code: &str,
        redirect_uri: &str,
        now: i64,
    ) -> Result<(u64, Asked), &'static str> {
        let id = self.unseal("code", code).ok_or("code unknown")?.id;
        let Some(asked) = self.codes.remove(&id) else {
            self.grants.remove(&id).ok_or("code unknown")?;
            self.count("code_replayed");
            return Err("code replayed: its grant revoked");
        };
        match asked {
            asked if asked.provider != provider => Err("code unknown"),
            asked if now - asked.at > CODE_LIFETIME => Err("code expired"),
            asked if asked.redirect_uri != redirect_uri => Err("other redirect_uri"),
            asked => Ok((id, asked)),
        }
    }

    /// What a person agreed to becomes a grant, with the number of its code.
    pub fn grant(&mut self, id: u64, asked: Asked, now: i64) -> Grant {
        let Asked { provider, person, scopes, .. } = asked;
        let grant = Grant { provider, person, scopes, created: now, generation: 0, rotated: now };
        self.grants.insert(id, grant.clone());
        self.count("issued");
        grant
    }

    /// Spends a refresh token: it rotates. Both ends have a reason for the log.
    pub fn refresh(
        &mut self,
        token: &str,
        overlap: i64,
        now: i64,
    ) -> Result<(u64, Grant, &'static str), &'static str> {
        const UNKNOWN: &str = "refresh token unknown or revoked";
        let token = self.unseal("refresh", token).ok_or(UNKNOWN)?;
        let grant = self.grants.get_mut(&token.id).ok_or(UNKNOWN)?;
        if grant.expired(now) {
            self.grants.remove(&token.id);
            return Err(UNKNOWN);
        }
        let current = token.generation == grant.generation;
        if !current && (token.generation + 1 != grant.generation || now - grant.rotated >= overlap)
        {
            self.grants.remove(&token.id);
            self.count("reuse_detected");
            return Err("refresh token reused: family revoked");
        }
        // Within the overlap each caller gets its own token of the present generation: the family
        // forks, and the next rotation makes all but one branch the past.
        if current {
            grant.generation += 1;
            grant.rotated = now;
        }
        let grant = grant.clone();
        self.count("refreshed");
        if current {
            return Ok((token.id, grant, "refreshed and rotated"));
        }
        self.count("overlap_used");
        Ok((token.id, grant, "previous refresh token accepted within the overlap"))
    }

    /// Ends the family of a refresh token. True if there was one.
    pub fn revoke(&mut self, token: &str) -> bool {
        let family = self.unseal("refresh", token).map(|token| token.id);
        family.is_some_and(|id| self.grants.remove(&id).is_some())
    }

    pub fn forget_what_expired(&mut self, now: i64) {
        self.asked.retain(|_, asked| now - asked.at <= REQUEST_LIFETIME);
        self.codes.retain(|_, asked| now - asked.at <= CODE_LIFETIME);
        self.grants.retain(|_, grant| !grant.expired(now));
        // Numbers rise, so the smallest are the oldest.
        while self.grants.len() > MOST_GRANTS {
            self.grants.pop_first();
        }
    }
}

/// RFC 7636 §4.6. Without a challenge nothing was promised and nothing is asked.
pub fn verifies(challenge: Option<&str>, verifier: &str) -> bool {
    let allowed = |c: u8| c.is_ascii_alphanumeric() || b"-._~".contains(&c);
    challenge.is_none_or(|challenge| {
        (43..=128).contains(&verifier.len())
            && verifier.bytes().all(allowed)
            && s256(verifier) == challenge
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_800_000_000;
    const BACK: &str = "http://127.0.0.1:1/callback/zaehlerfreunde";

    fn code(state: &mut State) -> String {
        let asked = Asked {
            provider: Provider::Zaehlerfreunde,
            redirect_uri: BACK.to_owned(),
            scopes: Vec::new(),
            state: None,
            challenge: None,
            nonce: None,
            at: START,
            person: 0,
        };
        state.issue_code(asked, START)
    }

    fn signed_in(state: &mut State) -> String {
        let code = code(state);
        let (id, asked) = state.spend_code(Provider::Zaehlerfreunde, &code, BACK, START).unwrap();
        let generation = state.grant(id, asked, START).generation;
        state.seal("refresh", Numbers { id, generation })
    }

    fn refreshed(state: &mut State, token: &str, now: i64) -> Result<String, &'static str> {
        let (id, grant, _) = state.refresh(token, 60, now)?;
        Ok(state.seal("refresh", Numbers { id, generation: grant.generation }))
    }

    #[test]
    fn the_overlap_accepts_the_previous_token_and_no_older_one() {
        let state = &mut State::begin().unwrap();
        let first = signed_in(state);
        let second = refreshed(state, &first, START).unwrap();
        let fork = refreshed(state, &first, START + 59).unwrap();
        assert_ne!(second, fork);
        let third = refreshed(state, &second, START + 70).unwrap();
        // Two generations back, although the overlap of the last rotation still runs.
        assert!(refreshed(state, &first, START + 71).unwrap_err().contains("reused"));
        assert!(refreshed(state, &third, START + 71).unwrap_err().contains("revoked"));

        let first = signed_in(state);
        let second = refreshed(state, &first, START).unwrap();
        assert!(refreshed(state, &first, START + 60).is_err());
        assert!(refreshed(state, &second, START + 60).is_err());
    }

    #[test]
    fn a_code_works_for_ten_minutes() {
        let state = &mut State::begin().unwrap();
        for (after, good) in [(600, true), (601, false)] {
            let code = code(state);
            let spent = state.spend_code(Provider::Zaehlerfreunde, &code, BACK, START + after);
            assert_eq!(spent.is_ok(), good);
        }
    }

    #[test]
    fn a_family_ends_after_thirty_days_however_often_it_rotates() {
        let state = &mut State::begin().unwrap();
        let first = signed_in(state);
        let token = refreshed(state, &first, START + 29 * DAY).unwrap();
        assert!(refreshed(state, &token, START + 31 * DAY).is_err());
    }
}
