//! What this machine brings along: ports, browser, clock, proxies, root certificates, schedulers.

use std::ffi::OsStr;

use crate::browser::{find_program, launcher};
use crate::clock::{self, Clock as _, Timestamp};
use crate::context::Context;
use crate::error::{Exit, Explain as _};
use crate::flow::reach::{MOST_CLOCK_DIFFERENCE, endpoints};
use crate::http::surroundings::{Proxies, proxy_variables, roots};
use crate::loopback::{self, BindError};
use crate::output::report::Finding;
use crate::provider::Provider;

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

/// What runs `token refresh` by itself.
pub fn schedule(context: &Context) -> Option<Finding> {
    let there = |name: &&str| program(context, name).is_some();
    let names: Vec<&str> = ["systemctl", "crontab"].into_iter().filter(there).collect();
    (!names.is_empty()).then(|| {
        let text = format!("could be done with {}", names.join(" or "));
        Finding::good("schedule", text)
    })
}

pub fn providers(context: &Context) -> Vec<Provider> {
    let names = context.registry().map(|registry| registry.names()).unwrap_or_default();
    // One that cannot be used is told of with the configuration.
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
    if let (Some(error), true) = (failed.first(), free.is_empty()) {
        return Some(Finding::failed("ports", &format!("{name}: "), error));
    }
    match (free.is_empty(), taken.is_empty()) {
        (true, true) => None,
        (false, true) => Some(Finding::good("ports", format!("{name}: free: {}", free.join(", ")))),
        (false, false) => {
            let text = format!("{name}: free: {}; taken: {}", free.join(", "), busy.join(", "));
            Some(Finding::good("ports", text))
        }
        (true, false) => {
            let text = format!("{name}: every registered port is taken: {}", busy.join(", "));
            let error = BindError::AllTaken { ports: taken };
            Some(Finding::bad("ports", text, error.meaning().hint, Exit::Usage))
        }
    }
}

/// `17861`, and where it is not the usual address: which.
fn place(uri: &url::Url) -> String {
    let port = uri.port().unwrap_or_default();
    match uri.host_str() {
        Some("127.0.0.1") => port.to_string(),
        Some("localhost") => format!("{port} (127.0.0.1 and ::1)"),
        host => format!("{port} ({})", host.unwrap_or_default().trim_matches(['[', ']'])),
    }
}

fn program(context: &Context, name: &str) -> Option<std::path::PathBuf> {
    let path = context.settings.environment.text("PATH").unwrap_or_default();
    find_program(OsStr::new(name), OsStr::new(&path))
}

fn browser(context: &Context) -> Finding {
    let named = context.named_browser();
    let path = context.settings.environment.text("PATH").unwrap_or_default();
    match launcher(named.as_deref(), OsStr::new(&path)) {
        Ok(program) if named.is_some() => {
            Finding::good("browser", format!("yours: {}", program.display()))
        }
        Ok(program) => Finding::good("browser", format!("the system's: {}", program.display())),
        Err(error) => {
            let remedy = match named {
                Some(_) => {
                    "name another one in PARTNERLINK_BROWSER, `browser` of the configuration, or BROWSER"
                }
                None => "install xdg-utils, or name a program in PARTNERLINK_BROWSER",
            };
            let text = format!("{error}; connect shows the link to open by hand");
            Finding::warn("browser", text, remedy)
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

/// Against what must be past: when this program was written to disk, and what accounts tell.
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
    let variable = |name: &str| context.settings.environment.text(name);
    let set = proxy_variables(variable);
    if set.is_empty() {
        return Finding::good("proxy", "none is named");
    }
    let names = set.join(", ");
    // HTTP_PROXY is not for https, and what is no address names no proxy.
    let without_exceptions =
        Proxies::of(|name| variable(name).filter(|_| !name.eq_ignore_ascii_case("NO_PROXY")));
    let any_https = url::Url::parse("https://partnerlink.invalid/").ok();
    let https = any_https.and_then(|url| without_exceptions.on_the_way_to(&url));
    if https.is_none() && names.to_ascii_uppercase().replace("NO_PROXY", "").contains("PROXY") {
        let text = format!("{names} set, and no proxy for https in that");
        return Finding::warn("proxy", text, "HTTPS_PROXY=http://HOST:PORT, where one is needed");
    }
    let proxies = context.proxies();
    let mut ways: Vec<(Option<String>, Vec<String>)> = Vec::new();
    for (_, url) in providers.iter().flat_map(endpoints) {
        let (way, host) = (proxies.on_the_way_to(&url), url.host_str().unwrap_or_default());
        let position = ways.iter().position(|(known, _)| *known == way).unwrap_or(ways.len());
        if position == ways.len() {
            ways.push((way, Vec::new()));
        }
        let hosts = &mut ways[position].1;
        if !hosts.iter().any(|known| known == host) {
            hosts.push(host.to_owned());
        }
    }
    let told: Vec<String> = match &ways[..] {
        [(Some(proxy), _)] => vec![format!("{proxy} to every provider")],
        [(None, _)] => vec!["none to any provider".into()],
        ways => ways
            .iter()
            .map(|(proxy, hosts)| {
                format!("{} to {}", proxy.as_deref().unwrap_or("none"), hosts.join(", "))
            })
            .collect(),
    };
    Finding::good("proxy", format!("{} (by {names})", told.join("; ")))
}

fn certificates(context: &Context) -> Option<Finding> {
    let (count, error) = roots()?;
    let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .into_iter()
        .filter_map(|name| Some(format!("{name}={}", context.settings.environment.text(name)?)));
    let named: Vec<String> = named.collect();
    let place =
        if named.is_empty() { "of the system".into() } else { format!("by {}", named.join(", ")) };
    let remedy = "apt install ca-certificates, or name a file of roots in SSL_CERT_FILE";
    Some(match error {
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
    })
}
