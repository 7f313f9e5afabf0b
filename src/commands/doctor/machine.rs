//! What this machine brings along: ports, browser, clock, proxies, root certificates, schedulers.

use std::ffi::OsStr;

use crate::clock::{self, Clock as _, Timestamp};
use crate::commands::reach::{MOST_CLOCK_DIFFERENCE, endpoints};
use crate::context::Context;
use crate::error::{Exit, Explain as _};
use crate::http::HttpError;
use crate::http::surroundings::{proxy_variables, roots};
use crate::loopback::{self, BindError};
use crate::provider::Provider;
use crate::schedule::{self, Machine};
use crate::system::browser::launcher;
use crate::terminal::report::Finding;

pub fn check(context: &Context) -> Vec<Finding> {
    let providers = providers(context);
    let mut found: Vec<Finding> = providers.iter().filter_map(ports).collect();
    found.push(browser(context));
    found.extend(display(context));
    found.push(clock(context));
    found.push(proxies(context, &providers));
    found.extend(certificates(context));
    found
}

/// What runs `token refresh` by itself, and what came of it the last time.
pub fn schedule(context: &Context) -> Finding {
    const NAME: &str = "schedule";
    let installed = schedule::installed(&Machine::new(&context.settings.environment));
    if installed.is_empty() {
        let to_refresh = context.index.all().iter().any(|account| account.refreshable);
        return match to_refresh {
            true => Finding::warn(
                NAME,
                "none of ours is installed: does anything else refresh the accounts?",
                "partnerlink schedule install",
            ),
            false => Finding::good(NAME, "none is installed, and nothing is there to refresh"),
        };
    }
    let stopped =
        installed.iter().find(|schedule| schedule.runs.as_ref().is_some_and(|runs| !runs.active));
    if let Some(stopped) = stopped.map(|schedule| schedule.kind.word()) {
        let remedy = format!("partnerlink schedule install --kind {stopped}");
        return Finding::warn(NAME, format!("{stopped}: the timer is stopped"), remedy);
    }
    let kinds: Vec<&str> = installed.iter().map(|schedule| schedule.kind.word()).collect();
    let kinds = kinds.join(", ");
    match schedule::last_run(&context.folders) {
        None => Finding::good(NAME, format!("{kinds}, not run yet")),
        Some(last) => {
            let at = clock::for_people(last.at, context.clock.now());
            let text = format!("{kinds}, last run at {at} with exit code {}", last.exit);
            match last.exit {
                0 => Finding::good(NAME, text),
                _ => Finding::warn(NAME, text, "partnerlink status"),
            }
        }
    }
}

pub fn providers(context: &Context) -> Vec<Provider> {
    let names = context.registry().map(|registry| registry.names()).unwrap_or_default();
    // One that cannot be used is reported with the configuration.
    names.iter().filter_map(|name| context.provider(name).ok()).collect()
}

/// The provider's registered ports: each is taken for a moment, and given back.
fn ports(provider: &Provider) -> Option<Finding> {
    let (mut free, mut taken, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    let uris = provider.loopback_redirect_uris();
    for uri in &uris {
        match loopback::bind(std::slice::from_ref(uri)) {
            Ok(_) => free.push(place(uri)),
            Err(BindError::AllTaken { ports }) => taken.extend(ports),
            Err(error) => failed.push(error),
        }
    }
    let name = &provider.name;
    let busy: Vec<String> = taken.iter().map(ToString::to_string).collect();
    let busy = busy.join(", ");
    if !free.is_empty() {
        let taken = if taken.is_empty() { String::new() } else { format!("; taken: {busy}") };
        return Some(Finding::good("ports", format!("{name}: free: {}{taken}", free.join(", "))));
    }
    if let Some(error) = failed.first() {
        return Some(Finding::failed("ports", &format!("{name}: "), error));
    }
    if taken.is_empty() {
        return None;
    }
    let text = format!("{name}: every registered port is taken: {busy}");
    let hint = BindError::AllTaken { ports: taken }.meaning().hint;
    Some(Finding::bad("ports", text, hint, Exit::Usage))
}

/// `17861`, with the address where that is not 127.0.0.1.
fn place(uri: &url::Url) -> String {
    let port = uri.port().unwrap_or_default();
    match uri.host_str() {
        Some("127.0.0.1") => port.to_string(),
        Some("localhost") => format!("{port} (127.0.0.1 and ::1)"),
        host => format!("{port} ({})", host.unwrap_or_default().trim_matches(['[', ']'])),
    }
}

fn browser(context: &Context) -> Finding {
    let named = context.named_browser();
    let path = context.settings.environment.text("PATH").unwrap_or_default();
    match launcher(named.as_deref(), OsStr::new(&path)) {
        Ok(program) => {
            let whose = if named.is_some() { "yours" } else { "the system's" };
            Finding::good("browser", format!("{whose}: {}", program.display())).publicly(whose)
        }
        Err(error) => {
            let remedy = match named {
                Some(_) => {
                    "name another one in PARTNERLINK_BROWSER, `browser` of the configuration, or BROWSER"
                }
                None => "install xdg-utils, or name a program in PARTNERLINK_BROWSER",
            };
            let text = format!("{error}; connect shows the link to open by hand");
            Finding::warn("browser", text, remedy).publicly("it could not be started")
        }
    }
}

/// Where no browser could show itself.
fn display(context: &Context) -> Option<Finding> {
    let environment = &context.settings.environment;
    if environment.has_display() || context.named_browser().is_some() {
        return None;
    }
    let why = match environment.text("SSH_CONNECTION") {
        Some(_) => "this is ssh, without a display",
        None => "there is no display here",
    };
    let text =
        format!("{why}: connect shows a link for any browser, and takes the last page's address");
    Some(Finding::warn("display", text, "partnerlink connect PROVIDER --no-browser"))
}

/// Compared with what must lie in the past: when this program was written to disk, and what happened
/// to the accounts.
fn clock(context: &Context) -> Finding {
    let now = context.clock.now();
    let written = std::env::current_exe()
        .and_then(|program| program.metadata()?.modified())
        .ok()
        .and_then(|time| Timestamp::try_from(time).ok());
    let accounts = context.index.all();
    let of_accounts = accounts
        .iter()
        .flat_map(|account| [Some(account.connected_at), account.refreshed_at])
        .flatten();
    let newest = of_accounts.chain(written).max().unwrap_or(now);
    let told = now.strftime("%Y-%m-%d %H:%M UTC");
    if clock::seconds_between(now, newest) > MOST_CLOCK_DIFFERENCE {
        let newest = newest.strftime("%Y-%m-%d %H:%M");
        let text = format!("it says {told}, but something here was done at {newest}");
        return Finding::warn("clock", text, "timedatectl set-ntp true");
    }
    Finding::good("clock", format!("{told}, which is plausible"))
}

fn proxies(context: &Context, providers: &[Provider]) -> Finding {
    let network = &context.settings.network;
    if let Err(error) = network.check() {
        let of_the_company = matches!(error, HttpError::Setup { code: "ca-file", .. });
        return Finding::failed(if of_the_company { "roots" } else { "proxy" }, "", &error);
    }
    let set = proxy_variables(|name| context.settings.environment.text(name)).join(", ");
    let Some(proxy) = &network.proxy else {
        return match set.is_empty() {
            true => Finding::good("proxy", "none is named"),
            false => Finding::warn(
                "proxy",
                format!("{set} set, and no proxy for https in that"),
                "HTTPS_PROXY=http://HOST:PORT, where one is needed",
            ),
        };
    };
    let mut past = Vec::new();
    for (_, url) in providers.iter().flat_map(endpoints) {
        let host = url.host_str().unwrap_or_default().to_owned();
        if network.proxy_to(&url).is_none() && !past.contains(&host) {
            past.push(host);
        }
    }
    let past = match past.is_empty() {
        true => String::new(),
        false => format!(", but not to {}", past.join(", ")),
    };
    Finding::good("proxy", format!("{}{past} (by {set})", proxy.place()))
        .publicly(format!("there is one{past} (by {set})"))
}

fn certificates(context: &Context) -> Option<Finding> {
    let (count, error) = roots()?;
    let value = |name: &str| context.settings.environment.text(name);
    let variables = ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter();
    let named: Vec<(&str, String)> =
        variables.filter_map(|name| Some((name, value(name)?))).collect();
    let by = |names: Vec<String>| match names.is_empty() {
        true => "of the system".to_owned(),
        false => format!("by {}", names.join(", ")),
    };
    let mut place = by(named.iter().map(|(name, value)| format!("{name}={value}")).collect());
    let public = by(named.iter().map(|(name, _)| (*name).to_owned()).collect());
    let network = &context.settings.network;
    // One that cannot be used was reported with the proxy.
    if let Some(file) = network.ca_file.as_ref().filter(|_| network.check().is_ok()) {
        place += &format!(", and those in {}", file.display());
    }
    let remedy = "apt install ca-certificates, or name a file of roots in SSL_CERT_FILE";
    let finding = match error {
        _ if count == 0 => {
            let why = error.map(|error| format!(" ({error})")).unwrap_or_default();
            let text = format!("no root certificates {place}{why}: https cannot work");
            Finding::bad("roots", text, remedy, Exit::Usage)
        }
        Some(error) => {
            let text = format!("{count} root certificates {place}; not all could be read: {error}");
            Finding::warn("roots", text, remedy)
        }
        None => Finding::good("roots", format!("{count} root certificates {place}")),
    };
    Some(finding.publicly(format!("{count} root certificates {public}")))
}
