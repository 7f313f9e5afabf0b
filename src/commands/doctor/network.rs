//! The providers' servers, as `provider check` asks them.

use super::machine::providers;
use crate::commands::reach::Way;
use crate::context::Context;
use crate::error::Error;
use crate::terminal::report::Findings;

/// Every provider with a client ID; all of them where none has one.
pub fn check(context: &Context, findings: &mut Findings) -> Result<(), Error> {
    let mut providers = providers(context);
    if providers.iter().any(|provider| provider.client_id.is_some()) {
        providers.retain(|provider| provider.client_id.is_some());
    }
    let network = &context.settings.network;
    let way = Way { http: context.http(), network, clock: &context.clock };
    for provider in &providers {
        way.check(&context.output, provider, &format!("{}: ", provider.name), findings)?;
    }
    Ok(())
}
