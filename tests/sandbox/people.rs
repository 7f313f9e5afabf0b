//! What people decide, and what goes wrong on order.

use super::*;

#[test]
fn each_provider_tells_a_refusal_in_its_own_way() {
    let sandbox = faulty(Fault::Deny);
    let back = ask(&sandbox, &[]).location();
    assert_eq!(back["error"], "access_denied");
    assert_eq!(back["state"], "a state/with+odd&signs=ä");
    assert!(!back.contains_key("code"));
    assert_eq!(ask_timberdata(&sandbox, "").location(), [("state".into(), "s".into())].into());
    assert_eq!(counts(&sandbox)["denied"], 2);
}

/// The hidden id of a consent page.
fn request_id(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("name=\"request\" value=\"").expect("a consent page");
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn a_person_can_choose_who_they_are_grant_less_and_answer_once() {
    let sandbox = sandbox_with(|options| options.approve = false);
    let id = request_id(&ask_timberdata(&sandbox, "aggregation woodlist"));
    let pairs =
        [("request", &*id), ("person", "jonas"), ("scope", "aggregation"), ("decision", "allow")];
    assert_eq!(post(&sandbox, "/zaehlerfreunde/consent", &pairs).status, 400);
    let back = post(&sandbox, "/timberdata/consent", &pairs).location();
    assert_eq!(post(&sandbox, "/timberdata/consent", &pairs).status, 400);
    let credentials = format!("sandbox-partner:{TIMBERDATA_SECRET}");
    let answer = redeem_timberdata(&sandbox, &back["code"], &credentials, "").read();
    assert_eq!(answer.1["scope"], "aggregation");

    let id = request_id(&ask(&sandbox, &[]));
    let pairs = [("request", &*id), ("person", "jonas"), ("decision", "allow")];
    let back = post(&sandbox, "/zaehlerfreunde/consent", &pairs).location();
    let (_, answer) = redeem(&sandbox, &back["code"], VERIFIER);
    assert_eq!(claims(&answer)["email"], "jonas@forst-beispiel.example");
}

#[test]
fn the_page_may_send_its_form_to_where_the_answer_goes_and_load_nothing() {
    let sandbox = sandbox_with(|options| options.approve = false);
    let answer = ask(&sandbox, &[]);
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("form-action 'self' http://127.0.0.1:1;"), "{policy}");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    let html = &answer.body;
    assert!(!html.contains("{{") && !html.contains("style="), "{html}");
    assert!(!html.contains(&s256(VERIFIER)) && !html.contains("the-nonce"), "{html}");
}

#[test]
fn a_person_is_addressed_in_german_if_that_is_named_first() {
    let sandbox = sandbox_with(|options| options.approve = false);
    for (languages, page, counts) in [
        ("de-DE,de;q=0.9,en;q=0.8", "Zwei Anbieter im Kleinen", "Was bisher geschah"),
        ("en-US,en;q=0.9,de;q=0.8", "Two providers in miniature", "What has happened so far"),
        ("fr", "Two providers in miniature", "Faults ordered"),
    ] {
        let answer = send(&sandbox, "GET", "/", &[("Accept-Language", languages)], "");
        assert!(answer.body.contains(page) && answer.body.contains(counts), "{}", answer.body);
        assert_eq!(
            answer.header("content-language"),
            if counts.contains("geschah") { "de" } else { "en" }
        );
    }
}

#[test]
fn faults_show_in_what_a_client_sees() {
    let limited = faulty(Fault::RateLimit);
    let answer = post(&limited, "/zaehlerfreunde/oauth/token", &[]);
    assert_eq!((answer.status, answer.header("retry-after")), (429, "1"));
    assert_eq!(redeem(&limited, &code(&limited), VERIFIER).0, 200, "once");

    let broken = faulty(Fault::ServerError);
    assert_eq!(redeem(&broken, &code(&broken), VERIFIER), (500, Value::Null));

    let reused = faulty(Fault::Reuse);
    let token = signed_in(&reused);
    assert_eq!(refresh(&reused, &token), (403, invalid_grant()));
    assert_eq!(counts(&reused)["reuse_detected"], 1);
}
