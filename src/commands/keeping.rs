//! Where the tokens of a sign-in will be kept: settled with the person before they are sent to the
//! browser, the same for every command that keeps something.

use std::path::Path;

use crate::account_id::AccountId;
use crate::config::edit::{Draft, quoted};
use crate::config::{ConfigError, FileKey};
use crate::context::Context;
use crate::error::Error;
use crate::store::file::LostKey;
use crate::store::{Item, Look, StoreError, StoreKind, TokenStore};
use crate::terminal::Mark;

/// Settles the store for an account: the one that was asked for, else where it is or new ones go.
/// `None` where nothing but that was settled.
pub fn settle(
    context: &Context,
    account: &AccountId,
    asked: Option<&StoreKind>,
    what: &str,
) -> Result<Option<StoreKind>, Error> {
    let home = context.world().home(account);
    let to = match asked {
        Some(kind) => Some(kind.clone()),
        None => offer_files(context, home)?,
    };
    if to.as_ref().unwrap_or(&home.kind()) == &StoreKind::FILE {
        let files = context.sealed_files(context.settings.file_key);
        let lost = files.replace_lost_key().map_err(|error| Error::new(what, &error))?;
        lost.iter().for_each(|lost| tell(context, account, lost));
    }
    Ok(to)
}

/// Where there is no keychain: offers the sealed files, and remembers that they were taken.
fn offer_files(context: &Context, home: &dyn TokenStore) -> Result<Option<StoreKind>, Error> {
    let (settings, output) = (&context.settings, &context.output);
    let is_given = settings.store_from == "PARTNERLINK_STORE";
    let key_is_there_too = settings.file_key == FileKey::Keychain;
    if !context.interactive || home.kind() != StoreKind::KEYCHAIN || is_given || key_is_there_too {
        return Ok(None);
    }
    let (Err(StoreError::Unreachable(_)) | Ok(Look { usable: Err(StoreError::NoCollection), .. })) =
        home.look()
    else {
        return Ok(None);
    };
    let question = format!(
        "There is no keychain on this machine. Keep tokens in sealed files from now on, their key \
         in {}?",
        settings.key_place()
    );
    if !output.agrees(&question)? {
        return Ok(None);
    }
    let file = settings.folders.config_file();
    match remember(&file, &StoreKind::FILE, None) {
        Ok(()) => output.say(Mark::Good, format_args!("Written to {}", file.display())),
        Err(error) => output.say(Mark::Warn, format_args!("Only this time: {error}")),
    }
    Ok(Some(StoreKind::FILE))
}

/// Writes into the configuration file where new accounts go.
pub fn remember(file: &Path, store: &StoreKind, key: Option<FileKey>) -> Result<(), ConfigError> {
    let mut draft = Draft::open(file.to_owned())?.with(&["store"], &quoted(store.name()), "")?;
    if let Some(key) = key {
        draft = draft.with(&["file_key"], &quoted(key.name()), "")?;
    }
    draft.save()
}

/// What a new key costs.
fn tell(context: &Context, account: &AccountId, lost: &LostKey) {
    let others = lost.sealed.iter().filter_map(|item| match item {
        Item::Account(id) if id == account => None,
        Item::Account(id) => Some(id.to_string()),
        Item::ClientSecret(provider) => Some(format!("the client secret of {provider}")),
        Item::FileKey | Item::Probe => None,
    });
    let others: Vec<String> = others.collect();
    let costs = match others.as_slice() {
        [] => "what it sealed of this account is lost, and is made anew".to_owned(),
        others => format!("lost with it: {}", others.join(", ")),
    };
    let why = &lost.why;
    let text = format!("The key of the sealed files is gone ({why}): a new one is made; {costs}");
    context.output.say(Mark::Warn, text);
}
