//! Answers to a refresh that are odd, and what can be known of them all the same: the provider has
//! spent the old refresh token, so whoever does not understand the answer is out.

use std::io::Write as _;
use std::net::TcpListener;
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::provider::http::{Call, Reply};
use crate::provider::identity;
use crate::refresh_answers::{FORCED, refresh_meets, saved};
use crate::support::browser::connect;
use crate::support::program::Program;
use crate::support::{connected, described_with, provider_for};

type Change = Box<dyn Fn(&[u8]) -> Vec<u8> + Send + Sync>;

fn gzipped(text: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

#[test]
fn an_answer_in_odd_clothes_is_understood() {
    let (program, fake) = connected();
    let packed = "Content-Encoding: gzip\r\n";
    let with = |text: &[u8], more: &str| {
        let text = str::from_utf8(text).unwrap();
        format!("{},{more}}}", text.strip_suffix('}').unwrap()).into_bytes()
    };
    let odd: [(&str, Change); 6] = [
        ("", Box::new(|text| [b"\xef\xbb\xbf", text].concat())),
        (packed, Box::new(gzipped)),
        ("", Box::new(gzipped)),
        ("", Box::new(move |text| with(text, r#""token_type":"Bearer","expires_in":"soon""#))),
        (
            "",
            Box::new(|text| {
                let text = str::from_utf8(text).unwrap();
                let token =
                    text.split("\"refresh_token\":").nth(1).unwrap().split([',', '}']).next();
                format!("{{\"refresh_token\":{},{}", token.unwrap(), &text[1..]).into_bytes()
            }),
        ),
        ("Content-Type: text/html\r\n", Box::new(<[u8]>::to_vec)),
    ];
    for (headers, change) in odd {
        fake.does(move |_, honest| honest().rewritten(headers, &change));
        let before = saved(&program);
        program.run(FORCED).exits(0).conceals(&["unusable"]);
        assert_ne!(saved(&program), before);
    }
    assert_eq!(fake.last().header("accept-encoding"), Some("identity"));
    fake.is_honest();
    program.run(FORCED).exits(0);
}

#[test]
fn of_a_broken_answer_the_new_refresh_token_is_kept_where_it_is_known() {
    let (program, fake) = connected();
    let broken: [Change; 3] = [
        Box::new(|text| [text, b"<script src=proxy>"].concat()),
        Box::new(|text| text[..text.len() - 3].to_vec()),
        Box::new(|text| gzipped(&[text, b" "].concat()[1..])),
    ];
    let mut codes = Vec::new();
    for change in broken {
        fake.does(move |_, honest| honest().rewritten("", &change));
        program.run(FORCED).exits(6).says(&["is not a JSON token answer"]);
        fake.is_honest();
        codes.push(program.run(FORCED).code);
    }
    // Of the last one nothing could be known.
    assert_eq!(codes, [Some(0), Some(0), Some(4)]);
}

#[test]
fn of_two_different_refresh_tokens_neither_is_believed() {
    let (program, fake) = connected();
    let before = fake.refresh_token();
    let twice = r#"{"access_token":"new-one","token_type":"Bearer","refresh_token":"r-1","refresh_token":"r-2"}"#;
    fake.answers(move |_| Reply::new(200, "", twice));
    program.run(FORCED).exits(0).says(&["unusable refresh token"]);
    fake.is_honest();
    program.run(FORCED).exits(0);
    assert_eq!(fake.last().parameter("refresh_token"), before);
}

#[test]
fn an_issuer_that_changed_within_the_list_is_said_and_loses_nothing() {
    let (program, fake) =
        described_with("issuers = [\"https://fake.example/\", \"https://new.example/\"]");
    connect(&program, &fake, &["fake"]).exits(0);
    fake.alters(|body| {
        body["id_token"] = identity::token("").into();
        identity::change(body, "RS256", |claims| claims["iss"] = "https://new.example/".into());
    });
    let outcome = program.run(FORCED).exits(6);
    outcome.says(&["https://new.example/", "the sign-in came from \"https://fake.example/\""]);
    fake.is_honest();
    program.run(FORCED).exits(0);
}

#[test]
fn an_invalid_request_may_be_a_sign_in_that_ended() {
    let (program, fake) = connected();
    let outcome = refresh_meets(&program, &fake, Reply::error(400, "invalid_request")).exits(6);
    outcome.says(&[
        "a description from the provider",
        "a sign-in that has ended: partnerlink connect fake",
    ]);
}

#[test]
fn a_provider_that_quotes_a_secret_does_not_bring_it_to_the_screen() {
    let (program, fake) = connected();
    for status in [400, 401, 403, 503] {
        fake.answers(move |call| {
            let why = format!("Invalid refresh token: {}", call.parameter("refresh_token"));
            Reply::json(status, &json!({ "error": "invalid_token", "error_description": why }))
        });
        // That it is nowhere is what each run is looked through for.
        program.run(FORCED).says(&["Invalid refresh token: …"]);
    }
}

#[test]
fn the_reason_of_an_outage_is_shown() {
    let (program, fake) = connected();
    let reply = Reply::json(503, &json!({ "message": "Wartung bis 6 Uhr früh" }));
    refresh_meets(&program, &fake, reply).exits(3).says(&["503 (Wartung bis 6 Uhr früh)"]);
}

#[test]
fn a_wrong_token_url_is_no_matter_of_time() {
    let (program, fake) = connected();
    for status in [404, 405, 410] {
        let reply = Reply::new(status, "Content-Type: text/html\r\n", "<h1>Not here</h1>");
        let outcome = refresh_meets(&program, &fake, reply).exits(2);
        outcome.says(&["no token endpoint", "check `token_url`"]).conceals(&["later", "<h1>"]);
    }
    let page = Reply::new(403, "Content-Type: text/html\r\n", "<h1>Blocked</h1>");
    refresh_meets(&program, &fake, page).exits(6).conceals(&["later"]);
}

#[test]
fn a_request_that_was_never_sent_is_not_called_an_interrupted_one() {
    let program = Program::new();
    let fake = provider_for(&program);
    // A port that takes one request, and then is closed.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    program.configure(&fake.described_as("fake", &format!("token_url = {url:?}")));
    let tokens = Reply::json(
        200,
        &json!({
            "access_token": "access-once",
            "refresh_token": "refresh-once",
            "token_type": "Bearer",
            "scope": "offline_access",
        }),
    );
    let once = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        Call::read(&mut stream).unwrap();
        tokens.perform(&mut stream).unwrap();
    });
    connect(&program, &fake, &["fake"]).exits(0);
    once.join().unwrap();
    program.run(FORCED).exits(3).says(&["could not be reached"]);
    assert!(!program.state().join("intents/fake.default.json").exists(), "nothing is in doubt");
}
