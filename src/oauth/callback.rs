//! Judging what arrives at the redirect URI (RFC 6749 §4.1.2, RFC 9207).

use percent_encoding::percent_decode_str;
use subtle::ConstantTimeEq as _;
use url::form_urlencoded;

use super::error::{OAuthError, decoded, harmless};
use crate::secret::Secret;

/// Parameters that mean something here and so must not be repeated (RFC 6749 §3.1).
const KNOWN: [&str; 5] = ["code", "state", "error", "error_description", "iss"];

/// What the one right callback must look like.
#[derive(Clone, Debug)]
pub struct Expected {
    pub state: Secret,
    /// Issuers that the provider may name in `iss`; compared character by character.
    pub issuers: Vec<String>,
    /// Whether the provider is known to send `iss` always.
    pub issuer_required: bool,
    /// Whether a callback with neither code nor error means that the person said no.
    pub denied_without_error: bool,
}

/// What a query at the redirect URI means.
#[derive(Debug)]
pub enum Verdict {
    /// The person agreed: the code to exchange.
    Granted(Secret),
    /// The provider said no, with our `state`.
    Refused(OAuthError),
    /// The person came back with our `state`, but with neither code nor error.
    Denied,
    /// A code with our `state`, whose issuer is not known to be the one we asked.
    WrongIssuer(IssuerFault),
    /// Not the callback of this attempt: the waiting goes on. Says why, for the log.
    NotOurs(&'static str),
}

/// What is wrong with the issuer of a callback (RFC 9207 §2.4). Its code is never used.
#[derive(Debug, thiserror::Error)]
pub enum IssuerFault {
    /// A mix-up attack, or a provider that took another name.
    #[error("the answer came from another provider ({0}) than the one that was asked")]
    Another(String),
    /// The provider names itself, and nobody told us what its name is.
    #[error("the answer names the issuer {0:?}, and the provider's description has no `issuers`")]
    NotDescribed(String),
    #[error(
        "the answer does not say which issuer it comes from, although the provider always does"
    )]
    Missing,
}

/// Reads a raw query string. Pure: that a verdict is used only once is the caller's duty.
pub fn judge(query: &str, expected: &Expected) -> Verdict {
    let mut found: [Option<String>; KNOWN.len()] = Default::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name == "access_token" {
            return Verdict::NotOurs("an access token in the address");
        }
        let Some(position) = KNOWN.iter().position(|known| *known == name) else { continue };
        if found[position].replace(value.into_owned()).is_some() {
            return Verdict::NotOurs("a repeated parameter");
        }
    }
    let [code, state, error, description, issuer] = found;
    let description = description.map(|text| match text.contains(char::REPLACEMENT_CHARACTER) {
        true => in_latin_1(query, KNOWN[3]).unwrap_or(text),
        false => text,
    });

    let Some(state) = state else { return Verdict::NotOurs("no state") };
    if !bool::from(state.as_bytes().ct_eq(expected.state.expose().as_bytes())) {
        return Verdict::NotOurs("another state");
    }
    match (code, error, fault(issuer, expected)) {
        (Some(_), Some(_), _) => Verdict::NotOurs("both code and error"),
        // It ends a sign-in and gives nothing, so it needs no name where none is known.
        (None, Some(error), None | Some(IssuerFault::NotDescribed(_))) => {
            Verdict::Refused(OAuthError::new(&error, description.as_deref()))
        }
        (None, Some(_), Some(_)) => Verdict::NotOurs("an error from another issuer"),
        (Some(code), None, _) if !is_vschar(&code) => Verdict::NotOurs("an impossible code"),
        (Some(_), None, Some(fault)) => Verdict::WrongIssuer(fault),
        (Some(code), None, None) => Verdict::Granted(Secret::new(code)),
        (None, None, _) if expected.denied_without_error => Verdict::Denied,
        (None, None, _) => Verdict::NotOurs("neither code nor error"),
    }
}

/// A parameter whose bytes are no UTF-8: old servers write Latin-1.
fn in_latin_1(query: &str, name: &str) -> Option<String> {
    let raw = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    let bytes: Vec<u8> = percent_decode_str(&raw.replace('+', " ")).collect();
    Some(decoded(&bytes).into_owned())
}

fn fault(issuer: Option<String>, expected: &Expected) -> Option<IssuerFault> {
    match issuer {
        Some(issuer) if expected.issuers.contains(&issuer) => None,
        Some(issuer) if expected.issuers.is_empty() => {
            Some(IssuerFault::NotDescribed(harmless(&issuer)))
        }
        Some(issuer) => Some(IssuerFault::Another(harmless(&issuer))),
        None => expected.issuer_required.then_some(IssuerFault::Missing),
    }
}

/// `1*VSCHAR` (RFC 6749 appendix A): visible ASCII and blanks. No length limit.
fn is_vschar(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| (0x20..=0x7e).contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected() -> Expected {
        Expected {
            state: "right".into(),
            issuers: vec!["https://a.example/".into(), "https://b.example/".into()],
            issuer_required: false,
            denied_without_error: false,
        }
    }

    fn verdict(query: &str) -> String {
        match judge(query, &expected()) {
            Verdict::Granted(code) => format!("code {}", code.expose()),
            Verdict::Refused(error) => format!("error {error}"),
            Verdict::Denied => "denied".into(),
            Verdict::WrongIssuer(_) => "wrong issuer".into(),
            Verdict::NotOurs(why) => format!("not ours: {why}"),
        }
    }

    #[test]
    fn the_right_callback_gives_its_code() {
        assert_eq!(verdict("code=abc&state=right"), "code abc");
        assert_eq!(verdict("state=right&code=a%2Bb+c&new=1&new=2"), "code a+b c");
        assert_eq!(verdict("code=x&state=right&iss=https%3A%2F%2Fb.example%2F"), "code x");
        assert_eq!(verdict(&format!("code={}&state=right", "c".repeat(70_000))).len(), 70_005);
    }

    #[test]
    fn a_reason_is_read_in_utf_8_and_in_latin_1() {
        for reason in ["h%C3%B6chstens+7", "h%F6chstens+7"] {
            let query = format!("error=access_denied&state=right&error_description={reason}");
            assert_eq!(verdict(&query), "error access_denied: höchstens 7", "{reason}");
        }
    }

    #[test]
    fn anything_without_the_right_state_is_not_ours() {
        for query in [
            "",
            "code=abc",
            "code=abc&state=",
            "code=abc&state=Right",
            "error=access_denied&state=x",
        ] {
            assert!(verdict(query).starts_with("not ours"), "{query}");
        }
    }

    #[test]
    fn ambiguous_or_impossible_callbacks_are_not_ours() {
        for query in [
            "code=a&code=b&state=right",
            "code=a&state=right&state=right",
            "code=a&error=x&state=right",
            "code=&state=right",
            "code=%00&state=right",
            "code=%ff%fe&state=right",
            "code=a%0d%0ab&state=right",
            "code=a&state=right&access_token=x",
            "state=right",
        ] {
            assert!(verdict(query).starts_with("not ours"), "{query}: {}", verdict(query));
        }
    }

    #[test]
    fn the_issuer_is_compared_character_by_character() {
        for issuer in ["https://a.example", "https://A.example/", "https://a.example:443/", "", "x"]
        {
            assert_eq!(verdict(&format!("code=x&state=right&iss={issuer}")), "wrong issuer");
        }
    }

    #[test]
    fn a_provider_known_to_send_its_issuer_must() {
        let strict = Expected { issuer_required: true, ..expected() };
        assert!(matches!(
            judge("code=x&state=right", &strict),
            Verdict::WrongIssuer(IssuerFault::Missing)
        ));
        let named = "code=x&state=right&iss=https://a.example/";
        assert!(matches!(judge(named, &strict), Verdict::Granted(_)));
    }

    #[test]
    fn an_issuer_that_nobody_described_is_named_and_is_no_attack() {
        let unknown = Expected { issuers: Vec::new(), ..expected() };
        let named = "state=right&iss=https://a.example/";
        match judge(&format!("code=x&{named}"), &unknown) {
            Verdict::WrongIssuer(fault @ IssuerFault::NotDescribed(_)) => {
                assert!(fault.to_string().contains("https://a.example/"), "{fault}");
            }
            other => panic!("{other:?}"),
        }
        let refused = judge(&format!("error=access_denied&{named}"), &unknown);
        assert!(matches!(refused, Verdict::Refused(_)));
        match judge("code=x&state=right&iss=https://c.example/", &expected()) {
            Verdict::WrongIssuer(IssuerFault::Another(issuer)) => {
                assert_eq!(issuer, "https://c.example/");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_error_from_another_issuer_is_ignored() {
        assert_eq!(verdict("error=access_denied&state=right"), "error access_denied");
        assert!(
            verdict("error=access_denied&state=right&iss=https://evil.example/")
                .starts_with("not ours")
        );
    }

    #[test]
    fn a_return_without_code_and_error_is_a_denial_where_the_provider_does_that() {
        let timberdata = Expected { denied_without_error: true, ..expected() };
        assert!(matches!(judge("state=right", &timberdata), Verdict::Denied));
        assert!(matches!(judge("state=wrong", &timberdata), Verdict::NotOurs(_)));
    }
}
