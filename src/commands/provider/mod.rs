use clap::Subcommand;
use serde_json::json;
use url::Url;

use crate::context::Context;
use crate::error::{Error, Failed};
use crate::oauth::ClientAuthentication;
use crate::provider::{Provider, RefreshSupport, TEMPLATE};
use crate::terminal::{Mark, Output, facts, stdout_is_terminal, table};

mod add;
mod check;
mod letter;
mod register;
mod setup;

const SHOW_EXAMPLES: &str = "\
Examples:
  partnerlink provider show zaehlerfreunde
  partnerlink provider show --template > my-erp.toml";

const HEADINGS: [&str; 4] = ["PROVIDER", "NAME", "CLIENT ID", "SCOPES"];

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the providers
    #[command(after_help = "Examples:\n  partnerlink provider list --json")]
    List,
    Check(check::Args),
    /// Show everything about one provider
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        #[arg(
            value_name = "PROVIDER",
            value_parser = super::provider,
            add = super::candidates::providers(),
            required_unless_present = "template"
        )]
        provider: Option<String>,
        /// What a description can say: every key, as TOML to begin with
        #[arg(long, conflicts_with = "provider")]
        template: bool,
    },
    Add(add::Args),
    Register(register::Args),
    Setup(setup::Args),
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        match self {
            Self::List => list(context),
            Self::Check(args) => return args.run(context),
            Self::Show { provider: Some(name), .. } => show(context, &context.provider(&name)?),
            Self::Show { provider: None, .. } => template(&context.output),
            Self::Add(args) => args.run(context),
            Self::Register(args) => args.run(context),
            Self::Setup(args) => args.run(context),
        }?;
        Ok(0)
    }
}

fn list(context: &Context) -> Result<(), Failed> {
    let names = context.registry()?.names();
    let mut providers = Vec::new();
    for name in names {
        match context.provider(&name) {
            Ok(provider) => providers.push(provider),
            // The others are there all the same.
            Err(error) if error.code == "provider-not-completed" => {
                let text = format!("{name} is not completed yet: {}", error.hint);
                context.output.say(Mark::Warn, text);
            }
            Err(error) => return Err(error.into()),
        }
    }
    if context.output.json {
        let list: Vec<_> = providers.iter().map(object).collect();
        return Ok(context.output.json(&json!({ "providers": list }))?);
    }
    let row = |provider: &Provider| {
        let scopes: Vec<&str> = provider.scopes.keys().map(String::as_str).collect();
        vec![provider.name.clone(), provider.title.clone(), client_id(provider), scopes.join(" ")]
    };
    let rows: Vec<_> = providers.iter().map(row).collect();
    Ok(context.output.show(&table::render(&HEADINGS, rows.iter(), stdout_is_terminal()))?)
}

fn show(context: &Context, provider: &Provider) -> Result<(), Failed> {
    if context.output.json {
        return Ok(context.output.json(&json!({ "provider": object(provider) }))?);
    }
    let optional = |text: Option<&str>| text.unwrap_or("none").to_owned();
    let refresh = match provider.refresh {
        _ if provider.needs_nobody() => "none: the client ID and secret are enough for a new token",
        RefreshSupport::Rotating => "yes; each may bring a new refresh token",
        RefreshSupport::None => "none: sign in again before the access token ends",
    };
    let secret = match provider.client_authentication {
        ClientAuthentication::None => "none",
        ClientAuthentication::Basic => "a client secret, by HTTP Basic",
        ClientAuthentication::Post => "a client secret, in the form",
    };
    let seconds = provider.access_token_seconds;
    let mut lines = vec![
        ("provider", provider.name.clone()),
        ("name", provider.title.clone()),
        ("support", optional(provider.support.as_deref())),
        ("client ID", client_id(provider)),
        ("client proof", secret.to_owned()),
        ("authorize URL", optional(provider.authorize_url().map(Url::as_str))),
        ("token URL", provider.token_url.to_string()),
        ("revocation URL", optional(provider.revocation_url.as_ref().map(Url::as_str))),
        ("data", optional(provider.api_base.as_ref().map(Url::as_str))),
        ("audience", optional(provider.audience.as_deref())),
        ("PKCE", if provider.pkce { "S256" } else { "not known to be supported" }.to_owned()),
        ("refresh", refresh.to_owned()),
        ("access token", format!("{seconds} s, where the answer does not say")),
    ];
    if provider.refresh == RefreshSupport::Rotating && !provider.needs_nobody() {
        let overlap = match provider.rotation_overlap_seconds {
            0 => "single use".to_owned(),
            seconds => format!("the one that was spent last works {seconds} s longer"),
        };
        lines.push(("refresh token", overlap));
    }
    let pace = provider.token_requests_per_second;
    let pace = pace.map_or("found out".to_owned(), |rate| format!("{rate} a second at most"));
    lines.push(("token requests", pace));
    lines.extend(provider.issuers.iter().map(|issuer| ("issuer", issuer.clone())));
    lines.extend(provider.redirect_uris.iter().map(|uri| ("redirect URI", uri.to_string())));
    for (scope, meaning) in &provider.scopes {
        let is_default = provider.default_scope.contains(scope);
        let default = if is_default { ", asked for by default" } else { "" };
        lines.push(("scope", format!("{scope}: {meaning}{default}")));
    }
    Ok(context.output.show(&facts(&lines))?)
}

fn template(output: &Output) -> Result<(), Failed> {
    match output.json {
        true => output.json(&json!({ "template": TEMPLATE }))?,
        false => output.data(TEMPLATE)?,
    }
    Ok(())
}

fn client_id(provider: &Provider) -> String {
    provider.client_id.clone().unwrap_or_else(|| "not configured".to_owned())
}

/// A provider as built in and configured, even where the sandbox plays its part, and without what
/// the environment says.
fn real(context: &Context, name: &str) -> Result<Provider, Error> {
    let registry = &context.settings.registry;
    registry.get(name).map_err(|e| Error::new(format!("could not use the provider {name}"), &e))
}

fn object(provider: &Provider) -> serde_json::Value {
    json!({
        "name": provider.name,
        "title": provider.title,
        "client_id": provider.client_id,
        "authorize_url": provider.authorize_url().map(Url::as_str),
        "token_url": provider.token_url.as_str(),
        "revocation_url": provider.revocation_url.as_ref().map(Url::as_str),
        "api_base": provider.api_base.as_ref().map(Url::as_str),
        "audience": provider.audience,
        "default_scope": provider.default_scope,
        "scopes": provider.scopes,
        "pkce": provider.pkce,
        "refresh": provider.needs_nobody() || provider.refresh != RefreshSupport::None,
        "rotation_overlap_seconds": provider.rotation_overlap_seconds,
        "token_requests_per_second": provider.token_requests_per_second,
        "redirect_uris": provider.redirect_uris.iter().map(Url::as_str).collect::<Vec<_>>(),
    })
}
