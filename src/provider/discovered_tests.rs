use super::*;

fn metadata(more: &str) -> Metadata {
    let document = format!(
        r#"{{"issuer":"https://p.example","authorization_endpoint":"https://p.example/a",
        "token_endpoint":"https://p.example/t"{more}}}"#
    );
    Metadata::read(document.as_bytes(), "https://p.example").unwrap()
}

fn of(lines: &str, more: &str, has_secret: bool) -> Result<Discovered, ProviderError> {
    let file = format!("[provider.p]\nissuer = \"https://p.example\"\n{lines}");
    Registry::new(&file).discovered("p", &metadata(more), has_secret)
}

#[track_caller]
fn line(found: &Result<Discovered, ProviderError>, key: &str) -> Option<String> {
    let lines = &found.as_ref().unwrap().lines;
    let value = lines.iter().find(|(name, _)| *name == key).map(|(_, value)| value);
    value.map(|value| value.as_str().map_or(format!("{value:?}"), str::to_owned))
}

#[test]
fn an_issuer_alone_becomes_a_provider() {
    let found = of("", "", false);
    assert_eq!(line(&found, "authorize_url").as_deref(), Some("https://p.example/a"));
    assert_eq!(line(&found, "token_url").as_deref(), Some("https://p.example/t"));
    assert!(line(&found, "issuers").unwrap().contains("https://p.example"));
    let uris = line(&found, "redirect_uris").unwrap();
    for port in [17867, 17868, 17869] {
        assert!(uris.contains(&format!("http://127.0.0.1:{port}/callback/p")), "{uris}");
    }
    assert_eq!(line(&found, "pkce"), None, "S256 is sent");
    assert_eq!(line(&found, "bind_browser").as_deref(), Some("Boolean(true)"));
}

#[test]
fn ports_of_other_providers_stay_theirs() {
    let other = "[provider.q]\nredirect_uris = [\"http://127.0.0.1:17868/cb\"]\n";
    let uris = line(&of(other, "", false), "redirect_uris").unwrap();
    assert!(uris.contains(":17867/") && !uris.contains(":17868/"), "{uris}");
    assert!(uris.contains(":17869/") && uris.contains(":17870/"), "{uris}");
}

#[test]
fn what_is_written_stays_and_is_compared() {
    let found = of("token_url = \"https://p.example:443/t\"\npkce = true", "", false).unwrap();
    assert!(!found.lines.iter().any(|(key, _)| *key == "token_url" || *key == "pkce"));
    assert_eq!(found.differences, []);
    let found = of("token_url = \"https://evil.example/t\"\nissuers = []", "", false).unwrap();
    let keys: Vec<&str> = found.differences.iter().map(|one| one.key).collect();
    assert_eq!(keys, ["token_url", "issuers"]);
    assert!(found.differences[0].to_string().contains("https://p.example/t"));
}

#[test]
fn a_secret_goes_the_way_that_the_server_takes() {
    let with = |methods: &str, has_secret| {
        let member = r#","token_endpoint_auth_methods_supported":"#;
        let more = if methods.is_empty() { "".into() } else { format!("{member}{methods}") };
        of("", &more, has_secret)
    };
    let method = |methods: &str| line(&with(methods, true), "client_authentication");
    assert_eq!(method("").as_deref(), Some("basic"));
    assert_eq!(method(r#"["client_secret_basic"]"#).as_deref(), Some("basic"));
    assert_eq!(method(r#"["client_secret_basic","client_secret_post"]"#).as_deref(), Some("post"));
    assert!(with(r#"["private_key_jwt"]"#, true).is_err());
    let ways = |methods: &str| with(methods, true).unwrap().secret_ways;
    assert_eq!(ways(""), BY_BASIC);
    assert_eq!(ways(r#"["client_secret_post"]"#), [BY_POST]);
    assert_eq!(ways(r#"["client_secret_basic","client_secret_post"]"#).len(), 3);
    let described = of("client_authentication = \"basic\"", "", true).unwrap();
    assert!(described.secret_ways.is_empty(), "a person said it");
    for (methods, lists_none) in [("", false), (r#"["none"]"#, false), (r#"["x"]"#, true)] {
        let found = with(methods, false);
        assert_eq!(line(&found, "client_authentication"), None);
        assert_eq!(found.unwrap().lists_no_public_clients, lists_none, "{methods}");
    }
}

#[test]
fn scopes_refresh_and_issuer_are_what_the_server_says() {
    let found = of(
        "",
        r#","scopes_supported":["offline_access","x","openid"],"grant_types_supported":
        ["authorization_code"],"authorization_response_iss_parameter_supported":true,
        "code_challenge_methods_supported":["S256"],"revocation_endpoint":"https://p.example/r""#,
        false,
    );
    assert_eq!(line(&found, "default_scope").as_deref(), Some("openid offline_access"));
    assert_eq!(line(&found, "refresh_scope").as_deref(), Some("offline_access"));
    assert_eq!(line(&found, "refresh").as_deref(), Some("none"));
    assert_eq!(line(&found, "sends_issuer").as_deref(), Some("Boolean(true)"));
    assert_eq!(line(&found, "revocation_url").as_deref(), Some("https://p.example/r"));
    assert_eq!(line(&found, "bind_browser"), None);
    assert!(line(&found, "authorize_parameters").unwrap().contains("consent"));
    let plain = of("", r#","code_challenge_methods_supported":["plain"]"#, false);
    assert_eq!(line(&plain, "pkce").as_deref(), Some("Boolean(false)"));
    assert_eq!(line(&plain, "bind_browser").as_deref(), Some("Boolean(true)"));
}

#[test]
fn nobody_is_asked_to_consent_where_that_brings_nothing() {
    for more in [
        r#","scopes_supported":["openid","profile"]"#,
        r#","scopes_supported":["offline_access"]"#,
        r#","scopes_supported":["openid","offline_access"],"prompt_values_supported":["login"]"#,
    ] {
        assert_eq!(line(&of("", more, false), "authorize_parameters"), None, "{more}");
    }
    let more = r#","scopes_supported":["openid","offline_access"]"#;
    let described = "authorize_parameters = { prompt = \"login\" }";
    assert_eq!(line(&of(described, more, false), "authorize_parameters"), None);
}

#[test]
fn what_cannot_be_signed_in_at_is_refused() {
    for more in [
        r#","response_types_supported":["token"]"#,
        r#","grant_types_supported":["client_credentials"]"#,
    ] {
        assert!(of("", more, false).is_err(), "{more}");
    }
    let registry = Registry::new("[provider.p]\nissuer = \"https://p.example\"");
    let bare = Metadata { issuer: "https://p.example".into(), ..Metadata::default() };
    assert!(registry.discovered("p", &bare, false).is_err());
    assert!(matches!(registry.get("p"), Err(ProviderError::NotCompleted { .. })));
}
