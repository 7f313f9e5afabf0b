//! What this machine does wrong, or the person at it: exit code, stable name and cure of each error
//! of the configuration, the stores, files, ports and schedules.

use std::io::ErrorKind;
use std::path::Path;

use super::Exit::{Busy, Refused, Store, TryLater, Usage};
use super::{Explain, Meaning};
use crate::account_id::AccountIdError;
use crate::config::ConfigError;
use crate::data::query::QueryError;
use crate::loopback::BindError;
use crate::provider::ProviderError;
use crate::schedule::ScheduleError;
use crate::store::StoreError;
use crate::store::lock::LockError;
use crate::system::FileError;
use crate::system::files::is_full;
use crate::system::held::is_held;
use crate::system::owner::Others;
use crate::system::paths::PathError;
use crate::text::{delete_command, shell_quoted};

/// Where the disk, or what its system grants this user of it, is full.
pub const MAKE_ROOM: &str = "make room on the disk, then try again";

impl Explain for AccountIdError {
    fn meaning(&self) -> Meaning {
        Usage.means(
            "bad-account-name",
            "an account is PROVIDER or PROVIDER:NAME, for example \
             zaehlerfreunde:stadtwerke-muster",
        )
    }
}

impl Explain for ConfigError {
    fn meaning(&self) -> Meaning {
        if let Self::Syntax { nearest: Some(nearest), .. } = self {
            return Usage.means("configuration", format!("did you mean `{nearest}`?"));
        }
        let hint = match self {
            Self::Folders(PathError::Others { path, others, is_state: true }) => {
                return Store.means("store-unsafe", take_back(path, *others));
            }
            Self::Folders(PathError::Others { path, others, .. })
            | Self::Others { path, others } => {
                return Usage.means("configuration", take_back(path, *others));
            }
            Self::NotText { .. } => "save it as UTF-8, as every editor can",
            Self::Folders(PathError::RelativeRoot(_)) => {
                "set PARTNERLINK_HOME to the whole path of a folder of your own, or not at all"
            }
            Self::Folders(_) if cfg!(windows) => "set PARTNERLINK_HOME to a folder of your own",
            Self::Folders(_) => {
                "set HOME to your own home folder, or PARTNERLINK_HOME to a folder of your own"
            }
            Self::Unreadable { source, .. } | Self::NotWritten { source, .. }
                if is_held(source) =>
            {
                return in_use("configuration");
            }
            Self::Unreadable { .. } => "make the file readable for yourself",
            Self::TooLarge(_) => "remove what does not belong there",
            Self::Syntax { is_escape: true, .. } => {
                "write a path in single quotes, in which a backslash is one: 'C:\\…'; `partnerlink \
                 config path` tells where the file is"
            }
            Self::Syntax { .. } => {
                "correct the line; `partnerlink config path` tells where the file is"
            }
            Self::SecretInFile(_) => {
                "delete the line, have the secret replaced by the provider if others could read \
                 it, and give it with --client-secret-stdin: it is kept in the token store"
            }
            Self::Variable { name: "PARTNERLINK_STORE", .. } => "use keychain, file or vault",
            Self::Vault { hint, .. } => return Usage.means("configuration", hint.clone()),
            Self::Variable { name: "PARTNERLINK_LANGUAGE", .. } => "use de or en",
            Self::Variable { .. } => "use 1, or the address that `partnerlink sandbox` printed",
            Self::Notify { .. } if cfg!(windows) => {
                r"notify = 'C:\path\of\program.exe its arguments'"
            }
            Self::Notify { .. } => "notify = \"/path/of/a/program its arguments\"",
            Self::NoPlace { .. } => "put the line into the file yourself; is its value TOML?",
            Self::ChangedMeanwhile(_) => "run the command again",
            Self::NotWritten { source, .. } if is_full(source) => MAKE_ROOM,
            Self::NotWritten { .. } => "make the file and its folder writable for yourself",
        };
        Usage.means("configuration", hint)
    }
}

/// How a file or folder becomes this user's alone, without harm to what is in it.
fn take_back(path: &Path, others: Others) -> String {
    let quoted = path.to_string_lossy();
    let quoted = shell_words::quote(&quoted);
    match others {
        _ if others.shares_it() => {
            "choose a folder of your own, in HOME or PARTNERLINK_HOME: this one is for everybody"
                .into()
        }
        Others::Writers(_) => format!("chmod go-w {quoted}"),
        Others::Owner(id) => format!(
            "run it as that user: sudo -u '#{id}' partnerlink …\nor, if what is there is yours: sudo \
             chown \"$(id -u)\" {quoted}"
        ),
    }
}

impl Explain for ProviderError {
    fn meaning(&self) -> Meaning {
        let hint = match self {
            Self::Unknown { nearest: Some(nearest), .. } => format!("did you mean {nearest}?"),
            Self::Unknown { .. } => "`partnerlink provider list` shows which there are".into(),
            Self::NotCompleted { provider } => {
                let hint = format!("partnerlink provider check {provider}");
                return Usage.means("provider-not-completed", hint);
            }
            _ => {
                "correct it in the configuration file; `partnerlink config path` tells where it is"
                    .into()
            }
        };
        Usage.means("provider", hint)
    }
}

impl Explain for ScheduleError {
    fn meaning(&self) -> Meaning {
        let refused = |hint: &str| Refused.means("schedule", hint);
        let usage = |hint: &str| Usage.means("schedule", hint);
        match self {
            Self::Value { .. } => usage("use another path or name, or another --kind"),
            Self::OtherSystem(kind) => Usage.means(
                "schedule",
                format!(
                    "print it here and install it there: partnerlink schedule print --kind {}",
                    kind.word()
                ),
            ),
            Self::ByHand => usage(
                "`partnerlink schedule print` shows the agent, its place and the command that \
                 starts it; to end it: launchctl bootout gui/$(id -u)/partnerlink.refresh",
            ),
            Self::NoUser(_) => usage("create the account first, or name another with --user"),
            Self::NotRoot => usage("the same with sudo, or without --kind for a timer of your own"),
            Self::Foreign(_) => refused("look at the file, and move it away if it is not needed"),
            Self::NoProgram(_) => refused("install it, or choose another --kind"),
            Self::Nameless(_) => refused("name it, as in --program /usr/bin/partnerlink"),
            _ if self.is_held() => in_use("schedule"),
            Self::File { .. } | Self::Child(_) | Self::Step { .. } => {
                refused("`partnerlink schedule print` shows what is written, to do it by hand")
            }
            Self::Halfway { why, .. } => why.meaning(),
        }
    }
}

impl Explain for StoreError {
    fn meaning(&self) -> Meaning {
        let (code, hint) = match self {
            _ if self.is_held() => return in_use("store-file-in-use"),
            Self::Locked => (
                "store-locked",
                "unlock the keychain (sign in to the desktop, or open its password program); \
                 where nobody can, connect with --store file",
            ),
            Self::Denied(_) => {
                ("store-denied", "allow partnerlink in the keychain's own program, then try again")
            }
            Self::Unreachable(_) if cfg!(windows) => (
                "store-unreachable",
                "partnerlink store use file\n\
                 keeps new accounts in sealed files; the Credential Manager is there only for who \
                 signed in at the desk, and not for a service or over ssh with a key",
            ),
            Self::Unreachable(_) if cfg!(target_os = "macos") => (
                "store-unreachable",
                "partnerlink store use file\n\
                 keeps new accounts in sealed files; or open the keychain first: security \
                 unlock-keychain",
            ),
            Self::Unreachable(_) => (
                "store-unreachable",
                "partnerlink store use file\n\
                 keeps new accounts in sealed files, for a machine without a keychain service; or \
                 start one: gnome-keyring, KWallet, KeePassXC",
            ),
            Self::NoCollection => (
                "store-no-collection",
                "create a keychain named \"Login\" once in its own program (Seahorse, KWallet), or \
                 connect with --store file",
            ),
            Self::ServiceLost => ("store-lost", "try again; the new service is asked then"),
            Self::TimedOut(_) => (
                "store-timeout",
                "look for a window that asks to unlock the keychain; for cron, connect with \
                 --store file",
            ),
            Self::Ambiguous { .. } => (
                "store-ambiguous",
                "delete the items of that name in the keychain's own program, and connect again",
            ),
            Self::ReadBackDiffers(_) => (
                "store-unreliable",
                "this store does not keep what it is given: if it is files, check their disk; if \
                 not, connect with --store file",
            ),
            Self::Damaged { .. } => ("store-damaged", "connect the account again"),
            Self::TooNew { .. } => ("store-too-new", "use the newer partnerlink for this account"),
            Self::WrongKey(_) => (
                "store-wrong-key",
                "give the key with which it was sealed; where that is gone for good, connect the \
                 account again",
            ),
            Self::WrongPassphrase(salt) => {
                return Store.means("store-wrong-key", wrong_passphrase(salt));
            }
            Self::NoKey(_) => (
                "store-no-key",
                "put the key back, or name its place in the configuration (`file_key`, \
                 `key_file`). Where it is gone for good, a sign-in makes a new one: connect the \
                 account again",
            ),
            Self::Unsafe { .. } if cfg!(windows) => (
                "store-unsafe",
                "put the thing itself in the place of a link; without its key nothing that is \
                 sealed can be read, so do not remove that",
            ),
            Self::Unsafe { .. } => (
                "store-unsafe",
                "give it to your own user (chown), and put the thing itself in the place of a link; \
                 without its key nothing that is sealed can be read, so do not remove that",
            ),
            Self::OpenKey { path, .. } => {
                let name = shell_quoted(&path.to_string_lossy());
                return Store.means("store-unsafe", format!("chmod 600 {name}"));
            }
            Self::NoSpace(_) => ("store-full", MAKE_ROOM),
            Self::Io { source, .. } if source.kind() == ErrorKind::NotADirectory => {
                ("store-io", "there is a file in the place of one of its folders: move it away")
            }
            Self::Io { .. } => ("store-io", "make the folder writable for your own user"),
            Self::Keychain(_) => {
                ("store-failed", "try again; if it stays, connect with --store file")
            }
            Self::NoIntent(_) => (
                "store-io",
                "make room on the disk, and make the state folder writable for your own user",
            ),
            Self::NotSetUp(_) => {
                let hint = "describe it in the configuration file: partnerlink help shared-store";
                return Usage.means("store-not-set-up", hint);
            }
            Self::Unavailable(_) => {
                return TryLater.means(
                    "store-unavailable",
                    "try again later; `partnerlink doctor` looks at the shared store",
                );
            }
            Self::Misconfigured { hint, .. } => {
                return Usage.means("store-misconfigured", hint.clone());
            }
            Self::Forbidden { hint, .. } => return Store.means("store-forbidden", hint.clone()),
            Self::NoCredential { hint, .. } => {
                return Store.means("store-no-credential", hint.clone());
            }
            Self::Wrapping { hint, .. } => return Store.means("store-wrapping", hint.clone()),
            Self::WrongEngine { mount, .. } => {
                let hint = format!(
                    "bao secrets enable -path={mount} -version=2 kv\n\
                     where something else is mounted there, enable it elsewhere, and say so in \
                     [vault]: mount = \"…\""
                );
                return Usage.means("store-wrong-engine", hint);
            }
            Self::Conflict(_) => return Busy.means("store-conflict", "try again"),
            Self::ReadOnly => {
                let hint = "do it on a machine with vault.access = \"refresh\"";
                return Usage.means("store-read-only", hint);
            }
            Self::Vanished(account) => {
                let hint = format!(
                    "was a backup restored, or does another server answer? `partnerlink doctor` \
                     names it; if it was deleted there: partnerlink connect {account}, or to forget \
                     it here: partnerlink disconnect --no-revoke {account}"
                );
                return Store.means("store-vanished", hint);
            }
            Self::Taken(account) => {
                let hint = format!(
                    "keep one of the two: partnerlink disconnect {account}, or connect it here \
                     under another name"
                );
                return Usage.means("store-taken", hint);
            }
            Self::NoSuchStore(_) => {
                ("store-unknown", "use the newer partnerlink that wrote it, or connect again")
            }
        };
        Store.means(code, hint)
    }
}

/// What to do about a file that another program has open for longer than it was waited for.
pub const CLOSE_IT: &str =
    "close it there and try again; a virus scanner or a backup lets it go by itself";

fn in_use(code: &'static str) -> Meaning {
    Busy.means(code, CLOSE_IT)
}

/// A forgotten passphrase has a way out as well.
fn wrong_passphrase(salt: &Path) -> String {
    format!(
        "give the right one in PARTNERLINK_PASSPHRASE; where it is forgotten, what it sealed is \
         lost: {}, and connect the account again",
        delete_command(salt)
    )
}

impl Explain for LockError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::Held { .. } => Busy.means(
                "busy",
                "another partnerlink works on this account; try again when it is done",
            ),
            Self::InUse(_) => in_use("lock-in-use"),
            Self::NotSupported { .. } => Busy.means(
                "no-locks",
                "set PARTNERLINK_HOME to a folder on a local disk: a network disk without locks \
                 is not safe",
            ),
            Self::Unusable { path, .. } if cfg!(windows) => Store.means(
                "lock-unusable",
                format!(
                    "make it a file that you can write; what is no file can be moved away: {}",
                    path.display()
                ),
            ),
            Self::Unusable { path, .. } => Store.means(
                "lock-unusable",
                format!(
                    "make it a file of your own: sudo chown \"$(id -u)\" {}; what is no file there \
                     can be moved away",
                    shell_quoted(&path.to_string_lossy())
                ),
            ),
        }
    }
}

impl Explain for BindError {
    fn meaning(&self) -> Meaning {
        let hint = match self {
            Self::AllTaken { .. } => {
                "end the program that has the port, or a sign-in that still waits in another \
                 terminal"
            }
            _ => "check `redirect_uris` of the provider",
        };
        Usage.means("ports", hint)
    }
}

impl Explain for QueryError {
    fn meaning(&self) -> Meaning {
        let hint = match self {
            Self::NoBegin => "give --month 2026-10, --from 2026-10-01, or --last 7d".to_owned(),
            Self::NoOffset { meant, .. } => format!("write {meant}"),
            Self::NotAMonth(_) => "for example: --month 2026-10".into(),
            Self::NotAYear(_) => "for example: --year 2026".into(),
            Self::Empty { instead: Some(instead) } => format!("write {instead}"),
            _ => "for example: --month 2026-10, --from 2026-10-01 --to 2026-11-01, or --last 7d"
                .into(),
        };
        Usage.means("time", hint)
    }
}

impl Explain for FileError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::Exists(_) | Self::NotOrdinary(_) | Self::Stream(_) => {
                Usage.means("output-file", "name another file")
            }
            Self::InUse(_) => in_use("output-file"),
            Self::Busy(_) => Busy.means("output-file", "wait for the other run"),
            Self::Io { source, .. } if is_full(source) => Refused.means("output-file", MAKE_ROOM),
            Self::Io { .. } => Refused.means("output-file", "name a file that you can write"),
        }
    }
}
