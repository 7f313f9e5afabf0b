//! The callback itself: held until the result is known, shown once, and bound to one browser.

use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use partnerlink::loopback::ResultPage;

use crate::peer::{GOOD, Listener, PATH, Reply, listen, listen_on, result_page};

/// Finishes in another thread, as a browser would see it, and returns what `/done` shows.
fn finish_and_fetch(listener: Listener, page: ResultPage, headers: &str) -> Reply {
    let held = listener.callback("");
    listener.serving.wait(Duration::from_secs(3)).unwrap();
    // Where a pasted address was taken before, this is what lets the callback arrive.
    thread::sleep(Duration::from_millis(100));
    let Listener { serving, port, .. } = listener;
    let finishing = thread::spawn(move || serving.finish(page, Duration::from_secs(5)));
    let redirect = held.join().unwrap();
    assert_eq!((redirect.status(), redirect.body()), (303, String::new()));
    assert_eq!(redirect.header("location").as_deref(), Some("/done"));
    let done =
        fetch(port, &format!("GET /done HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n"));
    let before = Instant::now();
    finishing.join().unwrap();
    assert!(before.elapsed() < Duration::from_secs(1), "closes as soon as the page was fetched");
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    done
}

fn fetch(port: u16, request: &str) -> Reply {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    Reply::read(stream)
}

#[test]
fn the_answer_is_held_until_the_result_is_known_and_longer_than_any_idle_connection() {
    let listener = listen();
    let reply = listener.callback("");
    assert!(listener.serving.wait(Duration::from_secs(3)).is_some());
    thread::sleep(Duration::from_millis(4500));
    assert!(!reply.is_finished());
    listener.serving.finish(result_page(), Duration::ZERO);
    assert_eq!(reply.join().unwrap().header("location").as_deref(), Some("/done"));
}

#[test]
fn the_result_page_comes_in_the_browsers_language_with_one_style_allowed() {
    let german = "Accept-Language: de-AT,de;q=0.9,en;q=0.8\r\n";
    for (headers, title, tag) in [(german, "verbunden", "de"), ("", "connected", "en")] {
        let done = finish_and_fetch(listen(), result_page(), headers);
        assert_eq!(done.status(), 200);
        assert!(done.body().contains(&format!("<title>{title}</title>")), "{}", done.body());
        assert_eq!(done.header("content-language").as_deref(), Some(tag));
        assert_eq!(done.header("content-type").as_deref(), Some("text/html; charset=utf-8"));
        assert_eq!(done.header("location"), None);
        let policy = done.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(policy.ends_with("style-src 'sha256-aGFzaA=='"), "{policy}");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("connection", "close"),
        ] {
            assert_eq!(done.header(name).as_deref(), Some(value));
        }
    }
}

#[test]
fn the_result_pages_status_is_the_one_it_was_given() {
    let page = ResultPage { status: 403, ..result_page() };
    assert_eq!(finish_and_fetch(listen(), page, "").status(), 403);
}

#[test]
fn two_tabs_at_once_are_one_callback_and_both_are_shown_the_result() {
    for _ in 0..100 {
        let listener = listen();
        let tabs = [listener.callback(""), listener.callback("")];
        assert_eq!(listener.serving.wait(Duration::from_secs(3)).unwrap().expose(), GOOD);
        let Listener { serving, port, asked } = listener;
        let finishing =
            thread::spawn(move || serving.finish(result_page(), Duration::from_secs(5)));
        for tab in tabs {
            assert_eq!(tab.join().unwrap().header("location").as_deref(), Some("/done"));
        }
        for _ in 0..2 {
            let done =
                fetch(port, &format!("GET /done HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"));
            assert!(done.body().contains("connected"));
        }
        finishing.join().unwrap();
        assert_eq!(*asked.lock().unwrap(), [GOOD]);
    }
}

#[test]
fn after_the_callback_no_other_query_is_judged() {
    let listener = listen();
    let held = listener.callback("");
    listener.serving.wait(Duration::from_secs(3)).unwrap();
    for query in ["code=other&state=right", "code=good&state=right&x", ""] {
        assert_eq!(listener.get(&format!("{PATH}?{query}")).status(), 400);
    }
    assert_eq!(listener.asked(), [GOOD]);
    assert!(!listener.serving.takes("code=other&state=right"));
    listener.serving.finish(result_page(), Duration::ZERO);
    assert_eq!(held.join().unwrap().status(), 303);
}

#[test]
fn a_pasted_address_wins_over_a_later_callback_which_is_shown_the_result_all_the_same() {
    let listener = listen();
    assert!(!listener.serving.takes("code=bad"));
    assert!(listener.serving.takes(GOOD));
    assert_eq!(listener.serving.wait(Duration::ZERO).unwrap().expose(), GOOD);
    assert_eq!(listener.asked(), ["code=bad", GOOD]);
    let done = finish_and_fetch(listener, result_page(), "");
    assert_eq!(done.status(), 200);
}

#[test]
fn nobody_is_waited_for_where_the_address_was_pasted_or_the_tab_was_closed() {
    for close_a_tab in [false, true] {
        let listener = listen();
        if close_a_tab {
            let mut tab = listener.connect();
            let request =
                format!("GET {PATH}?{GOOD} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", listener.port);
            tab.write_all(request.as_bytes()).unwrap();
            listener.serving.wait(Duration::from_secs(3)).unwrap();
            drop(tab);
            thread::sleep(Duration::from_millis(100));
        } else {
            listener.serving.takes(GOOD);
        }
        let before = Instant::now();
        listener.serving.finish(result_page(), Duration::from_secs(5));
        assert!(before.elapsed() < Duration::from_secs(1));
    }
}

#[test]
fn a_page_that_nobody_fetches_is_waited_for_as_long_as_asked_and_no_longer() {
    let listener = listen();
    let held = listener.callback("");
    listener.serving.wait(Duration::from_secs(3)).unwrap();
    let before = Instant::now();
    listener.serving.finish(result_page(), Duration::from_millis(400));
    let waited = before.elapsed();
    assert!(waited >= Duration::from_millis(400) && waited < Duration::from_secs(2), "{waited:?}");
    assert_eq!(held.join().unwrap().status(), 303);
}

/// A listener whose browser is bound, and the path of its link.
fn bound() -> (Listener, String) {
    let authorize = "https://provider.example/authorize?state=right";
    let listener = listen_on("127.0.0.1", Some(authorize.parse().unwrap()));
    let link = listener.serving.start_link().unwrap();
    assert_eq!(link.port(), Some(listener.port));
    assert_eq!(link.path().len(), "/start/".len() + 43);
    let path = link.path().to_owned();
    (listener, path)
}

#[test]
fn the_start_link_works_once_and_leads_to_the_provider_with_a_cookie() {
    let (listener, link) = bound();
    let prefetch = listener.request("GET", &link, "Sec-Purpose: prefetch\r\n");
    assert_eq!((prefetch.status(), prefetch.header("set-cookie")), (204, None));
    assert_eq!(listener.get(&link[..link.len() - 1]).status(), 404);
    let first = listener.get(&link);
    assert_eq!(first.status(), 303);
    let location = first.header("location");
    assert_eq!(location.as_deref(), Some("https://provider.example/authorize?state=right"));
    let cookie = first.header("set-cookie").unwrap();
    assert!(cookie.contains("; HttpOnly; SameSite=Lax; Path=/callback/zaehlerfreunde"), "{cookie}");
    let second = listener.get(&link);
    assert_eq!((second.status(), second.header("location")), (410, None));
    assert_eq!(second.header("set-cookie"), None);
}

#[test]
fn once_the_link_was_used_only_that_browser_can_bring_the_callback() {
    let (listener, link) = bound();
    let cookie = listener.get(&link).header("set-cookie").unwrap();
    let (cookie, _) = cookie.split_once(';').unwrap();
    for wrong in ["", "Cookie: partnerlink=x\r\n", &format!("Cookie: {cookie}x\r\n")] {
        let reply = listener.request("GET", &format!("{PATH}?{GOOD}"), wrong);
        assert_eq!(reply.status(), 403);
        assert!(reply.body().contains("Fenster") && reply.body().contains("paste the address"));
    }
    assert!(listener.asked().is_empty());
    let held = listener.callback(&format!("Cookie: a=b; {cookie}\r\n"));
    assert!(listener.serving.wait(Duration::from_secs(3)).is_some());
    listener.serving.finish(result_page(), Duration::ZERO);
    assert_eq!(held.join().unwrap().status(), 303);
}

#[test]
fn while_the_link_is_unused_the_printed_address_works_in_any_browser() {
    bound().0.completes();
}
