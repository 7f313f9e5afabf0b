//! What TimberData in miniature promises.

use super::*;

#[test]
fn timberdata_gives_one_long_token_to_a_client_that_knows_its_secret() {
    let sandbox = sandbox();
    let code = ask_timberdata(&sandbox, "woodlist other").location().remove("code").unwrap();
    let wrong = redeem_timberdata(&sandbox, &code, "sandbox-partner:wrong", "");
    assert_eq!(wrong.read().1["error"], "invalid_client");
    assert_eq!(wrong.header("www-authenticate"), "Basic realm=\"sandbox\"");
    assert_eq!(wrong.status, 401);
    let good = format!("sandbox-partner:{TIMBERDATA_SECRET}");
    let in_query = redeem_timberdata(&sandbox, &code, &good, "client_secret=x");
    assert_eq!(in_query.status, 400);
    let (status, answer) = redeem_timberdata(&sandbox, &code, &good, "").read();
    assert_eq!((status, &answer["expires_in"]), (200, &json!(31_104_000)));
    assert_eq!((&answer["scope"], answer.get("refresh_token")), (&json!("woodlist"), None));
    let token = answer["access_token"].as_str().unwrap().to_owned();
    let (status, answer) = redeem_timberdata(&sandbox, &code, &good, "").read();
    assert_eq!((status, &answer["error"]), (400, &json!("invalid_grant")));
    let user = data(&sandbox, &token, "/timberdata/api/inventory/v4/user", "");
    assert_eq!(user.status, 401, "a code that comes again takes its grant away");
}

#[test]
fn timberdata_takes_the_secret_in_the_form_but_not_twice() {
    let sandbox = sandbox();
    let code = ask_timberdata(&sandbox, "").location().remove("code").unwrap();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", TIMBERDATA_BACK),
        ("client_id", "sandbox-partner"),
        ("client_secret", TIMBERDATA_SECRET),
    ];
    let headers = [FORM, ("Authorization", "Basic eDp5")];
    let path = "/timberdata/oauth/v1/token";
    assert_eq!(send(&sandbox, "POST", path, &headers, &form(&pairs)).status, 400);
    let (status, answer) = post(&sandbox, "/timberdata/oauth/v1/token", &pairs).read();
    assert_eq!((status, &answer["scope"]), (200, &json!("")));
}
