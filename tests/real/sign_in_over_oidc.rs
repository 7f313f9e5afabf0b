//! Signing in at a certified OpenID server, with code, PKCE, nonce and `iss`, in Chromium.

use crate::oidc::NEEDED;
use crate::parts::keyring::Keyring;
use crate::parts::oidc_server::OidcServer;
use crate::parts::person::AGREES;
use crate::parts::{self, has};
use crate::support::program::Program;

/// The account's name in the keychain.
pub const ITEM: &str = "oidc:default";

/// A home with the provider described and an account connected.
pub struct Stage {
    pub server: OidcServer,
    pub program: Program,
    pub keyring: Keyring,
}

/// Signs in by the browser. `None` when a part is missing, which was said.
#[track_caller]
pub fn stage(name: &str, server_arguments: &[&str]) -> Option<Stage> {
    if !has(name, &NEEDED) {
        return None;
    }
    let keyring = Keyring::start("unlocked");
    let program = keyring.lend(parts::program());
    let server = OidcServer::start(server_arguments);
    server.describe_to(&program, "public_client", |text| text);
    program.run(["connect", "oidc", "--browser", &AGREES.command(&program)]).exits(0);
    AGREES.seen(&program);
    Some(Stage { server, program, keyring })
}

#[test]
fn a_described_provider_signs_in_by_browser_into_the_keychain() {
    if !has("a sign-in at oidc-provider", &NEEDED) {
        return;
    }
    let keyring = Keyring::start("unlocked");
    let program = keyring.lend(parts::program());
    let server = OidcServer::start(&["--rotate"]);
    server.describe_to(&program, "public_client", |text| text);
    program.run(["connect", "oidc", "--browser", &AGREES.command(&program)]).exits(0).says(&[
        "Opening your browser to sign in to Certified OpenID server.",
        "Connected to Certified OpenID server as anna@example.test",
        "account        oidc",
        "stored in      the system keychain",
        "refreshed when needed",
    ]);
    let seen = AGREES.seen(&program);
    assert!(seen.url.ends_with("/done"), "{}", seen.url);
    assert!(seen.text.contains("Connected to Certified OpenID server"), "{}", seen.text);
    assert!(seen.text.contains("anna@example.test"), "{}", seen.text);

    assert_eq!(keyring.names("partnerlink"), [ITEM]);
    let record = keyring.record("partnerlink", ITEM).unwrap();
    assert_eq!(record["issuer"], server.value("/issuer"));
    assert_eq!(record["subject"], "anna");
    program.canaries.never("refresh token", record["refresh_token"].as_str().unwrap());
    let token = program.run(["token", "get", "oidc"]).exits(0).data().to_owned();
    assert_eq!(record["access_token"], token.as_str());
    assert_eq!(server.status_of(&token), "200");
    assert_eq!(server.count("/authorization_code/ok"), 1);
    // From cron, with nothing set but a home and the way to the user's bus.
    let program = program.unset("DBUS_SESSION_BUS_ADDRESS").unset("PATH").unset("LC_ALL");
    program.run(["token", "refresh", "--force", "--quiet"]).exits(0);
    assert_eq!(server.count("/refresh_token/ok"), 1);
}

/// The secret has every kind of character that RFC 6749 §2.3.1 wants encoded before Basic.
#[test]
fn a_client_secret_with_odd_characters_is_understood() {
    if !has("HTTP Basic at oidc-provider", &NEEDED) {
        return;
    }
    let keyring = Keyring::start("unlocked");
    let program = keyring.lend(parts::program());
    let server = OidcServer::start(&["--rotate"]);
    server.describe_to(&program, "basic_client", |text| {
        text.replace("client_authentication = \"none\"", "client_authentication = \"basic\"")
    });
    let secret = server.value("/basic_client/client_secret");
    program.canaries.never("client secret", secret);
    let browser = AGREES.command(&program);
    let connect = ["connect", "oidc", "--client-secret-stdin", "--browser", &browser];
    program.run_with_input(connect, format!("{secret}\n")).exits(0);
    AGREES.seen(&program);
    assert_eq!(keyring.names("partnerlink"), ["client-secret/oidc", ITEM]);
    // Kept: from now on nobody is asked for it.
    program.run(["token", "refresh", "oidc", "--force"]).exits(0);
    program.run(["disconnect", "oidc"]).exits(0).says(&["revoked at the provider"]);
    assert_eq!((server.count("/refresh_token/ok"), server.count("/revocation/ok")), (1, 1));
}

/// The person says no on the provider's page.
#[test]
fn a_refusal_at_the_provider_stores_nothing() {
    if !has("a refusal at oidc-provider", &NEEDED) {
        return;
    }
    let keyring = Keyring::start("unlocked");
    let program = keyring.lend(parts::program());
    let server = OidcServer::start(&[]);
    server.describe_to(&program, "public_client", |text| text);
    let refuses = crate::parts::person::Person { decision: "deny", ..AGREES };
    program
        .run(["connect", "oidc", "--browser", &refuses.command(&program)])
        .exits(1)
        .says(&["why: access was not granted"]);
    let seen = refuses.seen(&program);
    assert!(seen.text.contains("Could not connect to Certified OpenID server"), "{}", seen.text);
    assert!(keyring.names("partnerlink").is_empty());
    assert_eq!(server.count("/authorization_code/ok"), 0);
}
