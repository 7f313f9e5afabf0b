//! Three servers that nobody here wrote, each from an issuer, a client ID and where there is one a
//! client secret alone: described, connected, refreshed, asked for data, given back.

use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::parts::oidc_server::OidcServer;
use crate::parts::python_server::{PythonServer, Sign};
use crate::parts::{self, Part, has, ports};
use crate::support::program::Program;

/// What `provider add` is told, and where the server says who signed in.
struct Given<'a> {
    issuer: &'a str,
    client_id: &'a str,
    client_secret: Option<&'a str>,
    redirect_uri: &'a str,
    me: &'a str,
}

/// The whole way. The sign-in is dead at the server afterwards, unless it takes nothing back from
/// this client (`is_revocable`).
#[track_caller]
fn goes_the_whole_way(given: &Given, is_revocable: bool) {
    let program = parts::program().set("PARTNERLINK_STORE", "file");
    if let Some(secret) = given.client_secret {
        program.canaries.never("client secret", secret);
    }
    add(&program, given);
    let sign = Sign::new(&program);
    let connect = ["connect", "server", "--timeout", "40s", "--browser", &sign.command];
    program.run(connect).exits(0).says(&["Connected to server as ", "refreshed when needed"]);
    assert!(sign.seen().contains("Connected to server"), "{}", sign.seen());
    program.run(["status", "--check"]).exits(0);
    let mut tokens = vec![program.run(["token", "get", "server"]).exits(0).data().to_owned()];
    for _ in 0..2 {
        // Some access tokens are their second and their person.
        thread::sleep(Duration::from_millis(1100));
        program.run(["token", "refresh", "server", "--force"]).exits(0);
        tokens.push(program.run(["token", "get", "server"]).exits(0).data().to_owned());
    }
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 3, "each refresh brings a new one");
    let me: Value = program.run(["api", "server", given.me]).exits(0).json();
    assert!(me["sub"].is_string(), "{me}");

    // A copy as a thief would have it.
    let copy = program.root().join("copy");
    let status = Command::new("cp").arg("-a").arg(program.root().join("home")).arg(&copy).status();
    assert!(status.unwrap().success());
    let disconnect = program.run(["disconnect", "server"]).exits(if is_revocable { 0 } else { 3 });
    disconnect.says(&[if is_revocable {
        "revoked at the provider"
    } else {
        "server: deleted here"
    }]);
    program.run(["token", "get", "server"]).exits(4);
    let program = program.set("HOME", copy);
    let spent = ["token", "refresh", "server", "--force"];
    program.run(spent).exits(if is_revocable { 4 } else { 0 });
}

#[track_caller]
fn add(program: &Program, given: &Given) {
    let Given { issuer, client_id, redirect_uri, .. } = *given;
    let mut args = vec!["provider", "add", "server", "--issuer", issuer, "--client-id", client_id];
    args.extend(["--api-base", issuer, "--redirect-uri", redirect_uri]);
    match given.client_secret {
        None => program.run(args),
        Some(secret) => {
            args.push("--client-secret-stdin");
            program.run_with_input(args, format!("{secret}\n"))
        }
    }
    .exits(0)
    .says(&["server is described."]);
    program.run(["provider", "check", "server"]).exits(0);
}

fn redirect_uri() -> String {
    format!("http://127.0.0.1:{}/callback/oidc", ports::free())
}

/// Goes the whole way with each of these clients of a Python server: by its name there, whether it
/// has a secret, whether the server takes its tokens back.
#[track_caller]
fn serves(name: &str, script: &str, clients: &[(&str, bool, bool)]) {
    if !has(name, &[Part::PythonServers]) {
        return;
    }
    let redirect_uri = redirect_uri();
    let server = PythonServer::start(script, &redirect_uri);
    for &(client, has_secret, is_revocable) in clients {
        let given = Given {
            issuer: server.value("issuer"),
            client_id: server.value(client),
            client_secret: has_secret.then(|| server.value("secret")),
            redirect_uri: &redirect_uri,
            me: server.value("me"),
        };
        goes_the_whole_way(&given, is_revocable);
    }
}

#[test]
fn django_oauth_toolkit_is_described_by_its_issuer() {
    let clients = [("public", false, true), ("confidential", true, true)];
    serves("django-oauth-toolkit", "django_server.py", &clients);
}

/// It lists several ways for a client secret and takes each client in its own alone; tokens it takes
/// back by HTTP Basic alone, and so from no public client.
#[test]
fn canaille_is_described_by_its_issuer() {
    let clients = [("public", false, false), ("confidential", true, true), ("post", true, true)];
    serves("canaille", "canaille_server.py", &clients);
}

#[test]
fn oidc_provider_is_described_by_its_issuer() {
    if !has("oidc-provider by its issuer", &[Part::OpenIdServer, Part::PythonServers]) {
        return;
    }
    let server = OidcServer::start(&["--rotate"]);
    let redirect_uri = redirect_uri();
    let given = Given {
        issuer: server.value("/issuer"),
        client_id: server.value("/public_client/client_id"),
        client_secret: None,
        redirect_uri: &redirect_uri,
        me: "/me",
    };
    goes_the_whole_way(&given, true);
    let client_id = server.value("/basic_client/client_id");
    let client_secret = Some(server.value("/basic_client/client_secret"));
    goes_the_whole_way(&Given { client_id, client_secret, ..given }, true);
    assert_eq!((server.count("/refresh_token/ok"), server.count("/reuse")), (4, 0));
    assert_eq!(server.count("/revocation/ok"), 2);
}
