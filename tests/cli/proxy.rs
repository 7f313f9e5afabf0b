//! A company's proxy and a company's authority, and what a person is told when one of them does not
//! work. A real proxy is in `tests/real`.

use std::fs;
use std::path::PathBuf;

use rcgen::KeyPair;

use crate::provider::{Provider, free_ports};
use crate::support::browser::{Link, connect};
use crate::support::program::{Outcome, Program};
use crate::support::proxy::{Manner, Proxy};
use crate::support::tls::{self, Certificate};

const PASSWORD: &str = "proxy-p%40ss-4711";

/// A provider that is somewhere else, as far as the program knows: `other.example`. With its
/// authority's file.
fn elsewhere() -> (Program, Provider, PathBuf) {
    let program = Program::new();
    let (fake, authority) = tls::start(&program, Certificate::OtherHost);
    let lines = ["authorize", "token", "revoke"].map(|path| {
        let field = if path == "revoke" { "revocation" } else { path };
        format!("{field}_url = \"https://other.example/{path}\"\n")
    });
    let text = lines.concat() + "api_base = \"https://other.example/api\"\n";
    program.configure(&fake.described_as("fake", &text));
    (program, fake, authority)
}

/// Comes back from the browser with a code; what the terminal said to the exchange.
#[track_caller]
fn exchange(program: &Program) -> Outcome {
    exchange_with(program, &[])
}

#[track_caller]
fn exchange_with(program: &Program, args: &[&str]) -> Outcome {
    let mut running = program.spawn([&["connect", "fake", "--no-browser"], args].concat());
    let link = Link::shown_by(&mut running);
    link.returns_with("code-of-no-use");
    running.finish()
}

#[test]
#[cfg_attr(windows, ignore = "wine refuses root certificates of our own (tests/real/wine.md)")]
fn everything_elsewhere_goes_through_the_proxy() {
    let (program, fake, authority) = elsewhere();
    let proxy = Proxy::start(Manner::Tunnel(fake.port));
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        fs::remove_dir_all(program.state()).ok();
        let before = proxy.tunnels().len();
        let mut command = program.command(["connect", "fake", "--no-browser"]);
        command.env(name, format!("127.0.0.1:{}", proxy.port));
        command.env("PARTNERLINK_CA_FILE", &authority);
        let mut running = program.start(command);
        let link = Link::shown_by(&mut running);
        link.returns_with(&fake.consent(&link));
        running.finish().exits(0);
        assert_eq!(proxy.tunnels().len(), before + 1, "{name}");
    }
    let program = program
        .set("HTTPS_PROXY", format!("http://127.0.0.1:{}", proxy.port))
        .set("PARTNERLINK_CA_FILE", authority);
    program.run(["token", "refresh", "--force"]).exits(0);
    program.run(["api", "fake", "/x", "-X", "POST"]);
    assert_eq!(fake.last().target, "/api/x");
    program.run(["disconnect", "fake"]).exits(0);
    assert!(proxy.tunnels().iter().all(|target| target == "other.example:443"));
    // The proxy is asked for the host, and is told nothing else.
    assert!(proxy.heads().iter().all(|head| !head.to_lowercase().contains("authorization")));
}

#[test]
#[cfg_attr(windows, ignore = "wine refuses root certificates of our own (tests/real/wine.md)")]
fn the_proxys_password_goes_to_the_proxy_alone() {
    let (program, fake, authority) = elsewhere();
    let proxy = Proxy::start(Manner::Tunnel(fake.port));
    program.canaries.never("password of the proxy", PASSWORD);
    program.canaries.never("password of the proxy", &PASSWORD.replace("%40", "@"));
    let program = program
        .set("HTTPS_PROXY", format!("http://anna:{PASSWORD}@127.0.0.1:{}", proxy.port))
        .set("PARTNERLINK_CA_FILE", authority);
    connect(&program, &fake, &["fake", "--verbose"])
        .exits(0)
        .says(&[&format!("through the proxy 127.0.0.1:{}", proxy.port)]);
    // anna:proxy-p@ss-4711, percent-decoded
    let expected = "basic YW5uYTpwcm94eS1wQHNzLTQ3MTE=".to_owned();
    let head = proxy.heads()[0].replace("Basic", "basic");
    assert!(head.contains(&expected), "{head}");
    assert!(fake.calls().iter().all(|call| call.header("proxy-authorization").is_none()));
    program.run(["config", "show"]).exits(0);
}

#[test]
#[cfg_attr(windows, ignore = "wine refuses root certificates of our own (tests/real/wine.md)")]
fn this_machine_is_never_reached_through_a_proxy() {
    let program = Program::new();
    let (fake, authority) = tls::start(&program, Certificate::Good);
    program.configure(&fake.described());
    let proxy = Proxy::start(Manner::Answers("HTTP/1.1 403 No\r\n\r\n"));
    let address = format!("http://127.0.0.1:{}", proxy.port);
    let program = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"]
        .iter()
        .fold(program, |program, name| program.set(name, &address))
        .set("PARTNERLINK_CA_FILE", authority);
    connect(&program, &fake, &["fake"]).exits(0);
    assert!(proxy.heads().is_empty());
}

#[test]
#[cfg_attr(windows, ignore = "wine refuses root certificates of our own (tests/real/wine.md)")]
fn no_proxy_exempts_hosts_domains_and_everything() {
    let (program, _fake, authority) = elsewhere();
    let proxy = Proxy::start(Manner::Answers("HTTP/1.1 403 No\r\n\r\n"));
    let mut program = program
        .set("HTTPS_PROXY", format!("http://127.0.0.1:{}", proxy.port))
        .set("PARTNERLINK_CA_FILE", authority);
    for exempt in ["*", "other.example", "x.example, .example", "OTHER.EXAMPLE"] {
        program = program.set("NO_PROXY", exempt);
        exchange(&program)
            .exits(3)
            .says(&["other.example could not be reached"])
            .conceals(&["the proxy 127.0.0.1"]);
        assert!(proxy.heads().is_empty(), "{exempt}");
    }
    for other in ["another.example", "", "10.0.0.0/8"] {
        program = program.set("NO_PROXY", other);
        exchange(&program).exits(3).says(&["the proxy 127.0.0.1"]);
        assert_eq!(proxy.tunnels().pop().as_deref(), Some("other.example:443"), "{other}");
    }
}

#[test]
#[cfg_attr(windows, ignore = "wine refuses root certificates of our own (tests/real/wine.md)")]
fn http_proxy_alone_is_for_nothing() {
    let (program, _fake, authority) = elsewhere();
    let proxy = Proxy::start(Manner::Answers("HTTP/1.1 403 No\r\n\r\n"));
    let program = program
        .set("HTTP_PROXY", format!("http://127.0.0.1:{}", proxy.port))
        .set("PARTNERLINK_CA_FILE", authority);
    exchange(&program).exits(3);
    assert!(proxy.heads().is_empty());
}

#[test]
#[cfg_attr(windows, ignore = "variables have no small letters there")]
fn a_value_that_is_no_proxy_is_an_error_that_names_its_variable() {
    let (mut program, fake, _) = elsewhere();
    program.canaries.never("password of the proxy", PASSWORD);
    program.canaries.never("password of the proxy", &PASSWORD.replace("%40", "@"));
    for (value, why) in [
        (format!("socks5://anna:{PASSWORD}@127.0.0.1:1080"), "names a socks5 proxy"),
        (format!("ftp://anna:{PASSWORD}@127.0.0.1:1"), "not the address of an http or https proxy"),
        (format!("http://anna:{PASSWORD}@:1"), "is not the address of a proxy"),
        (format!("http://anna:{PASSWORD}@host:port"), "is not the address of a proxy"),
    ] {
        program = program.set("https_proxy", value);
        let outcome = exchange_with(&program, &["--verbose"]).exits(2);
        outcome.says(&["https_proxy", why, "http://HOST:PORT"]);
    }
    assert!(fake.calls().is_empty());
    // What needs no network works all the same.
    program.run(["status"]).exits(0);
}

#[test]
#[cfg_attr(windows, ignore = "wine refuses root certificates of our own (tests/real/wine.md)")]
fn a_proxy_that_does_not_work_is_named_as_the_reason() {
    let (program, fake, authority) = elsewhere();
    program.canaries.never("password of the proxy", PASSWORD);
    program.canaries.never("password of the proxy", &PASSWORD.replace("%40", "@"));
    let mut program = program.set("PARTNERLINK_CA_FILE", authority);
    let [dead, ..] = free_ports();
    let mut case = |port: u16, code: i32, texts: &[&str]| {
        program = std::mem::replace(&mut program, Program::new())
            .set("HTTPS_PROXY", format!("http://anna:{PASSWORD}@127.0.0.1:{port}"));
        exchange_with(&program, &["--verbose"]).exits(code).says(texts);
    };
    let named = format!("the proxy 127.0.0.1:{dead} cannot be reached: Connection refused");
    case(dead, 3, &["other.example could not be reached", &named]);
    for (answer, code, texts) in [
        (
            "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n",
            2,
            &["refuses the user name and password", "(407)", "http://USER:PASSWORD@HOST:PORT"][..],
        ),
        ("HTTP/1.1 403 No\r\n\r\n", 3, &["does not connect to it (403)", "host allowed"]),
        (
            "HTTP/1.1 502 Bad\r\nContent-Length: 2\r\n\r\nno",
            3,
            &["does not connect to it (502)", "later"],
        ),
        ("\0\0 is this HTTP?\r\n\r\n", 3, &["does not connect to it"]),
        ("", 3, &["ended the connection"]),
        ("HTTP/1.1 200 O", 3, &["ended the connection"]),
    ] {
        let proxy = Proxy::start(Manner::Answers(answer));
        case(proxy.port, code, texts);
    }
    assert!(fake.calls().is_empty());
}

#[test]
#[cfg_attr(windows, ignore = "wine refuses root certificates of our own (tests/real/wine.md)")]
fn a_proxy_that_speaks_only_windows_own_ways_is_told_from_one_that_wants_a_password() {
    let (program, fake, authority) = elsewhere();
    program.canaries.never("password of the proxy", "proxy-password-4711");
    let mut program = program.set("PARTNERLINK_CA_FILE", authority);
    for (offers, texts) in [
        ("NTLM", &["takes only NTLM", "px, cntlm"][..]),
        ("Negotiate\r\nProxy-Authenticate: NTLM", &["takes only Negotiate, NTLM", "px, cntlm"]),
        ("Negotiate, NTLM", &["takes only Negotiate, NTLM", "px, cntlm"]),
        ("NTLM\r\nproxy-authenticate: Basic realm=\"a, b\"", &["USER:PASSWORD@HOST:PORT"]),
        ("Digest realm=\"x\", nonce=\"y\"", &["takes only Digest"]),
    ] {
        let answer = format!("HTTP/1.1 407 Who\r\nProxy-Authenticate: {offers}\r\n\r\n");
        let proxy = Proxy::start(Manner::Answers(answer.leak()));
        let at = format!(r"http://FIRMA\anna:proxy-password-4711@127.0.0.1:{}", proxy.port);
        program = program.set("HTTPS_PROXY", at);
        exchange(&program).exits(2).says(&["the proxy 127.0.0.1", "(407)"]).says(texts);
        let heads = proxy.heads();
        assert_eq!(heads.len(), 2);
        assert!(!heads[1].to_lowercase().contains("authorization"), "{}", heads[1]);
        // FIRMA\anna:proxy-password-4711
        let expected = "RklSTUFcYW5uYTpwcm94eS1wYXNzd29yZC00NzEx";
        assert!(heads[0].contains(expected), "{}", heads[0]);
    }
    let program = program.set("HTTPS_PROXY", "http://wpad.example/wpad.dat");
    exchange(&program).exits(2).says(&["names a PAC file", "PROXY HOST:PORT"]);
    assert!(fake.calls().is_empty());
}

#[test]
fn a_portal_of_the_network_is_named() {
    let (program, fake) = crate::support::connected();
    fake.answers(|_| crate::provider::http::Reply::new(511, "", "<html>sign in</html>"));
    let outcome = program.run(["token", "refresh", "--force"]).exits(3);
    outcome.says(&["a portal of this network", "sign in at the portal"]);
}

#[test]
#[cfg_attr(windows, ignore = "wine refuses root certificates of our own (tests/real/wine.md)")]
fn a_refresh_that_the_proxy_refuses_is_not_tried_again_and_loses_nothing() {
    let (program, fake, authority) = elsewhere();
    let good = Proxy::start(Manner::Tunnel(fake.port));
    let bad = Proxy::start(Manner::Answers("HTTP/1.1 407 Who\r\n\r\n"));
    let at = |port| format!("http://127.0.0.1:{port}");
    let program = program.set("PARTNERLINK_CA_FILE", authority).set("ALL_PROXY", at(good.port));
    connect(&program, &fake, &["fake"]).exits(0);
    // HTTPS_PROXY goes before ALL_PROXY.
    let program = program.set("HTTPS_PROXY", at(bad.port));
    program.run(["token", "refresh", "--force"]).exits(2).says(&["(407)"]);
    // Once for the refresh, and once to hear what the proxy wants.
    assert_eq!(bad.heads().len(), 2);
    assert!(!program.state().join("intents/fake.default.json").exists(), "nothing is in doubt");
    let program = program.unset("HTTPS_PROXY");
    program.run(["token", "refresh", "--force"]).exits(0);
}

#[test]
#[cfg_attr(windows, ignore = "wine refuses root certificates of our own (tests/real/wine.md)")]
fn an_authority_is_added_by_flag_variable_or_file() {
    let program = Program::new();
    let (fake, authority) = tls::start(&program, Certificate::Good);
    let description = fake.described_as("fake", "");
    program.configure(&description);
    connect(&program, &fake, &["fake", "--ca-file", authority.to_str().unwrap()]).exits(0);
    let program = program.set("PARTNERLINK_CA_FILE", &authority);
    connect(&program, &fake, &["fake"]).exits(0);
    let program = program.unset("PARTNERLINK_CA_FILE");
    // Beside the configuration file, wherever the program is started.
    fs::copy(&authority, program.home().join("company.pem")).unwrap();
    program.configure(&format!("ca_file = \"company.pem\"\n{description}"));
    connect(&program, &fake, &["fake"]).exits(0);
    // The flag goes before the variable, and that before the file.
    let program = program.set("PARTNERLINK_CA_FILE", "/nowhere.pem");
    exchange(&program).exits(2).says(&["/nowhere.pem"]);
    connect(&program, &fake, &["fake", "--ca-file", authority.to_str().unwrap()]).exits(0);
}

#[test]
#[cfg_attr(windows, ignore = "wine refuses root certificates of our own (tests/real/wine.md)")]
fn a_file_of_certificates_made_on_windows_is_read() {
    let program = Program::new();
    let (fake, authority) = tls::start(&program, Certificate::Good);
    program.configure(&fake.described());
    let pem = fs::read_to_string(authority).unwrap().replace('\n', "\r\n");
    let pem = format!("\u{feff}Firmen-Wurzel f\u{fc}r alle\r\n{pem}\r\n");
    let utf16: Vec<u8> = pem.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [pem.into_bytes(), utf16] {
        fs::write(program.root().join("company.pem"), bytes).unwrap();
        connect(&program, &fake, &["fake", "--ca-file", "company.pem"]).exits(0);
    }
}

#[test]
#[cfg_attr(windows, ignore = "wine refuses root certificates of our own (tests/real/wine.md)")]
fn an_unknown_issuer_names_the_way_to_a_companys_certificate() {
    let program = Program::new();
    let (fake, authority) = tls::start(&program, Certificate::Good);
    program.configure(&fake.described());
    let hint = "if your company inspects TLS, give its certificate: --ca-file FILE";
    exchange(&program).exits(3).says(&["127.0.0.1 could not be reached", "UnknownIssuer", hint]);
    assert!(fake.calls().is_empty());
    // A refresh as well, and it is not a matter of trying again.
    let trusting = program.set("SSL_CERT_FILE", &authority);
    connect(&trusting, &fake, &["fake"]).exits(0);
    let program = trusting.unset("SSL_CERT_FILE");
    program.run(["token", "refresh", "--force"]).exits(3).says(&[hint]);
    program.run(["token", "refresh", "--force", "--ca-file", authority.to_str().unwrap()]).exits(0);
}

#[test]
fn a_file_of_certificates_that_cannot_be_used_is_told_with_its_reason() {
    let program = Program::new();
    let (fake, authority) = tls::start(&program, Certificate::Good);
    program.configure(&fake.described());
    let good = fs::read_to_string(authority).unwrap();
    let key = KeyPair::generate().unwrap().serialize_pem();
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let cut = &good[..good.len() / 2];
    for (name, text, why) in [
        ("empty.pem", String::new(), "is empty"),
        ("binary.cer", "0\u{82}\u{1}\u{2}".into(), "holds no PEM certificate"),
        ("key.pem", format!("{good}{key}"), "holds a private key"),
        ("damaged.pem", format!("{good}{garbage}"), "damaged certificate, number 2"),
        ("cut.pem", cut.to_owned(), "PEM"),
    ] {
        fs::write(program.root().join(name), text).unwrap();
        let outcome = exchange_with(&program, &["--ca-file", name]).exits(2);
        outcome.says(&[name, why, "-----BEGIN CERTIFICATE-----"]);
    }
    exchange_with(&program, &["--ca-file", "."]).exits(2).says(&["cannot be read"]);
    assert!(fake.calls().is_empty());
}
