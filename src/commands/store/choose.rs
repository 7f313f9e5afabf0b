use std::path::Path;

use serde_json::json;

use crate::commands::client_secret;
use crate::commands::keeping::remember;
use crate::config::FileKey;
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::store::shared::Duty;
use crate::store::vault::{Auth, VaultStore, new_secret_id, policy};
use crate::store::{Item, SecretBytes, StoreError, StoreKind, TokenStore};
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink store use keychain
  partnerlink store use file                      sealed files, their key in a file of its own
  partnerlink store use file --key keychain       the key in the keychain, the files on the disk
  partnerlink store use vault                     the Vault or OpenBao that [vault] describes
  bao write -f -wrap-ttl=5m -field=wrapping_token auth/approle/role/web/secret-id |
    ssh web-1 partnerlink store use vault --wrapped-secret-id";

/// Choose where new accounts are kept, after trying that it works there
///
/// The choice is written into the configuration file. Accounts that are connected stay where they
/// are until `store migrate`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_name = "STORE", value_parser = super::super::store_kind())]
    store: StoreKind,
    /// Where the key of the sealed files is kept [default: as configured, else key-file; on Windows keychain]
    #[arg(long, value_enum)]
    key: Option<FileKey>,
    /// Take the secret ID for the shared store out of its wrapping, whose token comes on standard
    /// input, and keep it in `secret_id_file`
    #[arg(long)]
    wrapped_secret_id: bool,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let what = format!("could not use {}", self.store);
        if self.key.is_some() && self.store != StoreKind::FILE {
            let why = "--key is about the sealed files";
            return Err(Error::usage(what, why, "partnerlink store use file --key …").into());
        }
        if self.key.is_some() && context.output.sandbox {
            let why = "the sandbox's files and the real ones have one key";
            return Err(Error::usage(what, why, "choose it without --sandbox").into());
        }
        if self.wrapped_secret_id && self.store != StoreKind::VAULT {
            let why = "--wrapped-secret-id is about the shared store";
            let hint = "partnerlink store use vault --wrapped-secret-id";
            return Err(Error::usage(what, why, hint).into());
        }
        match context.vault().filter(|_| self.store == StoreKind::VAULT) {
            Some(vault) => self.try_shared(context, vault, &what)?,
            None => self.try_it(context, &what)?,
        }
        let path = context.settings.folders.config_file();
        remember(&path, &self.store, self.key).map_err(|error| Error::new(&what, &error))?;
        self.tell(context, &path)
    }

    /// Writes, reads and deletes an item there.
    fn try_it(&self, context: &Context, what: &str) -> Result<(), Error> {
        if self.store != StoreKind::FILE {
            let probed = context.world().stores.get(&self.store).and_then(probe);
            return probed.map_err(|error| Error::new(what, &error));
        }
        let (environment, configured) = (&context.settings.environment, context.settings.file_key);
        let key = self.key.unwrap_or(configured);
        match key {
            FileKey::Passphrase if environment.passphrase().is_none() => {
                let why = "no passphrase is given";
                return Err(Error::usage(what, why, "set PARTNERLINK_PASSPHRASE"));
            }
            FileKey::Systemd if environment.systemd_credential().is_none() => {
                let text = "Not tried: the credential partnerlink-key is there only for a service \
                            that systemd starts with LoadCredential= or LoadCredentialEncrypted=";
                context.output.say(Mark::Warn, text);
                return Ok(());
            }
            _ => {}
        }
        // With the key that is being chosen, and not with the configured one.
        probe(&context.sealed_files(key)).map_err(|error| {
            let is_sealed = matches!(
                error,
                StoreError::WrongKey(_) | StoreError::NoKey(_) | StoreError::WrongPassphrase(_)
            );
            let error = Error::new(what, &error);
            if is_sealed && key != configured {
                error.with_hint(
                    "what is there is sealed with another key: move it away (store migrate --to \
                     keychain), choose the key, and move it back (store migrate --to file)",
                )
            } else {
                error
            }
        })
    }

    /// Signs in at the shared store, looks whether it is set up for this, and writes and reads there.
    fn try_shared(&self, context: &Context, vault: &VaultStore, what: &str) -> Result<(), Error> {
        let (output, explain) = (&context.output, |error: StoreError| Error::new(what, &error));
        if self.wrapped_secret_id {
            let Auth::AppRole { mount, role_id, secret_id: file } = &vault.settings().auth else {
                let why = "this machine does not sign in with a secret ID";
                return Err(Error::usage(what, why, "auth = \"approle\" in [vault]"));
            };
            let hint = new_secret_id(mount);
            let token = client_secret::from_stdin("wrapping token", what, &hint)?;
            if is_uuid(token.expose()) {
                let why = "what came is a secret ID as it is: this one is not wrapped";
                return Err(Error::usage(what, why, hint));
            }
            vault.unwrap_secret_id(mount, role_id, &token, file).map_err(explain)?;
            output.say(Mark::Good, format_args!("The secret ID is in {}", file.display()));
        }
        vault.token().map_err(explain)?;
        let engine = vault.engine().map_err(explain)?;
        let rights = policy::difference(vault).map_err(explain)?;
        rights.check().map_err(explain)?;
        match vault.duty() {
            Duty::Refresher => vault.try_out(),
            Duty::Reader => vault.look().map(drop),
        }
        .map_err(explain)?;
        if let Some((text, remedy)) =
            engine.and_then(|engine| engine.fault(&vault.settings().mount))
        {
            output.say(Mark::Warn, format_args!("In the shared store {text}: {remedy}"));
        }
        if let Some(excess) = rights.excess() {
            let policy = output.command(rights.policy());
            let text =
                format!("This machine may do more than it should: {excess}; enough: {policy}");
            output.say(Mark::Warn, text);
        }
        Ok(())
    }

    fn tell(&self, context: &Context, path: &Path) -> Result<u8, Failed> {
        let kind = &self.store;
        let mut elsewhere = context.index.all();
        elsewhere.retain(|entry| entry.store != *kind);
        let accounts: Vec<_> = elsewhere.iter().map(|entry| entry.account.to_string()).collect();
        if context.output.json {
            context.output.json(&json!({
                "store": kind,
                "file_key": self.key.map(FileKey::name),
                "config_file": path,
                "accounts_elsewhere": accounts,
            }))?;
            return Ok(0);
        }
        let output = &context.output;
        output.say(Mark::Good, format_args!("New accounts are kept in {kind}"));
        output.say_more(format_args!("written to {}", path.display()));
        if let Some(first) = elsewhere.first() {
            let command = format!("partnerlink store migrate --to {}", kind.name());
            let (accounts, until) = (accounts.join(", "), output.command(&command));
            let text = format!("{accounts} stay in {} until: {until}", first.store);
            output.say(Mark::Note, text);
        }
        if context.settings.store_from == "PARTNERLINK_STORE" && context.settings.store != *kind {
            output
                .say(Mark::Warn, "PARTNERLINK_STORE says otherwise, and is stronger than the file");
        }
        Ok(0)
    }
}

/// So secret IDs look, and no token of a server does.
fn is_uuid(text: &str) -> bool {
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.split('-').all(is_hex)
}

fn probe(store: &dyn TokenStore) -> Result<(), StoreError> {
    // With another key what is there already could not be opened any more.
    let items = store.look()?.items;
    let kept = items.iter().find(|item| matches!(item, Item::Account(_) | Item::ClientSecret(_)));
    if let Some(Err(error @ (StoreError::WrongKey(_) | StoreError::NoKey(_)))) =
        kept.map(|item| store.load(item))
    {
        return Err(error);
    }
    let bytes = SecretBytes::new(b"probe".to_vec());
    store.save(&Item::Probe, &bytes)?;
    let read = store.load(&Item::Probe);
    let deleted = store.delete(&Item::Probe)?;
    match read? {
        Some(read) if read.expose() == bytes.expose() && deleted => Ok(()),
        _ => Err(StoreError::ReadBackDiffers(Item::Probe)),
    }
}
