//! A bad wire to the server: plain HTTP on 127.0.0.1 that loses answers, refuses paths, and is slow.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::chance::Chance;
use crate::provider::http::{Call, Reply};
use crate::provider::listen;

type Hook = dyn Fn(&Call) + Send + Sync;

/// What it does with a request.
#[derive(Clone, Default)]
pub struct Manner {
    /// Of a hundred requests, so many reach the server and get no answer.
    pub loses: usize,
    /// Requests with this in their path get what the engine answers at a path that it does not know.
    pub refuses: Option<&'static str>,
    /// Something on the way answers every request, which knows nothing of the store.
    pub is_something_else: bool,
    /// What is to be written is written, whoever wrote meanwhile. The mount must allow it.
    pub forgets_check_and_set: bool,
    /// By its clock the server answers so many seconds later than it did.
    pub later: u64,
    /// Called when the server has answered, before the answer goes on.
    pub then: Option<Arc<Hook>>,
}

/// Seen at OpenBao, at a path below a mount of KV version 2 that is none of its own.
const UNKNOWN_PATH: &str = r#"{"request_id":"1","lease_id":"","renewable":false,"lease_duration":0,
"data":null,"wrap_info":null,"warnings":["Invalid path for a versioned K/V secrets engine. See the
API docs for the appropriate API endpoints to use."],"auth":null}"#;

/// As a gateway or a load balancer answers.
const NOT_THE_STORE: &str = "{\"message\":\"no Route matched with those values\"}";

fn not_found(body: &str) -> Vec<u8> {
    let head = "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nConnection: close";
    format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// A request that came, and what became of it.
#[derive(Clone, Debug)]
pub struct Passed {
    pub call: Call,
    /// `None`: the server could not be reached.
    pub status: Option<u16>,
    pub lost: bool,
}

pub struct Wire {
    pub port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    server: u16,
    manner: Mutex<Manner>,
    chance: Mutex<Chance>,
    passed: Mutex<Vec<Passed>>,
}

impl Wire {
    /// In front of the plain port of a node.
    pub fn to(server: u16, manner: Manner) -> Self {
        let (manner, chance) = (Mutex::new(manner), Mutex::new(Chance::new("a bad wire")));
        let shared = Arc::new(Shared { server, manner, chance, passed: Mutex::default() });
        let served = Arc::clone(&shared);
        let port = listen(move |mut stream| {
            // Each request on a connection of its own: an answer is lost with its connection.
            if let Ok(call) = Call::read(&mut stream)
                && let Some(reply) = served.pass(call)
            {
                let _ = reply.perform(&mut stream);
            }
        });
        Self { port, shared }
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn behaves(&self, manner: Manner) {
        *self.shared.manner.lock().unwrap() = manner;
    }

    /// Keeps the answers to such requests back once the server has them, until it is told to go on.
    pub fn keeps_back(&self, is_one: impl Fn(&Call) -> bool + Send + Sync + 'static) -> KeptBack {
        let ((came, has_come), (go_on, goes_on)) = (mpsc::channel(), mpsc::channel());
        let ends = Mutex::new((came, goes_on));
        let then = move |call: &Call| {
            if is_one(call) {
                let (came, goes_on) = &*ends.lock().unwrap();
                let _ = (came.send(()), goes_on.recv());
            }
        };
        self.behaves(Manner { then: Some(Arc::new(then)), ..Manner::default() });
        KeptBack { has_come, _go_on: go_on }
    }

    pub fn passed(&self) -> Vec<Passed> {
        self.shared.passed.lock().unwrap().clone()
    }
}

/// Goes on when it is dropped.
pub struct KeptBack {
    has_come: Receiver<()>,
    _go_on: Sender<()>,
}

impl KeptBack {
    pub fn wait(&self) {
        self.has_come.recv().unwrap();
    }
}

/// Whether a call writes a grant: with a claim in it, or without.
pub fn writes_a_grant(call: &Call, with_claim: bool) -> bool {
    let is_write = call.method == "POST" && call.path().contains("/data/grant/");
    is_write && call.body.contains("\"claim\":{") == with_claim
}

impl Shared {
    fn pass(&self, mut call: Call) -> Option<Reply> {
        let manner = self.manner.lock().unwrap().clone();
        if manner.forgets_check_and_set && call.body.contains("\"cas\":") {
            let mut body: Value = serde_json::from_str(&call.body).unwrap();
            body.as_object_mut().unwrap().remove("options");
            call.body = body.to_string();
        }
        let refused = manner.refuses.is_some_and(|path| call.path().contains(path));
        let answer = match (refused, manner.is_something_else) {
            (_, true) => Ok(not_found(NOT_THE_STORE)),
            (true, false) => Ok(not_found(UNKNOWN_PATH)),
            (false, false) => self.forward(&call).map(|answer| later(answer, manner.later)),
        };
        if let Some(then) = &manner.then {
            then(&call);
        }
        let lost = self.chance.lock().unwrap().below(100) < manner.loses;
        let status = answer.as_ref().ok().and_then(|answer| status(answer));
        self.passed.lock().unwrap().push(Passed { call, status, lost });
        answer.ok().filter(|_| !lost).map(Reply::raw)
    }

    fn forward(&self, call: &Call) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.server))?;
        let is_ours = |name: &str| ["connection", "content-length"].contains(&name);
        let (method, target, length) = (&call.method, &call.target, call.body.len());
        let mut request = format!(
            "{method} {target} HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n"
        );
        for (name, value) in call.headers.iter().filter(|(name, _)| !is_ours(name)) {
            request += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{request}\r\n{}", call.body).as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    }
}

fn later(answer: Vec<u8>, seconds: u64) -> Vec<u8> {
    let Ok(text) = str::from_utf8(&answer) else { return answer };
    let Some((before, rest)) = text.split_once("\r\nDate: ") else { return answer };
    let (date, after) = rest.split_once("\r\n").unwrap();
    let date = httpdate::parse_http_date(date).unwrap() + Duration::from_secs(seconds);
    format!("{before}\r\nDate: {}\r\n{after}", httpdate::fmt_http_date(date)).into_bytes()
}

fn status(answer: &[u8]) -> Option<u16> {
    std::str::from_utf8(answer.get(9..12)?).ok()?.parse().ok()
}
