//! Which accounts and client secrets there are, and which accounts nobody wrote since they were
//! last read here.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::http::Urgency;
use super::{PATIENCE, VaultStore};
use crate::account_id::AccountId;
use crate::accounts::{Account, SignInState};
use crate::store::shared::{Duty, Seen};
use crate::store::{Item, Look, StoreError, TokenStore as _};

/// So many names at once: four machines that ask for 10,000 in one answer keep a server busy.
const PAGE: usize = 500;

/// So many pages are no list of accounts.
const MOST_PAGES: usize = 2_000;

/// For an answer, once the time is over: none at all is for what must not be asked twice.
const SHORTEST: Duration = Duration::from_millis(1);

/// One name of a list, with its newest version where the server tells it.
type Names = Vec<(String, Option<u64>)>;

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    key_info: BTreeMap<String, Info>,
}

#[derive(Deserialize)]
struct Info {
    current_version: Option<u64>,
}

/// A store of which much is new is not read to its end in a short `time`: the rest waits for the
/// next look.
pub(super) fn look(store: &VaultStore, time: Option<Duration>) -> Result<Look, StoreError> {
    let folder = match store.duty() {
        Duty::Refresher => "grant",
        Duty::Reader => "access",
    };
    let looking = Looking { store, end: time.map(|time| Instant::now() + time) };
    let mut look = Look::of(Ok(()), Vec::new());
    for (provider, _) in looking.names(&format!("{folder}/"))? {
        let Some(provider) = provider.strip_suffix('/').filter(|name| is_provider(name)) else {
            continue;
        };
        for (name, version) in looking.names(&format!("{folder}/{provider}/"))? {
            let Ok(account) = format!("{provider}:{name}").parse::<AccountId>() else { continue };
            if looking.patience().is_zero() {
                look.usable = Err(more_than_time());
                return Ok(look);
            }
            looking.add(&mut look, account, version)?;
        }
    }
    if store.duty() == Duty::Refresher && time.is_none() {
        // Whoever may not list them knows nothing of them.
        let clients = looking.plain_names("client/").unwrap_or_default();
        let secrets = clients.into_iter().map(|(provider, _)| provider);
        look.items.extend(secrets.filter(|name| is_provider(name)).map(Item::ClientSecret));
    }
    Ok(look)
}

/// Whether a name in a list can be a provider's.
fn is_provider(name: &str) -> bool {
    !name.contains(':') && name.parse::<AccountId>().is_ok()
}

fn more_than_time() -> StoreError {
    StoreError::Unavailable("it has more to tell than there is time for".into())
}

/// A look under way.
struct Looking<'a> {
    store: &'a VaultStore,
    /// When it must have ended.
    end: Option<Instant>,
}

impl Looking<'_> {
    /// Adds what is known of an account: read, unless the index has this very version of it.
    fn add(
        &self,
        look: &mut Look,
        account: AccountId,
        version: Option<u64>,
    ) -> Result<(), StoreError> {
        let store = self.store;
        let known = store.index.get(&account);
        // On this machine the name may be another account's, and that one counts.
        let is_elsewhere = known.as_ref().is_some_and(|known| known.store != store.kind());
        let known_version = known.as_ref().and_then(|known| known.shared_version);
        let is_current = match version {
            Some(_) => known_version == version,
            None => known.as_ref().is_some_and(|known| self.may_wait(known)),
        };
        if is_elsewhere || is_current {
            look.items.push(Item::Account(account));
            look.current.extend(known.filter(|_| !is_elsewhere));
            return Ok(());
        }
        match store.see(&account) {
            Ok(Some(seen)) => self.add_seen(look, account, seen, known_version, known.is_some()),
            Ok(None) => look.ended.push(account),
            // What is wrong with one of them is told of that one.
            Err(
                error @ (StoreError::Damaged { .. }
                | StoreError::TooNew { .. }
                | StoreError::Vanished(_)),
            ) => {
                look.items.push(Item::Account(account.clone()));
                look.unreadable.insert(account, error);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn add_seen(
        &self,
        look: &mut Look,
        account: AccountId,
        seen: Seen,
        known_version: Option<u64>,
        is_known: bool,
    ) {
        let claim = seen.claimed(self.store.present());
        let is_changed = known_version != seen.version();
        let mut may_be_remembered = claim.is_none();
        if is_changed
            && is_known
            && may_be_remembered
            && let Err(error) = self.store.catch_up(&seen)
        {
            log::debug!("{account}: what machines that only read see is not known: {error}");
            may_be_remembered = false;
        }
        let mut entry = seen.record.account;
        if !may_be_remembered {
            // Whoever looks next shall read it again.
            entry.shared_version = None;
        }
        look.items.push(Item::Account(account.clone()));
        look.current.push(entry);
        look.changed.extend(Some(account).filter(|_| is_changed));
        look.claims.extend(claim);
    }

    /// Whether an account of which the server tells no version is read once it is due: not by whoever
    /// asks how things stand.
    fn may_wait(&self, known: &Account) -> bool {
        self.end.is_none()
            && known.shared_version.is_some()
            && known.state == SignInState::Connected
            && known.refreshable
            && !known.is_due(self.store.present())
    }

    fn urgency(&self) -> Urgency {
        if self.end.is_some() { Urgency::Brief } else { Urgency::Usual }
    }

    /// How long an answer is waited for.
    fn patience(&self) -> Duration {
        self.end.map_or(PATIENCE, |end| end.saturating_duration_since(Instant::now()))
    }

    /// Every name in a folder. OpenBao tells their versions as well, and cuts a list into pages; Vault
    /// does neither.
    fn names(&self, place: &str) -> Result<Names, StoreError> {
        match self.with_versions(place) {
            Ok(Some(names)) => return Ok(names),
            // Vault has no such path, and a policy made for it none either.
            Ok(None) | Err(StoreError::Forbidden { .. }) => {}
            Err(error) => return Err(error),
        }
        self.plain_names(place)
    }

    /// The same without versions.
    fn plain_names(&self, place: &str) -> Result<Names, StoreError> {
        let path = self.store.settings().path("metadata", place);
        let listed = self.page(&format!("{path}?list=true"))?;
        // A list that is none says nothing of what is there.
        let listed = listed.ok_or_else(|| {
            StoreError::Unavailable(format!("what answers at {path} is not the store's list"))
        })?;
        Ok(listed
            .map(|listed| listed.keys.into_iter().map(|name| (name, None)).collect())
            .unwrap_or_default())
    }

    /// `None` where the server cannot.
    fn with_versions(&self, place: &str) -> Result<Option<Names>, StoreError> {
        let path = self.store.settings().path("detailed-metadata", place);
        let mut names = Names::new();
        for page in 0.. {
            if page == MOST_PAGES || page > 0 && self.patience().is_zero() {
                return Err(more_than_time());
            }
            let before = names.last().map(|(name, _)| name.clone());
            let after = before.as_ref().map(|name| utf8_percent_encode(name, NON_ALPHANUMERIC));
            let after = after.map(|name| format!("&after={name}")).unwrap_or_default();
            let listed = match self.page(&format!("{path}?list=true&limit={PAGE}{after}"))? {
                None => return Ok(None),
                Some(None) => return Ok(Some(names)),
                Some(Some(listed)) => listed,
            };
            let Listed { keys, key_info } = listed;
            // No other engine has versions.
            if !key_info.is_empty() {
                self.store.knows_engine.store(true, Ordering::Relaxed);
            }
            // A server that knows no pages answers with the same one.
            let is_last = keys.len() < PAGE || keys.last() <= before.as_ref();
            let version = |name: &String| key_info.get(name).and_then(|info| info.current_version);
            names.extend(keys.into_iter().map(|name| {
                let version = version(&name);
                (name, version)
            }));
            if is_last {
                break;
            }
        }
        Ok(Some(names))
    }

    /// One answer to a list: `Some(None)` where nothing is there, `None` where there is no such path.
    fn page(&self, path: &str) -> Result<Option<Option<Listed>>, StoreError> {
        let reply = self.store.get_within(path, self.patience().max(SHORTEST), self.urgency())?;
        match reply.status {
            200..=299 => {
                let listed: Option<Listed> = reply.data(path)?;
                if listed.as_ref().is_none_or(|listed| listed.keys.is_empty()) {
                    self.store.believe_absence()?;
                }
                Ok(Some(listed))
            }
            _ if reply.is_nothing() => {
                self.store.believe_absence()?;
                Ok(Some(None))
            }
            404 if reply.errors().contains("no handler for route") => {
                Err(self.store.wrong_engine())
            }
            _ => Ok(None),
        }
    }
}
