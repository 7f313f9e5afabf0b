//! What Zählerfreunde in miniature promises.

use super::*;

#[test]
fn zaehlerfreunde_signs_in_and_gives_all_tokens() {
    let service = service(|_| ());
    let back = location(&ask(&service, &[]));
    assert_eq!(back["state"], "a state/with+odd&signs=ä");
    let (status, answer) = redeem(&service, &back["code"], VERIFIER);
    assert_eq!((status, &answer["token_type"]), (200, &json!("Bearer")));
    assert_eq!(answer["expires_in"], 86_400);
    assert_eq!(answer["scope"], "openid profile email offline_access");
    assert_eq!(answer["access_token"].as_str().unwrap().split('.').count(), 3);
    let claims = claims(&answer);
    assert_eq!(claims["iss"], "https://sandbox.invalid/zaehlerfreunde/");
    assert_eq!(claims["aud"], "sandbox-client");
    assert_eq!(claims["nonce"], "the-nonce");
    assert_eq!(claims["email"], "anna@stadtwerke-muster.example");
    assert_eq!(claims["iat"], START / SECOND);
}

#[test]
fn json_is_taken_as_well_as_a_form() {
    let service = service(|_| ());
    let body = json!({
        "grant_type": "refresh_token", "client_id": "sandbox-client",
        "refresh_token": signed_in(&service),
    });
    let call = Call {
        method: "POST".into(),
        path: "/zaehlerfreunde/oauth/token".into(),
        content_type: "application/json".into(),
        body: body.to_string().into_bytes(),
        ..Call::default()
    };
    assert_eq!(service.answer(&call, START).status, 200);
}

#[test]
fn no_refresh_token_without_offline_access() {
    let service = service(|_| ());
    let back = location(&ask(&service, &[("scope", "openid")]));
    let (_, answer) = redeem(&service, &back["code"], VERIFIER);
    assert_eq!((answer.get("refresh_token"), &answer["scope"]), (None, &json!("openid")));
    assert_eq!(claims(&answer).get("email"), None);
}

#[test]
fn pkce_is_checked() {
    let service = service(|_| ());
    let wrong = VERIFIER.replace("more", "less");
    for verifier in [&wrong, "short", &VERIFIER.replace('-', "ä")] {
        let (status, answer) = redeem(&service, &code(&service), verifier);
        assert_eq!((status, &answer["error"]), (403, &json!("invalid_grant")));
        assert_eq!(answer["error_description"], "Failed to verify code verifier");
    }
    let (status, answer) = redeem(&service, &code(&service), "");
    assert_eq!((status, &answer["error"]), (400, &json!("invalid_request")));
    assert_eq!(counts(&service)["verifier_refused"], 3);
}

#[test]
fn each_refresh_rotates_and_the_old_token_ends_the_family() {
    let service = service(|_| ());
    let first = signed_in(&service);
    let second = refresh_token(&refresh(&service, &first, START));
    let third = refresh_token(&refresh(&service, &second, START));
    assert_ne!(first, second);
    assert_eq!(refresh(&service, &second, START), (403, invalid_grant()));
    assert_eq!(refresh(&service, &third, START), (403, invalid_grant()));
    let counts = counts(&service);
    assert_eq!((&counts["refreshed"], &counts["reuse_detected"]), (&json!(2), &json!(1)));
    assert_eq!((&counts["authorization_code"], &counts["refresh_token"]), (&json!(1), &json!(4)));
}

#[test]
fn the_overlap_accepts_the_previous_token_and_no_older_one() {
    let service = service(|service| service.rotation_overlap = Duration::from_secs(60));
    let first = signed_in(&service);
    let second = refresh_token(&refresh(&service, &first, START));
    let fork = refresh_token(&refresh(&service, &first, START + 59 * SECOND));
    assert_ne!(second, fork);
    let third = refresh_token(&refresh(&service, &second, START + 70 * SECOND));
    assert_eq!(counts(&service)["overlap_used"], 1);
    // Two generations back, although the overlap of the last rotation still runs.
    assert_eq!(refresh(&service, &first, START + 71 * SECOND).0, 403);
    assert_eq!(refresh(&service, &third, START + 71 * SECOND).0, 403);

    let first = signed_in(&service);
    let second = refresh_token(&refresh(&service, &first, START));
    assert_eq!(refresh(&service, &first, START + 60 * SECOND).0, 403);
    assert_eq!(refresh(&service, &second, START + 60 * SECOND).0, 403);
}

#[test]
fn a_code_works_once_for_ten_minutes_and_takes_its_grant_when_replayed() {
    let service = service(|_| ());
    let code = code(&service);
    let token = refresh_token(&redeem(&service, &code, VERIFIER));
    let (status, answer) = redeem(&service, &code, VERIFIER);
    assert_eq!((status, &answer["error"]), (403, &json!("invalid_grant")));
    assert_eq!(answer["error_description"], "Invalid authorization code");
    assert_eq!(refresh(&service, &token, START).0, 403);
    assert_eq!(counts(&service)["code_replayed"], 1);

    let code = self::code(&service);
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", "sandbox-client"),
        ("code", &code),
        ("redirect_uri", ZAEHLERFREUNDE_BACK),
        ("code_verifier", VERIFIER),
    ];
    let late = START + grants::CODE_LIFETIME + 1;
    assert_eq!(post(&service, "/zaehlerfreunde/oauth/token", &pairs, late).status, 403);
}

#[test]
fn a_revoked_family_is_gone_and_an_unknown_token_is_no_error() {
    let service = service(|_| ());
    let token = signed_in(&service);
    for note in ["family revoked", "unknown token, nothing to revoke"] {
        let pairs = [("client_id", "sandbox-client"), ("token", token.as_str())];
        let answer = post(&service, "/zaehlerfreunde/oauth/revoke", &pairs, START);
        assert_eq!((answer.status, answer.body.len(), answer.note), (200, 0, note));
    }
    assert_eq!(refresh(&service, &token, START), (403, invalid_grant()));
    assert_eq!(counts(&service)["revoked"], 1);
}

#[test]
fn a_family_ends_after_thirty_days_however_often_it_rotates() {
    let service = service(|_| ());
    let day = 24 * 60 * 60 * SECOND;
    let token = refresh_token(&refresh(&service, &signed_in(&service), START + 29 * day));
    assert_eq!(refresh(&service, &token, START + 31 * day).0, 403);
}

#[test]
fn an_unsafe_request_ends_on_a_page_and_an_unwise_one_goes_back() {
    let service = service(|_| ());
    let elsewhere = [
        "http://evil.example/callback/zaehlerfreunde",
        "https://127.0.0.1:1/callback/zaehlerfreunde",
        "http://127.0.0.1:1/callback/timberdata",
        "http://127.0.0.1:1/callback/zaehlerfreunde?x=1",
        "http://127.0.0.1.evil.example/callback/zaehlerfreunde",
        "http://a@127.0.0.1:1/callback/zaehlerfreunde",
        "",
    ];
    for uri in elsewhere {
        let answer = ask(&service, &[("redirect_uri", uri)]);
        assert_eq!((answer.status, answer.note), (400, "redirect URI not registered"), "{uri}");
    }
    assert_eq!(ask(&service, &[("client_id", "other")]).status, 400);
    for uri in
        ["http://[::1]:5/callback/zaehlerfreunde", "http://localhost/callback/zaehlerfreunde"]
    {
        assert_eq!(ask(&service, &[("redirect_uri", uri)]).status, 303, "{uri}");
    }
    let error = |name, value| {
        let mut back = location(&ask(&service, &[(name, value)]));
        assert_eq!(back["state"], "a state/with+odd&signs=ä");
        back.remove("error").unwrap_or_default()
    };
    assert_eq!(error("response_type", "token"), "unsupported_response_type");
    assert_eq!(error("audience", ""), "access_denied");
    assert_eq!(error("code_challenge_method", "plain"), "invalid_request");
    assert_eq!(error("code_challenge", ""), "invalid_request");
    assert_eq!(error("code_challenge", "short"), "invalid_request");
}
