//! The sandbox as a server: over real connections, over one state file, stopped, misused.

use super::*;

/// A folder of its own for a test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sandbox-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn over(path: &std::path::Path) -> Sandbox {
    let state_file = Some(path.to_owned());
    let rotation_overlap = Duration::ZERO;
    start(Options { state_file, rotation_overlap, approve: true, ..Options::default() }).unwrap()
}

/// The whole answer to one request, over a real connection.
fn http(sandbox: &Sandbox, method: &str, target: &str, body: &str) -> String {
    let host = sandbox.base_url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: \
         {length}\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{body}"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn body(response: &str) -> Value {
    serde_json::from_str(response.split_once("\r\n\r\n").unwrap().1).unwrap()
}

fn sign_in(asked: &Sandbox, exchanged: &Sandbox) -> String {
    let challenge = seal::s256(VERIFIER);
    let mut query: BTreeMap<&str, &str> = ASK.into();
    query.insert("code_challenge", &challenge);
    let query: Vec<_> = query.into_iter().collect();
    let target = format!("/zaehlerfreunde/authorize?{}", form(&query));
    let response = http(asked, "GET", &target, "");
    let address = response.lines().find_map(|line| line.strip_prefix("Location: ")).unwrap();
    let back: BTreeMap<_, _> = Url::parse(address).unwrap().query_pairs().into_owned().collect();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", "sandbox-client"),
        ("code", &back["code"]),
        ("redirect_uri", ZAEHLERFREUNDE_BACK),
        ("code_verifier", VERIFIER),
    ];
    let answer = body(&http(exchanged, "POST", "/zaehlerfreunde/oauth/token", &form(&pairs)));
    answer["refresh_token"].as_str().unwrap().to_owned()
}

fn refresh_at(sandbox: &Sandbox, token: &str) -> Value {
    let pairs = [
        ("grant_type", "refresh_token"),
        ("client_id", "sandbox-client"),
        ("refresh_token", token),
    ];
    body(&http(sandbox, "POST", "/zaehlerfreunde/oauth/token", &form(&pairs)))
}

#[test]
fn two_sandboxes_over_one_state_file_are_one_provider() {
    let folder = Folder::new("shared");
    let path = folder.0.join("state.json");
    let (one, two) = (over(&path), over(&path));
    let first = sign_in(&one, &two);
    let second = refresh_at(&one, &first)["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(refresh_at(&two, &first), invalid_grant());
    assert_eq!(refresh_at(&one, &second), invalid_grant());
    let counts = |sandbox: &Sandbox| body(&http(sandbox, "GET", "/sandbox/counts", ""));
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
    let folder = Folder::new("race");
    let path = folder.0.join("state.json");
    let sandboxes = [over(&path), over(&path)];
    let token = sign_in(&sandboxes[0], &sandboxes[1]);
    let won = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for i in 0..20 {
            let (sandbox, token, won) = (&sandboxes[i % 2], &token, &won);
            scope.spawn(move || {
                if refresh_at(sandbox, token).get("access_token").is_some() {
                    assert!(!won.swap(true, Ordering::SeqCst), "two winners");
                }
            });
        }
    });
    let counts = body(&http(&sandboxes[0], "GET", "/sandbox/counts", ""));
    assert_eq!((&counts["refreshed"], &counts["refresh_token"]), (&json!(1), &json!(20)));
    assert_eq!(counts["reuse_detected"], 1);
}

#[test]
fn a_damaged_state_file_is_begun_anew() {
    let folder = Folder::new("damaged");
    let path = folder.0.join("state.json");
    let token = sign_in(&over(&path), &over(&path));
    for damage in ["", "{", "[]", "\0"] {
        std::fs::write(&path, damage).unwrap();
        assert_eq!(refresh_at(&over(&path), &token), invalid_grant());
    }
}

#[test]
fn nonsense_is_answered_and_large_bodies_are_refused() {
    let sandbox = start(Options::default()).unwrap();
    let starts = |response: String, status: &str| {
        assert!(response.starts_with(&format!("HTTP/1.1 {status}")), "{response}");
    };
    starts(http(&sandbox, "GET", "/", ""), "200");
    starts(http(&sandbox, "GET", "/%ff?%ff=%&&=&a", ""), "404");
    starts(http(&sandbox, "GET", "http://[/", ""), "400");
    starts(http(&sandbox, "BREW", "/sandbox/counts", ""), "405");
    starts(http(&sandbox, "GET", "/timberdata/api/inventory", ""), "404");
    starts(http(&sandbox, "POST", "/zaehlerfreunde/oauth/token", "%%%"), "400");
    starts(http(&sandbox, "POST", "/zaehlerfreunde/consent", "\u{0}"), "400");
    starts(http(&sandbox, "GET", &format!("/{}", "a".repeat(20_000)), ""), "414");
    starts(http(&sandbox, "POST", "/", &"a".repeat(100_000)), "413");
    starts(http(&sandbox, "GET", "/", ""), "200");
}

#[test]
fn a_stopped_sandbox_is_gone_also_while_it_is_slow() {
    let sandbox = start(Options { faults: vec![Fault::Drip], ..Options::default() }).unwrap();
    let host = sandbox.base_url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&host).unwrap();
    let form = "Content-Type: application/x-www-form-urlencoded";
    write!(
        stream,
        "POST /timberdata/oauth/v1/token HTTP/1.1\r\n{form}\r\nContent-Length: 3\r\n\r\na=b"
    )
    .unwrap();
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
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
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
    assert_eq!(text.matches("http://127.0.0.1:7/").count(), 7, "{text}");
}
