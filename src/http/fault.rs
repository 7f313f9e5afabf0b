//! At which step a request failed before anything was asked, by what lies at the bottom of its
//! error: one judgement for requests, `provider check` and `doctor`.

use std::error::Error as StdError;

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error as TlsError};

use super::{CONNECT_TIMEOUT, causes, chain};
use crate::clock::Timestamp;

/// Where the way to a server ended, in words for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("its name is not known here (DNS: {0})")]
    Name(String),
    #[error("no connection: {0}")]
    Connection(String),
    #[error("no connection within {} s", CONNECT_TIMEOUT.as_secs())]
    Slow,
    #[error("its certificate ended{}; this machine's clock may be wrong, too", at(.0.as_deref()))]
    Expired(Option<String>),
    #[error("its certificate is not valid yet{}; this machine's clock may be wrong", at(.0.as_deref()))]
    NotYet(Option<String>),
    #[error("its certificate is for another name")]
    OtherName,
    #[error("its certificate comes from an issuer that this machine does not know (UnknownIssuer)")]
    UnknownIssuer,
    #[error("it shows the certificate of an authority as its own (CaUsedAsEndEntity)")]
    Authority,
    #[error("its certificate cannot be used: {0}")]
    Certificate(String),
    #[error("what answers there does not speak TLS")]
    NoTls,
    #[error("TLS failed: {0}")]
    Tls(String),
    #[error("a portal of this network answers in its place (511)")]
    Portal,
    #[error("the proxy {proxy} cannot be reached: {why}")]
    ProxyAway { proxy: String, why: String },
    #[error("the proxy {proxy} does not connect to it{}", .status.map(|status| format!(" ({status})")).unwrap_or_default())]
    ProxyRefused { proxy: String, status: Option<u16> },
    #[error("the proxy {0} ended the connection")]
    ProxyEnded(String),
    /// With the ways to prove oneself that it offers, where those are known.
    #[error("the proxy {proxy} {} (407)", wanted(.offers))]
    ProxyWants { proxy: String, offers: Vec<String> },
}

fn at(times: Option<&str>) -> String {
    times.map(|times| format!(" ({times})")).unwrap_or_default()
}

fn wanted(offers: &[String]) -> String {
    match speaks_basic(offers) {
        true => "refuses the user name and password, or wants them".into(),
        false => format!("takes only {}, which partnerlink does not speak", offers.join(", ")),
    }
}

/// Whether a name and password in the proxy's address can help; unless it says otherwise they can.
fn speaks_basic(offers: &[String]) -> bool {
    offers.is_empty() || offers.iter().any(|offer| offer.eq_ignore_ascii_case("basic"))
}

impl Fault {
    /// What a failed connection means; `proxy` is host and port of the one on the way, if any.
    pub(super) fn of(error: &reqwest::Error, proxy: Option<String>) -> Self {
        if let Some(tls) = chain(error).find_map(<dyn StdError>::downcast_ref) {
            return Self::of_tls(tls);
        }
        // hyper-util's own types are private; their words for these steps are not.
        let says = |words| chain(error).any(|cause| cause.to_string().starts_with(words));
        let (why, tunnel) = (causes(error), says("tunnel error: "));
        match proxy {
            Some(proxy) if error.is_timeout() => {
                Self::ProxyAway { proxy, why: "no answer in time".into() }
            }
            Some(proxy) if says("tunnel error: proxy authorization") => {
                Self::ProxyWants { proxy, offers: Vec::new() }
            }
            Some(proxy) if says("tunnel error: unsuccessful") => {
                Self::ProxyRefused { proxy, status: None }
            }
            Some(proxy) if tunnel && !says("tunnel error: failed to create underlying") => {
                Self::ProxyEnded(proxy)
            }
            Some(proxy) if !why.starts_with("tls ") => Self::ProxyAway { proxy, why },
            _ if error.is_timeout() => Self::Slow,
            _ if says("dns error") => {
                Self::Name(why.trim_start_matches("failed to lookup address information: ").into())
            }
            _ if why.starts_with("tls ") => Self::Tls("the other side hung up".into()),
            _ => Self::Connection(why),
        }
    }

    fn of_tls(error: &TlsError) -> Self {
        use CertificateError::{
            BadSignature, Expired, ExpiredContext, InvalidPurpose, InvalidPurposeContext,
            NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
            UnknownIssuer,
        };
        let TlsError::InvalidCertificate(error) = error else {
            return match error {
                TlsError::PeerIncompatible(_) => Self::Tls(
                    "it has no version or cipher that is safe today (TLS 1.2 or 1.3)".into(),
                ),
                TlsError::InvalidMessage(_) => Self::NoTls,
                TlsError::AlertReceived(AlertDescription::CertificateRequired) => Self::Tls(
                    "it wants a certificate of this client, which partnerlink has no way to give"
                        .into(),
                ),
                TlsError::AlertReceived(alert) => {
                    Self::Tls(format!("the other side ended it ({alert:?})"))
                }
                other => Self::Tls(other.to_string()),
            };
        };
        match error {
            Expired => Self::Expired(None),
            ExpiredContext { time, not_after } => Self::Expired(clocks("until", *not_after, *time)),
            NotValidYet => Self::NotYet(None),
            NotValidYetContext { time, not_before } => {
                Self::NotYet(clocks("from", *not_before, *time))
            }
            NotValidForName | NotValidForNameContext { .. } => Self::OtherName,
            // A bad signature: another authority of the same name.
            UnknownIssuer | BadSignature => Self::UnknownIssuer,
            // webpki's own word, which rustls hands through.
            other if format!("{other:?}").contains("CaUsedAsEndEntity") => Self::Authority,
            InvalidPurpose | InvalidPurposeContext { .. } => {
                Self::Certificate("it is not made for servers".into())
            }
            other => Self::Certificate(other.to_string()),
        }
    }

    /// Whether a name and password for the proxy are wanted, and can be given.
    pub fn wants_password(&self) -> bool {
        matches!(self, Self::ProxyWants { offers, .. } if speaks_basic(offers))
    }

    /// Whether it stays until a person changes something.
    pub(super) fn is_lasting(&self) -> bool {
        self.is_of_certificate() || matches!(self, Self::ProxyWants { .. } | Self::Portal)
    }

    pub fn is_of_certificate(&self) -> bool {
        matches!(
            self,
            Self::Expired(_)
                | Self::NotYet(_)
                | Self::OtherName
                | Self::UnknownIssuer
                | Self::Authority
                | Self::Certificate(_)
        )
    }
}

/// Both sides of a comparison with the clock: `valid until 2026-01-31, and it is 2026-11-28 here`.
fn clocks(valid: &str, bound: UnixTime, now: UnixTime) -> Option<String> {
    let day = |time: UnixTime| {
        let time = Timestamp::from_second(i64::try_from(time.as_secs()).ok()?).ok()?;
        Some(time.strftime("%Y-%m-%d").to_string())
    };
    Some(format!("valid {valid} {}, and it is {} here", day(bound)?, day(now)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_and_the_clock_are_both_told() {
        let time = |seconds| UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let error = CertificateError::NotValidYetContext {
            time: time(1_583_280_000),
            not_before: time(1_767_225_600),
        };
        let fault = Fault::of_tls(&TlsError::InvalidCertificate(error));
        let text = fault.to_string();
        assert!(text.contains("(valid from 2026-01-01, and it is 2020-03-04 here)"), "{text}");
        assert!(fault.is_of_certificate() && fault.is_lasting());
    }

    #[test]
    fn a_proxy_without_basic_wants_no_password() {
        let wants = |offers: &[&str]| {
            let offers = offers.iter().map(|offer| (*offer).to_owned()).collect();
            Fault::ProxyWants { proxy: "p:1".into(), offers }
        };
        assert!(wants(&[]).wants_password() && wants(&["NTLM", "basic"]).wants_password());
        let fault = wants(&["Negotiate", "NTLM"]);
        assert!(!fault.wants_password());
        let text =
            "the proxy p:1 takes only Negotiate, NTLM, which partnerlink does not speak (407)";
        assert_eq!(fault.to_string(), text);
    }
}
