//! A company's network: a real proxy (Squid) in front of a provider whose certificate a private
//! authority signed. The provider's name leads nowhere but in the proxy.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::parts::squid::Squid;
use crate::parts::{PATIENCE, Part, has};
use crate::provider::Provider;
use crate::provider::http::Reply;
use crate::support::browser::{Link, connect};
use crate::support::program::{Outcome, Program};
use crate::support::tls::{self, Certificate};

/// The name in the provider's certificate.
const HOST: &str = "other.example";

/// A provider that is described by a name that only the proxy knows, and its authority.
fn stage() -> (Program, Provider, PathBuf) {
    let mut program = Program::new();
    program.patience = PATIENCE;
    let (fake, authority) = tls::start(&program, Certificate::OtherHost);
    let base = format!("https://{HOST}:{}", fake.port);
    program.configure(&fake.described_as(
        "fake",
        &format!(
            "authorize_url = \"{base}/authorize\"\ntoken_url = \"{base}/token\"\n\
             revocation_url = \"{base}/revoke\"\napi_base = \"{base}/api\"\n"
        ),
    ));
    (program, fake, authority)
}

fn through(program: Program, squid: &Squid, who: &str) -> Program {
    program.set("HTTPS_PROXY", format!("http://{who}127.0.0.1:{}", squid.port))
}

fn trusting(program: Program, authority: &Path) -> Program {
    program.set("PARTNERLINK_CA_FILE", authority)
}

/// A sign-in whose code is never used, because no request gets that far.
#[track_caller]
fn exchange(program: &Program) -> Outcome {
    let mut running = program.spawn(["connect", "fake", "--no-browser"]);
    let link = Link::shown_by(&mut running);
    link.returns_with("code-of-no-use");
    running.finish()
}

/// Sign-in, refresh, data and revocation.
#[track_caller]
fn works(program: &Program, fake: &Provider) {
    connect(program, fake, &["fake"]).exits(0);
    program.run(["token", "refresh", "--force"]).exits(0);
    fake.answers(|_| Reply::json(200, &json!({ "done": true })));
    let outcome = program.run(["api", "fake", "/x"]).exits(0);
    assert_eq!(outcome.json(), json!({ "done": true }));
    fake.is_honest();
    program.run(["disconnect", "fake"]).exits(0);
}

#[test]
fn everything_passes_through_a_real_proxy() {
    if !has("everything through a real proxy", &[Part::Proxy]) {
        return;
    }
    let (program, fake, authority) = stage();
    let squid = Squid::start(&program, HOST, None);
    let program = trusting(through(program, &squid, ""), &authority);
    works(&program, &fake);
    let lines = squid.connects(4);
    let target = format!(" CONNECT {HOST}:{} ", fake.port);
    assert!(lines.len() == 4 && lines.iter().all(|line| line.contains(&target)), "{lines:?}");
    assert!(lines.iter().all(|line| line.contains("TCP_TUNNEL/200")), "{lines:?}");
    assert_eq!(fake.calls().len(), 4);
}

#[test]
fn a_real_proxy_that_wants_a_password_gets_it() {
    if !has("a real proxy with a password", &[Part::Proxy]) {
        return;
    }
    let (program, fake, authority) = stage();
    let password = "p@ss: 4711/geheim";
    for dress in [password, "p%40ss%3A%204711%2Fgeheim"] {
        program.canaries.never("password of the proxy", dress);
    }
    let squid = Squid::start(&program, HOST, Some(("anna", password)));
    // Its own file has the password as a hash only.
    let program = through(program, &squid, "anna:p%40ss%3A%204711%2Fgeheim@");
    let program = trusting(program, &authority);
    works(&program, &fake);
    let lines = squid.connects(4);
    assert!(lines.iter().all(|line| line.contains(" anna ")), "{lines:?}");

    let calls = fake.calls().len();
    let place = format!("the proxy 127.0.0.1:{} ", squid.port);
    let mut program = program;
    for wrong in ["anna:wrong-password-1@", "otto:p%40ss@", ""] {
        program = through(program, &squid, wrong);
        let outcome = exchange(&program).exits(2);
        outcome
            .says(&[&place, "(407)", "http://USER:PASSWORD@HOST:PORT"])
            .conceals(&["wrong-pass"]);
    }
    assert_eq!(fake.calls().len(), calls);
}

#[test]
fn what_no_proxy_names_does_not_go_through_it() {
    if !has("NO_PROXY and a real proxy", &[Part::Proxy]) {
        return;
    }
    let (program, fake, authority) = stage();
    let squid = Squid::start(&program, HOST, None);
    let mut program = trusting(through(program, &squid, ""), &authority);
    for exempt in [HOST, ".example", "*"] {
        program = program.set("NO_PROXY", exempt);
        exchange(&program).exits(3).says(&["other.example could not be reached"]);
    }
    assert_eq!((squid.connects_so_far().len(), fake.calls().len()), (0, 0));
    program = program.set("NO_PROXY", "elsewhere.example");
    works(&program, &fake);
}

#[test]
fn the_authority_of_a_company_is_trusted_by_every_way_there_is() {
    if !has("a private authority behind a real proxy", &[Part::Proxy]) {
        return;
    }
    let (program, fake, authority) = stage();
    let squid = Squid::start(&program, HOST, None);
    let program = through(program, &squid, "");
    let hint = "if your company inspects TLS, give its certificate: --ca-file FILE";
    exchange(&program).exits(3).says(&["other.example could not be reached", hint]);
    assert!(fake.calls().is_empty());

    connect(&program, &fake, &["fake", "--ca-file", authority.to_str().unwrap()]).exits(0);
    let program = program.set("SSL_CERT_FILE", &authority);
    works(&program, &fake);
    // A folder as OpenSSL's `rehash` makes it.
    let folder = program.root().join("authorities");
    fs::create_dir(&folder).unwrap();
    fs::copy(&authority, folder.join("0123abcd.0")).unwrap();
    let program = program.unset("SSL_CERT_FILE").set("SSL_CERT_DIR", folder);
    works(&program, &fake);
}

#[test]
fn a_proxy_that_is_gone_is_named_and_nothing_is_lost() {
    if !has("a real proxy that is gone", &[Part::Proxy]) {
        return;
    }
    let (program, fake, authority) = stage();
    let squid = Squid::start(&program, HOST, None);
    let program = trusting(through(program, &squid, ""), &authority);
    connect(&program, &fake, &["fake"]).exits(0);
    let place = format!("the proxy 127.0.0.1:{} cannot be reached", squid.port);
    drop(squid);
    let outcome = program.run(["token", "refresh", "--force"]).exits(3);
    outcome.says(&["other.example could not be reached", &place]);
    let program = program.unset("PARTNERLINK_CA_FILE").unset("HTTPS_PROXY");
    program.run(["token", "get", "fake"]).exits(0);
}
