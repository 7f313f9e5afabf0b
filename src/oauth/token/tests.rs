//! Token answers in every shape.

use super::*;

fn answer(status: u16, body: &str) -> Result<Tokens, TokenError> {
    let body = Secret::new(body.as_bytes().to_vec());
    read(&Answer { status, retry_after: None, date: None, body }, TokenType::Bearer)
}

fn ok(extra: &str) -> Result<Tokens, TokenError> {
    answer(200, &format!(r#"{{"access_token":"at","token_type":"Bearer"{extra}}}"#))
}

fn unusable(result: Result<Tokens, TokenError>) -> bool {
    matches!(
        result,
        Err(TokenError::Unusable { .. } | TokenError::NoType { .. } | TokenError::OtherType { .. })
    )
}

#[test]
fn unknown_members_are_ignored() {
    let many: String = (0..100).map(|i| format!(r#","x{i}":[{{"deep":{i}}}]"#)).collect();
    assert_eq!(ok(&many).unwrap().access_token.expose(), "at");
}

#[test]
fn only_bearer_in_any_case() {
    for kind in ["bearer", "BEARER", "Bearer", "bearer "] {
        assert!(answer(200, &format!(r#"{{"access_token":"a","token_type":"{kind}"}}"#)).is_ok());
    }
    for kind in [r#","token_type":"mac""#, r#","token_type":"DPoP""#, r#","token_type":null"#, ""] {
        assert!(unusable(answer(200, &format!(r#"{{"access_token":"a"{kind}}}"#))), "{kind}");
    }
}

#[test]
fn a_bound_token_comes_where_one_was_asked_for_and_only_there() {
    let read_as = |kind: &str, wanted| {
        let body = format!(r#"{{"access_token":"a","token_type":"{kind}"}}"#);
        let body = Secret::new(body.into_bytes());
        read(&Answer { status: 200, retry_after: None, date: None, body }, wanted)
    };
    assert!(read_as("DPoP", TokenType::Dpop).is_ok() && read_as("dpop", TokenType::Dpop).is_ok());
    assert!(unusable(read_as("Bearer", TokenType::Dpop)));
    assert!(unusable(read_as("DPoP", TokenType::Bearer)));
    assert!(unusable(read_as("DPoP", TokenType::BearerUnsaid)));
}

#[test]
fn lifetimes_in_every_spelling() {
    let seconds = |text: &str| ok(&format!(r#","expires_in":{text}"#)).map(|t| t.expires_in);
    for (text, expected) in [
        ("3600", Some(3600)),
        ("\"3600\"", Some(3600)),
        ("3600.5", Some(3600)),
        ("null", None),
        ("0", Some(0)),
        ("-5", Some(-1)),
        ("31104000", Some(31_104_000)),
        ("1000000000000000000000000000000", Some(MAX_LIFETIME)),
        ("18446744073709551615", Some(MAX_LIFETIME)),
    ] {
        assert_eq!(seconds(text).unwrap(), expected, "{text}");
    }
    assert_eq!(ok("").unwrap().expires_in, None);
    for text in ["1e400", "\"soon\"", "[]", "true", "60,\"expires_in\":90"] {
        assert_eq!(seconds(text).unwrap(), None, "{text}");
    }
    assert!(unusable(ok(r#","expires_in":NaN"#)));
}

#[test]
fn unusable_access_tokens() {
    for token in ["\"\"", "null", "5", "\"a\\r\\nX: y\"", "\"a b\"", "\"ä\""] {
        let body = format!(r#"{{"access_token":{token},"token_type":"Bearer"}}"#);
        assert!(unusable(answer(200, &body)), "{token}");
    }
    assert!(unusable(answer(200, r#"{"token_type":"Bearer"}"#)));
}

#[test]
fn long_tokens_pass() {
    let token = "t".repeat(16 * 1024);
    let body = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
    assert_eq!(answer(200, &body).unwrap().access_token.expose(), &token);
}

#[test]
fn what_is_no_json_is_unusable_and_its_text_is_not_shown() {
    let deep = "[".repeat(100_000);
    for body in [
        "<html>SECRET</html>",
        "",
        "{\"access_token\":\"SECRET",
        "\u{feff}{}",
        "NaN",
        &deep,
        "{} {}",
    ] {
        let Err(error) = answer(200, body) else { panic!("{body}") };
        let is_no_type = matches!(error, TokenError::NoType { .. });
        assert!(is_no_type || matches!(error, TokenError::Unusable { .. }), "{error}");
        assert!(!error.to_string().contains("SECRET"), "{error}");
    }
}

#[test]
fn errors_are_told_by_their_name_not_by_the_status() {
    for status in [200, 400, 401, 403] {
        let error = answer(status, r#"{"error":"invalid_grant","error_description":"gone"}"#);
        assert!(matches!(error, Err(TokenError::GrantRefused(_))), "{status}");
        let error = answer(status, r#"{"error":"invalid_client"}"#);
        assert!(matches!(error, Err(TokenError::ClientRefused(_))), "{status}");
        let error = answer(status, r#"{"error":"invalid_scope"}"#);
        assert!(matches!(error, Err(TokenError::Refused(_))), "{status}");
    }
}

#[test]
fn overload_and_outage_mean_later_whatever_the_body() {
    for status in [429, 500, 502, 503] {
        for body in ["<html>", r#"{"error":"invalid_grant"}"#] {
            assert!(matches!(answer(status, body), Err(TokenError::TryLater { .. })), "{status}");
        }
    }
    for code in ["server_error", "temporarily_unavailable", "too_many_requests"] {
        let error = answer(400, &format!(r#"{{"error":"{code}"}}"#));
        assert!(matches!(error, Err(TokenError::TryLater { status: 400, .. })), "{code}");
    }
    assert!(matches!(answer(408, ""), Err(TokenError::TryLater { .. })));
    let Err(error) = answer(503, r#"{"error_description":"Wartung bis 6 Uhr früh"}"#) else {
        panic!()
    };
    assert!(error.to_string().contains("503 (Wartung bis 6 Uhr früh)"), "{error}");
}

#[test]
fn an_address_without_token_endpoint_and_a_page_are_no_later() {
    for status in [404, 405, 410] {
        for body in ["", "<html>", "{}", r#"{"error":"Not Found"}"#] {
            let error = answer(status, body);
            assert!(matches!(error, Err(TokenError::NoEndpoint(_))), "{status} {body}");
        }
        let error = answer(status, r#"{"error":"invalid_grant"}"#);
        assert!(matches!(error, Err(TokenError::GrantRefused(_))), "OAuth is spoken there");
    }
    for (status, body) in [(403, "<html>blocked"), (400, "Bad Request"), (400, "{}"), (422, "[]")] {
        assert!(unusable(answer(status, body)), "{status} {body}");
    }
}

#[test]
fn a_401_is_about_the_client_unless_it_names_the_person() {
    let refused =
        |status, body: &str| matches!(answer(status, body), Err(TokenError::ClientRefused(_)));
    for code in ["access_denied", "unauthorized"] {
        let body = format!(r#"{{"error":"{code}","error_description":"Unauthorized"}}"#);
        assert!(refused(401, &body) && !refused(403, &body), "{code}");
    }
    assert!(!refused(401, r#"{"error":"unauthorized","error_description":"user is blocked"}"#));
    assert!(refused(401, "") && refused(401, "<html>") && refused(401, "{}"));
    for (body, why) in [("401", "(status 401)"), ("<title>Zu</title>", "(status 401: Zu)")] {
        let Err(error) = answer(401, body) else { panic!("{body}") };
        assert!(error.to_string().ends_with(why), "{error}");
    }
    assert!(!refused(401, r#"{"error":"invalid_grant"}"#));
}

#[test]
fn the_providers_reason_is_kept_wherever_it_stands() {
    for (body, says) in [
        (r#"{"error":"invalid_scope","error_description":"Umfang ungültig."}"#, "Umfang ungültig)"),
        (r#"{"error":"invalid_scope","message":"no such scope"}"#, "invalid_scope: no such scope"),
        (r#"{"error":{"code":"E17","message":"wrong day"}}"#, "E17: wrong day"),
        (r#"{"title":"Bad Request","detail":"client_id fehlt"}"#, "client_id fehlt"),
        ("plain words", "plain words"),
    ] {
        let Err(error) = answer(400, body) else { panic!("{body}") };
        assert!(error.to_string().contains(says), "{error}");
    }
    let Err(error) = answer(400, r#"{"error":"invalid_scope"}"#) else { panic!() };
    assert!(error.to_string().ends_with("(invalid_scope)"), "said once: {error}");
}

#[test]
fn a_member_that_comes_twice_counts_where_both_say_the_same() {
    assert!(unusable(ok(r#","access_token":"another""#)));
    assert!(ok(r#","access_token":"at","token_type":"Bearer""#).is_ok());
    let tokens = ok(r#","refresh_token":"a","refresh_token":"b""#).unwrap();
    assert!(tokens.refresh_token.is_none() && tokens.unusable_refresh_token);
    assert!(ok(r#","refresh_token":"a","refresh_token":"a""#).unwrap().refresh_token.is_some());
}

#[test]
fn a_bom_latin_1_and_a_2xx_are_no_reason_to_refuse_tokens() {
    let good = r#"{"access_token":"at","token_type":"Bearer"}"#;
    assert!(answer(200, &format!("\u{feff}{good}")).is_ok() && answer(201, good).is_ok());
    let body = b"{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"name\":\"M\xfcller\"}";
    let answer =
        Answer { status: 200, retry_after: None, date: None, body: Secret::new(body.to_vec()) };
    assert!(read(&answer, TokenType::Bearer).is_ok());
    assert!(ok(r#","error":null"#).is_ok() && ok(r#","error":"""#).is_ok());
}

#[test]
fn the_refresh_token_of_a_refused_answer_is_kept_where_it_is_known() {
    let kept = |status, body: &str| {
        let body = Secret::new(body.as_bytes().to_vec());
        refresh_token_of(&Answer { status, retry_after: None, date: None, body })
    };
    for body in [
        r#"{"refresh_token":"rt"}"#,
        "\u{feff}{\"refresh_token\":\"rt\"}",
        r#"{"refresh_token":"rt","expires_in":NaN}"#,
        r#"{"refresh_token":"rt"}<script>"#,
        r#"{"refresh_token":"rt","access_tok"#,
        r#"{"access_token":"a","access_token":"b","refresh_token":"rt","refresh_token":"rt"}"#,
    ] {
        assert_eq!(kept(200, body).unwrap().expose(), "rt", "{body}");
    }
    for body in ["", r#"{"refresh_token":"r1","refresh_token":"r2"}"#, r#"{"refresh_token":"r"#] {
        assert!(kept(200, body).is_none(), "{body}");
    }
    assert!(kept(400, r#"{"refresh_token":"rt"}"#).is_none());
}

#[test]
fn scopes_come_as_text_with_commas_and_as_a_list() {
    let scope = |text: &str| ok(&format!(r#","scope":{text}"#)).unwrap().scope;
    for text in [r#""a b""#, r#""b,a""#, r#"["a","b"]"#] {
        assert_eq!(scope(text).unwrap().to_string(), "a b", "{text}");
    }
    for text in ["null", r#""""#, "[]", "5", "{}"] {
        assert!(scope(text).is_none(), "{text}");
    }
}

#[test]
fn an_id_token_is_needed_where_openid_was_granted() {
    let needed = |granted: &str, asked: &str| ok(granted).unwrap().need_id_token(&asked.into());
    assert!(needed("", "openid email") && needed(r#","scope":"openid""#, "email"));
    assert!(!needed(r#","scope":"offline_access""#, "openid offline_access"));
    assert!(!needed("", "email") && needed(r#","scope":"""#, "openid"));
}

#[test]
fn redirects_and_odd_statuses_are_unusable() {
    for status in [201, 204, 205, 302, 304, 307] {
        assert!(unusable(answer(status, "{}")), "{status}");
    }
}

#[test]
fn an_empty_refresh_token_is_none() {
    let tokens = |member: &str| ok(&format!(r#","refresh_token":{member}"#)).unwrap();
    assert!(tokens(r#""""#).refresh_token.is_none() && tokens(r#""""#).unusable_refresh_token);
    assert!(tokens("null").refresh_token.is_none() && !tokens("null").unusable_refresh_token);
    assert!(tokens(r#""rt""#).refresh_token.is_some());
}

#[test]
fn requests_carry_the_same_redirect_uri_and_no_scope() {
    let endpoint = Endpoint::public("https://p.example/token".parse().unwrap());
    let client = Client { id: "id".into(), secret: None };
    let uri = "http://127.0.0.1:17861/callback/p".parse().unwrap();
    let request = exchange(&endpoint, &client, &"c".into(), &uri, None);
    assert_eq!(
        request.body.expose(),
        "grant_type=authorization_code&code=c&\
         redirect_uri=http%3A%2F%2F127.0.0.1%3A17861%2Fcallback%2Fp&client_id=id"
    );
    let request = refresh(&endpoint, &client, &"r".into());
    assert_eq!(request.body.expose(), "grant_type=refresh_token&refresh_token=r&client_id=id");
}
