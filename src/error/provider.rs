//! What a provider answers, and what becomes of a sign-in: exit code, stable name and cure of each
//! error of requests and of the flows that send them.

use url::Url;

use super::Exit::{BadAnswer, Busy, Refused, SignInNeeded, Store, TryLater, Usage};
use super::{Explain, Meaning};
use crate::account_id::{AccountId, name_for};
use crate::api::ApiError;
use crate::config::client_variable;
use crate::flow::FlowError;
use crate::flow::disconnect::Revocation;
use crate::flow::discovery::DiscoveryError;
use crate::oauth::callback::IssuerFault;
use crate::oauth::error::OAuthError;
use crate::oauth::id_token::IdTokenError;
use crate::oauth::metadata::MetadataError;
use crate::oauth::token::TokenError;

/// The provider or the network cannot do it now. `doubtful`: whether a refresh token was spent is
/// unknown.
pub(super) fn later(doubtful: bool) -> Meaning {
    let hint = match doubtful {
        true => {
            "try again later: whether the refresh token was spent is unknown, and the next run \
             finds out"
        }
        false => "try again later; nothing was lost",
    };
    TryLater.means("try-later", hint)
}

/// The same of an answer with this status to a request that may have changed something.
fn later_at(status: u16) -> Meaning {
    let hint = match status {
        // The provider has done something, or not.
        500.. => "try again later",
        _ => "try again later; nothing was lost",
    };
    TryLater.means("try-later", hint).at(status)
}

fn connect_again() -> Meaning {
    SignInNeeded.means("sign-in-needed", "connect again")
}

/// `kept` says what became of the sign-in.
fn client_refused(error: &OAuthError, kept: &str) -> Meaning {
    let hint = match error.code.as_str() {
        "unauthorized_client" => {
            "the client is known and lacks a right: ask the provider to allow it its API (at Auth0: \
             a grant of the application for the API) and the grant types authorization_code and \
             refresh_token"
        }
        _ => {
            "check the client ID and the client secret with the provider; where it gave you no \
             secret, it has to register the client as a native (public) one"
        }
    };
    Usage.means("client-settings", format!("{hint}; {kept}"))
}

fn not_the_provider() -> Meaning {
    let hint = "check for a proxy that answers in the provider's place, or ask the provider";
    BadAnswer.means("bad-answer", hint)
}

impl Explain for DiscoveryError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::Http(error) => error.meaning(),
            Self::TryLater { status, .. } => later_at(*status),
            Self::Nothing { .. } => BadAnswer.means(
                "no-metadata",
                "check the issuer; `partnerlink provider show --template` shows how to describe \
                 the provider by hand",
            ),
            // RFC 8414 §3.3
            Self::Unusable { why: MetadataError::OtherIssuer(_), .. } => BadAnswer.means(
                "other-issuer",
                "give the issuer exactly as the provider writes it, a slash at its end included",
            ),
            Self::Unusable { .. } => not_the_provider(),
        }
    }
}

impl Explain for TokenError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::GrantRefused(_) => BadAnswer.means("grant-refused", "connect again"),
            Self::ClientRefused(error) => client_refused(error, "the sign-in is kept"),
            Self::Refused(error) => BadAnswer.means("provider-refused", refused_hint(&error.code)),
            Self::NoEndpoint(status) => Usage
                .means("token-url", "check `token_url` in the provider's description")
                .at(*status),
            Self::TryLater { status, .. } => later_at(*status),
            Self::NoType { status } => {
                let hint = "where the provider is known to leave it out, write into its \
                            description: token_type_optional = true";
                BadAnswer.means("bad-answer", hint).at(*status)
            }
            Self::OtherType { status, wanted, .. } => {
                let hint = format!("ask the provider for tokens of the type {wanted}");
                BadAnswer.means("bad-answer", hint).at(*status)
            }
            Self::Unusable { status, .. } => {
                let hint =
                    "check `token_url`, and for a proxy that answers in the provider's place";
                BadAnswer.means("bad-answer", hint).at(*status)
            }
        }
    }
}

/// What to do about an error code of the token endpoint (RFC 6749 §5.2, RFC 8707 §2).
fn refused_hint(code: &str) -> &'static str {
    match code {
        "invalid_request" => {
            "some providers say this of a sign-in that has ended: connect again; if that does not \
             help, check `request_format` and `client_authentication`, or ask the provider"
        }
        "unsupported_grant_type" => "check `token_url` and `request_format`, or ask the provider",
        "invalid_scope" => "check the scope with the provider, and connect again",
        "invalid_target" => "check `audience` and `token_parameters` with the provider",
        _ => "check the provider's settings, or ask the provider",
    }
}

impl Explain for IdTokenError {
    fn meaning(&self) -> Meaning {
        let hint = match self {
            Self::Expired | Self::IssuedAt => "set this machine's clock, then try again",
            Self::Subject => "connect again, with --replace if the person really changed",
            Self::Issuer(_) => "check `issuers` of the provider, or ask the provider",
            Self::IssuerNotDescribed(issuer) => return not_described("id-token", issuer),
            Self::IssuerChanged { .. } => {
                "connect again, so that the new name is kept; the sign-in is not lost"
            }
            Self::NoKey(_) | Self::Algorithm(_) => {
                "ask the provider to sign this client's ID tokens with RS256"
            }
            Self::Signature(_) => "check the client secret with the provider",
            Self::Audience(_) | Self::Party(_) => "check the client ID with the provider",
            _ => "nothing was stored; try again, and ask the provider if it stays",
        };
        BadAnswer.means("id-token", hint)
    }
}

/// An issuer that nobody described may be the provider's own: only a person can know.
fn not_described(code: &'static str, issuer: &str) -> Meaning {
    let hint =
        format!("if that is the provider, write it into its description: issuers = [{issuer:?}]");
    Usage.means(code, hint)
}

impl Explain for IssuerFault {
    fn meaning(&self) -> Meaning {
        let hint = match self {
            Self::NotDescribed(issuer) => return not_described("issuer", issuer),
            Self::Another(_) => {
                "nothing was stored; if it happens again, check `issuers` with the provider"
            }
            Self::Missing => "nothing was stored; check `sends_issuer` with the provider",
        };
        BadAnswer.means("mix-up", hint)
    }
}

/// A refusal that has a reason may be the provider's, where agreeing once more does not help.
fn denied_hint(reason: Option<&String>) -> &'static str {
    match reason {
        Some(_) => {
            "run the command again and agree on the provider's page, if that is what you want; if \
             it was not you who said no, ask the provider: the reason in brackets is its own"
        }
        None => "run the command again and agree on the provider's page, if that is what you want",
    }
}

/// What to do about an error code of the authorize address (RFC 6749 §4.1.2.1).
fn authorize_hint(code: &str) -> Meaning {
    let hint = match code {
        "temporarily_unavailable" | "server_error" => return later(false),
        "invalid_scope" => "check the scope with the provider",
        "unauthorized_client" => {
            "ask the provider to allow the client the grant type authorization_code, and its API"
        }
        // What Auth0 says of a person who is blocked, and OIDC Core §3.1.2.6 of one who has to act.
        "unauthorized"
        | "login_required"
        | "consent_required"
        | "interaction_required"
        | "account_selection_required" => {
            "sign in anew in the browser; if the same comes again, ask the provider: the reason in \
             brackets is its own"
        }
        _ => "check client ID, redirect URI and scope with the provider",
    };
    BadAnswer.means("provider-refused", hint)
}

fn timeout_hint(redirect_uri: &Url) -> String {
    format!(
        "run the command again; --timeout 15m waits longer.\n\
         If the provider's page showed an error, it does not come back from there: send its words \
         to the provider, and ask whether this client ID, the scope and {redirect_uri} are \
         registered as they are sent"
    )
}

fn another_person_hint(account: &AccountId, now: &str) -> String {
    let command = format!("partnerlink connect {}:{}", account.provider(), name_for(now));
    format!(
        "add --replace if that is right, or give this person an account of their own: {command}"
    )
}

/// Of a grant that was refused, and may still be one at the provider.
fn not_kept(why: &FlowError, revocation: Option<&Revocation>) -> Meaning {
    let mut meaning = why.meaning();
    if matches!(revocation, Some(Revocation::Unconfirmed(_))) {
        meaning.hint += "; the access can be ended in your account at the provider";
    }
    meaning
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
            Self::NotGranted(TokenError::ClientRefused(error)) => {
                client_refused(error, "nothing was stored")
            }
            Self::NotGranted(error) | Self::Token(error) => error.meaning(),
            Self::Serve(_) | Self::NoRandomness(_) => Refused.means("system", ""),
            Self::TimedOut { redirect_uri, .. } => {
                Refused.means("timeout", timeout_hint(redirect_uri))
            }
            Self::NoAddress => Refused.means(
                "no-address",
                "run the command again, and when the browser's last page is there, paste its address",
            ),
            Self::GivenTokenRefused => SignInNeeded.means(
                "given-token-refused",
                "give a new one, or unset PARTNERLINK_ACCESS_TOKEN to use the saved sign-in",
            ),
            Self::Interrupted => Refused.means("interrupted", ""),
            Self::Denied(reason) => Refused.means("denied", denied_hint(reason.as_ref())),
            Self::Refused(error) => authorize_hint(&error.code),
            Self::WrongIssuer(fault) => fault.meaning(),
            Self::NoIdToken => BadAnswer.means(
                "id-token",
                "nothing was stored; ask the provider, or leave `openid` out of the scope",
            ),
            Self::AnotherPerson { account, now, .. } => {
                BadAnswer.means("another-person", another_person_hint(account, now))
            }
            Self::OtherOrigin { account, .. } => {
                let hint = "if the new address is right, which binds the account to it; else \
                            correct the configuration";
                Usage.means("other-origin", format!("partnerlink connect {account}\n{hint}"))
            }
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
            Self::InJournal(why) => {
                let hint = why.meaning().hint;
                let kept = "the new tokens wait in a journal on this machine, and the next run here \
                            takes them in";
                Store.means("in-journal", format!("{hint}; nothing was lost: {kept}"))
            }
            Self::Claimed { .. } => Busy.means(
                "claimed",
                "another machine refreshes it: try again in a minute. If it died, start it again: it \
                 may have noted the new token. Ten minutes after it began another one goes on, and \
                 if the token was spent, somebody has to sign in again",
            ),
            Self::NotRenewed(_) => TryLater.means(
                "not-renewed",
                "look at the machines that refresh (vault.access = \"refresh\"): partnerlink \
                 schedule status there; here: partnerlink doctor",
            ),
            Self::FormerRecordLeft { why, .. } => {
                let hint = format!("{}; then do the same again", why.meaning().hint);
                Store.means("former-record-left", hint)
            }
            Self::NotKept { why, revocation } => not_kept(why, revocation.as_ref()),
            Self::Gone { account, .. } => {
                SignInNeeded.means("record-missing", format!("partnerlink connect {account}"))
            }
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
            Self::Unauthorized(_) => connect_again().at(401),
            Self::Forbidden { .. } => BadAnswer.means("forbidden",
                "ask the provider for the right; if the sign-in was for another scope: connect again",
            ).at(403),
            Self::NotFound { .. } => {
                BadAnswer.means("not-found", "check the id, or the path with the provider").at(404)
            }
            Self::Refused { status, .. } => {
                BadAnswer.means("provider-refused", "check what was asked for").at(*status)
            }
            Self::TryLater { status, .. } => later_at(*status),
            Self::BrokeOff(_) => later(false),
            Self::OtherHost { .. } => Usage.means("other-host",
                "use a path below the provider's API, such as /spaces",
            ),
            Self::Unusable { .. } => not_the_provider(),
            Self::NoOffset { .. } => BadAnswer.means(
                "no-offset",
                "ask the provider which zone it is, and say so: --tz-of-provider Europe/Berlin, or \
                 for good `time_zone = \"Europe/Berlin\"` below the provider's table in the \
                 configuration file (`partnerlink config path`)",
            ),
            Self::NoZone(_) => Usage.means(
                "no-time-zone",
                "use a name such as Europe/Berlin or UTC for `time_zone`",
            ),
        }
    }
}
