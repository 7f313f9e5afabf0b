//! The letter to a provider: what has to be registered before anybody can sign in, and what has to
//! be known afterwards. `letter.*.txt` are its texts; what they name follows from the description.

use url::Url;

use crate::language::Language;
use crate::oauth::is_loopback;
use crate::provider::{Provider, RefreshSupport};
use crate::text::{printable, printable_lines};

/// The overlap that is asked for, in seconds: a run that lost the answer to a refresh has this long
/// to send the former token once more.
const OVERLAP: u32 = 60;

/// One letter, ready to be sent.
pub struct Letter {
    pub language: Language,
    /// The lines above the body: to whom, and the subject.
    head: String,
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
        let own = &provider.letter;
        let (template, nobody, questions) = match language {
            Language::De => (include_str!("letter.de.txt"), "[Ihre Firma]", &own.ask_de),
            Language::En => (include_str!("letter.en.txt"), "[your company]", &own.ask_en),
        };
        let scope = |(scope, english): (&String, &String)| {
            let german = own.scopes_de.get(scope).filter(|_| language == Language::De);
            format!("{scope}: {}", german.unwrap_or(english))
        };
        let when = |holds: bool| Vec::from_iter(holds.then(String::new));
        let is_loopback = provider.redirect_uris.iter().any(is_loopback);
        let (secret, pkce) = (provider.needs_secret(), provider.pkce);
        let browser = !provider.needs_nobody();
        let refresh = provider.refresh == RefreshSupport::Rotating;
        let refresh_scope = provider.refresh_scope.clone().filter(|_| refresh);
        let api = provider.audience.as_ref().unwrap_or(&provider.title);
        let values = [
            ("{if no address}", when(address(provider).is_none())),
            ("{if scopes}", when(!provider.scopes.is_empty())),
            ("{if secret}", when(secret)),
            ("{if public, pkce}", when(!secret && pkce)),
            ("{if public, no pkce}", when(!secret && !pkce)),
            ("{if pkce unknown}", when(browser && (secret || !pkce))),
            ("{if browser}", when(browser)),
            ("{if refresh}", when(refresh)),
            ("{if no refresh}", when(!refresh && browser)),
            ("{if loopback}", when(is_loopback)),
            ("{to}", address(provider).map(str::to_owned).into_iter().collect()),
            ("{title}", vec![printable(&provider.title)]),
            ("{company}", vec![printable(company.unwrap_or(nobody))]),
            ("{redirect_uri}", provider.redirect_uris.iter().map(Url::to_string).collect()),
            ("{scope}", provider.scopes.iter().map(scope).collect()),
            ("{refresh_scope}", refresh_scope.into_iter().collect()),
            ("{api}", vec![api.clone()]),
            ("{overlap}", vec![OVERLAP.to_string()]),
            ("{days}", vec![(provider.access_token_seconds / 86_400).to_string()]),
            ("{question}", questions.clone()),
        ];
        let (head, body) = template.split_once("\n\n").unwrap_or_default();
        Self { language, head: filled(head, &values), body: filled(body, &values) }
    }

    pub fn subject(&self) -> &str {
        let line = self.head.lines().last().unwrap_or_default();
        line.split_once(": ").map_or(line, |(_, subject)| subject)
    }

    /// As it stands on paper.
    pub fn text(&self) -> String {
        printable_lines(&format!("{}\n{}", self.head, self.body))
    }
}

/// Letters as one `mailto:` address (RFC 6068 §2): everything percent-encoded that could end it, line
/// breaks as CR LF (§5).
pub fn mailto(to: &str, letters: &[Letter]) -> String {
    let subject = letters.first().map(Letter::subject).unwrap_or_default();
    let bodies: Vec<&str> = letters.iter().map(|letter| letter.body.as_str()).collect();
    let body = bodies.join("\n-- \n\n").replace('\n', "\r\n");
    format!("mailto:{to}?subject={}&body={}", encoded(subject), encoded(&body))
}

/// The template with every line once for each value of the names in it. A line whose name has no
/// value is not there: so a condition is a name with one empty value, or with none.
fn filled(template: &str, values: &[(&str, Vec<String>)]) -> String {
    let mut text = String::new();
    for line in template.lines() {
        let mut lines = vec![line.to_owned()];
        for (name, values) in values.iter().filter(|(name, _)| line.contains(name)) {
            let with = |value: &String| -> Vec<String> {
                lines.iter().map(|line| line.replace(name, value)).collect()
            };
            lines = values.iter().flat_map(with).collect();
        }
        lines.iter().for_each(|line| text += &format!("{line}\n"));
    }
    text
}

/// Leaves what is `unreserved` and those of `some-delims` that no mail program misreads; `+` is not
/// among them.
fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$'()*,;:@".contains(&byte);
    text.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).into() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::registry::Registry;

    #[test]
    fn built_in_letters_fit_into_a_link() {
        for name in Registry::default().names() {
            let name = name.as_str();
            let provider = Registry::default().get(name).unwrap();
            for language in [Language::De, Language::En] {
                let letter = Letter::write(&provider, language, Some("Stadtwerke Muster GmbH"));
                let link = mailto(address(&provider).unwrap_or_default(), &[letter]);
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
            provider.described.support = Some(text.into());
            assert_eq!(address(&provider).is_some(), is_one, "{text}");
        }
    }

    #[test]
    fn rfc_6068_everything_that_could_end_a_link_is_encoded() {
        assert_eq!(encoded("a b&c=d?#\r\n+%\"/ü"), "a%20b%26c%3Dd%3F%23%0D%0A%2B%25%22%2F%C3%BC");
    }
}
