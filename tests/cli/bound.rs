//! A sign-in is bound to where it came from. Whatever is done to file, environment, answers and
//! arguments, no secret comes to a server that it was not given for.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::provider::http::Reply;
use crate::provider::{Provider, fresh, listen};
use crate::support::browser::{Link, connect};
use crate::support::canary::Place;
use crate::support::program::Program;
use crate::support::provider_for;
use crate::support::tls::{self, Certificate};

/// A server that nobody should send a secret to. It reads all that comes, and answers as a friendly
/// provider would.
struct Stranger {
    port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Stranger {
    fn start() -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&heard);
        let port = listen(move |mut stream| {
            stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = stream.read(&mut bytes) {
                noted.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
            let body = r#"{"access_token":"of-the-stranger","token_type":"Bearer","entries":[]}"#;
            let length = body.len();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
            let _ = stream.write_all(answer.as_bytes());
        });
        Self { port, heard }
    }

    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn heard(&self) -> Vec<u8> {
        self.heard.lock().unwrap().clone()
    }
}

/// An account with everything that can be led astray: a client secret, a way to revoke, data, a
/// list. Each attempt is made with a copy of its home.
struct Bound {
    good: Program,
    fake: Provider,
    stranger: Stranger,
}

/// One attempt: what is changed before the commands run.
struct Attempt<'a> {
    bound: &'a Bound,
    name: String,
    program: Program,
    commands: Vec<Vec<String>>,
}

impl Bound {
    fn new() -> Self {
        let mut good = Program::new();
        let fake = provider_for(&good);
        let secret = fresh("client-secret");
        good.canaries.never("client secret", &secret);
        let file = good.secret_file("secret.txt", &secret);
        let bound = Self { good, fake, stranger: Stranger::start() };
        bound.good.configure(&bound.described(""));
        let file = file.to_str().unwrap();
        connect(&bound.good, &bound.fake, &["fake", "--client-secret-file", file]).exits(0);
        // The refresh token stays: each copy of the home has the same one.
        bound.fake.alters(|body| drop(body.as_object_mut().unwrap().remove("refresh_token")));
        bound.is_honest();
        bound
    }

    /// Data comes, nothing is revoked for good.
    fn is_honest(&self) {
        self.fake.does(|call, honest| match call.path() {
            "/token" => honest(),
            _ => Reply::json(200, &json!({ "entries": [{ "id": 1 }], "count": 1 })),
        });
    }

    /// The description, with these lines in place of those with the same keys.
    fn described(&self, lines: &str) -> String {
        let api = format!("api_base = \"{}/api\"", self.fake.base());
        let paging = r#"paging = { page = "page", first = 1, size = "limit", max_size = 2, count = "count" }"#;
        let list = r#"lists.entries = { path = "/entries", columns = ["id"] }"#;
        let proof = r#"client_authentication = "basic""#;
        let own: toml::Table = lines.parse().unwrap();
        let is_usual = |line: &&str| !own.contains_key(line.split([' ', '.']).next().unwrap());
        let usual: Vec<&str> = [&*api, paging, list, proof].into_iter().filter(is_usual).collect();
        self.fake.described_as("fake", &format!("{lines}\n{}", usual.join("\n")))
    }

    fn attempt(&self, name: impl Into<String>) -> Attempt<'_> {
        let mut program = Program::new();
        program.canaries = self.good.canaries.clone();
        copy(&self.good.home(), &program.home());
        let commands = [
            "token refresh --force",
            "api fake /x",
            "api fake /x -X POST -f a=b",
            "data fake entries",
            "token get fake --min-ttl 60m",
            "disconnect fake",
        ];
        let commands = commands.map(|line| line.split(' ').map(str::to_owned).collect());
        Attempt { bound: self, name: name.into(), program, commands: commands.into() }
    }
}

impl Attempt<'_> {
    /// With this configuration for the provider.
    fn configured(self, lines: &str) -> Self {
        self.program.configure(&self.bound.described(lines));
        self
    }

    fn with(self, name: &str, value: impl Into<std::ffi::OsString>) -> Self {
        Self { program: self.program.set(name, value), ..self }
    }

    /// With this command in place of the usual ones.
    fn runs(self, args: &[&str]) -> Self {
        Self { commands: vec![args.iter().map(|arg| (*arg).to_owned()).collect()], ..self }
    }

    /// Runs the commands, whatever comes of it. No secret may be with the stranger.
    fn harms_nobody(self) {
        for args in &self.commands {
            let outcome = self.program.run(args);
            outcome.conceals(&["of-the-stranger", "defect"]);
        }
        let heard = self.bound.stranger.heard();
        self.bound.good.canaries.look(Place::Stream, &self.name, &heard);
    }

    /// The same, and each command ends with one of these codes.
    fn ends_with(self, codes: &[i32]) {
        for args in &self.commands {
            let outcome = self.program.run(args);
            assert!(codes.contains(&outcome.code.unwrap()), "{}: {}", self.name, outcome.told());
        }
        self.harms_nobody();
    }
}

/// A folder with all that is in it, into one that is there.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let file = entry.unwrap().path();
        let copied = to.join(file.file_name().unwrap());
        if file.is_dir() {
            fs::create_dir(&copied).unwrap();
            fs::set_permissions(&copied, file.metadata().unwrap().permissions()).unwrap();
            copy(&file, &copied);
        } else {
            fs::copy(&file, &copied).unwrap();
        }
    }
}

#[test]
fn no_change_of_configuration_or_environment_brings_a_secret_to_a_stranger() {
    let bound = Bound::new();
    let address = bound.stranger.address();
    let good = bound.fake.base();
    let port = bound.stranger.port;
    let mut made = 0;
    let mut attempt = |name: &str| {
        made += 1;
        bound.attempt(name)
    };
    for field in ["token_url", "revocation_url", "api_base"] {
        for place in [
            format!("http://{address}/"),
            format!("https://{address}/"),
            format!("HTTP://127.1:{port}"),
            format!("http://0x7f.0.0.1:{port}/token"),
            format!("http://localhost:{port}/"),
            format!("http://localhost.:{port}/"),
            format!("{good}@{address}/token"),
            format!("http://{address}\\\\@127.0.0.1/token"),
            format!("http://{address}/#@{good}"),
            format!("http://[::ffff:127.0.0.1]:{port}/"),
        ] {
            let line = format!("{field} = \"{place}\"");
            attempt(&line).configured(&line).harms_nobody();
        }
    }
    let all = ["token_url", "revocation_url", "api_base", "authorize_url"]
        .map(|field| format!("{field} = \"http://{address}/{field}\"\n"))
        .concat();
    attempt("everything").configured(&all).ends_with(&[0, 2, 3]);
    for lines in [
        "client_authentication = \"none\"\n",
        "request_format = \"json\"\n",
        "refresh = \"none\"\n",
        "client_id = \"another\"\n",
    ] {
        attempt(lines).configured(&format!("{all}{lines}")).harms_nobody();
    }
    for path in [
        format!("http://{address}/x"),
        format!("//{address}/x"),
        format!("@{address}/x"),
        format!("/../../..//{address}/x"),
        format!("\\\\\\\\{address}/x"),
    ] {
        let list = format!("lists.entries = {{ path = \"{path}\", columns = [\"id\"] }}");
        attempt(&list).configured(&list).harms_nobody();
        attempt(&path).runs(&["api", "fake", &path.replace("\\\\", "\\")]).harms_nobody();
    }
    let userinfo = format!("{good}@{address}/x");
    attempt(&userinfo).runs(&["api", "fake", &userinfo]).ends_with(&[2]);
    let header = format!("Host: {address}");
    attempt(&header).runs(&["api", "fake", "/x", "-H", &header]).ends_with(&[2]);
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"]
    {
        attempt(name).with(name, format!("http://{address}")).harms_nobody();
    }
    attempt("sandbox").with("PARTNERLINK_SANDBOX", format!("http://{address}")).harms_nobody();
    attempt("embedded sandbox").with("PARTNERLINK_SANDBOX", "1").harms_nobody();
    attempt("a secret in a variable")
        .with("PARTNERLINK_FAKE_CLIENT_SECRET", "of-no-use-to-anybody")
        .configured(&all)
        .harms_nobody();
    attempt("another client")
        .with("PARTNERLINK_FAKE_CLIENT_ID", "another")
        .configured(&all)
        .harms_nobody();
    attempt("signing in").configured(&all).runs(&["connect", "fake"]).ends_with(&[2]);
    assert!(made >= 40, "only {made}");
    // What is not changed works, and the good provider heard it.
    let before = bound.fake.count("revoke");
    bound.attempt("nothing").ends_with(&[0]);
    assert!(bound.fake.count("revoke") > before);
}

#[test]
#[cfg_attr(windows, ignore = "the key of sealed files lies in the Credential Manager")]
fn another_users_configuration_does_not_lead_tokens_elsewhere() {
    let bound = Bound::new();
    let Attempt { program, .. } = bound.attempt("XDG_CONFIG_HOME");
    // As without PARTNERLINK_HOME: the state is below the home folder, the configuration elsewhere.
    let home = program.root().join("home");
    std::fs::create_dir_all(home.join(".local/state")).unwrap();
    std::fs::create_dir_all(home.join(".config/partnerlink")).unwrap();
    std::fs::rename(program.state(), home.join(".local/state/partnerlink")).unwrap();
    for file in ["tokens.key", "config.toml"] {
        std::fs::rename(program.home().join(file), home.join(".config/partnerlink").join(file))
            .unwrap();
    }
    let elsewhere = program.root().join("elsewhere");
    std::fs::create_dir_all(elsewhere.join("partnerlink")).unwrap();
    let lines = format!("token_url = \"http://{}/token\"", bound.stranger.address());
    std::fs::write(elsewhere.join("partnerlink/config.toml"), bound.described(&lines)).unwrap();
    let program = program.unset("PARTNERLINK_HOME");
    program.run(["token", "refresh", "--force"]).exits(0);
    let program = program.set("XDG_CONFIG_HOME", &elsewhere);
    let (before, now) = (bound.fake.base(), format!("http://{}", bound.stranger.address()));
    let outcome = program.run(["token", "refresh", "--force"]).exits(2);
    outcome.says(&[&before, &now, "nothing was sent", "partnerlink connect fake\n"]);
    assert_eq!(bound.stranger.heard(), b"");
}

#[test]
fn no_redirect_and_no_link_brings_a_secret_to_a_stranger() {
    let bound = Bound::new();
    let address = bound.stranger.address();
    for status in [300, 301, 302, 303, 305, 307, 308] {
        for path in ["/token", "/revoke", "/api"] {
            for place in [format!("http://{address}/"), format!("//{address}/x")] {
                let headers = format!("Location: {place}\r\n");
                bound.fake.does(move |call, honest| match call.path() {
                    asked if asked.starts_with(path) => Reply::new(status, &headers, ""),
                    "/token" => honest(),
                    _ => Reply::new(200, "", "{}"),
                });
                bound.attempt(format!("{status} {path} {place}")).harms_nobody();
            }
        }
    }
    for header in [
        format!("Refresh: 0; url=http://{address}/"),
        format!("Link: <http://{address}/>; rel=\"next\""),
        format!("Content-Location: http://{address}/"),
        format!("Alt-Svc: h2=\"{address}\"; ma=60"),
    ] {
        let next = format!("http://{address}/entries?page=2");
        bound.fake.does(move |call, honest| match call.path() {
            "/token" => honest(),
            _ => {
                let page = json!({ "entries": [{ "id": 1 }, { "id": 2 }], "count": 4, "next": next,
                    "links": { "next": { "href": next } }, "@odata.nextLink": next });
                Reply::new(200, &format!("{header}\r\n"), page.to_string())
            }
        });
        bound.attempt("a next page").harms_nobody();
        bound.attempt("pages").runs(&["api", "fake", "/entries", "--paginate"]).harms_nobody();
    }
    assert_eq!(bound.stranger.heard(), b"");
}

#[test]
fn a_redirect_of_the_exchange_takes_no_code_along() {
    let program = Program::new();
    let fake = provider_for(&program);
    let stranger = Stranger::start();
    program.configure(&fake.described());
    for status in [301, 302, 303, 307, 308] {
        let headers = format!("Location: http://{}/token\r\n", stranger.address());
        fake.answers(move |_| Reply::new(status, &headers, ""));
        let mut running = program.spawn(["connect", "fake", "--no-browser"]);
        let link = Link::shown_by(&mut running);
        link.returns_with(&fake.consent(&link));
        assert_ne!(running.finish().code, Some(0));
    }
    assert_eq!(stranger.heard(), b"");
}

#[test]
#[cfg_attr(windows, ignore = "wine refuses root certificates of our own (tests/real/wine.md)")]
fn a_trusted_certificate_is_no_binding() {
    let program = Program::new();
    let (fake, authority) = tls::start(&program, Certificate::Good);
    program.configure(&fake.described());
    connect(&program, &fake, &["fake", "--ca-file", authority.to_str().unwrap()]).exits(0);
    let (other, others_authority) = tls::start(&program, Certificate::Good);
    let elsewhere = other.described();
    program.configure(&elsewhere);
    let program = program.set("PARTNERLINK_CA_FILE", others_authority);
    let texts = [&*fake.base(), &*other.base(), "nothing was sent"];
    program.run(["token", "refresh", "--force"]).exits(2).says(&texts);
    assert!(other.calls().is_empty());
}

#[test]
fn connecting_again_binds_anew_and_says_so() {
    let bound = Bound::new();
    let other = provider_for(&bound.good);
    let Attempt { program, .. } = bound.attempt("anew");
    let lines = ["token", "revocation", "authorize"].map(|field| {
        let path = if field == "revocation" { "revoke" } else { field };
        format!("{field}_url = \"{}/{path}\"\n", other.base())
    });
    program.configure(&bound.described(&lines.concat()));
    // The stored client secret was given for the former place.
    let refused = program.run(["connect", "fake", "--no-browser"]).exits(2);
    refused.says(&["the client secret", &bound.fake.base(), &other.base(), "was not sent"]);
    let program = program.set("PARTNERLINK_FAKE_CLIENT_SECRET", "a-secret-for-the-new-place");
    let connected = connect(&program, &other, &["fake"]).exits(0);
    connected.says(&["binds it to the new address", &bound.fake.base(), &other.base()]);
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_eq!(other.count("refresh_token"), 1);
}

#[test]
fn disconnect_deletes_and_says_that_it_did_not_revoke() {
    let bound = Bound::new();
    let lines = format!("revocation_url = \"http://{}/revoke\"", bound.stranger.address());
    let Attempt { program, .. } = bound.attempt("disconnect").configured(&lines);
    let outcome = program.run(["disconnect", "fake"]);
    outcome.says(&["revocation_url", &bound.fake.base(), "nothing was sent"]);
    program.run(["token", "get", "fake"]).exits(4);
    assert_eq!(bound.stranger.heard(), b"");
}

#[test]
fn a_token_that_is_still_good_is_handed_out_whatever_is_configured() {
    let bound = Bound::new();
    let lines = format!("token_url = \"http://{}/token\"", bound.stranger.address());
    let Attempt { program, .. } = bound.attempt("get").configured(&lines);
    program.run(["token", "get", "fake"]).exits(0);
    let found = program.run(["doctor"]).exits(2).stdout;
    let (before, now) = (bound.fake.base(), format!("http://{}", bound.stranger.address()));
    for text in ["fake: token_url leads to ", &before, &now, "partnerlink connect fake"] {
        assert!(found.contains(text), "{text}: {found}");
    }
    assert_eq!(bound.stranger.heard(), b"");
}

#[test]
fn data_that_moved_gets_neither_the_saved_token_nor_a_given_one() {
    let bound = Bound::new();
    let lines = format!("api_base = \"http://{}/api\"", bound.stranger.address());
    let Attempt { program, .. } = bound.attempt("data").configured(&lines);
    let calls = bound.fake.calls().len();
    program.run(["api", "fake", "/x"]).exits(2).says(&["api_base leads to"]);
    let program = program
        .set("PARTNERLINK_ACCESS_TOKEN", "given-by-the-environment")
        .set("PARTNERLINK_ACCESS_TOKEN_FOR", "fake");
    program.run(["api", "fake", "/x"]).exits(2).says(&["api_base leads to"]);
    assert_eq!((bound.stranger.heard(), bound.fake.calls().len()), (Vec::new(), calls));
}
