//! How the flows fail: one list, since they share locks, stores and the provider's answers.

use std::io;
use std::time::Duration;

use url::Url;

use super::disconnect::Revocation;
use super::origins::Change;
use super::refresh::RefreshOutcome;
use crate::account_id::AccountId;
use crate::accounts::Account;
use crate::clock::Timestamp;
use crate::http::HttpError;
use crate::loopback::BindError;
use crate::oauth::callback::IssuerFault;
use crate::oauth::error::OAuthError;
use crate::oauth::id_token::IdTokenError;
use crate::oauth::random::NoRandomness;
use crate::oauth::token::TokenError;
use crate::store::lock::LockError;
use crate::store::{StoreError, StoreKind, TokenStore};

/// Why a flow could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error(transparent)]
    Identity(#[from] IdTokenError),
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error("this account is not connected")]
    NotConnected,
    /// The record is there, and no token can be had from it.
    #[error("the account cannot be refreshed")]
    NotRefreshed(Box<RefreshOutcome>),
    /// A refresh found wrong client settings, or an answer that cannot be used.
    #[error(transparent)]
    Token(TokenError),
    /// The same at a sign-in, of which nothing is stored yet.
    #[error(transparent)]
    NotGranted(TokenError),
    #[error("the listener for the browser's answer could not be started: {0}")]
    Serve(io::Error),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    #[error("the sign-in was not finished in the browser within {} s", .after.as_secs())]
    TimedOut { after: Duration, redirect_uri: Url },
    #[error(
        "the input ended before the address of the last page had come, and only so it can come here"
    )]
    NoAddress,
    #[error("the provider does not accept the access token of PARTNERLINK_ACCESS_TOKEN")]
    GivenTokenRefused,
    #[error("interrupted; nothing was stored")]
    Interrupted,
    /// With the provider's reason, where it gives one: not every refusal is the person's.
    #[error("access was not granted{}", .0.as_ref().map(|why| format!(" ({why})")).unwrap_or_default())]
    Denied(Option<String>),
    #[error("the provider refused the sign-in ({0})")]
    Refused(OAuthError),
    #[error("{0}; its code was not used")]
    WrongIssuer(IssuerFault),
    #[error("the provider did not say who signed in (no ID token), although it was asked to")]
    NoIdToken,
    #[error("{} is connected as {before}, and now {now} signed in", .account)]
    AnotherPerson { account: AccountId, before: String, now: String },
    /// The provider granted a sign-in that is not kept; what became of it there, `None` where it
    /// takes nothing back.
    #[error("{why}; {}", given_back(.revocation.as_ref()))]
    NotKept { why: Box<FlowError>, revocation: Option<Revocation> },
    /// Nothing was sent there.
    #[error("{change}; nothing was sent")]
    OtherOrigin { account: AccountId, change: Change },
    #[error(
        "the client secret in the store was given for {before}, and token_url leads to {now}; it \
         was not sent"
    )]
    SecretOfAnotherOrigin { before: String, now: String },
    #[error("it wants a client secret, and none is stored")]
    NoClientSecret { provider: String },
    #[error("the provider gave new tokens, but they could not be saved: {0}")]
    NotSaved(StoreError),
    /// They are in the journal, and the next run takes them in.
    #[error("the provider gave new tokens, but they could not be saved yet: {0}")]
    InJournal(StoreError),
    /// On a machine that only reads: with what is known of the account.
    #[error("no machine has refreshed it, and its access token ends or ended at {}; the last one \
             did at {} ({})", utc(.0.access_token_until), utc(.0.begun()),
             .0.refreshed_by.as_deref().unwrap_or("when it was connected"))]
    NotRenewed(Box<Account>),
    #[error("{holder} has been working on it since {}", .since.strftime("%H:%M:%S UTC"))]
    Claimed { holder: String, since: Timestamp },
    #[error("the tokens could not be deleted from here: {0}")]
    NotDeleted(StoreError),
    /// The account works from its new store.
    #[error("it was moved, but its former record could not be deleted from {from}: {why}")]
    FormerRecordLeft { from: StoreKind, why: StoreError },
    #[error("its tokens are no longer in {store}")]
    Gone { account: AccountId, store: StoreKind },
}

fn utc(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn given_back(revocation: Option<&Revocation>) -> String {
    match revocation {
        Some(Revocation::Unconfirmed(why)) => {
            format!(
                "that the new sign-in is revoked at the provider could not be confirmed ({why})"
            )
        }
        Some(_) => "the new sign-in was revoked at the provider".into(),
        None => "the provider has no way to revoke the new sign-in, which ends by itself".into(),
    }
}

impl FlowError {
    /// The provider's own reason, in whatever language it gives it.
    pub fn said_by_provider(&self) -> Option<String> {
        match self {
            Self::Denied(reason) => reason.clone(),
            Self::Refused(error)
            | Self::NotGranted(
                TokenError::GrantRefused(error)
                | TokenError::ClientRefused(error)
                | TokenError::Refused(error),
            ) => Some(error.to_string()),
            Self::NotKept { why, .. } => why.said_by_provider(),
            _ => None,
        }
    }
}

impl FlowError {
    /// The index names an account that its store lacks.
    pub fn gone(account: &AccountId, store: &dyn TokenStore) -> Self {
        Self::Gone { account: account.clone(), store: store.kind() }
    }
}
