//! The connected accounts: how each stands, whether index and stores agree, who works on them now,
//! and what crashes left behind.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::account_id::AccountId;
use crate::accounts::{Account, Standing};
use crate::clock::{self, Clock as _, Timestamp};
use crate::commands::{fault, not_listed, shortcoming};
use crate::context::Context;
use crate::error::{Exit, MAKE_ROOM};
use crate::flow::intent::Left;
use crate::flow::inventory::Content;
use crate::store::file::has_room;
use crate::store::lock;
use crate::terminal::report::Finding;

pub fn check(context: &Context, contents: &[Content]) -> Vec<Finding> {
    let mut found: Vec<Finding> = folder(context).into_iter().collect();
    let accounts = context.index.all();
    let names = context.index.names();
    match &names {
        Err(error) => {
            let error = not_listed(error);
            let finding = Finding::bad("account", error.why, error.hint, error.exit);
            found.push(finding.publicly(error.code));
        }
        Ok(names) if names.is_empty() => {
            found.push(Finding::good("account", "none is connected yet"));
        }
        Ok(_) => {}
    }
    let listed: Vec<(&Content, BTreeSet<AccountId>)> =
        contents.iter().map(|content| (content, content.accounts())).collect();
    for account in &accounts {
        let id = &account.account;
        let is_lost = |(content, listed): &(&Content, BTreeSet<AccountId>)| {
            content.kind == account.store && content.look.is_ok() && !listed.contains(id)
        };
        let unreadable = contents.iter().find_map(|content| content.unreadable(id));
        found.push(if let Some(error) = unreadable {
            Finding::failed("account", &format!("{id}: "), error)
        } else if listed.iter().any(is_lost) {
            let text = format!("{id}: its tokens are no longer in {}", account.store);
            Finding::bad("account", text, connect(id), Exit::SignInNeeded)
        } else if let Some(error) = fault(context, account) {
            Finding::bad("account", format!("{id}: {}", error.why), error.hint, error.exit)
                .publicly(format!("{id}: {}", error.code))
        } else {
            standing(context, account)
        });
    }
    for content in contents {
        let mut unlisted = content.accounts();
        unlisted.retain(|id| accounts.iter().all(|account| account.account != *id));
        found.extend(unlisted.iter().map(|id| {
            let kind = &content.kind;
            let text = format!("{id}: its tokens are in {kind}, but the list of accounts lacks it");
            Finding::warn("account", text, format!("partnerlink store verify {id}"))
        }));
    }
    let mut damaged = names.unwrap_or_default();
    accounts.iter().for_each(|account| drop(damaged.take(&account.account)));
    contents.iter().flat_map(Content::accounts).for_each(|id| drop(damaged.take(&id)));
    found.extend(damaged.iter().map(|id| {
        let text = format!("{id}: its entry in the list of accounts is damaged");
        Finding::bad("account", text, format!("partnerlink store verify {id}"), Exit::Store)
    }));
    found.extend(clock_of(&accounts, context.clock.now()));
    found.extend(locks(context));
    found
}

/// The state folder, where it cannot be used.
fn folder(context: &Context) -> Option<Finding> {
    let folder = context.folders.state();
    let mut remedy = "make it readable and writable for your own user, or set PARTNERLINK_HOME";
    let why = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => format!("cannot be read: {error}"),
        #[cfg(unix)]
        Ok(_) if rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_err() => {
            "cannot be written to".to_owned()
        }
        Ok(_) if !has_room(folder) => {
            remedy = MAKE_ROOM;
            "is on a disk without room for a sign-in".to_owned()
        }
        Ok(_) => return None,
    };
    let text = format!("{} {why}", folder.display());
    Some(Finding::bad("state", text, remedy, Exit::Store).publicly(why))
}

fn connect(account: &AccountId) -> String {
    format!("partnerlink connect {account}")
}

fn standing(context: &Context, account: &Account) -> Finding {
    let id = &account.account;
    let until = |before: &str| {
        let end = account.sign_in_by.map(clock::day_for_people);
        end.map(|day| format!("{before}{day}")).unwrap_or_default()
    };
    let standing = account.standing(context.clock.now(), None);
    let Some((exit, why, command)) = shortcoming(account, standing) else {
        return Finding::good("account", format!("{id}: good{}", until(" until ")));
    };
    let why = if why.is_empty() { why } else { format!(": {why}") };
    let text = format!("{id}: {}{why}", standing.word());
    match standing {
        Standing::EndsSoon => {
            let text = format!("{id}: good, but its sign-in ends soon{}", until(", on "));
            Finding::warn("account", text, command)
        }
        Standing::NotRefreshed | Standing::Misdated => Finding::warn("account", text, command),
        _ => Finding::bad("account", text, command, exit),
    }
}

/// A clock that was wrong at the last token answer, and has not been set right since.
fn clock_of(accounts: &[Account], now: Timestamp) -> Option<Finding> {
    let ahead = accounts.iter().find_map(|account| account.clock_off(now))?;
    let text = format!("at the last token answer {}", clock::difference(ahead));
    Some(Finding::warn("clock", text, "set it right, best by NTP"))
}

/// Who works on which account right now, and what runs that crashed left behind. Whoever worked on
/// an account held its lock, whose file stays.
fn locks(context: &Context) -> Vec<Finding> {
    let (mut held, mut left) = (Vec::new(), Vec::new());
    let entries = fs::read_dir(context.folders.locks()).into_iter().flatten().flatten();
    let paths: BTreeSet<_> = entries.map(|entry| entry.path()).collect();
    for path in paths {
        let Some(id) = account_of(&path) else { continue };
        match lock::is_held(&path) {
            Ok(true) => held.push(at_work(&id, lock::holder(&path))),
            Ok(false) => left.extend(leftovers(context, &id)),
            Err(error) => held.push(Finding::failed("lock", "", &error)),
        }
    }
    if held.is_empty() {
        held.push(Finding::good("lock", "nobody works on an account right now"));
    }
    held.extend(left);
    held
}

fn account_of(lock: &Path) -> Option<AccountId> {
    AccountId::from_file_stem(lock.file_name()?.to_str()?.strip_suffix(".lock")?)
}

fn at_work(id: &AccountId, holder: Option<u32>) -> Finding {
    let text = format!("{id}: another partnerlink works on it now");
    match holder {
        Some(pid) => {
            let remedy = format!("wait; if it hangs, look at it: ps -fp {pid}");
            Finding::warn("lock", format!("{text} (process {pid})"), remedy)
        }
        None => Finding::warn("lock", text, "wait until it is done"),
    }
}

/// What runs left behind that crashed while they worked on an account.
fn leftovers(context: &Context, id: &AccountId) -> Vec<Finding> {
    let refresh = Left::read(&context.folders.intent_file(id)).map(|left| {
        let text = match left.has_journal() {
            true => "its new tokens could not be saved yet; the next refresh takes them in",
            false => "a refresh was cut short; the next one finds out what came of it",
        };
        let remedy = format!("partnerlink token refresh --force {id}");
        Finding::warn("leftover", format!("{id}: {text}"), remedy)
    });
    let moving = context.folders.move_file(id).exists().then(|| {
        let text = format!("{id}: its move to another store was cut short; the next use ends it");
        Finding::warn("leftover", text, format!("partnerlink token refresh {id}"))
    });
    refresh.into_iter().chain(moving).collect()
}
