//! A bad wire to the server: plain HTTP on 127.0.0.1 that loses answers, refuses paths, and is slow.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::chance::Chance;
use crate::provider::http::{Call, Reply};
use crate::provider::listen;

/// What it does with a request.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// Of a hundred requests, so many reach the server and get no answer.
    pub loses: usize,
    /// Requests with this in their path get a 404, as from a server that does not know it.
    pub refuses: Option<&'static str>,
    pub delays: Duration,
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

    pub fn behaves(&self, manner: Manner) {
        *self.shared.manner.lock().unwrap() = manner;
    }

    pub fn passed(&self) -> Vec<Passed> {
        self.shared.passed.lock().unwrap().clone()
    }
}

impl Shared {
    fn pass(&self, call: Call) -> Option<Reply> {
        let manner = self.manner.lock().unwrap().clone();
        thread::sleep(manner.delays);
        let refused = manner.refuses.is_some_and(|path| call.path().contains(path));
        let answer = match refused {
            true => Ok(b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\
                Content-Length: 14\r\nConnection: close\r\n\r\n{\"errors\":[]}\n"
                .to_vec()),
            false => self.forward(&call),
        };
        let lost = self.chance.lock().unwrap().below(100) < manner.loses;
        let status = answer.as_ref().ok().and_then(|answer| status(answer));
        self.passed.lock().unwrap().push(Passed { call, status, lost });
        answer.ok().filter(|_| !lost).map(Reply::raw)
    }

    fn forward(&self, call: &Call) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.server))?;
        let mut request =
            format!("{} {} HTTP/1.1\r\nConnection: close\r\n", call.method, call.target);
        for (name, value) in call.headers.iter().filter(|(name, _)| name != "connection") {
            request += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{request}\r\n{}", call.body).as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    }
}

fn status(answer: &[u8]) -> Option<u16> {
    std::str::from_utf8(answer.get(9..12)?).ok()?.parse().ok()
}
