//! A sign-in from the request to its code to its tokens, and the end of each. Values in, values
//! out; the time (seconds since 1970) is an argument.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::provider::Provider;
use super::state::State;

/// TimberData's access tokens live 360 days, as documented.
pub const TIMBERDATA_LIFETIME: i64 = 360 * DAY;
const DAY: i64 = 24 * 60 * 60;
/// More grants than this make room by forgetting the oldest, so that the state stays quick to read:
/// 1,000 accounts, each connected anew ten times, still fit.
const MOST_GRANTS: usize = 10_000;

/// What a consent page brings back.
pub const REQUEST: &str = "sandbox-request";
const CODE: &str = "sandbox-code";
pub const REFRESH: &str = "sandbox-refresh";

/// What one person is asked for and grants. Its refresh tokens are one family.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Grant {
    pub id: u64,
    pub stage: Stage,
    /// When this stage began.
    pub since: i64,
    pub provider: Provider,
    pub redirect_uri: String,
    pub scopes: Vec<String>,
    pub state: Option<String>,
    pub challenge: Option<String>,
    pub nonce: Option<String>,
    /// Who signs in, as a place in the catalogue's people.
    pub person: usize,
    /// Rotations so far. The refresh tokens of this generation are good, those of the one before
    /// are good during the overlap, older ones are proof of reuse.
    pub generation: u64,
    pub rotated: i64,
}

/// How far a sign-in has come.
#[derive(Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub enum Stage {
    /// Its page waits for an answer.
    #[default]
    Asked,
    /// The person agreed; its code was not exchanged yet.
    Allowed,
    /// Tokens were issued.
    Issued,
}

impl Grant {
    pub fn has_scope(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope == name)
    }

    /// Seconds that its stage lasts at most.
    fn lifetime(&self) -> i64 {
        match (self.stage, self.provider) {
            // As long as a sign-in at Auth0.
            (Stage::Asked, _) => 60 * 60,
            // RFC 6749 §4.1.2 recommends ten minutes at most; TimberData documents ten.
            (Stage::Allowed, _) => 10 * 60,
            // Auth0 ends a rotating family after 30 days, however often it rotates.
            (Stage::Issued, Provider::Zaehlerfreunde) => 30 * DAY,
            (Stage::Issued, Provider::Timberdata) => TIMBERDATA_LIFETIME,
        }
    }
}

impl State {
    /// Keeps a grant at the stage that it reaches now.
    pub fn keep(&mut self, grant: &mut Grant, stage: Stage, now: i64) {
        (grant.stage, grant.since) = (stage, now);
        self.grants.insert(grant.id, grant.clone());
    }

    /// The grant that a sealed value belongs to, and its claims.
    pub fn find(&self, provider: Provider, head: &str, text: &str) -> Option<(Grant, Value)> {
        let claims = self.unseal(head, text)?;
        let grant = self.grants.get(&claims["grant"].as_u64()?)?;
        (grant.provider == provider).then(|| (grant.clone(), claims))
    }

    /// The person agreed: a code for it.
    pub fn issue_code(&mut self, mut grant: Grant, now: i64) -> String {
        self.keep(&mut grant, Stage::Allowed, now);
        self.seal(CODE, &json!({ "grant": grant.id }))
    }

    /// Takes a code: whatever is wrong with the exchange, the code is spent by it. One that comes a
    /// second time takes its grant away (RFC 6749 §4.1.2). Fails with the reason for the log.
    pub fn spend_code(
        &mut self,
        provider: Provider,
        code: &str,
        redirect_uri: &str,
    ) -> Result<Grant, &'static str> {
        let (grant, _) = self.find(provider, CODE, code).ok_or("code unknown or expired")?;
        self.grants.remove(&grant.id);
        if grant.stage == Stage::Issued {
            self.count("code_replayed");
            return Err("code replayed: its grant revoked");
        }
        if grant.redirect_uri == redirect_uri { Ok(grant) } else { Err("other redirect_uri") }
    }

    /// Spends a refresh token: it rotates. Both ends have a reason for the log.
    pub fn refresh(
        &mut self,
        token: &str,
        overlap: i64,
        now: i64,
    ) -> Result<(Grant, &'static str), &'static str> {
        let found = self.find(Provider::Zaehlerfreunde, REFRESH, token);
        let (mut grant, claims) = found.ok_or("refresh token unknown or revoked")?;
        let note = match grant.generation - claims["generation"].as_u64().unwrap_or_default() {
            0 => {
                grant.generation += 1;
                grant.rotated = now;
                "refreshed and rotated"
            }
            // Each caller gets its own token of the present generation: the family forks, and the
            // next rotation makes all but one branch the past.
            1 if now - grant.rotated < overlap => {
                self.count("overlap_used");
                "previous refresh token accepted within the overlap"
            }
            _ => {
                self.grants.remove(&grant.id);
                self.count("reuse_detected");
                return Err("refresh token reused: family revoked");
            }
        };
        self.grants.insert(grant.id, grant.clone());
        self.count("refreshed");
        Ok((grant, note))
    }

    /// Ends the family of a refresh token. True if there was one.
    pub fn revoke(&mut self, token: &str) -> bool {
        let found = self.find(Provider::Zaehlerfreunde, REFRESH, token);
        found.is_some_and(|(grant, _)| self.grants.remove(&grant.id).is_some())
    }

    /// Drops what has expired, and the oldest of too many.
    pub fn forget(&mut self, now: i64) {
        self.grants.retain(|_, grant| now - grant.since <= grant.lifetime());
        while self.grants.len() > MOST_GRANTS {
            self.grants.pop_first();
        }
    }
}

/// RFC 7636 §4.1 and §4.6: the challenge is `BASE64URL(SHA256(ASCII(verifier)))`.
pub fn verifies(challenge: &str, verifier: &str) -> bool {
    let allowed = |c: u8| c.is_ascii_alphanumeric() || b"-._~".contains(&c);
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(allowed)
        && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_800_000_000;
    const BACK: &str = "http://127.0.0.1:1/callback/zaehlerfreunde";

    fn code(state: &mut State) -> String {
        let asked = Grant {
            id: state.next(),
            provider: Provider::Zaehlerfreunde,
            redirect_uri: BACK.to_owned(),
            ..Grant::default()
        };
        state.issue_code(asked, START)
    }

    fn refresh_token(state: &State, grant: &Grant, unique: i64) -> String {
        let claims = json!({ "grant": grant.id, "generation": grant.generation, "jti": unique });
        state.seal(REFRESH, &claims)
    }

    fn signed_in(state: &mut State) -> String {
        let code = code(state);
        let mut grant = state.spend_code(Provider::Zaehlerfreunde, &code, BACK).unwrap();
        state.keep(&mut grant, Stage::Issued, START);
        refresh_token(state, &grant, START)
    }

    /// As the store does it: what has expired is forgotten first.
    fn refreshed(state: &mut State, token: &str, now: i64) -> Result<String, &'static str> {
        state.forget(now);
        let (grant, _) = state.refresh(token, 60, now)?;
        Ok(refresh_token(state, &grant, now))
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
            state.forget(START + after);
            let spent = state.spend_code(Provider::Zaehlerfreunde, &code, BACK);
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

    /// RFC 7636 appendix B.
    #[test]
    fn a_verifier_is_checked_against_the_vector_of_the_rfc() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert!(verifies("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", verifier));
        assert!(!verifies("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN", verifier));
    }
}
