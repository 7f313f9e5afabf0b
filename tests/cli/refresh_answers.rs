//! What a provider can answer to a refresh, and what becomes of the saved sign-in. After
//! every kind of failure the account must still work once the provider does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::provider::Provider;
use crate::provider::http::Reply;
use crate::support::program::{Outcome, Program};
use crate::support::{connected, provider_for};

pub const FORCED: [&str; 4] = ["token", "refresh", "fake", "--force"];

/// The saved access token, which must still be there.
#[track_caller]
pub fn saved(program: &Program) -> String {
    program.run(["token", "get", "fake", "--min-ttl", "0s"]).exits(0).data().to_owned()
}

/// Refreshes while the provider gives this answer; then shows that nothing was lost.
#[track_caller]
pub fn refresh_meets(program: &Program, fake: &Provider, reply: Reply) -> Outcome {
    let before = saved(program);
    fake.answers(move |_| reply.clone());
    let outcome = program.run(FORCED);
    assert_eq!(saved(program), before, "the old record is kept");
    fake.is_honest();
    program.run(FORCED).exits(0);
    assert_ne!(saved(program), before);
    outcome
}

#[test]
fn a_redirect_is_not_followed() {
    let (program, fake) = connected();
    let other = provider_for(&program);
    for status in [301, 302, 303, 307, 308] {
        let headers = format!("Location: {}/token\r\n", other.base());
        let outcome = refresh_meets(&program, &fake, Reply::new(status, &headers, ""));
        outcome.exits(6).says(&["is a redirect"]);
    }
    assert!(other.calls().is_empty());
}

#[test]
fn an_endless_answer_is_cut_off_after_a_mebibyte() {
    let (program, fake) = connected();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
    let sent = Arc::new(AtomicUsize::new(0));
    let reply = Reply::endless(head, &[b' '; 64 * 1024], &sent);
    refresh_meets(&program, &fake, reply).exits(6).says(&["more than 1048576 bytes"]);
    // The rest is what the two sockets' buffers hold.
    let sent = sent.load(Ordering::SeqCst);
    assert!(sent < 16 * 1024 * 1024, "{sent} bytes were taken");
    // What came may have been tokens: the next run must know.
    let intent = program.state().join("intents/fake.default.json");
    let reply = Reply::endless(head, &[b' '; 64 * 1024], &Arc::default());
    fake.answers(move |_| reply.clone());
    program.run(FORCED).exits(6);
    assert!(intent.exists());
    let bomb = Reply::new(200, "Content-Encoding: gzip\r\n", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
    refresh_meets(&program, &fake, bomb).exits(6);
}

#[test]
fn what_is_no_json_token_answer_is_refused_and_not_shown() {
    let (program, fake) = connected();
    let deep = "[".repeat(100_000);
    let answer = |more: &str| format!("{{\"access_token\":\"a\",\"token_type\":\"Bearer\"{more}}}");
    for body in [
        "<html>proxy sign-in page</html>",
        "",
        "proxy sign-in page",
        "\"text\"",
        "[]",
        &deep,
        &answer(",\"expires_in\":NaN"),
        &format!("{} proxy", answer("")),
        &answer("")[..30],
    ] {
        let reply = Reply::new(200, "Content-Type: text/html\r\n", body);
        let outcome = refresh_meets(&program, &fake, reply).exits(6);
        outcome.says(&["is not a JSON token answer"]).conceals(&["proxy sign-in", "twice"]);
    }
}

#[test]
fn unusable_tokens_are_refused_and_the_old_record_is_kept() {
    let (program, fake) = connected();
    for token in [json!(null), json!(""), json!(5), json!("a\r\nX-Evil: 1"), json!("a b")] {
        let body = json!({ "access_token": token, "token_type": "Bearer" });
        refresh_meets(&program, &fake, Reply::json(200, &body)).exits(6);
    }
    refresh_meets(&program, &fake, Reply::json(200, &json!({ "token_type": "Bearer" }))).exits(6);
    let twice = r#"{"access_token":"once","access_token":"twice","token_type":"Bearer"}"#;
    let outcome = refresh_meets(&program, &fake, Reply::new(200, "", twice)).exits(6);
    outcome.says(&["no access_token that is sure"]).conceals(&["twice"]);
    for kind in [json!("mac"), json!("DPoP"), json!(null), json!("")] {
        let body = json!({ "access_token": "usable-token", "token_type": kind });
        refresh_meets(&program, &fake, Reply::json(200, &body)).exits(6).says(&["token"]);
    }
}

#[test]
fn a_new_refresh_token_in_an_unusable_answer_is_kept_all_the_same() {
    let (program, fake) = connected();
    // Honest, but for the type: the provider has spent the old refresh token.
    fake.alters(|body| body["token_type"] = "mac".into());
    program.run(FORCED).exits(6);
    fake.is_honest();
    program.run(FORCED).exits(0);
}

#[test]
fn lifetimes_in_every_spelling() {
    let (program, fake) = connected();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    for (value, expected) in [
        (json!("600"), 600),
        (json!(600.5), 600),
        (json!(null), 3600),
        (json!(0), 0),
        (json!(-5), -1),
        (json!(1e30), 10 * 365 * 86_400),
    ] {
        let lifetime = value.clone();
        fake.alters(move |body| body["expires_in"] = lifetime.clone());
        program.run(FORCED).exits(0);
        let status = program.run(["status", "--json"]).exits(0).json();
        let until = status["accounts"][0]["access_token_until"].as_str().unwrap().to_owned();
        let until: jiff::Timestamp = until.parse().unwrap();
        let life = until.as_second() - now;
        assert!((expected - 2..expected + 15).contains(&life), "{value}: {life}");
    }
    // Already expired when it comes: handed out once, with a word of warning.
    fake.alters(|body| body["expires_in"] = 0.into());
    program.run(["token", "refresh", "--force"]).exits(0).says(&["already expired"]);
    program.run(["token", "get", "fake"]).exits(0);
}

#[test]
fn another_scope_than_asked_for_is_told_and_kept() {
    let (program, fake) = connected();
    fake.alters(|body| body["scope"] = "openid invoices".into());
    let outcome = program.run(FORCED).exits(0);
    outcome.says(&["did not grant: offline_access", "granted more than was asked for: invoices"]);
    let status = program.run(["status", "--json"]).exits(0).json();
    assert_eq!(status["accounts"][0]["scope"], "invoices openid");
    fake.alters(|body| body["scope"] = "".into());
    program.run(FORCED).exits(0);
    let status = program.run(["status", "--json"]).exits(0).json();
    assert_eq!(status["accounts"][0]["scope"], "invoices openid", "empty says nothing");
}

#[test]
fn without_a_new_refresh_token_the_old_one_is_kept() {
    let (program, fake) = connected();
    let before = fake.refresh_token();
    for value in [None, Some(json!(null)), Some(json!(""))] {
        let told = value.as_ref().is_some_and(serde_json::Value::is_string);
        fake.alters(move |body| match &value {
            None => drop(body.as_object_mut().unwrap().remove("refresh_token")),
            Some(value) => body["refresh_token"] = value.clone(),
        });
        for _ in 0..10 {
            let outcome = program.run(FORCED).exits(0);
            assert_eq!(
                outcome.stderr.contains("unusable refresh token"),
                told,
                "{}",
                outcome.told()
            );
        }
    }
    assert_eq!(fake.last().parameter("refresh_token"), before);
}

#[test]
#[cfg_attr(windows, ignore = "a hundred starts take wine a minute")]
fn a_hundred_rotations_are_survived() {
    let (program, fake) = connected();
    for _ in 0..100 {
        program.run(FORCED).exits(0);
    }
    assert_eq!(fake.count("refresh_token"), 100);
    assert!(fake.calls()[1..].iter().all(|call| call.parameter("scope").is_empty()));
}

#[test]
fn an_error_with_status_200_is_an_error() {
    let (program, fake) = connected();
    refresh_meets(&program, &fake, Reply::error(200, "invalid_scope")).exits(6);
    let outcome = refresh_meets(&program, &fake, Reply::error(200, "invalid_grant"));
    outcome.exits(4).says(&["no longer accepts the saved sign-in (invalid_grant"]);
}

#[test]
fn invalid_grant_on_refresh_exits_4_and_keeps_the_record() {
    let (program, fake) = connected();
    for (status, code) in [
        (403, "invalid_grant"),
        (400, "invalid_grant"),
        (403, "mfa_required"),
        (403, "access_denied"),
    ] {
        let outcome = refresh_meets(&program, &fake, Reply::error(status, code)).exits(4);
        outcome.says(&[code, "Last good refresh: 20", "do:  partnerlink connect fake"]);
    }
    fake.answers(|_| Reply::error(403, "invalid_grant"));
    program.run(FORCED).exits(4);
    let status = program.run(["status", "--json", "--exit-code"]).exits(4).json();
    assert_eq!(status["accounts"][0]["state"], "sign-in-needed");
}

#[test]
fn wrong_client_settings_exit_2_and_keep_the_token() {
    let (program, fake) = connected();
    for code in ["invalid_client", "unauthorized_client"] {
        let outcome = refresh_meets(&program, &fake, Reply::error(401, code)).exits(2);
        outcome.says(&["client settings", code, "the sign-in is kept"]);
    }
}

#[test]
fn a_short_retry_after_is_waited_for_once() {
    let (program, fake) = connected();
    let spent = std::sync::Mutex::new(false);
    let late = Reply::new(429, "Retry-After: 1\r\n", "");
    let good =
        Reply::json(200, &json!({ "access_token": "after-the-wait", "token_type": "Bearer" }));
    fake.answers(move |_| match std::mem::replace(&mut *spent.lock().unwrap(), true) {
        false => late.clone(),
        true => good.clone(),
    });
    let outcome = program.run(FORCED).exits(0);
    assert!(outcome.took >= Duration::from_secs(1), "{:?}", outcome.took);
    assert_eq!(saved(&program), "after-the-wait");

    fake.answers(|_| Reply::new(429, "X-RateLimit-Reset: 5\r\n", ""));
    for args in [&FORCED[..], &["token", "get", "fake", "--min-ttl", "60m"]] {
        let before = fake.calls().len();
        let outcome = program.run(args).exits(3);
        assert_eq!(fake.calls().len() - before, 2, "a reset in the past means one second");
        assert!(outcome.took >= Duration::from_secs(1), "{:?}", outcome.took);
    }
}

#[test]
fn a_long_or_odd_retry_after_is_not_waited_for() {
    let (program, fake) = connected();
    let far = "X-RateLimit-Reset: 99999999999\r\n";
    for header in
        ["Retry-After: 1000000000\r\n", "Retry-After: -1\r\n", "Retry-After: x\r\n", far, ""]
    {
        fake.answers(move |_| Reply::new(429, header, "Too many requests"));
        let before = fake.calls().len();
        let outcome = program.run([&FORCED[..], &["--json"]].concat()).exits(3);
        assert_eq!(fake.calls().len() - before, 1, "{header}");
        assert!(outcome.took < Duration::from_secs(1), "{header}: {:?}", outcome.took);
        let account = &outcome.json()["accounts"][0];
        assert_eq!(
            (&account["result"], &account["error"]["http_status"]),
            (&"try-later".into(), &429.into())
        );
    }
    fake.is_honest();
    program.run(FORCED).exits(0);
}

const LOST: &str = "nothing was lost";
const UNKNOWN: &str = "whether the refresh token was spent is unknown, and the next run finds out";

#[test]
fn that_nothing_was_lost_is_said_only_where_it_is_known() {
    let (program, fake) = connected();
    for (reply, told, concealed) in [
        (Reply::new(429, "", ""), LOST, UNKNOWN),
        (Reply::new(503, "", ""), UNKNOWN, LOST),
        (Reply::reset(), UNKNOWN, LOST),
        (Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), UNKNOWN, LOST),
    ] {
        fake.answers(move |_| reply.clone());
        program.run(FORCED).exits(3).says(&[told]).conceals(&[concealed]);
        fake.is_honest();
        program.run(FORCED).exits(0);
    }
    // Once it is unknown, a refusal of the next request does not make it known.
    fake.answers(|_| Reply::new(503, "", ""));
    program.run(FORCED).exits(3);
    fake.answers(|_| Reply::new(429, "", ""));
    program.run(FORCED).exits(3).says(&[UNKNOWN]);
}

#[test]
fn outages_exit_3_and_lose_nothing() {
    let (program, fake) = connected();
    for status in [500, 502] {
        let page = Reply::new(status, "Content-Type: text/html\r\n", "<h1>Bad Gateway</h1>");
        let outcome = refresh_meets(&program, &fake, page).exits(3);
        outcome.says(&[&format!("answered {status}"), UNKNOWN]).conceals(&["<h1>", LOST]);
    }
}

#[test]
fn after_a_lost_answer_the_next_run_waits_a_little_and_tries_again() {
    let (program, fake) = connected();
    let intent = program.state().join("intents/fake.default.json");
    for reply in [Reply::reset(), Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"acc")]
    {
        fake.answers(move |_| reply.clone());
        let before = fake.calls().len();
        program.run(FORCED).exits(3);
        assert_eq!(fake.calls().len() - before, 2, "the same token once more, under the lock");
        assert!(intent.exists());
    }
    fake.is_honest();
    program.run(FORCED).exits(0);
    assert!(!intent.exists());
}

/// The provider carries a refresh out, and what arrives is rubbish.
fn with_a_lost_answer(overlap: Duration) -> (Program, Provider) {
    let (program, fake) = connected();
    fake.overlap(overlap);
    fake.does(|_, honest| {
        honest();
        Reply::raw(b"\0\0\0\0\r\n\r\n")
    });
    program.run(FORCED).exits(3);
    fake.is_honest();
    (program, fake)
}

#[test]
fn a_provider_with_an_overlap_forgives_a_lost_answer() {
    let (program, _fake) = with_a_lost_answer(Duration::from_secs(60));
    program.run(FORCED).exits(0);
    program.run(FORCED).exits(0);
}

#[test]
fn without_an_overlap_the_sign_in_is_lost_and_the_reason_is_told() {
    let (program, _fake) = with_a_lost_answer(Duration::ZERO);
    let outcome = program.run(FORCED).exits(4);
    outcome.says(&["An earlier refresh was interrupted", "partnerlink connect fake"]);
}

#[test]
fn odd_statuses_are_refused() {
    let (program, fake) = connected();
    for status in [201, 206, 300] {
        refresh_meets(&program, &fake, Reply::json(status, &json!({ "token_type": "Bearer" })))
            .exits(6);
    }
    for head in ["204 No Content", "205 Reset Content", "304 Not Modified"] {
        let reply = Reply::raw(format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n"));
        refresh_meets(&program, &fake, reply).exits(6);
    }
    let early = Reply::raw(
        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    );
    refresh_meets(&program, &fake, early).exits(6);
}
