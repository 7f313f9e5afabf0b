//! The query at the redirect URI, and what a person pastes in its place.

use partnerlink::oauth::callback::{Expected, Verdict, judge};
use partnerlink::oauth::pasted;
use url::form_urlencoded;

const STATE: &str = "the-right-state";

pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let here = "http://127.0.0.1:17861/callback/x".parse().unwrap();
    for query in pasted::queries(&text, &here) {
        judged(query.expose());
    }
    judged(&text);
}

fn judged(query: &str) {
    let values = |name: &str| -> Vec<String> {
        let pairs = form_urlencoded::parse(query.as_bytes());
        pairs.filter(|(key, _)| key == name).map(|(_, value)| value.into_owned()).collect()
    };
    let issuers = vec!["https://a.example/".to_owned()];
    for (issuers, issuer_required) in [(issuers, true), (Vec::new(), false)] {
        let expected = Expected {
            state: STATE.into(),
            issuers,
            issuer_required,
            denied_without_error: issuer_required,
        };
        let verdict = judge(query, &expected);
        let codes = values("code");
        super::keeps_secret(&verdict, query.as_bytes(), codes.iter().map(String::as_str));
        let told = match &verdict {
            Verdict::Granted(code) => {
                assert_eq!(codes, [code.expose().as_str()]);
                assert!(values("error").is_empty() && values("access_token").is_empty());
                assert!(!issuer_required || values("iss") == expected.issuers);
                String::new()
            }
            Verdict::Refused(error) => error.to_string(),
            Verdict::WrongIssuer(fault) => fault.to_string(),
            Verdict::Denied => String::new(),
            Verdict::NotOurs(_) => continue,
        };
        assert_eq!(values("state"), [STATE]);
        assert!(!told.contains(char::is_control), "{told:?}");
        super::keeps_secret(&told, query.as_bytes(), codes.iter().map(String::as_str));
    }
}
