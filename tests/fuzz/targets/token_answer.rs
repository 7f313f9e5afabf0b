//! What a token endpoint answers.

use std::time::Duration;

use partnerlink::oauth::Answer;
use partnerlink::oauth::token::{self, TokenType};
use partnerlink::secret::Secret;
use serde_json::{Map, Value};

const TOKENS: [&str; 3] = ["access_token", "refresh_token", "id_token"];
const TEN_YEARS: i64 = 3650 * 86_400;

pub fn check(input: &[u8]) {
    // Whatever begins otherwise is no answer of OAuth's, and none of its members is a token.
    let is_json = input.trim_ascii_start().starts_with(b"{");
    let members: Map<String, Value> = serde_json::from_slice(input).unwrap_or_default();
    let known: Vec<&str> = TOKENS.iter().filter_map(|name| members.get(*name)?.as_str()).collect();
    let raw = if is_json { raw_tokens(input) } else { Vec::new() };
    let secrets = || known.iter().copied().chain(raw.iter().map(String::as_str));
    for status in [200, 400, 401, 403, 429, 503] {
        let answer = Answer {
            status,
            retry_after: (status == 429).then_some(Duration::from_secs(1)),
            date: None,
            body: Secret::new(input.to_vec()),
        };
        super::keeps_secret(&answer, input, secrets());
        super::keeps_secret(&token::refresh_token_of(&answer), input, secrets());
        for wanted in [TokenType::Bearer, TokenType::BearerUnsaid, TokenType::Dpop] {
            let read = token::read(&answer, wanted);
            super::keeps_secret(&read, input, secrets());
            match read {
                Ok(tokens) => {
                    assert_eq!(status, 200);
                    let parts = [Some(tokens.access_token), tokens.refresh_token, tokens.id_token];
                    for token in parts.iter().flatten() {
                        let token = token.expose();
                        assert!(!token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic()));
                    }
                    assert!(tokens.expires_in.is_none_or(|it| (-1..=TEN_YEARS).contains(&it)));
                }
                Err(error) => {
                    let told = error.to_string();
                    assert!(!told.contains(char::is_control), "{told:?}");
                    super::keeps_secret(&told, input, secrets());
                }
            }
        }
    }
}

/// What stands behind the name of a token, in whatever is left of an answer.
fn raw_tokens(input: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(input);
    let behind = |name: &str| {
        let name = format!("\n\"{name}\": \"");
        let value = |part: &str| part.split('"').next().unwrap_or_default().to_owned();
        text.split(&name).skip(1).map(value).collect::<Vec<_>>()
    };
    TOKENS.iter().flat_map(|name| behind(name)).collect()
}
