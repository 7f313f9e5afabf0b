//! The journal: new tokens, kept where no keychain is needed.
//!
//! From the provider's answer to the save the new refresh token is the only one that works, and
//! the store may be full, locked, frozen or gone by then. So the record is first written beside
//! the intent, sealed under a key that comes from the refresh token that was just spent. Whoever
//! has the record from before can open it, and nobody else: the next run takes it in, before
//! anything else is spent. A keychain that says "saved" and writes to its disk later
//! ([`StoreRow::writes_later`]) may come back with the former record after a crash; for that case
//! the journal stays until the next one takes its place.
//!
//! [`StoreRow::writes_later`]: crate::store::StoreRow::writes_later

use std::io;
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::{Hkdf, InvalidLength};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::World;
use super::intent::{self, Left, TokenId};
use crate::account_id::AccountId;
use crate::secret::Secret;
use crate::store::record::Record;
use crate::store::shared::{Claim, Seen, Settled};
use crate::store::{Item, SecretBytes, StoreError, TokenStore};

/// Keeps this key apart from any other that is ever made of a refresh token.
const KEY_INFO: &[u8] = b"partnerlink journal key 1";
const NONCE_BYTES: usize = 24;

/// A record that waits to be saved.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Journal {
    /// The new refresh token: a store that has it needs the journal no more.
    pub(super) becomes: Option<TokenId>,
    /// The nonce and the sealed record, in base64.
    sealed: String,
}

impl Journal {
    pub(super) fn seal(record: &Record, spent: &Secret) -> io::Result<Self> {
        let bytes = record.to_bytes().map_err(io::Error::other)?;
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(io::Error::other)?;
        let name = record.account.account.to_string();
        let payload = Payload { msg: bytes.expose(), aad: name.as_bytes() };
        let cipher = cipher(spent).map_err(io::Error::other)?;
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| io::Error::other("the record is too long to be sealed"))?;
        Ok(Self {
            becomes: record.refresh_token.as_ref().map(TokenId::of),
            sealed: BASE64_STANDARD.encode([&nonce[..], &sealed].concat()),
        })
    }

    /// `None` if it is damaged, or about another token or account.
    pub(super) fn open(&self, spent: &Secret, account: &AccountId) -> Option<Record> {
        let bytes = BASE64_STANDARD.decode(&self.sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let name = account.to_string();
        let payload = Payload { msg: sealed, aad: name.as_bytes() };
        let bytes = cipher(spent).ok()?.decrypt(&XNonce::from(*nonce), payload).ok()?;
        Record::from_bytes(&SecretBytes::new(bytes), account).ok()
    }
}

fn cipher(spent: &Secret) -> Result<XChaCha20Poly1305, InvalidLength> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, spent.expose().as_bytes()).expand(KEY_INFO, &mut *key)?;
    Ok(XChaCha20Poly1305::new((&*key).into()))
}

/// A record that is newer than the stored one.
pub(super) struct Newer {
    record: Record,
    /// Whether it could not be saved; else the store forgot that it had saved it.
    is_unsaved: bool,
}

/// The newest record that whoever holds this one can open; fails where that cannot be known because
/// another program has the journal open.
pub(super) fn newest(world: &World, record: &Record) -> Result<Option<Newer>, StoreError> {
    let newer = |path: &Path, record: &Record| {
        let left = Left::find(path);
        let left = left.map_err(|source| StoreError::io("could not read", path, source))?;
        Ok(left.and_then(|left| left.newer(record)))
    };
    let file = world.folders.intent_file(&record.account.account);
    let forgotten = newer(&intent::saved(&file), record)?;
    Ok(match newer(&file, forgotten.as_ref().unwrap_or(record))? {
        Some(record) => Some(Newer { record, is_unsaved: true }),
        None => forgotten.map(|record| Newer { record, is_unsaved: false }),
    })
}

/// Puts newer tokens than those that were seen in their place, and saves them; the account's lock is
/// held. If they cannot be saved, the reason is returned, and no token may be spent: its intent
/// would take the place of the journal. Where somebody else has newer ones still, theirs count.
pub(super) fn take_in(
    world: &World,
    store: &dyn TokenStore,
    seen: &mut Seen,
) -> Option<StoreError> {
    let account = seen.record.account.account.clone();
    let newer = match newest(world, &seen.record) {
        Ok(newer) => newer?,
        Err(error) => return Some(error),
    };
    let claim = Claim::alone(seen.clone());
    let mut record = newer.record;
    record.account.store = store.kind();
    let settled = store.settle(&claim, &mut record);
    seen.record = record;
    match settled {
        Err(error) => return Some(error),
        Ok(Settled::Saved) => log::info!(
            "{account}: the new tokens of an earlier run, which could not save them, are in"
        ),
        Ok(Settled::Superseded(_)) => log::info!(
            "{account}: another machine has newer tokens than an earlier run, which could not \
             save its own"
        ),
    }
    if newer.is_unsaved {
        intent::settle(&world.folders.intent_file(&account), store);
    }
    if store.is_shared() {
        match store.see(&account) {
            Ok(Some(now)) => *seen = now,
            Ok(None) => return Some(StoreError::Conflict(Item::Account(account))),
            Err(error) => return Some(error),
        }
    }
    None
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::accounts::Account;

    pub fn record(refresh_token: &str) -> Record {
        let account = Account::example("zaehlerfreunde");
        Record::new(account, "access-token".into(), Some(refresh_token.into()), None)
    }

    #[test]
    fn only_the_spent_token_of_the_same_account_opens_it() {
        let (new, spent) = (record("new"), Secret::from("spent"));
        let journal = Journal::seal(&new, &spent).unwrap();
        let account = &new.account.account;
        assert!(journal.open(&spent, account).unwrap().is_the_same_as(&new));
        assert!(journal.open(&"another".into(), account).is_none());
        assert!(journal.open(&spent, &"zaehlerfreunde:other".parse().unwrap()).is_none());
        assert!(journal.becomes == Some(TokenId::of(&"new".into())));
    }

    #[test]
    fn it_holds_no_token_in_the_clear_and_notices_every_change() {
        let (new, spent) = (record("new-refresh-token"), Secret::from("spent"));
        let journal = Journal::seal(&new, &spent).unwrap();
        let bytes = BASE64_STANDARD.decode(&journal.sealed).unwrap();
        assert!(!bytes.windows(5).any(|window| window == b"token"));
        let again = Journal::seal(&new, &spent).unwrap();
        assert_ne!(journal.sealed, again.sealed, "a nonce is drawn for each");
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            for bytes in [&changed[..], &bytes[..at]] {
                let sealed = BASE64_STANDARD.encode(bytes);
                let journal = Journal { becomes: None, sealed };
                assert!(journal.open(&spent, &new.account.account).is_none(), "at {at}");
            }
        }
    }
}
