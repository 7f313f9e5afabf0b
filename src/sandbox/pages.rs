//! The pages a person sees: consent, refusal, index. No script, nothing from outside, every value
//! escaped. What they say is in `texts.json`, in English and in German.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::ValueEnum;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Service;
use super::catalogue::CATALOGUE;
use super::grants::Grant;
use super::http::{Answer, Request};
use super::provider::Provider::{self, Timberdata, Zaehlerfreunde};
use super::state::State;
use crate::text::html_escaped;

const STYLE: &str = include_str!("page.css");

static TEXTS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("texts.json")).unwrap_or_default());

/// What stands in the place of a `{{name}}`: HTML.
type Values<'a> = [(&'a str, String)];

/// Asks a person for a grant. `request` is the id the form brings back.
pub fn consent(german: bool, asked: &Grant, request: &str) -> Answer {
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
    let tick = r#"<span class="tick" aria-hidden="true">✓</span>"#;
    let scope = |scope: &str, before: &str| {
        let meaning = html_escaped(texts(german)["scopes"][scope].as_str().unwrap_or_default());
        let what = format!("<b>{meaning}</b><code>{scope}</code>");
        format!(r#"<li><label>{before}<span class="what">{what}</span></label></li>"#)
    };
    let granted = asked.scopes.iter().map(|name| match asked.provider {
        Zaehlerfreunde => scope(name, tick),
        // A person may grant less than was asked for.
        Timberdata => {
            scope(name, &format!(r#"<input type="checkbox" name="scope" value="{name}" checked>"#))
        }
    });
    let facts = asked.provider.facts();
    let target = asked.redirect_uri.split("/callback/").next().unwrap_or_default();
    let values = [
        ("request", html_escaped(request)),
        ("people", people.collect()),
        ("granted", scope(facts.always, tick) + &granted.collect::<String>()),
        ("client", facts.client_id.to_owned()),
        ("provider", facts.id.to_owned()),
        ("name", facts.name.to_owned()),
        ("target", html_escaped(target)),
    ];
    let html = include_str!("consent.html");
    page(200, german, ("consent", html), &values, Some((asked.provider, target)))
}

/// Says what is wrong with a request; `value` is the part of it that is.
pub fn refusal(german: bool, reason: &str, value: &str) -> Answer {
    let value = if value.is_empty() { "–" } else { value };
    let html = include_str!("refusal.html");
    page(400, german, (reason, html), &[("value", html_escaped(value))], None)
}

/// Says what this server is.
pub fn index(service: &Service, _: &mut State, request: &Request) -> Answer {
    let german = request.german;
    let names = service.options.faults.iter().filter_map(ValueEnum::to_possible_value);
    let names: Vec<String> = names.map(|name| name.get_name().to_owned()).collect();
    let ordered = if names.is_empty() { "{{no_faults}}".to_owned() } else { names.join(", ") };
    let values =
        [("base", service.base_url.clone()), ("ordered", fill(&ordered, german, "index", &[]))];
    page(200, german, ("index", include_str!("index.html")), &values, None)
}

/// `to`: whose page it is, and the origin to which its form leads in the end.
fn page(
    status: u16,
    german: bool,
    (name, html): (&str, &str),
    values: &Values,
    to: Option<(Provider, &str)>,
) -> Answer {
    let (theme, banner, mark) = match to.map(|(provider, _)| provider.facts()) {
        None => ("plain", "{{banner}}", include_str!("sandbox.svg")),
        Some(facts) => (facts.id, "{{not_really}}", facts.mark),
    };
    let frame = [
        ("style", STYLE.to_owned()),
        ("page", name.to_owned()),
        ("theme", theme.to_owned()),
        ("banner", fill(banner, german, name, values)),
        ("mark", mark.to_owned()),
        ("main", fill(html, german, name, values)),
    ];
    let body = fill(include_str!("page.html"), german, name, &[values, &frame].concat());
    Answer::new(status, "text/html; charset=utf-8", body)
        .header("Content-Security-Policy", &policy(to.map(|(_, target)| target)))
        .header("X-Frame-Options", "DENY")
        .header("Vary", "Accept-Language")
        .header("Content-Language", if german { "de" } else { "en" })
        .note(format!("page shown: {name}"))
}

/// Allows the one style sheet, by its hash, and the form. Chromium applies `form-action` to the
/// redirect after the POST as well, so the place the answer goes to has to be in it.
fn policy(target: Option<&str>) -> String {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let form = match target {
        None => "'none'".to_owned(),
        // A policy cannot name an IPv6 address (CSP 3, host-source).
        Some(origin) if origin.contains('[') => "'self' http:".to_owned(),
        Some(origin) => format!("'self' {origin}"),
    };
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {form}; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}

fn texts(german: bool) -> &'static Value {
    &TEXTS[if german { "de" } else { "en" }]
}

/// Puts in the place of each `{{name}}` its value, or the page's text of that name, or every page's.
/// A text has names in it as well; braces inside a value stay what they are.
fn fill(template: &str, german: bool, page: &str, values: &Values) -> String {
    let texts = texts(german);
    let mut out = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        out.push_str(before);
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => out.push_str(value),
            None => {
                let text = texts[page][name].as_str().or(texts[name].as_str());
                let text = html_escaped(text.unwrap_or_default());
                out.push_str(&fill(&text, german, page, values));
            }
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
