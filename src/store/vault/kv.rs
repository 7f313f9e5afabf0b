//! The secrets engine KV of version 2: reading, check-and-set, and what its refusals mean.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::http::{Call, Urgency};
use super::record::{Metadata, Stored, Versioned};
use super::reply::Reply;
use super::{MOST_CONFLICTS, PATIENCE, VaultStore, policy};
use crate::clock::Timestamp;
use crate::secret::Secret;
use crate::store::StoreError;

/// What came of a check-and-set.
pub(super) enum Written {
    /// The version that it made.
    Done(u64),
    /// Somebody else wrote first, or it was our own write whose answer was lost.
    Refused,
}

/// Writes that somebody else's came before.
#[derive(Default)]
pub(super) struct Conflicts {
    count: u32,
    first: Option<Instant>,
}

impl Conflicts {
    /// Whether to write once more. The time counts from the first of them: what a write waited for a
    /// new leader before that says nothing of others.
    pub fn one_more(&mut self, now: Instant, patience: Duration) -> bool {
        let first = *self.first.get_or_insert(now);
        self.count += 1;
        self.count < MOST_CONFLICTS && now.saturating_duration_since(first) < patience
    }
}

/// A record as it was found.
pub(super) struct Found {
    pub stored: Stored,
    pub version: u64,
    pub written: Timestamp,
}

impl VaultStore {
    pub(super) fn get(&self, path: &str) -> Result<Reply, StoreError> {
        self.get_within(path, PATIENCE, Urgency::Usual)
    }

    pub(super) fn get_within(
        &self,
        path: &str,
        patience: Duration,
        urgency: Urgency,
    ) -> Result<Reply, StoreError> {
        self.api.call(&Call { method: "GET", path, body: None, patience, urgency })
    }

    /// That nothing is there is believed of the right engine alone: version 1 of it says so of
    /// everything.
    pub(super) fn believe_absence(&self) -> Result<(), StoreError> {
        if !self.knows_engine.load(Ordering::Relaxed) {
            policy::check_engine(self)?;
            self.knows_engine.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    pub(super) fn post(
        &self,
        path: &str,
        body: &impl Serialize,
        patience: Duration,
    ) -> Result<Reply, StoreError> {
        let bytes = serde_json::to_vec(body).map_err(|error| StoreError::Damaged {
            name: path.to_owned(),
            why: error.to_string(),
        })?;
        let body = Some(Secret::new(bytes));
        let urgency = if patience > PATIENCE { Urgency::Dear } else { Urgency::Usual };
        self.api.call(&Call { method: "POST", path, body, patience, urgency })
    }

    /// The newest version at a place; `None` where nothing was ever written.
    pub(super) fn versioned(&self, place: &str) -> Result<Option<Versioned>, StoreError> {
        self.versioned_as(place, Urgency::Usual)
    }

    fn versioned_as(&self, place: &str, urgency: Urgency) -> Result<Option<Versioned>, StoreError> {
        let path = self.settings().data(place);
        let reply = self.get_within(&path, PATIENCE, urgency)?;
        match reply.status {
            404 if reply.errors().contains("no handler for route") => Err(self.wrong_engine()),
            404 if reply.is_nothing() => self.believe_absence().map(|()| None),
            // A version that was deleted by hand has metadata, and nothing else.
            200..=299 | 404 => match reply.data(&path) {
                Ok(Some(found)) => Ok(Some(found)),
                // Something on the way: that it knows of nothing says nothing.
                _ => Err(not_the_store(&path, &reply)),
            },
            _ => Err(self.refused(&path, &reply)),
        }
    }

    pub(super) fn find(&self, place: &str) -> Result<Option<Found>, StoreError> {
        self.find_as(place, Urgency::Usual)
    }

    pub(super) fn find_as(
        &self,
        place: &str,
        urgency: Urgency,
    ) -> Result<Option<Found>, StoreError> {
        let found = self.versioned_as(place, urgency)?;
        let Some(Versioned { data, metadata }) = found else { return Ok(None) };
        let Metadata { version, created_time: written } = metadata;
        let Some(data) = data else { return Err(deleted_by_hand(place, version)) };
        Ok(Some(Found { stored: Stored::parse(&data, place)?, version, written }))
    }

    /// Writes, if nobody did since this version; 0 says that nothing was there.
    pub(super) fn write(
        &self,
        place: &str,
        data: &impl Serialize,
        version: u64,
        patience: Duration,
    ) -> Result<Written, StoreError> {
        #[derive(Deserialize)]
        struct Made {
            version: u64,
        }

        let path = self.settings().data(place);
        let body = json!({ "options": { "cas": version }, "data": data });
        let reply = self.post(&path, &body, patience)?;
        match reply.status {
            400 if reply.errors().contains("did not match the current version") => {
                Ok(Written::Refused)
            }
            404 => Err(self.wrong_engine()),
            200..=299 => match reply.data::<Made>(&path)? {
                Some(made) => Ok(Written::Done(made.version)),
                // Version 1 of the engine takes anything, and says nothing.
                None => Err(self.wrong_engine()),
            },
            _ => Err(self.refused(&path, &reply)),
        }
    }

    /// Writes what `make` makes of what is there, again and again until nobody came in between. The
    /// version that was made; `None` where `make` wants nothing written.
    pub(super) fn replace<T: Serialize>(
        &self,
        place: &str,
        mut make: impl FnMut(Option<&Found>, u64) -> Result<Option<T>, StoreError>,
    ) -> Result<Option<u64>, StoreError> {
        let mut conflicts = Conflicts::default();
        loop {
            let (found, version) = self.versioned_or_deleted(place)?;
            let Some(data) = make(found.as_ref(), version)? else { return Ok(None) };
            if let Written::Done(version) = self.write(place, &data, version, PATIENCE)? {
                return Ok(Some(version));
            }
            if !conflicts.one_more(Instant::now(), 2 * PATIENCE) {
                let why = format!("{place} is written by others all the time");
                return Err(StoreError::Unavailable(why));
            }
        }
    }

    /// What is at a place, and its version. What is damaged, or was deleted by hand, is to be
    /// written over: it counts as none.
    pub(super) fn versioned_or_deleted(
        &self,
        place: &str,
    ) -> Result<(Option<Found>, u64), StoreError> {
        let Some(versioned) = self.versioned(place)? else { return Ok((None, 0)) };
        let Metadata { version, created_time: written } = versioned.metadata;
        let stored = versioned.data.map(|data| Stored::parse(&data, place));
        let stored = match stored.transpose() {
            Err(StoreError::Damaged { .. }) => None,
            stored => stored?,
        };
        Ok((stored.map(|stored| Found { stored, version, written }), version))
    }

    pub(super) fn wrong_engine(&self) -> StoreError {
        let mount = self.settings().mount.clone();
        let why = format!("there is no secrets engine KV of version 2 at {mount}");
        StoreError::WrongEngine { why, mount }
    }

    pub(super) fn refused(&self, path: &str, reply: &Reply) -> StoreError {
        StoreError::Forbidden {
            what: path.to_owned(),
            why: format!("{} ({})", reply.errors(), reply.status),
            hint: "partnerlink doctor".into(),
        }
    }
}

fn deleted_by_hand(place: &str, version: u64) -> StoreError {
    let why = format!(
        "its version {version} was deleted by hand; whoever did it can take that back (undelete)"
    );
    StoreError::Damaged { name: place.to_owned(), why }
}

/// Whoever answers is something on the way to the store.
pub(super) fn not_the_store(path: &str, reply: &Reply) -> StoreError {
    StoreError::Unavailable(format!("what answers at {path} is not the store ({})", reply.status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_is_tried_anew_however_late_the_first_one_is_but_not_for_ever() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let mut conflicts = Conflicts::default();
        let goes_on =
            [100, 130, 159, 160].map(|now| conflicts.one_more(at(now), Duration::from_secs(60)));
        assert_eq!(goes_on, [true, true, true, false]);
        let mut conflicts = Conflicts::default();
        let more = (0..20).filter(|_| conflicts.one_more(begun, PATIENCE)).count();
        assert_eq!(more, 9, "ten writes");
    }
}
