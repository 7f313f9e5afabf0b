//! A sealed file: which item lies under which name, and what is in it. That is a line that anybody may read, 24 bytes of nonce, the sealed bytes.
//!
//! ```text
//! partnerlink-sealed 1 zaehlerfreunde:default key=1a2b3c4d
//! ```
//!
//! XChaCha20-Poly1305: its nonce is long enough to be drawn by lot for every save. The whole line
//! is associated data, so a file that was renamed, or whose line was touched, does not open.

use std::str;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use super::key::{self, Key};
use crate::account_id::AccountId;
use crate::secret::Secret;
use crate::store::{Item, SecretBytes, StoreError};

const MAGIC: &str = "partnerlink-sealed";
const VERSION: u32 = 1;
const NONCE_BYTES: usize = 24;
/// The line is at most 175 bytes with the longest names; what has none this soon is not ours.
const MOST_LINE_BYTES: usize = 256;

pub(super) const ENDING: &str = ".sealed";
/// No account's name begins with an underscore, so these never meet one.
const CLIENT_SECRET: &str = "_client-secret.";
const FILE_KEY: &str = "_file-key";
const PROBE: &str = "_probe";

/// Why a file does not open.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Damaged(&'static str),
    WrongKey,
    TooNew(u32),
}

pub(super) fn file_name(item: &Item) -> String {
    match item {
        Item::Account(id) => format!("{}{ENDING}", id.file_stem()),
        Item::ClientSecret(provider) => format!("{CLIENT_SECRET}{provider}{ENDING}"),
        Item::FileKey => format!("{FILE_KEY}{ENDING}"),
        Item::Probe => format!("{PROBE}{ENDING}"),
    }
}

/// The reverse of [`file_name`]; `None` for what this program did not write.
pub(super) fn item_of(name: &str) -> Option<Item> {
    let stem = name.strip_suffix(ENDING)?;
    match stem.strip_prefix(CLIENT_SECRET) {
        Some(provider) => Item::from_name(&format!("client-secret/{provider}")),
        None if stem == FILE_KEY => Some(Item::FileKey),
        None if stem == PROBE => Some(Item::Probe),
        None => AccountId::from_file_stem(stem).map(Item::Account),
    }
}

pub(super) fn seal(item: &Item, key: &Key, bytes: &SecretBytes) -> Result<Vec<u8>, StoreError> {
    let line = format!("{MAGIC} {VERSION} {item} key={}\n", key.id());
    let nonce: [u8; NONCE_BYTES] = key::random()?;
    let payload = Payload { msg: bytes.expose(), aad: line.as_bytes() };
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload).map_err(|_| {
        StoreError::Damaged { name: item.to_string(), why: "it is too long to be sealed".into() }
    })?;
    Ok([line.as_bytes(), &nonce, &sealed].concat())
}

pub(super) fn unseal(item: &Item, key: &Key, file: &[u8]) -> Result<SecretBytes, Fault> {
    if file.is_empty() {
        return Err(Fault::Damaged("it is empty"));
    }
    let end = file.iter().take(MOST_LINE_BYTES).position(|&byte| byte == b'\n');
    let (line, rest) = file.split_at(end.ok_or(Fault::Damaged("its first line is not whole"))? + 1);
    check_line(line, item, key)?;
    let (nonce, sealed) =
        rest.split_first_chunk::<NONCE_BYTES>().ok_or(Fault::Damaged("it was cut off"))?;
    cipher(key)
        .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: line })
        .map(Secret::new)
        .map_err(|_| Fault::Damaged("its content was changed or cut off"))
}

fn check_line(line: &[u8], item: &Item, key: &Key) -> Result<(), Fault> {
    let line = str::from_utf8(line).map_err(|_| Fault::Damaged("its first line is not text"))?;
    let mut words = line.trim_end().split(' ');
    if words.next() != Some(MAGIC) {
        return Err(Fault::Damaged("it does not begin like a sealed file"));
    }
    match words.next().and_then(|word| word.parse().ok()) {
        Some(VERSION) => {}
        Some(newer) if newer > VERSION => return Err(Fault::TooNew(newer)),
        _ => return Err(Fault::Damaged("its version makes no sense")),
    }
    if words.next() != Some(item.to_string().as_str()) {
        return Err(Fault::Damaged("it was sealed under another name"));
    }
    match words.next().and_then(|word| word.strip_prefix("key=")) {
        Some(id) if id == key.id() => Ok(()),
        Some(id) if Key::is_id(id) => Err(Fault::WrongKey),
        _ => Err(Fault::Damaged("it does not say which key it needs")),
    }
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.expose().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> Item {
        Item::from_name("zaehlerfreunde:default").unwrap()
    }

    fn sealed_with(key: &Key) -> Vec<u8> {
        seal(&item(), key, &Secret::new(b"canary-1b9c".to_vec())).unwrap()
    }

    /// No byte can be changed, none left out, and none of the content is to be seen.
    #[test]
    fn every_changed_byte_is_noticed() {
        let key = Key::from_bytes([7; 32]);
        let file = sealed_with(&key);
        assert!(!file.windows(6).any(|window| window == b"canary"));
        assert_eq!(unseal(&item(), &key, &file).unwrap().expose(), b"canary-1b9c");
        for at in 0..file.len() {
            for flip in [1, 0x10, 0x80] {
                let mut changed = file.clone();
                changed[at] ^= flip;
                assert!(unseal(&item(), &key, &changed).is_err(), "byte {at} ^ {flip:#x}");
            }
            assert!(
                matches!(unseal(&item(), &key, &file[..at]), Err(Fault::Damaged(_))),
                "cut at {at}"
            );
        }
        let longer = [file.as_slice(), b"x"].concat();
        assert!(matches!(unseal(&item(), &key, &longer), Err(Fault::Damaged(_))));
    }

    #[test]
    fn another_key_another_name_and_a_newer_version_are_told_apart() {
        let key = Key::from_bytes([7; 32]);
        let file = sealed_with(&key);
        assert_eq!(unseal(&item(), &Key::from_bytes([8; 32]), &file).unwrap_err(), Fault::WrongKey);
        let other = Item::from_name("zaehlerfreunde:other").unwrap();
        assert!(matches!(unseal(&other, &key, &file), Err(Fault::Damaged(_))));
        let text = String::from_utf8_lossy(&file).replacen(" 1 ", " 12 ", 1);
        assert_eq!(unseal(&item(), &key, text.as_bytes()).unwrap_err(), Fault::TooNew(12));
        // What makes no sense is damage, which is moved aside.
        let text = String::from_utf8_lossy(&file);
        for (from, to) in [(" 1 ", " 0 "), (" key=", " key=x"), (" key=", " ")] {
            let text = text.replacen(from, to, 1);
            let fault = unseal(&item(), &key, text.as_bytes()).unwrap_err();
            assert!(matches!(fault, Fault::Damaged(_)), "{from} {to}: {fault:?}");
        }
    }

    #[test]
    fn the_same_bytes_are_never_sealed_the_same() {
        let key = Key::from_bytes([7; 32]);
        assert_ne!(sealed_with(&key), sealed_with(&key));
    }

    #[test]
    fn file_names_come_back_and_never_meet() {
        let items = [
            "client-secret:timberdata",
            "client-secret/timberdata",
            "file-key",
            "file-key:x",
            "probe/",
            "probe",
            "a:b",
        ];
        let items: Vec<_> = items.iter().map(|name| Item::from_name(name).unwrap()).collect();
        let mut names: Vec<_> = items.iter().map(file_name).collect();
        for (item, name) in items.iter().zip(&names) {
            assert_eq!(item_of(name).as_ref(), Some(item), "{name}");
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), items.len());
        for other in ["a.b.sealed.tmp", "a.b.sealed.bad", "a.b", "key.lock", ".sealed", "_x.sealed"]
        {
            assert_eq!(item_of(other), None, "{other}");
        }
    }
}
