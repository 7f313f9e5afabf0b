//! The pages a person sees: consent, refusal, index. No script, nothing from outside, every value
//! escaped.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use url::{Host, Url};

use super::answer::Answer;
use super::fault::Fault;
use super::grants::Asked;
use super::provider::{PEOPLE, Provider};
use super::service::Service;
use super::template::Piece::{Html, Text};
use super::template::fill;
use super::texts::{self, Language, Texts};

const STYLE: &str = include_str!("page.css");

/// Why a person sees an error page instead of being sent back.
#[derive(Clone, Copy, Debug)]
pub enum Refusal {
    Client,
    RedirectUri,
    Repeated,
    Answered,
    Form,
}

/// Asks a person whether `asked` may be granted. `request` is the id the form brings back.
pub fn consent(language: Language, asked: &Asked, target: &Url, request: &str) -> Answer {
    let texts = Texts::of(language);
    let people: String = PEOPLE
        .iter()
        .enumerate()
        .map(|(i, person)| {
            let initials: String =
                person.name.split(' ').filter_map(|name| name.chars().next()).collect();
            fill(
                include_str!("person.html"),
                &[
                    ("id", Text(person.id)),
                    ("checked", Html(if i == 0 { " checked" } else { "" })),
                    ("initials", Text(&initials)),
                    ("name", Text(&format!("{}, {}", person.name, person.company))),
                    ("email", Text(person.email)),
                ],
            )
        })
        .collect();
    let main = fill(
        include_str!("consent.html"),
        &[
            ("provider", Text(asked.provider.id())),
            ("request", Text(request)),
            ("mark", Html(mark(Some(asked.provider)))),
            ("name", Text(asked.provider.name())),
            ("heading", Text(&texts.heading.replace("{}", asked.provider.client_id()))),
            ("lead", Text(texts.lead)),
            ("who", Text(texts.who)),
            ("people", Html(&people)),
            ("what", Text(texts.what)),
            ("scopes", Html(&scopes(language, asked))),
            ("allow", Text(texts.allow)),
            ("deny", Text(texts.deny)),
            ("back", Text(texts.back)),
            ("target", Text(&target.origin().ascii_serialization())),
        ],
    );
    page(200, language, Some(asked.provider), asked.provider.name(), &main, Some(target))
        .note("consent page shown")
}

/// Says what is wrong with a request; `value` is the part of it that is.
pub fn refusal(language: Language, refusal: Refusal, value: &str) -> Answer {
    let texts = Texts::of(language);
    let [heading, explanation, advice] = texts::refusal(language, refusal);
    let main = fill(
        include_str!("refusal.html"),
        &[
            ("mark", Html(mark(None))),
            ("eyebrow", Text(texts.refused)),
            ("heading", Text(heading)),
            ("explanation", Text(explanation)),
            ("value", Text(if value.is_empty() { "–" } else { value })),
            ("advice", Text(advice)),
        ],
    );
    page(400, language, None, heading, &main, None).note(match refusal {
        Refusal::Client => "unknown client_id",
        Refusal::RedirectUri => "redirect URI not registered",
        Refusal::Repeated => "repeated parameter",
        Refusal::Answered => "request already answered or expired",
        Refusal::Form => "incomplete form",
    })
}

/// Says what this server is.
pub fn index(service: &Service, language: Language) -> Answer {
    let texts = Texts::of(language);
    let rows: String = [
        (Provider::Zaehlerfreunde, "/zaehlerfreunde/authorize"),
        (Provider::Zaehlerfreunde, "/zaehlerfreunde/oauth/token"),
        (Provider::Zaehlerfreunde, "/zaehlerfreunde/oauth/revoke"),
        (Provider::Timberdata, "/timberdata/auth"),
        (Provider::Timberdata, "/timberdata/oauth/v1/token"),
    ]
    .iter()
    .map(|(provider, path)| {
        fill(
            "<tr><th>{{name}}</th><td><code>{{url}}</code></td></tr>",
            &[
                ("name", Text(provider.name())),
                ("url", Text(&format!("{}{path}", service.base_url))),
            ],
        )
    })
    .collect();
    let faults: Vec<&str> = service.faults.iter().map(|fault: &Fault| fault.name()).collect();
    let main = fill(
        include_str!("index.html"),
        &[
            ("mark", Html(mark(None))),
            ("heading", Text(texts.index_heading)),
            ("lead", Text(texts.index_lead)),
            ("rows", Html(&rows)),
            ("faults", Text(texts.index_faults)),
            (
                "active",
                Text(&match faults.is_empty() {
                    true => texts.index_no_faults.to_owned(),
                    false => faults.join(", "),
                }),
            ),
            ("counts", Text(texts.index_counts)),
        ],
    );
    page(200, language, None, "partnerlink", &main, None).note("index shown")
}

fn scopes(language: Language, asked: &Asked) -> String {
    let line = |scope: &str, check_box: &str| {
        fill(
            include_str!("scope.html"),
            &[
                ("box", Html(check_box)),
                ("meaning", Text(texts::meaning(language, scope))),
                ("scope", Text(scope)),
            ],
        )
    };
    let always = r#"<span class="tick" aria-hidden="true">✓</span>"#;
    let first = match asked.provider {
        Provider::Zaehlerfreunde => line("api.prod.zaehlerfreunde.com", always),
        Provider::Timberdata => line(texts::USER_SCOPE, always),
    };
    let others = asked.scopes.iter().map(|scope| match asked.provider {
        Provider::Zaehlerfreunde => line(scope, always),
        Provider::Timberdata => {
            let check_box = fill(
                r#"<input type="checkbox" name="scope" value="{{scope}}" checked>"#,
                &[("scope", Text(scope))],
            );
            line(scope, &check_box)
        }
    });
    first + &others.collect::<String>()
}

fn page(
    status: u16,
    language: Language,
    provider: Option<Provider>,
    title: &str,
    main: &str,
    target: Option<&Url>,
) -> Answer {
    let texts = Texts::of(language);
    let banner = match provider {
        Some(provider) => texts.not_really.replace("{}", provider.name()),
        None => texts.banner.to_owned(),
    };
    let body = fill(
        include_str!("page.html"),
        &[
            ("lang", Text(language.tag())),
            ("title", Text(title)),
            ("style", Html(STYLE)),
            ("theme", Text(provider.map_or("plain", Provider::id))),
            ("banner", Text(&banner)),
            ("main", Html(main)),
        ],
    );
    Answer::new(status, "text/html; charset=utf-8", body)
        .header("Content-Security-Policy", &policy(target))
        .header("X-Frame-Options", "DENY")
        .header("Vary", "Accept-Language")
        .header("Content-Language", language.tag())
}

/// Allows the one style sheet, by its hash, and the form. Chromium applies `form-action` to the
/// redirect after the POST as well, so the place the answer goes to has to be in it.
fn policy(target: Option<&Url>) -> String {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let form = match target.map(|target| (target.host(), target)) {
        None => "'none'".to_owned(),
        // A policy cannot name an IPv6 address (CSP 3, host-source).
        Some((Some(Host::Ipv6(_)), _)) => "'self' http:".to_owned(),
        Some((_, target)) => format!("'self' {}", target.origin().ascii_serialization()),
    };
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {form}; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}

fn mark(provider: Option<Provider>) -> &'static str {
    match provider {
        None => include_str!("sandbox.svg"),
        Some(Provider::Zaehlerfreunde) => include_str!("zaehlerfreunde.svg"),
        Some(Provider::Timberdata) => include_str!("timberdata.svg"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_brings_never_becomes_markup() {
        let answer = refusal(Language::English, Refusal::Client, "<script>{{main}}'\"&");
        let body = String::from_utf8(answer.body).unwrap();
        assert!(body.contains("<code>&lt;script&gt;{{main}}&#39;&quot;&amp;</code>"), "{body}");
        assert!(!body.contains("<script"));
    }
}
