//! How the store stands: what `doctor` shows of it, and `store use` tries before it is chosen.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::http::{Call, Urgency, unanswered};
use super::kv::Written;
use super::record::{access, grant};
use super::{PATIENCE, VaultStore, policy};
use crate::account_id::AccountId;
use crate::clock::Timestamp;
use crate::store::{Item, SecretBytes, StoreError, TokenStore as _};

/// With 200 for every state: what a server says of itself is in the answer.
pub(super) const HEALTH: &str =
    "sys/health?standbyok=true&perfstandbyok=true&sealedcode=200&uninitcode=200";

/// What one server says of itself.
#[derive(Debug, Deserialize)]
pub struct Node {
    pub initialized: bool,
    pub sealed: bool,
    #[serde(default)]
    pub standby: bool,
    #[serde(default)]
    pub version: String,
}

/// What the store knows of the token that this machine got.
#[derive(Debug, Deserialize)]
pub struct Token {
    /// Seconds until it ends; 0 for one that never does.
    pub ttl: u64,
    #[serde(default)]
    pub policies: Vec<String>,
}

/// How the secrets engine is set up.
#[derive(Debug, Deserialize)]
pub struct Engine {
    /// Whether it refuses a write that says no version.
    pub cas_required: bool,
    /// Versions of a record that are kept; 0 is its default, 10.
    pub max_versions: u64,
    /// `0s`, unless versions are deleted by themselves.
    #[serde(default)]
    pub delete_version_after: String,
}

/// What the records of an account say beside the account.
#[derive(Debug, Default)]
pub struct Records {
    /// Who is spending the refresh token, and since when.
    pub claim: Option<(String, Timestamp)>,
    /// Machines that only read do not see the newest token.
    pub readers_are_behind: bool,
}

impl Engine {
    /// How it should be set up otherwise, and the command for it.
    pub fn fault(&self, mount: &str) -> Option<(String, String)> {
        let Self { cas_required, max_versions, delete_version_after } = self;
        let text = match delete_version_after.as_str() {
            _ if !cas_required => {
                "others may write over records unseen (cas_required is off)".into()
            }
            "" | "0s" => match max_versions {
                1..=10 => return None,
                _ => format!("old tokens are kept in many versions (max_versions {max_versions})"),
            },
            time => format!("records are deleted after {time} (delete_version_after)"),
        };
        let set = "cas_required=true max_versions=3 delete_version_after=0s";
        Some((text, format!("bao write {mount}/config {set}")))
    }
}

impl VaultStore {
    /// Each server, asked once.
    pub fn nodes(&self) -> impl Iterator<Item = (&Url, Result<Node, StoreError>)> {
        self.settings().addresses.iter().map(|address| (address, self.node(address)))
    }

    fn node(&self, address: &Url) -> Result<Node, StoreError> {
        let patience = Duration::ZERO;
        let call =
            Call { method: "GET", path: HEALTH, body: None, patience, urgency: Urgency::Usual };
        let reply = self.api.once(&call, address, None);
        let reply = reply.map_err(|error| unanswered(&error))?;
        match reply.status {
            200..=299 => reply.json(HEALTH),
            _ => Err(reply.failure()),
        }
    }

    /// Signs in, where that was not done yet.
    pub fn token(&self) -> Result<Token, StoreError> {
        let path = "auth/token/lookup-self";
        let reply = self.get(path)?;
        reply.data(path)?.ok_or_else(|| self.refused(path, &reply))
    }

    /// Whether it is KV of version 2, and how it is set up; `None` where this machine may not know.
    pub fn engine(&self) -> Result<Option<Engine>, StoreError> {
        policy::check_engine(self)?;
        let path = format!("{}/config", self.settings().mount);
        match self.get(&path) {
            Err(StoreError::Forbidden { .. }) => Ok(None),
            Ok(reply) if reply.status == 404 => Err(self.wrong_engine()),
            reply => reply?.data(&path),
        }
    }

    /// Whether a write is refused that says a version which is not there. Nothing is written then.
    pub fn refuses_conflicts(&self) -> Result<bool, StoreError> {
        let place = self.place(&Item::Probe)?;
        let version = self.versioned(&place)?.map_or(0, |found| found.metadata.version);
        let written = self.write(&place, &json!({ "v": 1 }), version + 1, PATIENCE)?;
        Ok(matches!(written, Written::Refused))
    }

    /// Writes and reads a record of this machine's own.
    pub fn try_out(&self) -> Result<(), StoreError> {
        let bytes = SecretBytes::new(b"\"probe\"".to_vec());
        self.save(&Item::Probe, &bytes)?;
        match self.load(&Item::Probe)? {
            Some(read) if read.expose() == bytes.expose() && self.refuses_conflicts()? => Ok(()),
            _ => Err(StoreError::ReadBackDiffers(Item::Probe)),
        }
    }

    /// What stands in the records of an account, for a machine that refreshes.
    pub fn records(&self, account: &AccountId) -> Result<Records, StoreError> {
        let Some(grant) = self.find(&grant(account))? else { return Ok(Records::default()) };
        let shown = self.find(&access(account))?.map(|access| access.stored.generation);
        Ok(Records {
            claim: grant.stored.claim.map(|held| (held.holder, grant.written)),
            readers_are_behind: shown.is_none_or(|shown| shown < grant.stored.generation),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_an_engine_is_said_with_the_command_for_it() {
        let fault = |cas_required, max_versions, delete_version_after: &str| {
            let delete_version_after = delete_version_after.to_owned();
            Engine { cas_required, max_versions, delete_version_after }.fault("kv")
        };
        for (versions, after) in [(1, ""), (3, "0s"), (10, "0s")] {
            assert_eq!(fault(true, versions, after), None, "{versions} {after}");
        }
        for (cas_required, versions, after, expected) in [
            (false, 3, "0s", "cas_required is off"),
            (false, 30, "5h", "cas_required is off"),
            (true, 0, "0s", "max_versions 0"),
            (true, 11, "", "max_versions 11"),
            (true, 3, "5h", "deleted after 5h"),
        ] {
            let (text, command) = fault(cas_required, versions, after).unwrap();
            assert!(text.contains(expected), "{text}");
            let set =
                "bao write kv/config cas_required=true max_versions=3 delete_version_after=0s";
            assert_eq!(command, set);
        }
    }
}
