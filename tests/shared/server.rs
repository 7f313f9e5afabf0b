//! What the tests take for granted of the server: how it answers a login and check-and-set, alone,
//! behind a bad wire, and with its leader dead.

use std::process::Command;

use serde_json::{Value, json};

use crate::api::{self, Answer, until};
use crate::bao::{Bao, Duty, Login};
use crate::wire::{Manner, Wire};

/// Logs in at the node behind this port; the token.
fn log_in(port: u16, login: &Login) -> String {
    let body = json!({ "role_id": login.role_id, "secret_id": login.secret_id });
    let answer = api::insist(port, "", "POST", "auth/approle/login", &body);
    assert_eq!(answer["auth"]["token_type"], "batch");
    answer["auth"]["client_token"].as_str().unwrap().to_owned()
}

#[test]
fn a_machine_logs_in_and_writes_with_check_and_set_alone() {
    let Some(bao) = Bao::alone("check-and-set") else { return };
    let (port, login) = (bao.nodes[0].plain, bao.login(Duty::Refresher));
    let token = log_in(port, &login);
    let (path, record) = ("grant/fake/one", json!({ "v": 1, "refresh_token": "fake-canary-1" }));
    assert!(api::put(port, &token, path, &record, 0).unwrap().is_good());
    let again = api::put(port, &token, path, &record, 0).unwrap();
    let reason = "check-and-set parameter did not match the current version";
    assert_eq!((again.status, &again.body["errors"][0]), (400, &json!(reason)));
    let body = json!({ "data": record });
    let unguarded = api::ask(port, &token, "POST", "partnerlink/data/grant/fake/one", &body);
    assert_eq!(unguarded.unwrap().status, 400);
    assert_eq!(bao.record(path), Some((record, 1)));
    // Nobody but readers may be refused here: a refresher may not delete, a reader sees no grant.
    let delete =
        api::ask(port, &token, "DELETE", "partnerlink/metadata/grant/fake/one", &Value::Null);
    assert_eq!(delete.unwrap().status, 403);
    let reader = log_in(port, &bao.login(Duty::Reader));
    let seen = api::ask(port, &reader, "GET", "partnerlink/data/grant/fake/one", &Value::Null);
    assert_eq!(seen.unwrap().status, 403);
    // What the audit device keeps of all this is no secret.
    let audit = String::from_utf8(bao.audit()).unwrap();
    assert!(audit.contains("partnerlink/data/grant/fake/one"));
    for secret in ["fake-canary-1", &login.secret_id, &token] {
        assert!(!audit.contains(secret));
    }
    for (trust, code) in [(&["--cacert"][..], Some(0)), (&[], Some(60))] {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--max-time", "20", "-o", "/dev/null"]).args(trust);
        curl.args(trust.first().map(|_| bao.authority()));
        let status = curl.arg(format!("{}/v1/sys/health", bao.addresses()[0])).status().unwrap();
        assert_eq!(status.code(), code);
    }
    bao.revoke(&login);
    let body = json!({ "role_id": login.role_id, "secret_id": login.secret_id });
    assert_eq!(api::ask(port, "", "POST", "auth/approle/login", &body).unwrap().status, 400);
}

#[test]
fn a_bad_wire_loses_answers_and_not_requests() {
    let Some(bao) = Bao::alone("a bad wire") else { return };
    let wire = Wire::to(bao.nodes[0].plain, Manner { loses: 100, ..Manner::default() });
    let token = log_in(bao.nodes[0].plain, &bao.login(Duty::Refresher));
    let body = json!({ "options": { "cas": 0 }, "data": {} });
    let path = "partnerlink/data/grant/fake/one";
    assert!(api::ask(wire.port, &token, "POST", path, &body).is_err());
    assert_eq!(bao.record("grant/fake/one"), Some((json!({}), 1)));
    let refuses = Some("/detailed-metadata/");
    wire.behaves(Manner { refuses, ..Manner::default() });
    let list = |kind: &str| {
        let path = format!("partnerlink/{kind}/grant/fake?list=true");
        let there = api::ask(bao.nodes[0].plain, &token, "GET", &path, &Value::Null).unwrap();
        (there.status, api::ask(wire.port, &token, "GET", &path, &Value::Null).unwrap().status)
    };
    assert_eq!((list("metadata"), list("detailed-metadata")), ((200, 200), (200, 404)));
    let passed = wire.passed();
    assert_eq!((passed.len(), passed[0].lost, passed[0].status), (3, true, Some(200)));
    assert_eq!(passed[0].call.path(), "/v1/partnerlink/data/grant/fake/one");
}

#[test]
fn three_nodes_lose_their_leader_and_nothing_else() {
    let Some(mut bao) = Bao::three("three nodes") else { return };
    let login = bao.login(Duty::Refresher);
    let token = log_in(bao.nodes[bao.leader()].plain, &login);
    let written = json!({ "v": 1 });
    assert!(bao.put("grant/fake/one", &written, 0));
    let killed = bao.kill_leader();
    assert_eq!(bao.record("grant/fake/one"), Some((written.clone(), 1)));
    assert_ne!(bao.leader(), killed);
    bao.start(killed);
    until("a node that was away knows what it missed", || {
        let path = "partnerlink/data/grant/fake/one";
        let answer = api::ask(bao.nodes[killed].plain, &token, "GET", path, &Value::Null);
        answer.ok().filter(Answer::is_good)
    });
    bao.seal();
    let sealed = bao.nodes.iter().position(|node| {
        let answer = api::ask(node.plain, &token, "GET", "sys/health", &Value::Null);
        answer.is_ok_and(|answer| answer.status == 503)
    });
    bao.unseal(sealed.expect("a sealed node"));
    assert!(bao.put("grant/fake/one", &written, 1));
    let paused = bao.leader();
    bao.pause(paused);
    assert_eq!(bao.record("grant/fake/one"), Some((written, 2)));
    assert_ne!(bao.leader(), paused);
    bao.go_on(paused);
}
