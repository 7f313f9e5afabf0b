//! Each layer's errors with their exit code, their stable name and their cure: the one table.

use super::{Exit, Explain, Meaning};
use crate::account_id::AccountIdError;
use crate::api::ApiError;
use crate::config::{ConfigError, client_variable};
use crate::data::query::QueryError;
use crate::flow::disconnect::DisconnectError;
use crate::flow::login::LoginError;
use crate::flow::moving::MoveError;
use crate::flow::refresh::RefreshError;
use crate::flow::token_source::NoToken;
use crate::flow::verify::VerifyError;
use crate::http::HttpError;
use crate::loopback::BindError;
use crate::oauth::id_token::IdTokenError;
use crate::oauth::token::TokenError;
use crate::provider::registry::LookupError;
use crate::schedule::ScheduleError;
use crate::store::StoreError;
use crate::store::lock::LockError;
use crate::system::FileError;

fn meaning(exit: Exit, code: &'static str, hint: impl Into<String>) -> Meaning {
    Meaning { exit, code, hint: hint.into() }
}

impl Explain for AccountIdError {
    fn meaning(&self) -> Meaning {
        meaning(
            Exit::Usage,
            "bad-account-name",
            "an account is PROVIDER or PROVIDER:NAME, for example zaehlerfreunde:stadtwerke-muster",
        )
    }
}

impl Explain for ConfigError {
    fn meaning(&self) -> Meaning {
        let hint = match self {
            Self::Folders(_) => {
                "set HOME to your own home folder, or PARTNERLINK_HOME to a folder of your own".into()
            }
            Self::Unreadable { .. } => "make the file readable for yourself, or remove it".into(),
            Self::TooLarge(_) => "remove what does not belong there".into(),
            Self::Syntax { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
            Self::Syntax { .. } => "correct the line; `partnerlink config path` tells where the file is".into(),
            Self::SecretInFile(_) => "delete the line, have the secret replaced by the provider if others \
                could read it, and give it with --client-secret-stdin: it is kept in the token store"
                .into(),
            Self::Variable { name: "PARTNERLINK_STORE", .. } => "use keychain or file".into(),
            Self::Variable { .. } => "use 1, or the address that `partnerlink sandbox` printed".into(),
            Self::Notify { .. } => "notify = \"/path/of/a/program its arguments\"".into(),
            Self::Missing(_) => String::new(),
            Self::NoPlace { .. } => "put the line into the file yourself; is its value TOML?".into(),
            Self::ChangedMeanwhile(_) => "run the command again".into(),
            Self::NotWritten { .. } => "make the file and its folder writable for yourself".into(),
        };
        meaning(Exit::Usage, "configuration", hint)
    }
}

impl Explain for ScheduleError {
    fn meaning(&self) -> Meaning {
        let refused = |hint: &str| meaning(Exit::Refused, "schedule", hint);
        let usage = |hint: &str| meaning(Exit::Usage, "schedule", hint);
        match self {
            Self::Value { .. } => usage("use another path or name, or another --kind"),
            Self::OtherSystem(kind) => meaning(
                Exit::Usage,
                "schedule",
                format!(
                    "print it here and install it there: partnerlink schedule print --kind {}",
                    kind.word()
                ),
            ),
            Self::ByHand => usage(
                "`partnerlink schedule print` shows the agent, its place and the command that starts it; \
                 to end it: launchctl bootout gui/$(id -u)/partnerlink.refresh",
            ),
            Self::NoUser(_) => usage("create the account first, or name another with --user"),
            Self::NotRoot => usage("the same with sudo, or without --kind for a timer of your own"),
            Self::Foreign(_) => refused("look at the file, and move it away if it is not needed"),
            Self::NoProgram(_) => refused("install it, or choose another --kind"),
            Self::File { .. } | Self::Child(_) | Self::Step { .. } => {
                refused("`partnerlink schedule print` shows what is written, to do it by hand")
            }
            Self::Halfway { why, .. } => why.meaning(),
        }
    }
}

impl Explain for LookupError {
    fn meaning(&self) -> Meaning {
        let hint = match self {
            Self::Unknown { nearest: Some(nearest), .. } => format!("did you mean {nearest}?"),
            Self::Unknown { .. } => "`partnerlink provider list` shows which there are".into(),
            Self::Invalid(_) | Self::Unreadable(..) => {
                "correct it in the configuration file; `partnerlink config path` tells where it is"
                    .into()
            }
        };
        meaning(Exit::Usage, "provider", hint)
    }
}

impl Explain for StoreError {
    fn meaning(&self) -> Meaning {
        let (code, hint) = match self {
            Self::Locked => (
                "store-locked",
                "unlock the keychain (sign in to the desktop, or open its password program); \
                 where nobody can, connect with --store file",
            ),
            Self::Denied(_) => {
                ("store-denied", "allow partnerlink in the keychain's own program, then try again")
            }
            Self::Unreachable(_) => (
                "store-unreachable",
                "start a keychain service (gnome-keyring, KWallet, KeePassXC); where there is none, \
                 as on a server, connect with --store file, or put `store = \"file\"` into the configuration",
            ),
            Self::NoCollection => (
                "store-no-collection",
                "create a keychain named \"Login\" once in its own program (Seahorse, KWallet), or connect with \
                 --store file",
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
                "this keychain does not keep what it is given; connect with --store file",
            ),
            Self::Damaged { .. } => ("store-damaged", "connect the account again"),
            Self::TooNew { .. } => ("store-too-new", "use the newer partnerlink for this account"),
            Self::WrongKey(_) => (
                "store-wrong-key",
                "give the key or passphrase with which the file was sealed; where it is gone, disconnect the \
                 account and connect it again",
            ),
            Self::NoKey(_) => {
                ("store-no-key", "check `file_key` in the configuration and the key it names")
            }
            Self::Unsafe { .. } => ("store-unsafe", "remove it, or give it to your own user"),
            Self::NoSpace(_) => ("store-full", "make room on the disk, then try again"),
            Self::Io { .. } => ("store-io", "make the folder writable for your own user"),
            Self::Keychain(_) => {
                ("store-failed", "try again; if it stays, connect with --store file")
            }
            Self::NoSuchStore(_) => {
                ("store-unknown", "use the newer partnerlink that wrote it, or connect again")
            }
        };
        meaning(Exit::Store, code, hint)
    }
}

impl Explain for LockError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::Held { .. } => meaning(
                Exit::Busy,
                "busy",
                "another partnerlink works on this account; try again when it is done",
            ),
            Self::NotSupported { .. } => meaning(
                Exit::Busy,
                "no-locks",
                "set PARTNERLINK_HOME to a folder on a local disk: a network disk without locks is not safe",
            ),
            Self::Unusable { .. } => {
                meaning(Exit::Store, "lock-unusable", "remove it, or give it to your own user")
            }
        }
    }
}

impl Explain for HttpError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::TooLarge { .. } => {
                meaning(Exit::BadAnswer, "answer-too-large", "ask the provider")
            }
            Self::Unusable(_) => meaning(
                Exit::Usage,
                "http-unusable",
                "install the system's root certificates (ca-certificates), or name them in SSL_CERT_FILE",
            ),
            Self::Setup { code, hint, .. } => meaning(Exit::Usage, code, *hint),
            Self::Untrusted { .. } => meaning(
                Exit::TryLater,
                "certificate",
                "check the network, and whether the address is right; if your company inspects TLS, give its \
                 certificate: --ca-file FILE",
            ),
            _ => meaning(
                Exit::TryLater,
                "network",
                "check the network and the proxy, then try again; nothing was lost",
            ),
        }
    }
}

impl Explain for TokenError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::GrantRefused(_) => meaning(Exit::BadAnswer, "grant-refused", "connect again"),
            Self::ClientRefused(_) => meaning(
                Exit::Usage,
                "client-settings",
                "check the client ID and the client secret with the provider; the sign-in is kept",
            ),
            Self::Refused(_) => meaning(
                Exit::BadAnswer,
                "provider-refused",
                "check the provider's settings, or ask the provider",
            ),
            Self::TryLater { .. } => {
                meaning(Exit::TryLater, "try-later", "try again later; nothing was lost")
            }
            Self::Unusable { .. } => meaning(
                Exit::BadAnswer,
                "bad-answer",
                "check for a proxy that answers in the provider's place, or ask the provider",
            ),
        }
    }

    fn http_status(&self) -> Option<u16> {
        match self {
            Self::TryLater { status, .. } | Self::Unusable { status, .. } => Some(*status),
            _ => None,
        }
    }
}

impl Explain for IdTokenError {
    fn meaning(&self) -> Meaning {
        let hint = match self {
            Self::Expired | Self::IssuedAt => "set this machine's clock, then try again",
            Self::Subject => "connect again, with --replace if the person really changed",
            Self::Issuer(_) => "check `issuers` of the provider, or ask the provider",
            _ => "nothing was stored; try again, and ask the provider if it stays",
        };
        meaning(Exit::BadAnswer, "id-token", hint)
    }
}

impl Explain for BindError {
    fn meaning(&self) -> Meaning {
        let hint = match self {
            Self::AllTaken { .. } => {
                "end the program that has the port, or a sign-in that still waits in another terminal"
            }
            _ => "check `redirect_uris` of the provider",
        };
        meaning(Exit::Usage, "ports", hint)
    }
}

impl Explain for LoginError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::Store(error) => error.meaning(),
            Self::Bind(error) => error.meaning(),
            Self::Http(error) => error.meaning(),
            Self::Token(TokenError::ClientRefused(_)) => meaning(
                Exit::Usage,
                "client-settings",
                "check the client ID and the client secret with the provider; nothing was stored",
            ),
            Self::Token(error) => error.meaning(),
            Self::Identity(error) => error.meaning(),
            Self::Lock(error) => error.meaning(),
            Self::Serve(_) | Self::NoRandomness(_) => meaning(Exit::Refused, "system", ""),
            Self::TimedOut(_) => meaning(
                Exit::Refused,
                "timeout",
                "run the command again; --timeout 15m waits longer",
            ),
            Self::Interrupted => meaning(Exit::Refused, "interrupted", ""),
            Self::Denied => meaning(
                Exit::Refused,
                "denied",
                "run the command again and agree on the provider's page, if that is what you want",
            ),
            Self::Refused(_) => meaning(
                Exit::BadAnswer,
                "provider-refused",
                "check client ID, redirect URI and scope with the provider",
            ),
            Self::MixUp => meaning(
                Exit::BadAnswer,
                "mix-up",
                "nothing was stored; try again, and if it happens again ask the provider",
            ),
            Self::NoIdToken => meaning(
                Exit::BadAnswer,
                "id-token",
                "nothing was stored; ask the provider, or leave `openid` out of the scope",
            ),
            Self::AnotherPerson { account, .. } => meaning(
                Exit::BadAnswer,
                "another-person",
                format!(
                    "add --replace if that is right, or give this person an account of their own: \
                     partnerlink connect {}:NAME",
                    account.provider()
                ),
            ),
        }
    }

    fn http_status(&self) -> Option<u16> {
        match self {
            Self::Token(error) => error.http_status(),
            _ => None,
        }
    }
}

impl Explain for RefreshError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::NotConnected => meaning(Exit::SignInNeeded, "not-connected", "connect it first"),
            Self::Lock(error) => error.meaning(),
            Self::Store(error) => error.meaning(),
            Self::NoClientSecret { provider } => {
                let variable = client_variable(provider, "CLIENT_SECRET");
                meaning(Exit::Usage, "usage", format!("set {variable}, or connect again"))
            }
            Self::NotSaved(_) => meaning(
                Exit::Store,
                "not-saved",
                "mend the store and refresh again within a minute: the provider may still accept the \
                 former token; after that, connect again",
            ),
            Self::NoIntent(_) => meaning(
                Exit::Store,
                "store-io",
                "make room on the disk, and make the state folder writable for your own user",
            ),
            Self::Http(error) => error.meaning(),
            Self::Token(error) => error.meaning(),
            Self::Identity(error) => error.meaning(),
        }
    }

    fn http_status(&self) -> Option<u16> {
        match self {
            Self::Token(error) => error.http_status(),
            _ => None,
        }
    }
}

impl Explain for DisconnectError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::Lock(error) => error.meaning(),
            Self::NotDeleted(error) => error.meaning(),
        }
    }
}

impl Explain for MoveError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::NotConnected => meaning(Exit::SignInNeeded, "not-connected", "connect it first"),
            Self::Lock(error) => error.meaning(),
            Self::NotCopied(error) => error.meaning(),
            Self::NotDeleted { why, .. } => {
                let hint = format!("{}; then do the same again", why.meaning().hint);
                meaning(Exit::Store, "former-record-left", hint)
            }
        }
    }
}

impl Explain for VerifyError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::Lock(error) => error.meaning(),
            Self::Store(error) => error.meaning(),
            Self::Gone(_) => meaning(Exit::Store, "record-missing", "connect the account again"),
        }
    }
}

impl Explain for NoToken {
    fn meaning(&self) -> Meaning {
        match self {
            Self::Store(error) => error.meaning(),
            Self::Refresh(error) => error.meaning(),
            Self::Outcome(_) => meaning(Exit::SignInNeeded, "sign-in-needed", "connect again"),
        }
    }
}

impl Explain for ApiError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::NoToken(error) => error.meaning(),
            Self::Http(error) => error.meaning(),
            Self::Unauthorized => meaning(Exit::SignInNeeded, "sign-in-needed", "connect again"),
            Self::Forbidden { .. } => meaning(
                Exit::BadAnswer,
                "forbidden",
                "connect again with the scope that this needs, or ask the provider for the right",
            ),
            Self::NotFound(_) => {
                meaning(Exit::BadAnswer, "not-found", "check the id, or the path with the provider")
            }
            Self::Refused { .. } => {
                meaning(Exit::BadAnswer, "provider-refused", "check what was asked for")
            }
            Self::TryLater(_) | Self::BrokeOff(_) => {
                meaning(Exit::TryLater, "try-later", "try again later; nothing was lost")
            }
            Self::OtherHost { .. } => meaning(
                Exit::Usage,
                "other-host",
                "use a path below the provider's API, such as /spaces",
            ),
            Self::Unusable { .. } => meaning(
                Exit::BadAnswer,
                "bad-answer",
                "check for a proxy that answers in the provider's place, or ask the provider",
            ),
        }
    }

    fn http_status(&self) -> Option<u16> {
        match self {
            Self::Unauthorized => Some(401),
            Self::Forbidden { .. } => Some(403),
            Self::NotFound(_) => Some(404),
            Self::Refused { status, .. } | Self::TryLater(status) => Some(*status),
            _ => None,
        }
    }
}

impl Explain for QueryError {
    fn meaning(&self) -> Meaning {
        let hint = match self {
            Self::NoBegin => "give --from 2026-10-01, or --last 7d",
            _ => "for example: --from 2026-10-01 --to 2026-11-01, or --last 7d",
        };
        meaning(Exit::Usage, "time", hint)
    }
}

impl Explain for FileError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::Exists(_) | Self::NotOrdinary(_) => {
                meaning(Exit::Usage, "output-file", "name another file")
            }
            Self::Busy(_) => meaning(Exit::Busy, "output-file", "wait for the other run"),
            Self::Io { .. } => {
                meaning(Exit::Refused, "output-file", "name a file that you can write")
            }
        }
    }
}
