//! A provider as it is written in TOML. `check.rs` turns it into a [`Provider`](super::Provider).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::lists::{DescribedList, Paging};
use super::{GrantType, RefreshSupport};
use crate::oauth::scope::Scope;
use crate::oauth::{BasicEncoding, BodyFormat, ClientAuthentication};

/// Every field a description can have. A person's file may set any of them for a built-in
/// provider, and must set the required ones (marked below) for one of their own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Description {
    /// The name for people, `Zählerfreunde`; else the name on the command line.
    pub(super) title: Option<String>,
    /// Who registers clients.
    pub support: Option<String>,
    /// The partner's registration; `None` until the person has one.
    pub client_id: Option<String>,
    /// What the server calls itself (RFC 8414 §2). Where the next ones lack, it is asked for them
    /// once, and they are written down.
    pub issuer: Option<String>,
    pub(super) grant: GrantType,
    /// Required where a browser is needed.
    pub(super) authorize_url: Option<String>,
    /// Required.
    pub(super) token_url: Option<String>,
    pub(super) revocation_url: Option<String>,
    /// Base of the data endpoints.
    pub(super) api_base: Option<String>,
    pub request_format: BodyFormat,
    pub client_authentication: ClientAuthentication,
    pub basic_encoding: BasicEncoding,
    pub audience: Option<String>,
    pub(super) audience_required: bool,
    pub default_scope: Scope,
    /// Scopes that exist, each with its meaning; empty when they are not known.
    pub scopes: BTreeMap<String, String>,
    pub refresh: RefreshSupport,
    /// What RFC 6749's parameters and members are called at the token endpoint, for the client
    /// credentials grant; "" for a parameter that is left out.
    pub member_names: BTreeMap<String, String>,
    /// The scope without which no refresh token is given.
    pub refresh_scope: Option<String>,
    /// `true` unless said otherwise.
    pub(super) pkce: Option<bool>,
    /// Tie the callback to the browser by a cookie; for providers that do not check PKCE.
    pub bind_browser: bool,
    /// A person who refuses comes back with neither code nor error.
    pub denied_without_error: bool,
    /// Issuers that ID tokens and callbacks may name.
    pub issuers: Vec<String>,
    /// The callback always has `iss` (RFC 9207).
    pub sends_issuer: bool,
    /// Tokens are bound to a key of this machine (RFC 9449).
    pub dpop: bool,
    /// Answers may lack `token_type`.
    pub token_type_optional: bool,
    /// Life of an access token in seconds, where the answer does not say.
    pub(super) access_token_seconds: Option<i64>,
    /// Life of a sign-in in seconds, from sign-in to the last refresh that can work.
    pub refresh_token_seconds: Option<i64>,
    /// How long a refresh token may go unused, in seconds; a refresh begins anew.
    pub refresh_token_idle_seconds: Option<i64>,
    /// How long the refresh token that was spent last goes on working, in seconds (rotation overlap
    /// or reuse interval); not at all by default.
    pub rotation_overlap_seconds: i64,
    /// Token requests a second that the provider allows this machine; `None` where that is not
    /// known, and found out.
    pub token_requests_per_second: Option<f64>,
    /// Required where a browser is needed: at least one. Registered redirect URIs, tried in order.
    pub(super) redirect_uris: Vec<String>,
    pub authorize_parameters: BTreeMap<String, String>,
    /// Sent with each code: RFC 8707's `resource`, for example.
    pub token_parameters: BTreeMap<String, String>,
    /// Sent with each refresh token: Auth0's `audience`, for example.
    pub refresh_parameters: BTreeMap<String, String>,
    /// Who signed in, where no ID token says it.
    pub whoami: Option<WhoAmI>,
    /// The zone of times without an offset, by its IANA name; `None` where all have one.
    pub time_zone: Option<String>,
    /// How lists are paged; `None` where they are not.
    pub paging: Option<Paging>,
    /// Paths below `api_base` that a page of the provider does not confirm, by the name a command
    /// gives them.
    pub paths: BTreeMap<String, String>,
    /// Lists that need no command of their own, by the name a person types.
    pub lists: BTreeMap<String, DescribedList>,
    /// What people call the numbers that a log pile's members have, by the number.
    pub sale_status: BTreeMap<String, String>,
    pub transport_status: BTreeMap<String, String>,
    pub contractor_status: BTreeMap<String, String>,
    pub supplier_billing_status: BTreeMap<String, String>,
    pub measurement_type: BTreeMap<String, String>,
    pub bark_reduction_type: BTreeMap<String, String>,
    /// What the letter that asks for a registration says of its own.
    pub letter: Letter,
}

/// The data endpoint that says whose access token it is. Members are those of its answer;
/// `address.city` reaches inside.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhoAmI {
    /// Below `api_base`.
    pub path: String,
    /// The member, a text or a number, that tells this person or company from every other.
    pub id: String,
    /// The member with the name for people.
    pub name: Option<String>,
    pub email: Option<String>,
}

/// What the letter that asks for a registration says beyond what follows from the other fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Letter {
    /// Further questions, in German and in English.
    pub ask_de: Vec<String>,
    pub ask_en: Vec<String>,
    /// The scopes' meanings in German.
    pub scopes_de: BTreeMap<String, String>,
}

/// Why there is no such provider, or why its description cannot be used. `field` is as written in
/// the file.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProviderError {
    #[error("there is no provider named {name:?}")]
    Unknown { name: String, nearest: Option<String> },
    #[error("provider.{provider} cannot be read: {why}")]
    Unreadable { provider: String, why: String },
    #[error("provider.{provider} is described by its issuer alone, which was not asked yet")]
    NotCompleted { provider: String },
    #[error("provider.{provider} lacks {field}")]
    Missing { provider: String, field: &'static str },
    #[error("provider.{provider}: {field} = {value:?} {why}")]
    Bad { provider: String, field: &'static str, value: String, why: &'static str },
}
