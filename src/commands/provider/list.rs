use serde_json::json;

use super::object;
use crate::context::Context;
use crate::error::Failed;
use crate::provider::Provider;
use crate::terminal::{stdout_is_terminal, table};

const HEADINGS: [&str; 4] = ["PROVIDER", "NAME", "CLIENT ID", "SCOPES"];

pub fn run(context: &Context) -> Result<(), Failed> {
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
