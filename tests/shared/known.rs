//! What a machine knows of the shared accounts: read once, and put right for those that only read.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::Duration;

use partnerlink::clock::{self, Clock as _, SystemClock};
use partnerlink::system::paths::Folders;
use serde_json::json;

use crate::bao::{Bao, Duty};
use crate::browser;
use crate::left_out;
use crate::scene::{ACCOUNT, Machine, Scene};
use crate::wire::{Manner, Passed, Wire};

/// Runs to its end; the paths that it opened.
fn opened(machine: &Machine, args: &[&str]) -> Vec<String> {
    let trace = machine.root().join("strace.txt");
    let program = machine.command(args);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-s", "4096", "-e", "trace=openat", "-o"]).arg(&trace);
    strace.arg(program.get_program()).args(program.get_args()).stdin(Stdio::null());
    strace.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    machine.start(strace).finish().exits(0);
    let text = fs::read_to_string(&trace).unwrap();
    text.lines().filter_map(|line| Some(line.split('"').nth(1)?.to_owned())).collect()
}

#[test]
fn an_entry_of_the_index_is_read_once_however_many_there_are() {
    if !Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .status()
        .is_ok_and(|it| it.success())
    {
        return left_out("reads of shared accounts", "strace is missing or may not trace");
    }
    let Some(bao) = Bao::alone("entries are read once") else { return };
    let scene = Scene::new(bao, 0);
    let accounts = ["fake:one", "fake:two", "fake:three"];
    scene.connect(&accounts);
    let machine = scene.machine(Duty::Refresher);
    machine.run(["status"]).exits(0);
    for args in [&["status"][..], &["status", "--json"], &["token", "refresh"]] {
        let opened = opened(&machine, args);
        for account in accounts {
            let entry = format!("/accounts/{}.json", account.replace(':', "."));
            let count = opened.iter().filter(|path| path.ends_with(&entry)).count();
            assert_eq!(count, 1, "{args:?}: {account}: {opened:#?}");
        }
    }
    scene.refreshed_exactly(0);
}

#[test]
fn a_store_that_does_not_answer_leaves_what_was_known_and_since_when() {
    let Some(bao) = Bao::alone("status without the server") else { return };
    let mut scene = Scene::new(bao, 0);
    let accounts = [ACCOUNT, "fake:two"];
    scene.connect(&accounts);
    let machine = scene.machine(Duty::Refresher);
    machine.run(["status"]).exits(0).conceals(&["as of"]);
    let now = SystemClock.now();
    let seen = clock::after(now, -3 * 3600);
    let folders = Folders::resolve(Some(&machine.home())).unwrap();
    let file = File::options().write(true).open(folders.shared_seen_file()).unwrap();
    file.set_modified(seen.into()).unwrap();
    let told = format!("as of {}, the shared store did not answer: ", clock::for_people(seen, now));
    let looks = || {
        let status = machine.run(["status"]).exits(0).says(&[&told]);
        assert!(status.took < Duration::from_secs(10), "{:?}", status.took);
        assert!(accounts.iter().all(|name| status.stdout.contains(name)), "{}", status.told());
    };
    scene.bao.pause(0);
    looks();
    scene.bao.nodes[0].kill();
    looks();
    let whole = machine.run(["status", "--json"]).exits(0).json();
    assert_eq!(whole["accounts"].as_array().unwrap().len(), accounts.len());
    assert_eq!(whole["shared_store"]["as_of"], json!(seen));
}

#[test]
fn a_claim_that_is_older_than_a_minute_is_told_with_its_holder_and_since_when() {
    let Some(bao) = Bao::alone("an old claim") else { return };
    let wire = Wire::to(bao.nodes[0].plain, Manner::default());
    let mut scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    scene.addresses = vec![wire.address()];
    let machine = scene.machine(Duty::Refresher);
    let begun = SystemClock.now();
    scene.claimed_by("web-2, process 7", ACCOUNT, false);
    let now = SystemClock.now();
    for young in [0, 30] {
        wire.behaves(Manner { later: young, ..Manner::default() });
        machine.run(["status"]).exits(0).conceals(&["web-2"]);
    }
    wire.behaves(Manner { later: 90, ..Manner::default() });
    let status = machine.run(["status"]).exits(0);
    let told = [begun, now].map(|since| {
        let since = clock::for_people(since, now);
        format!("{ACCOUNT}: web-2, process 7 has been working on it since {since}")
    });
    assert!(told.iter().any(|told| status.stderr.contains(told)), "{}", status.told());
}

/// The machine that saved the new tokens died before it could show the access token, and does not
/// come back; or it does, and knows of nothing.
#[test]
fn what_readers_do_not_see_yet_is_shown_by_the_next_machine_that_looks() {
    for (args, by_another) in
        [(&["token", "refresh"][..], true), (&["status"], true), (&["store", "verify"], false)]
    {
        let Some(bao) = Bao::alone("shown by another machine") else { return };
        let scene = Scene::new(bao, 0);
        scene.connect(&[ACCOUNT]);
        let [machine, other] = [(); 2].map(|()| scene.machine(Duty::Refresher));
        other.run(["status"]).exits(0);
        scene.expire(ACCOUNT);
        let (before, _) = scene.bao.record("access/fake/one").unwrap();
        machine.run(["token", "refresh"]).exits(0);
        let (_, version) = scene.bao.record("access/fake/one").unwrap();
        assert!(scene.bao.put("access/fake/one", &before, version));

        (if by_another { &other } else { &machine }).run(args).exits(0);
        let shown = scene.stored("access", ACCOUNT);
        assert_eq!(shown["generation"], scene.stored("grant", ACCOUNT)["generation"], "{args:?}");
        assert_eq!(shown["record"]["access_token"], json!(scene.token(ACCOUNT)), "{args:?}");
        assert_eq!(shown["record"]["refresh_token"], json!(null));
        scene.refreshed_exactly(1);
    }
}

#[test]
fn a_damaged_record_of_which_this_machine_knows_nothing_is_told() {
    let Some(bao) = Bao::alone("a damaged record") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT, "fake:two"]);
    let (_, version) = scene.bao.record("grant/fake/two").unwrap();
    assert!(scene.bao.put("grant/fake/two", &json!({ "v": 1, "generation": "x" }), version));
    let machine = scene.machine(Duty::Refresher);
    for args in [&["token", "refresh"][..], &["status"], &["store", "verify"]] {
        machine.run(args).exits(5).says(&["fake:two"]);
    }
    assert_eq!(scene.bao.record("grant/fake/two").unwrap().1, version + 1, "it is left alone");
}

/// Another person's account in the store has the name of one that is kept on this machine.
#[test]
fn a_name_that_is_taken_on_this_machine_stays_that_of_its_own_account() {
    let Some(bao) = Bao::alone("a name of two accounts") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let desk = scene.machine(Duty::Admin);
    browser::connect(&desk, &scene.provider, &[ACCOUNT, "--store", "file"]).exits(0);
    let own = desk.get(ACCOUNT).exits(0);
    assert_ne!(own.data(), scene.token(ACCOUNT));
    for args in [&["status"][..], &["token", "refresh"], &["store", "verify"]] {
        desk.run(args).exits(0);
        assert_eq!(desk.get(ACCOUNT).exits(0).data(), own.data(), "{args:?}");
    }
    assert!(desk.run(["status"]).exits(0).stdout.contains("\tsealed files\t"));
}

#[test]
fn a_machine_that_only_reads_says_that_it_refreshes_nothing() {
    let Some(bao) = Bao::alone("nothing to refresh") else { return };
    let scene = Scene::new(bao, 0);
    let reader = scene.machine(Duty::Reader);
    for connected in [false, true] {
        if connected {
            scene.connect(&[ACCOUNT]);
        }
        reader.run(["token", "refresh"]).exits(2).says(&["only reads", "vault.access"]);
    }
    scene.refreshed_exactly(0);
}

/// Another server answers, or somebody deleted what nobody may delete.
#[test]
fn an_account_that_is_gone_without_a_word_is_no_account_that_was_ended() {
    let Some(bao) = Bao::alone("gone without a word") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let machine = scene.machine(Duty::Admin);
    machine.run(["status"]).exits(0);
    for path in ["grant/fake/one", "access/fake/one"] {
        scene.bao.insist("DELETE", &format!("partnerlink/metadata/{path}"), &json!({}));
    }
    let gone = "is no longer in the shared store";
    for args in
        [&["token", "refresh"][..], &["status"], &["token", "get", ACCOUNT], &["store", "verify"]]
    {
        machine.run(args).exits(5).says(&[ACCOUNT, gone]);
    }
    assert!(machine.run(["doctor"]).stdout.contains(gone));
    machine.run(["disconnect", ACCOUNT]).exits(5).says(&["--no-revoke"]);
    machine.run(["disconnect", "--no-revoke", ACCOUNT]).exits(3);
    machine.run(["status"]).exits(0).says(&["No account is connected"]);
    // One that is connected again is a new one for readers as well.
    scene.connect(&[ACCOUNT]);
    machine.run(["token", "refresh"]).exits(0);
    scene.refreshed_exactly(0);
}

/// Only its grant was deleted by hand: readers would go on with what they saw.
#[test]
fn a_sign_in_in_the_place_of_a_grant_that_is_gone_is_newer_than_what_readers_saw() {
    let Some(bao) = Bao::alone("a grant is gone") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let (machine, reader) = (scene.machine(Duty::Refresher), scene.machine(Duty::Reader));
    for _ in 0..3 {
        machine.run(["token", "refresh", "--force", ACCOUNT]).exits(0);
    }
    scene.bao.insist("DELETE", "partnerlink/metadata/grant/fake/one", &json!({}));
    scene.connect(&[ACCOUNT]);
    assert_eq!(reader.get(ACCOUNT).exits(0).data(), scene.token(ACCOUNT));
    assert_eq!(scene.stored("grant", ACCOUNT)["generation"], json!(5));
}

/// What each command asks of the store, by method and folder: whoever adds a request is to know it.
#[test]
fn no_more_is_asked_than_is_needed() {
    let Some(bao) = Bao::alone("what is asked") else { return };
    let wire = Wire::to(bao.nodes[0].plain, Manner::default());
    let mut scene = Scene::new(bao, 0);
    scene.addresses = vec![wire.address()];
    scene.connect(&[ACCOUNT]);
    let machine = scene.machine(Duty::Refresher);
    machine.run(["status"]).exits(0);
    let asked = |args: &[&str]| {
        let before = wire.passed().len();
        machine.run(args).exits(0);
        let brief = |passed: &Passed| {
            let path =
                passed.call.path().trim_start_matches("/v1/").trim_start_matches("partnerlink/");
            format!("{} {}", passed.call.method, path.trim_end_matches("/fake/one"))
        };
        let mut asked: Vec<String> = wire.passed()[before..].iter().map(brief).collect();
        asked.sort();
        asked
    };
    let login = "POST auth/approle/login";
    let lists = ["GET detailed-metadata/grant/", "GET detailed-metadata/grant/fake/", login];
    assert_eq!(asked(&["token", "get", ACCOUNT]), ["GET data/grant", login]);
    assert_eq!(asked(&["status"]), lists);
    assert_eq!(
        asked(&["token", "refresh"]),
        [&lists[..2], &["GET metadata/client/", login]].concat()
    );
    let refresh = ["GET data/access", "GET data/grant", login];
    let writes = ["POST data/access", "POST data/grant", "POST data/grant"];
    assert_eq!(asked(&["token", "refresh", ACCOUNT, "--force"]), [refresh, writes].concat());
    // Vault tells no versions: what is not due is not read, but by whoever asks how things stand.
    let refuses = Some("/detailed-metadata/");
    wire.behaves(Manner { refuses, ..Manner::default() });
    let reads = |asked: Vec<String>| asked.iter().filter(|it| it.contains(" data/")).count();
    assert_eq!(reads(asked(&["token", "refresh"])), 0);
    assert_eq!(reads(asked(&["status"])), 1);
    scene.expire(ACCOUNT);
    // What somebody wrote since, readers may not see.
    assert_eq!(reads(asked(&["status"])), 2);
    assert_eq!(reads(asked(&["token", "refresh"])), 6);
    scene.refreshed_exactly(2);
}
