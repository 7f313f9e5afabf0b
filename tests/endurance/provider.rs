//! `partnerlink sandbox` as a process of its own, and its counts.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use crate::program::{Program, Running};

/// One of the registered addresses. Nobody listens there: the code is read from the redirect.
const REDIRECT_URI: &str = "http://127.0.0.1:17861/callback/zaehlerfreunde";
/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Both providers in miniature. Dropping it ends it.
pub struct Provider {
    pub url: String,
    overlaps: bool,
    _running: Running,
    _program: Program,
}

/// What a sign-in gives.
pub struct Granted {
    pub access_token: String,
    pub refresh_token: String,
}

impl Provider {
    /// With access tokens of 24 hours. `overlap` is how long a spent refresh token still works.
    pub fn start(overlap: &str, more: &[&str]) -> Self {
        let mut program = Program::new();
        program.patience = Duration::from_secs(600);
        let options = ["sandbox", "--approve", "--overlap", overlap];
        let mut running = program.spawn(options.iter().chain(more));
        let line = running.first_line();
        let url = line.strip_prefix("PARTNERLINK_SANDBOX=").unwrap().to_owned();
        Self { url, overlaps: overlap != "0s", _running: running, _program: program }
    }

    /// Single use to the letter, as Auth0 is by default.
    pub fn strict() -> Self {
        Self::start("0s", &[])
    }

    pub fn counts(&self) -> Value {
        let (_, body) = http("GET", &format!("{}/sandbox/counts", self.url), None);
        serde_json::from_str(&body).unwrap()
    }

    pub fn count(&self, name: &str) -> u64 {
        self.counts()[name].as_u64().unwrap_or_else(|| panic!("nobody counts {name}"))
    }

    /// Exactly so many refresh tokens were spent, and none of them twice.
    #[track_caller]
    pub fn refreshed_exactly(&self, times: u64) {
        let counts = self.counts();
        assert_eq!(
            (&counts["refreshed"], &counts["reuse_detected"], &counts["overlap_used"]),
            (&json!(times), &json!(0), &json!(0)),
            "{counts}"
        );
    }

    /// Signs somebody in without the program: no port is bound, no browser started.
    pub fn grant(&self) -> Granted {
        let mut url = Url::parse(&format!("{}/zaehlerfreunde/authorize", self.url)).unwrap();
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", "sandbox-client"),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "openid profile email offline_access"),
            ("audience", "https://api.prod.zaehlerfreunde.com"),
            ("state", "x"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let (head, _) = http("GET", url.as_str(), None);
        let location = head.lines().find_map(|line| line.strip_prefix("Location: "));
        let location = Url::parse(location.unwrap_or_else(|| panic!("{head}"))).unwrap();
        let code = location.query_pairs().find(|(name, _)| name == "code").unwrap().1;
        let request = json!({
            "grant_type": "authorization_code", "client_id": "sandbox-client", "code": code,
            "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER,
        });
        let url = format!("{}/zaehlerfreunde/oauth/token", self.url);
        let (head, body) = http("POST", &url, Some(&request.to_string()));
        let answer: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{head}{body}"));
        let text =
            |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("{body}")).to_owned();
        Granted { access_token: text("access_token"), refresh_token: text("refresh_token") }
    }

    /// Whether a spent refresh token works a while longer.
    pub fn overlaps(&self) -> bool {
        self.overlaps
    }
}

/// One request on a connection of its own; the answer's head and body.
pub fn http(method: &str, url: &str, body: Option<&str>) -> (String, String) {
    let url = Url::parse(url).unwrap();
    let address = (url.host_str().unwrap(), url.port().unwrap());
    let mut stream = TcpStream::connect(address).unwrap();
    let target = &url[url::Position::BeforePath..];
    let (kind, body) = match body {
        Some(body) => ("Content-Type: application/json\r\n", body),
        None => ("", ""),
    };
    let length = body.len();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: {}:{}\r\n{kind}Content-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}",
        address.0, address.1
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    (head.to_owned(), body.to_owned())
}
