//! A meter-data API as fast as loopback is: every answer is made once, kept, and sent in one write.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use partnerlink::clock::Timestamp;

use crate::Result;

/// Pages of the list of spaces, and spaces on each.
pub const PAGES: usize = 50;
pub const SPACES_A_PAGE: usize = 100;
/// Length of an interval, in seconds.
const QUARTER_HOUR: i64 = 900;

/// It runs until this process ends.
pub struct DataServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Whole answers, by the part of the request that decides them.
    known: Mutex<HashMap<String, Arc<[u8]>>>,
    /// The targets asked for, in order, while somebody wants to know.
    heard: Mutex<Option<Vec<String>>>,
    /// Whether who accepts gzip gets it.
    gzip: AtomicBool,
    sent: AtomicU64,
}

impl DataServer {
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let served = Arc::clone(&shared);
        thread::Builder::new().name("data server".into()).spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&served);
                // A client that goes away in the middle is its own affair.
                thread::spawn(move || drop(shared.serve(&stream)));
            }
        })?;
        Ok(Self { address, shared })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The provider's `api_base`.
    pub fn base(&self) -> String {
        format!("http://{}/partner", self.address)
    }

    /// The addresses that are asked for while `work` is done, in order.
    pub fn asked_by<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<Vec<String>> {
        *lock(&self.shared.heard) = Some(Vec::new());
        let done = work();
        let heard = lock(&self.shared.heard).take().unwrap_or_default();
        done?;
        Ok(heard.into_iter().map(|target| format!("http://{}{target}", self.address)).collect())
    }

    /// Whether answers are compressed for who accepts it.
    pub fn compress(&self, gzip: bool) {
        self.shared.gzip.store(gzip, Ordering::Relaxed);
    }

    /// Bytes of answers so far.
    pub fn sent(&self) -> u64 {
        self.shared.sent.load(Ordering::Relaxed)
    }
}

/// Asks for everything over one connection, one after the other.
pub fn fetch(
    server: SocketAddr,
    urls: &[String],
    each: impl Fn(&[u8]) -> Result<()>,
) -> Result<()> {
    let stream = TcpStream::connect(server)?;
    stream.set_nodelay(true)?;
    let mut answers = BufReader::with_capacity(128 * 1024, &stream);
    let (mut line, mut body) = (String::new(), Vec::new());
    for url in urls {
        let target = url.splitn(4, '/').nth(3).ok_or("not an address")?;
        (&stream)
            .write_all(format!("GET /{target} HTTP/1.1\r\nHost: {server}\r\n\r\n").as_bytes())?;
        let mut length = 0;
        loop {
            line.clear();
            answers.read_line(&mut line)?;
            match line.strip_prefix("content-length: ") {
                Some(number) => length = number.trim_end().parse()?,
                None if line.trim_end().is_empty() => break,
                None => {}
            }
        }
        body.resize(length, 0);
        answers.read_exact(&mut body)?;
        each(&body)?;
    }
    Ok(())
}

impl Shared {
    fn serve(&self, stream: &TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let mut lines = BufReader::new(stream);
        let mut line = String::new();
        loop {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let target = line.split(' ').nth(1).ok_or("not a request")?.to_owned();
            let mut gzip = false;
            loop {
                line.clear();
                lines.read_line(&mut line)?;
                let header = line.trim_end().to_ascii_lowercase();
                gzip |= header.starts_with("accept-encoding:") && header.contains("gzip");
                if header.is_empty() {
                    break;
                }
            }
            let answer = self.answer(&target, gzip && self.gzip.load(Ordering::Relaxed))?;
            self.sent.fetch_add(answer.len() as u64, Ordering::Relaxed);
            (&*stream).write_all(&answer)?;
        }
    }

    fn answer(&self, target: &str, gzip: bool) -> Result<Arc<[u8]>> {
        if let Some(heard) = &mut *lock(&self.heard) {
            heard.push(target.to_owned());
        }
        // All devices measure the same.
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let key = format!("{} {query} {gzip}", path.rsplit('/').next().unwrap_or_default());
        if let Some(answer) = lock(&self.known).get(&key) {
            return Ok(Arc::clone(answer));
        }
        let parameter = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let time = |name| -> Result<i64> {
            Ok(parameter(name).ok_or("a time is missing")?.parse::<Timestamp>()?.as_second())
        };
        let body = match path.ends_with("/readings") {
            true => readings(time("startTime")?, time("endTime")?)?,
            false => spaces(parameter("page").unwrap_or_default().parse().unwrap_or(0)),
        };
        let answer: Arc<[u8]> = whole(body.into_bytes(), gzip)?.into();
        lock(&self.known).insert(key, Arc::clone(&answer));
        Ok(answer)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn whole(body: Vec<u8>, gzip: bool) -> Result<Vec<u8>> {
    let (body, encoding) = if gzip {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&body)?;
        (encoder.finish()?, "content-encoding: gzip\r\n")
    } else {
        (body, "")
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{encoding}content-length: {}\r\n\r\n",
        body.len()
    );
    Ok([head.into_bytes(), body].concat())
}

/// Every documented member, as the provider answers them.
fn readings(from: i64, to: i64) -> Result<String> {
    let mut list = Vec::new();
    for time in (from..to).step_by(QUARTER_HOUR as usize) {
        let time = Timestamp::from_second(time)?;
        let value = time.as_second() / QUARTER_HOUR * 7919 % 5000;
        list.push(format!(
            r#"{{"deviceId":"5f7c8ec7-c33c-4c00-8bba-fe8200000000","timeStamp":"{time}","measurement":"ENERGY","value":{}.{:03},"unit":"KWH","label":"Hauptzähler","deviceType":"SMART_METER","deviceProvider":"DISCOVERGY","medium":"ELECTRICITY","direction":"IN"}}"#,
            value / 1000,
            value % 1000
        ));
    }
    Ok(format!("[{}]", list.join(",")))
}

fn spaces(page: usize) -> String {
    let first = page * SPACES_A_PAGE;
    let space = |number| {
        format!(
            r#"{{"id":"5f7c8ec7-c33c-4c00-8bba-{number:012}","name":"Haus {number}","category":"BUILDING","addressLineOne":"Hauptstraße {number}","addressLineTwo":null,"postcode":"{:05}","city":"Musterstadt","country":"DE","externalId":"E-{number}","createdAt":"2024-03-01T08:00:00Z"}}"#,
            number % 100_000
        )
    };
    let spaces: Vec<String> = (first..first + SPACES_A_PAGE).map(space).collect();
    format!(r#"{{"spaces":[{}],"totalNumPages":{PAGES}}}"#, spaces.join(","))
}
