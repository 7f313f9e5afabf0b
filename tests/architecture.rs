//! The doors of the house (the map is the header of `src/lib.rs`): who may import whom, and which
//! outside crate is used where. What is not in a table here is a breach.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and the rooms that it may import. An arrow that is not here does not exist; a new one
/// wants a reason, beside it.
const DOORS: [(&str, &[&str]); 27] = [
    ("main", &[]),
    ("lib", &["cli", "error", "system"]),
    ("cli", &["commands", "config", "context", "error", "language", "terminal"]),
    (
        "commands",
        &[
            "account_id",
            "accounts",
            "api",
            "clock",
            "config",
            "context",
            "data",
            "error",
            "flow",
            "formats",
            "http",
            "input",
            "jq",
            "language",
            "loopback",
            "oauth",
            "plot",
            "provider",
            "report",
            // Of the commands, only those of `STARTS_THE_SANDBOX`.
            "sandbox",
            "schedule",
            "secret",
            "store",
            "system",
            "terminal",
            "text",
        ],
    ),
    (
        "context",
        &[
            "accounts", "clock", "config", "error", "flow", "http", "oauth", "provider", "sandbox",
            "secret", "store", "system", "terminal",
        ],
    ),
    (
        "terminal",
        // Formats: their help topic is made from their table. Secret: what a person pastes holds a
        // code. System: the browser that the sign-in is shown in.
        &["error", "flow", "formats", "jq", "loopback", "secret", "system", "text"],
    ),
    // It explains the errors of all of them.
    (
        "error",
        &[
            "account_id",
            "api",
            "config",
            "data",
            "flow",
            "http",
            "loopback",
            "oauth",
            "provider",
            "schedule",
            "store",
            "system",
            // A remedy is quoted for the shell.
            "text",
        ],
    ),
    // `secret`: it writes the header with the token. `input`: a table may have been made on Windows.
    ("api", &["clock", "data", "flow", "http", "input", "oauth", "provider", "secret"]),
    ("schedule", &["account_id", "clock", "config", "store", "system", "text"]),
    (
        "flow",
        &[
            "account_id",
            "accounts",
            "clock",
            "http",
            "loopback",
            "oauth",
            "provider",
            "secret",
            "store",
            "system",
        ],
    ),
    // `oauth`: which addresses are this machine's own.
    ("config", &["http", "input", "language", "oauth", "provider", "secret", "store", "system"]),
    ("formats", &["clock", "data", "language", "text"]),
    ("plot", &["clock", "data", "language", "text"]),
    // Formats: a workbook's temporary file. Plot: a page has its curves.
    ("report", &["clock", "data", "formats", "language", "plot", "text"]),
    ("data", &["clock"]),
    // The clock: pauses before the next try for a lock are spread. HTTP: of the stores only
    // `STORE_ON_A_SERVER`.
    ("store", &["account_id", "accounts", "clock", "http", "input", "secret", "system"]),
    ("accounts", &["account_id", "clock", "oauth", "store", "system"]),
    ("loopback", &["oauth", "secret"]),
    // `input`: a file of certificates may have been made on Windows. System: processes share a pace
    // by a private file.
    ("http", &["clock", "input", "oauth", "secret", "system"]),
    // `input`: an ID is pasted from a mail.
    ("provider", &["account_id", "input", "oauth"]),
    // Text: what a provider says is made safe to show where it is read.
    ("oauth", &["clock", "secret", "text"]),
    // `input`: what Windows' own programs write is UTF-16.
    ("system", &["account_id", "input"]),
    // Were it to share the product's judgement, a mistake there would agree with itself: dates and
    // files are not judged.
    ("sandbox", &["clock", "system", "text"]),
    // The clock: dates are written with their names.
    ("language", &["clock"]),
    ("account_id", &[]),
    ("clock", &[]),
    ("secret", &[]),
];

/// Rooms of one file without an import, each a type or a few functions.
const PLAIN: [&str; 3] = ["input", "jq", "text"];

/// The commands that run the sandbox by themselves.
const STARTS_THE_SANDBOX: [&str; 3] =
    ["commands/sandbox.rs", "commands/demo.rs", "commands/doctor/browser.rs"];

/// The one store that is another machine's.
const STORE_ON_A_SERVER: &str = "store/vault/";

/// Who may ask which store it is, beside `store` itself: what is chosen and set up, and what is wrong
/// with each. Elsewhere a store says of itself what it is like, so that one more is a file and a row.
const ASKS_THE_KIND: [&str; 5] = [
    "config/mod.rs",
    "commands/store/",
    // Of `connect --store`.
    "commands/keeping.rs",
    "commands/doctor/store.rs",
    "store/",
];

/// What commands have in common; everything else directly in `commands/` is a command, or a group
/// of them whose files know each other.
const SHARED: [&str; 10] = [
    "candidates",
    "client_secret",
    "closing",
    "held",
    "keeping",
    "kept_meters",
    "mod",
    "reach",
    "session",
    "written",
];

/// Outside crates that stay in one place, and the reason.
const CRATES: [(&str, &[&str], &str); 22] = [
    (
        "clap_complete",
        &["commands/candidates.rs", "commands/completions/"],
        "its engine is not a stable interface",
    ),
    ("clap_mangen", &["commands/man.rs"], "one command needs it"),
    ("reqwest", &["http/"], "limits and redaction in one place"),
    ("hyper", &["loopback/", "http/exchange.rs"], "the one port, and a body that is sent in time"),
    ("tiny_http", &["sandbox/"], "unfit for a port that anybody can reach"),
    ("keyring", &["store/keychain"], "one backend, one folder"),
    // The journal must not need the store that it stands in for.
    ("chacha20poly1305", &["store/file/", "flow/journal.rs"], "one backend, one folder"),
    ("hkdf", &["flow/journal.rs"], "one key is derived from a token"),
    ("argon2", &["store/file/"], "one backend, one folder"),
    ("open", &["system/browser.rs"], "one way to open an address"),
    ("rpassword", &["commands/client_secret.rs"], "the one prompt for a secret"),
    ("signal_hook", &["system/interrupt/"], "one meaning of Ctrl-C"),
    ("windows_registry", &["system/proxy.rs"], "one look into the registry"),
    ("directories", &["system/paths.rs"], "one list of folders"),
    ("jiff", &["clock/"], "one clock"),
    ("flate2", &["http/"], "data on its way"),
    ("rust_xlsxwriter", &["formats/xlsx.rs", "report/book/"], "workbooks alone need it"),
    // The table of formats names the file of ours that is called like it.
    ("parquet", &["formats/parquet", "formats/format.rs"], "one format needs it"),
    (
        "rusqlite",
        &["formats/gpkg", "commands/meter/push/memory.rs"],
        "one format needs it, and what grows without end: the readings that were handed in",
    ),
    ("ring", &["oauth/dpop.rs"], "one key, one kind of signature"),
    ("sys_locale", &["config/environment.rs"], "what the environment lacks"),
    ("jaq_core", &["jq.rs"], "one option needs it"),
];

#[test]
fn every_import_has_its_door() {
    let wrong: Vec<String> =
        sources().iter().flat_map(|(path, text)| breaches(path, text)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A guard that cannot fail is none: each of these is planted, and has to be found.
#[test]
fn planted_breaches_are_found() {
    for (place, line) in [
        ("flow/refresh.rs", "use crate::terminal::Output;"),
        ("store/lock.rs", "use crate::http::HttpClient;"),
        ("flow/moving/mod.rs", "use crate::commands::connect::Args;"),
        // The same in other clothes.
        ("flow/refresh.rs", "    crate::terminal::say();"),
        ("flow/refresh.rs", "use crate::{\n    store::Item,\n    terminal::{Mark, Output},\n};"),
        ("flow/refresh.rs", "use super::super::terminal::Output;"),
        ("flow/mod.rs", "use super::terminal::Output;"),
        ("accounts.rs", "use super::terminal::Output;"),
        ("flow/refresh.rs", "pub use crate::terminal as t;"),
        ("commands/token/get.rs", "use crate::commands::connect::Args;"),
        ("commands/token/get.rs", "use super::super::connect::Args;"),
        ("commands/status/mod.rs", "use crate::commands::{connect, session};"),
        ("commands/status/mod.rs", "use crate::sandbox::start;"),
        ("sandbox/token.rs", "use crate::oauth::pkce;"),
        ("store/mod.rs", "#[cfg(test)]\nmod early {}\n\nuse crate::http::HttpClient;"),
    ] {
        let text = format!("//! A room.\n\n{line}\n\n#[cfg(test)]\nmod tests {{\n}}\n");
        assert!(!breaches(Path::new(place), &text).is_empty(), "{place}: {line}");
    }
    let tests_may =
        "fn product() {}\n\n#[cfg(test)]\nmod tests {\n    use crate::terminal::Output;\n}\n";
    assert_eq!(breaches(Path::new("flow/refresh.rs"), tests_may), Vec::<String>::new());
    let comment = "// As crate::terminal does.\nuse super::World;\nuse crate::store::Item;\n";
    assert_eq!(breaches(Path::new("flow/refresh.rs"), comment), Vec::<String>::new());
}

#[test]
fn every_room_stands_in_the_table_once() {
    let rooms: BTreeSet<String> = sources().iter().map(|(path, _)| room_of(path)).collect();
    let listed: Vec<&str> = DOORS.iter().map(|(room, _)| *room).chain(PLAIN).collect();
    let once: BTreeSet<String> = listed.iter().map(ToString::to_string).collect();
    assert_eq!((&once, listed.len()), (&rooms, once.len()));
}

#[test]
fn modules_with_a_folder_are_written_in_its_mod_file() {
    for (path, _) in sources() {
        let folder =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path.with_extension(""));
        assert!(!folder.is_dir(), "{} and {} are one module", path.display(), folder.display());
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
                ["use ", " ", "(", "<", "&"]
                    .iter()
                    .any(|before| line.contains(&format!("{before}{name}::")))
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
fn what_is_not_about_stores_does_not_ask_which_one_it_is() {
    for (path, text) in sources() {
        let place = path.display().to_string();
        if !ASKS_THE_KIND.iter().any(|room| place.starts_with(room)) {
            let found = code(&text).find(|line| asks_the_kind(line));
            assert_eq!(found, None, "{place}: what matters of it is a method of TokenStore");
        }
    }
    assert!(asks_the_kind("    if account.store != StoreKind::FILE {"));
    assert!(asks_the_kind("    matches!(kind.name(), \"file\")"));
    assert!(!asks_the_kind("    store: StoreKind::FILE,"));
}

fn asks_the_kind(line: &str) -> bool {
    let compares = ["== StoreKind::", "!= StoreKind::", "== &StoreKind::", "!= &StoreKind::"];
    let by_name = |name: &str| line.contains(".name()") && line.contains(&format!("\"{name}\""));
    compares.iter().any(|it| line.contains(it))
        || ["keychain", "file", "vault"].iter().any(|it| by_name(it))
}

/// What a file imports and may not, each in words.
fn breaches(path: &Path, text: &str) -> Vec<String> {
    let room = room_of(path);
    let place = path.display().to_string();
    let doors = DOORS.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, doors)| doors);
    let own_command = command_of(path);
    let mut wrong = Vec::new();
    for import in imports(path, text) {
        let mut parts = import.split("::");
        let (to, inner) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let sandbox =
            to == "sandbox" && room == "commands" && !STARTS_THE_SANDBOX.contains(&&*place);
        let neighbour = to == "commands"
            && room == "commands"
            && own_command.as_deref().is_some_and(|own| is_command(inner) && inner != own);
        let network = to == "http" && room == "store" && !place.starts_with(STORE_ON_A_SERVER);
        if to != room && !doors.contains(&to) || sandbox || neighbour || network {
            wrong.push(format!("{place} imports {import}"));
        }
    }
    wrong
}

/// `meter` for every file of the command `meter`; nothing for what commands share.
fn command_of(path: &Path) -> Option<String> {
    let name = path.iter().nth(1)?.to_string_lossy().trim_end_matches(".rs").to_owned();
    (room_of(path) == "commands" && !SHARED.contains(&&*name)).then_some(name)
}

/// Modules are written small; a type or function of `commands/mod.rs` is everybody's.
fn is_command(name: &str) -> bool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands");
    !SHARED.contains(&name)
        && (folder.join(format!("{name}.rs")).is_file() || folder.join(name).is_dir())
}

/// What a file's code names of this crate: `room` or `room::inner`, once each. Both `crate::…` and
/// as many `super::` as lead to the top are followed, through lists in braces as well.
fn imports(path: &Path, text: &str) -> BTreeSet<String> {
    let code = code(text).collect::<Vec<_>>().join("\n");
    let own = module_of(path);
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        names(&code[at + "crate::".len()..], &[], &mut found);
    }
    let supers = "super::";
    let mut from = 0;
    while let Some(begin) = code[from..].find(supers).map(|at| from + at) {
        let mut end = begin;
        while code[end..].starts_with(supers) {
            end += supers.len();
        }
        let up = (end - begin) / supers.len();
        if let Some(above) = own.len().checked_sub(up) {
            names(&code[end..], &own[..above], &mut found);
        }
        from = end;
    }
    found
}

/// The first two names of a path that stands below `above`, or of each path of a list.
fn names(rest: &str, above: &[String], found: &mut BTreeSet<String>) {
    if let Some(list) = rest.strip_prefix('{') {
        let mut depth = 0;
        let mut begin = 0;
        for (at, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    let item = list[begin..at].trim();
                    begin = at + 1;
                    if !item.is_empty() && item != "self" {
                        names(item, above, found);
                    }
                    if c == '}' {
                        break;
                    }
                }
                _ => {}
            }
        }
        return;
    }
    let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let next = rest[word.len()..].strip_prefix("::");
    let mut path = above.to_vec();
    path.push(word);
    match next {
        Some(next) if path.len() < 2 => names(next, &path, found),
        _ => drop(found.insert(path[..path.len().min(2)].join("::"))),
    }
}

/// `flow/moving/note.rs` is `[flow, moving, note]`, `flow/mod.rs` is `[flow]`.
fn module_of(path: &Path) -> Vec<String> {
    let path = path.with_extension("");
    let parts = path.iter().map(|part| part.to_string_lossy().into_owned());
    parts.filter(|part| part != "mod" && part != "lib").collect()
}

/// Lines of code: no comments, and not the unit tests, which are the last thing in a file.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let tests = text.rfind("\n#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..tests].lines().filter(|line| !line.trim_start().starts_with("//"))
}

fn room_of(path: &Path) -> String {
    let first = path.iter().next().unwrap_or_default().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// Every source file of the product by its path below `src`: what a module declares with
/// `#[cfg(test)] mod NAME;` is a test.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let (mut files, mut tests) = (Vec::new(), Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                for declared in text.split("#[cfg(test)]\n").skip(1) {
                    let line = declared.lines().next().unwrap_or_default();
                    let name = line.rsplit("mod ").next().and_then(|name| name.strip_suffix(';'));
                    tests.extend(name.map(|name| path.parent().unwrap().join(name)));
                }
                files.push((path, text));
            }
        }
    }
    files.retain(|(path, _)| !tests.iter().any(|test| path.with_extension("").starts_with(test)));
    assert!(files.len() > 40, "the walk found the sources");
    // As the tables write it, on Windows too.
    let below = |path: PathBuf| {
        let names: Vec<_> =
            path.strip_prefix(&root).unwrap().iter().map(OsStr::to_string_lossy).collect();
        PathBuf::from(names.join("/"))
    };
    files.into_iter().map(|(path, text)| (below(path), text)).collect()
}
