//! A secret ID on its way to a machine: wrapped, so that it can be taken out once, and whoever
//! finds the wrapping open knows that somebody else did.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;

use super::http::{Call, Urgency};
use super::reply::Reply;
use super::{PATIENCE, VaultStore, auth};
use crate::secret::Secret;
use crate::store::StoreError;
use crate::system::files::{self, Durability, Mode};
use crate::system::held::{AFTER_SPENDING, BEFORE_SPENDING};

/// The command of an administrator that brings a new secret ID to this machine.
pub fn new_secret_id(mount: &str) -> String {
    format!(
        "bao write -f -wrap-ttl=5m -field=wrapping_token auth/{mount}/role/ROLE/secret-id | \
         partnerlink store use vault --wrapped-secret-id"
    )
}

/// What to do where somebody else may have a secret ID.
fn alarm(mount: &str) -> String {
    let role = format!("auth/{mount}/role/ROLE");
    format!(
        "unless it was you, take it as an alarm: somebody may have this machine's secret ID. Look \
         into the audit log, destroy the role's secret IDs, and get a new one:\n\
         bao list {role}/secret-id\n\
         bao write {role}/secret-id-accessor/destroy secret_id_accessor=ACCESSOR\n{}",
        new_secret_id(mount)
    )
}

impl VaultStore {
    /// Takes the secret ID of a role at this AppRole `mount` out of its wrapping, signs in with it,
    /// and keeps it in the file that the next sign-in reads. `token` is that of the wrapping.
    pub fn unwrap_secret_id(
        &self,
        mount: &str,
        role_id: &str,
        token: &Secret,
        file: &Path,
    ) -> Result<(), StoreError> {
        #[derive(Deserialize)]
        struct Wrapping {
            creation_path: String,
        }
        #[derive(Deserialize)]
        struct Inside {
            secret_id: Secret,
        }

        let alarm = |why: String| StoreError::Wrapping { why, hint: alarm(mount) };
        let opened = |reply: &Reply| {
            alarm(format!("it was opened before, or is too old ({})", reply.errors()))
        };
        let not_written = |source| StoreError::io("could not write", file, source);
        // Of a secret that others put there, nothing may be taken over.
        let path = "sys/wrapping/lookup";
        let body = Some(Secret::new(json!({ "token": token.expose() }).to_string().into_bytes()));
        let call = Call { method: "POST", path, body, patience: PATIENCE, urgency: Urgency::Usual };
        let reply = self.api.answer(&call, None, Instant::now())?;
        let found: Option<Wrapping> = if is_good(&reply) { reply.data(path)? } else { None };
        let Wrapping { creation_path } = found.ok_or_else(|| opened(&reply))?;
        if !is_of_a_role(&creation_path, mount) {
            let why = format!("what is in it was made at {creation_path}: it is no secret ID");
            return Err(alarm(why));
        }
        // It comes out once: then there must be a place for it.
        files::rehearse(file, b"", BEFORE_SPENDING).map_err(not_written)?;
        let path = "sys/wrapping/unwrap";
        let body = Some(Secret::new(b"{}".to_vec()));
        // One try: the second one would find it open.
        let patience = Duration::ZERO;
        let call = Call { method: "POST", path, body, patience, urgency: Urgency::Dear };
        let reply = self.api.answer(&call, Some(token), Instant::now()).map_err(|error| {
            alarm(format!("it may be open now, and what was in it lost: {error}"))
        })?;
        let inside: Option<Inside> = if is_good(&reply) { reply.data(path)? } else { None };
        let secret = inside.ok_or_else(|| opened(&reply))?.secret_id;
        // What is there works, and is not given up for what may be of another role.
        let call = Call { patience: PATIENCE, ..call };
        auth::try_secret_id(&self.api, (mount, role_id), &secret, &call).map_err(|error| {
            match error {
                StoreError::Forbidden { what, why, hint } => {
                    let why = format!("{why}; {} was not touched", file.display());
                    StoreError::Forbidden { what, why, hint }
                }
                other => other,
            }
        })?;
        let bytes = secret.expose().as_bytes();
        let durability = Durability::ContentAndName;
        files::replace_patiently(file, bytes, Mode::Private, durability, AFTER_SPENDING)
            .map_err(not_written)
    }
}

fn is_good(reply: &Reply) -> bool {
    (200..300).contains(&reply.status)
}

/// `auth/MOUNT/role/NAME/secret-id`
fn is_of_a_role(path: &str, mount: &str) -> bool {
    let name = path
        .strip_prefix(&format!("auth/{mount}/role/"))
        .and_then(|rest| rest.strip_suffix("/secret-id"));
    name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::is_of_a_role;

    #[test]
    fn only_a_secret_id_of_this_mount_is_taken_out() {
        assert!(is_of_a_role("auth/approle/role/web/secret-id", "approle"));
        for path in [
            "auth/approle/role//secret-id",
            "auth/approle/role/web/x/secret-id",
            "auth/approle/role/web/role-id",
            "auth/other/role/web/secret-id",
            "sys/wrapping/wrap",
        ] {
            assert!(!is_of_a_role(path, "approle"), "{path}");
        }
    }
}
