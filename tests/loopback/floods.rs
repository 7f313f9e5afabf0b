//! Slow, idle, huge, broken and very many connections.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

#[cfg(unix)]
use crate::peer::in_own_process;
use crate::peer::{GOOD, Listener, PATH, Reply, listen, result_page};

/// The TLS greeting of a browser that upgrades to https, shortened.
const CLIENT_HELLO: &[u8] =
    b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03\x5a\x00\xff\x10\x0a\r\n\r\n";
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// Resident memory of this process, or its peak, in KiB.
#[cfg(target_os = "linux")]
fn resident_kib(which: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(which)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Sends `piece` over and over, up to `limit` bytes, and returns what came back.
fn pour(listener: &Listener, head: &str, piece: &[u8], limit: usize) -> Reply {
    let mut stream = listener.connect();
    let mut sent = stream.write(head.as_bytes()).unwrap();
    while sent < limit {
        match stream.write(piece) {
            Ok(more) => sent += more,
            Err(_) => break,
        }
    }
    assert!(sent < limit, "all {limit} bytes were taken");
    Reply::read(stream)
}

#[test]
fn connections_that_send_nothing_do_not_keep_the_callback_out() {
    for idle in [4, 31, 32, 64, 300] {
        let listener = listen();
        let held: Vec<_> = (0..idle).map(|_| listener.connect()).collect();
        let before = Instant::now();
        listener.completes();
        assert!(before.elapsed() < Duration::from_secs(3), "{idle}: {:?}", before.elapsed());
        drop(held);
    }
}

#[test]
fn a_callback_in_the_middle_of_a_crowd_is_not_pushed_out_unread() {
    let listener = listen();
    let mut crowd: Vec<_> = (0..20).map(|_| listener.connect()).collect();
    let reply = listener.callback("");
    crowd.extend((0..100).map(|_| listener.connect()));
    assert!(listener.serving.wait(Duration::from_secs(3)).is_some());
    crowd.extend((0..100).map(|_| listener.connect()));
    thread::sleep(Duration::from_millis(200));
    assert!(!reply.is_finished(), "the held answer keeps its place");
    listener.serving.finish(result_page(), Duration::ZERO);
    assert_eq!(reply.join().unwrap().status(), 303);
}

#[test]
fn of_a_hundred_idle_connections_at_most_32_are_kept_open() {
    let listener = listen();
    let crowd: Vec<_> = (0..100).map(|_| listener.connect()).collect();
    thread::sleep(Duration::from_millis(700));
    let is_open = |mut stream: &TcpStream| {
        stream.set_nonblocking(true).unwrap();
        stream.read(&mut [0]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    };
    let open = crowd.iter().filter(|stream| is_open(stream)).count();
    assert!(open <= 32, "{open}");
    listener.completes();
}

#[test]
fn a_request_of_a_byte_at_a_time_is_cut_after_two_seconds() {
    let listener = listen();
    let mut stream = listener.connect();
    let before = Instant::now();
    let cut = format!("GET {PATH}?{GOOD} HTTP/1.1\r\n").bytes().any(|byte| {
        thread::sleep(Duration::from_millis(200));
        stream.write_all(&[byte]).is_err() || before.elapsed() > Duration::from_secs(6)
    });
    let after = before.elapsed();
    assert!(
        cut && after > Duration::from_millis(1900) && after < Duration::from_secs(4),
        "{after:?}"
    );
    listener.completes();
}

#[test]
fn an_idle_connection_is_cut_after_two_seconds() {
    let listener = listen();
    let before = Instant::now();
    let reply = Reply::read(listener.connect());
    let after = before.elapsed();
    assert!(reply.bytes.is_empty());
    assert!(after > Duration::from_millis(1900) && after < Duration::from_secs(3), "{after:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn heads_without_an_end_get_431_and_cost_no_memory() {
    if !in_own_process("floods::heads_without_an_end_get_431_and_cost_no_memory", ":") {
        return;
    }
    let listener = listen();
    let piece = vec![b'a'; 64 * 1024];
    let many = b"x: y\r\n".repeat(10_000);
    let line = pour(&listener, "GET /", &piece, 100 << 20);
    let value = pour(&listener, "GET / HTTP/1.1\r\nx: ", &piece, 100 << 20);
    let lines = pour(&listener, "GET / HTTP/1.1\r\n", &many, 100 << 20);
    for reply in [line, value, lines] {
        assert_eq!(reply.status(), 431, "{}", reply.text());
    }
    listener.completes();
    let peak = resident_kib("VmHWM");
    assert!(peak < 16 * 1024, "{peak} KiB");
}

#[test]
fn what_is_not_http_is_closed_without_an_answer_or_with_a_400() {
    let listener = listen();
    let all_bytes: Vec<u8> = (0..=255).rev().collect();
    for bytes in [CLIENT_HELLO, HTTP2_PREFACE, &all_bytes, b"\0\0\0\0", b"GET / HTTP/0.9\r\n\r\n"] {
        let before = Instant::now();
        let reply = listener.send(bytes);
        assert!(matches!(reply.status(), 0 | 400), "{}", reply.text());
        assert!(before.elapsed() < Duration::from_secs(3));
    }
    listener.completes();
}

#[test]
#[cfg(target_os = "linux")]
fn ten_thousand_connections_of_garbage_leave_it_alive_and_small() {
    let name = "floods::ten_thousand_connections_of_garbage_leave_it_alive_and_small";
    if !in_own_process(name, ":") {
        return;
    }
    let listener = listen();
    let mut number: u32 = 1;
    for round in 0..10_000 {
        let mut garbage = [0; 64];
        for byte in &mut garbage {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (number >> 24) as u8;
        }
        let mut stream = listener.connect();
        let _ = stream.write_all(&garbage);
        if round % 50 == 0 {
            // Most of it is left unread by the peer, some is waited for.
            let _ = stream.write_all(b"\r\n\r\n");
            Reply::read(stream);
        }
    }
    listener.completes();
    let peak = resident_kib("VmHWM");
    assert!(peak < 16 * 1024, "{peak} KiB");
}

#[test]
fn a_body_is_never_read_whatever_is_promised() {
    let listener = listen();
    let before = Instant::now();
    for headers in [
        "Content-Length: 1000000000000\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: 5000\r\nExpect: 100-continue\r\n",
        "Expect: something-else\r\n",
    ] {
        assert_eq!(listener.request("POST", PATH, headers).status(), 405, "{headers}");
        assert_eq!(listener.request("GET", PATH, headers).status(), 400, "{headers}");
    }
    assert!(before.elapsed() < Duration::from_secs(2));
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nTransfer-Encoding: chunked\r\n\r\n",
        listener.port
    );
    let endless = pour(&listener, &head, b"4\r\nabcd\r\n", 100 << 20);
    assert_eq!(endless.status(), 405);
    listener.completes();
}

#[test]
#[cfg(unix)]
fn a_shortage_of_descriptors_ends_with_the_shortage() {
    let name = "floods::a_shortage_of_descriptors_ends_with_the_shortage";
    if !in_own_process(name, "ulimit -n 40") {
        return;
    }
    let listener = listen();
    let mut fillers: Vec<_> =
        std::iter::from_fn(|| std::fs::File::open("/dev/null").ok()).take(60).collect();
    assert!(fillers.len() < 40, "the limit is in force");
    // One descriptor for our end of a connection; the listener has none for its own.
    fillers.pop();
    let reply = listener.callback("");
    assert!(listener.serving.wait(Duration::from_millis(500)).is_none());
    drop(fillers);
    assert!(listener.serving.wait(Duration::from_secs(2)).is_some());
    listener.serving.finish(result_page(), Duration::ZERO);
    assert_eq!(reply.join().unwrap().status(), 303);
}

#[test]
fn resets_and_half_closes_at_any_moment_do_no_harm() {
    let listener = listen();
    let request =
        format!("GET {PATH}?state=wrong HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", listener.port);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let _inside = runtime.enter();
    for round in 0..3000 {
        let mut stream = listener.connect();
        let sent = [0, 1, 10, request.len()][round % 4];
        let _ = stream.write_all(&request.as_bytes()[..sent]);
        if round % 2 == 0 {
            // A socket that lingers for no time is closed by RST; only tokio can ask for that.
            stream.set_nonblocking(true).unwrap();
            tokio::net::TcpStream::from_std(stream).unwrap().set_zero_linger().unwrap();
        } else {
            let _ = stream.shutdown(Shutdown::Write);
        }
    }
    listener.completes();
}
