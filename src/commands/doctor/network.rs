//! The providers' servers, as `provider check` asks them.

use super::machine::providers;
use crate::context::Context;
use crate::error::Error;
use crate::output::reach::Way;
use crate::output::report::Report;

/// Every provider with a client ID; all of them where none has one.
pub fn check(context: &Context, report: &mut Report) -> Result<(), Error> {
    let mut providers = providers(context);
    if providers.iter().any(|provider| provider.client_id.is_some()) {
        providers.retain(|provider| provider.client_id.is_some());
    }
    let proxies = context.proxies();
    let way = Way { http: context.http(), proxies: &proxies, clock: &context.clock };
    for provider in &providers {
        way.check(&context.output, provider, &format!("{}: ", provider.name), report)?;
    }
    Ok(())
}
