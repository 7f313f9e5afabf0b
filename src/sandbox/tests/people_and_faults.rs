//! What people decide, and what goes wrong on order.

use super::*;

#[test]
fn each_provider_tells_a_refusal_in_its_own_way() {
    let service = with_faults(&[Fault::Deny]);
    let back = location(&ask(&service, &[]));
    assert_eq!(back["error"], "access_denied");
    assert_eq!(back["state"], "a state/with+odd&signs=ä");
    assert!(!back.contains_key("code"));
    assert_eq!(location(&ask_timberdata(&service, "")), [("state".into(), "s".into())].into());
    assert_eq!(counts(&service)["denied"], 2);
}

/// The hidden id of a consent page.
fn request_id(page: &Answer) -> String {
    let html = String::from_utf8(page.body.clone()).unwrap();
    let (_, rest) = html.split_once("name=\"request\" value=\"").expect("a consent page");
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn a_person_can_choose_who_they_are_grant_less_and_answer_once() {
    let service = service(|service| service.approve = false);
    let id = request_id(&ask_timberdata(&service, "aggregation woodlist"));
    let pairs =
        [("request", &*id), ("person", "jonas"), ("scope", "aggregation"), ("decision", "allow")];
    assert_eq!(post(&service, "/zaehlerfreunde/consent", &pairs, START).status, 400);
    let back = location(&post(&service, "/timberdata/consent", &pairs, START));
    assert_eq!(post(&service, "/timberdata/consent", &pairs, START).status, 400);
    let credentials = format!("sandbox-partner:{TIMBERDATA_SECRET}");
    let answer = read(&redeem_timberdata(&service, &back["code"], &credentials, ""));
    assert_eq!(answer.1["scope"], "aggregation");

    let id = request_id(&ask(&service, &[]));
    let pairs = [("request", &*id), ("person", "jonas"), ("decision", "allow")];
    let back = location(&post(&service, "/zaehlerfreunde/consent", &pairs, START));
    let (_, answer) = redeem(&service, &back["code"], VERIFIER);
    assert_eq!(claims(&answer)["email"], "jonas@forst-beispiel.example");
}

#[test]
fn the_page_may_send_its_form_to_where_the_answer_goes_and_load_nothing() {
    let service = service(|service| service.approve = false);
    let answer = ask(&service, &[]);
    let policy = answer.headers.iter().find(|(name, _)| *name == "Content-Security-Policy");
    let policy = &policy.unwrap().1;
    assert!(policy.contains("form-action 'self' http://127.0.0.1:1;"), "{policy}");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    let html = String::from_utf8(answer.body).unwrap();
    assert!(!html.contains("{{") && !html.contains("style="), "{html}");
    assert!(!html.contains(&seal::s256(VERIFIER)) && !html.contains("the-nonce"), "{html}");
}

#[test]
fn faults_show_in_what_a_client_sees() {
    let after = |fault| {
        let service = with_faults(&[fault]);
        redeem(&service, &code(&service), VERIFIER)
    };
    assert_eq!(after(Fault::RateLimitForever).0, 429);
    assert_eq!(after(Fault::ServerError).0, 500);
    assert_eq!(after(Fault::Redirect).0, 307);
    assert_eq!(after(Fault::Garbage), (200, Value::Null));
    assert_eq!(after(Fault::NoExpiry).1.get("expires_in"), None);
    assert_eq!(after(Fault::TextExpiry).1["expires_in"], "86400");
    assert_eq!(after(Fault::NoRefreshToken).1.get("refresh_token"), None);
    assert_eq!(after(Fault::NarrowedScope).1["scope"], "openid profile offline_access");
    assert_eq!(claims(&after(Fault::WrongNonce).1)["nonce"], "another-nonce");
    assert_eq!(claims(&after(Fault::OtherSubject).1)["sub"], "auth0|sandbox-jonas");
    assert_eq!(claims(&after(Fault::ExpiredIdToken).1)["exp"], START / SECOND - 3600);
    let none = after(Fault::AlgNone).1["id_token"].as_str().unwrap().to_owned();
    assert!(none.starts_with("eyJhbGciOiJub25l") && none.ends_with('.'), "{none}");

    let once = with_faults(&[Fault::RateLimit]);
    assert_eq!(refresh(&once, "", START).0, 429);
    assert_eq!(redeem(&once, &code(&once), VERIFIER).0, 200);
}

#[test]
fn faults_of_a_refresh_meet_accounts_that_signed_in_before() {
    let mut service = service(|_| ());
    let token = signed_in(&service);
    service.faults = vec![Fault::NoRotation];
    for _ in 0..2 {
        let (status, answer) = refresh(&service, &token, START);
        assert_eq!((status, answer.get("refresh_token")), (200, None));
    }
    service.faults = vec![Fault::Mfa];
    assert_eq!(refresh(&service, &token, START).1["error"], "mfa_required");
    service.faults = vec![Fault::LostAnswer];
    let call = [("grant_type", "refresh_token"), ("client_id", "sandbox-client")];
    let pairs = [call[0], call[1], ("refresh_token", &token)];
    let answer = post(&service, "/zaehlerfreunde/oauth/token", &pairs, START);
    assert_eq!((answer.travel, answer.note), (Travel::Lost, "refreshed and rotated"));
    service.faults = vec![];
    let token = signed_in(&service);
    service.faults = vec![Fault::Reuse];
    assert_eq!(refresh(&service, &token, START), (403, invalid_grant()));
    service.faults = vec![];
    assert_eq!(refresh(&service, &token, START), (403, invalid_grant()));
}
