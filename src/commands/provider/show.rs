use serde_json::json;

use super::object;
use crate::context::Context;
use crate::error::Failed;
use crate::provider::{Provider, RefreshSupport};
use crate::terminal::facts;

pub fn run(context: &Context, provider: &Provider) -> Result<(), Failed> {
    if context.output.json {
        return Ok(context.output.json(&json!({ "provider": object(provider) }))?);
    }
    let optional = |text: Option<&str>| text.unwrap_or("none").to_owned();
    let refresh = match provider.refresh {
        RefreshSupport::Rotating => "yes; each may bring a new refresh token",
        RefreshSupport::None => "none: sign in again before the access token ends",
    };
    let secret = if provider.needs_secret() { "a client secret, by HTTP Basic" } else { "none" };
    let mut lines = vec![
        ("provider", provider.name.clone()),
        ("name", provider.title.clone()),
        ("support", optional(provider.support.as_deref())),
        ("client ID", provider.client_id.clone().unwrap_or_else(|| "not configured".into())),
        ("client proof", secret.to_owned()),
        ("authorize URL", provider.authorize_url.to_string()),
        ("token URL", provider.token_url.to_string()),
        ("revocation URL", optional(provider.revocation_url.as_ref().map(url::Url::as_str))),
        ("data", optional(provider.api_base.as_ref().map(url::Url::as_str))),
        ("audience", optional(provider.audience.as_deref())),
        ("PKCE", if provider.pkce { "S256" } else { "not known to be supported" }.to_owned()),
        ("refresh", refresh.to_owned()),
        (
            "access token",
            format!("{} s, where the answer does not say", provider.access_token_seconds),
        ),
    ];
    lines.extend(provider.issuers.iter().map(|issuer| ("issuer", issuer.clone())));
    lines.extend(provider.redirect_uris.iter().map(|uri| ("redirect URI", uri.to_string())));
    for (scope, meaning) in &provider.scopes {
        let default =
            if provider.default_scope.contains(scope) { ", asked for by default" } else { "" };
        lines.push(("scope", format!("{scope}: {meaning}{default}")));
    }
    Ok(context.output.show(&facts(&lines))?)
}
