//! Secrets that a test knows, and every dress in which they could leave.

use std::sync::{Arc, Mutex};

use base64::prelude::{
    BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD, Engine as _,
};

/// Shorter texts would be found by chance.
const SHORTEST: usize = 8;

/// Where bytes were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Stream,
    File,
    /// The standard output of a command whose purpose it is to hand out the access token.
    TokenOnPurpose,
}

/// The secrets of one test, shared by the program, the provider and the browser.
#[derive(Clone, Default)]
pub struct Canaries(Arc<Mutex<Vec<Canary>>>);

struct Canary {
    kind: String,
    is_access_token: bool,
    dresses: Vec<String>,
}

impl Canaries {
    /// Registers a secret that must never be seen: a client secret, a refresh token, a code …
    pub fn never(&self, kind: &str, secret: &str) {
        self.add(kind, secret, false);
    }

    /// Registers an access token, which `token get` and `exec` may print.
    pub fn access_token(&self, secret: &str) {
        self.add("access token", secret, true);
    }

    /// Registers what a provider hears and says.
    pub fn hears(&self) -> impl Fn(&str, &str) + Send + Sync + use<> {
        let canaries = self.clone();
        move |kind, secret| canaries.add(kind, secret, kind == "access token")
    }

    fn add(&self, kind: &str, secret: &str, is_access_token: bool) {
        if secret.len() >= SHORTEST {
            let (kind, dresses) = (kind.to_owned(), dresses(secret));
            self.0.lock().unwrap().push(Canary { kind, is_access_token, dresses });
        }
    }

    /// How many secrets are registered.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// Fails the test if one of the secrets is in these bytes. Does not print it.
    pub fn look(&self, place: Place, name: &str, bytes: &[u8]) {
        if let Some(secret) = self.find(place, bytes) {
            panic!("a secret ({secret}) is in {name}");
        }
    }

    fn find(&self, place: Place, bytes: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(bytes);
        self.0.lock().unwrap().iter().find_map(|canary| {
            if canary.is_access_token && place == Place::TokenOnPurpose {
                return None;
            }
            let dress = canary.dresses.iter().position(|dress| text.contains(&**dress))?;
            Some(format!("{}, dress {dress}", canary.kind))
        })
    }
}

/// The secret as it is, percent-encoded, in base64 (at each of the three positions it can have in
/// a longer text), in hexadecimal, as a list of numbers, backwards, and each of its halves.
fn dresses(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let mut texts = vec![secret.to_owned(), secret.chars().rev().collect()];
    texts.push(url::form_urlencoded::byte_serialize(bytes).collect());
    texts.push(bytes.iter().map(|b| format!("%{b:02X}")).collect());
    texts.push(bytes.iter().map(|b| format!("{b:02x}")).collect());
    texts.push(bytes.iter().map(|b| format!("{b}, ")).collect::<String>().trim_end().to_owned());
    texts.push(BASE64_STANDARD.encode(bytes));
    for skipped in 0..3 {
        let whole = (bytes.len() - skipped) / 3 * 3;
        let middle = &bytes[skipped..skipped + whole];
        texts.push(BASE64_STANDARD_NO_PAD.encode(middle));
        texts.push(BASE64_URL_SAFE_NO_PAD.encode(middle));
    }
    let middle = secret.chars().count() / 2;
    let halves: [String; 2] =
        [secret.chars().take(middle).collect(), secret.chars().skip(middle).collect()];
    for half in halves {
        texts.push(half.chars().rev().collect());
        texts.push(half);
    }
    texts.retain(|text| text.len() >= SHORTEST);
    texts
}

#[test]
fn the_search_finds_a_secret_in_every_dress() {
    let secret = "Zx81~canary+2026/secret=&%";
    let canaries = Canaries::default();
    canaries.never("test", secret);
    let finds = |text: String| canaries.find(Place::Stream, text.as_bytes()).is_some();
    for dress in dresses(secret) {
        assert!(finds(format!("before {dress} after")), "{dress}");
    }
    for offset in 0..3 {
        let text = BASE64_STANDARD.encode(format!("{}{secret}tail", "x".repeat(offset)));
        assert!(finds(text), "{offset}");
    }
    assert!(!finds("nothing of the kind".into()));
}
