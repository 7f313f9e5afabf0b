use serde_json::{Value, json};
use url::Url;

use crate::config::FileKey;
use crate::context::Context;
use crate::error::{Explain as _, Failed};
use crate::flow::inventory::Content;
use crate::store::StoreKind;
use crate::store::shared::Duty;
use crate::terminal::facts;

pub const EXAMPLES: &str = "\
Examples:
  partnerlink store status
  partnerlink store status --json";

pub fn run(context: &Context) -> Result<u8, Failed> {
    let settings = &context.settings;
    let contents = context.world().contents(|_| true);
    if context.output.json {
        let stores: Vec<Value> = contents.iter().map(|content| object(context, content)).collect();
        context.output.json(&json!({
            "configured": settings.store,
            "configured_by": settings.store_from,
            "stores": stores,
        }))?;
        return Ok(0);
    }
    let mut lines = vec![("configured", format!("{} ({})", settings.store, settings.store_from))];
    let titles: Vec<String> = contents.iter().map(|content| content.kind.to_string()).collect();
    for (content, title) in contents.iter().zip(&titles) {
        lines.push((title.trim_start_matches("the system "), summary(content)));
        lines.extend(content.accounts().iter().map(|account| ("", account.to_string())));
    }
    lines.push(("files' folder", context.folders.tokens().display().to_string()));
    let is_made = settings.file_key != FileKey::KeyFile || settings.key_file.exists();
    let later = if is_made { "" } else { " (made at the first use)" };
    lines.push(("files' key", settings.key_place() + later));
    if let Some(vault) = &settings.vault {
        let addresses: Vec<&str> = vault.addresses.iter().map(Url::as_str).collect();
        lines.push(("shared store at", addresses.join(", ")));
        let duty = match vault.duty {
            Duty::Refresher => "refreshes",
            Duty::Reader => "only reads",
        };
        lines.push(("this machine", duty.to_owned()));
    }
    context.output.show(&facts(&lines))?;
    Ok(0)
}

fn summary(content: &Content) -> String {
    let count = |number: usize, what: &str| {
        format!("{number} {what}{}", if number == 1 { "" } else { "s" })
    };
    match content.usable() {
        Err(error) => {
            let text = error.to_string();
            // What the system adds to it is for `--json`.
            let end = if content.kind == StoreKind::VAULT { None } else { text.find(": ") };
            format!("not usable now: {}", &text[..end.unwrap_or(text.len())])
        }
        Ok(_) => format!(
            "works; {}, {}",
            count(content.accounts().len(), "account"),
            count(content.client_secrets().len(), "client secret")
        ),
    }
}

fn object(context: &Context, content: &Content) -> Value {
    let settings = &context.settings;
    let mut object = json!({
        "store": content.kind,
        "usable": content.usable().is_ok(),
        "accounts": content.accounts(),
        "client_secrets": content.client_secrets(),
    });
    if let Err(error) = content.usable() {
        let meaning = error.meaning();
        object["code"] = meaning.code.into();
        object["why"] = error.to_string().into();
        object["hint"] = meaning.hint.into();
    }
    if let Some(vault) = &settings.vault
        && content.kind == StoreKind::VAULT
    {
        let addresses: Vec<&str> = vault.addresses.iter().map(Url::as_str).collect();
        object["address"] = json!(addresses);
        object["mount"] = json!(vault.mount);
        object["access"] = json!(vault.duty);
    }
    if content.kind == StoreKind::FILE {
        object["folder"] = json!(context.folders.tokens());
        object["key"] = settings.file_key.name().into();
        if settings.file_key == FileKey::KeyFile {
            object["key_file"] = json!(settings.key_file);
        }
    }
    object
}
