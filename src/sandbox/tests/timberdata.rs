//! What TimberData in miniature promises.

use super::*;

#[test]
fn timberdata_gives_one_long_token_to_a_client_that_knows_its_secret() {
    let service = service(|_| ());
    let code = location(&ask_timberdata(&service, "woodlist other")).remove("code").unwrap();
    let wrong = redeem_timberdata(&service, &code, "sandbox-partner:wrong", "");
    assert_eq!(read(&wrong).1["error"], "invalid_client");
    assert!(wrong.headers.iter().any(|(name, _)| *name == "WWW-Authenticate"));
    assert_eq!(wrong.status, 401);
    let good = format!("sandbox-partner:{TIMBERDATA_SECRET}");
    let in_query = redeem_timberdata(&service, &code, &good, "client_secret=x");
    assert_eq!(in_query.status, 400);
    let (status, answer) = read(&redeem_timberdata(&service, &code, &good, ""));
    assert_eq!((status, &answer["expires_in"]), (200, &json!(31_104_000)));
    assert_eq!((&answer["scope"], answer.get("refresh_token")), (&json!("woodlist"), None));
    let (status, answer) = read(&redeem_timberdata(&service, &code, &good, ""));
    assert_eq!((status, &answer["error"]), (400, &json!("invalid_grant")));
    assert_eq!(service.store.with(START, |state| state.grants.len()).unwrap(), 0);
}

#[test]
fn timberdata_takes_the_secret_in_the_form_but_not_twice() {
    let service = service(|_| ());
    let code = location(&ask_timberdata(&service, "")).remove("code").unwrap();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", TIMBERDATA_BACK),
        ("client_id", "sandbox-partner"),
        ("client_secret", TIMBERDATA_SECRET),
    ];
    let call = Call {
        method: "POST".into(),
        path: "/timberdata/oauth/v1/token".into(),
        authorization: Some("Basic eDp5".to_owned()),
        content_type: "application/x-www-form-urlencoded".into(),
        body: form(&pairs).into_bytes(),
        ..Call::default()
    };
    assert_eq!(service.answer(&call, START).status, 400);
    let (status, answer) = read(&post(&service, "/timberdata/oauth/v1/token", &pairs, START));
    assert_eq!((status, &answer["scope"]), (200, &json!("")));
}
