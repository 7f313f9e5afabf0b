//! What it takes to spend a refresh token that other machines can spend too.
//!
//! A lock on this machine says nothing to another one, and to notice a conflict while saving is too
//! late: the token is spent by then. So a shared store has a *claim*, written before the token is
//! sent: check-and-set on the version that was read, so that of two machines one gets it. Stores
//! of one machine have the account's lock for that, and their claims cost nothing.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::StoreError;
use super::record::Record;
use crate::account_id::AccountId;
use crate::clock::deadline::Deadline;
use crate::clock::{self, Timestamp};

/// What this machine may do with the accounts of a store. From the configuration; the server has
/// the last word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Duty {
    /// Refresh them.
    #[default]
    #[serde(rename = "refresh")]
    Refresher,
    /// Use their access tokens. It never sees a refresh token.
    #[serde(rename = "read")]
    Reader,
}

/// An account as it was read, with what a claim on it needs.
#[derive(Clone, Debug)]
pub struct Seen {
    pub record: Record,
    /// `None` in a store of this machine alone.
    pub(super) mark: Option<Mark>,
}

impl Seen {
    pub fn alone(record: Record) -> Self {
        Self { record, mark: None }
    }

    /// Which version of a shared record it is.
    pub fn version(&self) -> Option<u64> {
        self.mark.as_ref().map(|mark| mark.version)
    }

    /// Who is working on it; `now` is the time by the server's clock.
    pub(super) fn claimed(&self, now: Timestamp) -> Option<Claimed> {
        let mark = self.mark.as_ref()?;
        let age = i64::try_from(mark.age.told.as_secs()).unwrap_or(i64::MAX);
        Some(Claimed {
            account: self.record.account.account.clone(),
            holder: mark.claim.as_ref()?.holder.clone(),
            since: clock::after(now, -age),
        })
    }
}

/// Where a shared record stands.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Of the server: one more with each write.
    pub version: u64,
    /// Ours: one more with each new refresh token of the account, for ever.
    pub generation: u64,
    /// Who is spending the refresh token.
    pub claim: Option<Held>,
    /// How long ago it was written when it was read.
    pub age: Age,
    /// When it was read.
    pub read: Instant,
}

impl Mark {
    /// How long ago it was written.
    pub fn age(&self) -> Age {
        let since = self.read.elapsed();
        let [least, told, most] =
            [self.age.least, self.age.told, self.age.most].map(|age| age.saturating_add(since));
        Age { least, told, most }
    }
}

/// How old something is, surely and at most: the two differ where no clock can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Age {
    pub least: Duration,
    /// As the store's clock tells it.
    pub told: Duration,
    pub most: Duration,
}

impl From<Duration> for Age {
    fn from(age: Duration) -> Self {
        Self { least: age, told: age, most: age }
    }
}

/// A claim as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Held {
    pub nonce: Nonce,
    /// For people: host and process.
    pub holder: String,
    /// For how long its holder goes on, in seconds.
    pub ttl: u64,
    /// It was taken over from somebody who may have spent the token.
    #[serde(default)]
    pub doubtful: bool,
}

/// 128 random bits that say whose a claim is: host names are shared by clones and containers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nonce(String);

impl Nonce {
    pub(super) fn random() -> Result<Self, StoreError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)
            .map_err(|error| StoreError::Unavailable(format!("no random bytes: {error}")))?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }
}

/// A claim as others see it.
#[derive(Clone, Debug, Serialize)]
pub struct Claimed {
    pub account: AccountId,
    /// Host and process.
    pub holder: String,
    pub since: Timestamp,
}

/// Who asks for a claim.
#[derive(Debug, Default)]
pub struct Claimant {
    /// What this machine's last runs noted before they died: under the account's lock their claims
    /// are ours.
    pub left: Vec<Nonce>,
    /// How long the provider goes on taking a refresh token that was spent.
    pub overlap: Duration,
}

/// What came of asking for a claim.
#[derive(Debug)]
pub enum Claiming {
    Held(Box<Claim>),
    /// Somebody wrote the account meanwhile: look again.
    Changed,
    /// Another machine is spending the refresh token.
    Busy {
        holder: String,
        since: Timestamp,
    },
}

/// What machines that only read see of an account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// Of the server, as [`Mark::version`].
    pub version: u64,
    pub generation: u64,
}

/// What [`TokenStore::look_ahead`] finds.
///
/// [`TokenStore::look_ahead`]: super::TokenStore::look_ahead
#[derive(Debug, Default)]
pub(super) struct Ahead {
    is_asked: AtomicBool,
    shown: OnceLock<Option<Shown>>,
}

impl Ahead {
    /// Asks, for whoever waits for the answer.
    pub fn look(&self, ask: impl FnOnce() -> Option<Shown>) {
        /// Whoever waits goes on, even if the asking panics.
        struct Answered<'a>(&'a OnceLock<Option<Shown>>);

        impl Drop for Answered<'_> {
            fn drop(&mut self) {
                let _ = self.0.set(None);
            }
        }

        self.is_asked.store(true, Ordering::Release);
        let answered = Answered(&self.shown);
        let _ = answered.0.set(ask());
    }

    /// The answer, which is waited for where it is under way: to ask again takes longer.
    pub fn shown(&self) -> Option<&Shown> {
        let is_asked = self.is_asked.load(Ordering::Acquire);
        is_asked.then(|| self.shown.wait().as_ref()).flatten()
    }
}

/// The right to spend a refresh token: ended by `settle`, `release` or `end`.
#[derive(Debug)]
#[must_use = "others wait until it is ended"]
pub struct Claim {
    pub(super) seen: Seen,
    pub(super) ahead: Ahead,
    deadline: Option<Deadline>,
    /// Whether somebody before us may have spent the token.
    pub doubtful: bool,
}

impl Claim {
    /// In a store of this machine alone the account's lock is all it needs.
    pub fn alone(seen: Seen) -> Self {
        Self { seen, ahead: Ahead::default(), deadline: None, doubtful: false }
    }

    pub(super) fn new(seen: Seen, deadline: Deadline, doubtful: bool) -> Self {
        Self { seen, ahead: Ahead::default(), deadline: Some(deadline), doubtful }
    }

    pub fn record(&self) -> &Record {
        &self.seen.record
    }

    /// When others may take the token over: nothing may be sent after. `None` if never.
    pub fn deadline(&self) -> Option<Deadline> {
        self.deadline
    }

    /// Whether others still leave the token to us for so long.
    pub fn has(&self, time: Duration) -> bool {
        self.deadline.as_ref().is_none_or(|deadline| deadline.left() >= time)
    }
}

/// What came of ending a claim.
#[derive(Debug)]
pub enum Settled {
    Saved,
    /// Somebody has newer tokens, and they count; or the account was disconnected.
    Superseded(Option<Box<Record>>),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Account;

    #[test]
    fn a_claim_is_told_with_its_holder_and_since_when() {
        let record = || Record::new(Account::example("p:one"), "access".into(), None, None);
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let claimed = |claim| {
            let (age, read) = (Duration::from_secs(90), Instant::now());
            let mark = Mark { version: 1, generation: 1, claim, age: age.into(), read };
            Seen { record: record(), mark: Some(mark) }.claimed(at(1000))
        };
        let nonce = Nonce("00".into());
        let held = Held { nonce, holder: "web-2, process 7".into(), ttl: 25, doubtful: false };
        let Claimed { account, holder, since } = claimed(Some(held)).unwrap();
        let told = (account.to_string(), holder.as_str(), since);
        assert_eq!(told, ("p:one".into(), "web-2, process 7", at(910)));
        assert!(claimed(None).is_none(), "nobody is at work");
        assert!(Seen::alone(record()).claimed(at(1000)).is_none(), "a store of this machine alone");
    }
}
