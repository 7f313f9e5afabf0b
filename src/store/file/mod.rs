//! Sealed files: one per item, in a folder that only their owner can enter.
//!
//! For servers without a keychain service, and for hundreds of accounts. Chosen by name, never
//! fallen back to. What is in a file stands in [`sealed`], where its key comes from in [`key`], and
//! how a file is replaced so that a crash leaves the old or the new in [`folder`]. The folder:
//!
//! ```text
//! zaehlerfreunde.default.sealed           an account
//! _client-secret.timberdata.sealed        a client secret; no account's name begins with _
//! zaehlerfreunde.default.sealed.tmp       left by a crash: the new record, or swept by the next save
//! zaehlerfreunde.default.sealed.bad       was damaged, and is kept for whoever wants to look
//! key.lock, items.lock, passphrase.salt
//! ```

mod folder;
mod inspect;
mod key;
mod sealed;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use self::inspect::{Flaw, Inspection, inspect};
use self::key::Key;
pub use self::key::KeySource;
use self::sealed::{Fault, file_name, item_of};
use super::lock::{AccountLock, LOCK_DEADLINE};
use super::{Item, Look, SecretBytes, StoreError, StoreKind, TokenStore};
use crate::system::files;
use crate::system::held::{AFTER_SPENDING, BEFORE_SPENDING};

/// Less room than this and nothing is begun that ends in a save: a record has a few KiB, and a file
/// system this full is about to fail anyway.
const LEAST_FREE_BYTES: u64 = 1 << 20;
/// How long a successful write says that the folder can be written. Two hundred accounts that are
/// refreshed in a row need not test the disk two hundred times.
const PROOF_LASTS: Duration = Duration::from_secs(2);

/// The store of sealed files.
pub struct FileStore {
    folder: PathBuf,
    source: KeySource,
    /// Found at the first call that needs it.
    key: Mutex<Option<Arc<Key>>>,
    last_write: Mutex<Option<Instant>>,
}

/// A key that is gone.
#[derive(Debug)]
pub struct LostKey {
    /// Where it is not.
    pub why: String,
    /// What only it opened.
    pub sealed: Vec<Item>,
}

impl FileStore {
    /// Nothing is read or made here; the folder comes into being with the first save.
    pub fn open(folder: PathBuf, source: KeySource) -> Self {
        Self { folder, source, key: Mutex::default(), last_write: Mutex::default() }
    }

    /// Whether the key is there and can be used. Makes none.
    pub fn has_key(&self) -> Result<bool, StoreError> {
        Ok(self.find_key()?.is_some())
    }

    /// Whether an item is there and can be opened. Touches nothing, whatever is wrong with it.
    pub fn opens(&self, item: &Item) -> Result<bool, StoreError> {
        let path = self.path(item);
        let Some(content) = folder::peek(&path)? else { return Ok(false) };
        sealed::unseal(item, &*self.key()?, content.expose())
            .map(|_| true)
            .map_err(|fault| named(fault, path, ""))
    }

    fn path(&self, item: &Item) -> PathBuf {
        self.folder.join(file_name(item))
    }

    /// The key for reading: it has to be there already.
    fn key(&self) -> Result<Arc<Key>, StoreError> {
        self.find_key()?.ok_or_else(|| StoreError::NoKey(self.source.is_missing()))
    }

    /// Looked for once; of several threads one asks the keychain, the others wait for it.
    fn find_key(&self) -> Result<Option<Arc<Key>>, StoreError> {
        let mut cached = held(&self.key);
        if cached.is_none() {
            *cached = self.source.find(&self.folder)?.map(Arc::new);
        }
        Ok(cached.clone())
    }

    /// The key for writing: made now if this is the first secret. Beside files that another key
    /// sealed no new one is made, since a key that is only mislaid must not be forgotten over it.
    fn key_to_write(&self) -> Result<Arc<Key>, StoreError> {
        let found = self.find_key();
        if !matches!(found, Ok(Some(_))) && !folder::has_sealed(&self.folder)? {
            return self.make_key();
        }
        found?.ok_or_else(|| {
            let why =
                format!("{}, and there are files that only it opens", self.source.is_missing());
            StoreError::NoKey(why)
        })
    }

    /// Makes a key where there is none, whatever it is that only another one opened.
    fn make_key(&self) -> Result<Arc<Key>, StoreError> {
        let key = Arc::new(self.source.make(&self.folder)?);
        *held(&self.key) = Some(Arc::clone(&key));
        Ok(key)
    }

    /// Where the key is gone: makes a new one, and tells what only the old one opened. That is
    /// `None` where nothing is sealed, or the key is there or may be.
    pub fn replace_lost_key(&self) -> Result<Option<LostKey>, StoreError> {
        let sealed = self.look()?.items;
        if sealed.is_empty() || !matches!(self.find_key(), Ok(None)) {
            return Ok(None);
        }
        let why = self.source.is_missing();
        self.make_key()?;
        Ok(Some(LostKey { why, sealed }))
    }

    /// Opens what was read. A damaged file is moved aside, so that it is neither lost nor in the way.
    fn unseal(&self, item: &Item, content: &SecretBytes) -> Result<SecretBytes, StoreError> {
        let path = self.path(item);
        sealed::unseal(item, &*self.key()?, content.expose()).map_err(|fault| {
            let aside = match fault {
                Fault::Damaged(_) => match folder::put_aside(&path, content.expose()) {
                    Ok(Some(aside)) => format!("; it is now {aside}"),
                    Ok(None) => String::new(),
                    Err(error) => format!("; it could not be moved aside ({error})"),
                },
                _ => String::new(),
            };
            named(fault, path, &aside)
        })
    }

    /// An account's writer holds the account's lock. Other items have none of their own, and two
    /// writers would share one temporary file.
    fn lock_if_shared(&self, item: &Item) -> Result<Option<AccountLock>, StoreError> {
        if matches!(item, Item::Account(_)) {
            return Ok(None);
        }
        let path = self.folder.join("items.lock");
        AccountLock::acquire_path(&path, LOCK_DEADLINE, &mut || ()).map(Some).map_err(|error| {
            StoreError::Io { action: "could not lock", path, source: io::Error::other(error) }
        })
    }
}

impl TokenStore for FileStore {
    fn kind(&self) -> StoreKind {
        StoreKind::FILE
    }

    fn is_at_hand(&self) -> bool {
        true
    }

    /// Where the key is in no file it is only seen whether the item is there.
    fn seems_good(&self, item: &Item) -> Result<bool, StoreError> {
        match self.source {
            KeySource::KeyFile(_) => self.opens(item),
            _ => self.holds(item),
        }
    }

    fn load(&self, item: &Item) -> Result<Option<SecretBytes>, StoreError> {
        if !folder::enter(&self.folder)? {
            return Ok(None);
        }
        let content = folder::read(&self.path(item), BEFORE_SPENDING)?;
        content.map(|content| self.unseal(item, &content)).transpose()
    }

    /// What is there already is opened first: a damaged file, and one that only another key opens,
    /// is moved aside, and one of a newer version is not overwritten.
    fn save(&self, item: &Item, bytes: &SecretBytes) -> Result<(), StoreError> {
        folder::make(&self.folder)?;
        let key = self.key_to_write()?;
        let _lock = self.lock_if_shared(item)?;
        let path = self.path(item);
        if let Some(content) = folder::read(&path, AFTER_SPENDING)? {
            match self.unseal(item, &content) {
                Ok(_) | Err(StoreError::Damaged { .. }) => {}
                Err(error @ StoreError::WrongKey(_)) => {
                    let aside = folder::put_aside(&path, content.expose())?;
                    log::warn!("{error}; it is now {}", aside.unwrap_or_default());
                }
                Err(error) => return Err(error),
            }
        }
        let sealed = sealed::seal(item, &key, bytes)?;
        folder::replace(&path, &sealed, AFTER_SPENDING).map_err(|error| not_saved(error, item))?;
        *held(&self.last_write) = Some(Instant::now());
        Ok(())
    }

    fn finishes(&self) -> bool {
        true
    }

    /// What lies beside a record is newer than the record: each save begins with taking away what
    /// the one before had left. Half of it does not open, and is left to the next save.
    fn finish(&self, item: &Item) -> Result<(), StoreError> {
        let path = self.path(item);
        let Some(content) = folder::unfinished(&path)? else { return Ok(()) };
        match sealed::unseal(item, &*self.key()?, content.expose()) {
            Ok(_) => folder::finish(&path),
            Err(_) => Ok(()),
        }
    }

    /// Needs no key: what cannot be opened can still be deleted.
    fn delete(&self, item: &Item) -> Result<bool, StoreError> {
        if !folder::enter(&self.folder)? {
            return Ok(false);
        }
        let _lock = self.lock_if_shared(item)?;
        folder::remove(&self.path(item))
    }

    fn look(&self) -> Result<Look, StoreError> {
        let names = match folder::is_there(&self.folder)? {
            true => folder::names(&self.folder)?,
            false => Vec::new(),
        };
        let items = names.iter().filter_map(|name| item_of(name)).collect();
        Ok(Look::of(Ok(()), items))
    }

    fn holds(&self, item: &Item) -> Result<bool, StoreError> {
        Ok(folder::peek(&self.path(item))?.is_some())
    }

    fn preflight(&self, item: &Item) -> Result<(), StoreError> {
        folder::make(&self.folder)?;
        self.key_to_write()?;
        room(&self.folder)?;
        // Of the folder; another program may have any of its files open.
        if held(&self.last_write).is_some_and(|then| then.elapsed() < PROOF_LASTS) {
            return folder::replaceable(&self.path(item));
        }
        let _lock = self.lock_if_shared(item)?;
        folder::probe(&self.path(item))?;
        *held(&self.last_write) = Some(Instant::now());
        Ok(())
    }

    fn deletable(&self, item: &Item) -> Result<(), StoreError> {
        folder::deletable(&self.path(item))
    }
}

/// Whether a save finds room in this folder, as far as can be known.
pub fn has_room(folder: &Path) -> bool {
    let tried = room(folder).and_then(|()| folder::probe(&folder.join("room")));
    !matches!(tried, Err(StoreError::NoSpace(_)))
}

fn room(folder: &Path) -> Result<(), StoreError> {
    match folder::free_bytes(folder)? {
        Some(free) if free < LEAST_FREE_BYTES => Err(StoreError::NoSpace(folder.to_owned())),
        _ => Ok(()),
    }
}

/// Where a disk gave back something else, it was not the system that refused the file.
fn not_saved(error: StoreError, item: &Item) -> StoreError {
    match error {
        StoreError::Io { source, .. } if files::differs(&source) => {
            StoreError::ReadBackDiffers(item.clone())
        }
        error => error,
    }
}

/// What is wrong with a file, and what became of it.
fn named(fault: Fault, path: PathBuf, after: &str) -> StoreError {
    let name = path.display().to_string();
    match fault {
        Fault::WrongKey => StoreError::WrongKey(path),
        Fault::TooNew(version) => StoreError::TooNew { name, version },
        Fault::Damaged(why) => StoreError::Damaged { name, why: format!("{why}{after}") },
    }
}

/// A thread that panicked left these values whole: each is changed in one step.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_gives_back_something_else_is_told_apart_from_one_that_refuses() {
        let failed = |source| StoreError::io("could not replace", Path::new("it"), source);
        let differs = not_saved(failed(files::read_back_wrongly()), &Item::Probe);
        assert!(matches!(differs, StoreError::ReadBackDiffers(Item::Probe)), "{differs}");
        let refused = not_saved(failed(io::ErrorKind::PermissionDenied.into()), &Item::Probe);
        assert!(matches!(refused, StoreError::Io { .. }), "{refused}");
    }
}
