use serde_json::{Value, json};

use super::Content;
use crate::config::FileKey;
use crate::context::Context;
use crate::error::{Explain as _, Failed};
use crate::store::{StoreError, StoreKind};

pub const EXAMPLES: &str = "\
Examples:
  partnerlink store status
  partnerlink store status --json";

pub fn run(context: &Context) -> Result<u8, Failed> {
    let settings = &context.settings;
    let contents = StoreKind::LASTING.map(|kind| seen(context, kind));
    if context.output.json {
        let stores: Vec<Value> = contents.iter().map(|content| object(context, content)).collect();
        context.output.json(&json!({
            "configured": settings.store,
            "configured_by": settings.store_from,
            "stores": stores,
        }))?;
        return Ok(0);
    }
    let mut text = format!("configured      {} ({})\n", settings.store, settings.store_from);
    for content in &contents {
        let name = match content.kind {
            StoreKind::File => "sealed files",
            _ => "keychain",
        };
        text += &format!("{name:<15} {}\n", summary(content));
        for account in content.accounts() {
            text += &format!("{:<15} {account}\n", "");
        }
    }
    text += &format!("files' folder   {}\n", context.folders.tokens().display());
    text += &format!("files' key      {}\n", key(context));
    context.output.show(&text)?;
    Ok(0)
}

/// What is in a store, without asking anybody to unlock it.
fn seen(context: &Context, kind: StoreKind) -> Content {
    if kind == StoreKind::File {
        return Content::of(context, kind);
    }
    let items = match context.keychain().look() {
        Ok(look) if look.locked => Err(StoreError::Locked),
        Ok(look) => Ok(look.items),
        Err(error) => Err(error),
    };
    Content { kind, items }
}

fn summary(content: &Content) -> String {
    let count = |number: usize, what: &str| {
        format!("{number} {what}{}", if number == 1 { "" } else { "s" })
    };
    match &content.items {
        Err(error) => {
            // What the system adds to it is for `--json`.
            let text = error.to_string();
            format!("not usable now: {}", text.split(": ").next().unwrap_or(&text))
        }
        Ok(_) => format!(
            "works; {}, {}",
            count(content.accounts().len(), "account"),
            count(content.secrets().len(), "client secret")
        ),
    }
}

fn key(context: &Context) -> String {
    let settings = &context.settings;
    match settings.file_key {
        FileKey::KeyFile if settings.key_file.exists() => settings.key_file.display().to_string(),
        FileKey::KeyFile => {
            format!("{} (made at the first use)", settings.key_file.display())
        }
        FileKey::Keychain => "an item in the system keychain".to_owned(),
        FileKey::Systemd => "the systemd credential partnerlink-key".to_owned(),
        FileKey::Passphrase => "a passphrase, PARTNERLINK_PASSPHRASE".to_owned(),
    }
}

fn object(context: &Context, content: &Content) -> Value {
    let mut object = json!({
        "store": content.kind,
        "usable": content.items.is_ok(),
        "accounts": content.accounts(),
        "client_secrets": content.secrets(),
    });
    if let Err(error) = &content.items {
        let meaning = error.meaning();
        object["code"] = meaning.code.into();
        object["why"] = error.to_string().into();
        object["hint"] = meaning.hint.into();
    }
    if content.kind == StoreKind::File {
        object["folder"] = json!(context.folders.tokens());
        object["key"] = context.settings.file_key.name().into();
        if context.settings.file_key == FileKey::KeyFile {
            object["key_file"] = json!(context.settings.key_file);
        }
    }
    object
}
