//! What the server of the shared store answers, and what it says is wrong.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::http::Call;
use crate::secret::Secret;
use crate::store::StoreError;

/// Of what a server says is wrong so many lines are told, and so much of each, in characters.
const MOST_LINES: usize = 5;
const LONGEST_LINE: usize = 300;
/// What is looked for in its words, in bytes: what is shorter is no secret.
const SHORTEST_SECRET: usize = 16;
/// The members of what is sent that are secret: of a sign-in, a record, a client secret.
const SECRETS: [&str; 6] =
    ["secret_id", "jwt", "access_token", "refresh_token", "dpop_key", "secret"];

/// An answer, whatever its status.
pub(super) struct Reply {
    pub status: u16,
    pub body: Secret<Vec<u8>>,
}

impl Reply {
    /// The `data` of an answer; `None` where there is none.
    pub fn data<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, StoreError> {
        #[derive(Deserialize)]
        struct Envelope<T> {
            data: Option<T>,
        }

        if self.body.expose().is_empty() {
            return Ok(None);
        }
        let envelope: Envelope<T> = self.json(path)?;
        Ok(envelope.data)
    }

    pub fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, StoreError> {
        // serde_json's own message may quote a token: only the place is told.
        serde_json::from_slice(self.body.expose()).map_err(|error| StoreError::Damaged {
            name: format!("the answer of {path}"),
            why: format!("its JSON breaks at column {}", error.column()),
        })
    }

    /// Whether it is the store that answers, and not one that is sealed, has no leader or is busy.
    pub fn says_something(&self) -> bool {
        match self.status {
            200..=299 | 403 | 404 => true,
            400 => !self.errors().contains("Waiting for the primary") && !self.wants_tls(),
            _ => false,
        }
    }

    /// Whether plain HTTP came to a port for TLS: so Go's servers answer, and nginx.
    fn wants_tls(&self) -> bool {
        let text = String::from_utf8_lossy(self.body.expose());
        self.status == 400 && text.contains("HTTP request") && text.contains("HTTPS")
    }

    /// That the store did not answer, and only something in its place.
    pub fn failure(&self) -> StoreError {
        match self.wants_tls() {
            true => StoreError::Misconfigured {
                why: "what answers there speaks TLS alone".into(),
                hint: "its address in [vault] must begin with https://".into(),
            },
            false => StoreError::Unavailable(self.meaning()),
        }
    }

    /// Why a server did not do what it was asked for, though it answered.
    pub fn meaning(&self) -> String {
        let said = self.errors();
        match self.status {
            503 if said.contains("sealed") => "it is sealed".into(),
            307 => "this server does not lead, and hands nothing on".into(),
            status if said.is_empty() => format!("it answered {status}"),
            status => format!("it answered {status}: {said}"),
        }
    }

    /// What the server says is wrong. What repeats a secret was taken out of it.
    pub fn errors(&self) -> String {
        self.error_list().map(|errors| errors.join("; ")).unwrap_or_default()
    }

    /// Whether it is a 404 because nothing is there. At a path that the engine does not know there
    /// are warnings in the place of errors: so Vault answers where only OpenBao has a list.
    pub fn is_nothing(&self) -> bool {
        self.status == 404 && self.error_list().is_some_and(|errors| errors.is_empty())
    }

    fn error_list(&self) -> Option<Vec<String>> {
        #[derive(Deserialize)]
        struct Errors {
            errors: Vec<String>,
        }

        let errors = serde_json::from_slice(self.body.expose()).ok();
        // Some are lists of their own, of one line each.
        let flat = |error: &String| {
            let line = error.split_whitespace().collect::<Vec<_>>().join(" ");
            let line = line.strip_prefix("1 error occurred: * ").unwrap_or(&line);
            line.chars().take(LONGEST_LINE).collect()
        };
        errors.map(|Errors { errors }| errors.iter().take(MOST_LINES).map(flat).collect())
    }

    /// The answer without what a server says is wrong, if that repeats something secret of what was
    /// asked: its words are shown.
    pub fn without_what_was_sent(self, call: &Call, token: Option<&Secret>) -> Self {
        let text = String::from_utf8_lossy(self.body.expose());
        let repeats = |sent: &str| sent.len() >= SHORTEST_SECRET && text.contains(sent);
        let body = call.body.as_ref().and_then(|body| serde_json::from_slice(body.expose()).ok());
        let repeats_secrets = token.is_some_and(|token| repeats(token.expose()))
            || body.is_some_and(|body: Value| secrets(&body).any(repeats));
        match repeats_secrets {
            true => {
                let said = br#"{"errors":["its words repeat what was sent, and are not shown"]}"#;
                Self { body: Secret::new(said.to_vec()), ..self }
            }
            false => self,
        }
    }
}

/// Every secret in a value.
fn secrets(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        Value::Array(values) => Box::new(values.iter().flat_map(secrets)),
        Value::Object(members) => Box::new(members.iter().flat_map(|(name, value)| {
            let own = value.as_str().filter(|_| SECRETS.contains(&&**name));
            own.into_iter().chain(secrets(value))
        })),
        _ => Box::new(std::iter::empty()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::http::Urgency;
    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply { status, body: Secret::new(body.as_bytes().to_vec()) }
    }

    const SEALED: &str = r#"{"errors":["Vault is sealed"]}"#;
    const WAITS: &str = r#"{"errors":["1 error occurred:\n\t* Waiting for the primary\n\n"]}"#;
    const NO_HTTPS: &str = "Client sent an HTTP request to an HTTPS server.";

    #[test]
    fn an_answer_counts_unless_its_server_cannot_know() {
        for (status, body, expected) in [
            (200, "", true),
            (299, "", true),
            (403, "", true),
            (404, "", true),
            (400, SEALED, true),
            (400, WAITS, false),
            (400, NO_HTTPS, false),
            (199, "", false),
            (307, "", false),
            (429, "", false),
            (503, SEALED, false),
        ] {
            assert_eq!(reply(status, body).says_something(), expected, "{status} {body}");
        }
    }

    #[test]
    fn why_a_server_did_nothing_is_said() {
        for (status, body, expected) in [
            (503, SEALED, "it is sealed"),
            (503, "", "it answered 503"),
            (307, SEALED, "this server does not lead, and hands nothing on"),
            (500, "[]", "it answered 500"),
            (500, SEALED, "it answered 500: Vault is sealed"),
            (500, WAITS, "it answered 500: Waiting for the primary"),
        ] {
            assert_eq!(reply(status, body).meaning(), expected, "{status} {body}");
        }
        let two = reply(400, r#"{"errors":["one\n\tmore","two"]}"#);
        assert_eq!(two.errors(), "one more; two");
    }

    /// They go to a terminal, and to whoever helps.
    #[test]
    fn the_words_of_a_server_are_short_and_repeat_nothing_secret() {
        let long = format!(r#"{{"errors":["{}","","","","","six"]}}"#, "a ".repeat(5000));
        let told = reply(400, &long).errors();
        assert!(told.len() < 400 && !told.contains("six"), "{told}");
        let body =
            br#"{"role":"a-role-of-ours-it-is","data":[{"refresh_token":"0123456789abcdef"}]}"#;
        let body = Some(Secret::new(body.to_vec()));
        let call = Call {
            method: "POST",
            path: "x",
            body,
            patience: Duration::ZERO,
            urgency: Urgency::Usual,
        };
        let token = Secret::from("s.0123456789-token");
        for (said, is_shown) in [
            ("permission denied", true),
            ("you sent s.0123456789-token", false),
            ("you sent 0123456789abcdef.", false),
            ("no role a-role-of-ours-it-is", true),
        ] {
            let said = format!(r#"{{"errors":["{said}"]}}"#);
            let errors = reply(403, &said).without_what_was_sent(&call, Some(&token)).errors();
            assert_eq!(said.contains(&errors), is_shown, "{errors}");
        }
    }

    #[test]
    fn nothing_is_there_where_no_error_and_no_warning_is() {
        for (status, body, expected) in [
            (404, r#"{"errors":[]}"#, true),
            (404, SEALED, false),
            (404, r#"{"data":null,"warnings":["Invalid path"]}"#, false),
            (404, "", false),
            (200, r#"{"errors":[]}"#, false),
        ] {
            assert_eq!(reply(status, body).is_nothing(), expected, "{status} {body}");
        }
    }

    #[test]
    fn data_is_read_from_its_envelope() {
        let data = |body| reply(200, body).data::<u8>("x");
        assert_eq!(data("").unwrap(), None);
        assert_eq!(data(r#"{"data":null}"#).unwrap(), None);
        assert_eq!(data(r#"{"data":5}"#).unwrap(), Some(5));
        assert!(matches!(data("{"), Err(StoreError::Damaged { .. })));
    }
}
