use clap::Subcommand;
use serde_json::json;

use crate::context::Context;
use crate::error::Failed;
use crate::provider::{Provider, RefreshSupport};

mod check;
mod list;
mod show;

/// See the providers and what is configured for them
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the providers
    List,
    /// See whether a provider can be reached from here, without signing in
    #[command(after_help = check::EXAMPLES)]
    Check {
        #[arg(value_name = "PROVIDER")]
        provider: String,
    },
    /// Show everything about one provider
    Show {
        #[arg(value_name = "PROVIDER")]
        provider: String,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        match self {
            Self::List => list::run(context),
            Self::Check { provider } => return check::run(context, &context.provider(&provider)?),
            Self::Show { provider } => show::run(context, &context.provider(&provider)?),
        }?;
        Ok(0)
    }
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
