//! This machine's configuration for another one, with its own way to sign in at the shared store.

use toml_edit::visit_mut::{self, VisitMut};
use toml_edit::{Array, DocumentMut, InlineTable, Item, KeyMut, Table, Value, value};

use super::{ConfigError, Settings, read};

/// What of the file is about this machine alone.
const OF_THIS_MACHINE: [&str; 5] = ["file_key", "key_file", "browser", "notify", "ca_file"];

impl Settings {
    /// The configuration file, with nothing of this machine, and this in its `[vault]`: keys and
    /// their values. No comment of it goes along, since there could be anything in it.
    pub fn file_for_elsewhere(&self, sign_in: &[(&str, &str)]) -> Result<String, ConfigError> {
        let path = self.folders.config_file();
        let text = read(&path)?.unwrap_or_default();
        let wrong = || ConfigError::NoPlace { path, line: "[vault]".to_owned() };
        let mut document: DocumentMut = text.parse().map_err(|_| wrong())?;
        for key in OF_THIS_MACHINE {
            document.remove(key);
        }
        document["store"] = value(self.store.name());
        document["vault"] = Item::Table(self.vault_for_elsewhere(sign_in));
        document.set_trailing("");
        Bare.visit_document_mut(&mut document);
        Ok(document.to_string())
    }

    fn vault_for_elsewhere(&self, sign_in: &[(&str, &str)]) -> Table {
        let mut table = Table::new();
        let Some(vault) = &self.vault else { return table };
        let addresses = vault.addresses.iter().map(|url| url.as_str().trim_end_matches('/'));
        table["address"] = match &addresses.collect::<Vec<_>>()[..] {
            [address] => value(*address),
            addresses => value(addresses.iter().copied().collect::<Array>()),
        };
        let places = [("prefix", &vault.prefix), ("namespace", &vault.namespace)];
        let places = places.iter().filter(|(_, text)| !text.is_empty());
        let places = places.map(|(key, text)| (*key, text.as_str()));
        for (key, text) in [("mount", vault.mount.as_str())].into_iter().chain(places) {
            table[key] = value(text);
        }
        for (key, text) in sign_in {
            table[*key] = value(*text);
        }
        table
    }
}

/// Takes away what stands around keys and values.
struct Bare;

impl VisitMut for Bare {
    fn visit_table_mut(&mut self, table: &mut Table) {
        table.decor_mut().clear();
        visit_mut::visit_table_mut(self, table);
    }

    fn visit_table_like_kv_mut(&mut self, mut key: KeyMut<'_>, item: &mut Item) {
        key.leaf_decor_mut().clear();
        key.dotted_decor_mut().clear();
        visit_mut::visit_table_like_kv_mut(self, key, item);
    }

    fn visit_value_mut(&mut self, value: &mut Value) {
        value.decor_mut().clear();
        visit_mut::visit_value_mut(self, value);
    }

    fn visit_array_mut(&mut self, array: &mut Array) {
        visit_mut::visit_array_mut(self, array);
        array.fmt();
    }

    fn visit_inline_table_mut(&mut self, table: &mut InlineTable) {
        visit_mut::visit_inline_table_mut(self, table);
        table.fmt();
    }
}
