//! What a provider remembers of its sign-ins: codes that work once and with their verifier, refresh
//! tokens that rotate. A refresh token that comes a second time takes its whole family away.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use sha2::{Digest as _, Sha256};
use url::Url;

#[derive(Default)]
pub struct Grants {
    /// Codes that were given and not yet used.
    codes: HashMap<String, Asked>,
    /// Every refresh token that was ever handed out.
    tokens: HashMap<String, Token>,
    families: Vec<Family>,
    /// The refresh token handed out last.
    newest: Option<String>,
    /// How long the refresh token spent last goes on working. Zero is single use to the letter.
    pub overlap: Duration,
    pub counts: Counts,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub refreshed: u64,
    /// Of these, with a spent token that still worked.
    pub in_overlap: u64,
    /// Refresh tokens that came a second time.
    pub reused: u64,
    /// Refresh tokens that were refused: reused ones, unknown ones, those of a revoked family.
    pub refused: u64,
}

/// What an authorize request said.
struct Asked {
    challenge: Option<String>,
    redirect_uri: String,
    nonce: Option<String>,
}

/// The refresh tokens of one sign-in. Those of its generation are good, those of the one before are
/// good during the overlap.
struct Family {
    generation: u32,
    rotated: Instant,
    revoked: bool,
}

#[derive(Clone, Copy)]
struct Token {
    family: usize,
    generation: u32,
}

/// A refresh token that was accepted, or a sign-in: what new tokens belong to.
#[derive(Clone, Copy)]
pub struct Accepted {
    family: usize,
    spends: bool,
}

impl Grants {
    /// The person agreed to what this authorize address asks for.
    pub fn consent(&mut self, authorize: &Url, code: &str) {
        let parameter = |name| {
            let mut pairs = authorize.query_pairs();
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let asked = Asked {
            challenge: parameter("code_challenge"),
            redirect_uri: parameter("redirect_uri").unwrap_or_default(),
            nonce: parameter("nonce"),
        };
        self.codes.insert(code.to_owned(), asked);
    }

    /// A sign-in without a code.
    pub fn begin(&mut self) -> Accepted {
        self.families.push(Family { generation: 0, rotated: Instant::now(), revoked: false });
        Accepted { family: self.families.len() - 1, spends: false }
    }

    /// Spends a code, whatever is wrong with the request; beside the sign-in, its nonce.
    pub fn redeem(
        &mut self,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
    ) -> Option<(Accepted, Option<String>)> {
        let asked = self.codes.remove(code)?;
        let digest = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        let verified = asked.challenge.is_none_or(|challenge| challenge == digest);
        (verified && asked.redirect_uri == redirect_uri).then(|| (self.begin(), asked.nonce))
    }

    /// Judges a refresh token. It is spent when a new one is handed out.
    pub fn refresh(&mut self, token: &str) -> Option<Accepted> {
        let Some(&Token { family, generation }) = self.tokens.get(token) else {
            self.counts.refused += 1;
            return None;
        };
        let known = &mut self.families[family];
        let is_current = generation == known.generation;
        let overlaps = generation + 1 == known.generation && known.rotated.elapsed() < self.overlap;
        if known.revoked || !(is_current || overlaps) {
            self.counts.reused += u64::from(!is_current);
            self.counts.refused += 1;
            known.revoked = true;
            return None;
        }
        self.counts.refreshed += 1;
        self.counts.in_overlap += u64::from(!is_current);
        Some(Accepted { family, spends: is_current })
    }

    /// A new refresh token goes out; the one that was spent for it is of the past.
    pub fn hand_out(&mut self, to: Accepted, refresh_token: &str) {
        let family = &mut self.families[to.family];
        if to.spends {
            family.generation += 1;
            family.rotated = Instant::now();
        }
        let token = Token { family: to.family, generation: family.generation };
        self.tokens.insert(refresh_token.to_owned(), token);
        self.newest = Some(refresh_token.to_owned());
    }

    pub fn revoke(&mut self, refresh_token: &str) {
        if let Some(token) = self.tokens.get(refresh_token) {
            self.families[token.family].revoked = true;
        }
    }

    /// Forgets every token of this one's sign-in.
    pub fn forget(&mut self, refresh_token: &str) {
        if let Some(Token { family, .. }) = self.tokens.get(refresh_token).copied() {
            self.tokens.retain(|_, token| token.family != family);
        }
    }

    pub fn newest(&self) -> Option<String> {
        self.newest.clone()
    }
}
