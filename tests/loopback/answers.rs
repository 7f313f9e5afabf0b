//! What is refused, how, and that the waiting goes on afterwards.

use partnerlink::loopback::IgnoredCallback;

use crate::peer::{GOOD, Listener, OTHER_PATH, PATH, Reply, listen};

/// Every header that has to be on every response, and the two that may never be.
fn assert_headers(reply: &Reply) {
    for (name, value) in [
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("connection", "close"),
        ("cross-origin-opener-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(reply.header(name).as_deref(), Some(value), "{name}: {}", reply.text());
    }
    let policy = reply.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(!reply.text().to_lowercase().contains("access-control-"), "{}", reply.text());
}

/// A refusal: the status, the headers, and no way to anywhere.
fn assert_refused(reply: &Reply, status: u16) {
    assert_eq!(reply.status(), status, "{}", reply.text());
    assert_headers(reply);
    assert_eq!(reply.header("location"), None);
    assert_eq!(reply.header("set-cookie"), None);
}

fn with_host(listener: &Listener, line: &str) -> Reply {
    listener.send(format!("GET {PATH}?{GOOD} HTTP/1.1\r\n{line}\r\n").as_bytes())
}

#[test]
fn a_thousand_guesses_get_a_static_400_and_the_right_one_still_succeeds() {
    let listener = listen();
    let first = listener.get(&format!("{PATH}?code=evil&state=guess"));
    assert_refused(&first, 400);
    for guess in 0..1000 {
        let reply = listener.get(&format!("{PATH}?code=evil&state=guess{guess}"));
        assert_eq!((reply.status(), reply.body()), (400, first.body()));
    }
    assert_eq!(listener.asked().len(), 1001);
    listener.completes();
}

#[test]
fn an_error_without_the_right_state_is_ignored() {
    let listener = listen();
    for query in ["error=access_denied", "error=access_denied&state=wrong", "error=", ""] {
        assert_refused(&listener.get(&format!("{PATH}?{query}")), 400);
    }
    assert_refused(&listener.get(PATH), 400);
    listener.completes();
}

#[test]
fn another_providers_path_is_a_404_that_nobody_judges() {
    let listener = listen();
    let close = [format!("{PATH}/"), format!("/{PATH}"), PATH.to_uppercase(), format!("{PATH};a")];
    for path in close.iter().map(String::as_str).chain([OTHER_PATH]) {
        assert_refused(&listener.get(&format!("{path}?{GOOD}")), 404);
    }
    assert!(listener.asked().is_empty());
    listener.completes();
}

#[test]
fn each_kind_of_ignored_callback_is_told_once_and_what_browsers_fetch_by_themselves_is_none() {
    use IgnoredCallback::{Https, OtherAnswer, OtherPath};
    let listener = listen();
    for target in ["/favicon.ico", "/", "/callback", "/robots.txt?v=1"] {
        assert_refused(&listener.get(target), 404);
    }
    assert_eq!(listener.serving.ignored(), []);
    for _ in 0..2 {
        listener.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
        listener.get(&format!("{PATH}?code=x"));
        assert!(listener.get("/elsewhere?error=x&state=y").body().contains("on this path"));
    }
    assert_eq!(listener.serving.ignored(), [Https, OtherAnswer("no"), OtherPath]);
    assert_eq!(listener.serving.ignored(), []);
    listener.completes();
}

#[test]
fn only_the_redirect_uris_own_host_is_answered() {
    let listener = listen();
    let port = listener.port;
    let own = format!("Host: 127.0.0.1:{port}\r\n");
    for name in ["evil.example", "127.0.0.2", "127.0.0.1.", "0.0.0.0", ""] {
        let reply = with_host(&listener, &format!("Host: {name}:{port}\r\n"));
        assert_refused(&reply, 421);
        assert_eq!(reply.body(), "");
    }
    assert_eq!(listener.serving.ignored(), [], "no callback of a person");
    for name in ["localhost", "[::1]"] {
        let reply = with_host(&listener, &format!("Host: {name}:{port}\r\n"));
        assert_refused(&reply, 421);
        assert!(reply.body().contains("Change the name"), "{}", reply.text());
    }
    assert_eq!(listener.serving.ignored(), [IgnoredCallback::OtherName]);
    assert_refused(&with_host(&listener, "Host: 127.0.0.1\r\n"), 421);
    assert_refused(&with_host(&listener, ""), 400);
    assert_refused(&with_host(&listener, &format!("{own}{own}")), 400);
    assert_refused(&with_host(&listener, &format!("{own}Host: evil.example\r\n")), 400);
    let old = listener.send(format!("GET {PATH}?{GOOD} HTTP/1.0\r\n\r\n").as_bytes());
    assert_refused(&old, 400);
    assert_refused(&listener.get(&format!("http://evil.example{PATH}?{GOOD}")), 421);
    assert!(listener.asked().is_empty());
    listener.completes();
}

#[test]
fn a_request_line_with_our_own_name_in_it_is_served() {
    let listener = listen();
    let target = format!("http://127.0.0.1:{}{PATH}?state=wrong", listener.port);
    assert_refused(&listener.get(&target), 400);
    assert_eq!(listener.asked(), ["state=wrong"]);
    listener.completes();
}

#[test]
fn other_methods_get_405_and_are_not_consumed() {
    let listener = listen();
    let target = format!("{PATH}?{GOOD}");
    for method in ["HEAD", "POST", "PUT", "OPTIONS", "DELETE", "PATCH", "TRACE", "get", "BREW"] {
        let reply = listener.request(method, &target, "Content-Length: 0\r\n");
        assert_refused(&reply, 405);
        assert_eq!(reply.header("allow").as_deref(), Some("GET"));
        assert_eq!(reply.body().contains("form_post"), method == "POST");
    }
    assert_eq!(listener.serving.ignored(), [IgnoredCallback::Post]);
    let preflight = "Origin: https://evil.example\r\nAccess-Control-Request-Method: GET\r\n\
                     Access-Control-Request-Private-Network: true\r\n\
                     Access-Control-Request-Local-Network: true\r\n";
    assert_refused(&listener.request("OPTIONS", &target, preflight), 405);
    assert!(listener.asked().is_empty());
    listener.completes();
}

#[test]
fn a_prefetch_is_answered_without_being_used() {
    let listener = listen();
    for header in [
        "Sec-Purpose: prefetch",
        "Sec-Purpose: prefetch;prerender",
        "Sec-Purpose: prefetch;anonymous-client-ip",
        "Purpose: prefetch",
        "X-Moz: prefetch",
        "X-Purpose: preview",
    ] {
        let reply = listener.request("GET", &format!("{PATH}?{GOOD}"), &format!("{header}\r\n"));
        assert_refused(&reply, 204);
    }
    assert!(listener.asked().is_empty());
    listener.completes();
}

#[test]
fn what_browsers_ask_for_by_themselves_is_not_there() {
    let listener = listen();
    for target in ["/favicon.ico", "/", "/robots.txt", "/.well-known/appspecific/x.json", "/done"] {
        assert_refused(&listener.get(target), 404);
    }
    listener.completes();
}

#[test]
fn nothing_of_a_request_is_ever_reflected() {
    let listener = listen();
    let texts = ["<script>canary</script>", "%3Cimg%20canary%3E", "+ADw-canary+AD4-", "canary"];
    for text in texts {
        let query = format!("error=x&error_description={text}&state={text}");
        let odd = format!("Referer: {text}\r\nX-{text}: {text}\r\nCookie: {text}\r\n");
        for reply in [
            listener.get(&format!("{PATH}?{query}")),
            listener.get(&format!("/{text}?{query}")),
            listener.request("GET", PATH, &odd),
            listener.request(text, PATH, ""),
            with_host(&listener, &format!("Host: {text}\r\n")),
        ] {
            assert!((400..500).contains(&reply.status()), "{}", reply.text());
            assert!(!reply.text().contains("canary"), "{}", reply.text());
            assert_headers(&reply);
        }
    }
    listener.completes();
}

#[test]
fn odd_queries_reach_the_judge_as_they_came_or_not_at_all() {
    let listener = listen();
    let long = format!("code={}&state=x", "a".repeat(7 * 1024));
    let exact = ["code=a&error=b", "code=", "a=%zz", "a=b+c", "%", "=&&=", "a=\u{e4}", "?", &long];
    for query in exact {
        assert_refused(&listener.get(&format!("{PATH}?{query}")), 400);
    }
    assert_eq!(listener.asked(), exact);
    for bytes in [&b"a=\0"[..], b"a=\xff\xfe", b"a=\xc3", b"a=\x7f", b"a=b c", b"a=\x01"] {
        let target = [b"GET ", PATH.as_bytes(), b"?", bytes, b" HTTP/1.1\r\n"].concat();
        let host = format!("Host: 127.0.0.1:{}\r\n\r\n", listener.port);
        let reply = listener.send(&[&target[..], host.as_bytes()].concat());
        assert_eq!(reply.status(), 400, "{bytes:?}");
        assert_headers(&reply);
    }
    let judged = listener.asked();
    assert_eq!(judged.len(), exact.len(), "{:?}", judged.last());
    listener.completes();
}

#[test]
fn no_parameter_ever_becomes_a_location() {
    let listener = listen();
    for name in ["redirect_uri", "next", "url", "iss", "return_to", "state", "error_uri"] {
        for target in ["https://evil.example", "//evil.example", "/%0d%0aLocation:%20//evil"] {
            assert_refused(&listener.get(&format!("{PATH}?{name}={target}")), 400);
            assert_refused(&listener.get(&format!("/done?{name}={target}")), 404);
        }
    }
    listener.completes();
}

#[test]
fn the_headers_are_also_on_what_is_not_http() {
    let listener = listen();
    let long = format!("GET {PATH}?{} HTTP/1.1\r\n\r\n", "a".repeat(9000));
    let many = "a: b\r\n".repeat(65);
    for (bytes, status) in [
        ("rubbish\r\n\r\n", 400),
        ("GET /x HTTP/3.0\r\n\r\n", 400),
        ("GET /x HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (&long, 431),
        (&format!("GET {PATH} HTTP/1.1\r\n{many}\r\n"), 431),
    ] {
        let reply = listener.send(bytes.as_bytes());
        assert_refused(&reply, status);
        assert_eq!(reply.body(), "");
    }
    listener.completes();
}
