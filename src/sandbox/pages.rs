//! The pages a person sees: consent, refusal, index. No script, nothing from outside, every value
//! escaped. What they say is in `texts.json`, in English and in German.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::{Host, Url};

use super::catalogue::CATALOGUE;
use super::grants::Asked;
use super::http::Answer;
use super::provider::Provider::{self, Timberdata, Zaehlerfreunde};
use super::service::Service;
use crate::text::html_escaped;

const STYLE: &str = include_str!("page.css");

static TEXTS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("texts.json")).unwrap_or_default());

/// What the pages say in one language.
fn texts(german: bool) -> &'static Value {
    &TEXTS[if german { "de" } else { "en" }]
}

/// A text as HTML.
fn html(text: &Value) -> String {
    html_escaped(text.as_str().unwrap_or_default())
}

/// Asks a person whether `asked` may be granted. `request` is the id the form brings back.
pub fn consent(german: bool, asked: &Asked, target: &Url, request: &str) -> Answer {
    let texts = texts(german);
    let people = CATALOGUE.people.iter().enumerate().map(|(i, person)| {
        let initials: String = person.name.split(' ').filter_map(|name| name.get(..1)).collect();
        let checked = if i == 0 { " checked" } else { "" };
        format!(
            r#"<label class="person"><input type="radio" name="person" value="{}"{checked}>
<span class="initials" aria-hidden="true">{initials}</span>
<span class="who"><b>{}, {}</b><small>{}</small></span></label>"#,
            person.id, person.name, person.company, person.email
        )
    });
    let scope = |scope: &str| {
        let tick = match asked.scopes.iter().any(|asked| asked == scope) {
            // TimberData lets a person grant less than was asked for.
            true if asked.provider == Timberdata => {
                format!(r#"<input type="checkbox" name="scope" value="{scope}" checked>"#)
            }
            _ => r#"<span class="tick" aria-hidden="true">✓</span>"#.to_owned(),
        };
        let meaning = html(&texts["scopes"][scope]);
        format!(
            r#"<li><label>{tick}<span class="what"><b>{meaning}</b><code>{scope}</code></span></label></li>"#
        )
    };
    let always = match asked.provider {
        Zaehlerfreunde => "api.prod.zaehlerfreunde.com",
        // Its user endpoint needs no scope.
        Timberdata => "",
    };
    let granted = asked.scopes.iter().map(|asked| scope(asked));
    let main = fill(
        include_str!("consent.html"),
        texts,
        &[
            ("provider", asked.provider.id().to_owned()),
            ("request", request.to_owned()),
            ("people", people.collect()),
            ("granted", scope(always) + &granted.collect::<String>()),
            ("target", html_escaped(&target.origin().ascii_serialization())),
        ],
    );
    let values = [
        ("title", asked.provider.name().to_owned()),
        ("eyebrow", asked.provider.name().to_owned()),
        ("heading", html(&texts["consent"]).replace("{}", asked.provider.client_id())),
        ("lead", html(&texts["consent_lead"])),
        ("main", main),
    ];
    page(200, texts, Some((asked.provider, target)), &values).note("consent page shown")
}

/// Says what is wrong with a request; `value` is the part of it that is.
pub fn refusal(german: bool, reason: &str, value: &str) -> Answer {
    let texts = texts(german);
    let [heading, lead, advice] = [0, 1, 2].map(|i| html(&texts["refusals"][reason][i]));
    let value = html_escaped(value);
    let main = format!(r#"<p class="value"><code>{value}</code></p><p class="small">{advice}</p>"#);
    let values = [
        ("title", heading.clone()),
        ("eyebrow", html(&texts["refused"])),
        ("heading", heading),
        ("lead", lead),
        ("main", main),
    ];
    page(400, texts, None, &values)
}

/// Says what this server is.
pub fn index(service: &Service, german: bool) -> Answer {
    let texts = texts(german);
    let rows = [
        (Zaehlerfreunde, "/zaehlerfreunde/authorize"),
        (Zaehlerfreunde, "/zaehlerfreunde/oauth/token"),
        (Zaehlerfreunde, "/zaehlerfreunde/oauth/revoke"),
        (Timberdata, "/timberdata/auth"),
        (Timberdata, "/timberdata/oauth/v1/token"),
    ]
    .map(|(provider, path)| {
        let (name, base) = (provider.name(), &service.base_url);
        format!("<tr><th>{name}</th><td><code>{base}{path}</code></td></tr>")
    });
    let faults: Vec<&str> = service.faults.iter().map(|fault| fault.name()).collect();
    let none = html(&texts["no_faults"]);
    let faults = if faults.is_empty() { none } else { faults.join(", ") };
    let main = format!(
        r#"<table><tbody>{}</tbody></table><p class="small">{} <code>{faults}</code></p>
<p class="small"><a href="/sandbox/counts">{}</a></p>"#,
        rows.concat(),
        html(&texts["faults"]),
        html(&texts["counts"]),
    );
    let values = [
        ("title", "partnerlink".to_owned()),
        ("eyebrow", "partnerlink".to_owned()),
        ("heading", html(&texts["index"])),
        ("lead", html(&texts["index_lead"])),
        ("width", "wide".to_owned()),
        ("main", main),
    ];
    page(200, texts, None, &values).note("index shown")
}

/// `to`: whose page it is, and where its form leads in the end.
fn page(
    status: u16,
    texts: &Value,
    to: Option<(Provider, &Url)>,
    values: &[(&str, String)],
) -> Answer {
    let provider = to.map(|(provider, _)| provider);
    let banner = match provider {
        Some(provider) => html(&texts["not_really"]).replace("{}", provider.name()),
        None => html(&texts["banner"]),
    };
    let mark = match provider {
        None => include_str!("sandbox.svg"),
        Some(Zaehlerfreunde) => include_str!("zaehlerfreunde.svg"),
        Some(Timberdata) => include_str!("timberdata.svg"),
    };
    let frame = [
        ("style", STYLE.to_owned()),
        ("theme", provider.map_or("plain", Provider::id).to_owned()),
        ("banner", banner),
        ("mark", mark.to_owned()),
    ];
    let body = fill(include_str!("page.html"), texts, &[&frame, values].concat());
    Answer::new(status, "text/html; charset=utf-8", body)
        .header("Content-Security-Policy", &policy(to.map(|(_, target)| target)))
        .header("X-Frame-Options", "DENY")
        .header("Vary", "Accept-Language")
        .header("Content-Language", texts["lang"].as_str().unwrap_or_default())
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

/// Puts in the place of each `{{name}}` its value, which is HTML, or the text of that name, in one
/// pass, so that braces inside a value stay what they are.
fn fill(template: &str, texts: &Value, values: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        out.push_str(before);
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&html(&texts[name])),
        }
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_brings_never_becomes_markup() {
        let answer = refusal(false, "client", "<script>{{main}}'\"&");
        let body = String::from_utf8(answer.body).unwrap();
        assert!(body.contains("<code>&lt;script&gt;{{main}}&#39;&quot;&amp;</code>"), "{body}");
        assert!(!body.contains("<script"));
    }

    #[test]
    fn both_languages_say_the_same_things() {
        fn names(texts: &Value) -> Vec<String> {
            let members = texts.as_object().into_iter().flatten();
            members
                .flat_map(|(name, text)| {
                    let below = names(text).into_iter().map(move |inner| format!("{name}.{inner}"));
                    std::iter::once(name.clone()).chain(below)
                })
                .collect()
        }
        assert_eq!(names(texts(false)), names(texts(true)));
        assert!(names(texts(true)).len() > 20);
    }
}
