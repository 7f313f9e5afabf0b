//! Taking one of the registered ports. The socket bound here is the one that is served: no
//! looking for a free port first, which another program could take in between.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::{fmt, fs, io};

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime;
use url::{Host, Url};

use super::Loopback;
use super::rules::{DONE_PATH, START_PREFIX};

/// Connections that the kernel queues while none is accepted. std's 128 were overrun by 3,000 quick
/// resets, and whose SYN is then dropped, the browser's too, comes back only after a second.
const BACKLOG: u32 = 1024;

/// Why there is no listener.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Every registered port is in use.
    #[error("{} in use", list(.ports))]
    AllTaken { ports: Vec<TakenPort> },
    /// The redirect URI cannot be listened on here: it is another machine's, or incomplete.
    #[error("the redirect URI {uri} {why}")]
    NotLoopback { uri: Url, why: &'static str },
    /// There was nothing to try.
    #[error("no redirect URI is registered")]
    NoRedirectUri,
    /// The machine has no such address, or the system refused for another reason.
    #[error("could not listen on {uri}")]
    Io { uri: Url, source: io::Error },
    /// The system gives no event queue.
    #[error("could not prepare to listen")]
    NoEvents(#[source] io::Error),
}

/// A registered port that another program has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenPort {
    pub port: u16,
    /// `name (pid)` of the program, on Linux and where this user may know.
    pub program: Option<String>,
}

impl fmt::Display for TakenPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.program {
            Some(program) => write!(f, "{} by {program}", self.port),
            None => write!(f, "{}", self.port),
        }
    }
}

/// Binds the first of `redirect_uris` whose port is free, in the order given.
///
/// Each must be plain http on `127.0.0.1`, `[::1]` or `localhost` with an explicit port.
/// `localhost` takes the port in both families, since the browser chooses between them, or in the
/// one that the machine has.
///
/// # Errors
/// See [`BindError`]. A URI that is not loopback is an error even where an earlier one is free:
/// the list comes from a configuration that is then wrong.
pub fn bind(redirect_uris: &[Url]) -> Result<Loopback, BindError> {
    let candidates = redirect_uris.iter().map(addresses).collect::<Result<Vec<_>, _>>()?;
    // Without a thread or a timer of its own: registering a socket needs it, serving drives it.
    let mut runtime = runtime::Builder::new_current_thread();
    let runtime = runtime.enable_io().enable_time().build().map_err(BindError::NoEvents)?;
    let in_runtime = runtime.enter();
    let mut ports = Vec::new();
    let mut failed = None;
    for (uri, addresses) in redirect_uris.iter().zip(candidates) {
        match bind_all(&addresses) {
            Ok(listeners) => {
                drop(in_runtime);
                return Ok(Loopback { listeners, redirect_uri: uri.clone(), runtime });
            }
            Err(error) if is_taken(&error) => {
                let port = addresses[0].port();
                ports.push(TakenPort { port, program: holder_of(port) });
            }
            Err(source) => {
                failed.get_or_insert(BindError::Io { uri: uri.clone(), source });
            }
        }
    }
    match failed {
        _ if !ports.is_empty() => Err(BindError::AllTaken { ports }),
        Some(failed) => Err(failed),
        None => Err(BindError::NoRedirectUri),
    }
}

/// The socket addresses a redirect URI stands for, never another than a loopback address.
fn addresses(uri: &Url) -> Result<Vec<SocketAddr>, BindError> {
    let refuse = |why| Err(BindError::NotLoopback { uri: uri.clone(), why });
    let port = match uri.port() {
        _ if uri.scheme() != "http" => return refuse("is not plain http on this machine"),
        Some(port) if port != 0 => port,
        _ => return refuse("names no port"),
    };
    if !uri.username().is_empty() || uri.password().is_some() || uri.fragment().is_some() {
        return refuse("has a user or a fragment in it");
    }
    if uri.path() == DONE_PATH || uri.path().starts_with(START_PREFIX) {
        return refuse("uses a path that the listener itself needs");
    }
    match uri.host() {
        Some(Host::Ipv4(ip)) if ip == Ipv4Addr::LOCALHOST => Ok(vec![(ip, port).into()]),
        Some(Host::Ipv6(ip)) if ip == Ipv6Addr::LOCALHOST => Ok(vec![(ip, port).into()]),
        Some(Host::Domain("localhost")) => {
            Ok(vec![(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()])
        }
        _ => refuse("is not on 127.0.0.1, [::1] or localhost"),
    }
}

/// Binds every address that this machine has; one that is taken fails the whole.
fn bind_all(addresses: &[SocketAddr]) -> io::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    let mut absent = None;
    for address in addresses {
        match listen(*address) {
            Ok(listener) => listeners.push(listener),
            Err(error) if is_absent(&error) => absent = Some(error),
            Err(error) => return Err(error),
        }
    }
    match absent {
        Some(error) if listeners.is_empty() => Err(error),
        _ => Ok(listeners),
    }
}

/// Binds one address, as std would but for [`BACKLOG`].
///
/// On Unix with SO_REUSEADDR, so that a connection of the previous run in TIME_WAIT does not hold
/// the port: Linux still refuses it beside any listener, and elsewhere the more specific address,
/// ours, gets the connections. On Windows that option would let another program share the port.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(cfg!(unix))?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// In use, or reserved: Windows keeps whole ranges back and says "permission denied" there.
fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied)
}

/// The machine does not have this address family, or has no loopback address in it.
fn is_absent(error: &io::Error) -> bool {
    /// EAFNOSUPPORT, for which `io::ErrorKind` has no name: Linux, macOS and the BSDs, Windows.
    const NO_SUCH_FAMILY: [i32; 3] = [97, 47, 10047];
    error.kind() == io::ErrorKind::AddrNotAvailable
        || error.raw_os_error().is_some_and(|code| NO_SUCH_FAMILY.contains(&code))
}

fn list(ports: &[TakenPort]) -> String {
    let names: Vec<_> = ports.iter().map(TakenPort::to_string).collect();
    match names.as_slice() {
        [one] => format!("port {one} is"),
        more => format!("ports {} are", more.join(", ")),
    }
}

/// `name (pid)` of the program that listens on `port`, where this system tells and this user may
/// know: the owner of the program, or root. On Linux only, whose `/proc` this is; whatever cannot
/// be read is passed over.
fn holder_of(port: u16) -> Option<String> {
    let sockets: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| listening_inodes(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    fs::read_dir("/proc").ok()?.flatten().find_map(|process| {
        let pid: u32 = process.file_name().to_str()?.parse().ok()?;
        holds(&process.path(), &sockets).then(|| program_name(&process.path(), pid))
    })
}

/// The socket inodes in state LISTEN (0A) on `port`, from the kernel's table: the columns are
/// number, local address:port in hexadecimal, remote, state, …, inode as the tenth.
fn listening_inodes(table: &str, port: u16) -> Vec<String> {
    let port = format!(":{port:04X}");
    let inode = |line: &str| {
        let columns: Vec<_> = line.split_whitespace().collect();
        let listens = columns.get(1)?.ends_with(&port) && *columns.get(3)? == "0A";
        listens.then(|| columns.get(9).map(ToString::to_string)).flatten()
    };
    table.lines().skip(1).filter_map(inode).collect()
}

fn holds(process: &Path, sockets: &[String]) -> bool {
    let Ok(descriptors) = fs::read_dir(process.join("fd")) else { return false };
    descriptors.flatten().any(|descriptor| {
        fs::read_link(descriptor.path())
            .is_ok_and(|target| sockets.iter().any(|socket| target.as_os_str() == &**socket))
    })
}

/// A program chooses its own name: nothing but plain characters of it reaches a terminal.
fn program_name(process: &Path, pid: u32) -> String {
    let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
    let plain: String = name.trim().chars().filter(|c| c.is_ascii_graphic()).collect();
    format!("{plain} ({pid})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(uri: &str) -> Option<&'static str> {
        match addresses(&Url::parse(uri).unwrap()) {
            Err(BindError::NotLoopback { why, .. }) => Some(why),
            _ => None,
        }
    }

    #[test]
    fn only_loopback_with_a_port_is_listened_on() {
        for good in ["http://127.0.0.1:17101/cb", "http://[::1]:17101/cb", "http://localhost:9/x"] {
            assert_eq!(refusal(good), None, "{good}");
        }
        for bad in [
            "https://127.0.0.1:17101/cb",
            "http://127.0.0.1/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.2:17101/cb",
            "http://0.0.0.0:17101/cb",
            "http://[::]:17101/cb",
            "http://localhost.example:17101/cb",
            "http://192.168.1.5:17101/cb",
            "http://a@127.0.0.1:17101/cb",
            "http://127.0.0.1:17101/cb#x",
            "http://127.0.0.1:17101/done",
            "http://127.0.0.1:17101/start/cb",
            "custom:17101",
        ] {
            assert!(refusal(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn localhost_stands_for_both_families() {
        let both = addresses(&Url::parse("http://localhost:17101/cb").unwrap()).unwrap();
        assert_eq!(
            both.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["127.0.0.1:17101", "[::1]:17101"]
        );
    }

    #[test]
    fn a_missing_family_is_no_failure_and_a_taken_port_is_no_missing_family() {
        assert!(is_absent(&io::Error::from_raw_os_error(97)));
        assert!(is_absent(&io::ErrorKind::AddrNotAvailable.into()));
        assert!(!is_absent(&io::ErrorKind::AddrInUse.into()));
        assert!(is_taken(&io::ErrorKind::AddrInUse.into()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_is_found_by_the_port_it_listens_on() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let holder = holder_of(port).unwrap();
        assert!(holder.ends_with(&format!("({})", std::process::id())), "{holder}");
        drop(listener);
        assert_eq!(holder_of(port), None);
    }

    #[test]
    fn a_connection_on_the_port_is_no_listener() {
        let table = "  sl  local_address rem_address   st …\n   \
            0: 0100007F:42CD 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 11 1\n   \
            1: 0100007F:42CD 0100007F:1234 01 00000000:00000000 00:00000000 00000000 0 0 22 1\n";
        assert_eq!(listening_inodes(table, 0x42CD), ["11"]);
        assert!(listening_inodes(table, 0x42CE).is_empty());
    }
}
