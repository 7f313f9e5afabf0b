//! What Zählerfreunde in miniature promises.

use super::*;

#[test]
fn zaehlerfreunde_signs_in_and_gives_all_tokens() {
    let sandbox = sandbox();
    let back = ask(&sandbox, &[]).location();
    assert_eq!(back["state"], "a state/with+odd&signs=ä");
    let (status, answer) = redeem(&sandbox, &back["code"], VERIFIER);
    assert_eq!((status, &answer["token_type"]), (200, &json!("Bearer")));
    assert_eq!(answer["expires_in"], 86_400);
    assert_eq!(answer["scope"], "openid profile email offline_access");
    assert_eq!(answer["access_token"].as_str().unwrap().split('.').count(), 3);
    let claims = claims(&answer);
    assert_eq!(claims["iss"], "https://sandbox.invalid/zaehlerfreunde/");
    assert_eq!(claims["aud"], "sandbox-client");
    assert_eq!(claims["nonce"], "the-nonce");
    assert_eq!(claims["email"], "anna@stadtwerke-muster.example");
    assert!(claims["iat"].as_u64() < claims["exp"].as_u64());
}

#[test]
fn json_is_taken_as_well_as_a_form() {
    let sandbox = sandbox();
    let body = json!({
        "grant_type": "refresh_token", "client_id": "sandbox-client",
        "refresh_token": signed_in(&sandbox),
    });
    let path = "/zaehlerfreunde/oauth/token";
    assert_eq!(send(&sandbox, "POST", path, &[JSON], &body.to_string()).status, 200);
}

#[test]
fn no_refresh_token_without_offline_access() {
    let sandbox = sandbox();
    let back = ask(&sandbox, &[("scope", "openid")]).location();
    let (_, answer) = redeem(&sandbox, &back["code"], VERIFIER);
    assert_eq!((answer.get("refresh_token"), &answer["scope"]), (None, &json!("openid")));
    assert_eq!(claims(&answer).get("email"), None);
}

#[test]
fn pkce_is_checked() {
    let sandbox = sandbox();
    let wrong = VERIFIER.replace("more", "less");
    for verifier in [&wrong, "short", &VERIFIER.replace('-', "ä")] {
        let (status, answer) = redeem(&sandbox, &code(&sandbox), verifier);
        assert_eq!((status, &answer["error"]), (403, &json!("invalid_grant")));
        assert_eq!(answer["error_description"], "Failed to verify code verifier");
    }
    let (status, answer) = redeem(&sandbox, &code(&sandbox), "");
    assert_eq!((status, &answer["error"]), (400, &json!("invalid_request")));
    assert_eq!(counts(&sandbox)["verifier_refused"], 3);
}

#[test]
fn each_refresh_rotates_and_the_old_token_ends_the_family() {
    let sandbox = sandbox();
    let first = signed_in(&sandbox);
    let second = refresh_token(&refresh(&sandbox, &first));
    let third = refresh_token(&refresh(&sandbox, &second));
    assert_ne!(first, second);
    assert_eq!(refresh(&sandbox, &second), (403, invalid_grant()));
    assert_eq!(refresh(&sandbox, &third), (403, invalid_grant()));
    let counts = counts(&sandbox);
    assert_eq!((&counts["refreshed"], &counts["reuse_detected"]), (&json!(2), &json!(1)));
    assert_eq!((&counts["authorization_code"], &counts["refresh_token"]), (&json!(1), &json!(4)));
}

#[test]
fn the_overlap_accepts_the_previous_token_and_no_older_one() {
    let sandbox = sandbox_with(|options| options.rotation_overlap = Duration::from_secs(60));
    let first = signed_in(&sandbox);
    let second = refresh_token(&refresh(&sandbox, &first));
    let fork = refresh_token(&refresh(&sandbox, &first));
    assert_ne!(second, fork);
    let third = refresh_token(&refresh(&sandbox, &second));
    assert_eq!(counts(&sandbox)["overlap_used"], 1);
    // Two generations back, although the overlap of the last rotation still runs.
    assert_eq!(refresh(&sandbox, &first).0, 403);
    assert_eq!(refresh(&sandbox, &third).0, 403);
}

#[test]
fn a_code_works_once_and_takes_its_grant_when_replayed() {
    let sandbox = sandbox();
    let code = code(&sandbox);
    let token = refresh_token(&redeem(&sandbox, &code, VERIFIER));
    let (status, answer) = redeem(&sandbox, &code, VERIFIER);
    assert_eq!((status, &answer["error"]), (403, &json!("invalid_grant")));
    assert_eq!(answer["error_description"], "Invalid authorization code");
    assert_eq!(refresh(&sandbox, &token).0, 403);
    assert_eq!(counts(&sandbox)["code_replayed"], 1);
}

#[test]
fn a_revoked_family_is_gone_and_an_unknown_token_is_no_error() {
    let sandbox = sandbox();
    let token = signed_in(&sandbox);
    for _ in 0..2 {
        let pairs = [("client_id", "sandbox-client"), ("token", token.as_str())];
        let answer = post(&sandbox, "/zaehlerfreunde/oauth/revoke", &pairs);
        assert_eq!((answer.status, answer.body.len()), (200, 0));
    }
    assert_eq!(refresh(&sandbox, &token), (403, invalid_grant()));
    assert_eq!(counts(&sandbox)["revoked"], 1);
}

#[test]
fn an_unsafe_request_ends_on_a_page_and_an_unwise_one_goes_back() {
    let sandbox = sandbox();
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
        let answer = ask(&sandbox, &[("redirect_uri", uri)]);
        assert_eq!(answer.status, 400, "{uri}");
        assert!(answer.body.contains("Redirect URI not registered"), "{uri}");
    }
    assert_eq!(ask(&sandbox, &[("client_id", "other")]).status, 400);
    for uri in
        ["http://[::1]:5/callback/zaehlerfreunde", "http://localhost/callback/zaehlerfreunde"]
    {
        assert_eq!(ask(&sandbox, &[("redirect_uri", uri)]).status, 303, "{uri}");
    }
    let error = |name, value| {
        let mut back = ask(&sandbox, &[(name, value)]).location();
        assert_eq!(back["state"], "a state/with+odd&signs=ä");
        back.remove("error").unwrap_or_default()
    };
    assert_eq!(error("response_type", "token"), "unsupported_response_type");
    assert_eq!(error("audience", ""), "access_denied");
    assert_eq!(error("code_challenge_method", "plain"), "invalid_request");
    assert_eq!(error("code_challenge", ""), "invalid_request");
    assert_eq!(error("code_challenge", "short"), "invalid_request");
}
