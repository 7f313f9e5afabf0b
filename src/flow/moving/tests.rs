//! Moves in which each call to a store fails once, and sign-ins that change the store.

use std::sync::Mutex;

use super::*;
use crate::accounts::{Account, State};
use crate::clock::{self, FixedClock};
use crate::http::{Answer, HttpError, Request, Transport};
use crate::store::memory::MemoryStore;
use crate::store::record::Record;
use crate::store::{SecretBytes, Stores, TokenStore};

struct Nobody;

impl Transport for Nobody {
    fn send(&self, _: &Request) -> Result<Answer, HttpError> {
        unreachable!("a move needs no provider")
    }
}

/// A store of a kind that lasts, which counts the calls to both.
struct Shelf<'a> {
    kind: StoreKind,
    store: MemoryStore,
    trouble: &'a Mutex<Trouble>,
}

/// Which call fails, and whether all later ones do.
struct Trouble {
    calls_left: u32,
    stays: bool,
    came: bool,
}

const NONE: Trouble = Trouble { calls_left: u32::MAX, stays: false, came: false };

impl Shelf<'_> {
    fn call(&self) -> Result<&MemoryStore, StoreError> {
        let mut trouble = self.trouble.lock().unwrap();
        trouble.calls_left = trouble.calls_left.wrapping_sub(1);
        let now = trouble.calls_left == 0 || trouble.came && trouble.stays;
        trouble.came |= now;
        if now { Err(StoreError::Locked) } else { Ok(&self.store) }
    }
}

impl TokenStore for Shelf<'_> {
    fn kind(&self) -> StoreKind {
        self.kind
    }

    fn load(&self, item: &Item) -> Result<Option<SecretBytes>, StoreError> {
        self.call()?.load(item)
    }

    fn save(&self, item: &Item, bytes: &SecretBytes) -> Result<(), StoreError> {
        self.call()?.save(item, bytes)
    }

    fn delete(&self, item: &Item) -> Result<bool, StoreError> {
        self.call()?.delete(item)
    }

    fn list(&self) -> Result<Vec<Item>, StoreError> {
        self.call()?.list()
    }

    fn preflight(&self, item: &Item) -> Result<(), StoreError> {
        self.call()?.preflight(item)
    }
}

struct Room<'a> {
    keychain: Shelf<'a>,
    file: Shelf<'a>,
    trouble: &'a Mutex<Trouble>,
    index: Index,
    folders: Folders,
    _folder: tempfile::TempDir,
}

impl Stores for Room<'_> {
    fn store(&self, kind: StoreKind) -> &dyn TokenStore {
        if kind == StoreKind::File { &self.file } else { &self.keychain }
    }
}

static CLOCK: FixedClock = FixedClock(Timestamp::UNIX_EPOCH);

impl<'a> Room<'a> {
    /// With an account in the keychain, and the client secret of its provider.
    fn new(trouble: &'a Mutex<Trouble>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders::resolve(Some(folder.path())).unwrap();
        let shelf = |kind| Shelf { kind, store: MemoryStore::new(), trouble };
        let room = Self {
            keychain: shelf(StoreKind::Keychain),
            file: shelf(StoreKind::File),
            trouble,
            index: Index::new(folders.accounts()),
            folders,
            _folder: folder,
        };
        let record = record(StoreKind::Keychain, 0, "old");
        record.save(&room.keychain).unwrap();
        room.index.put(&record.account).unwrap();
        let secret = SecretBytes::new(b"secret".to_vec());
        room.keychain.save(&Item::ClientSecret("p".into()), &secret).unwrap();
        room
    }

    fn world(&self) -> World<'_> {
        World {
            store: self.store(StoreKind::Keychain),
            stores: self,
            index: &self.index,
            http: &Nobody,
            clock: &CLOCK,
            folders: &self.folders,
            run_by: "test",
        }
    }

    /// What a run that takes the lock works with, and where the copies are after it.
    fn opened(&self) -> (StoreKind, String, Vec<StoreKind>) {
        *self.trouble.lock().unwrap() = NONE;
        let opened = self.world().open(&account()).unwrap();
        let token = opened.record.unwrap().unwrap().access_token.expose().clone();
        let kind = opened.world.store.kind();
        let there =
            |kind: &StoreKind| Record::load(self.store(*kind), &account()).unwrap().is_some();
        (kind, token, StoreKind::LASTING.into_iter().filter(there).collect())
    }
}

fn account() -> AccountId {
    "p".parse().unwrap()
}

fn record(store: StoreKind, connected_at: i64, token: &str) -> Record {
    let facts = Account {
        account: account(),
        store,
        client_id: "id".into(),
        who: None,
        issuer: None,
        subject: None,
        scope: "".into(),
        connected_at: clock::after(Timestamp::UNIX_EPOCH, connected_at),
        access_token_until: Timestamp::UNIX_EPOCH,
        refreshable: true,
        sign_in_by: None,
        refreshed_at: None,
        refreshed_by: None,
        state: State::Connected,
    };
    Record::new(facts, token.into(), Some("refresh".into()))
}

#[test]
fn a_move_whose_any_call_fails_is_called_back_or_finished_by_the_next_run() {
    for stays in [false, true] {
        let count = (1..).find(|call| !fails_at(*call, stays)).unwrap();
        assert!(count > 12, "only {count} calls were tried");
    }
}

/// Whether there is such a call in a move.
fn fails_at(call: u32, stays: bool) -> bool {
    let trouble = Mutex::new(NONE);
    let room = Room::new(&trouble);
    *trouble.lock().unwrap() = Trouble { calls_left: call, stays, came: false };
    let moved = relocate(&room.world(), &account(), StoreKind::File);
    if !trouble.lock().unwrap().came {
        assert_eq!(moved.unwrap(), Moved::Moved);
        return false;
    }
    let home = match Move::pending(&room.folders, &account()) {
        Some(Move { step: Step::Copy, to, .. }) => to,
        Some(pending) => pending.counts(),
        None => StoreKind::Keychain,
    };
    assert_eq!(room.opened(), (home, "old".to_owned(), vec![home]), "call {call}, {stays}");
    assert_eq!(Move::pending(&room.folders, &account()), None);
    assert_eq!(room.index.get(&account()).unwrap().store, home);
    let kept = Record::load(room.store(home), &account()).unwrap().unwrap();
    assert_eq!(kept.account.store, home, "it is not marked any more");
    let secret = room.store(home).load(&Item::ClientSecret("p".into())).unwrap();
    assert_eq!(secret.unwrap().expose(), b"secret");
    true
}

#[test]
fn a_move_that_cannot_go_on_is_called_back() {
    let trouble = Mutex::new(NONE);
    let room = Room::new(&trouble);
    let copying = Move { from: StoreKind::Keychain, to: StoreKind::File, step: Step::Copy };
    copying.write(&room.folders, &account()).unwrap();
    record(StoreKind::File, 0, "old").save(&room.file).unwrap();
    relocate(&room.world(), &account(), StoreKind::Keychain).unwrap();
    let there = (StoreKind::Keychain, "old".to_owned(), vec![StoreKind::Keychain]);
    assert_eq!(room.opened(), there);
}

#[test]
fn a_new_sign_in_counts_once_it_is_saved() {
    let trouble = Mutex::new(NONE);
    for saved in [true, false] {
        let room = Room::new(&trouble);
        let new = record(StoreKind::File, 77, "new");
        Move::by_sign_in(StoreKind::File, new.account.connected_at)
            .write(&room.folders, &account())
            .unwrap();
        // What lay there before is no sign-in of now.
        record(StoreKind::File, 5, "stray").save(&room.file).unwrap();
        let (home, token) = match saved {
            true => (StoreKind::File, "new"),
            false => (StoreKind::Keychain, "old"),
        };
        if saved {
            new.save(&room.file).unwrap();
        }
        assert_eq!(room.opened(), (home, token.to_owned(), vec![home]));
    }
}

#[test]
fn a_copy_that_does_not_count_goes_with_a_move_to_where_the_account_is() {
    let trouble = Mutex::new(NONE);
    let room = Room::new(&trouble);
    record(StoreKind::File, 0, "stray").save(&room.file).unwrap();
    let moved = relocate(&room.world(), &account(), StoreKind::Keychain);
    assert_eq!(moved.unwrap(), Moved::SecondCopyDeleted);
    assert_eq!(room.opened().2, [StoreKind::Keychain]);
    let moved = relocate(&room.world(), &account(), StoreKind::Keychain);
    assert_eq!(moved.unwrap(), Moved::WasThere);
}

#[test]
fn a_marked_copy_gives_way_to_the_one_it_names() {
    let trouble = Mutex::new(NONE);
    let room = Room::new(&trouble);
    record(StoreKind::File, 0, "left-over").save(&room.keychain).unwrap();
    assert_eq!(room.opened().0, StoreKind::Keychain, "it is the only one");
    record(StoreKind::File, 0, "moved").save(&room.file).unwrap();
    room.index.remove(&account()).unwrap();
    let there = (StoreKind::File, "moved".to_owned(), vec![StoreKind::File]);
    assert_eq!(room.opened(), there);
}

#[test]
fn a_move_does_not_make_a_refused_sign_in_good() {
    let trouble = Mutex::new(NONE);
    let room = Room::new(&trouble);
    let refused = Account { state: State::SignInNeeded, ..room.index.get(&account()).unwrap() };
    room.index.put(&refused).unwrap();
    relocate(&room.world(), &account(), StoreKind::File).unwrap();
    assert_eq!(room.opened().0, StoreKind::File);
    assert_eq!(room.index.get(&account()).unwrap().state, State::SignInNeeded);
}

#[test]
fn a_sign_in_that_is_not_saved_leaves_the_copy_that_counted() {
    use StoreKind::{File, Keychain};
    let trouble = Mutex::new(NONE);
    for (from, step) in [(Keychain, Step::Delete), (File, Step::Copy)] {
        for saved in [false, true] {
            let room = Room::new(&trouble);
            // It counts in the file store; in the keychain is what a move could not delete, or wrote.
            record(File, 5, "live").save(&room.file).unwrap();
            let pending = Move { from, to: from.other(), step: step.clone() };
            pending.write(&room.folders, &account()).unwrap();
            let new = record(File, 77, "new");
            before_sign_in(&room.world(), &account(), File, new.account.connected_at).unwrap();
            if saved {
                new.save(&room.file).unwrap();
            }
            let token = if saved { "new" } else { "live" };
            assert_eq!(room.opened(), (File, token.to_owned(), vec![File]));
        }
    }
}
