//! The key of the sealed files, and the four places where it may be kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::folder;
use crate::input;
use crate::secret::Secret;
use crate::store::lock::{AccountLock, LOCK_DEADLINE};
use crate::store::{Item, StoreError, TokenStore};
use crate::system::held::BEFORE_SPENDING;

const KEY_BYTES: usize = 32;
/// So that the id says nothing about any other hash of the key.
const ID_DOMAIN: &[u8] = b"partnerlink sealed file key id 1\0";
const ID_BYTES: usize = 4;

const SALT_FILE: &str = "passphrase.salt";
const SALT_MAGIC: &str = "partnerlink-passphrase 1";
const SALT_BYTES: usize = 16;
/// Argon2id with 64 MiB and three passes: a fifth of a second, once per process; RFC 9106 (4)
/// recommends it where 2 GiB are too much.
const ARGON: (u32, u32, u32) = (64 * 1024, 3, 1);
/// A salt file that asks for more (KiB, passes, lanes) was not written by this program.
const MOST_ARGON: (u32, u32, u32) = (1024 * 1024, 64, 64);

/// Where the key of the sealed files is kept.
///
/// A key in a file is one line of base64 that stands for 32 random bytes, as `head -c32
/// /dev/urandom | base64` makes it.
#[derive(Clone)]
pub enum KeySource {
    /// In the system's keychain, or whichever store that is; made at the first save.
    Keychain {
        store: Arc<dyn TokenStore>,
        /// Held while it is made. One for each user, as the key is: two folders of sealed files that
        /// are begun at once must agree on it.
        lock: PathBuf,
    },
    /// In a file of its own, best on another disk or mount; made at the first save.
    KeyFile(PathBuf),
    /// A file that systemd hands to the service, `$CREDENTIALS_DIRECTORY/partnerlink-key`; never
    /// made here.
    Credential(PathBuf),
    /// Nowhere: computed from what a person or a secret of the job says, by Argon2id. Its salt lies
    /// beside the sealed files; without that file they cannot be opened.
    Passphrase(Secret),
}

impl KeySource {
    /// The key, if there is one yet.
    pub(super) fn find(&self, folder: &Path) -> Result<Option<Key>, StoreError> {
        match self {
            Self::Keychain { store, .. } => match store.load(&Item::FileKey)? {
                Some(text) => Key::from_text(text.expose(), "the one in the keychain").map(Some),
                None => Ok(None),
            },
            Self::KeyFile(path) => read_key(path, false),
            Self::Credential(path) => read_key(path, true),
            Self::Passphrase(passphrase) => {
                Salt::read(folder)?.map(|salt| salt.key(passphrase, folder)).transpose()
            }
        }
    }

    /// Makes and keeps a new key, unless another process was faster. Under a lock: of two keys that
    /// are made at once one would be forgotten, with all that it had sealed.
    pub(super) fn make(&self, folder: &Path) -> Result<Key, StoreError> {
        let lock_path = match self {
            Self::KeyFile(path) => PathBuf::from(format!("{}.lock", path.display())),
            Self::Keychain { lock, .. } => lock.clone(),
            _ => folder.join("key.lock"),
        };
        let _lock = AccountLock::acquire_path(&lock_path, LOCK_DEADLINE, &mut || ())
            .map_err(|error| StoreError::NoKey(error.to_string()))?;
        match self.find(folder) {
            Ok(Some(key)) => return Ok(key),
            Ok(None) => {}
            // Another passphrase may be chosen while nothing is sealed with the one before.
            Err(StoreError::WrongPassphrase(_)) if !folder::has_sealed(folder)? => {}
            Err(error) => return Err(error),
        }
        match self {
            Self::Keychain { store, .. } => {
                let key = Key::from_bytes(random()?);
                store.save(&Item::FileKey, &Secret::new(key.to_text().as_bytes().to_vec()))?;
                Ok(key)
            }
            Self::KeyFile(path) => {
                let key = Key::from_bytes(random()?);
                folder::replace(path, key.to_text().as_bytes(), BEFORE_SPENDING)?;
                Ok(key)
            }
            Self::Credential(_) => Err(StoreError::NoKey(self.is_missing())),
            Self::Passphrase(passphrase) => Salt::make(passphrase, folder),
        }
    }

    /// Says that the key is not there, and where that is.
    pub(super) fn is_missing(&self) -> String {
        match self {
            Self::Keychain { store, .. } => format!("it is not in {}", store.kind()),
            Self::KeyFile(path) | Self::Credential(path) => {
                format!("{} does not exist", path.display())
            }
            Self::Passphrase(_) => format!("its salt, {SALT_FILE}, does not exist"),
        }
    }
}

/// 32 bytes, and the name by which files say which key sealed them.
pub(super) struct Key {
    bytes: Zeroizing<[u8; KEY_BYTES]>,
    id: String,
}

impl Key {
    pub(super) fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        let digest = Sha256::new().chain_update(ID_DOMAIN).chain_update(bytes).finalize();
        let id = digest.iter().take(ID_BYTES).map(|byte| format!("{byte:02x}")).collect();
        Self { bytes: Zeroizing::new(bytes), id }
    }

    fn from_text(text: &[u8], place: &str) -> Result<Self, StoreError> {
        // Windows' editors put a mark before it, or make it UTF-16.
        let text = Zeroizing::new(input::decode(text.to_vec()).unwrap_or_default());
        let decoded = Zeroizing::new(BASE64.decode(text.trim()).unwrap_or_default());
        let bytes = decoded.as_slice().try_into().map_err(|_| {
            StoreError::NoKey(format!(
                "{place} is not one line of base64 that stands for {KEY_BYTES} bytes (if it is of \
                 no use any more, move it away first)"
            ))
        })?;
        Ok(Self::from_bytes(bytes))
    }

    fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64.encode(self.bytes.as_slice()) + "\n")
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn is_id(text: &str) -> bool {
        text.len() == 2 * ID_BYTES
            && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }

    pub(super) fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.bytes
    }
}

/// How a passphrase becomes the key, and which key it has to become.
struct Salt {
    argon: (u32, u32, u32),
    salt: [u8; SALT_BYTES],
    key_id: String,
}

impl Salt {
    fn read(folder: &Path) -> Result<Option<Self>, StoreError> {
        let path = folder.join(SALT_FILE);
        let Some(content) = folder::read(&path, BEFORE_SPENDING)? else { return Ok(None) };
        let parsed = std::str::from_utf8(content.expose()).ok().and_then(Self::parse);
        // Not moved aside like a record: with another salt nothing could be opened any more.
        let why = "it does not say how the passphrase becomes the key";
        let name = path.display().to_string();
        parsed.map(Some).ok_or_else(|| StoreError::Damaged { name, why: why.into() })
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.strip_prefix(SALT_MAGIC)?.split_whitespace();
        let mut field = |name: &str| words.next()?.strip_prefix(name);
        let argon =
            (field("m=")?.parse().ok()?, field("t=")?.parse().ok()?, field("p=")?.parse().ok()?);
        let salt = BASE64.decode(field("salt=")?).ok()?.try_into().ok()?;
        let key_id = field("key=")?.to_owned();
        let bounded = argon.0 <= MOST_ARGON.0 && argon.1 <= MOST_ARGON.1 && argon.2 <= MOST_ARGON.2;
        (bounded && Key::is_id(&key_id)).then_some(Self { argon, salt, key_id })
    }

    fn make(passphrase: &Secret, folder: &Path) -> Result<Key, StoreError> {
        let (m, t, p) = ARGON;
        let salt: [u8; SALT_BYTES] = random()?;
        let key = derive(passphrase, &salt, ARGON)?;
        let text = format!(
            "{SALT_MAGIC} m={m} t={t} p={p} salt={} key={}\n",
            BASE64.encode(salt),
            key.id()
        );
        folder::replace(&folder.join(SALT_FILE), text.as_bytes(), BEFORE_SPENDING)?;
        Ok(key)
    }

    fn key(&self, passphrase: &Secret, folder: &Path) -> Result<Key, StoreError> {
        let key = derive(passphrase, &self.salt, self.argon)?;
        if key.id() != self.key_id {
            return Err(StoreError::WrongPassphrase(folder.join(SALT_FILE)));
        }
        Ok(key)
    }
}

fn derive(passphrase: &Secret, salt: &[u8], (m, t, p): (u32, u32, u32)) -> Result<Key, StoreError> {
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    Params::new(m, t, p, Some(KEY_BYTES))
        .and_then(|params| {
            let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            argon.hash_password_into(passphrase.expose().as_bytes(), salt, bytes.as_mut_slice())
        })
        .map_err(|error| StoreError::NoKey(format!("it cannot be computed: {error}")))?;
    Ok(Key::from_bytes(*bytes))
}

fn read_key(path: &Path, owner_may_be_root: bool) -> Result<Option<Key>, StoreError> {
    let text = folder::read_key(path, owner_may_be_root)?;
    text.map(|text| Key::from_text(text.expose(), &path.display().to_string())).transpose()
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| StoreError::NoKey(format!("no random bytes for it: {error}")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_own_bytes_and_an_id_four_of_them_in_hexadecimal() {
        assert_eq!(Key::from_bytes([7; KEY_BYTES]).expose(), &[7; KEY_BYTES]);
        assert!(Key::is_id(Key::from_bytes([7; KEY_BYTES]).id()) && Key::is_id("0123cdef"));
        for other in ["", "0123cde", "0123cdef0", "0123cdeg", "0123CDEF", "../.././"] {
            assert!(!Key::is_id(other), "{other}");
        }
    }

    /// Another process may have sealed something since it was seen that nothing is.
    #[test]
    fn no_other_passphrase_takes_the_place_of_one_that_sealed_something() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let make = |passphrase: &str| KeySource::Passphrase(passphrase.into()).make(folder);
        let one = make("one").unwrap();
        assert_ne!(make("two").unwrap().id(), one.id(), "nothing is sealed yet");
        std::fs::write(folder.join(format!("x{}", super::super::sealed::ENDING)), "").unwrap();
        let salt = std::fs::read(folder.join(SALT_FILE)).unwrap();
        assert!(matches!(make("one"), Err(StoreError::WrongPassphrase(_))));
        assert_eq!(std::fs::read(folder.join(SALT_FILE)).unwrap(), salt);
    }

    #[test]
    fn a_key_that_an_editor_on_windows_saved_is_the_same_key() {
        let key = Key::from_bytes([7; KEY_BYTES]);
        let text = key.to_text();
        let windows = format!("\u{feff}{}\r\n", text.trim());
        let units = windows.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for file in [text.as_bytes().to_vec(), windows.clone().into_bytes(), units] {
            assert_eq!(Key::from_text(&file, "it").unwrap().id(), key.id());
        }
        for damaged in [&b""[..], b"\xff", b"AAAA"] {
            assert!(matches!(Key::from_text(damaged, "it"), Err(StoreError::NoKey(_))));
        }
    }
}
