//! What this machine brings along: ports, browser, clock, proxies, root certificates, schedulers.

use crate::clock::{self, Clock as _, Timestamp};
use crate::commands::reach::{MOST_CLOCK_DIFFERENCE, endpoints};
use crate::context::Context;
use crate::error::{Exit, Explain as _, SET_CLOCK};
use crate::http::HttpError;
use crate::http::network::roots;
use crate::http::proxy::{PAC_HINT, Source};
use crate::loopback::{self, BindError};
use crate::provider::Provider;
use crate::schedule::{self, Machine};
use crate::system;
use crate::system::browser::launcher;
use crate::terminal::report::Finding;

pub fn check(context: &Context, providers: &[&Provider]) -> Vec<Finding> {
    let mut found: Vec<Finding> = providers.iter().filter_map(|provider| ports(provider)).collect();
    found.push(browser(context));
    found.extend(display(context));
    found.push(clock(context));
    found.push(proxies(context, providers));
    found.extend(certificates(context));
    found
}

/// What runs `token refresh` by itself, and what came of it the last time.
pub fn schedule(context: &Context) -> Finding {
    const NAME: &str = "schedule";
    let installed = schedule::installed(&Machine::new(&context.settings.environment));
    if installed.is_empty() {
        let accounts = context.index.all();
        if !accounts.iter().any(|account| account.refreshable) {
            return Finding::good(NAME, "none is installed, and nothing is there to refresh");
        }
        let text = "none of ours is installed: does anything else refresh the accounts?";
        return Finding::warn(NAME, text, "partnerlink schedule install");
    }
    if let Some(stopped) = installed.iter().find(|schedule| schedule.is_stopped()) {
        let kind = stopped.kind.word();
        let remedy = format!("partnerlink schedule install --kind {kind}");
        return Finding::warn(NAME, format!("{kind}: the timer is stopped"), remedy);
    }
    let kinds: Vec<&str> = installed.iter().map(|schedule| schedule.kind.word()).collect();
    let kinds = kinds.join(", ");
    let Some(last) = schedule::last_run(&context.folders) else {
        return Finding::good(NAME, format!("{kinds}, not run yet"));
    };
    let at = clock::for_people(last.at, context.clock.now());
    let text = format!("{kinds}, last run at {at} with exit code {}", last.exit);
    match last.exit {
        0 => Finding::good(NAME, text),
        _ => Finding::warn(NAME, text, "partnerlink status"),
    }
}

/// The provider's registered ports: each is taken for a moment, and given back.
fn ports(provider: &Provider) -> Option<Finding> {
    let (mut free, mut taken, mut failed) = (Vec::new(), Vec::new(), None);
    for uri in provider.loopback_redirect_uris() {
        match loopback::bind(std::slice::from_ref(&uri)) {
            Ok(_) => free.push(place(&uri)),
            Err(BindError::AllTaken { ports }) => taken.extend(ports),
            Err(error) => failed = Some(error),
        }
    }
    let name = &provider.name;
    let busy = taken.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if !free.is_empty() {
        let taken = if taken.is_empty() { String::new() } else { format!("; taken: {busy}") };
        return Some(Finding::good("ports", format!("{name}: free: {}{taken}", free.join(", "))));
    }
    if taken.is_empty() {
        return Some(Finding::failed("ports", &format!("{name}: "), &failed?));
    }
    let text = format!("{name}: every registered port is taken: {busy}");
    let hint = BindError::AllTaken { ports: taken }.meaning().hint;
    Some(Finding::bad("ports", text, hint, Exit::Usage))
}

/// `17861`, with the address where that is not 127.0.0.1.
fn place(uri: &url::Url) -> String {
    let port = uri.port().unwrap_or_default();
    match uri.host_str().unwrap_or_default() {
        "127.0.0.1" => port.to_string(),
        "localhost" => format!("{port} (127.0.0.1 and ::1)"),
        host => format!("{port} ({host})"),
    }
}

fn browser(context: &Context) -> Finding {
    let named = context.named_browser();
    let around = context.settings.environment.surroundings();
    let (whose, remedy) = match named {
        Some(_) => (
            "yours",
            "name another one in PARTNERLINK_BROWSER, `browser` of the configuration, or BROWSER",
        ),
        None if cfg!(any(windows, target_os = "macos")) => {
            ("the system's", "name a program in PARTNERLINK_BROWSER")
        }
        None => ("the system's", "install xdg-utils, or name a program in PARTNERLINK_BROWSER"),
    };
    match launcher(named.as_deref(), &around) {
        Ok(program) => {
            Finding::good("browser", format!("{whose}: {}", program.display())).publicly(whose)
        }
        Err(error) => {
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
    Some(Finding::warn("display", text, "partnerlink connect zaehlerfreunde --no-browser"))
}

/// Compared with what must lie in the past: when this program was written to disk, and what happened
/// to the accounts.
fn clock(context: &Context) -> Finding {
    let now = context.clock.now();
    let written = std::env::current_exe().and_then(|program| program.metadata()?.modified());
    let written = written.ok().and_then(|time| Timestamp::try_from(time).ok());
    let accounts = context.index.all();
    let done =
        accounts.iter().flat_map(|account| [Some(account.connected_at), account.refreshed_at]);
    let newest = done.chain([written]).flatten().max().unwrap_or(now);
    let told = now.strftime("%Y-%m-%d %H:%M UTC");
    if clock::seconds_between(now, newest) > MOST_CLOCK_DIFFERENCE {
        let newest = newest.strftime("%Y-%m-%d %H:%M");
        let text = format!("it says {told}, but something here was done at {newest}");
        return Finding::warn("clock", text, SET_CLOCK);
    }
    Finding::good("clock", format!("{told}, which is plausible"))
}

fn proxies(context: &Context, providers: &[&Provider]) -> Finding {
    const EXAMPLE: &str = if cfg!(windows) {
        "setx HTTPS_PROXY http://HOST:PORT, where one is needed"
    } else {
        "HTTPS_PROXY=http://HOST:PORT, where one is needed"
    };
    let network = &context.settings.network;
    if let Err(error) = network.check() {
        let of_the_company = matches!(error, HttpError::Setup { code: "ca-file", .. });
        return Finding::failed(if of_the_company { "roots" } else { "proxy" }, "", &error);
    }
    let Some(proxy) = network.proxy() else {
        return match (network.proxies.script(), &*variables(context)) {
            (Some(script), _) => pac(script),
            (None, "") => Finding::good("proxy", "none is named"),
            (None, set) => Finding::warn(
                "proxy",
                format!("{set} set, and no proxy for https in that"),
                EXAMPLE,
            ),
        };
    };
    let urls = providers.iter().flat_map(|provider| endpoints(provider)).map(|(_, url)| url);
    let past = urls.filter(|url| network.proxy_to(url).is_none());
    let mut past: Vec<String> = past.filter_map(|url| Some(url.host_str()?.to_owned())).collect();
    past.dedup();
    let past =
        if past.is_empty() { String::new() } else { format!(", but not to {}", past.join(", ")) };
    let by = match proxy.source {
        Source::Variable(_) => variables(context),
        Source::Settings(name) => name.to_owned(),
    };
    Finding::good("proxy", format!("{}{past} (by {by})", proxy.place()))
        .publicly(format!("there is one{past} (by {by})"))
}

/// A script that browsers run: whether it sends anybody through a proxy is not known.
fn pac(script: &str) -> Finding {
    let settings = system::proxy::SETTINGS.unwrap_or_default();
    let text = |script: &str| {
        format!(
            "{settings} name a PAC file{script}, which only browsers can use: requests go straight"
        )
    };
    Finding::warn("proxy", text(&format!(" ({script})")), PAC_HINT).publicly(text(""))
}

/// The variables about proxies that are set.
fn variables(context: &Context) -> String {
    let names = ["HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "HTTP_PROXY"].into_iter();
    let mut set: Vec<_> = names.flat_map(|name| [name.into(), name.to_lowercase()]).collect();
    set.retain(|name: &String| context.settings.environment.text(name).is_some());
    // To Windows both are one.
    set.dedup_by(|one, other| cfg!(windows) && one.eq_ignore_ascii_case(other));
    set.join(", ")
}

fn certificates(context: &Context) -> Option<Finding> {
    let (count, error) = roots()?;
    let (environment, network) = (&context.settings.environment, &context.settings.network);
    let mut by = vec!["SSL_CERT_FILE", "SSL_CERT_DIR"];
    by.retain(|name| environment.text(name).is_some());
    let by = if by.is_empty() { "of the system".into() } else { format!("by {}", by.join(", ")) };
    let public = format!("{count} root certificates {by}");
    // A file that cannot be used was reported with the proxy.
    let own = network.ca_file.as_ref().filter(|_| network.check().is_ok());
    let own = own.map(|file| format!(", and those in {}", file.display())).unwrap_or_default();
    let unread = error.map(|error| format!("; not all could be read: {error}"));
    let text = format!("{public}{own}{}", unread.as_deref().unwrap_or_default());
    let remedy = "apt install ca-certificates, or name a file of roots in SSL_CERT_FILE";
    let finding = if count == 0 {
        let text = format!("no root certificates, so https cannot work: {text}");
        Finding::bad("roots", text, remedy, Exit::Usage)
    } else if unread.is_some() {
        Finding::warn("roots", text, remedy)
    } else {
        Finding::good("roots", text)
    };
    Some(finding.publicly(public))
}
