//! The shared store: its servers, this machine's rights there, and the accounts in it.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::clock::{self, Clock as _, Timestamp};
use crate::context::Context;
use crate::error::{Exit, Explain as _};
use crate::flow::inventory::Content;
use crate::provider::Provider;
use crate::store::shared::Duty;
use crate::store::vault::inspect::Node;
use crate::store::vault::{Auth, VaultStore, policy};
use crate::store::{StoreError, TokenStore as _};
use crate::terminal::report::Finding;

const NAME: &str = "store";
/// So many seconds a clock may differ: ends of tokens are told as of the server's.
const MOST_CLOCK_DIFFERENCE: i64 = 5;
/// A claim lasts seconds: one that is older stays until somebody takes it over.
const OLD_CLAIM: Duration = Duration::from_secs(600);
/// Of so many accounts the records are read: two requests each.
const MOST_READ: usize = 200;

pub fn check(context: &Context, vault: &VaultStore, content: &Content) -> Vec<Finding> {
    let mut found: Vec<Finding> =
        vault.nodes().map(|(address, node)| server(address, node)).collect();
    if found.iter().all(|finding| finding.exit.is_some()) {
        return found;
    }
    // The others stand in for one that is away.
    found = found.into_iter().map(Finding::in_nobodys_way).collect();
    found.extend(clock_of(context.clock.now(), vault.now()));
    match signed_in(vault) {
        Ok(findings) => found.extend(findings),
        Err(error) => {
            found.push(Finding::failed(NAME, "", &error));
            return found;
        }
    }
    if let Err(error) = content.usable() {
        found.push(Finding::failed(NAME, "", error));
        return found;
    }
    if vault.duty() == Duty::Refresher {
        found.push(match vault.refuses_conflicts() {
            Ok(true) => Finding::good(NAME, "of two writes at once it takes one"),
            Ok(false) => Finding::bad(
                NAME,
                "it takes a write on a version that is not there: two machines would spend one token",
                "use the secrets engine KV of version 2 of Vault or OpenBao, and nothing like it",
                Exit::Store,
            ),
            Err(error) => Finding::failed(NAME, "", &error),
        });
        found.extend(records(context, vault, content));
    }
    found
}

fn server(address: &url::Url, node: Result<Node, StoreError>) -> Finding {
    let private = |finding: Finding, text: &str| finding.publicly(text.to_owned());
    let place = address.as_str().trim_end_matches('/');
    let way = if address.scheme() == "https" { "TLS" } else { "on this machine, without TLS" };
    match node {
        Err(error @ StoreError::Unavailable(_)) => {
            let remedy = "is the address right, and the server up? Then try again later";
            let text = format!("{place}: {error}");
            private(Finding::bad(NAME, text, remedy, Exit::TryLater), "no answer")
        }
        Err(error) => {
            let code = error.meaning().code;
            private(Finding::failed(NAME, &format!("{place}: "), &error), code)
        }
        Ok(Node { initialized: false, .. }) => {
            let text = format!("{place} is not initialized");
            private(
                Finding::bad(NAME, text, "bao operator init", Exit::TryLater),
                "not initialized",
            )
        }
        Ok(Node { sealed: true, .. }) => {
            let text = format!("{place} is sealed");
            private(Finding::bad(NAME, text, "bao operator unseal", Exit::TryLater), "sealed")
        }
        Ok(Node { version, standby, .. }) => {
            let standby = if standby { ", a standby" } else { "" };
            let text = format!("version {version}, unsealed{standby} ({way})");
            Finding::good(NAME, format!("{place}: {text}")).publicly(text)
        }
    }
}

fn clock_of(ours: Timestamp, theirs: Option<Timestamp>) -> Option<Finding> {
    let ahead = clock::seconds_between(theirs?, ours);
    let text = clock::difference(ahead).replace("the provider's", "the shared store's");
    (ahead.abs() > MOST_CLOCK_DIFFERENCE)
        .then(|| Finding::warn("clock", text, "set it right, best by NTP"))
}

/// As whom this machine is known there, and whether that is what it should be.
fn signed_in(vault: &VaultStore) -> Result<Vec<Finding>, StoreError> {
    let settings = vault.settings();
    let token = vault.token()?;
    let life = match token.ttl {
        0 => "which never ends".into(),
        seconds => format!("for {}", clock::length_for_people(seconds)),
    };
    let by = match &settings.auth {
        Auth::AppRole { .. } => "AppRole".into(),
        Auth::Jwt { mount, .. } => format!("{mount} (JWT)"),
        Auth::TokenFile(_) => "a token file".into(),
        Auth::Token { variable, .. } => format!("the token of {variable}"),
        Auth::Proxy => "a proxy".into(),
    };
    let text = format!("signed in by {by}, {life}");
    let mut found = vec![match &settings.auth {
        Auth::Token { .. } => {
            let remedy = "for more than a try: auth = \"approle\" in [vault]; partnerlink help \
                          shared-store";
            Finding::warn(NAME, text, remedy)
        }
        _ => Finding::good(NAME, text),
    }];
    let reads = vault.duty() == Duty::Reader;
    let engine = vault.engine()?;
    match engine.map(|engine| (engine.fault(&settings.mount), engine.max_versions)) {
        // Its policy says nothing of it.
        None if reads => {}
        None => found.push(Finding::warn(
            NAME,
            format!("how {} is set up is not to be seen from here", settings.mount),
            format!("read on {}/config: partnerlink store policy refresher", settings.mount),
        )),
        Some((Some((text, remedy)), _)) => found.push(Finding::warn(NAME, text, remedy)),
        Some((None, versions)) => {
            let text = format!("KV version 2, cas_required, max_versions {versions}");
            found.push(Finding::good(NAME, text));
        }
    }
    let rights = policy::difference(vault)?;
    let duty = if reads { "reads" } else { "refreshes" };
    found.push(match (rights.check(), rights.excess()) {
        (Err(error), _) => Finding::failed(NAME, "", &error),
        (Ok(()), None) => {
            Finding::good(NAME, format!("this machine {duty}, and may do what that needs"))
        }
        (Ok(()), Some(excess)) => {
            let text = format!("this machine {duty}, and may do more: {excess}");
            Finding::warn(NAME, text, format!("a policy that is enough: {}", rights.policy()))
        }
    });
    Ok(found)
}

/// What stands in the records of the accounts, of the first of them where there are many.
fn records(context: &Context, vault: &VaultStore, content: &Content) -> Vec<Finding> {
    let now = vault.now().unwrap_or_else(|| context.clock.now());
    let accounts = content.accounts();
    let mut found = Vec::new();
    for account in accounts.iter().take(MOST_READ) {
        let remedy = format!("partnerlink token refresh --force {account}");
        let records = match vault.records(account) {
            Ok(records) => records,
            Err(error) => {
                found.push(Finding::failed("account", &format!("{account}: "), &error));
                continue;
            }
        };
        if let Some((holder, since)) = records.claim
            && clock::time_left(since, now) > OLD_CLAIM
        {
            let since = clock::for_people(since, context.clock.now());
            let text =
                format!("{account}: claimed since {since} by {holder}, which came to no end");
            let public = format!("{account}: claimed for long by a machine that came to no end");
            found.push(Finding::warn("account", text, &remedy).publicly(public));
        }
        if records.readers_are_behind {
            let text = format!("{account}: machines that only read do not see its newest token");
            let remedy = format!("partnerlink store verify {account}");
            found.push(Finding::warn("account", text, remedy));
        }
    }
    if accounts.len() > MOST_READ {
        let text = format!("the records of {MOST_READ} of {} accounts were read", accounts.len());
        found.push(Finding::good("account", text));
    }
    found
}

/// Providers that may not forgive a machine that dies at the wrong moment.
pub fn overlap(content: &Content, providers: &[&Provider]) -> Vec<Finding> {
    let accounts = content.accounts();
    let used: BTreeSet<&str> = accounts.iter().map(|account| account.provider()).collect();
    let unknown = providers.iter().filter(|provider| {
        used.contains(&*provider.name) && provider.rotation_overlap_seconds == 0
    });
    let warn = |provider: &&&Provider| {
        let name = &provider.name;
        let text = format!(
            "{name}: it is not known to forgive a refresh token that was spent: a machine that \
             dies while it refreshes loses the sign-in"
        );
        let remedy = format!(
            "ask for a rotation overlap of 60 s, then: partnerlink config set \
             provider.{name}.rotation_overlap_seconds 60"
        );
        Finding::warn("provider", text, remedy)
    };
    unknown.map(|provider| warn(&provider)).collect()
}
