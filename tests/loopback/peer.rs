//! A listener with a judge that takes one query, and a peer that speaks to it in bytes.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
#[cfg(unix)]
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use partnerlink::loopback::{Judgement, ResultPage, Serving, bind};
use url::Url;

/// The path of the provider that is signed in to; another provider's is [`OTHER_PATH`].
pub const PATH: &str = "/callback/zaehlerfreunde";
pub const OTHER_PATH: &str = "/callback/timberdata";

/// The one query that the judge takes.
pub const GOOD: &str = "code=good&state=right";

/// Longer than anything the listener does, shorter than a patience.
pub const SOON: Duration = Duration::from_secs(6);

pub struct Listener {
    pub serving: Serving,
    pub port: u16,
    /// Every query that the judge was shown.
    pub asked: Arc<Mutex<Vec<String>>>,
}

/// What came back until the connection ended, however it ended.
#[derive(Debug, Clone)]
pub struct Reply {
    pub bytes: Vec<u8>,
}

pub fn listen() -> Listener {
    listen_on("127.0.0.1", None)
}

pub fn listen_on(host: &str, start: Option<Url>) -> Listener {
    let loopback = bind(&redirect_uris(host)).expect("one of three free ports");
    let port = loopback.redirect_uri().port().expect("an explicit port");
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let judge = move |query: &str| {
        seen.lock().unwrap().push(query.to_owned());
        if query == GOOD { Judgement::Take } else { Judgement::Ignore("no") }
    };
    Listener { serving: loopback.serve(judge, start).unwrap(), port, asked }
}

/// Three ports that were free a moment ago, so that a collision of parallel tests costs nothing.
pub fn redirect_uris(host: &str) -> Vec<Url> {
    (0..3).map(|_| uri(host, free_port())).collect()
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub fn uri(host: &str, port: u16) -> Url {
    format!("http://{host}:{port}{PATH}").parse().unwrap()
}

pub fn result_page() -> ResultPage {
    let page = |text: &str| format!("<!doctype html><title>{text}</title>");
    ResultPage {
        status: 200,
        de: page("verbunden"),
        en: page("connected"),
        style_sha256: "aGFzaA==",
    }
}

impl Listener {
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        stream.set_write_timeout(Some(SOON)).unwrap();
        stream
    }

    /// Sends `bytes` and reads to the end. A write that the listener cuts off is no failure.
    pub fn send(&self, bytes: &[u8]) -> Reply {
        let mut stream = self.connect();
        let _ = stream.write_all(bytes);
        Reply::read(stream)
    }

    pub fn request(&self, method: &str, target: &str, headers: &str) -> Reply {
        let host = format!("Host: 127.0.0.1:{}\r\n", self.port);
        self.send(format!("{method} {target} HTTP/1.1\r\n{host}{headers}\r\n").as_bytes())
    }

    pub fn get(&self, target: &str) -> Reply {
        self.request("GET", target, "")
    }

    /// Sends the right callback. Its answer is held, and so awaited in another thread.
    pub fn callback(&self, headers: &str) -> JoinHandle<Reply> {
        let mut stream = self.connect();
        let port = self.port;
        let request =
            format!("GET {PATH}?{GOOD} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        thread::spawn(move || Reply::read(stream))
    }

    /// Shows that the sign-in still works: the right callback is taken, answered and no other.
    pub fn completes(self) {
        let reply = self.callback("");
        let query = self.serving.wait(Duration::from_secs(3)).expect("the callback within 3 s");
        assert_eq!(query.expose(), GOOD);
        self.serving.finish(result_page(), Duration::ZERO);
        assert_eq!(reply.join().unwrap().header("location"), Some("/done".into()));
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Reply {
    pub fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let _ = stream.shutdown(Shutdown::Both);
        Self { bytes }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// 0 where the connection was closed without an answer.
    pub fn status(&self) -> u16 {
        self.text().split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    pub fn body(&self) -> String {
        self.text().split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
    }

    /// The one value of a header; a header on two lines is a failure.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let head = text.split("\r\n\r\n").next().unwrap();
        let mut values = head.split("\r\n").skip(1).filter_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        let value = values.next();
        assert_eq!(values.next(), None, "{name} twice");
        value
    }
}

/// Runs the test `name` of this binary again in a process of its own, after the shell command
/// `before`, for what counts per process: descriptors and memory. `true` inside that process.
#[cfg(unix)]
pub fn in_own_process(name: &str, before: &str) -> bool {
    const MARK: &str = "PARTNERLINK_TEST_OWN_PROCESS";
    if std::env::var_os(MARK).is_some() {
        return true;
    }
    let output = Command::new("sh")
        .args(["-c", &format!("{before}; exec \"$0\" --exact --nocapture \"$1\"")])
        .arg(std::env::current_exe().unwrap())
        .arg(name)
        .env(MARK, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert!(!text.contains("panicked"), "{text}");
    false
}
