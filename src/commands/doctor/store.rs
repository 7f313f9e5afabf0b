//! The stores that tokens are in, or would be in: reachable, unlocked, and nobody else's.

use std::path::Path;

use super::shared;
use crate::config::{FileKey, Settings};
use crate::context::Context;
use crate::flow::inventory::Content;
use crate::provider::Provider;
use crate::store::file::{Flaw, Inspection, inspect};
use crate::store::{StoreError, StoreKind};
use crate::system::access;
use crate::terminal::report::Finding;
use crate::terminal::{stderr_is_terminal, stdin_is_terminal};
use crate::text::{delete_command, shell_quoted};

const NAME: &str = "store";

/// What is in the stores. One that nothing points to, and that may have to be woken for it, is not
/// asked.
pub fn contents(context: &Context) -> Vec<Content> {
    let may_sleep = |kind: &StoreKind| kind.row().is_some_and(|row| row.needs_session);
    context.world().contents(|store| {
        let kind = store.kind();
        !may_sleep(&kind) || is_used(context, &kind)
    })
}

fn is_used(context: &Context, kind: &StoreKind) -> bool {
    let holds_the_key = *kind == StoreKind::KEYCHAIN
        && context.settings.file_key == FileKey::Keychain
        && is_used(context, &StoreKind::FILE);
    holds_the_key
        || context.settings.store == *kind
        || context.index.all().iter().any(|account| account.store == *kind)
}

/// Whether an account is there, or the key of one.
fn holds_something(context: &Context, contents: &[Content], kind: &StoreKind) -> bool {
    let holds_key = *kind == StoreKind::KEYCHAIN
        && context.settings.file_key == FileKey::Keychain
        && contents.iter().any(|content| {
            let sealed = content.look.as_ref().is_ok_and(|look| !look.items.is_empty());
            content.kind == StoreKind::FILE && sealed
        });
    holds_key || context.index.all().iter().any(|account| account.store == *kind)
}

pub fn check(
    context: &Context,
    contents: &[Content],
    providers: &[&Provider],
    interactive: bool,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for content in contents {
        if content.kind == StoreKind::FILE {
            found.extend(sealed_files(context, contents));
        } else if let Some(vault) = context.vault()
            && content.kind == StoreKind::VAULT
        {
            found.extend(shared::check(context, vault, content));
            found.extend(shared::overlap(content, providers));
        } else if is_used(context, &content.kind) {
            let finding = reachable(content, session(context, interactive));
            let is_needed = holds_something(context, contents, &content.kind);
            found.push(if is_needed { finding } else { finding.in_nobodys_way() });
        }
    }
    found
}

/// What kind of session this is: it decides whether a keychain can be reached.
fn session(context: &Context, interactive: bool) -> &'static str {
    let set = |name: &str| context.settings.environment.text(name).is_some();
    let terminal = interactive || stdin_is_terminal() || stderr_is_terminal();
    match terminal {
        true if set("SSH_CONNECTION") || set("SSH_TTY") => "a terminal over ssh",
        true => "a terminal",
        // A desktop's terminal has this as well: its shell was started by systemd.
        false if set("INVOCATION_ID") => "a systemd service",
        false if set("SSH_CONNECTION") => "ssh without a terminal",
        false if set("DBUS_SESSION_BUS_ADDRESS") => "a program of the desktop",
        false if cfg!(windows) => "a task or the like (no console)",
        false if cfg!(target_os = "macos") => "launchd or the like (no terminal)",
        false => "cron or the like (no terminal, no session bus)",
    }
}

fn reachable(content: &Content, session: &str) -> Finding {
    let Err(error) = content.usable() else {
        let text = format!("{} is unlocked, as seen from {session}", content.kind);
        return Finding::good(NAME, text);
    };
    let mut finding = Finding::failed(NAME, &format!("from {session}: "), error);
    if matches!(error, StoreError::TimedOut(_)) {
        // No window can be waiting: doctor asks for nothing that would open one.
        let restart = if cfg!(any(windows, target_os = "macos")) {
            "sign in anew"
        } else {
            "restart the keychain service"
        };
        finding.remedy = format!("{restart}; for runs without you, connect with --store file");
    }
    finding
}

fn sealed_files(context: &Context, contents: &[Content]) -> Vec<Finding> {
    let folder = context.folders.tokens();
    let Inspection { exists, items, put_aside, flaws } = inspect(&folder);
    let mut found: Vec<Finding> = flaws.into_iter().map(flaw).collect();
    found.extend(access_lists(context));
    if is_used(context, &StoreKind::FILE) {
        if found.is_empty() {
            let (public, later) = match items.len() {
                _ if !exists => ("sealed files".to_owned(), ", from the first sign-in on"),
                1 => ("1 sealed file".to_owned(), ""),
                count => (format!("{count} sealed files"), ""),
            };
            let text = format!("{public} in {}{later}", folder.display());
            found.push(Finding::good(NAME, text).publicly(public + later));
        }
        let key = key(context, contents, items.is_empty());
        found.push(if items.is_empty() { key.in_nobodys_way() } else { key });
    }
    found.extend(put_aside.into_iter().map(|path| {
        let text = format!("{} was damaged and put aside", path.display());
        Finding::warn("leftover", text, format!("when nobody needs it: {}", delete_command(&path)))
            .publicly("a damaged file was put aside")
    }));
    found
}

/// On Windows, where no mode says who may look into a folder: whose it is to be is seen to when it is
/// made, but not of one that was there, or whose disk has no access lists.
fn access_lists(context: &Context) -> Vec<Finding> {
    let Settings { folders, key_file, .. } = &context.settings;
    let config_file = folders.config_file();
    let folders = [config_file.parent(), Some(folders.state()), key_file.parent()];
    let mut found: Vec<&Path> = Vec::new();
    for folder in folders.into_iter().flatten().filter(|folder| folder.is_dir()) {
        if !found.contains(&folder) {
            found.push(folder);
        }
    }
    let look = |folder: &Path| match access::others(folder) {
        Ok(others) if others.is_empty() => None,
        Ok(others) => {
            let (others, folder_name) = (others.join(", "), folder.display());
            let text = format!("others can look into {folder_name} ({others} in its access list)");
            let finding = Finding::warn(NAME, text, access::closing_commands(folder));
            Some(finding.publicly("others can look into a folder"))
        }
        Err(error) => {
            let text = format!("who may look into {} is not known: {error}", folder.display());
            let finding = Finding::warn(NAME, text, "");
            Some(finding.publicly("who may look into a folder is not known"))
        }
    };
    found.into_iter().filter_map(look).collect()
}

fn flaw(flaw: Flaw) -> Finding {
    match flaw {
        Flaw::Open { path, mode, should } => {
            let text = format!("others can look into {} (mode {mode:04o})", path.display());
            Finding::warn(
                NAME,
                text,
                format!("chmod {should:o} {}", shell_quoted(&path.to_string_lossy())),
            )
            .publicly(format!("others can look into a file or folder (mode {mode:04o})"))
        }
        Flaw::Unusable(error) => Finding::failed(NAME, "", &error),
    }
}

/// The key of the sealed files, of which there may be none yet.
fn key(context: &Context, contents: &[Content], nothing_is_sealed: bool) -> Finding {
    let settings = &context.settings;
    let place = settings.key_place();
    let failed = |error: &StoreError| Finding::failed("key", "", error);
    let missing = |why: &str| failed(&StoreError::NoKey(format!("{place} {why}")));
    let keychain = contents.iter().find(|content| content.kind == StoreKind::KEYCHAIN);
    match (settings.file_key, keychain.map(Content::usable)) {
        // Reading a locked keychain would ask somebody to unlock it.
        (FileKey::Keychain, Some(Err(error))) => return failed(error),
        (FileKey::Systemd, _) if settings.environment.systemd_credential().is_none() => {
            let text = format!("{place} is there only for a service of systemd: not looked at");
            return Finding::warn("key", text, "");
        }
        (FileKey::Passphrase, _) if settings.environment.passphrase().is_none() => {
            return missing("is not set");
        }
        _ => {}
    }
    let (told, public) = match context.sealed_files(settings.file_key).has_key() {
        Ok(true) => (" opens the sealed files", "it opens the sealed files"),
        Ok(false) if nothing_is_sealed && settings.file_key != FileKey::Systemd => {
            (", from the first sign-in on", "from the first sign-in on")
        }
        Ok(false) if settings.file_key == FileKey::Keychain => {
            return failed(&StoreError::NoKey(format!("it is not in {place}")));
        }
        Ok(false) => return missing("is not there"),
        Err(error) => return failed(&error),
    };
    Finding::good("key", place + told).publicly(public)
}
