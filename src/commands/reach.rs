//! How a provider's endpoints were reached, as findings.

use serde_json::json;
use url::Url;

use crate::clock::Clock;
use crate::error::{Error, Exit, Explain as _};
use crate::flow::reach::{self, Kind, Reached};
use crate::http::HttpClient;
use crate::http::network::Network;
use crate::http::probe::{Probed, Unreached};
use crate::provider::Provider;
use crate::terminal::Output;
use crate::terminal::progress::Waiting;
use crate::terminal::report::{Finding, Findings};
use crate::text::printable;

/// The ways out of this machine.
pub struct Way<'a> {
    pub http: &'a HttpClient,
    pub network: &'a Network,
    pub clock: &'a dyn Clock,
}

impl Way<'_> {
    /// Asks every endpoint of a provider once, and reports. `before` stands before each line.
    pub fn check(
        &self,
        output: &Output,
        provider: &Provider,
        before: &str,
        findings: &mut Findings,
    ) -> Result<(), Error> {
        let mut ahead = None;
        for (kind, url) in reach::endpoints(provider) {
            let host = host_of(&url);
            let answer = {
                let _waiting = Waiting::on(output, &format!("asking {host}"));
                self.http.probe(&url)
            };
            if let Ok(answer) = &answer {
                ahead = ahead.or(reach::clock_difference(answer, self.clock.now()));
            }
            let proxy = self.network.proxy_to(&url);
            findings.add(finding(kind, &url, answer, proxy.as_deref(), before))?;
        }
        findings.extend(ahead.map(|ahead| clock(ahead, before)))
    }
}

fn finding(
    kind: Kind,
    url: &Url,
    answer: Result<Probed, Unreached>,
    proxy: Option<&str>,
    before: &str,
) -> Finding {
    let host = format!("{before}{}", host_of(url));
    let through = proxy.map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default();
    let (answer, error) = match answer {
        Ok(answer) => (Some(answer), None),
        Err(error) => (None, Some(error)),
    };
    let facts = json!({
        "host": host_of(url),
        "proxy": proxy,
        "http_status": answer.as_ref().map(|answer| answer.status),
        "milliseconds": answer.as_ref().map(|answer| answer.took.as_millis() as u64),
        "redirect_to": answer.as_ref().and_then(|answer| answer.location.as_ref()).map(host_of),
    });
    let by = if proxy.is_some() { " through a proxy" } else { "" };
    let public = match &answer {
        Some(answer) => format!("{host} answered {}{by}", answer.status),
        None => format!("{host} could not be reached{by}"),
    };
    let told = match (&answer, error) {
        (Some(answer), _) => {
            let took = answer.took.as_millis();
            (reach::judge(kind, url, Ok(answer)), format!("{} after {took} ms", answer.status))
        }
        (None, Some(error)) => (reach::judge(kind, url, Err(error)), String::new()),
        (None, None) => return Finding::good(kind.name(), host),
    };
    let bad = |why: String, remedy: &str, exit| {
        Finding::bad(kind.name(), format!("{host}{through}: {why}"), remedy, exit)
    };
    match told {
        (Reached::Good, told) => {
            Finding::good(kind.name(), format!("{host} answers{through} ({told})"))
        }
        (Reached::Trouble, told) => {
            bad(format!("trouble at the provider ({told})"), "try again later", Exit::TryLater)
        }
        (Reached::Elsewhere(to), told) if kind == Kind::Authorize => Finding::warn(
            kind.name(),
            format!(
                "{host} sends the browser on to {}{through} ({told})",
                printable(&host_of(&to))
            ),
            "fine if that is the provider's; else a portal of this network wants you to sign in",
        ),
        (Reached::Elsewhere(to), _) => bad(
            format!("the answer leads to another host, {}; it was not followed", host_of(&to)),
            "sign in at the portal of this network with a browser; else ask the provider",
            Exit::BadAnswer,
        ),
        (Reached::Page, told) => bad(
            format!("a web page came instead of the provider's answer ({told})"),
            "sign in at the portal of this network with a browser, or check the proxy",
            Exit::BadAnswer,
        ),
        (Reached::Failed(error), _) => {
            let remedy = remedy(&error, proxy);
            let exit = match error {
                Unreached::Unusable(_) | Unreached::ProxyWantsPassword => Exit::Usage,
                _ => Exit::TryLater,
            };
            bad(error.to_string(), &remedy, exit)
        }
    }
    .with(facts)
    .publicly(public)
}

fn remedy(error: &Unreached, proxy: Option<&str>) -> String {
    match error {
        Unreached::Name(_) => match proxy {
            Some(_) => "check the proxy's name in HTTPS_PROXY",
            None => "check the network, or name the proxy of this network in HTTPS_PROXY",
        },
        Unreached::Connection(_) | Unreached::TimedOut(_) | Unreached::Broken(_) => match proxy {
            Some(_) => "check the proxy in HTTPS_PROXY, or except this host in NO_PROXY",
            None => "check the network and its firewall, or name its proxy in HTTPS_PROXY",
        },
        Unreached::ProxyWantsPassword => {
            "put them into HTTPS_PROXY: http://NAME:PASSWORD@HOST:PORT"
        }
        Unreached::ProxyRefused => {
            "have the host allowed on the proxy in HTTPS_PROXY, or except it in NO_PROXY"
        }
        Unreached::Expired | Unreached::NotYet => {
            "set this machine's clock: timedatectl set-ntp true"
        }
        Unreached::OtherName => "check for a portal or proxy in the provider's place",
        Unreached::UnknownIssuer => {
            "check the address; a company's proxy that opens TLS has an authority of its own: --ca-file FILE"
        }
        Unreached::Tls(_) => "check the address, and for a proxy or portal in the provider's place",
        Unreached::Unusable(error) => return error.meaning().hint,
    }
    .into()
}

fn clock(ahead: i64, before: &str) -> Finding {
    let (by, way) = (ahead.unsigned_abs(), if ahead > 0 { "ahead of" } else { "behind" });
    let by = match by {
        0..7200 => format!("{} minutes", by / 60),
        7200..172_800 => format!("{} hours", by / 3600),
        _ => format!("{} days", by / 86_400),
    };
    let text = format!("{before}this machine's clock is {by} {way} the provider's");
    let facts = json!({ "seconds_ahead": ahead });
    Finding::warn("clock", text, "timedatectl set-ntp true").with(facts)
}

fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"))
}
