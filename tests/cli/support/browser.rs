//! A scripted browser in plain TCP: it reads the link that the program prints, and goes the way
//! back with whatever query a test gives it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use std::ops::Deref;

use url::Url;

use crate::provider::Provider;

use super::program::{Outcome, Program, Running};

/// The authorize URL that the program printed.
pub struct Link(pub Url);

impl Deref for Link {
    type Target = Url;

    fn deref(&self) -> &Url {
        &self.0
    }
}

impl Link {
    /// Waits until the program prints it.
    #[track_caller]
    pub fn shown_by(running: &mut Running) -> Self {
        let url = running.wait_for(|stderr| {
            let (whole, _) = stderr.rsplit_once('\n')?;
            let line = whole.lines().find(|line| line.contains("response_type=code"))?;
            line.split(' ').next_back().map(str::to_owned)
        });
        Self(url.parse().unwrap())
    }

    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = self.0.query_pairs().filter(|(key, _)| key == name);
        let value = pairs.next().map(|(_, value)| value.into_owned());
        assert!(pairs.next().is_none(), "{name} twice in the link");
        value
    }

    pub fn redirect_uri(&self) -> Url {
        self.parameter("redirect_uri").unwrap().parse().unwrap()
    }

    pub fn state(&self) -> String {
        self.parameter("state").unwrap()
    }

    /// Comes back with this query; the answer to the callback itself.
    pub fn returns(&self, query: &str) -> Page {
        let mut uri = self.redirect_uri();
        uri.set_query(Some(query));
        get(&uri, "")
    }

    /// Comes back with the code and the right state, and goes on to the last page.
    pub fn returns_with(&self, code: &str) -> Page {
        self.returns_and_looks(&format!("code={code}&state={}", self.state()))
    }

    /// Comes back with a query that is taken, and goes on to the last page.
    pub fn returns_and_looks(&self, query: &str) -> Page {
        let page = self.returns(query);
        assert_eq!((page.status, page.header("location")), (303, Some("/done")), "{page:?}");
        get(&self.redirect_uri().join("/done").unwrap(), "Accept-Language: en\r\n")
    }
}

/// Runs `connect` against the fake provider, with a person who agrees.
#[track_caller]
pub fn connect(program: &Program, fake: &Provider, args: &[&str]) -> Outcome {
    agree(fake, program.spawn([&["connect"], args, &["--no-browser"]].concat()))
}

/// The person agrees to what a `connect --no-browser` asks for.
#[track_caller]
pub fn agree(fake: &Provider, mut running: Running) -> Outcome {
    let link = Link::shown_by(&mut running);
    link.returns_with(&fake.consent(&link));
    running.finish()
}

/// What came back.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Page {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(key, _)| key == name);
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} twice");
        value
    }
}

/// One GET, with extra header lines.
pub fn get(url: &Url, headers: &str) -> Page {
    let (host, port) = (url.host_str().unwrap(), url.port().unwrap());
    let mut stream = TcpStream::connect((host, port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    let target = url.query().map_or(url.path().to_owned(), |q| format!("{}?{q}", url.path()));
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n{headers}\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Page { status, headers, body: body.to_owned() }
}
