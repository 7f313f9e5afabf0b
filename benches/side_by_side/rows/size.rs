//! What the program takes of disk and memory.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{self, Running};
use crate::room::{Room, account_id};
use crate::table;
use crate::{Bench, PROGRAM, Result};

const BINARY_GOAL_MB: u64 = 8;
const LISTENER_GOAL_MB: u64 = 16;
const CONNECTIONS: usize = 10_000;
/// Connections that stay open and idle: fewer than descriptors are usual for a process.
const KEPT_OPEN: usize = 400;
/// Threads that connect.
const SENDERS: usize = 8;

pub fn run(bench: &Bench) -> Result<()> {
    table::bytes("size of the program", fs::metadata(PROGRAM)?.len(), Some(BINARY_GOAL_MB));

    let room = Room::with_accounts(&bench.server, 1000)?;
    let account = account_id(0)?.to_string();
    let get = process::peak_at_end(&mut room.program(&["token", "get", &account]), || true)?;
    table::bytes("peak memory of token get", get, None);

    // What it prints is more than a pipe holds, and comes at the end.
    let before = bench.server.counts().refreshed;
    let refresh = ["token", "refresh", "--force", "--json"];
    let refreshed = || bench.server.counts().refreshed - before == 1000;
    let peak = process::peak_at_end(&mut room.program(&refresh), refreshed)?;
    table::bytes("peak memory of token refresh, 1,000 accounts", peak, None);

    let (before, after) = listener_under_garbage()?;
    table::bytes("peak memory of connect, waiting", before, None);
    table::bytes("  after 10,000 garbage connections", after, Some(LISTENER_GOAL_MB));
    Ok(())
}

/// The peak before and after, in bytes. That the listener still answers is checked.
fn listener_under_garbage() -> Result<(u64, u64)> {
    let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    let callback = "/callback/zaehlerfreunde";
    let room = Room::new(&format!("redirect_uris = [\"http://{address}{callback}\"]"))?;
    let mut command =
        room.program(&["connect", "zaehlerfreunde", "--no-browser", "--timeout", "60s"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let connect = Running(command.spawn()?);
    await_listener(address)?;
    let peak = |child: &Child| process::peak_memory(child).ok_or("no peak can be read");
    let before = peak(&connect.0)?;

    let kept = thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                scope.spawn(move || {
                    (sender..CONNECTIONS)
                        .step_by(SENDERS)
                        .filter_map(|number| throw(address, number).ok().flatten())
                        .collect::<Vec<TcpStream>>()
                })
            })
            .collect();
        senders.into_iter().filter_map(|sender| sender.join().ok()).flatten().collect::<Vec<_>>()
    });
    let after = peak(&connect.0)?;

    let request = format!("GET {callback}?state=x HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let answer = ask(address, &request)?;
    drop(kept);
    match answer.starts_with("HTTP/1.1 400") {
        true => Ok((before, after)),
        false => Err("the listener does not answer any more".into()),
    }
}

fn await_listener(address: SocketAddr) -> Result<()> {
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        if begun.elapsed() > Duration::from_secs(5) {
            return Err("connect did not begin to listen".into());
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// One connection of the kinds that a page, a scanner or a broken program makes; some are kept
/// open to the end.
fn throw(address: SocketAddr, number: usize) -> Result<Option<TcpStream>> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_write_timeout(Some(Duration::from_secs(1)))?;
    match number % 6 {
        0 => {}
        1 => stream.write_all(b"GET /callback/zaehler")?,
        2 => stream
            .write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\nx")?,
        3 => {
            stream.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03garbage\xff\xfe\x00")?
        }
        4 => stream.write_all(&[b"GET / HTTP/1.1\r\nX: ".as_slice(), &[b'a'; 60_000]].concat())?,
        _ => {
            stream.write_all(b"GET /nothing HTTP/1.1\r\nHost: evil.example\r\n\r\n")?;
            stream.shutdown(Shutdown::Write)?;
        }
    }
    Ok((number < KEPT_OPEN).then_some(stream))
}

fn ask(address: SocketAddr, request: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = vec![0; 64];
    let read = stream.read(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer[..read]).into_owned())
}
