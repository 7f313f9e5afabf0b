//! The parts against a entries that crashes after each of its writes.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::*;

const LIMIT: Option<usize> = Some(100);

#[derive(Default)]
struct FakeVault {
    items: RefCell<BTreeMap<String, Vec<u8>>>,
    /// Writes until the crash; after it nothing works any more.
    fuse: Cell<Option<usize>>,
    /// Reads until somebody else saves this.
    intruder: Cell<Option<(usize, &'static str)>>,
}

impl FakeVault {
    fn with(text: &str) -> Self {
        let entries = Self::default();
        save(&entries, &item(), &secret(text), LIMIT).unwrap();
        entries
    }

    fn write(&self) -> Result<(), StoreError> {
        match self.fuse.get() {
            Some(0) => Err(StoreError::ServiceLost),
            fuse => {
                self.fuse.set(fuse.map(|left| left - 1));
                Ok(())
            }
        }
    }

    fn read(&self) -> Result<(), StoreError> {
        if self.fuse.get() == Some(0) {
            return Err(StoreError::ServiceLost);
        }
        match self.intruder.take() {
            Some((0, text)) => save(self, &item(), &secret(text), LIMIT),
            Some((left, text)) => {
                self.intruder.set(Some((left - 1, text)));
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn names(&self) -> Vec<String> {
        self.items.borrow().keys().cloned().collect()
    }
}

impl Entries for FakeVault {
    fn get(&self, name: &str) -> Result<Option<SecretBytes>, StoreError> {
        self.read()?;
        Ok(self.items.borrow().get(name).cloned().map(Secret::new))
    }

    fn set(&self, name: &str, value: &SecretBytes) -> Result<(), StoreError> {
        self.write()?;
        assert!(value.expose().len() <= LIMIT.unwrap(), "{name} is over the limit");
        self.items.borrow_mut().insert(name.to_owned(), value.expose().clone());
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<bool, StoreError> {
        self.write()?;
        Ok(self.items.borrow_mut().remove(name).is_some())
    }
}

fn item() -> Item {
    Item::from_name("timberdata:default").unwrap()
}

fn name() -> String {
    item().to_string()
}

fn secret(text: &str) -> SecretBytes {
    Secret::new(text.as_bytes().to_vec())
}

fn loaded(entries: &FakeVault) -> Option<String> {
    load(entries, &name()).unwrap().map(|bytes| String::from_utf8(bytes.expose().clone()).unwrap())
}

/// Lengths on both sides of the limit, among them one, two and many parts.
fn texts() -> Vec<String> {
    [1, 99, 100, 101, 200, 201, 1234]
        .iter()
        .map(|&n| (0..n).map(|i| char::from(b'a' + (i % 26) as u8)).collect())
        .collect()
}

#[test]
fn every_length_comes_back_and_nothing_is_left_over() {
    for old in texts() {
        for new in texts() {
            let entries = FakeVault::with(&old);
            save(&entries, &item(), &secret(&new), LIMIT).unwrap();
            assert_eq!(loaded(&entries).as_ref(), Some(&new));
            let parts = if new.len() <= 100 { 0 } else { new.len().div_ceil(100) };
            assert_eq!(
                entries.names().len(),
                1 + parts,
                "{} -> {}: {:?}",
                old.len(),
                new.len(),
                entries.names()
            );
            assert!(delete(&entries, &name(), LIMIT).unwrap());
            assert!(entries.names().is_empty());
        }
    }
}

#[test]
fn what_reads_back_differently_is_not_called_saved() {
    let entries = FakeVault::default();
    entries.intruder.set(Some((0, "somebody else's")));
    let outcome = save(&entries, &item(), &secret("ours"), LIMIT);
    assert!(matches!(outcome, Err(StoreError::ReadBackDiffers(_))), "{outcome:?}");
}

#[test]
fn a_crash_after_any_write_leaves_the_old_or_the_new() {
    for old in texts() {
        for new in texts() {
            for writes in 0.. {
                let entries = FakeVault::with(&old);
                entries.fuse.set(Some(writes));
                let outcome = save(&entries, &item(), &secret(&new), LIMIT);
                let finished = entries.fuse.get() != Some(0);
                entries.fuse.set(None);

                let found = loaded(&entries).expect("an item");
                assert!(found == old || found == new, "torn after {writes} writes");
                assert!(outcome.is_err() || found == new, "a save that said Ok was not kept");

                // The next save sweeps whatever the crash left behind.
                save(&entries, &item(), &secret("short"), LIMIT).unwrap();
                assert_eq!(entries.names(), [name()], "leftovers after {writes} writes");
                if finished {
                    break;
                }
            }
        }
    }
}

#[test]
fn a_crash_in_delete_is_made_good_by_the_next_one() {
    for writes in 0..14 {
        let entries = FakeVault::with(&"x".repeat(1234));
        entries.fuse.set(Some(writes));
        let _ = delete(&entries, &name(), LIMIT);
        entries.fuse.set(None);
        assert!(loaded(&entries).is_none_or(|text| text.len() == 1234));
        delete(&entries, &name(), LIMIT).unwrap();
        assert!(entries.names().is_empty());
    }
}

#[test]
fn a_reader_that_is_overtaken_by_writers_sees_one_whole_item() {
    let (old, new) = ("o".repeat(777), "an answer that is quite new ".repeat(20));
    let new: &'static str = new.leak();
    for reads in 0..12 {
        let entries = FakeVault::with(&old);
        entries.intruder.set(Some((reads, new)));
        let found = loaded(&entries).expect("an item");
        assert!(found == old || found == new, "torn at read {reads}");
    }
}

#[test]
fn a_missing_or_foreign_part_is_damage_not_data() {
    let entries = FakeVault::with(&"x".repeat(300));
    entries.items.borrow_mut().insert("timberdata:default#a2".into(), b"y".to_vec());
    assert!(matches!(load(&entries, &name()), Err(StoreError::Damaged { .. })));
    entries.items.borrow_mut().remove("timberdata:default#a2");
    assert!(matches!(load(&entries, &name()), Err(StoreError::Damaged { .. })));
    entries.items.borrow_mut().insert(name(), b"parts:c:x".to_vec());
    assert!(matches!(load(&entries, &name()), Err(StoreError::Damaged { .. })));
    // It can be replaced all the same.
    save(&entries, &item(), &secret("new"), LIMIT).unwrap();
    assert_eq!(loaded(&entries).as_deref(), Some("new"));
}

#[test]
fn only_plain_text_is_kept_as_it_is() {
    let kept = |bytes: &[u8]| {
        String::from_utf8(encode(&Secret::new(bytes.to_vec())).expose().clone()).unwrap()
    };
    assert_eq!(kept(br#"{"access_token":"x"}"#), r#"{"access_token":"x"}"#);
    assert_eq!(kept("Zähler\n".as_bytes()), "Zähler\n");
    for odd in [&b""[..], b"\0", b"\xff\xfe", b"base64:eA==", b"parts:a:1:", b"a\x1b[0m"] {
        let text = kept(odd);
        assert!(text.starts_with(ENCODED) && text.is_ascii(), "{odd:?}");
        assert_eq!(decode("x", secret(&text)).unwrap().expose(), odd);
    }
}

#[test]
fn a_vault_that_forgets_is_found_out() {
    struct Forgetful;
    impl Entries for Forgetful {
        fn get(&self, _: &str) -> Result<Option<SecretBytes>, StoreError> {
            Ok(None)
        }
        fn set(&self, _: &str, _: &SecretBytes) -> Result<(), StoreError> {
            Ok(())
        }
        fn delete(&self, _: &str) -> Result<bool, StoreError> {
            Ok(false)
        }
    }
    assert!(matches!(
        save(&Forgetful, &item(), &secret("x"), None),
        Err(StoreError::ReadBackDiffers(_))
    ));
}
