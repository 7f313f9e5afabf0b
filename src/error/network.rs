//! The way to a server, and where it ends: exit code, stable name and cure.

use super::Exit::{BadAnswer, TryLater, Usage};
use super::{Explain, Meaning};
use crate::http::HttpError;
use crate::http::fault::Fault;

/// Where the proxy is named that is used.
const PROXY: &str = if cfg!(any(windows, target_os = "macos")) {
    "HTTPS_PROXY or the system's settings"
} else {
    "HTTPS_PROXY"
};

/// What sets this machine's clock, as a command.
pub const SET_CLOCK: &str = if cfg!(windows) {
    "w32tm /resync"
} else if cfg!(target_os = "macos") {
    "sudo sntp -sS time.apple.com"
} else {
    "timedatectl set-ntp true"
};

fn of_fault(fault: &Fault) -> Meaning {
    let told: String;
    let hint = match fault {
        Fault::Name(_) => "check the network, or name the proxy of this network in HTTPS_PROXY",
        Fault::Connection(_) | Fault::Slow => {
            "check the network and its firewall, or name its proxy in HTTPS_PROXY; then try again"
        }
        Fault::Expired(_) | Fault::NotYet(_) => {
            told = format!(
                "set this machine's clock if it is wrong ({SET_CLOCK}); else ask the provider"
            );
            &told
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
            told = format!("check the proxy in {PROXY}, or except this host in NO_PROXY");
            &told
        }
        Fault::ProxyRefused { status: Some(502..=504), .. } => {
            told = format!(
                "try again later: the proxy found no way to it; if that stays, ask whoever runs \
                 the proxy in {PROXY}"
            );
            &told
        }
        Fault::ProxyRefused { status: Some(300..=399 | 511), .. } => {
            "sign in at the portal of this network with a browser, then try again"
        }
        Fault::ProxyRefused { .. } => {
            told =
                format!("have the host allowed on the proxy in {PROXY}, or except it in NO_PROXY");
            &told
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
        Fault::ProxyWants { .. } => Usage.means("proxy", hint.to_owned()),
        _ if fault.is_of_certificate() => TryLater.means("certificate", hint.to_owned()),
        _ => TryLater.means("network", hint.to_owned()),
    }
}

impl Explain for HttpError {
    fn meaning(&self) -> Meaning {
        match self {
            Self::TooLarge { .. } => BadAnswer.means("answer-too-large", "ask the provider"),
            Self::Unusable(_) if cfg!(any(windows, target_os = "macos")) => {
                Usage.means("http-unusable", "see what is wrong: partnerlink doctor")
            }
            Self::Unusable(_) => Usage.means(
                "http-unusable",
                "install the system's root certificates (ca-certificates), or name them in \
                 SSL_CERT_FILE",
            ),
            Self::Setup { code, hint, .. } => Usage.means(code, *hint),
            Self::Unreachable { fault, .. } => of_fault(fault),
            // Of all but the last what was asked for may have been done.
            Self::TimedOut { .. } | Self::Broken { .. } | Self::TooLate { .. } => {
                TryLater.means("network", "check the network and the proxy, then try again")
            }
        }
    }
}
