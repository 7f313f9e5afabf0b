//! `config.toml`, and what `config set` makes of it.

use std::cell::OnceCell;
use std::fs;

use partnerlink::config::edit::{Draft, quoted};
use partnerlink::config::{Environment, Flags, Settings};
use tempfile::TempDir;

thread_local! {
    static ROOM: OnceCell<TempDir> = const { OnceCell::new() };
}

pub fn check(input: &[u8]) {
    let room =
        ROOM.with(|room| room.get_or_init(|| tempfile::tempdir().unwrap()).path().to_owned());
    let path = room.join("config.toml");
    fs::write(&path, input).unwrap();
    let environment = Environment::of([("PARTNERLINK_HOME", room.to_str().unwrap())]);
    let loaded = Settings::load(Flags::default(), environment.clone());
    let (settings, fault) = Settings::load_anyway(Flags::default(), environment);
    assert_eq!(loaded.is_err(), fault.is_some());
    for fault in [loaded.as_ref().err().map(ToString::to_string), fault.map(|it| it.to_string())] {
        assert!(!fault.unwrap_or_default().contains("a-secret-in-the-file"));
    }
    for name in settings.registry.names() {
        let _ = settings.registry.get(&name).map_err(|error| error.to_string());
        let _ = settings.registry.value(&name, "client_id").map_err(|error| error.to_string());
    }
    let Ok(draft) = Draft::open(path) else { return };
    let before = draft.registry().unwrap().names();
    let id = String::from_utf8_lossy(&input[input.len().saturating_sub(20)..]).into_owned();
    for (keys, value) in [
        (&["provider", "third", "client_id"][..], quoted(&id)),
        (&["language"], quoted("de")),
        (&["provider", "third", "scopes", "a"], quoted(&id)),
    ] {
        let Ok(changed) = draft.with(keys, &value, "why") else { continue };
        let registry = changed.registry().unwrap();
        assert!(before.iter().all(|name| registry.names().contains(name)), "a provider is gone");
        if keys.last() == Some(&"client_id") {
            // As it was written, and not only something that can be read.
            assert_eq!(registry.value("third", "client_id").unwrap(), id.as_str());
        }
        // The same once more changes nothing.
        let again = changed.with(keys, &value, "why").unwrap();
        assert_eq!(again.changes(), changed.changes());
    }
}
