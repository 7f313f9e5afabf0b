//! The configuration file: what a person wrote, and what is wrong with it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{ConfigError, FileKey, vault};
use crate::input;
use crate::language::Language;
use crate::provider::Description;
use crate::provider::registry::{Registry, nearest};
use crate::store::StoreKind;
use crate::system::held::{self, BRIEFLY};
use crate::system::owner::Others;
use crate::system::process;

/// Largest configuration file that is read, in bytes: hundreds of providers fit.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// `config.toml` as a person writes it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfigFile {
    #[serde(default, deserialize_with = "StoreKind::deserialize_setting")]
    pub(super) store: Option<StoreKind>,
    pub(super) file_key: Option<FileKey>,
    pub(super) key_file: Option<PathBuf>,
    pub(super) browser: Option<String>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) notify: Option<String>,
    pub(super) language: Option<Language>,
    pub(super) vault: Option<vault::Table>,
    /// Read for its errors: the registry lays what is written over the built-in descriptions.
    #[serde(default)]
    #[expect(dead_code, reason = "checked by being read")]
    provider: BTreeMap<String, Description>,
    #[serde(skip)]
    pub(super) registry: Registry,
}

/// The file's text, if nobody else decides what it says.
pub(super) fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    match read_anybodys(path)? {
        Some((_, Some(others))) => Err(ConfigError::Others { path: path.to_owned(), others }),
        found => Ok(found.map(|(text, _)| text)),
    }
}

/// The file's text, and who else decides what it says.
pub(super) fn read_anybodys(path: &Path) -> Result<Option<(String, Option<Others>)>, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        found => found.map_err(unreadable)?,
    };
    // To open a pipe would wait for whoever writes into it.
    if !metadata.is_file() {
        return Err(unreadable(io::Error::other("it is no ordinary file")));
    }
    let mut bytes = Vec::new();
    let file = held::while_held(path, BRIEFLY, || File::open(path)).map_err(unreadable)?;
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(ConfigError::TooLarge(path.to_owned()));
    }
    let text =
        input::decode(bytes).map_err(|why| ConfigError::NotText { path: path.to_owned(), why })?;
    Ok(Some((text, Others::of(&metadata))))
}

pub(super) fn parse(text: &str, path: &Path) -> Result<ConfigFile, ConfigError> {
    let mut file: ConfigFile =
        toml::from_str(text).map_err(|error| syntax_error(&error, text, path))?;
    file.registry = Registry::new(text);
    if let Some(Err(why)) = file.notify.as_deref().map(process::check) {
        return Err(ConfigError::Notify { path: path.to_owned(), why });
    }
    Ok(file)
}

/// Gives a TOML error its line, and an unknown field the field that was probably meant.
fn syntax_error(error: &toml::de::Error, text: &str, path: &Path) -> ConfigError {
    let span = error.span().unwrap_or_default();
    let line = text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1);
    let message = error.message();
    let secrets = ["client_secret", "secret_id", "token", "password"];
    if secrets.iter().any(|name| message.starts_with(&format!("unknown field `{name}`"))) {
        return ConfigError::SecretInFile(path.to_owned());
    }
    // serde words it: unknown field `x`, expected one of `a`, `b`
    let mut quoted = message.split('`').skip(1).step_by(2);
    let nearest = match quoted.next() {
        Some(word) if message.starts_with("unknown") => nearest(word, quoted).map(str::to_owned),
        _ => None,
    };
    let message = message.split(", expected").next().unwrap_or(message).to_owned();
    let speaks_of_escape = message.contains("escape") || message.contains("unicode value");
    let is_escape = speaks_of_escape
        && text.lines().nth(line - 1).is_some_and(|written| written.contains('\\'));
    ConfigError::Syntax { path: path.to_owned(), line, message, nearest, is_escape }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> ConfigError {
        parse(text, Path::new("config.toml")).expect_err("an error")
    }

    #[test]
    fn an_unknown_field_is_refused_with_line_and_suggestion() {
        let error = failure("store = \"file\"\n\n[provider.zaehlerfreunde]\nclientid = \"x\"\n");
        let ConfigError::Syntax { line, message, nearest, .. } = error else { panic!("{error}") };
        assert_eq!((line, message.as_str()), (4, "unknown field `clientid`"));
        assert_eq!(nearest.as_deref(), Some("client_id"));
    }

    #[test]
    fn a_wrong_value_is_refused_with_its_line() {
        let error = failure("\nstore = \"kechain\"\n");
        let ConfigError::Syntax { line, nearest, .. } = error else { panic!("{error}") };
        assert_eq!((line, nearest.as_deref()), (2, Some("keychain")));
        assert!(matches!(failure("store ="), ConfigError::Syntax { line: 1, .. }));
    }

    #[test]
    fn a_path_of_windows_in_double_quotes_is_known() {
        for path in [r"C:\Users\anna", r"C:\Program Files", r"C:\xampp", r"C:\Tools\"] {
            let error = failure(&format!("store = \"file\"\nbrowser = \"{path}\"\n"));
            let told = format!("{error:?}");
            assert!(
                matches!(error, ConfigError::Syntax { line: 2, is_escape: true, .. }),
                "{told}"
            );
            assert!(parse(&format!("browser = '{path}'"), Path::new("x")).is_ok());
        }
        assert!(matches!(failure("store = "), ConfigError::Syntax { is_escape: false, .. }));
    }

    #[test]
    fn a_secret_in_the_file_is_refused_without_quoting_it() {
        let error = failure("[provider.timberdata]\nclient_secret = \"hunter2\"\n");
        assert!(matches!(error, ConfigError::SecretInFile(_)));
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}
