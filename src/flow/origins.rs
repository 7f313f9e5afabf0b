//! A sign-in is bound to where it came from: its tokens and the client secret go to the origins of
//! the endpoints that it was made with. What is configured elsewhere today gets nothing.

use url::Url;

use super::FlowError;
use crate::accounts::{Account, Origins};
use crate::provider::Provider;

/// What accounts of the sandbox are bound to, whatever its port: they are kept apart from the real
/// ones, and worth nothing elsewhere.
const SANDBOX: &str = "the sandbox";

/// The endpoints that secrets are sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Token,
    Revocation,
    Api,
}

impl Target {
    /// As it stands in a provider's description.
    fn field(self) -> &'static str {
        match self {
            Self::Token => "token_url",
            Self::Revocation => "revocation_url",
            Self::Api => "api_base",
        }
    }

    fn of(self, origins: &Origins) -> Option<&str> {
        match self {
            Self::Token => Some(&origins.token),
            Self::Revocation => origins.revocation.as_deref(),
            Self::Api => origins.api.as_deref(),
        }
    }
}

/// The origins of a provider as it is configured now.
pub fn of(provider: &Provider) -> Origins {
    let origin = |url: &Url| match provider.is_sandbox {
        true => SANDBOX.to_owned(),
        false => url.origin().ascii_serialization(),
    };
    Origins {
        token: origin(&provider.token_url),
        revocation: provider.revocation_url.as_ref().map(origin),
        api: provider.api_base.as_ref().map(origin),
    }
}

/// An endpoint that is not where it was when the account was connected.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{field} leads to {now}, and the account was connected with {before}")]
pub struct Change {
    field: &'static str,
    before: String,
    now: String,
}

/// The change of one endpoint. One that is gone gets nothing, which is none.
pub fn change(account: &Account, provider: &Provider, target: Target) -> Option<Change> {
    let now = target.of(&of(provider))?.to_owned();
    let before = target.of(&account.origins);
    let before = match before {
        Some(before) if before == now => return None,
        Some(before) => before.to_owned(),
        None => "no such endpoint".to_owned(),
    };
    Some(Change { field: target.field(), before, now })
}

/// All of them, which a new sign-in would make good.
pub fn changes(account: &Account, provider: &Provider) -> impl Iterator<Item = Change> {
    let targets = [Target::Token, Target::Revocation, Target::Api];
    targets.into_iter().filter_map(move |target| change(account, provider, target))
}

/// Fails where an endpoint is not where the account was connected.
pub fn check(account: &Account, provider: &Provider, target: Target) -> Result<(), FlowError> {
    let account_id = &account.account;
    match change(account, provider, target) {
        Some(change) => Err(FlowError::OtherOrigin { account: account_id.clone(), change }),
        None => Ok(()),
    }
}
