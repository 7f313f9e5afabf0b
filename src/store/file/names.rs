//! Which item lies in which file.

use crate::account_id::AccountId;
use crate::store::Item;

pub(super) const ENDING: &str = ".sealed";
/// No account's name begins with an underscore, so these never meet one.
const CLIENT_SECRET: &str = "_client-secret.";
const FILE_KEY: &str = "_file-key";
const PROBE: &str = "_probe";

pub(super) fn file_name(item: &Item) -> String {
    match item {
        Item::Account(id) => format!("{}{ENDING}", id.file_stem()),
        Item::ClientSecret(provider) => format!("{CLIENT_SECRET}{provider}{ENDING}"),
        Item::FileKey => format!("{FILE_KEY}{ENDING}"),
        Item::Probe => format!("{PROBE}{ENDING}"),
    }
}

/// The reverse of [`file_name`]; `None` for what this program did not write.
pub(super) fn item_of(name: &str) -> Option<Item> {
    let stem = name.strip_suffix(ENDING)?;
    match stem.strip_prefix(CLIENT_SECRET) {
        Some(provider) => Item::from_name(&format!("client-secret/{provider}")),
        None if stem == FILE_KEY => Some(Item::FileKey),
        None if stem == PROBE => Some(Item::Probe),
        None => AccountId::from_file_stem(stem).map(Item::Account),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_come_back_and_never_meet() {
        let items = [
            "client-secret:timberdata",
            "client-secret/timberdata",
            "file-key",
            "file-key:x",
            "probe/",
            "probe",
            "a:b",
        ];
        let items: Vec<_> = items.iter().map(|name| Item::from_name(name).unwrap()).collect();
        let mut names: Vec<_> = items.iter().map(file_name).collect();
        for (item, name) in items.iter().zip(&names) {
            assert_eq!(item_of(name).as_ref(), Some(item), "{name}");
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), items.len());
        for other in ["a.b.sealed.tmp", "a.b.sealed.bad", "a.b", "key.lock", ".sealed", "_x.sealed"]
        {
            assert_eq!(item_of(other), None, "{other}");
        }
    }
}
