//! What a machine may do in the store: the server's policies, in its own language, and whether this
//! machine has what it needs.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::record::{access, grant, path};
use super::{Auth, PATIENCE, Settings, VaultStore};
use crate::account_id::AccountId;
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
type Rule = (&'static str, &'static str, &'static [&'static str], &'static [Role]);
const RULES: [Rule; 13] = [
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
    ("destroy", "access/*", &["update"], &[Role::Admin]),
    ("destroy", "grant/*", &["update"], &[Role::Admin]),
];

/// What nobody may touch: who could delete a version could bring an older one back.
const NOBODYS: [(&str, &str); 2] = [("delete", "access/*"), ("delete", "grant/*")];

/// So many rights are told of a machine that has too many or too few.
const MOST_TOLD: usize = 3;

impl Role {
    /// What it may do at a place of a folder.
    fn may(self, place: (&str, &str)) -> &'static [&'static str] {
        let is_it = |rule: &&Rule| (rule.0, rule.1) == place && rule.3.contains(&self);
        RULES.iter().find(is_it).map_or(&[], |rule| rule.2)
    }

    /// The policy, in the server's language (HCL).
    pub fn hcl(self, mount: &str, prefix: &str) -> String {
        let mut text = String::new();
        for (folder, place, capabilities, roles) in RULES {
            if roles.contains(&self) {
                let path = path(mount, folder, prefix, place);
                text += &rule(&path, capabilities);
            }
        }
        // How the engine is set up is no secret, and doctor looks at it.
        if self != Self::Reader {
            text += &rule(&format!("{mount}/config"), &["read"]);
        }
        text
    }
}

fn rule(path: &str, capabilities: &[&str]) -> String {
    format!("path \"{path}\" {{\n  capabilities = {capabilities:?}\n}}\n")
}

/// What this machine may do otherwise than its duty is, each as
/// `create/read on partnerlink/data/grant/*`.
#[derive(Debug)]
pub struct Difference {
    needs: Role,
    missing: Vec<String>,
    excess: Vec<String>,
}

impl Difference {
    /// Fails where something is missing.
    pub fn check(&self) -> Result<(), StoreError> {
        match in_a_line(&self.missing) {
            None => Ok(()),
            Some(missing) => Err(StoreError::Forbidden {
                what: missing,
                why: "this machine's policy does not have it".into(),
                hint: format!("what it must have: {}", self.policy()),
            }),
        }
    }

    /// What it may do beyond its duty; `None` where that is nothing.
    pub fn excess(&self) -> Option<String> {
        in_a_line(&self.excess)
    }

    /// The command that prints the policy of its duty.
    pub fn policy(&self) -> &'static str {
        match self.needs {
            Role::Reader => "partnerlink store policy reader",
            Role::Refresher | Role::Admin => "partnerlink store policy refresher",
        }
    }
}

/// The first of them, and how many more there are; `None` where there is none.
fn in_a_line(rights: &[String]) -> Option<String> {
    let first = rights.iter().take(MOST_TOLD).cloned().collect::<Vec<_>>().join(", ");
    match rights.len().saturating_sub(MOST_TOLD) {
        0 => Some(first).filter(|first| !first.is_empty()),
        more => Some(format!("{first} and {more} more")),
    }
}

/// Compares what this machine may do, by the example of an account, with its duty. Where people
/// connect, a machine that refreshes may do more.
pub fn difference(store: &VaultStore) -> Result<Difference, StoreError> {
    let settings = store.settings();
    let mut known = store.index.all().into_iter().filter(|entry| entry.store == store.kind());
    let of = |id: &AccountId| (id.provider().to_owned(), id.name().to_owned());
    let any = || ("any".to_owned(), "any".to_owned());
    let (provider, name) = known.next().map_or_else(any, |entry| of(&entry.account));
    let (needs, at_most) = match store.duty() {
        Duty::Reader => (Role::Reader, Role::Reader),
        Duty::Refresher => (Role::Refresher, Role::Admin),
    };
    let places = RULES.iter().map(|(folder, place, ..)| (*folder, *place)).chain(NOBODYS);
    let places: BTreeSet<(&str, &str)> = places.collect();
    let named = |(folder, place): (&str, &str)| {
        let example = match place {
            "client/*" => format!("client/{provider}"),
            "probe/*" => format!("probe/{}", settings.host),
            other => other.replace('*', &format!("{provider}/{name}")),
        };
        settings.path(folder, &example)
    };
    let paths: Vec<String> = places.iter().map(|place| named(*place)).collect();
    let found = capabilities(store, &paths)?;
    let mut difference = Difference { needs, missing: Vec::new(), excess: Vec::new() };
    if found.values().any(|may| may.iter().any(|word| word == "root")) {
        difference.excess.push("everything (it is root)".into());
        return Ok(difference);
    }
    for place @ (folder, pattern) in places {
        let may = found.get(&named(place)).map(Vec::as_slice).unwrap_or_default();
        let told = |words: Vec<&str>| match words.is_empty() {
            true => None,
            false => Some(format!("{} on {}", words.join("/"), settings.path(folder, pattern))),
        };
        // Vault has no such folder.
        let needed = if folder == "detailed-metadata" { &[] } else { needs.may(place) };
        let lacks = |word: &&str| !may.iter().any(|has| has == word);
        difference.missing.extend(told(needed.iter().copied().filter(lacks).collect()));
        let too_much = |word: &&str| *word != "deny" && !at_most.may(place).contains(word);
        difference.excess.extend(told(may.iter().map(|word| &**word).filter(too_much).collect()));
    }
    Ok(difference)
}

/// What a machine's policy must hold before it may do this at a path: the cure for a refusal.
pub(super) fn lacking(settings: &Settings, asked: &str, to: &str) -> String {
    let roles: &[(Role, &str)] = match settings.duty {
        Duty::Reader => &[(Role::Reader, "reader")],
        // What a refresher may not do either is for people.
        Duty::Refresher => &[(Role::Refresher, "refresher"), (Role::Admin, "admin")],
    };
    let line = roles.iter().find_map(|(role, name)| {
        RULES.iter().filter(|rule| rule.3.contains(role)).find_map(|(folder, place, may, _)| {
            let path = path(&settings.mount, folder, &settings.prefix, place);
            let covers = may.contains(&to) && asked.starts_with(path.trim_end_matches('*'));
            covers.then(|| (format!("path \"{path}\" {{ capabilities = {may:?} }}"), *name))
        })
    });
    match line {
        Some((line, name)) => format!(
            "this machine's policy must hold: {line}\nall that it must hold: partnerlink store \
             policy {name}"
        ),
        // Every token may look at itself, by the policy `default`.
        None => {
            let token = match &settings.auth {
                Auth::AppRole { mount, .. } | Auth::Jwt { mount, .. } => format!(
                    "its tokens may be bound to other addresses, or lack the policy `default` \
                     (token_bound_cidrs, token_no_default_policy): bao read auth/{mount}/role/ROLE"
                ),
                _ => "its token may have ended".to_owned(),
            };
            let policy = roles[0].1;
            format!(
                "{token}\nall that this machine's policy must hold: partnerlink store policy {policy}"
            )
        }
    }
}

/// What this machine's token may do, by path.
fn capabilities(
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
    // Of one path there is a member `capabilities` as well.
    let asked = found.iter().filter(|(path, _)| paths.contains(*path));
    Ok(asked.map(|(path, any)| (path.clone(), words(&any.0))).collect())
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
                why: match may.iter().any(|word| word == "deny") {
                    true => "this machine may do nothing there".into(),
                    false => format!("this machine may: {}", may.join(", ")),
                },
                hint: lacking(settings, &path, "update"),
                what: format!("create and update on {path}"),
            });
        }
    }
    check_engine(store)
}

/// Whether what is mounted is the secrets engine KV of version 2. A server that does not tell is
/// believed: then the first write finds out.
pub(super) fn check_engine(store: &VaultStore) -> Result<(), StoreError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_its_duty_and_nothing_else() {
        for (role, place, expected) in [
            (Role::Reader, ("data", "access/*"), &["read"][..]),
            (Role::Refresher, ("data", "access/*"), &["create", "read", "update"]),
            (Role::Refresher, ("data", "client/*"), &["read"]),
            (Role::Admin, ("data", "client/*"), &["create", "read", "update"]),
            (Role::Reader, ("data", "grant/*"), &[]),
            (Role::Refresher, ("destroy", "grant/*"), &[]),
            (Role::Admin, NOBODYS[1], &[]),
        ] {
            assert_eq!(role.may(place), expected, "{role:?} {place:?}");
        }
        let (reader, refresher) = (Role::Reader.hcl("kv", "a/b"), Role::Refresher.hcl("kv", "a/b"));
        let rule = "path \"kv/data/a/b/access/*\" {\n  capabilities = [\"read\"]\n}\n";
        assert!(reader.starts_with(rule), "{reader}");
        assert!(refresher.contains("path \"kv/data/a/b/grant/*\""), "{refresher}");
        assert!(!reader.contains("grant") && !reader.contains("kv/config"), "{reader}");
        assert!(refresher.ends_with("path \"kv/config\" {\n  capabilities = [\"read\"]\n}\n"));
    }

    #[test]
    fn what_a_machine_lacks_is_told_with_the_policy_that_has_it() {
        let check = |needs, missing: &[&str]| {
            let missing = missing.iter().map(|&word| word.to_owned()).collect();
            Difference { needs, missing, excess: vec!["all".into()] }.check()
        };
        assert!(check(Role::Reader, &[]).is_ok());
        for (needs, named) in [(Role::Reader, "reader"), (Role::Refresher, "refresher")] {
            match check(needs, &["read on x", "list on y", "read on z", "read on a", "b"]) {
                Err(StoreError::Forbidden { what, hint, .. }) => {
                    assert_eq!(what, "read on x, list on y, read on z and 2 more");
                    assert!(hint.ends_with(&format!("partnerlink store policy {named}")), "{hint}");
                }
                other => panic!("{other:?}"),
            }
        }
        let auth = Auth::AppRole { mount: "m".into(), role_id: "r".into(), secret_id: "/x".into() };
        let lacking = |duty, path, to| lacking(&Settings::example(duty, auth.clone()), path, to);
        let (reader, refresher) = (Duty::Reader, Duty::Refresher);
        for (duty, to, path, line, policy) in [
            (reader, "read", "partnerlink/data/access/p/one", "access/*", "policy reader"),
            (refresher, "update", "partnerlink/data/grant/p/one", "grant/*", "policy refresher"),
            (refresher, "read", "partnerlink/data/client/p", "[\"read\"]", "policy refresher"),
            (refresher, "update", "partnerlink/data/client/p", "\"update\"]", "policy admin"),
            (refresher, "update", "partnerlink/destroy/grant/p/one", "destroy/", "policy admin"),
            (refresher, "read", "auth/token/lookup-self", "_bound_cidrs", "policy refresher"),
            (reader, "update", "sys/capabilities-self", "_bound_cidrs", "policy reader"),
        ] {
            let told = lacking(duty, path, to);
            assert!(told.contains(line) && told.ends_with(policy), "{told}");
        }
    }
}
