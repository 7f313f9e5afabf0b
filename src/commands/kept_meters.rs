//! What an account's meters and spaces are called, kept from one run to the next: a TAB offers their
//! names without asking anybody, and a meter that is named is found with no list fetched. No
//! secrets, but customers' data: for this user's eyes alone, and gone with the account.

use std::io::{self, Read as _};

use serde::{Deserialize, Serialize};

use crate::accounts::Account;
use crate::clock::{self, Timestamp};
use crate::data::meter::{Meter, Space};
use crate::system::files::{self, Durability, Mode};
use crate::system::held::BRIEFLY;
use crate::system::owner::of_another_user;
use crate::system::paths::Folders;

/// How long a meter is found in it, in seconds: new ones come rarely, and a day is soon enough.
const GOOD_FOR: i64 = 86_400;
/// As much of a file is read, in bytes: 10,000 meters have 4 MB.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The lists of one account, and whose they are.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeptMeters {
    /// The sign-in that they were shown to: another person may see others.
    connected_at: Timestamp,
    /// Where they were asked for.
    api: String,
    at: Timestamp,
    pub spaces: Vec<Space>,
    pub meters: Vec<Meter>,
}

impl KeptMeters {
    pub fn new(account: &Account, api: String, at: Timestamp) -> Self {
        let connected_at = account.connected_at;
        Self { connected_at, api, at, spaces: Vec::new(), meters: Vec::new() }
    }

    /// What was kept for this sign-in. A file that is damaged or another's counts as none: it can
    /// be made again.
    pub fn load(folders: &Folders, account: &Account) -> Option<Self> {
        let file = files::open_here(&folders.meters_file(&account.account), BRIEFLY).ok()?;
        let meta = file.metadata().ok()?;
        if !meta.is_file() || of_another_user(&meta).is_some() {
            return None;
        }
        let mut bytes = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
        let kept: Self = serde_json::from_slice(&bytes).ok()?;
        (kept.connected_at == account.connected_at).then_some(kept)
    }

    /// Whether it still stands for what the provider would answer there.
    pub fn is_good(&self, api: &str, now: Timestamp) -> bool {
        self.api == api && (0..GOOD_FOR).contains(&clock::seconds_between(self.at, now))
    }

    pub fn save(&self, folders: &Folders, account: &Account) -> io::Result<()> {
        let path = folders.meters_file(&account.account);
        let folder = path.parent().unwrap_or(&path);
        files::create_private_folder(folder)?;
        let _lock = files::lock_folder(folder);
        let bytes = serde_json::to_vec(self).map_err(io::Error::other)?;
        files::replace(&path, &bytes, Mode::Private, Durability::None)
    }
}
