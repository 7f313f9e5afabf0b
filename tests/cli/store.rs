//! `store status`, `verify`, `use`, `migrate` beside the file store. A real keychain is in
//! `tests/real/moves.rs`.

use std::fs;
use std::process::Command;

use crate::support::program::{Program, set_mode};
use crate::support::{browser, connected, described};

/// A bus at which nobody is.
fn without_keychain(program: Program) -> Program {
    program.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
}

#[test]
#[cfg_attr(windows, ignore = "there is always a Credential Manager")]
fn status_says_who_chose_the_store_and_what_is_in_each() {
    let (program, _fake) = connected();
    let program = without_keychain(program);
    let told = program.run(["store", "status", "--json"]).exits(0).json();
    assert_eq!((&told["configured"], &told["schema"]), (&"file".into(), &1.into()));
    assert_eq!(told["configured_by"], "PARTNERLINK_STORE");
    let (keychain, file) = (&told["stores"][0], &told["stores"][1]);
    assert_eq!(
        (&keychain["usable"], &keychain["code"]),
        (&false.into(), &"store-unreachable".into())
    );
    assert_eq!(
        (&file["usable"], file["accounts"].to_string().as_str()),
        (&true.into(), r#"["fake"]"#)
    );
    assert_eq!(file["key"], "key-file");
    let shown = program.run(["store", "status"]).exits(0).stdout;
    for fact in
        ["sealed files (PARTNERLINK_STORE)", "works; 1 account, 0 client secrets", "tokens.key"]
    {
        assert!(shown.contains(fact), "{fact}: {shown}");
    }
    let program = program.unset("PARTNERLINK_STORE");
    let by_default = program.run(["store", "status", "--json"]).exits(0).json();
    assert_eq!(by_default["configured_by"], "by default");
}

#[test]
fn verify_reads_every_record_and_heals_the_index() {
    let (program, _fake) = connected();
    let program = without_keychain(program);
    assert_eq!(program.run(["store", "verify"]).exits(0).data(), "fake\tgood\tsealed files");
    fs::remove_dir_all(program.state().join("accounts")).unwrap();
    let healed = program.run(["store", "verify"]).exits(0);
    assert_eq!(healed.data(), "fake\tindex-corrected\tsealed files");
    assert!(program.run(["status"]).exits(0).data().contains("fake"));
    program.run(["store", "verify"]).exits(0).conceals(&["corrected"]);
}

#[test]
fn a_damaged_and_a_missing_record_are_told_with_a_remedy() {
    let (program, _fake) = connected();
    let program = without_keychain(program);
    let record = program.state().join("tokens/fake.default.sealed");
    let bytes = fs::read(&record).unwrap();
    fs::write(&record, &bytes[..bytes.len() / 2]).unwrap();
    let outcome = program.run(["store", "verify", "--json"]).exits(5);
    let told = &outcome.json()["accounts"][0];
    assert_eq!(
        (&told["result"], &told["error"]["code"]),
        (&"damaged".into(), &"store-damaged".into())
    );
    // It was put aside, so now there is none.
    let gone = "its tokens are no longer in sealed files";
    program.run(["status", "--check"]).exits(4).says(&[gone]);
    program.run(["store", "verify"]).exits(4).says(&[
        "could not verify fake",
        gone,
        "partnerlink connect fake",
    ]);
    program.run(["status"]).exits(0).says(&["sign in again", gone]);
}

#[test]
fn a_list_of_accounts_that_cannot_be_read_is_no_empty_one() {
    let (program, _fake) = connected();
    let program = without_keychain(program);
    let commands: [&[&str]; 6] = [
        &["api", "fake", "/x"],
        &["token", "refresh"],
        &["status"],
        &["status", "--check"],
        &["store", "verify"],
        &["store", "migrate", "--to", "file"],
    ];
    for place in [program.state().join("accounts"), program.state()] {
        let aside = program.root().join("aside");
        fs::rename(&place, &aside).unwrap();
        fs::write(&place, "").unwrap();
        for command in commands {
            program.run(command).exits(5).says(&["in the place of one of its folders"]);
        }
        let found = program.run(["doctor"]).exits(5).stdout;
        assert!(found.contains("✗ account") && !found.contains("none is connected"), "{found}");
        fs::remove_file(&place).unwrap();
        fs::rename(&aside, &place).unwrap();
    }
    program.run(["token", "refresh"]).exits(0);
    // An entry that tells nothing counts all the same.
    fs::write(program.state().join("accounts/fake.other.json"), "{").unwrap();
    program.run(["token", "refresh"]).exits(4).says(&["could not refresh fake:other"]);
    program.run(["store", "verify"]).exits(4).says(&["could not verify fake:other"]);
    let found = program.run(["doctor"]).exits(5).stdout;
    assert!(found.contains("partnerlink store verify fake:other"), "{found}");
    program.run(["disconnect", "fake:other"]).exits(0);
    program.run(["token", "refresh"]).exits(0);
}

#[test]
#[cfg_attr(windows, ignore = "there is always a Credential Manager")]
fn use_tries_the_store_before_it_writes_the_configuration() {
    let program = without_keychain(Program::new().unset("PARTNERLINK_STORE"));
    program.configure("# mine\nbrowser = \"w3m\" # text\n\n[provider.x]\ntitle = \"X\"\n");
    let config = || fs::read_to_string(program.home().join("config.toml")).unwrap();
    let before = config();
    program
        .run(["store", "use", "keychain"])
        .exits(5)
        .says(&["could not use the system keychain", "no keychain service can be reached"]);
    assert_eq!(config(), before);
    program.run(["store", "use", "file"]).exits(0).says(&["New accounts are kept in sealed files"]);
    let chosen = config();
    assert_eq!(chosen.replace("store = \"file\"\n", ""), before);
    assert_ne!(chosen, before);
    let left = fs::read_dir(program.state().join("tokens")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("probe")), "{left:?}");
    program.run(["store", "use", "keychain", "--key", "keychain"]).exits(2);
    program
        .run(["store", "use", "file", "--key", "passphrase"])
        .exits(2)
        .says(&["PARTNERLINK_PASSPHRASE"]);
    program.run(["store", "use", "file", "--key", "keychain"]).exits(5);
    program.run(["store", "use", "file", "--key", "systemd"]).exits(0).says(&["Not tried"]);
    assert_eq!(config().replace("file_key = \"systemd\"\n", ""), chosen);
}

#[test]
fn another_key_is_refused_while_files_are_sealed_with_the_old_one() {
    let (program, _fake) = connected();
    let program = program.set("PARTNERLINK_PASSPHRASE", "a passphrase");
    let refused = program.run(["store", "use", "file", "--key", "passphrase"]).exits(5);
    refused.says(&["could not use sealed files", "move it away (store migrate --to keychain)"]);
    program.run(["token", "get", "fake"]).exits(0);
}

#[test]
#[cfg_attr(windows, ignore = "there is always a Credential Manager")]
fn a_move_to_a_keychain_that_is_not_there_changes_nothing() {
    let (program, _fake) = connected();
    let program = without_keychain(program);
    let dry = program.run(["store", "migrate", "--to", "keychain", "--dry-run"]).exits(0);
    assert_eq!(dry.data(), "fake\twould-move\tsealed files");
    program
        .run(["store", "migrate", "--to", "keychain"])
        .exits(5)
        .says(&["could not move fake", "no keychain service can be reached"]);
    assert!(!program.state().join("moves").exists(), "it did not even begin");
    program.run(["token", "refresh", "fake", "--force"]).exits(0).conceals(&["is not finished"]);
    assert_eq!(program.run(["status", "--json"]).exits(0).json()["accounts"][0]["store"], "file");
    let told = program.run(["store", "migrate", "--to", "file"]).exits(0);
    told.says(&["nothing to move"]);
}

#[test]
#[cfg_attr(windows, ignore = "the key of sealed files lies in the Credential Manager")]
fn a_lost_key_is_made_anew_by_connect_which_says_what_it_costs() {
    let (program, fake) = connected();
    browser::connect(&program, &fake, &["fake:other"]).exits(0);
    let key = program.home().join("tokens.key");
    fs::remove_file(&key).unwrap();
    let told = program.run(["status", "--json"]).exits(5).json();
    assert_eq!(told["accounts"][0]["standing"], "unreadable");
    for args in [&["token", "refresh"][..], &["token", "get", "fake"], &["store", "verify"]] {
        let outcome = program.run(args).exits(5);
        outcome.says(&["tokens.key does not exist", "partnerlink connect fake"]);
    }
    assert!(!key.exists(), "only a sign-in makes one");

    let outcome = browser::connect(&program, &fake, &["fake"]).exits(0);
    outcome.says(&["tokens.key does not exist): a new one is made", "lost with it: fake:other"]);
    program.run(["token", "get", "fake"]).exits(0);
    program.run(["status"]).exits(5).says(&["cannot be opened with this key"]);
    browser::connect(&program, &fake, &["fake:other"]).exits(0).conceals(&["a new one is made"]);
    program.run(["status", "--check"]).exits(0);
}

#[test]
#[cfg_attr(windows, ignore = "the key of sealed files lies in the Credential Manager")]
fn what_no_key_opens_any_more_can_be_deleted() {
    let (program, fake) = connected();
    browser::connect(&program, &fake, &["fake:other"]).exits(0);
    let key = program.home().join("tokens.key");
    fs::remove_file(&key).unwrap();
    let outcome = program.run(["disconnect", "fake"]).exits(3);
    outcome.says(&["fake: deleted here", "could not confirm that fake is revoked"]);
    // Another key opens them as little.
    let text = "A".repeat(43) + "=";
    fs::write(&key, text).unwrap();
    set_mode(&key, 0o600);
    program.run(["disconnect", "fake:other"]).exits(3).says(&["fake:other: deleted here"]);
    program.run(["status"]).exits(0).says(&["No account is connected"]);
    assert_eq!(fs::read_dir(program.state().join("tokens")).unwrap().count(), 0);
}

#[test]
#[cfg_attr(windows, ignore = "it sets the mode of a file")]
fn a_key_that_others_can_read_is_closed_as_told_and_opens_everything_again() {
    let (program, _fake) = connected();
    let key = program.home().join("tokens.key");
    set_mode(&key, 0o644);
    let outcome = program.run(["token", "get", "fake", "--json"]).exits(5);
    let hint = outcome.error_json()["error"]["hint"].as_str().unwrap().to_owned();
    assert_eq!(hint, format!("chmod 600 '{}'", key.display()));
    assert!(Command::new("sh").args(["-c", &hint]).status().unwrap().success());
    program.run(["token", "get", "fake"]).exits(0);
}

#[test]
fn without_a_keychain_service_nothing_connected_is_no_error() {
    let program = without_keychain(Program::new().unset("PARTNERLINK_STORE"));
    for args in [
        &["token", "refresh", "--quiet"][..],
        &["store", "verify"],
        &["store", "migrate", "--to", "file", "--dry-run"],
        &["store", "migrate", "--to", "file"],
        &["store", "status"],
        &["status", "--check"],
        &["doctor"],
        &["disconnect", "zaehlerfreunde"],
    ] {
        program.run(args).exits(0);
    }
}

#[test]
fn an_account_that_is_not_connected_is_exit_4_whatever_the_store() {
    for program in [
        Program::new(),
        without_keychain(Program::new().unset("PARTNERLINK_STORE")),
        without_keychain(Program::new().set("PARTNERLINK_STORE", "keychain")),
    ] {
        for args in [
            &["token", "get", "zaehlerfreunde"][..],
            &["token", "show", "zaehlerfreunde"],
            &["token", "refresh", "zaehlerfreunde"],
            &["exec", "zaehlerfreunde", "--", "true"],
            &["api", "zaehlerfreunde", "/spaces"],
            &["meter", "spaces"],
            &["store", "verify", "zaehlerfreunde"],
            &["store", "migrate", "zaehlerfreunde", "--to", "file"],
            &["store", "migrate", "zaehlerfreunde", "--to", "file", "--dry-run"],
        ] {
            let outcome = program.run(args).exits(4).says(&["is not connected"]);
            outcome.says(&["partnerlink connect zaehlerfreunde"]);
        }
    }
}

#[test]
fn who_is_not_connected_cannot_be_moved() {
    let (program, _fake) = described();
    program.run(["store", "migrate", "fake", "--to", "file"]).exits(4).says(&["is not connected"]);
    program.run(["store", "migrate", "--to", "file"]).exits(0).says(&["nothing to move"]);
    program.run(["store", "verify"]).exits(0).says(&["nothing to verify"]);
    program.run(["store", "migrate", "fake"]).exits(2);
}

#[test]
fn the_policies_of_the_shared_store_are_those_of_its_mount() {
    let program = Program::new();
    let policy = |program: &Program, role: &str| program.run(["store", "policy", role]).exits(0);
    let reader = policy(&program, "reader").stdout;
    let expected = "path \"partnerlink/data/access/*\" {\n  capabilities = [\"read\"]\n}\n";
    assert!(reader.starts_with(expected), "{reader}");
    assert!(!["grant", "client", "update", "delete"].iter().any(|word| reader.contains(word)));
    for role in ["refresher", "admin"] {
        let text = policy(&program, role).stdout;
        assert!(text.contains("path \"partnerlink/data/grant/*\"") && !text.contains("delete"));
    }
    // What cannot be read may be another mount: its policy would not be that one's.
    program.configure("[vault]\naddress = \"http://bao.example\"\nmount = \"kv\"\n");
    let told = program.run(["store", "policy", "reader"]).exits(2);
    assert!(told.stdout.is_empty(), "{}", told.told());
    program.configure(
        "[vault]\naddress = \"https://bao.example\"\nmount = \"kv\"\nprefix = \"team\"\nauth = \
         \"proxy\"\n",
    );
    let own = policy(&program, "admin");
    assert!(own.stdout.contains("path \"kv/data/team/grant/*\""), "{}", own.stdout);
    assert!(own.stdout.contains("path \"kv/config\""), "{}", own.stdout);
    assert!(own.stderr.is_empty(), "{}", own.told());
}

#[test]
fn a_secret_in_the_description_of_the_shared_store_is_refused() {
    let program = Program::new();
    for name in ["token", "secret_id", "password", "client_secret"] {
        program.configure(&format!("[vault]\n{name} = \"hunter2-hunter2\"\n"));
        let told = program.run(["status"]).exits(2);
        told.says(&["contains a secret"]).conceals(&["hunter2"]);
    }
    for (lines, why) in [
        ("address = \"http://bao.example\"\nauth = \"proxy\"", "only a proxy on this machine"),
        ("address = \"https://bao.example\"", "does not say how this machine signs in"),
        ("auth = \"proxy\"", "has no address"),
        ("address = \"https://bao.example\"\nauth = \"approle\"", "lacks role_id"),
        ("adress = \"https://bao.example\"", "did you mean `address`?"),
    ] {
        program.configure(&format!("[vault]\n{lines}\n"));
        program.run(["status"]).exits(2).says(&[why]);
    }
}

#[test]
fn a_store_is_not_chosen_that_is_not_described() {
    let program = Program::new();
    let told = program.run(["store", "use", "vault"]).exits(2);
    told.says(&["the shared store is not set up here", "partnerlink help shared-store"]);
    let wrapped = ["store", "use", "file", "--wrapped-secret-id"];
    program.run(wrapped).exits(2).says(&["--wrapped-secret-id is about the shared store"]);
    program.configure("[vault]\naddress = \"https://127.0.0.1:1\"\nauth = \"proxy\"\n");
    let wrapped = ["store", "use", "vault", "--wrapped-secret-id"];
    let told = program.run(wrapped).exits(2);
    told.says(&["this machine does not sign in with a secret ID"]);
}

#[test]
fn a_token_of_the_environment_goes_to_no_other_server_than_the_environments() {
    let program = Program::new()
        .set("VAULT_ADDR", "https://vault.example:8200")
        .set("VAULT_TOKEN", "hvs.of-another-server");
    program.configure("[vault]\naddress = \"https://bao.example:8200\"\n");
    let told = program.run(["status"]).exits(2);
    told.says(&["has another address than VAULT_ADDR", "VAULT_TOKEN is for that one"]);
    // A way to sign in that is described is meant, whatever the environment has.
    program.configure(
        "[vault]\naddress = \"https://bao.example:8200\"\nrole_id = \"1\"\nsecret_id_file = \"s\"\n",
    );
    program.run(["status"]).exits(0);
    for address in ["https://me:hunter2@bao.example", "https://bao.example/?x=hunter2"] {
        program.configure(&format!("[vault]\naddress = \"{address}\"\nauth = \"proxy\"\n"));
        let told = program.run(["status"]).exits(2);
        told.says(&["more than a server and a path"]).conceals(&["hunter2"]);
    }
}
