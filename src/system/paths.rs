//! Every folder and file name of the program.
//!
//! State (tokens, locks, index) lies at a place that cron and the desktop agree on: it follows the
//! home folder and `PARTNERLINK_HOME`, but not `XDG_STATE_HOME`, which a desktop session sets and
//! cron does not. Two lock files for one account would be no lock at all.

use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::account_id::AccountId;
use crate::system::owner::Others;
#[cfg(unix)]
use crate::system::owner::of_another_user;

const PROGRAM: &str = "partnerlink";

/// What a folder's name may not have where it is a part of another name: the Credential Manager's names end at a dot.
const IN_A_NAME: &AsciiSet = &CONTROLS.add(b'.').add(b'%');

/// Where everything is. Nothing is created by asking.
#[derive(Clone, Debug)]
pub struct Folders {
    config: PathBuf,
    /// Where the key of the sealed files is; like `state` the same for cron and the desktop.
    key: PathBuf,
    state: PathBuf,
    /// `PARTNERLINK_HOME`, where that is set.
    root: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub enum PathError {
    #[error("no home folder is known for this user")]
    NoHome,
    #[error("the home folder {} {why}", .path.display())]
    BadHome { path: PathBuf, why: &'static str },
    #[error("the folder {} {others}", .path.display())]
    Others { path: PathBuf, others: Others, is_state: bool },
    #[error("PARTNERLINK_HOME is {0:?}, which is not an absolute path")]
    RelativeRoot(PathBuf),
}

/// This user's home folder, where one is known.
pub fn home() -> Option<PathBuf> {
    Some(BaseDirs::new()?.home_dir().to_owned())
}

impl Folders {
    /// The system's folders, or everything under one `root` (`PARTNERLINK_HOME`).
    pub fn resolve(root: Option<&Path>) -> Result<Self, PathError> {
        if let Some(root) = root {
            if !root.is_absolute() {
                return Err(PathError::RelativeRoot(root.to_owned()));
            }
            // A folder of its own can be closed there, whoever may look into the root.
            let key = if cfg!(windows) { root.join("key") } else { root.to_owned() };
            let config = root.to_owned();
            let state = root.join("state");
            return Self { config, key, state, root: Some(root.to_owned()) }.checked();
        }
        let base = BaseDirs::new().ok_or(PathError::NoHome)?;
        check_home(base.home_dir())?;
        let project = ProjectDirs::from("", "", PROGRAM).ok_or(PathError::NoHome)?;
        let config = project.config_dir().to_owned();
        let (key, state) = if cfg!(windows) {
            // Not in the roaming part of a profile, of which a company keeps copies on a server.
            (project.config_local_dir().to_owned(), project.data_local_dir().to_owned())
        } else if cfg!(target_os = "macos") {
            // Configuration and data are one folder there.
            (project.preference_dir().to_owned(), project.data_local_dir().to_owned())
        } else {
            let below_home = |folder: &str| base.home_dir().join(folder).join(PROGRAM);
            (below_home(".config"), below_home(".local/state"))
        };
        Self { config, key, state, root: None }.checked()
    }

    /// The system's folders for this user, wherever these are; the same where no home is known.
    #[must_use]
    pub fn of_this_user(&self) -> Self {
        Self::resolve(None).unwrap_or_else(|_| self.clone())
    }

    /// Another user's folders on Linux, by their home.
    pub fn of_home(home: &Path) -> Self {
        let config = home.join(".config").join(PROGRAM);
        let state = home.join(".local/state").join(PROGRAM);
        Self { key: config.clone(), config, state, root: None }
    }

    /// Whoever can write there decides where tokens go.
    fn checked(self) -> Result<Self, PathError> {
        for (path, is_state) in [(&self.config, false), (&self.state, true)] {
            if let Ok(meta) = path.metadata()
                && let Some(others) = Others::of(&meta)
            {
                return Err(PathError::Others { path: path.clone(), others, is_state });
            }
        }
        Ok(self)
    }

    /// Folders that do not exist, for looking at a machine where no home folder is known.
    pub fn nowhere() -> Self {
        let root = std::env::temp_dir().join("partnerlink-without-a-home/none");
        Self { config: root.clone(), key: root.clone(), state: root, root: None }
    }

    /// The same folders for sandbox accounts, which never mix with real ones.
    #[must_use]
    pub fn for_sandbox(&self) -> Self {
        Self { state: self.state.join("sandbox"), ..self.clone() }
    }

    /// `PARTNERLINK_HOME`, where that is set.
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// Held while the key of the sealed files is put into the keychain.
    pub fn key_lock(&self) -> PathBuf {
        self.state.join("key.lock")
    }

    /// The key of the sealed files, unless the configuration names another place. Never beside the
    /// tokens: one stolen folder is not enough.
    pub fn default_key_file(&self) -> PathBuf {
        self.key.join("tokens.key")
    }

    pub fn state(&self) -> &Path {
        &self.state
    }

    /// The sealed files of the file store.
    pub fn tokens(&self) -> PathBuf {
        self.state.join("tokens")
    }

    /// One small file for each connected account, without secrets.
    pub fn accounts(&self) -> PathBuf {
        self.state.join("accounts")
    }

    /// What the meters of an account are called, for finding one by name without asking.
    pub fn meters_file(&self, account: &AccountId) -> PathBuf {
        self.state.join("meters").join(format!("{}.json", account.file_stem()))
    }

    pub fn locks(&self) -> PathBuf {
        self.state.join("locks")
    }

    /// When the next token request to a host may begin, where its provider's pace is described.
    pub fn paces(&self) -> PathBuf {
        self.state.join("pace")
    }

    /// The folder of [`Folders::intent_file`].
    pub fn intents(&self) -> PathBuf {
        self.state.join("intents")
    }

    /// That a refresh token is being spent, written before it is.
    pub fn intent_file(&self, account: &AccountId) -> PathBuf {
        self.intents().join(format!("{}.json", account.file_stem()))
    }

    /// That an account is being moved to another store, and how far that is.
    pub fn move_file(&self, account: &AccountId) -> PathBuf {
        self.state.join("moves").join(format!("{}.json", account.file_stem()))
    }

    /// What readings an account handed in, for each person and address a file.
    pub fn pushed(&self, account: &AccountId) -> PathBuf {
        self.state.join("pushed").join(account.file_stem())
    }

    /// Its time is that of the last whole look into the shared store.
    pub fn shared_seen_file(&self) -> PathBuf {
        self.state.join("shared-seen")
    }

    /// What came of the last refresh that nobody watched.
    pub fn last_run_file(&self) -> PathBuf {
        self.state.join("last-run.json")
    }

    /// What people were told with `--notify`.
    pub fn notices_file(&self) -> PathBuf {
        self.state.join("notices.json")
    }

    /// What the embedded providers of the sandbox remember.
    pub fn sandbox_file(&self) -> PathBuf {
        self.state.join("providers.json")
    }
}

/// What tells the keychain's items of a `PARTNERLINK_HOME` from those of every other: its name, the
/// same whichever link leads there. Locks, index and journal lie in it, and hold for no other.
pub fn mark(root: &Path) -> String {
    let real = root.ancestors().find_map(|ancestor| {
        let rest = root.strip_prefix(ancestor).ok()?;
        // By its parts: to join nothing would leave a slash at the end.
        Some(ancestor.canonicalize().ok()?.join(rest).components().collect::<PathBuf>())
    });
    let real = real.as_deref().unwrap_or(root).to_string_lossy();
    utf8_percent_encode(&real, IN_A_NAME).to_string()
}

/// Where systemd looks for a user's own units.
pub fn user_units() -> Option<PathBuf> {
    Some(BaseDirs::new()?.config_dir().join("systemd/user"))
}

/// Where launchd looks for a user's own jobs.
pub fn launch_agents() -> Option<PathBuf> {
    Some(BaseDirs::new()?.home_dir().join("Library/LaunchAgents"))
}

/// Where the file lies that a task of the Windows Task Scheduler is made from.
pub fn task_files() -> Option<PathBuf> {
    Some(BaseDirs::new()?.data_local_dir().join(PROGRAM))
}

/// Another user's home (`sudo` keeps HOME) or `/` is no place for tokens.
#[cfg(unix)]
fn check_home(home: &Path) -> Result<(), PathError> {
    let bad = |why| PathError::BadHome { path: home.to_owned(), why };
    if home.parent().is_none() {
        return Err(bad("is the root folder"));
    }
    let metadata = home.metadata().map_err(|_| bad("cannot be read"))?;
    if of_another_user(&metadata).is_some() {
        return Err(bad("belongs to another user"));
    }
    match Others::of(&metadata) {
        Some(others) => Err(PathError::Others { path: home.to_owned(), others, is_state: false }),
        None => Ok(()),
    }
}

#[cfg(not(unix))]
fn check_home(_home: &Path) -> Result<(), PathError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_root_moves_everything() {
        let root = std::env::temp_dir().join("nobody-made-it");
        let folders = Folders::resolve(Some(&root)).unwrap();
        let account = "timberdata:a".parse().unwrap();
        for path in [
            folders.config_file(),
            folders.tokens(),
            folders.locks(),
            folders.accounts(),
            folders.intent_file(&account),
            folders.for_sandbox().tokens(),
        ] {
            assert!(path.starts_with(&root), "{}", path.display());
        }
        assert_ne!(folders.for_sandbox().locks(), folders.locks());
        assert!(Folders::resolve(Some(Path::new("relative"))).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn the_root_folder_is_nobodys_home() {
        assert!(check_home(Path::new("/")).is_err());
        assert!(check_home(Path::new("/nonexistent/home")).is_err());
    }
}
