//! What a machine may do in the store: the server's policies, in its own language, and whether this
//! machine has what it needs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::record::{access, grant, path};
use super::{PATIENCE, VaultStore};
use crate::store::shared::Duty;
use crate::store::{Item, StoreError, TokenStore as _};

/// Whom a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// Machines that use access tokens, and see no refresh token
    Reader,
    /// Machines that refresh
    Refresher,
    /// Where people connect and disconnect
    Admin,
}

const ALL: [Role; 3] = [Role::Reader, Role::Refresher, Role::Admin];
const NOT_READERS: [Role; 2] = [Role::Refresher, Role::Admin];

/// Folder of the engine, place in it, what may be done there, and by whom.
const RULES: [(&str, &str, &[&str], &[Role]); 12] = [
    ("data", "access/*", &["read"], &[Role::Reader]),
    ("data", "access/*", &["create", "read", "update"], &NOT_READERS),
    ("data", "grant/*", &["create", "read", "update"], &NOT_READERS),
    ("data", "probe/*", &["create", "read", "update"], &NOT_READERS),
    ("data", "client/*", &["read"], &[Role::Refresher]),
    ("data", "client/*", &["create", "read", "update"], &[Role::Admin]),
    ("metadata", "access/*", &["list", "read"], &ALL),
    ("metadata", "grant/*", &["list", "read"], &NOT_READERS),
    ("metadata", "client/*", &["list", "read"], &NOT_READERS),
    ("detailed-metadata", "access/*", &["list"], &ALL),
    ("detailed-metadata", "grant/*", &["list"], &NOT_READERS),
    ("destroy", "grant/*", &["update"], &[Role::Admin]),
];

impl Role {
    /// The policy, in the server's language (HCL).
    pub fn hcl(self, mount: &str, prefix: &str) -> String {
        let mut text = String::new();
        for (folder, place, capabilities, roles) in RULES {
            if roles.contains(&self) {
                let path = path(mount, folder, prefix, place);
                text += &format!("path \"{path}\" {{\n  capabilities = {capabilities:?}\n}}\n");
            }
        }
        text
    }
}

/// What this machine's token may do, by path.
pub fn capabilities(
    store: &VaultStore,
    paths: &[String],
) -> Result<BTreeMap<String, Vec<String>>, StoreError> {
    #[derive(Deserialize)]
    struct Any(Value);

    let path = "sys/capabilities-self";
    let reply = store.post(path, &json!({ "paths": paths }), PATIENCE)?;
    let found: BTreeMap<String, Any> = reply.data(path)?.unwrap_or_default();
    let words = |value: &Value| {
        let words = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        words.map(str::to_owned).collect()
    };
    Ok(found.iter().map(|(path, any)| (path.clone(), words(&any.0))).collect())
}

/// Whether this machine may save the item, and the engine is the right one: asked before a person is
/// sent to the browser.
pub(super) fn check(store: &VaultStore, item: &Item) -> Result<(), StoreError> {
    if store.duty() == Duty::Reader {
        return Err(StoreError::ReadOnly);
    }
    let settings = store.settings();
    let places = match item {
        Item::Account(account) => vec![grant(account), access(account)],
        other => vec![store.place(other)?],
    };
    let paths: Vec<String> = places.iter().map(|place| settings.data(place)).collect();
    for (path, may) in capabilities(store, &paths)? {
        let has = |word: &str| may.iter().any(|it| it == word || it == "root");
        if !(has("create") && has("update")) {
            return Err(StoreError::Forbidden {
                what: format!("create and update on {path}"),
                why: format!("this machine may: {}", may.join(", ")),
                hint: "partnerlink store policy admin".into(),
            });
        }
    }
    check_engine(store)
}

/// Whether what is mounted is the secrets engine KV of version 2. A server that does not tell is
/// believed: then the first write finds out.
pub fn check_engine(store: &VaultStore) -> Result<(), StoreError> {
    #[derive(Deserialize)]
    struct Mount {
        #[serde(rename = "type")]
        kind: String,
        options: Option<BTreeMap<String, String>>,
    }

    let path = format!("sys/internal/ui/mounts/{}", store.settings().mount);
    let Ok(reply) = store.get(&path) else { return Ok(()) };
    let Ok(Some(mount)) = reply.data::<Mount>(&path) else { return Ok(()) };
    let version = mount.options.as_ref().and_then(|options| options.get("version"));
    match (mount.kind.as_str(), version.map(String::as_str)) {
        ("kv", Some("2")) => Ok(()),
        _ => Err(store.wrong_engine()),
    }
}
