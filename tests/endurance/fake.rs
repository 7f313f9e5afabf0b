//! A token endpoint that a test has in its hand to the tenth of a second: each request is counted,
//! and answered when and how the test says.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::provider::Granted;

/// Longer than anybody has to wait for a request.
const PATIENCE: Duration = Duration::from_secs(20);

/// It serves until the test program ends.
pub struct Fake {
    pub url: String,
    came: Arc<Mutex<Vec<Instant>>>,
}

/// Status and body; `None` hangs up without a word.
pub type Reply = Option<(u16, String)>;

impl Fake {
    /// `answer` gets the number of the request, from 1, and its body. It may take its time.
    pub fn start(answer: impl Fn(u32, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let came = Arc::new(Mutex::new(Vec::new()));
        let (noted, number, answer) = (Arc::clone(&came), AtomicU32::new(0), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let number = number.fetch_add(1, Ordering::SeqCst) + 1;
                let (noted, answer) = (Arc::clone(&noted), Arc::clone(&answer));
                thread::spawn(move || {
                    let Some(body) = read(&stream) else { return };
                    noted.lock().unwrap().push(Instant::now());
                    if let Some((status, body)) = answer(number, &body) {
                        write(&stream, status, &body);
                    }
                });
            }
        });
        Self { url, came }
    }

    /// Answers as a provider does, after holding each request for a time.
    pub fn slow(hold: Duration) -> Self {
        Self::start(move |number, _| {
            thread::sleep(hold);
            tokens(number)
        })
    }

    /// How many requests came.
    pub fn requests(&self) -> usize {
        self.came.lock().unwrap().len()
    }

    /// When each request came.
    pub fn times(&self) -> Vec<Instant> {
        self.came.lock().unwrap().clone()
    }

    /// Waits until so many requests have come.
    #[track_caller]
    pub fn wait_for_requests(&self, count: usize) {
        let begin = Instant::now();
        while self.requests() < count {
            assert!(begin.elapsed() < PATIENCE, "request {count} does not come");
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// The answer to a refresh that works; its tokens carry the number.
pub fn tokens(number: u32) -> Reply {
    let Granted { access_token, refresh_token } = granted(number);
    let body = format!(
        r#"{{"access_token":"{access_token}","refresh_token":"{refresh_token}","token_type":"Bearer","expires_in":86400}}"#
    );
    Some((200, body))
}

/// The tokens of an answer; those of number 0 are for the beginning.
pub fn granted(number: u32) -> Granted {
    Granted {
        access_token: format!("fake-access-token-{number}"),
        refresh_token: format!("fake-refresh-token-{number}"),
    }
}

fn read(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    String::from_utf8(body).ok()
}

fn write(mut stream: &TcpStream, status: u16, body: &str) {
    let length = body.len();
    // Whoever was killed meanwhile does not read it.
    let _ = write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    );
}
