//! The sandbox as a server: over real connections, over one state file, stopped, misused.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use partnerlink::sandbox::{approve, provider_overrides};

use super::*;

fn over(state_file: &Path) -> Sandbox {
    sandbox_with(|options| options.state_file = Some(state_file.to_owned()))
}

/// Signs in at one sandbox and exchanges the code at another.
fn sign_in(asked: &Sandbox, exchanged: &Sandbox) -> String {
    refresh_token(&redeem(exchanged, &code(asked), VERIFIER))
}

#[test]
fn two_sandboxes_over_one_state_file_are_one_provider() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let (one, two) = (over(&path), over(&path));
    let first = sign_in(&one, &two);
    let second = refresh_token(&refresh(&one, &first));
    assert_eq!(refresh(&two, &first), (403, invalid_grant()));
    assert_eq!(refresh(&one, &second), (403, invalid_grant()));
    assert_eq!(counts(&one)["reuse_detected"], 1);
    assert_eq!(counts(&one), counts(&two));
    drop((one, two));
    assert_eq!(counts(&over(&path))["refresh_token"], 3);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains(&first) && !text.contains("sandbox-refresh"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn of_many_who_spend_the_same_token_exactly_one_wins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let sandboxes = [over(&path), over(&path)];
    let token = sign_in(&sandboxes[0], &sandboxes[1]);
    let won = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for i in 0..20 {
            let (sandbox, token, won) = (&sandboxes[i % 2], &token, &won);
            scope.spawn(move || {
                if refresh(sandbox, token).0 == 200 {
                    assert!(!won.swap(true, Ordering::SeqCst), "two winners");
                }
            });
        }
    });
    let counts = counts(&sandboxes[0]);
    assert_eq!((&counts["refreshed"], &counts["refresh_token"]), (&json!(1), &json!(20)));
    assert_eq!(counts["reuse_detected"], 1);
}

#[test]
fn a_damaged_state_file_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let token = sign_in(&over(&path), &over(&path));
    for damage in ["", "{", "[]", "\0"] {
        std::fs::write(&path, damage).unwrap();
        assert_eq!(refresh(&over(&path), &token), (403, invalid_grant()));
    }
}

#[test]
fn nonsense_is_answered_and_large_bodies_are_refused() {
    let sandbox = sandbox();
    let status =
        |method, target: &str, body: &str| send(&sandbox, method, target, &[FORM], body).status;
    assert_eq!(status("GET", "/", ""), 200);
    assert_eq!(status("GET", "/%ff?%ff=%&&=&a", ""), 404);
    assert_eq!(status("GET", "http://[/", ""), 400);
    assert_eq!(status("BREW", "/sandbox/counts", ""), 405);
    assert_eq!(status("GET", "/timberdata/api/inventory", ""), 404);
    assert_eq!(status("POST", "/zaehlerfreunde/oauth/token", "%%%"), 400);
    assert_eq!(status("POST", "/zaehlerfreunde/consent", "\u{0}"), 400);
    assert_eq!(status("GET", &format!("/{}", "a".repeat(20_000)), ""), 414);
    assert_eq!(status("POST", "/", &"a".repeat(600_000)), 413);
    assert_eq!(status("GET", "/", ""), 200);
}

#[test]
fn a_stopped_sandbox_is_gone_also_while_it_is_slow() {
    let sandbox = faulty(Fault::Slow);
    let host = sandbox.base_url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&host).unwrap();
    let request = "POST /timberdata/oauth/v1/token HTTP/1.1\r\nContent-Length: 3\r\n\r\na=b";
    stream.write_all(request.as_bytes()).unwrap();
    let begun = std::time::Instant::now();
    drop(sandbox);
    assert!(begun.elapsed() < Duration::from_secs(1));
    assert!((0..20).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        TcpStream::connect(&host).is_err()
    }));
}

#[test]
fn a_taken_port_is_an_error() {
    let sandbox = start(Options::default()).unwrap();
    let port = Url::parse(sandbox.base_url()).unwrap().port().unwrap();
    let error = start(Options { port, ..Options::default() }).err().unwrap();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[test]
fn the_scripted_browser_consents_and_follows_the_way_back() {
    let sandbox = start(Options::default()).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let back = format!("http://{}/callback/timberdata", listener.local_addr().unwrap());
    let query = [
        ("response_type", "code"),
        ("client_id", "sandbox-partner"),
        ("redirect_uri", &back),
        ("state", "s"),
    ];
    let url = format!("{}/timberdata/auth?{}", sandbox.base_url(), form(&query));
    std::thread::scope(|scope| {
        let client = scope.spawn(|| {
            let answers = [
                "HTTP/1.1 303 See Other\r\nLocation: /done\r\nSet-Cookie: seen=1; Path=/\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            ];
            answers.map(|answer| {
                let (mut stream, _) = listener.accept().unwrap();
                let mut head = [0; 2048];
                let read = stream.read(&mut head).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
                String::from_utf8_lossy(&head[..read]).into_owned()
            })
        });
        approve(&url).unwrap();
        let [callback, done] = client.join().unwrap();
        assert!(callback.starts_with("GET /callback/timberdata?code=sandbox-code."), "{callback}");
        assert!(done.starts_with("GET /done ") && done.contains("Cookie: seen=1\r\n"), "{done}");
    });
}

#[test]
fn the_overrides_name_every_endpoint() {
    let text = provider_overrides("http://127.0.0.1:7");
    assert!(text.contains("[provider.timberdata]\nclient_id = \"sandbox-partner\"\n"), "{text}");
    assert!(text.contains("issuers = [\"https://sandbox.invalid/zaehlerfreunde/\"]\n"), "{text}");
    assert_eq!(text.matches("http://127.0.0.1:7/").count(), 9, "{text}");
}
