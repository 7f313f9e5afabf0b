//! What a provider answers, and what becomes of a sign-in: exit code, stable name and cure of each
//! error of requests and of the flows that send them.

use super::Exit::{BadAnswer, Refused, SignInNeeded, Store, TryLater, Usage};
use super::{Explain, Meaning};
use crate::api::ApiError;
use crate::config::client_variable;
use crate::flow::FlowError;
use crate::flow::disconnect::Revocation;
use crate::http::HttpError;
use crate::oauth::id_token::IdTokenError;
use crate::oauth::token::TokenError;

pub(super) fn later() -> Meaning {
    TryLater.means("try-later", "try again later; nothing was lost")
}

fn connect_again() -> Meaning {
    SignInNeeded.means("sign-in-needed", "connect again")
}

fn not_the_provider() -> Meaning {
    let hint = "check for a proxy that answers in the provider's place, or ask the provider";
    BadAnswer.means("bad-answer", hint)
}

impl Explain for HttpError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::TooLarge { .. } => BadAnswer.means("answer-too-large", "ask the provider"),
            Self::Unusable(_) => Usage.means(
                "http-unusable",
                "install the system's root certificates (ca-certificates), or name them in \
                 SSL_CERT_FILE",
            ),
            Self::Setup { code, hint, .. } => Usage.means(code, *hint),
            Self::Untrusted { .. } => TryLater.means(
                "certificate",
                "check the network, and whether the address is right; if your company inspects \
                 TLS, give its certificate: --ca-file FILE",
            ),
            _ => TryLater.means(
                "network",
                "check the network and the proxy, then try again; nothing was lost",
            ),
        }
    }
}

impl Explain for TokenError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::GrantRefused(_) => BadAnswer.means("grant-refused", "connect again"),
            Self::ClientRefused(_) => Usage.means(
                "client-settings",
                "check the client ID and the client secret with the provider; the sign-in is kept",
            ),
            Self::Refused(_) => BadAnswer
                .means("provider-refused", "check the provider's settings, or ask the provider"),
            Self::TryLater { status, .. } => later().at(*status),
            Self::Unusable { status, .. } => not_the_provider().at(*status),
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
        BadAnswer.means("id-token", hint)
    }
}

impl Explain for FlowError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::Lock(error) => error.meaning(),
            Self::Store(error) | Self::NotDeleted(error) => error.meaning(),
            Self::Http(error) => error.meaning(),
            Self::Identity(error) => error.meaning(),
            Self::Bind(error) => error.meaning(),
            Self::NotConnected => SignInNeeded.means("not-connected", "connect it first"),
            Self::NotRefreshed(_) => connect_again(),
            Self::NotGranted(TokenError::ClientRefused(_)) => Usage.means(
                "client-settings",
                "check the client ID and the client secret with the provider; nothing was stored",
            ),
            Self::NotGranted(error) | Self::Token(error) => error.meaning(),
            Self::Serve(_) | Self::NoRandomness(_) => Refused.means("system", ""),
            Self::TimedOut { redirect_uri, .. } => Refused.means(
                "timeout",
                format!(
                    "run the command again; --timeout 15m waits longer.\n\
                     If the provider's page showed an error, it does not come back from there: \
                     send its words to the provider, and ask whether this client ID, the scope and \
                     {redirect_uri} are registered as they are sent"
                ),
            ),
            Self::NoAddress => Refused.means(
                "no-address",
                "run the command again, and when the browser's last page is there, paste its address",
            ),
            Self::Interrupted => Refused.means("interrupted", ""),
            Self::Denied => Refused.means(
                "denied",
                "run the command again and agree on the provider's page, if that is what you want",
            ),
            Self::Refused(_) => BadAnswer.means(
                "provider-refused",
                "check client ID, redirect URI and scope with the provider",
            ),
            Self::MixUp => BadAnswer.means(
                "mix-up",
                "nothing was stored; try again, and if it happens again ask the provider",
            ),
            Self::NoIdToken => BadAnswer.means(
                "id-token",
                "nothing was stored; ask the provider, or leave `openid` out of the scope",
            ),
            Self::AnotherPerson { account, .. } => BadAnswer.means(
                "another-person",
                format!(
                    "add --replace if that is right, or give this person an account of their own: \
                     partnerlink connect {}:NAME",
                    account.provider()
                ),
            ),
            Self::OtherOrigin { account, .. } => Usage.means(
                "other-origin",
                format!(
                    "partnerlink connect {account}\nif the new address is right, which binds \
                     the account to it; else correct the configuration"
                ),
            ),
            Self::SecretOfAnotherOrigin { .. } => Usage.means(
                "other-origin",
                "give it again with --client-secret-stdin or --client-secret-file if the new \
                 address is right; else correct the configuration",
            ),
            Self::NoClientSecret { provider } => {
                let variable = client_variable(provider, "CLIENT_SECRET");
                Usage.means("usage", format!("set {variable}, or connect again"))
            }
            Self::NotSaved(_) => Store.means(
                "not-saved",
                "mend the store and refresh again within a minute: the provider may still accept \
                 the former token; after that, connect again",
            ),
            Self::NoIntent(_) => Store.means(
                "store-io",
                "make room on the disk, and make the state folder writable for your own user",
            ),
            Self::FormerRecordLeft { why, .. } => {
                let hint = format!("{}; then do the same again", why.meaning().hint);
                Store.means("former-record-left", hint)
            }
            Self::NotKept { why, revocation } => {
                let mut meaning = why.meaning();
                if matches!(revocation, Some(Revocation::Unconfirmed(_))) {
                    meaning.hint += "; the access can be ended in your account at the provider";
                }
                meaning
            }
            Self::Gone(_) => Store.means("record-missing", "connect the account again"),
        }
    }
}

impl Explain for ApiError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::NoBase(_) => Usage.means("usage",
                "name it in the configuration file; `partnerlink config path` tells where it is",
            ),
            Self::NoPaging(_) => Usage.means("usage",
                "describe it as [provider.NAME.paging] in the configuration file",
            ),
            Self::NoPath { .. } => {
                BadAnswer.means("bad-answer", "describe it in the configuration file")
            }
            Self::NoToken(error) => error.meaning(),
            Self::Http(error) => error.meaning(),
            Self::Unauthorized => connect_again().at(401),
            Self::Forbidden { .. } => BadAnswer.means("forbidden",
                "connect again with the scope that this needs, or ask the provider for the right",
            ).at(403),
            Self::NotFound(_) => {
                BadAnswer.means("not-found", "check the id, or the path with the provider").at(404)
            }
            Self::Refused { status, .. } => {
                BadAnswer.means("provider-refused", "check what was asked for").at(*status)
            }
            Self::TryLater(status) => later().at(*status),
            Self::BrokeOff(_) => later(),
            Self::OtherHost { .. } => Usage.means("other-host",
                "use a path below the provider's API, such as /spaces",
            ),
            Self::Unusable { .. } => not_the_provider(),
        }
    }
}
