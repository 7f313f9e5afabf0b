use clap::Subcommand;
use serde_json::json;

use crate::context::Context;
use crate::error::Failed;
use crate::output::{stdout_is_terminal, table};
use crate::provider::{Provider, RefreshSupport};

const HEADINGS: [&str; 4] = ["PROVIDER", "NAME", "CLIENT ID", "SCOPES"];

/// See the providers and what is configured for them
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the providers
    List,
    /// Show everything about one provider
    Show {
        #[arg(value_name = "PROVIDER")]
        provider: String,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        match self {
            Self::List => list(context),
            Self::Show { provider } => show(context, &context.provider(&provider)?),
        }?;
        Ok(0)
    }
}

fn list(context: &Context) -> Result<(), Failed> {
    let names = context.registry()?.names();
    let providers: Vec<Provider> =
        names.iter().map(|name| context.provider(name)).collect::<Result<_, _>>()?;
    if context.output.json {
        let list: Vec<_> = providers.iter().map(object).collect();
        return Ok(context.output.json(&json!({ "providers": list }))?);
    }
    let rows: Vec<Vec<String>> = providers
        .iter()
        .map(|provider| {
            let scopes: Vec<&str> = provider.scopes.keys().map(String::as_str).collect();
            vec![
                provider.name.clone(),
                provider.title.clone(),
                provider.client_id.clone().unwrap_or_else(|| "not configured".into()),
                scopes.join(" "),
            ]
        })
        .collect();
    Ok(context.output.show(&table::render(&HEADINGS, &rows, stdout_is_terminal()))?)
}

fn show(context: &Context, provider: &Provider) -> Result<(), Failed> {
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
    let text: String = lines.iter().map(|(name, value)| format!("{name:<15} {value}\n")).collect();
    Ok(context.output.show(&text)?)
}

fn object(provider: &Provider) -> serde_json::Value {
    json!({
        "name": provider.name,
        "title": provider.title,
        "client_id": provider.client_id,
        "authorize_url": provider.authorize_url.as_str(),
        "token_url": provider.token_url.as_str(),
        "revocation_url": provider.revocation_url.as_ref().map(url::Url::as_str),
        "api_base": provider.api_base.as_ref().map(url::Url::as_str),
        "audience": provider.audience,
        "default_scope": provider.default_scope,
        "scopes": provider.scopes,
        "pkce": provider.pkce,
        "refresh": provider.refresh != RefreshSupport::None,
        "redirect_uris": provider.redirect_uris.iter().map(url::Url::as_str).collect::<Vec<_>>(),
    })
}
