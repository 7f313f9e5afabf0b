//! The stores that tokens are in, or would be in: reachable, unlocked, and nobody else's.

use crate::config::FileKey;
use crate::context::Context;
use crate::error::Exit;
use crate::store::file::{Flaw, Inspection, inspect};
use crate::store::{Look, STORES, StoreError, StoreKind};
use crate::terminal::report::Finding;
use crate::terminal::{stderr_is_terminal, stdin_is_terminal};

const NAME: &str = "store";

pub fn check(context: &Context, interactive: bool) -> Vec<Finding> {
    let accounts = context.index.all();
    let used = |kind: &StoreKind| {
        context.settings.store == *kind || accounts.iter().any(|account| account.store == *kind)
    };
    let mut found = Vec::new();
    for row in STORES.iter().filter(|row| used(&row.kind)) {
        if row.kind == StoreKind::FILE {
            found.extend(sealed_files(context));
        } else {
            found.push(reachable(context, &row.kind, interactive));
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
        false => "cron or the like (no terminal, no session bus)",
    }
}

fn reachable(context: &Context, kind: &StoreKind, interactive: bool) -> Finding {
    let session = session(context, interactive);
    let Err(error) = look(context, kind).and_then(|look| look.usable) else {
        let text = format!("{kind} is unlocked, as seen from {session}");
        return Finding::good(NAME, text);
    };
    let mut finding = Finding::failed(NAME, &format!("from {session}: "), &error);
    if matches!(error, StoreError::TimedOut(_)) {
        // No window can be waiting: doctor asks for nothing that would open one.
        finding.remedy = "restart the keychain service; for cron, connect with --store file".into();
    }
    finding
}

fn look(context: &Context, kind: &StoreKind) -> Result<Look, StoreError> {
    context.world().stores.get(kind)?.look()
}

fn sealed_files(context: &Context) -> Vec<Finding> {
    let folder = context.folders.tokens();
    let inspection = inspect(&folder);
    let mut found: Vec<Finding> = inspection.flaws.iter().map(flaw).collect();
    if found.is_empty() {
        let (public, later) = match inspection.items.len() {
            _ if !inspection.exists => ("sealed files".to_owned(), ", from the first sign-in on"),
            1 => ("1 sealed file".to_owned(), ""),
            count => (format!("{count} sealed files"), ""),
        };
        let text = format!("{public} in {}{later}", folder.display());
        found.push(Finding::good(NAME, text).publicly(public + later));
    }
    found.push(key(context, &inspection));
    found
}

fn flaw(flaw: &Flaw) -> Finding {
    match flaw {
        Flaw::Open { path, mode, should } => Finding::warn(
            NAME,
            format!("others can look into {} (mode {mode:04o})", path.display()),
            format!("chmod {should:o} '{}'", path.display()),
        )
        .publicly(format!("others can look into a file or folder (mode {mode:04o})")),
        Flaw::Unsafe { path, why } => {
            Finding::failed(NAME, "", &StoreError::Unsafe { path: path.clone(), why: why.clone() })
        }
        Flaw::Unreadable { path, source } => Finding::bad(
            NAME,
            format!("{} cannot be read: {source}", path.display()),
            "make it readable for your own user",
            Exit::Store,
        )
        .publicly(format!("something cannot be read: {source}")),
    }
}

fn key(context: &Context, inspection: &Inspection) -> Finding {
    let settings = &context.settings;
    let place = match settings.file_key {
        FileKey::KeyFile => settings.key_file.display().to_string(),
        FileKey::Keychain => "the system keychain".into(),
        FileKey::Systemd => "the systemd credential partnerlink-key".into(),
        FileKey::Passphrase => "PARTNERLINK_PASSPHRASE".into(),
    };
    if settings.file_key == FileKey::Passphrase && settings.environment.passphrase().is_none() {
        let error = StoreError::NoKey(format!("{place} is not set"));
        return Finding::failed("key", "", &error);
    }
    // Reading a locked keychain would ask somebody to unlock it.
    if settings.file_key == FileKey::Keychain
        && look(context, &StoreKind::KEYCHAIN)
            .is_ok_and(|look| matches!(look.usable, Err(StoreError::Locked)))
    {
        return Finding::failed("key", "the key of the sealed files: ", &StoreError::Locked);
    }
    match context.sealed_files(settings.file_key).has_key() {
        Ok(true) => Finding::good("key", format!("{place} opens the sealed files"))
            .publicly("it opens the sealed files"),
        Ok(false) if inspection.items.is_empty() && settings.file_key != FileKey::Systemd => {
            Finding::good("key", format!("{place}, from the first sign-in on"))
                .publicly("from the first sign-in on")
        }
        Ok(false) => {
            let error = StoreError::NoKey(format!("{place} is not there"));
            Finding::failed("key", "", &error)
        }
        Err(error) => Finding::failed("key", "", &error),
    }
}
