//! Who may spend a refresh token, and how its successor gets into the store.
//!
//! A claim is a note in the grant, written by check-and-set before the token is sent, and gone with
//! the write that saves the new one. Between the two a machine may die. Others leave it the token as
//! long as its request may be under way, and then as long as waiting may still help; see
//! [`take_over`].

use std::io;
use std::time::{Duration, Instant};

use super::http::Urgency;
use super::kv::{Conflicts, Found, Written};
use super::record::{Writing, grant, text_of};
use super::{PATIENCE, VaultStore};
use crate::account_id::AccountId;
use crate::clock;
use crate::clock::deadline::Deadline;
use crate::store::record::Record;
use crate::store::shared::{
    Age, Claim, Claimant, Claiming, Duty, Held, Mark, Nonce, Seen, Settled,
};
use crate::store::{Item, StoreError, TokenStore as _};

/// How long a claim is its holder's alone, in seconds.
const TTL: u64 = 25;
/// No claim lasts longer, whatever stands in it.
const LONGEST_TTL: Duration = Duration::from_secs(120);
/// For how long its holder sends anything: less, since clocks and networks are what they are.
const SEND_WITHIN: Duration = Duration::from_secs(TTL - 2);
/// An answer on its way after the holder stopped.
const GRACE: Duration = Duration::from_secs(2);
/// Whoever takes over while the provider forgives has so much of that left at least: for the claim,
/// and one request.
const LEAST_FORGIVENESS: Duration = Duration::from_secs(12);
/// Where only the holder's own journal can help, it is left this long to come back;
const FOR_THE_HOLDER: Duration = Duration::from_secs(600);
/// or until the access token is about to end.
const LAST_MINUTE: Duration = Duration::from_secs(60);
/// How long new tokens are kept trying to be saved. Nothing is as dear as they are.
const SAVE_PATIENCE: Duration = Duration::from_secs(60);

/// For how long somebody else's claim of this age can be used by whoever takes it over; `None` where
/// it is its holder's.
fn take_over(
    ttl: u64,
    age: Age,
    overlap: Duration,
    access_token_left: Duration,
) -> Option<Duration> {
    // Its request may be under way.
    if age.least < Duration::from_secs(ttl).min(LONGEST_TTL) + GRACE {
        return None;
    }
    // If it was spent, the provider still forgives it: now or never.
    let forgiven = overlap.saturating_sub(age.most);
    if forgiven >= LEAST_FORGIVENESS {
        return Some(forgiven.min(SEND_WITHIN));
    }
    (access_token_left <= LAST_MINUTE || age.told >= FOR_THE_HOLDER).then_some(SEND_WITHIN)
}

impl VaultStore {
    pub(super) fn try_claim(
        &self,
        mut seen: Seen,
        by: &Claimant,
        note: &mut dyn FnMut(Option<&Nonce>) -> io::Result<()>,
    ) -> Result<Claiming, StoreError> {
        if self.duty() == Duty::Reader {
            return Err(StoreError::ReadOnly);
        }
        let Some(mark) = &mut seen.mark else { return Ok(Claiming::Changed) };
        let account = seen.record.account.account.clone();
        let (mut doubtful, mut time) = (false, SEND_WITHIN);
        if let Some(theirs) = &mark.claim {
            let is_ours = by.left.contains(&theirs.nonce);
            doubtful = theirs.doubtful || !is_ours;
            let now = self.present();
            let token_left = clock::time_left(now, seen.record.account.access_token_until);
            // Since when the token of a holder before that one may be spent, nobody knows.
            let overlap = if theirs.doubtful { Duration::ZERO } else { by.overlap };
            if doubtful {
                let Some(usable) = take_over(theirs.ttl, mark.age(), overlap, token_left) else {
                    let age = i64::try_from(mark.age().told.as_secs()).unwrap_or(i64::MAX);
                    let (holder, since) = (theirs.holder.clone(), clock::after(now, -age));
                    return Ok(Claiming::Busy { holder, since });
                };
                time = usable;
            }
        }
        let nonce = Nonce::random()?;
        note(Some(&nonce)).map_err(StoreError::NoIntent)?;
        let held = Held { nonce: nonce.clone(), holder: self.holder.clone(), ttl: TTL, doubtful };
        // From before the request: the store may take it long before its answer is here.
        let deadline = Deadline::after(time);
        let text = text_of(&seen.record)?;
        let mut writing = Writing::new(mark.generation, &nonce, &self.holder, Some(&text));
        writing.claim = Some(&held);
        let place = grant(&account);
        mark.version = match self.write(&place, &writing, mark.version, PATIENCE)? {
            Written::Done(version) => version,
            Written::Refused => match self.find(&place)? {
                // It was our own write, whose answer was lost.
                Some(found) if found.stored.nonce == nonce => found.version,
                _ => return Ok(Claiming::Changed),
            },
        };
        mark.claim = Some(held);
        Ok(Claiming::Held(Box::new(Claim::new(seen, deadline, doubtful))))
    }

    /// Saves new tokens. Whoever else may have written meanwhile: they have the token that was
    /// spent, or one that came after ours.
    pub(super) fn settle_claim(
        &self,
        claim: &Claim,
        record: &mut Record,
    ) -> Result<Settled, StoreError> {
        let Some(Mark { version, generation, .. }) = &claim.seen.mark else {
            return Err(StoreError::NotSetUp(self.kind()));
        };
        let (mut version, generation) = (*version, *generation);
        let account = record.account.account.clone();
        let (place, text, nonce) = (grant(&account), text_of(record)?, Nonce::random()?);
        let mut conflicts = Conflicts::default();
        loop {
            let writing = Writing::new(generation + 1, &nonce, &self.holder, Some(&text));
            match self.write(&place, &writing, version, SAVE_PATIENCE)? {
                Written::Done(made) => version = made,
                Written::Refused => match self.find_as(&place, Urgency::Dear)? {
                    Some(found) if found.stored.nonce == nonce => version = found.version,
                    Some(found) if found.stored.generation > generation => {
                        return self.superseded(&found, &account);
                    }
                    found => {
                        if !conflicts.one_more(Instant::now(), SAVE_PATIENCE) {
                            return Err(StoreError::Conflict(Item::Account(account)));
                        }
                        version = found.map_or(0, |found| found.version);
                        continue;
                    }
                },
            }
            record.account.shared_version = Some(version);
            let known = claim.ahead.shown();
            if let Err(error) = self.show_readers(&account, Some(record), generation + 1, known) {
                // The next look reads it again, and shows it.
                record.account.shared_version = None;
                log::warn!("{account}: machines that only read do not see the new token: {error}");
            }
            return Ok(Settled::Saved);
        }
    }

    /// Writes the claim out of the grant again, with what else is `changed`.
    pub(super) fn release_claim(
        &self,
        claim: &Claim,
        changed: Option<&mut Record>,
    ) -> Result<Settled, StoreError> {
        let Some(Mark { version, generation, .. }) = &claim.seen.mark else {
            return Ok(Settled::Saved);
        };
        let account = claim.seen.record.account.account.clone();
        let record = changed.as_deref().unwrap_or(&claim.seen.record);
        let (place, text, nonce) = (grant(&account), text_of(record)?, Nonce::random()?);
        let writing = Writing::new(*generation, &nonce, &self.holder, Some(&text));
        let version = match self.write(&place, &writing, *version, PATIENCE)? {
            Written::Done(version) => version,
            Written::Refused => match self.find(&place)? {
                Some(found) if found.stored.nonce == nonce => found.version,
                Some(found) => return self.superseded(&found, &account),
                None => return Ok(Settled::Superseded(None)),
            },
        };
        if let Some(record) = changed {
            record.account.shared_version = Some(version);
            self.show_readers(&account, Some(record), *generation, claim.ahead.shown())?;
        }
        Ok(Settled::Saved)
    }

    fn superseded(&self, found: &Found, account: &AccountId) -> Result<Settled, StoreError> {
        let seen = self.seen(found, account)?;
        Ok(Settled::Superseded(seen.map(|seen| Box::new(seen.record))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_left_to_its_holder_while_its_request_may_be_under_way() {
        let may = |least: u64, most: u64, overlap: u64, left: u64| {
            let seconds = Duration::from_secs;
            let age = Age { least: seconds(least), told: seconds(least), most: seconds(most) };
            take_over(TTL, age, seconds(overlap), seconds(left)).map(|time| time.as_secs())
        };
        let (hour, whole) = (3600, Some(SEND_WITHIN.as_secs()));
        for (age, overlap, left, expected) in [
            (0, 60, hour, None),
            (26, 60, 0, None),
            (27, 60, hour, whole),
            // Nothing is sent after the provider has stopped forgiving it.
            (40, 60, hour, Some(20)),
            (48, 60, hour, Some(12)),
            // Too late to begin: only the holder's journal helps.
            (49, 60, hour, None),
            (60, 60, hour, None),
            (27, 0, hour, None),
            (599, 0, hour, None),
            (600, 0, hour, whole),
            (600, 60, hour, whole),
            // Soon nobody has a token that works.
            (27, 0, 60, whole),
            (300, 0, 61, None),
        ] {
            assert_eq!(may(age, age, overlap, left), expected, "{age} {overlap} {left}");
        }
        // Where no clock is to be believed, it is old enough if it surely is.
        assert_eq!(may(0, 700, 60, 0), None);
        assert_eq!(may(27, 49, 60, hour), None);
        assert_eq!(may(27, 40, 60, hour), Some(20));
        // Providers are asked to forgive for a minute: in it there must be time to take over.
        let asked_for = Duration::from_secs(60);
        assert!(Duration::from_secs(TTL) + GRACE + LEAST_FORGIVENESS < asked_for);
    }
}
