//! The way to a server, and where it ends: exit code, stable name and cure.

use super::Exit::{BadAnswer, TryLater, Usage};
use super::{Explain, Meaning};
use crate::http::HttpError;
use crate::http::fault::Fault;

fn of_fault(fault: &Fault) -> Meaning {
    let hint = match fault {
        Fault::Name(_) => "check the network, or name the proxy of this network in HTTPS_PROXY",
        Fault::Connection(_) | Fault::Slow => {
            "check the network and its firewall, or name its proxy in HTTPS_PROXY; then try again"
        }
        Fault::Expired(_) | Fault::NotYet(_) => {
            "set this machine's clock if it is wrong (timedatectl set-ntp true); else ask the \
             provider"
        }
        Fault::OtherName => "check for a portal or proxy in the provider's place",
        Fault::UnknownIssuer => {
            "check the network, and whether the address is right; if your company inspects TLS, \
             give its certificate: --ca-file FILE"
        }
        Fault::Authority => {
            "whoever runs that server, or the proxy that opens TLS, has to give it a certificate \
             of its own, signed by the authority; --ca-file cannot help"
        }
        Fault::Certificate(_) | Fault::NoTls | Fault::Tls(_) => {
            "check the address, and for a proxy or portal in the provider's place"
        }
        Fault::Portal => "sign in at the portal of this network with a browser, then try again",
        Fault::ProxyAway { .. } | Fault::ProxyEnded(_) => {
            "check the proxy in HTTPS_PROXY, or except this host in NO_PROXY"
        }
        Fault::ProxyRefused { status: Some(502..=504), .. } => {
            "try again later: the proxy found no way to it; if that stays, ask whoever runs the \
             proxy in HTTPS_PROXY"
        }
        Fault::ProxyRefused { status: Some(300..=399 | 511), .. } => {
            "sign in at the portal of this network with a browser, then try again"
        }
        Fault::ProxyRefused { .. } => {
            "have the host allowed on the proxy in HTTPS_PROXY, or except it in NO_PROXY"
        }
        Fault::ProxyWants { .. } if fault.wants_password() => {
            "put them into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT, special characters \
             percent-encoded"
        }
        Fault::ProxyWants { .. } => {
            "no name and password can help: run a program here that speaks it to the proxy (px, \
             cntlm) and name that, HTTPS_PROXY=http://127.0.0.1:PORT, or have the proxy except \
             this host"
        }
    };
    match fault {
        Fault::ProxyWants { .. } => Usage.means("proxy", hint),
        _ if fault.is_of_certificate() => TryLater.means("certificate", hint),
        _ => TryLater.means("network", hint),
    }
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
            Self::Unreachable { fault, .. } => of_fault(fault),
            // What was asked for may have been done.
            Self::TimedOut { .. } | Self::Broken { .. } => {
                TryLater.means("network", "check the network and the proxy, then try again")
            }
        }
    }
}
