//! The proxy of the system's own settings, chosen once for all programs: by a person in Windows'
//! or macOS' settings, or by their company for them. Other systems have none that all programs know.
//!
//! Of Windows the values are read that browsers go by (Internet Settings). reqwest can read them too,
//! but takes `http=…;https=…` for one address, and does not tell of a PAC file.

/// What the settings say about https.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemProxy {
    /// `HOST:PORT`, perhaps with a scheme before it.
    pub server: Option<String>,
    /// Hosts that are reached without it, as `NO_PROXY` names them.
    pub exempt: String,
    /// The address of a PAC file: a script that browsers ask for the proxy of each address.
    pub script: Option<String>,
}

/// What they are called for a person; `None` where the system has none.
pub const SETTINGS: Option<&str> = if cfg!(windows) {
    Some("the Windows settings")
} else if cfg!(target_os = "macos") {
    Some("the macOS settings")
} else {
    None
};

/// The settings of now. What cannot be read counts as not set.
pub fn of_system() -> SystemProxy {
    #[cfg(windows)]
    return windows();
    #[cfg(target_os = "macos")]
    return macos();
    #[cfg(not(any(windows, target_os = "macos")))]
    SystemProxy::default()
}

#[cfg(windows)]
fn windows() -> SystemProxy {
    use windows_registry::{CURRENT_USER, LOCAL_MACHINE};

    const SETTINGS: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";
    const POLICY: &str = r"Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings";
    // A company can have the machine decide for all its users.
    let per_user = LOCAL_MACHINE.open(POLICY).and_then(|key| key.get_u32("ProxySettingsPerUser"));
    let whose = if per_user == Ok(0) { LOCAL_MACHINE } else { CURRENT_USER };
    let Ok(settings) = whose.open(SETTINGS) else { return SystemProxy::default() };
    let text = |name| settings.get_string(name).ok().filter(|text| !text.is_empty());
    let is_on = settings.get_u32("ProxyEnable").is_ok_and(|value| value != 0);
    let server = text("ProxyServer").filter(|_| is_on);
    SystemProxy {
        server: server.and_then(|servers| server_for_https(&servers)),
        exempt: exempt(text("ProxyOverride").unwrap_or_default().split(';')),
        script: text("AutoConfigURL"),
    }
}

/// `scutil --proxy` tells what System Settings has for the network in use.
#[cfg(target_os = "macos")]
fn macos() -> SystemProxy {
    use std::process::{Command, Stdio};

    let mut command = Command::new("/usr/sbin/scutil");
    command.arg("--proxy").stdin(Stdio::null()).stderr(Stdio::null());
    let told = command.output().map(|output| output.stdout).unwrap_or_default();
    told_by_scutil(&String::from_utf8_lossy(&told))
}

/// Lines such as `HTTPSPort : 8080`, and in `ExceptionsList : <array> {` such as `0 : *.local`.
#[cfg(any(target_os = "macos", test))]
fn told_by_scutil(told: &str) -> SystemProxy {
    let pairs: Vec<(&str, &str)> =
        told.lines().filter_map(|line| line.trim().split_once(" : ")).collect();
    let text = |name| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned());
    let is_on = |name| text(name).as_deref() == Some("1");
    let port = text("HTTPSPort").map(|port| format!(":{port}")).unwrap_or_default();
    let listed = pairs.iter().filter(|pair| pair.0.bytes().all(|byte| byte.is_ascii_digit()));
    SystemProxy {
        server: text("HTTPSProxy").filter(|_| is_on("HTTPSEnable")).map(|host| host + &port),
        exempt: exempt(listed.map(|pair| pair.1)),
        script: text("ProxyAutoConfigURLString").filter(|_| is_on("ProxyAutoConfigEnable")),
    }
}

/// Of `http=a:1;https=b:2;socks=c:3` what https goes through; one server without a name is for all.
#[cfg(any(windows, test))]
fn server_for_https(servers: &str) -> Option<String> {
    let mut socks = None;
    for entry in servers.split([';', ' ']).map(str::trim).filter(|entry| !entry.is_empty()) {
        match entry.split_once('=') {
            None => return Some(entry.to_owned()),
            Some(("https", server)) => return Some(server.to_owned()),
            // What has no server of its own goes through that one.
            Some(("socks", server)) => socks = Some(format!("socks://{server}")),
            Some(_) => {}
        }
    }
    socks
}

/// What Windows and macOS write as `*.firma.example`, `10.*` and `<local>`, as `NO_PROXY` has it.
/// No provider has a name without a dot, and this machine is never proxied: `<local>` says no more.
/// A name is exempt together with those below it, which `NO_PROXY` knows no way to tell apart.
#[cfg(any(windows, target_os = "macos", test))]
fn exempt<'a>(entries: impl Iterator<Item = &'a str>) -> String {
    let entries = entries.flat_map(str::split_whitespace).filter(|entry| !entry.starts_with('<'));
    let read = entries.map(one_exempt).filter(|entry| !entry.is_empty());
    read.collect::<Vec<_>>().join(",")
}

#[cfg(any(windows, target_os = "macos", test))]
fn one_exempt(entry: &str) -> String {
    let host = entry.split_once("://").map_or(entry, |parts| parts.1);
    let host = host.split_once(':').filter(|parts| !parts.1.contains(':')).map_or(host, |it| it.0);
    if host == "*" {
        return host.to_owned();
    }
    // The beginning of an address in numbers: each of its parts is eight bits of the network.
    let (begin, bits) = host.split_once('/').unwrap_or((host, ""));
    let parts: Vec<&str> = begin.split('.').filter(|part| *part != "*").collect();
    if (1..4).contains(&parts.len()) && parts.iter().all(|part| part.parse::<u8>().is_ok()) {
        let whole = [parts.as_slice(), &["0"; 4][parts.len()..]].concat().join(".");
        let bits = if bits.is_empty() { (parts.len() * 8).to_string() } else { bits.to_owned() };
        return format!("{whole}/{bits}");
    }
    host.trim_start_matches("*.").trim_start_matches('*').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_for_https_is_found_among_others() {
        for (servers, server) in [
            ("proxy.example:8080", Some("proxy.example:8080")),
            ("http://proxy.example:8080", Some("http://proxy.example:8080")),
            ("http=a:1;https=b:2;ftp=c:3", Some("b:2")),
            ("http=a:1 https=b:2", Some("b:2")),
            ("http=a:1;socks=c:3", Some("socks://c:3")),
            ("http=a:1", None),
            ("", None),
        ] {
            assert_eq!(server_for_https(servers).as_deref(), server, "{servers}");
        }
    }

    #[test]
    fn exempt_hosts_are_read_as_the_systems_write_them() {
        let listed =
            "<local>;*.firma.example;10.*;192.168.*.*;https://intern.example:8443;*x.example";
        let read = "firma.example,10.0.0.0/8,192.168.0.0/16,intern.example,x.example";
        assert_eq!(exempt(listed.split(';')), read);
        assert_eq!(
            exempt(["*", "169.254/16", "10.1.2.3", "::1"].into_iter()),
            "*,169.254.0.0/16,10.1.2.3,::1"
        );
        assert_eq!(exempt("".split(';')), "");
    }

    #[test]
    fn what_scutil_tells_is_read() {
        let told = "<dictionary> {\n  ExceptionsList : <array> {\n    0 : *.local\n    1 : 169.254/16\n  }\n  \
            HTTPSEnable : 1\n  HTTPSPort : 3128\n  HTTPSProxy : proxy.example\n  \
            ProxyAutoConfigEnable : 0\n  ProxyAutoConfigURLString : http://wpad/x\n}\n";
        let read = told_by_scutil(told);
        assert_eq!(read.server.as_deref(), Some("proxy.example:3128"));
        assert_eq!((read.exempt.as_str(), read.script), ("local,169.254.0.0/16", None));
        assert_eq!(told_by_scutil("<dictionary> {\n}\n"), SystemProxy::default());
    }
}
