//! A proxy on 127.0.0.1 that does as it is told, and remembers what it was asked.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::provider::listen;

/// What it does with each connection.
#[derive(Clone, Copy)]
pub enum Manner {
    /// Connects to this port of this machine, whatever it is asked for.
    Tunnel(u16),
    /// Answers this, and ends the connection.
    Answers(&'static str),
}

pub struct Proxy {
    pub port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub fn start(manner: Manner) -> Self {
        let heads = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&heads);
        // Whoever is gone does not hear it.
        let port = listen(move |stream| drop(serve(stream, manner, &shared)));
        Self { port, heads }
    }

    /// The requests so far: request line and header lines of each.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    /// Each `CONNECT` so far, by its target.
    pub fn tunnels(&self) -> Vec<String> {
        let target =
            |head: &String| head.strip_prefix("CONNECT ")?.split(' ').next().map(str::to_owned);
        self.heads().iter().filter_map(target).collect()
    }
}

fn serve(mut stream: TcpStream, manner: Manner, heads: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    heads.lock().unwrap().push(String::from_utf8_lossy(&head).into_owned());
    let port = match manner {
        Manner::Answers(answer) => return stream.write_all(answer.as_bytes()),
        Manner::Tunnel(port) => port,
    };
    let server = TcpStream::connect(("127.0.0.1", port))?;
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let (mut from, mut to) = (stream.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    io::copy(&mut &server, &mut stream)?;
    stream.shutdown(Shutdown::Write)
}
