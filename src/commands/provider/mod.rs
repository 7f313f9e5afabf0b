use clap::Subcommand;
use serde_json::json;

use crate::context::Context;
use crate::error::Failed;
use crate::provider::{Provider, RefreshSupport};

mod list;
mod show;

/// See the providers and what is configured for them
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the providers
    #[command(after_help = "Examples:\n  partnerlink provider list --json")]
    List,
    /// Show everything about one provider
    #[command(after_help = "Examples:\n  partnerlink provider show zaehlerfreunde")]
    Show {
        #[arg(value_name = "PROVIDER")]
        provider: String,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        match self {
            Self::List => list::run(context),
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
