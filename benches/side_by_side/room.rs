//! A folder of its own for the program, with configuration and connected accounts. On the disk
//! where the build is, not in memory: what is forced to the disk has to get there.

use std::fs;
use std::path::Path;
use std::process::Command;

use partnerlink::account_id::AccountId;
use partnerlink::accounts::{Account, Index, Origins, SignInState};
use partnerlink::clock::{self, Clock as _, SystemClock};
use partnerlink::secret::Secret;
use partnerlink::store::file::{FileStore, KeySource};
use partnerlink::store::record::Record;
use partnerlink::store::{StoreKind, TokenStore};
use partnerlink::system::paths::Folders;

use crate::provider::{Provider, Tokens};
use crate::server::{self, LIFE};
use crate::{PROGRAM, Result};

const CLIENT_ID: &str = "bench-client";

pub struct Room {
    folder: tempfile::TempDir,
    folders: Folders,
}

impl Room {
    /// The provider zaehlerfreunde as it is built in, but for these lines.
    pub fn new(provider: &str) -> Result<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let folders = Folders::resolve(Some(folder.path()))?;
        let config = format!(
            "store = \"file\"\n[provider.zaehlerfreunde]\nclient_id = \"{CLIENT_ID}\"\n{provider}\n"
        );
        fs::write(folders.config_file(), config)?;
        Ok(Self { folder, folders })
    }

    /// With its token endpoint here, and this many accounts in sealed files.
    pub fn with_accounts(provider: &Provider, number: usize) -> Result<Self> {
        // It bears whatever comes.
        Self::with_accounts_at(provider, number, Some(1000))
    }

    /// The same, and so many token requests a second are described as allowed.
    pub fn with_accounts_at(
        provider: &Provider,
        number: usize,
        rate: Option<usize>,
    ) -> Result<Self> {
        let rate = rate.map(|rate| format!("token_requests_per_second = {rate}"));
        let url = server::token_url(provider);
        let room = Self::new(&format!("token_url = \"{url}\"\n{}", rate.unwrap_or_default()))?;
        let key = KeySource::KeyFile(room.folders.default_key_file());
        let store = FileStore::open(room.folders.tokens(), key);
        for number in 0..number {
            room.connect(provider, number, &store)?;
        }
        Ok(room)
    }

    /// With one account, and its data at this address.
    pub fn with_data(provider: &Provider, api_base: &str) -> Result<Self> {
        let room = Self::new(&format!("api_base = \"{api_base}\""))?;
        let key = KeySource::KeyFile(room.folders.default_key_file());
        room.connect(provider, 0, &FileStore::open(room.folders.tokens(), key))?;
        Ok(room)
    }

    /// Puts an account into a store without asking anybody.
    pub fn connect(
        &self,
        provider: &Provider,
        number: usize,
        store: &dyn TokenStore,
    ) -> Result<()> {
        let Tokens { access_token, refresh_token } = provider.grant();
        let account = account(number, store.kind(), &provider.base())?;
        let record =
            Record::new(account, Secret::new(access_token), Some(Secret::new(refresh_token)), None);
        record.save(store)?;
        Index::new(self.folders.accounts()).put(&record.account)?;
        Ok(())
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn folders(&self) -> &Folders {
        &self.folders
    }

    /// The program, at home here, and knowing nothing of whoever runs this.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).env("PARTNERLINK_HOME", self.path());
        for name in ["SANDBOX", "STORE", "KEY_FILE", "BROWSER"] {
            command.env_remove(format!("PARTNERLINK_{name}"));
        }
        command
    }
}

pub fn account_id(number: usize) -> Result<AccountId> {
    Ok(format!("zaehlerfreunde:customer-{number}").parse()?)
}

/// Everything of the provider is at `base`.
fn account(number: usize, store: StoreKind, base: &str) -> Result<Account> {
    let now = SystemClock.now();
    Ok(Account {
        account: account_id(number)?,
        store,
        client_id: CLIENT_ID.into(),
        origins: Origins {
            token: base.into(),
            revocation: Some(base.into()),
            api: Some(base.into()),
        },
        who: Some("Anna Beispiel <anna@example.com>".into()),
        issuer: Some("https://auth.prod.zaehlerfreunde.com/".into()),
        subject: Some("auth0|5f7c8ec7c33c6c004bbafe82".into()),
        scope: "openid profile email offline_access".into(),
        asked: "openid profile email offline_access".into(),
        connected_at: now,
        access_token_until: clock::after(now, LIFE),
        refreshable: true,
        sign_in_by: Some(clock::after(now, 30 * LIFE)),
        refreshed_at: None,
        refreshed_by: None,
        refresh_by: Some(clock::after(now, LIFE)),
        idle_until: None,
        clock_ahead: None,
        state: SignInState::Connected,
        failure: None,
        shared_version: None,
    })
}

/// The request that the program sends, for those who are to send the same.
pub fn request_body(refresh_token: &str) -> String {
    format!(
        r#"{{"grant_type":"refresh_token","refresh_token":"{refresh_token}","client_id":"{CLIENT_ID}"}}"#
    )
}
