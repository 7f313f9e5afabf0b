//! Moves in which each call to a store fails once, and sign-ins that change the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::*;
use crate::accounts::{Account, Index, SignInState};
use crate::clock::{self, Clock};
use crate::http::{Answer, HttpError, Request, Transport};
use crate::store::record::Record;
use crate::store::{Look, SecretBytes, Stores};
use crate::system::paths::Folders;

struct Nobody;

impl Transport for Nobody {
    fn send(&self, _: &Request) -> Result<Answer, HttpError> {
        unreachable!("a move needs no provider")
    }
}

impl Clock for Nobody {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// A store in memory, which counts the calls to all of them.
struct Shelf {
    kind: StoreKind,
    items: Mutex<HashMap<Item, SecretBytes>>,
    trouble: Arc<Mutex<Trouble>>,
}

/// Which call fails, and whether all later ones do.
struct Trouble {
    calls_left: u32,
    stays: bool,
    came: bool,
    /// Whether only the answer of the call is lost.
    is_done: bool,
}

const NONE: Trouble = Trouble { calls_left: u32::MAX, stays: false, came: false, is_done: false };

impl Shelf {
    fn call<T>(
        &self,
        work: impl FnOnce(&mut HashMap<Item, SecretBytes>) -> T,
    ) -> Result<T, StoreError> {
        let mut trouble = self.trouble.lock().unwrap();
        trouble.calls_left = trouble.calls_left.wrapping_sub(1);
        let is_first = trouble.calls_left == 0;
        let now = is_first || trouble.came && trouble.stays;
        trouble.came |= now;
        if now && !(is_first && trouble.is_done) {
            return Err(StoreError::Locked);
        }
        let result = work(&mut self.items.lock().unwrap());
        if now { Err(StoreError::Locked) } else { Ok(result) }
    }
}

impl TokenStore for Shelf {
    fn kind(&self) -> StoreKind {
        self.kind.clone()
    }

    fn load(&self, item: &Item) -> Result<Option<SecretBytes>, StoreError> {
        self.call(|items| items.get(item).cloned())
    }

    fn save(&self, item: &Item, bytes: &SecretBytes) -> Result<(), StoreError> {
        self.call(|items| drop(items.insert(item.clone(), bytes.clone())))
    }

    fn delete(&self, item: &Item) -> Result<bool, StoreError> {
        self.call(|items| items.remove(item).is_some())
    }

    fn look(&self) -> Result<Look, StoreError> {
        self.call(|items| Look::of(Ok(()), items.keys().cloned().collect()))
    }

    fn preflight(&self, _: &Item) -> Result<(), StoreError> {
        self.call(|_| ())
    }

    fn is_shared(&self) -> bool {
        self.kind == SHARED
    }

    fn add(&self, record: &Record) -> Result<(), StoreError> {
        let account = record.account.account.clone();
        match Record::load(self, &account)? {
            Some(there) if self.is_shared() && !there.has_the_refresh_token_of(record) => {
                Err(StoreError::Taken(account))
            }
            _ => record.save(self),
        }
    }
}

const KEYCHAIN: StoreKind = StoreKind::KEYCHAIN;
const FILE: StoreKind = StoreKind::FILE;
/// One that is in no table.
const THIRD: StoreKind = StoreKind::named("third");
/// One that other machines use as well.
const SHARED: StoreKind = StoreKind::named("common");

struct Room {
    stores: Stores,
    trouble: Arc<Mutex<Trouble>>,
    index: Index,
    folders: Folders,
    _folder: tempfile::TempDir,
}

impl Room {
    /// With an account in the keychain, and the client secret of its provider.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders::resolve(Some(folder.path())).unwrap();
        let trouble = Arc::new(Mutex::new(NONE));
        let shelf = |kind| -> Arc<dyn TokenStore> {
            Arc::new(Shelf { kind, items: Mutex::default(), trouble: Arc::clone(&trouble) })
        };
        let all = [KEYCHAIN, FILE, THIRD, SHARED].map(shelf).into();
        let room = Self {
            stores: Stores::new(all, &KEYCHAIN, Box::new(|_| None)),
            trouble: Arc::clone(&trouble),
            index: Index::new(folders.accounts()),
            folders,
            _folder: folder,
        };
        let record = record(KEYCHAIN, 0, "old");
        record.save(room.store(&KEYCHAIN)).unwrap();
        room.index.put(&record.account).unwrap();
        let secret = SecretBytes::new(b"secret".to_vec());
        room.store(&KEYCHAIN).save(&Item::ClientSecret("p".into()), &secret).unwrap();
        room
    }

    fn store(&self, kind: &StoreKind) -> &dyn TokenStore {
        self.stores.get(kind).unwrap()
    }

    fn world(&self) -> World<'_> {
        World {
            stores: &self.stores,
            index: &self.index,
            http: &Nobody,
            clock: &Nobody,
            folders: &self.folders,
            run_by: "test",
        }
    }

    /// What a run that takes the lock works with, and where the copies are after it.
    fn opened(&self) -> (StoreKind, String, Vec<StoreKind>) {
        *self.trouble.lock().unwrap() = NONE;
        let opened = self.world().open(&account()).unwrap();
        let token = opened.seen.unwrap().unwrap().record.access_token.expose().clone();
        let holds = |store: &&dyn TokenStore| Record::load(*store, &account()).unwrap().is_some();
        let copies = self.stores.all().filter(holds).map(|store| store.kind()).collect();
        (opened.store.kind(), token, copies)
    }
}

fn account() -> AccountId {
    "p".parse().unwrap()
}

fn record(store: StoreKind, connected_at: i64, token: &str) -> Record {
    let connected_at = clock::after(Timestamp::UNIX_EPOCH, connected_at);
    let facts = Account { store, connected_at, ..Account::example("p") };
    Record::new(facts, token.into(), Some("refresh".into()), None)
}

#[test]
fn a_move_whose_any_call_fails_is_rolled_back_or_finished_by_the_next_run() {
    for (to, stays) in [(FILE, false), (FILE, true), (THIRD, false), (THIRD, true)] {
        let count = (1..).find(|call| !fails_at(*call, &to, stays)).unwrap();
        assert!(count > 12, "only {count} calls were tried");
    }
}

/// Whether there is such a call in a move.
fn fails_at(call: u32, to: &StoreKind, stays: bool) -> bool {
    let room = Room::new();
    *room.trouble.lock().unwrap() = Trouble { calls_left: call, stays, ..NONE };
    let moved = relocate(&room.world(), &account(), to);
    if !room.trouble.lock().unwrap().came {
        assert_eq!(moved.unwrap(), Moved::Moved);
        return false;
    }
    let home = match Move::pending(&room.folders, &account()) {
        Some(Move { step: Step::Copy, to, .. }) => to,
        Some(pending) => pending.counts().clone(),
        None => KEYCHAIN,
    };
    let there = (home.clone(), "old".to_owned(), vec![home.clone()]);
    assert_eq!(room.opened(), there, "call {call}, {stays}");
    assert_eq!(Move::pending(&room.folders, &account()), None);
    assert_eq!(room.index.get(&account()).unwrap().store, home);
    let kept = Record::load(room.store(&home), &account()).unwrap().unwrap();
    assert_eq!(kept.account.store, home, "it is not marked any more");
    let secret = room.store(&home).load(&Item::ClientSecret("p".into())).unwrap();
    assert_eq!(secret.unwrap().expose(), b"secret");
    true
}

#[test]
fn a_move_that_cannot_go_on_is_rolled_back() {
    let room = Room::new();
    let copying = Move::begin(KEYCHAIN, FILE, Step::Copy);
    copying.write(&room.folders, &account()).unwrap();
    record(FILE, 0, "old").save(room.store(&FILE)).unwrap();
    relocate(&room.world(), &account(), &KEYCHAIN).unwrap();
    let there = (KEYCHAIN, "old".to_owned(), vec![KEYCHAIN]);
    assert_eq!(room.opened(), there);
}

#[test]
fn a_new_sign_in_counts_once_it_is_saved() {
    for saved in [true, false] {
        let room = Room::new();
        let new = record(FILE, 77, "new");
        let step = Step::SignIn(new.account.connected_at);
        Move::begin(KEYCHAIN, FILE, step).write(&room.folders, &account()).unwrap();
        // What lay there before is no sign-in of now.
        record(FILE, 5, "stray").save(room.store(&FILE)).unwrap();
        let (home, token) = match saved {
            true => (FILE, "new"),
            false => (KEYCHAIN, "old"),
        };
        if saved {
            new.save(room.store(&FILE)).unwrap();
        }
        assert_eq!(room.opened(), (home.clone(), token.to_owned(), vec![home]));
    }
}

#[test]
fn a_copy_that_does_not_count_goes_with_a_move_to_where_the_account_is() {
    let room = Room::new();
    record(FILE, 0, "stray").save(room.store(&FILE)).unwrap();
    let moved = relocate(&room.world(), &account(), &KEYCHAIN);
    assert_eq!(moved.unwrap(), Moved::SecondCopyDeleted);
    assert_eq!(room.opened().2, [KEYCHAIN]);
    let moved = relocate(&room.world(), &account(), &KEYCHAIN);
    assert_eq!(moved.unwrap(), Moved::WasThere);
}

#[test]
fn a_marked_copy_gives_way_to_the_one_it_names() {
    let room = Room::new();
    record(FILE, 0, "left-over").save(room.store(&KEYCHAIN)).unwrap();
    assert_eq!(room.opened().0, KEYCHAIN, "it is the only one");
    record(FILE, 0, "moved").save(room.store(&FILE)).unwrap();
    room.index.remove(&account()).unwrap();
    let there = (FILE, "moved".to_owned(), vec![FILE]);
    assert_eq!(room.opened(), there);
}

#[test]
fn a_move_does_not_make_a_refused_sign_in_good() {
    let room = Room::new();
    let mut refused = record(KEYCHAIN, 0, "old");
    refused.account.state = SignInState::SignInNeeded;
    refused.save(room.store(&KEYCHAIN)).unwrap();
    relocate(&room.world(), &account(), &FILE).unwrap();
    assert_eq!(room.opened().0, FILE);
    assert_eq!(room.index.get(&account()).unwrap().state, SignInState::SignInNeeded);
}

#[test]
fn a_sign_in_that_is_not_saved_leaves_the_copy_that_counted() {
    for (from, to, step) in [(KEYCHAIN, FILE, Step::Delete), (FILE, KEYCHAIN, Step::Copy)] {
        for saved in [false, true] {
            let room = Room::new();
            // It counts in the file store; in the keychain is what a move could not delete, or wrote.
            record(FILE, 5, "live").save(room.store(&FILE)).unwrap();
            let pending = Move::begin(from.clone(), to.clone(), step.clone());
            pending.write(&room.folders, &account()).unwrap();
            let new = record(FILE, 77, "new");
            before_sign_in(&room.world(), &account(), &FILE, new.account.connected_at).unwrap();
            if saved {
                new.save(room.store(&FILE)).unwrap();
            }
            let token = if saved { "new" } else { "live" };
            assert_eq!(room.opened(), (FILE, token.to_owned(), vec![FILE]));
        }
    }
}

#[test]
fn a_lost_account_is_found_in_whichever_store_it_is() {
    let room = Room::new();
    relocate(&room.world(), &account(), &THIRD).unwrap();
    room.index.remove(&account()).unwrap();
    assert_eq!(room.opened(), (THIRD, "old".to_owned(), vec![THIRD]));
    assert_eq!(room.index.get(&account()).unwrap().store, THIRD);
}

#[test]
fn a_move_to_a_third_store_waits_for_the_one_that_is_not_finished() {
    let room = Room::new();
    record(FILE, 0, "stray").save(room.store(&FILE)).unwrap();
    let pending = Move::leaving(FILE, KEYCHAIN);
    pending.write(&room.folders, &account()).unwrap();
    *room.trouble.lock().unwrap() = Trouble { calls_left: 1, stays: true, ..NONE };
    let refused = relocate(&room.world(), &account(), &THIRD);
    assert!(matches!(refused, Err(FlowError::FormerRecordLeft { from, .. }) if from == FILE));
    *room.trouble.lock().unwrap() = NONE;
    assert_eq!(relocate(&room.world(), &account(), &THIRD).unwrap(), Moved::Moved);
    assert_eq!(room.opened(), (THIRD, "old".to_owned(), vec![THIRD]));
}

#[test]
fn a_move_between_machines_leaves_one_copy_whichever_call_fails() {
    for out in [false, true] {
        for (stays, is_done) in [(false, false), (false, true), (true, false), (true, true)] {
            let fails = |call: u32| {
                one_of_two_counts(out, Trouble { calls_left: call, stays, is_done, ..NONE })
            };
            let count = (1..).find(|call| !fails(*call)).unwrap();
            assert!(count > 12, "only {count} calls were tried");
        }
    }
}

/// Whether there is such a call in a move into the shared store, or `out` of it.
fn one_of_two_counts(out: bool, trouble: Trouble) -> bool {
    let (room, calls) = (Room::new(), trouble.calls_left);
    let to = if out { FILE } else { SHARED };
    if out {
        relocate(&room.world(), &account(), &SHARED).unwrap();
    }
    *room.trouble.lock().unwrap() = trouble;
    let moved = relocate(&room.world(), &account(), &to);
    let came = room.trouble.lock().unwrap().came;
    let (home, token, copies) = room.opened();
    assert_eq!((token.as_str(), copies), ("old", vec![home.clone()]), "{out}, call {calls}");
    assert_eq!(Move::pending(&room.folders, &account()), None);
    assert_eq!(room.index.get(&account()).unwrap().store, home);
    if moved.is_ok() {
        assert_eq!(home, to, "{out}, call {calls}");
    }
    came
}

#[test]
fn what_another_machine_refreshed_since_counts() {
    let room = Room::new();
    let old = record(KEYCHAIN, 5, "old");
    old.save(room.store(&KEYCHAIN)).unwrap();
    let step = Step::SignIn(old.account.connected_at);
    Move::begin(KEYCHAIN, SHARED, step).write(&room.folders, &account()).unwrap();
    let mut newer = record(SHARED, 5, "newer");
    newer.refresh_token = Some("next".into());
    newer.save(room.store(&SHARED)).unwrap();
    assert_eq!(room.opened(), (SHARED, "newer".to_owned(), vec![SHARED]));
}

#[test]
fn a_token_that_others_may_have_is_not_spent_until_it_is_known() {
    let room = Room::new();
    let old = record(KEYCHAIN, 0, "old");
    for (connected_at, is_kept_back) in [(old.account.connected_at, true), (Timestamp::MAX, false)]
    {
        let pending = Move::begin(KEYCHAIN, SHARED, Step::SignIn(connected_at));
        pending.write(&room.folders, &account()).unwrap();
        // The shared store is asked first.
        *room.trouble.lock().unwrap() = Trouble { calls_left: 1, ..NONE };
        let opened = room.world().open(&account()).unwrap();
        assert_eq!(opened.seen.is_err(), is_kept_back);
    }
}

#[test]
fn a_name_that_is_taken_in_the_shared_store_is_left_to_whoever_has_it() {
    let room = Room::new();
    let mut theirs = record(SHARED, 9, "theirs");
    theirs.refresh_token = Some("theirs".into());
    theirs.save(room.store(&SHARED)).unwrap();
    let moved = relocate(&room.world(), &account(), &SHARED);
    assert!(matches!(moved, Err(FlowError::Store(StoreError::Taken(_)))));
    assert_eq!(room.opened(), (KEYCHAIN, "old".to_owned(), vec![KEYCHAIN, SHARED]));
}
