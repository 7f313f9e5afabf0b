//! The index of connected accounts: everything about them that is not secret, one small file each.
//!
//! It answers `status` without waking the keychain, and says in which store an account lives. It
//! is never the truth: every fact in it is also in the sealed record, from which it is made again
//! when the two disagree. That is why its files need no fsync.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind, Read as _};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};

use crate::account_id::AccountId;
use crate::clock::{self, CLOCKS_DIFFER, Timestamp};
use crate::oauth::scope::Scope;
use crate::store::{StoreError, StoreKind};
use crate::system::files::{self, Durability, Mode};
use crate::system::held::{BRIEFLY, is_held};
use crate::system::many;

/// What is known of an account. Stored in the sealed record, and copied into the index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    pub account: AccountId,
    pub store: StoreKind,
    /// The client that the tokens were issued to.
    pub client_id: String,
    /// Where its tokens may go.
    pub origins: Origins,
    /// Who signed in, as a person would say it.
    pub who: Option<String>,
    /// `iss` and `sub` of the ID token at sign-in; a refresh must name the same.
    pub issuer: Option<String>,
    pub subject: Option<String>,
    /// The scope that was granted.
    pub scope: Scope,
    /// The scope that was asked for, and that the next sign-in asks for again: a provider may have
    /// granted less this once.
    pub asked: Scope,
    pub connected_at: Timestamp,
    /// End of the access token.
    pub access_token_until: Timestamp,
    /// Whether new access tokens come without a sign-in.
    pub refreshable: bool,
    /// When the person must sign in again at the latest, where that is known.
    pub sign_in_by: Option<Timestamp>,
    pub refreshed_at: Option<Timestamp>,
    /// What did the last refresh: `terminal`, `script`, or the name of a schedule; of a shared account
    /// with the machine, `cron on web-2`.
    pub refreshed_by: Option<String>,
    /// When the next refresh is due; `None` where there is nothing to refresh.
    pub refresh_by: Option<Timestamp>,
    /// When the refresh token ends if nobody uses it before, where that is known.
    pub idle_until: Option<Timestamp>,
    /// How far this machine's clock was ahead of the provider's at the last token answer, in
    /// seconds; negative where it was behind, `None` where they agreed.
    pub clock_ahead: Option<i64>,
    pub state: SignInState,
    /// Why the last refresh failed, where asking again alone cannot help; kept until something
    /// succeeds.
    pub failure: Option<Failure>,
    /// Which version of a shared record this was read from; of the index alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_version: Option<u64>,
}

/// A failure that lasts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// When it was first seen.
    pub at: Timestamp,
    pub kind: FailureKind,
    pub why: String,
}

/// Who can end a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// Whoever signs in again: the provider refused the sign-in, or its tokens are gone.
    SignIn,
    /// Whoever configures it: client ID, client secret, an endpoint.
    Settings,
    /// The provider: its answer cannot be used.
    Answer,
}

/// Scheme, host and port of the endpoints that a sign-in was made with; `None` where the provider
/// had no such endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origins {
    pub token: String,
    pub revocation: Option<String>,
    pub api: Option<String>,
}

/// How long before a sign-in's end a person is warned: thirty days, or a quarter of its whole life
/// where that is shorter.
const WARN_BEFORE: Duration = Duration::from_secs(30 * 86_400);

/// How long after a refresh was due it counts as missed, in seconds: a schedule that runs once a
/// day has had its turn, and so has a machine that sleeps at night.
pub const MISSED_AFTER: i64 = 86_400;

impl Account {
    /// The time by the provider's clock, as far as a clock that is behind it can tell. Where ours
    /// was ahead it may have been set right since: what ends early is refreshed early, what ends
    /// late would be believed for too long.
    pub fn provider_time(&self, now: Timestamp) -> Timestamp {
        clock::after(now, self.clock_ahead.unwrap_or_default().min(0).saturating_neg())
    }

    /// The same where being early would be a false alarm, or send a person to sign in: a clock that
    /// was behind and shows a later time than the tokens' beginning has most likely been set right.
    fn likely_time(&self, now: Timestamp) -> Timestamp {
        if now < self.begun() { self.provider_time(now) } else { now }
    }

    /// How far our clock still is from the provider's, as [`Account::clock_ahead`]: `None` as well
    /// where it has been set right since the last token answer.
    pub fn clock_off(&self, now: Timestamp) -> Option<i64> {
        let shown = |ahead: &i64| clock::after(self.begun(), ahead.saturating_sub(CLOCKS_DIFFER));
        self.clock_ahead
            .filter(|ahead| if *ahead < 0 { now < self.begun() } else { now >= shown(ahead) })
    }

    /// The present for the end of the access token: a new one costs nothing where it can be had.
    pub fn time_for_token(&self, now: Timestamp) -> Timestamp {
        if self.refreshable { self.provider_time(now) } else { self.likely_time(now) }
    }

    /// When the tokens in hand were given.
    pub fn begun(&self) -> Timestamp {
        self.refreshed_at.unwrap_or(self.connected_at)
    }

    /// How long the access token lived when it came, in seconds.
    pub fn lifetime(&self) -> i64 {
        clock::seconds_between(self.begun(), self.access_token_until)
    }

    /// Whether something happened later than now: a clock was wrong then or is now, and no date
    /// here can be believed.
    pub fn is_misdated(&self, now: Timestamp) -> bool {
        let latest = clock::after(self.provider_time(now), CLOCKS_DIFFER);
        self.connected_at > latest || self.begun() > latest
    }

    /// Whether it is to be refreshed although its access token may still be good: the token ends
    /// soon, or the refresh token would rest for too long; or no date can be believed.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let is_past = |end: Timestamp| end <= self.provider_time(now);
        self.is_misdated(now)
            || self.refresh_by.is_none_or(is_past)
            || self.sign_in_by.is_some_and(is_past)
            || self.failure.as_ref().is_some_and(|failure| failure.kind != FailureKind::SignIn)
    }

    /// Whether it was due for so long that whatever refreshes it has failed to.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        let missed = self.refresh_by.map(|due| clock::after(due, MISSED_AFTER));
        let ends = [missed, self.idle_until].into_iter().flatten();
        ends.into_iter().any(|end| end <= self.likely_time(now))
    }

    /// How the sign-in stands; its end is near from `within` before it, else from `warn_before`.
    pub fn standing(&self, now: Timestamp, within: Option<Duration>) -> Standing {
        let left = self.sign_in_by.map(|end| clock::time_left(self.likely_time(now), end));
        match left {
            _ if self.state == SignInState::SignInNeeded => Standing::SignInNeeded,
            _ if self.is_misdated(now) => Standing::Misdated,
            Some(Duration::ZERO) => Standing::SignInNeeded,
            _ if self.failure.is_some() => Standing::Failing,
            _ if self.is_overdue(now) => Standing::NotRefreshed,
            Some(left) if left < within.unwrap_or(self.warn_before()) => Standing::EndsSoon,
            _ => Standing::Good,
        }
    }

    /// How long before its end a person is warned.
    pub fn warn_before(&self) -> Duration {
        let end = self.sign_in_by.unwrap_or(self.connected_at);
        WARN_BEFORE.min(clock::time_left(self.connected_at, end) / 4)
    }
}

/// What a sign-in means for the person, now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Good,
    /// The person must sign in again before long, and no refresh can change it.
    EndsSoon,
    /// A refresh is due for long: nothing keeps it alive.
    NotRefreshed,
    /// Its dates lie in the future: a clock was wrong, and how long it is good is not known.
    Misdated,
    /// Refreshing fails for a reason that lasts: [`Account::failure`].
    Failing,
    SignInNeeded,
}

impl Standing {
    /// For people and for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::EndsSoon => "ends soon",
            Self::NotRefreshed => "not refreshed",
            Self::Misdated => "clock was wrong",
            Self::Failing => "refresh fails",
            Self::SignInNeeded => "sign in again",
        }
    }
}

impl Serialize for Standing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// Whether the saved sign-in is believed to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignInState {
    Connected,
    /// The provider refused the refresh token; the record is kept
    SignInNeeded,
}

/// As much of an entry is read, in bytes.
const MAX_ENTRY_BYTES: u64 = 1024 * 1024;
/// More than most entries have, in bytes.
const USUAL_ENTRY_BYTES: usize = 2048;

/// The folder of index files.
#[derive(Clone, Debug)]
pub struct Index {
    folder: PathBuf,
}

impl Index {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// What the index knows of one account. A damaged entry counts as none: it can be made again.
    pub fn get(&self, account: &AccountId) -> Option<Account> {
        let mut file = files::open_here(&self.path(account), BRIEFLY).ok()?;
        let parse = |bytes: &[u8]| {
            let text = str::from_utf8(bytes).ok()?;
            serde_json::from_str(text).ok().filter(|entry: &Account| entry.account == *account)
        };
        // Of ten thousand entries each is read in one go, and is whole where it ends as JSON does.
        let mut begin = [0; USUAL_ENTRY_BYTES];
        let length = file.read(&mut begin).ok()?;
        parse(&begin[..length]).or_else(|| {
            let mut bytes = begin[..length].to_vec();
            file.take(MAX_ENTRY_BYTES).read_to_end(&mut bytes).ok()?;
            parse(&bytes)
        })
    }

    /// Whether an entry that could not be read is open in another program; it was waited for then.
    pub fn is_held(&self, account: &AccountId) -> bool {
        files::open_here(&self.path(account), Duration::ZERO).is_err_and(|error| is_held(&error))
    }

    /// Whether an account has an entry, readable or not.
    pub fn has(&self, account: &AccountId) -> bool {
        self.path(account).symlink_metadata().is_ok()
    }

    /// Every account, sorted by name.
    pub fn all(&self) -> Vec<Account> {
        self.of(&self.names().unwrap_or_default())
    }

    /// Those of these accounts whose entry can be read, in the same order.
    pub fn of(&self, names: &BTreeSet<AccountId>) -> Vec<Account> {
        let entries = many::map(names.iter().collect(), |account| self.get(account));
        entries.into_iter().flatten().collect()
    }

    /// The accounts that have an entry, readable or not, sorted; fails where that cannot be seen.
    pub fn names(&self) -> Result<BTreeSet<AccountId>, StoreError> {
        let failed = |error| StoreError::io("could not look at", &self.folder, error);
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) => {
                // Windows has several words for a file in the place of this folder or one above.
                let there = self.folder.ancestors().find_map(|above| above.metadata().ok());
                return match error.kind() {
                    _ if there.is_some_and(|above| !above.is_dir()) => {
                        Err(failed(ErrorKind::NotADirectory.into()))
                    }
                    ErrorKind::NotFound => Ok(BTreeSet::new()),
                    _ => Err(failed(error)),
                };
            }
        };
        let names = entries.filter_map(|entry| {
            let name = entry.ok()?.file_name();
            AccountId::from_file_stem(name.to_str()?.strip_suffix(".json")?)
        });
        Ok(names.collect())
    }

    /// Writes an entry; the caller holds the account's lock.
    pub fn put(&self, account: &Account) -> io::Result<()> {
        self.write(account, Durability::None)
    }

    /// The same so that it outlives a power cut.
    pub fn put_durably(&self, account: &Account) -> io::Result<()> {
        self.write(account, Durability::ContentAndName)
    }

    fn write(&self, account: &Account, durability: Durability) -> io::Result<()> {
        let bytes = serde_json::to_vec(account).map_err(io::Error::other)?;
        files::replace(&self.path(&account.account), &bytes, Mode::Private, durability)
    }

    pub fn remove(&self, account: &AccountId) -> io::Result<()> {
        files::remove(&self.path(account), BRIEFLY).map(drop)
    }

    /// Fails if the entry could not be removed now.
    pub fn removable(&self, account: &AccountId) -> Result<(), StoreError> {
        let path = self.path(account);
        files::deletable(&path, BRIEFLY)
            .map_err(|error| StoreError::io("could not delete", &path, error))
    }

    fn path(&self, account: &AccountId) -> PathBuf {
        self.folder.join(format!("{}.json", account.file_stem()))
    }
}

#[cfg(test)]
impl Account {
    /// One in sealed files of which nothing more is known.
    pub fn example(account: &str) -> Self {
        Self {
            account: account.parse().unwrap(),
            store: StoreKind::FILE,
            client_id: "id".into(),
            origins: Origins::default(),
            who: None,
            issuer: None,
            subject: None,
            scope: "a b".into(),
            asked: "a b".into(),
            connected_at: Timestamp::UNIX_EPOCH,
            access_token_until: Timestamp::UNIX_EPOCH,
            refreshable: true,
            sign_in_by: None,
            refreshed_at: None,
            refreshed_by: None,
            refresh_by: None,
            idle_until: None,
            clock_ahead: None,
            state: SignInState::Connected,
            failure: None,
            shared_version: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_sorted_and_damaged_ones_count_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::new(folder.path().join("accounts"));
        assert!(index.all().is_empty());
        for name in ["zaehlerfreunde:b", "timberdata", "zaehlerfreunde"] {
            index.put(&Account::example(name)).unwrap();
        }
        fs::write(folder.path().join("accounts/timberdata.x.json"), "{").unwrap();
        fs::write(folder.path().join("accounts/someone else's.json"), "{}").unwrap();
        let names: Vec<_> = index.all().iter().map(|a| a.account.to_string()).collect();
        assert_eq!(names, ["timberdata", "zaehlerfreunde:b", "zaehlerfreunde"]);
        assert_eq!(index.names().unwrap().len(), 4, "the damaged one is known by its name");
        index.remove(&"timberdata".parse().unwrap()).unwrap();
        index.remove(&"timberdata".parse().unwrap()).unwrap();
        assert_eq!(index.get(&"timberdata".parse().unwrap()), None);
        let long = Account { who: Some("ä".repeat(5000)), ..Account::example("timberdata:long") };
        index.put(&long).unwrap();
        assert_eq!(index.get(&long.account).as_ref(), Some(&long));
        fs::remove_dir_all(folder.path().join("accounts")).unwrap();
        assert!(index.names().unwrap().is_empty());
        fs::write(folder.path().join("accounts"), "").unwrap();
        assert!(index.names().is_err());
    }
}
