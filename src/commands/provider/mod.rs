use clap::Subcommand;
use serde_json::json;

use crate::context::Context;
use crate::error::{Error, Failed};
use crate::provider::{Provider, RefreshSupport};

mod check;
mod client_id;
mod letter;
mod list;
mod register;
mod setup;
mod show;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the providers
    #[command(after_help = "Examples:\n  partnerlink provider list --json")]
    List,
    /// See whether a provider can be reached from here, without signing in
    #[command(after_help = check::EXAMPLES)]
    Check {
        #[arg(value_name = "PROVIDER", add = super::candidates::providers())]
        provider: String,
    },
    /// Show everything about one provider
    #[command(after_help = "Examples:\n  partnerlink provider show zaehlerfreunde")]
    Show {
        #[arg(value_name = "PROVIDER", add = super::candidates::providers())]
        provider: String,
    },
    Register(register::Args),
    Setup(setup::Args),
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        match self {
            Self::List => list::run(context),
            Self::Check { provider } => return check::run(context, &context.provider(&provider)?),
            Self::Show { provider } => show::run(context, &context.provider(&provider)?),
            Self::Register(args) => args.run(context),
            Self::Setup(args) => args.run(context),
        }?;
        Ok(0)
    }
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
