//! A certified OpenID server that only the configuration file describes: refreshes with rotation,
//! many at once, a stolen refresh token, revocation.

use std::thread;
use std::time::{Duration, Instant};

use crate::parts::keyring::Keyring;
use crate::parts::oidc_server::OidcServer;
use crate::parts::person::AGREES;
use crate::parts::{self, Part, has};
use crate::sign_in_over_oidc::{ITEM, Stage, stage};

/// What all of these need.
pub const NEEDED: [Part; 3] = [Part::Keychain, Part::Browser, Part::OpenIdServer];
const REFRESH: [&str; 4] = ["token", "refresh", "oidc", "--force"];

#[test]
fn each_refresh_brings_a_new_refresh_token_and_disconnect_revokes_the_last() {
    let name = "rotation and revocation at oidc-provider";
    let Some(Stage { keyring, program, server }) = stage(name, &["--rotate"]) else { return };
    let record = |member| keyring.token("partnerlink", ITEM, member);
    let mut refresh_tokens = vec![record("refresh_token")];
    for _ in 0..3 {
        program.run(REFRESH).exits(0);
        refresh_tokens.push(record("refresh_token"));
        program.canaries.never("refresh token", &record("refresh_token"));
    }
    refresh_tokens.dedup();
    assert_eq!(refresh_tokens.len(), 4, "rotated each time");
    let access_token = program.run(["token", "get", "oidc"]).exits(0).data().to_owned();
    assert_eq!(server.status_of(&access_token), "200");
    assert_eq!(server.count("/refresh_token/ok"), 3);

    program
        .run(["disconnect", "oidc"])
        .exits(0)
        .says(&["oidc: revoked at the provider, deleted here"]);
    assert_eq!(server.count("/revocation/ok"), 1);
    assert!(keyring.names("partnerlink").is_empty());
    // It was alive until then, and now it is not, nor anything else of this sign-in.
    let stolen = refresh_tokens.last().unwrap();
    assert_eq!(server.spend(stolen)["error"], "invalid_grant");
    assert_eq!(server.status_of(&access_token), "401");
    program.run(["token", "get", "oidc"]).exits(4).says(&["do:  partnerlink connect oidc"]);
}

#[test]
fn fifty_processes_at_an_expired_token_refresh_it_once() {
    const AT_ONCE: usize = 50;
    /// Life of an access token in seconds: longer than fifty processes take on a busy machine.
    const LIFE: &str = "16";
    let name = "fifty processes at oidc-provider";
    let Some(Stage { keyring, program, server }) = stage(name, &["--rotate", "--ttl", LIFE]) else {
        return;
    };
    let first = keyring.token("partnerlink", ITEM, "access_token");
    while server.status_of(&first) == "200" {
        thread::sleep(Duration::from_millis(200));
    }
    // The program's clock counts from the answer, a moment later.
    thread::sleep(Duration::from_millis(1100));
    let begun = Instant::now();
    let get = || program.spawn(["token", "get", "oidc", "--min-ttl", "1s"]);
    let at_once: Vec<_> = (0..AT_ONCE).map(|_| get()).collect();
    let mut tokens: Vec<String> =
        at_once.into_iter().map(|running| running.finish().exits(0).data().to_owned()).collect();
    assert!(begun.elapsed() < Duration::from_secs(14), "too slow to say anything");
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 1, "all have the same");
    assert_ne!(tokens[0], first);
    assert_eq!(server.status_of(&tokens[0]), "200");
    assert_eq!((server.count("/refresh_token/ok"), server.count("/reuse")), (1, 0));
}

/// A copy of the refresh token is spent by somebody after the program spent the original.
#[test]
fn a_spent_copy_ends_the_sign_in_and_the_next_refresh_says_so() {
    let name = "a spent copy at oidc-provider";
    let Some(Stage { keyring, program, server }) = stage(name, &["--rotate"]) else { return };
    let copy = keyring.token("partnerlink", ITEM, "refresh_token");
    program.canaries.never("refresh token", &copy);
    program.run(REFRESH).exits(0);
    assert_eq!(server.spend(&copy)["error"], "invalid_grant");
    assert_eq!(server.count("/reuse"), 1);

    program.run(REFRESH).exits(4).says(&[
        "error: could not refresh oidc",
        "why: the provider no longer accepts the saved sign-in (invalid_grant",
        "Last good refresh: ",
        "do:  partnerlink connect oidc",
    ]);
    assert!(keyring.record("partnerlink", ITEM).is_some(), "the record is kept");
    let status = program.run(["status", "--json"]).json();
    assert_eq!(status["accounts"][0]["state"], "sign-in-needed");
}

/// A provider that does not rotate: the refresh token stays (RFC 6749 §6).
#[test]
fn without_rotation_the_refresh_token_stays() {
    let Some(Stage { keyring, program, server }) = stage("no rotation at oidc-provider", &[])
    else {
        return;
    };
    let record = |member| keyring.token("partnerlink", ITEM, member);
    let (refresh_token, access_token) = (record("refresh_token"), record("access_token"));
    for _ in 0..2 {
        program.run(REFRESH).exits(0);
    }
    assert_eq!(record("refresh_token"), refresh_token);
    assert_ne!(record("access_token"), access_token);
    assert_eq!(server.count("/refresh_token/ok"), 2);
}

/// Tokens that are bound to a key of the account (RFC 9449), with a nonce in each proof.
#[test]
fn bound_tokens_are_refreshed_used_and_revoked_and_a_copy_is_worthless() {
    let name = "DPoP at oidc-provider";
    if !has(name, &NEEDED) {
        return;
    }
    let keyring = Keyring::start("unlocked");
    let program = keyring.lend(parts::program());
    let server = OidcServer::start(&["--rotate", "--dpop"]);
    let issuer = server.value("/issuer").to_owned();
    server.describe_to(&program, "public_client", |text| {
        text.replace("pkce = true", &format!("pkce = true\ndpop = true\napi_base = \"{issuer}\""))
    });
    program.run(["connect", "oidc", "--browser", &AGREES.command(&program)]).exits(0);
    AGREES.seen(&program);
    let key = keyring.token("partnerlink", ITEM, "dpop_key");
    program.canaries.never("key", &key);
    program.run(REFRESH).exits(0);
    let me = program.run(["api", "oidc", "/me"]).exits(0).json();
    assert_eq!(me["sub"], "anna");
    assert_eq!(keyring.token("partnerlink", ITEM, "dpop_key"), key, "the key stays");
    let token = program.run(["token", "get", "oidc"]).exits(0).data().to_owned();
    assert_eq!(server.status_of(&token), "401", "without the key");
    let refresh_token = keyring.token("partnerlink", ITEM, "refresh_token");
    assert_ne!(server.spend(&refresh_token).get("error"), None, "without the key");
    program.run(["disconnect", "oidc"]).exits(0).says(&["revoked at the provider"]);
    assert_eq!((server.count("/refresh_token/ok"), server.count("/revocation/ok")), (1, 1));
}
