//! The letter to a provider: what has to be registered before anybody can sign in, and what has to
//! be known afterwards. Everything in it follows from the description.

use std::fmt::Write as _;

use clap::ValueEnum;
use url::Url;

use crate::oauth::is_loopback;
use crate::provider::{Provider, RefreshSupport};

/// The overlap that is asked for, in seconds: a run that lost the answer to a refresh has this long
/// to send the former token once more.
const OVERLAP: u32 = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// German
    De,
    /// English
    En,
}

/// One letter, ready to be sent.
pub struct Letter {
    pub language: Language,
    pub subject: String,
    pub body: String,
}

/// The address that a description names; `None` where it only says whom to ask.
pub fn address(provider: &Provider) -> Option<&str> {
    let text = provider.support.as_deref()?;
    let (user, host) = text.split_once('@')?;
    let plain =
        !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;?&".contains(c));
    (plain && !user.is_empty() && host.contains('.') && !host.contains('@')).then_some(text)
}

impl Letter {
    pub fn write(provider: &Provider, language: Language, company: Option<&str>) -> Self {
        let words = words(language);
        let company = company.unwrap_or(words.company);
        let title = &provider.title;
        let mut body = words.opening.replace("{company}", company).replace("{title}", title);

        let mut list = |heading: &str, mark: &str, items: &[String]| {
            if !items.is_empty() {
                let _ = write!(body, "\n\n{heading}\n");
                items.iter().for_each(|item| {
                    let _ = write!(body, "\n{mark} {item}");
                });
            }
        };
        let uris: Vec<String> = provider.redirect_uris.iter().map(Url::to_string).collect();
        list(words.uris, " ", &uris);
        list(words.scopes, " ", &scopes(provider, language));
        list(words.please, "-", &questions(provider, language));

        let on_this_machine = provider.redirect_uris.iter().any(is_loopback);
        if on_this_machine {
            let _ = write!(body, "\n\n{}", words.loopback);
        }
        let _ = write!(body, "\n\n{}\n{company}\n", words.closing);
        let subject = words.subject.replace("{company}", company);
        Self { language, subject, body }
    }

    /// The letter as a `mailto:` address (RFC 6068 §2): everything percent-encoded that could end it,
    /// line breaks as CR LF (§5).
    pub fn mailto(&self, to: &str) -> String {
        let body = self.body.replace('\n', "\r\n");
        format!("mailto:{to}?subject={}&body={}", encoded(&self.subject), encoded(&body))
    }

    pub fn code(&self) -> &'static str {
        match self.language {
            Language::De => "de",
            Language::En => "en",
        }
    }
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        // `unreserved` and those of `some-delims` that no mail program misreads; `+` is not among them.
        if byte.is_ascii_alphanumeric() || b"-._~!$'()*,;:@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn scopes(provider: &Provider, language: Language) -> Vec<String> {
    let german = &provider.letter.scopes_de;
    let meaning = |scope: &str, english: &str| match german.get(scope) {
        Some(german) if language == Language::De => german.clone(),
        _ => english.to_owned(),
    };
    let all = provider.scopes.iter();
    all.map(|(scope, english)| format!("{scope}: {}", meaning(scope, english))).collect()
}

/// What is asked back. Each question follows from a field.
fn questions(provider: &Provider, language: Language) -> Vec<String> {
    let mut asked = Vec::new();
    let mut ask = |german: String, english: String| {
        asked.push(if language == Language::De { german } else { english });
    };
    match (provider.needs_secret(), provider.pkce) {
        (true, _) => {
            ask("die Client-ID".into(), "the client ID".into());
            ask(
                "das Client-Secret auf sicherem Weg (Einmal-Link, Telefon), bitte nicht per Mail"
                    .into(),
                "the client secret by a safe way (one-time link, call), please not by mail".into(),
            );
        }
        (false, pkce) => {
            let with = |text: &str| if pkce { text.to_owned() } else { String::new() };
            ask(
                format!(
                    "die Client-ID eines öffentlichen (nativen) Clients{}, ohne Secret",
                    with(" mit PKCE (S256)")
                ),
                format!(
                    "the client ID of a public (native) client{}, without a secret",
                    with(" with PKCE (S256)")
                ),
            );
        }
    }
    if provider.needs_secret() || !provider.pkce {
        ask("ob PKCE (S256) unterstützt wird".into(), "whether PKCE (S256) is supported".into());
    }
    if provider.refresh == RefreshSupport::Rotating {
        if let Some(scope) = &provider.refresh_scope {
            let api = provider.audience.as_deref().unwrap_or(&provider.title);
            ask(
                format!("ob {scope} für {api} erlaubt ist"),
                format!("whether {scope} is allowed for {api}"),
            );
        }
        ask(
            format!(
                "ob Refresh Tokens rotieren; falls ja, bitte mit mindestens {OVERLAP} s Überlappung"
            ),
            format!(
                "whether refresh tokens rotate; if so, with an overlap of at least {OVERLAP} s please"
            ),
        );
        ask(
            "die Lebensdauer der Refresh Tokens: absolut, und ohne Nutzung".into(),
            "the lifetime of refresh tokens: absolute, and idle".into(),
        );
    } else {
        let days = provider.access_token_seconds / 86_400;
        ask(
            format!(
                "ob ein Access Token {days} Tage gilt, und ob es ohne neue Anmeldung weitergeht"
            ),
            format!(
                "whether an access token lasts {days} days, and can be renewed without a sign-in"
            ),
        );
    }
    ask(
        "ob eine Bestätigungsseite (Consent) erscheint".into(),
        "whether a consent page is shown".into(),
    );
    let more = match language {
        Language::De => &provider.letter.ask_de,
        Language::En => &provider.letter.ask_en,
    };
    asked.extend(more.iter().cloned());
    asked
}

struct Words {
    subject: &'static str,
    company: &'static str,
    opening: &'static str,
    uris: &'static str,
    loopback: &'static str,
    scopes: &'static str,
    please: &'static str,
    closing: &'static str,
}

fn words(language: Language) -> &'static Words {
    match language {
        Language::De => &Words {
            subject: "Client-ID und Redirect-URIs für {company}",
            company: "[Ihre Firma]",
            opening: "Guten Tag,\n\n{company} möchte mit Zustimmung gemeinsamer Kunden deren Daten bei {title} \
                      abrufen (OAuth 2.0, Authorization Code) und nutzt dafür das Programm partnerlink.",
            uris: "Bitte registrieren Sie genau diese Redirect-URIs:",
            loopback: "127.0.0.1 ist der Rechner, an dem sich jemand anmeldet (RFC 8252); der erste freie \
                       Port wird benutzt.",
            scopes: "Scopes, um die wir Kunden bitten:",
            please: "Bitte teilen Sie uns mit:",
            closing: "Mit freundlichen Grüßen",
        },
        Language::En => &Words {
            subject: "Client ID and redirect URIs for {company}",
            company: "[your company]",
            opening: "Hello,\n\nwith the consent of customers we share, {company} would like to read their data \
                      at {title} (OAuth 2.0, authorization code), using the program partnerlink.",
            uris: "Please register exactly these redirect URIs:",
            loopback: "127.0.0.1 is the computer on which somebody signs in (RFC 8252); the first free port \
                       is used.",
            scopes: "Scopes that we ask customers for:",
            please: "Please tell us:",
            closing: "Kind regards",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::registry::Registry;

    #[test]
    fn built_in_letters_fit_into_a_link() {
        for name in ["zaehlerfreunde", "timberdata"] {
            let provider = Registry::default().get(name).unwrap();
            for language in [Language::De, Language::En] {
                let letter = Letter::write(&provider, language, Some("Stadtwerke Muster GmbH"));
                let link = letter.mailto(address(&provider).unwrap_or_default());
                assert!(link.len() <= super::super::register::MAX_LINK, "{name}: {}", link.len());
            }
        }
    }

    #[test]
    fn only_an_address_is_an_address() {
        let mut provider = Registry::default().get("timberdata").unwrap();
        assert_eq!(address(&provider), None);
        for (text, is_one) in [
            ("help@p.example", true),
            ("help@p.example, other@p.example", false),
            ("help@p.example?bcc=x@evil.example", false),
            ("@p.example", false),
            ("help@p", false),
            ("a@b@c.example", false),
        ] {
            provider.support = Some(text.into());
            assert_eq!(address(&provider).is_some(), is_one, "{text}");
        }
    }

    #[test]
    fn rfc_6068_everything_that_could_end_a_link_is_encoded() {
        assert_eq!(encoded("a b&c=d?#\r\n+%\"/ü"), "a%20b%26c%3Dd%3F%23%0D%0A%2B%25%22%2F%C3%BC");
    }
}
