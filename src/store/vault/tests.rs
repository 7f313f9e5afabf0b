//! The store against a server whose answers are scripted. A real one is in `tests/shared`.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use url::Url;

use super::http::{Call, Urgency};
use super::inspect::HEALTH;
use super::kv::Written;
use super::reply::Reply;
use super::*;
use crate::accounts::Account;
use crate::store::shared::Held;

/// What the server is told: the request line and the headers.
pub(super) type Heard = Receiver<String>;

/// A server that answers a request with a status, header lines and a body.
pub(super) fn serve(
    script: impl Fn(&str) -> (u16, String, String) + Send + 'static,
) -> (Url, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let (tell, heard) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap() > 0 {}
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length = length.map_or(0, |length| length.parse().unwrap());
            reader.take(length).read_to_end(&mut Vec::new()).unwrap();
            let (status, headers, body) = script(&head);
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status} Any\r\nConnection: close\r\nContent-Length: {length}\r\n\
                 {headers}\r\n{body}"
            );
            // Told before it is answered: who has the answer may count at once.
            let is_over = tell.send(head).is_err();
            stream.write_all(answer.as_bytes()).unwrap();
            if is_over {
                return;
            }
        }
    });
    (url, heard)
}

/// The path of a token's file that only its owner can get at.
pub(super) fn private(folder: &tempfile::TempDir) -> PathBuf {
    let folder = folder.path().join("own");
    crate::system::files::create_private_folder(&folder).unwrap();
    folder.join("token")
}

pub(super) fn settings(addresses: Vec<Url>, auth: Auth) -> Settings {
    Settings { addresses, ..Settings::example(Duty::Refresher, auth) }
}

pub(super) fn get(path: &str, milliseconds: u64) -> Call<'_> {
    let patience = Duration::from_millis(milliseconds);
    Call { method: "GET", path, body: None, patience, urgency: Urgency::Usual }
}

fn said(status: u16, body: &str) -> (u16, String, String) {
    (status, String::new(), body.to_owned())
}

const SEALED: &str = r#"{"errors":["Vault is sealed"]}"#;
const NOTHING: &str = r#"{"errors":[]}"#;

#[test]
fn one_address_after_the_other_is_asked_and_the_one_that_answered_first() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (sealed, asked_in_vain) = serve(|_| said(503, SEALED));
    let (good, heard) = serve(|_| said(200, r#"{"data":1}"#));
    let addresses = vec![format!("http://{nobody}").parse().unwrap(), sealed, good];
    let api = Api::new(settings(addresses, Auth::Proxy));
    for _ in 0..3 {
        assert_eq!(api.call(&get("x", 5000)).unwrap().status, 200);
    }
    assert_eq!((asked_in_vain.try_iter().count(), heard.try_iter().count()), (1, 3));
}

/// Else each of two hundred accounts would wait for a server that is down.
#[test]
fn a_store_that_was_given_up_on_is_left_alone_unless_new_tokens_are_on_their_way() {
    let (sealed, heard) = serve(|_| said(503, SEALED));
    let api = Api::new(settings(vec![sealed], Auth::Proxy));
    let tries = |call: &Call| {
        let begun = Instant::now();
        let Err(StoreError::Unavailable(why)) = api.call(call) else { panic!("it is sealed") };
        assert!(why.starts_with("it is sealed (tried for "), "{why}");
        (heard.try_iter().count(), begun.elapsed())
    };
    let (first, took) = tries(&get("x", 1000));
    assert!(first > 2 && took >= Duration::from_secs(1), "{first} {took:?}");
    assert_eq!(tries(&get("x", 1000)).0, 0);
    api.silent_since(Instant::now() - Duration::from_secs(11));
    assert_eq!(tries(&get("x", 1000)).0, 1);
    assert!(tries(&Call { urgency: Urgency::Dear, ..get("x", 1000) }).0 > 2);
}

#[test]
fn what_is_configured_wrongly_is_told_as_that_again_and_again() {
    let (url, _heard) = serve(|_| said(400, "Client sent an HTTP request to an HTTPS server."));
    let api = Api::new(settings(vec![url], Auth::Proxy));
    for _ in 0..2 {
        let told = api.call(&get("x", 0)).map(|reply| reply.status);
        assert!(matches!(told, Err(StoreError::Misconfigured { .. })), "{told:?}");
    }
}

/// One of its servers may be up again, and not the one that was asked last.
#[test]
fn a_store_that_was_given_up_on_is_asked_at_each_of_its_servers() {
    for up in 0..2 {
        let is_up = Arc::new(AtomicBool::new(false));
        let servers = [0, 1].map(|number| {
            let is_up = Arc::clone(&is_up);
            let answer = move || number == up && is_up.load(Ordering::Relaxed);
            serve(move |_| if answer() { said(200, "{}") } else { said(503, SEALED) })
        });
        let urls = servers.iter().map(|(url, _)| url.clone()).collect();
        let api = Api::new(settings(urls, Auth::Proxy));
        assert!(api.call(&get("x", 0)).is_err());
        is_up.store(true, Ordering::Relaxed);
        api.silent_since(Instant::now() - Duration::from_secs(11));
        assert_eq!(api.call(&get("x", 0)).unwrap().status, 200, "{up}");
    }
}

#[test]
fn a_server_that_says_nothing_is_left_when_its_time_is_over() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap()).parse().unwrap();
    let (begun, api) = (Instant::now(), Api::new(settings(vec![url], Auth::Proxy)));
    assert!(matches!(api.call(&get("x", 300)), Err(StoreError::Unavailable(_))));
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[test]
fn a_request_says_what_it_must_and_what_was_written_last() {
    let (url, heard) = serve(|head| {
        let index = if head.starts_with("POST") { "7" } else { "8" };
        (200, format!("X-Vault-Index: {index}\r\n"), "{}".into())
    });
    let settings =
        Settings { namespace: "team".into(), ..settings(vec![url.clone()], Auth::Proxy) };
    let api = Api::new(settings);
    let send = |call: &Call, token: Option<&str>| {
        let token = token.map(crate::secret::Secret::from);
        api.once(call, &url, token.as_ref()).unwrap();
        heard.recv().unwrap()
    };
    let first = send(&get("a/b?c=d", 0), Some("t"));
    assert!(first.starts_with("GET /v1/a/b?c=d HTTP/1.1\r\n"), "{first}");
    for line in [
        "authorization: Bearer t\r\n",
        "x-vault-request: true\r\n",
        "x-vault-namespace: team\r\n",
        "x-vault-inconsistent: forward-active-node\r\n",
    ] {
        assert!(first.contains(line), "{line} {first}");
    }
    assert!(!first.contains("x-vault-index"), "nothing was written yet: {first}");
    send(&get("a", 0), None);
    let post = send(&Call { method: "POST", ..get("a", 0) }, None);
    assert!(!post.contains("x-vault-index"), "what was only read: {post}");
    send(&get("a", 0), None);
    let last = send(&get(HEALTH, 0), None);
    assert!(last.contains("x-vault-index: 7\r\n"), "{last}");
    assert!(!last.contains("namespace"), "the server itself is in none: {last}");
}

#[test]
fn the_time_is_that_of_the_store_and_of_nothing_on_the_way() {
    let (url, _heard) = serve(|head| {
        let date = "Date: Tue, 01 Jan 2030 00:00:00 GMT\r\n".to_owned();
        match head.split(' ').nth(1).unwrap_or_default() {
            "/v1/nothing" => (404, date, NOTHING.into()),
            "/v1/there" => (200, date, "{}".into()),
            _ => (404, "Date: Tue, 01 Jan 2040 00:00:00 GMT\r\n".into(), "not found".into()),
        }
    });
    for path in ["nothing", "there"] {
        let api = Api::new(settings(vec![url.clone()], Auth::Proxy));
        api.once(&get("elsewhere", 0), &url, None).unwrap();
        assert!(api.now().is_none());
        api.once(&get(path, 0), &url, None).unwrap();
        let now = api.now().unwrap().to_string();
        assert!(now.starts_with("2030-01-01T00:00:0"), "{now}");
    }
}

/// Answers of a server, by the path below `/v1/`: status and body.
type Answers = &'static [(&'static str, u16, &'static str)];

/// A store behind a server with these answers.
fn store(answers: Answers) -> (VaultStore, Heard) {
    store_of(Duty::Refresher, empty_index(), answers)
}

fn store_of(duty: Duty, index: Index, answers: Answers) -> (VaultStore, Heard) {
    let (url, heard) = serve(move |head| {
        let path = head.split([' ', '?']).nth(1).unwrap_or_default();
        let found = answers.iter().find(|(of, ..)| path.strip_prefix("/v1/") == Some(*of));
        found.map_or_else(|| said(404, NOTHING), |(_, status, body)| said(*status, body))
    });
    let settings = Settings { duty, ..settings(vec![url], Auth::Proxy) };
    (VaultStore::open(settings, index), heard)
}

/// An index that knows an account of the shared store, and one of another store before it.
fn index_in(folder: &tempfile::TempDir) -> Index {
    let index = Index::new(folder.path().join("accounts"));
    index.put(&Account::example("a:other")).unwrap();
    let (store, shared_version) = (StoreKind::VAULT, Some(4));
    index.put(&Account { store, shared_version, ..Account::example("p:one") }).unwrap();
    index
}

/// An index that knows of no account.
fn empty_index() -> Index {
    Index::new(std::env::temp_dir().join("partnerlink-no-such-index"))
}

/// A store at this server that knows of no account.
fn store_at(url: Url) -> VaultStore {
    VaultStore::open(settings(vec![url], Auth::Proxy), empty_index())
}

const MOUNT: &str = "sys/internal/ui/mounts/partnerlink";
const MAY: &str = "sys/capabilities-self";
const VERSION_2: &str = r#"{"data":{"type":"kv","options":{"version":"2"}}}"#;
const VERSION_1: &str = r#"{"data":{"type":"kv","options":{"version":"1"}}}"#;

#[test]
fn a_place_is_good_where_this_machine_may_create_and_update() {
    let item = Item::Account("p:one".parse().unwrap());
    macro_rules! preflight {
        ($grant:literal, $engine:expr) => {{
            const BODY: &str = concat!(
                r#"{"data":{"partnerlink/data/access/p/one":["create","update"],"#,
                r#""partnerlink/data/grant/p/one":["#,
                $grant,
                "]}}"
            );
            store(&[(MAY, 200, BODY), (MOUNT, 200, $engine)]).0.preflight(&item)
        }};
    }
    assert!(preflight!(r#""create","update","read""#, VERSION_2).is_ok());
    assert!(preflight!(r#""root""#, VERSION_2).is_ok());
    let wrong = preflight!(r#""root""#, VERSION_1);
    assert!(matches!(wrong, Err(StoreError::WrongEngine { .. })));
    for (refused, expected) in [
        (preflight!(r#""create""#, VERSION_2), "this machine may: create"),
        (preflight!(r#""update","read""#, VERSION_2), "this machine may: update, read"),
        (preflight!(r#""deny""#, VERSION_2), "this machine may do nothing there"),
    ] {
        let Err(StoreError::Forbidden { why, what, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(
            (&*why, &*what),
            (expected, "create and update on partnerlink/data/grant/p/one")
        );
    }
}

/// Of one path the server tells twice.
#[test]
fn a_client_secret_is_kept_by_whom_the_admins_policy_lets() {
    const BODY: &str = r#"{"data":{"capabilities":["read"],"partnerlink/data/client/p":["read"]}}"#;
    let (store, _heard) = store(&[(MAY, 200, BODY), (MOUNT, 200, VERSION_2)]);
    let refused = store.preflight(&Item::ClientSecret("p".into()));
    let Err(StoreError::Forbidden { what, hint, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(what, "create and update on partnerlink/data/client/p");
    assert!(hint.ends_with("partnerlink store policy admin"), "{hint}");
}

#[test]
fn that_nothing_is_there_is_believed_of_the_right_engine_alone() {
    let (right, heard) = store(&[(MOUNT, 200, VERSION_2)]);
    for _ in 0..2 {
        assert!(right.versioned("grant/p/one").unwrap().is_none());
    }
    assert_eq!(heard.try_iter().count(), 3, "the engine is looked at once");
    let (wrong, _heard) = store(&[(MOUNT, 200, VERSION_1)]);
    let is_wrong = |found| matches!(found, Err(StoreError::WrongEngine { .. }));
    assert!(is_wrong(wrong.versioned("grant/p/one").map(drop)));
    const PLACE: &str = "partnerlink/data/grant/p/one";
    const NO_MOUNT: &str = r#"{"errors":["no handler for route \"partnerlink/data\""]}"#;
    let (none, _heard) = store(&[(PLACE, 404, NO_MOUNT), (MOUNT, 200, VERSION_2)]);
    assert!(is_wrong(none.versioned("grant/p/one").map(drop)));
    let written = none.write("grant/p/one", &json!({}), 0, Duration::ZERO);
    assert!(is_wrong(written.map(drop)));
    let (else_where, _heard) = store(&[(PLACE, 404, "{}"), (MOUNT, 200, VERSION_2)]);
    let found = else_where.versioned("grant/p/one");
    assert!(matches!(found, Err(StoreError::Unavailable(_))), "something on the way");
}

#[test]
fn a_write_is_refused_for_its_version_or_for_good() {
    const PLACE: &str = "partnerlink/data/grant/p/one";
    macro_rules! write {
        ($status:literal, $body:literal) => {
            store(&[(PLACE, $status, $body)]).0.write("grant/p/one", &json!({}), 3, Duration::ZERO)
        };
    }
    assert!(matches!(write!(200, r#"{"data":{"version":4}}"#), Ok(Written::Done(4))));
    let refused =
        write!(400, r#"{"errors":["check-and-set parameter did not match the current version"]}"#);
    assert!(matches!(refused, Ok(Written::Refused)));
    let other = write!(400, r#"{"errors":["invalid JSON"]}"#);
    assert!(matches!(other, Err(StoreError::Forbidden { .. })));
    assert!(matches!(write!(204, ""), Err(StoreError::WrongEngine { .. })), "version 1 of it");
}

/// Signing in again, with a token that somebody else keeps alive in a file.
#[test]
fn a_token_that_is_refused_is_replaced_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = private(&folder);
    let put = |token: &str| fs::write(&file, token).unwrap();
    let (url, heard) =
        serve(|head| match head.contains("Bearer good") && !head.contains("closed") {
            true => said(200, r#"{"data":1}"#),
            false => said(403, r#"{"errors":["permission denied"]}"#),
        });
    let api = Api::new(settings(vec![url], Auth::TokenFile(file.clone())));
    let call = |path| {
        let status = api.call(&get(path, 0)).map(|reply: Reply| reply.status);
        (status, heard.try_iter().count())
    };
    put("old");
    let (refused, asked) = call("x");
    assert!(matches!(refused, Err(StoreError::Forbidden { .. })) && asked == 1, "a new one is not");
    put("good-1");
    assert!(matches!(call("x"), (Ok(200), 2)));
    assert!(matches!(call("x"), (Ok(200), 1)));
    assert!(matches!(call("closed"), (Err(StoreError::Forbidden { .. }), 2)));
}

/// A few failed logins lock a role: one machine with many accounts would lock all others out.
#[test]
fn a_machine_that_is_refused_does_not_try_to_sign_in_again() {
    let folder = tempfile::tempdir().unwrap();
    let secret_id = private(&folder);
    fs::write(&secret_id, "s").unwrap();
    let (url, heard) = serve(|_| said(400, r#"{"errors":["invalid role or secret ID"]}"#));
    let (mount, role_id) = ("approle".into(), "r".into());
    let api = Api::new(settings(vec![url], Auth::AppRole { mount, role_id, secret_id }));
    for _ in 0..3 {
        let Err(StoreError::Forbidden { why, hint, .. }) = api.call(&get("x", 0)) else {
            panic!("it is refused")
        };
        assert_eq!(why, "invalid role or secret ID");
        assert!(hint.contains("bao write"), "{hint}");
    }
    assert_eq!(heard.try_iter().count(), 1);
}

#[test]
fn a_look_finds_the_accounts_and_for_who_refreshes_the_client_secrets() {
    const PROVIDERS: &str = r#"{"data":{"keys":["p/"]}}"#;
    const ACCOUNTS: &str = r#"{"data":{"keys":["one"],"key_info":{"one":{"current_version":4}}}}"#;
    const LISTS: Answers = &[
        ("partnerlink/detailed-metadata/grant/", 200, PROVIDERS),
        ("partnerlink/detailed-metadata/grant/p/", 200, ACCOUNTS),
        ("partnerlink/detailed-metadata/access/", 200, PROVIDERS),
        ("partnerlink/detailed-metadata/access/p/", 200, ACCOUNTS),
        ("partnerlink/metadata/client/", 200, r#"{"data":{"keys":["p"]}}"#),
    ];
    let folder = tempfile::tempdir().unwrap();
    let look = |duty| {
        let (store, _heard) = store_of(duty, index_in(&folder), LISTS);
        let look = store.look().unwrap();
        assert!(look.usable.is_ok(), "there was time enough: {:?}", look.usable);
        look.items
    };
    let account = || Item::Account("p:one".parse().unwrap());
    assert_eq!(look(Duty::Refresher), [account(), Item::ClientSecret("p".into())]);
    assert_eq!(look(Duty::Reader), [account()]);
}

#[test]
fn lists_of_a_mount_that_is_not_there_are_of_the_wrong_engine() {
    const NO_MOUNT: &str = r#"{"errors":["no handler for route \"partnerlink/metadata\""]}"#;
    let (store, _heard) = store(&[
        ("partnerlink/detailed-metadata/grant/", 404, NO_MOUNT),
        ("partnerlink/metadata/grant/", 404, NO_MOUNT),
    ]);
    let look = store.look();
    assert!(matches!(look, Err(StoreError::WrongEngine { .. })), "{look:?}");
}

#[test]
fn the_records_of_an_account_tell_its_claim_and_whether_readers_are_behind() {
    const GRANT: &str = "partnerlink/data/grant/p/one";
    const ACCESS: &str = "partnerlink/data/access/p/one";
    const CLAIMED: &str = r#"{"data":{"data":{"v":1,"generation":7,"nonce":"00","record":null,
        "claim":{"nonce":"00","holder":"web-2, process 7","ttl":25}},
        "metadata":{"version":9,"created_time":"2030-01-01T00:00:00Z"}}}"#;
    macro_rules! shown {
        ($generation:literal) => {
            concat!(
                r#"{"data":{"data":{"v":1,"nonce":"00","record":null,"generation":"#,
                $generation,
                r#"},"metadata":{"version":9,"created_time":"2030-01-01T00:00:00Z"}}}"#
            )
        };
    }
    let behind = |answers| {
        let records = store(answers).0.records(&"p:one".parse().unwrap()).unwrap();
        let (holder, since) = records.claim.unwrap();
        assert_eq!((&*holder, &*since.to_string()), ("web-2, process 7", "2030-01-01T00:00:00Z"));
        records.readers_are_behind
    };
    assert!(!behind(&[(GRANT, 200, CLAIMED), (ACCESS, 200, shown!(7))]));
    assert!(behind(&[(GRANT, 200, CLAIMED), (ACCESS, 200, shown!(6))]));
    assert!(behind(&[(GRANT, 200, CLAIMED), (MOUNT, 200, VERSION_2)]), "they see nothing");
}

#[test]
fn what_a_machine_may_do_is_compared_by_an_account_of_this_store() {
    const TOO_MUCH: &str = r#"{"data":{"partnerlink/delete/grant/p/one":["update"]}}"#;
    let folder = tempfile::tempdir().unwrap();
    let (store, _heard) = store_of(Duty::Refresher, index_in(&folder), &[(MAY, 200, TOO_MUCH)]);
    let excess = policy::difference(&store).unwrap().excess();
    assert_eq!(excess.as_deref(), Some("update on partnerlink/delete/grant/*"));
}

/// An account as it was read from the store, with a claim on it or none.
fn seen(generation: u64, claim: Option<Held>) -> Seen {
    let age = Duration::from_secs(7).into();
    let mark = Mark { version: 5, generation, claim, age, read: Instant::now() };
    let record =
        Record::new(Account::example("p:one"), "access".into(), Some("refresh".into()), None);
    Seen { record, mark: Some(mark) }
}

/// Else a holder whose journal alone can help would not be left the time to come back.
#[test]
fn where_the_store_tells_no_time_a_claim_is_judged_by_this_machines_clock() {
    let (url, _heard) = serve(|_| (200, String::new(), "{}".into()));
    let nonce = Nonce::random().unwrap();
    let held = Held { nonce, holder: "theirs".into(), ttl: 0, doubtful: false };
    let mut theirs = seen(1, Some(held));
    theirs.mark.as_mut().unwrap().age = Duration::from_secs(300).into();
    theirs.record.account.access_token_until = crate::clock::after(SystemClock.now(), 3600);
    let busy = store_at(url).claim(theirs, &Claimant::default(), &mut |_| Ok(()));
    let Ok(Claiming::Busy { since, .. }) = busy else { panic!("{busy:?}") };
    assert!(since < SystemClock.now(), "{since}");
}

/// What tells the store's time may be a proxy with a clock of its own: a machine that is at work would
/// lose its claim.
#[test]
fn a_claim_is_as_old_as_it_was_seen_where_clocks_disagree() {
    let now = SystemClock.now();
    let at = |seconds| clock::after(now, seconds);
    let bytes = seen(1, None).record.to_bytes().unwrap();
    let record = String::from_utf8_lossy(bytes.expose());
    let grant = format!(
        r#"{{"data":{{"data":{{"v":1,"generation":1,"nonce":"00","record":{record},
        "claim":{{"nonce":"01","holder":"theirs","ttl":25}}}},
        "metadata":{{"version":7,"created_time":"{}"}}}}}}"#,
        at(-60),
    );
    let minute = Duration::from_secs(58)..Duration::from_secs(70);
    for (date, is_believed) in
        [(Some(0), true), (Some(660), false), (Some(-55), false), (None, false)]
    {
        let told = |ahead| httpdate::fmt_http_date(at(ahead).into());
        let date = date.map(|ahead| format!("date: {}\r\n", told(ahead))).unwrap_or_default();
        let (header, body) = (date.clone(), grant.clone());
        let (url, _heard) = serve(move |_| (200, header.clone(), body.clone()));
        let found = store_at(url).see(&"p:one".parse().unwrap()).unwrap().unwrap();
        let Age { least, most, .. } = found.mark.unwrap().age();
        assert_eq!(minute.contains(&least), is_believed, "{date:?}: {least:?}");
        assert!(is_believed || least < Duration::from_secs(9), "{date:?}: {least:?}");
        assert!(most >= minute.start, "{date:?}: {most:?}");
    }
}

#[test]
fn a_claim_of_another_machine_is_told_since_its_time_by_the_stores_clock() {
    let (url, _heard) =
        serve(|_| (200, "Date: Tue, 01 Jan 2030 00:00:00 GMT\r\n".into(), "{}".into()));
    let store = store_at(url.clone());
    store.api.once(&get("x", 0), &url, None).unwrap();
    let nonce = Nonce::random().unwrap();
    let held = Held { nonce, holder: "theirs".into(), ttl: 25, doubtful: false };
    let busy = store.claim(seen(1, Some(held)), &Claimant::default(), &mut |_| Ok(()));
    let Ok(Claiming::Busy { holder, since }) = busy else { panic!("{busy:?}") };
    assert_eq!(holder, "theirs");
    assert!(since.to_string().starts_with("2029-12-31T23:59:5"), "{since}");
}

#[test]
fn what_readers_see_is_written_over_where_it_is_older() {
    for (there, expected) in [(2, 1), (3, 0), (4, 0)] {
        let (tell, written) = mpsc::channel();
        let found = format!(
            r#"{{"data":{{"data":{{"v":1,"generation":{there},"nonce":"00","record":null}},
            "metadata":{{"version":7,"created_time":"2030-01-01T00:00:00Z"}}}}}}"#
        );
        let (url, _heard) = serve(move |head| match head.split_once(' ') {
            Some(("POST", path)) => {
                tell.send(path.to_owned()).unwrap();
                said(200, r#"{"data":{"version":8}}"#)
            }
            _ => said(200, &found),
        });
        let store = store_at(url);
        store.show(&seen(3, None)).unwrap();
        let written: Vec<_> = written.try_iter().collect();
        assert_eq!(written.len(), expected, "{there}");
        assert!(written.iter().all(|path| path.starts_with("/v1/partnerlink/data/access/p/one ")));
    }
}

#[test]
fn only_new_tokens_are_written_again_and_again_where_the_store_was_given_up_on() {
    let asked = AtomicUsize::new(0);
    let (url, heard) = serve(move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        3.. => said(200, "{}"),
        _ => said(503, SEALED),
    });
    let store = store_at(url);
    assert!(store.api.call(&get("x", 0)).is_err());
    assert!(store.post("x", &1, PATIENCE).is_err());
    assert_eq!(heard.try_iter().count(), 1, "the second one is not sent");
    assert!(store.post("x", &1, PATIENCE + Duration::from_secs(1)).is_ok());
}
