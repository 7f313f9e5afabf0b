//! The provider's certificate, and connections that end too early.

use serde_json::json;

use crate::provider::Provider;
use crate::provider::http::Reply;
use crate::support::browser::{Link, connect};
use crate::support::canary::Place;
use crate::support::program::{Outcome, Program};
use crate::support::provider_for;
use crate::support::tls::{self, Certificate};

/// A program that trusts this authority, and knows the provider.
fn trusting(certificate: Certificate) -> (Program, Provider) {
    let program = Program::new();
    let (fake, authority) = tls::start(&program, certificate);
    program.configure(&fake.described());
    (program.set("SSL_CERT_FILE", authority), fake)
}

/// Comes back from the browser with a code; what the terminal said to the exchange.
#[track_caller]
fn exchange(program: &Program) -> Outcome {
    let mut running = program.spawn(["connect", "fake", "--no-browser"]);
    let link = Link::shown_by(&mut running);
    program.canaries.never("code", "code-that-must-not-leave");
    link.returns_with("code-that-must-not-leave");
    running.finish()
}

#[test]
#[cfg_attr(windows, ignore = "wine refuses root certificates of our own (tests/real/wine.md)")]
fn a_good_certificate_is_accepted() {
    let (program, fake) = trusting(Certificate::Good);
    connect(&program, &fake, &["fake"]).exits(0);
    program.run(["token", "refresh", "--force"]).exits(0);
}

#[test]
fn a_bad_certificate_gets_no_byte_of_the_request() {
    for certificate in [Certificate::Expired, Certificate::OtherHost, Certificate::SelfSigned] {
        let (program, fake) = trusting(certificate);
        let outcome = exchange(&program).exits(3);
        outcome.says(&["127.0.0.1 could not be reached", "ertificate"]);
        assert!(fake.calls().is_empty(), "{certificate:?}");
    }
    // Nothing is trusted that the system does not trust.
    let (program, fake) = trusting(Certificate::Good);
    let empty = Program::new().root().join("none.pem");
    exchange(&program.set("SSL_CERT_FILE", empty)).conceals(&["Connected"]);
    assert!(fake.calls().is_empty());
}

#[test]
fn an_old_tls_version_gets_no_byte_of_the_request() {
    let program = Program::new();
    let (fake, bytes) = tls::too_old(&program);
    program.configure(&fake.described());
    exchange(&program).exits(3);
    assert!(fake.calls().is_empty());
    let bytes = bytes.lock().unwrap();
    assert!(bytes.starts_with(&[0x16, 3]), "the program began a handshake");
    program.canaries.look(Place::Stream, "the connection", &bytes);
}

#[test]
#[cfg_attr(windows, ignore = "wine refuses root certificates of our own (tests/real/wine.md)")]
fn a_tls_connection_cut_before_its_end_is_not_believed() {
    let (program, fake) = trusting(Certificate::Good);
    connect(&program, &fake, &["fake"]).exits(0);
    let before = program.run(["token", "get", "fake"]).exits(0);
    // Whole as JSON, but its end is neither announced nor signed.
    let body = json!({ "access_token": "cut", "token_type": "Bearer" });
    fake.answers(move |_| Reply::raw(format!("HTTP/1.1 200 OK\r\n\r\n{body}")));
    program.run(["token", "refresh", "--force"]).exits(3);
    assert_eq!(program.run(["token", "get", "fake"]).data(), before.data());
    fake.is_honest();
    program.run(["token", "refresh", "--force"]).exits(0);
}

#[test]
fn an_http_address_elsewhere_is_refused_when_it_is_read() {
    let program = Program::new();
    for field in ["token_url", "revocation_url", "authorize_url"] {
        let fake = provider_for(&program);
        program.configure(&fake.described_as("fake", &format!("{field} = \"http://p.example/\"")));
        let outcome = program.run(["connect", "fake"]).exits(2);
        outcome.says(&[field, "must begin with https://"]);
    }
}
