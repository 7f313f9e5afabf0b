//! What every store promises, whatever is behind it.

use std::sync::Arc;
use std::thread;

use partnerlink::store::{Item, StoreError, StoreKind, TokenStore};

use crate::memory::MemoryStore;
use crate::{item, secret};

/// Runs the whole contract. The store may hold other items, and is left as it was found.
pub fn holds(store: Arc<dyn TokenStore>) {
    let store = &*store;
    what_is_absent_is_a_value(store);
    what_was_saved_comes_back_and_is_replaced(store);
    any_bytes_come_back(store);
    items_are_listed_and_kept_apart(store);
}

fn what_is_absent_is_a_value(store: &dyn TokenStore) {
    let absent = item("zaehlerfreunde:absent");
    assert!(store.load(&absent).unwrap().is_none());
    assert!(!store.delete(&absent).unwrap());
    store.preflight(&absent).unwrap();
    assert!(!store.look().unwrap().items.contains(&absent));
}

fn what_was_saved_comes_back_and_is_replaced(store: &dyn TokenStore) {
    let item = item("zaehlerfreunde:replaced");
    for text in ["{\"refresh_token\":\"one\"}", "two, which is longer than one was", "3"] {
        store.preflight(&item).unwrap();
        store.save(&item, &secret(text)).unwrap();
        assert_eq!(store.load(&item).unwrap().expect("an item").expose(), text.as_bytes());
    }
    store.preflight(&item).unwrap();
    assert!(store.delete(&item).unwrap());
    assert!(store.load(&item).unwrap().is_none());
    assert!(!store.delete(&item).unwrap());
}

fn any_bytes_come_back(store: &dyn TokenStore) {
    let item = item("timberdata:bytes");
    let all: Vec<u8> = (0..=255).cycle().take(1000).collect();
    let large: Vec<u8> = "eyJhbGciOiJSUzI1NiJ9.".bytes().cycle().take(64 << 10).collect();
    for bytes in [
        all.as_slice(),
        &large,
        b"",
        b"\0",
        "Z\u{e4}hler\r\n".as_bytes(),
        b"base64:eA==",
        b"parts:a:1:x",
    ] {
        store.save(&item, &secret(bytes)).unwrap();
        let back = store.load(&item).unwrap().expect("an item");
        assert!(
            back.expose() == bytes,
            "{} bytes came back as {}",
            bytes.len(),
            back.expose().len()
        );
    }
    assert!(store.delete(&item).unwrap());
}

fn items_are_listed_and_kept_apart(store: &dyn TokenStore) {
    let before = store.look().unwrap().items;
    let names = [
        "timberdata:a",
        "timberdata:a-b",
        "zaehlerfreunde:a",
        "client-secret/timberdata",
        "client-secret:timberdata",
    ];
    let items: Vec<Item> = names.iter().map(|name| item(name)).collect();
    thread::scope(|scope| {
        for item in &items {
            scope.spawn(|| store.save(item, &secret(item.to_string())).unwrap());
        }
    });
    let listed = store.look().unwrap().items;
    assert_eq!(listed.len(), before.len() + items.len(), "{listed:?}");
    for item in &items {
        assert!(listed.contains(item), "{item} is not listed");
        assert_eq!(
            store.load(item).unwrap().expect("an item").expose(),
            item.to_string().as_bytes()
        );
    }
    for item in &items {
        assert!(store.delete(item).unwrap());
    }
    assert_eq!(store.look().unwrap().items.len(), before.len());
}

#[test]
fn the_store_in_memory_keeps_the_contract() {
    holds(Arc::new(MemoryStore::new(StoreKind::named("memory"))));
}

#[test]
fn the_store_in_memory_fails_to_order() {
    let store = MemoryStore::new(StoreKind::named("memory"));
    store.fail_next(StoreError::Locked);
    store.fail_next(StoreError::ServiceLost);
    assert!(matches!(store.preflight(&Item::FileKey), Err(StoreError::Locked)));
    assert!(matches!(store.save(&Item::FileKey, &secret("x")), Err(StoreError::ServiceLost)));
    holds(Arc::new(store));
}
