//! The doors of the house (the map is the header of `src/lib.rs`): who may import whom, and which
//! outside crate is used where. Each rule has its reason beside it.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms from the top down: a room may import those of lower layers and its own.
const LAYERS: [&[&str]; 6] = [
    &["main", "lib", "cli"],
    &["commands"],
    &["context", "error"],
    &["flow", "api", "output", "config", "schedule"],
    &[
        "store",
        "provider",
        "http",
        "loopback",
        "browser",
        "child",
        "accounts",
        "paths",
        "interrupt",
    ],
    &["oauth", "secret", "clock", "account_id", "private_file", "sorted"],
];

/// Imports against the layers that are meant, each with its reason.
const MEANT: [(&str, &str, &str); 4] = [
    ("commands", "cli", "completions, help and manual are made from the whole command line"),
    ("output", "error", "the last page says what error.rs says"),
    ("context", "sandbox", "the only place beside its own command that starts it"),
    ("commands", "sandbox", "`partnerlink sandbox` runs it by itself"),
];

/// Outside crates that stay in one place, and the reason.
const CRATES: [(&str, &[&str], &str); 14] = [
    ("clap_complete", &["commands/completions/"], "its engine is not a stable interface"),
    ("reqwest", &["http.rs", "http/"], "limits and redaction in one place"),
    ("hyper", &["loopback/"], "the one port that anybody can reach"),
    ("tiny_http", &["sandbox/"], "unfit for a port that anybody can reach"),
    ("keyring", &["store/keychain"], "one backend, one file"),
    ("chacha20poly1305", &["store/file/"], "one backend, one file"),
    ("argon2", &["store/file/"], "one backend, one file"),
    ("open", &["browser.rs"], "one way to open an address"),
    ("rpassword", &["commands/client_secret.rs"], "the one prompt for a secret"),
    ("signal_hook", &["interrupt.rs"], "one meaning of Ctrl-C"),
    ("directories", &["paths.rs"], "one list of folders"),
    ("jiff", &["clock.rs", "output/plot/zone.rs"], "one clock, and one axis of time"),
    ("flate2", &["output/formats/", "http/"], "one format needs it, and data on its way"),
    ("jaq_core", &["output/jq.rs"], "one option needs it"),
];

/// Files directly in `commands/` that are no commands.
const SHARED: [&str; 3] = ["mod", "session", "client_secret"];

#[test]
fn rooms_import_downwards_only() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let room = room_of(&path);
        if room == "sandbox" {
            continue;
        }
        for imported in imports(&text) {
            let meant = MEANT.iter().any(|(from, to, _)| *from == room && *to == imported);
            if imported != room
                && !meant
                && layer(&imported) <= layer(&room)
                && !same_layer_is_fine(&room, &imported)
            {
                wrong.push(format!("{} imports {imported}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Neighbours know each other, but for commands, which have a rule of their own.
fn same_layer_is_fine(room: &str, imported: &str) -> bool {
    layer(room) == layer(imported) && room != "commands"
}

/// What stands directly in `commands/` is a command or a group of them. Inside a group (`meter`)
/// files share what they have in common; `session` is what all data commands have in common, and
/// the demo shows what other commands print; `client_secret` is what all that take one have in common.
#[test]
fn commands_do_not_import_each_other() {
    let sources = sources();
    let command = |path: &Path| {
        let name = path.iter().nth(1)?.to_string_lossy().trim_end_matches(".rs").to_owned();
        (room_of(path) == "commands" && !SHARED.contains(&&*name)).then_some(name)
    };
    let commands: Vec<String> = sources.iter().filter_map(|(path, _)| command(path)).collect();
    for (path, text) in &sources {
        let Some(own) = command(path).filter(|own| own != "demo") else { continue };
        for line in code(text) {
            for rest in line.split("crate::commands::").skip(1) {
                let words = rest.split(|c: char| !c.is_alphanumeric() && c != '_');
                let other =
                    words.take(6).find(|word| *word != own && commands.iter().any(|c| c == word));
                assert!(other.is_none(), "{}: {line}", path.display());
            }
        }
    }
}

#[test]
fn the_sandbox_shares_no_code_with_the_product() {
    for (path, text) in sources().into_iter().filter(|(path, _)| room_of(path) == "sandbox") {
        for line in code(&text).filter(|line| line.contains("crate::")) {
            assert!(line.contains("crate::sandbox"), "{}: {line}", path.display());
        }
    }
}

#[test]
fn oauth_knows_no_world() {
    let world = [
        "clap",
        "reqwest",
        "tokio",
        "keyring",
        "std::fs",
        "std::env",
        "std::net",
        "SystemTime",
        "now()",
    ];
    for (path, text) in sources().into_iter().filter(|(path, _)| room_of(path) == "oauth") {
        for word in world {
            let found = code(&text).find(|line| line.contains(word));
            assert!(found.is_none(), "{}: {word}", path.display());
        }
    }
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (name, rooms, reason) in CRATES {
            let used = code(&text).any(|line| {
                line.contains(&format!("use {name}::"))
                    || line.contains(&format!(" {name}::"))
                    || line.contains(&format!("({name}::"))
            });
            let place = path.display().to_string();
            if used && !rooms.iter().any(|room| place.starts_with(room)) {
                wrong.push(format!("{place} uses {name}: {reason}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_provider_is_never_compared_by_name() {
    for (path, text) in sources() {
        let place = path.display().to_string();
        if place.starts_with("sandbox/") || place.starts_with("commands/demo") {
            continue;
        }
        for line in code(&text) {
            let compared =
                line.contains("== \"zaehlerfreunde\"") || line.contains("== \"timberdata\"");
            assert!(!compared, "{place}: {line}; a quirk is a field of provider/description.rs");
        }
    }
}

#[test]
fn the_rules_see_a_breach() {
    assert_eq!(imports("use crate::commands::connect;\n"), ["commands"]);
    assert_eq!(imports("use crate::{interrupt, output};\n"), ["interrupt", "output"]);
    assert!(layer("commands") < layer("store") && layer("store") < layer("oauth"));
}

fn layer(room: &str) -> usize {
    LAYERS.iter().position(|rooms| rooms.contains(&room)).unwrap_or(0)
}

/// The rooms that a file's code names: `crate::room::…`, and `crate::{a, b}`.
fn imports(text: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for line in code(text) {
        for rest in line.split("crate::").skip(1) {
            let list = rest
                .strip_prefix('{')
                .map_or(rest, |inner| inner.split('}').next().unwrap_or(inner));
            let names = if rest.starts_with('{') { list.split(',').collect() } else { vec![rest] };
            for name in names {
                let word: String =
                    name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                rooms.push(word);
            }
        }
    }
    rooms
}

/// Lines of code: no comments, and nothing after the unit tests begin.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let product = text.split("#[cfg(test)]").next().unwrap_or(text);
    product.lines().filter(|line| !line.trim_start().starts_with("//"))
}

fn room_of(path: &Path) -> String {
    let first = path.iter().next().unwrap_or_default().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// Every source file, by its path below `src`.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    assert!(files.len() > 40, "the walk found the sources");
    files
}
