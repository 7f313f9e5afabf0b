//! The connected accounts: how each stands, whether index and stores agree, who works on
//! them now, and what crashes left behind.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::account_id::AccountId;
use crate::accounts::{Account, SignInState};
use crate::clock::{self, Clock as _};
use crate::context::Context;
use crate::error::Exit;
use crate::flow::intent::Intent;
use crate::store::StoreKind;
use crate::store::file::inspect;
use crate::store::lock;
use crate::terminal::report::Finding;

pub fn check(context: &Context) -> Vec<Finding> {
    let mut found: Vec<Finding> = folder(context).into_iter().collect();
    let accounts = context.index.all();
    // A store that nothing points to, and that may have to be woken for it, is not asked.
    let wanted = |kind: &StoreKind| {
        let needs_session = kind.row().is_some_and(|row| row.needs_session);
        let is_used = || accounts.iter().any(|account| account.store == *kind);
        !needs_session || context.settings.store == *kind || is_used()
    };
    let contents = context.world().contents(wanted);
    let stored: Vec<(&StoreKind, BTreeSet<AccountId>)> = contents
        .iter()
        .filter(|content| content.look.is_ok())
        .map(|content| (&content.kind, content.accounts()))
        .collect();
    if accounts.is_empty() {
        found.push(Finding::good("account", "none is connected yet"));
    }
    found.extend(accounts.iter().map(|account| {
        let lost = stored
            .iter()
            .any(|(kind, items)| **kind == account.store && !items.contains(&account.account));
        if lost { without_record(account) } else { standing(context, account) }
    }));
    for (kind, items) in &stored {
        let known = |id: &&AccountId| accounts.iter().all(|account| account.account != **id);
        found.extend(items.iter().filter(known).map(|id| without_entry(id, kind)));
    }
    found.extend(locks(context));
    found.extend(leftovers(context, &accounts));
    found
}

/// The state folder, where it cannot be used.
fn folder(context: &Context) -> Option<Finding> {
    let folder = context.folders.state();
    let told = |why: String| {
        let remedy = "make it readable and writable for your own user, or set PARTNERLINK_HOME";
        Finding::bad("state", format!("{} {why}", folder.display()), remedy, Exit::Store)
            .publicly(why)
    };
    match fs::read_dir(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Some(told(format!("cannot be read: {error}")))
        }
        Ok(_) if !is_writable(folder) => Some(told("cannot be written to".into())),
        _ => None,
    }
}

#[cfg(unix)]
fn is_writable(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn is_writable(folder: &Path) -> bool {
    folder.metadata().is_ok_and(|meta| !meta.permissions().readonly())
}

fn connect(account: &AccountId) -> String {
    format!("partnerlink connect {account}")
}

fn standing(context: &Context, account: &Account) -> Finding {
    let (id, now) = (&account.account, context.clock.now());
    let by = account.sign_in_by.map(clock::day_for_people);
    let over = account.sign_in_by.is_some_and(|end| end <= now);
    match by {
        _ if over || account.state == SignInState::SignInNeeded => {
            Finding::bad("account", format!("{id}: sign in again"), connect(id), Exit::SignInNeeded)
        }
        Some(by) if account.ends_soon(now) => {
            let text = format!("{id}: good, but its sign-in ends soon, on {by}");
            Finding::warn("account", text, connect(id))
        }
        Some(by) => Finding::good("account", format!("{id}: good until {by}")),
        None => Finding::good("account", format!("{id}: good")),
    }
}

fn without_record(account: &Account) -> Finding {
    let text = format!("{}: its tokens are no longer in {}", account.account, account.store);
    Finding::bad("account", text, connect(&account.account), Exit::SignInNeeded)
}

fn without_entry(id: &AccountId, kind: &StoreKind) -> Finding {
    let text = format!("{id}: its tokens are in {kind}, but the list of accounts lacks it");
    Finding::warn("account", text, format!("partnerlink store verify {id}"))
}

/// Who holds an account's lock right now.
fn locks(context: &Context) -> Vec<Finding> {
    let mut found = Vec::new();
    for path in files(&context.folders.locks(), "lock") {
        let name = account_of(&path).map_or_else(|| "an account".to_owned(), |id| id.to_string());
        match lock::is_held(&path) {
            Ok(false) => {}
            Ok(true) => {
                let holder = lock::holder(&path);
                let whom = holder.map(|pid| format!(" (process {pid})")).unwrap_or_default();
                let remedy = match holder {
                    Some(pid) => format!("wait; if it hangs, look at it: ps -fp {pid}"),
                    None => "wait until it is done".into(),
                };
                let text = format!("{name}: another partnerlink works on it now{whom}");
                found.push(Finding::warn("lock", text, remedy));
            }
            Err(error) => found.push(Finding::failed("lock", "", &error)),
        }
    }
    if found.is_empty() {
        found.push(Finding::good("lock", "nobody works on an account right now"));
    }
    found
}

/// What runs left behind that crashed.
fn leftovers(context: &Context, accounts: &[Account]) -> Vec<Finding> {
    let damaged = inspect(&context.folders.tokens()).put_aside.into_iter().map(|path| {
        let text = format!("{} was damaged and put aside", path.display());
        Finding::warn("leftover", text, format!("when nobody needs it: rm '{}'", path.display()))
            .publicly("a damaged file was put aside")
    });
    let intents = files(&context.folders.intents(), "json").into_iter().filter_map(|path| {
        let id = account_of(&path).filter(|id| !is_at_work(context, id))?;
        Intent::read(&path)?;
        let text = format!("{id}: a refresh was cut short; the next one finds out what came of it");
        Some(Finding::warn("leftover", text, format!("partnerlink token refresh --force {id}")))
    });
    let moves = accounts.iter().map(|account| &account.account).filter_map(|id| {
        let cut_short = context.folders.move_file(id).exists() && !is_at_work(context, id);
        let text = format!("{id}: its move to another store was cut short; the next use ends it");
        cut_short
            .then(|| Finding::warn("leftover", text, format!("partnerlink token refresh {id}")))
    });
    damaged.chain(intents).chain(moves).collect()
}

/// Whether a run holds the account's lock: what it wrote is then still in use.
fn is_at_work(context: &Context, id: &AccountId) -> bool {
    let lock = context.folders.locks().join(format!("{}.lock", id.file_stem()));
    lock::is_held(&lock).unwrap_or(false)
}

/// The files of a folder with this ending, sorted.
fn files(folder: &Path, ending: &str) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path());
    files.filter(|path| path.extension().is_some_and(|end| end == ending)).collect()
}

fn account_of(path: &Path) -> Option<AccountId> {
    AccountId::from_file_stem(path.file_stem()?.to_str()?)
}
