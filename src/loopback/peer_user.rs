//! Whose browser it is. Every user of the machine can reach the port, and can read the link in the
//! arguments of the process that opened the browser: what another user brings is not served.
//!
//! Linux alone tells without further rights who has the other end of a connection, in
//! `/proc/net/tcp` and `tcp6`. Whoever cannot be named is let in: that is a port forward, WSL, a
//! container; and root, who can do everything anyway.

use std::fs;
use std::net::{IpAddr, SocketAddr};

/// What the kernel shows for a user that the own user namespace does not know.
const NOBODY_KNOWN: u32 = 65534;

/// Who sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PeerUser {
    /// This user, root, or somebody whom the system cannot name.
    Admitted,
    /// Another user of this machine.
    Another,
    /// Nobody is there any more to whom the answer could go, nor to be asked for: a socket that was
    /// closed is root's.
    Gone,
}

/// The two ends of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    pub(super) ours: SocketAddr,
    pub(super) theirs: SocketAddr,
}

/// A line of the kernel's table.
struct Row<'a> {
    local: &'a str,
    remote: &'a str,
    state: &'a str,
    user: u32,
    inode: &'a str,
}

const ESTABLISHED: &str = "01";
const LISTENING: &str = "0A";

/// Who is at the other end, as far as the system tells.
pub(super) fn of(ends: Ends) -> PeerUser {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    match own_user(&status) {
        Some(user) => judge(ends, user, &map, connections),
        None => PeerUser::Admitted,
    }
}

fn connections() -> String {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(fs::read_to_string);
    tables.into_iter().map(Result::unwrap_or_default).collect()
}

/// `look` reads the tables anew each time.
fn judge(ends: Ends, user: u32, uid_map: &str, look: impl Fn() -> String) -> PeerUser {
    let table = look();
    let ours = names(ends.ours);
    let is_listening = |row: &Row| row.state == LISTENING && ours.iter().any(|n| n == row.local);
    if !rows(&table).any(|row| is_listening(&row)) {
        // A table without our own listener is none that could name anybody.
        return PeerUser::Admitted;
    }
    match row_between(&table, ends.theirs, ends.ours) {
        Some(row) if row.inode == "0" => PeerUser::Gone,
        Some(row) if row.user == user || row.user == 0 => PeerUser::Admitted,
        Some(row) if row.user == NOBODY_KNOWN && !is_mapped(row.user, uid_map) => {
            PeerUser::Admitted
        }
        Some(_) => PeerUser::Another,
        // Read again: a connection that still stands was there at the first look, and its other end
        // was not, so that it is elsewhere. Else it was cut in between, to have no name.
        None => match row_between(&look(), ends.ours, ends.theirs) {
            Some(row) if row.state == ESTABLISHED => PeerUser::Admitted,
            _ => PeerUser::Gone,
        },
    }
}

fn row_between(table: &str, local: SocketAddr, remote: SocketAddr) -> Option<Row<'_>> {
    let (local, remote) = (names(local), names(remote));
    let is_there = |names: &[String], column: &str| names.iter().any(|name| name == column);
    rows(table).find(|row| is_there(&local, row.local) && is_there(&remote, row.remote))
}

/// The columns: number, local address, remote address, state, queues, timer, retransmits, user,
/// time-out, inode.
fn rows(table: &str) -> impl Iterator<Item = Row<'_>> {
    table.lines().filter_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let [_, local, remote, state, _, _, _, user, _, inode, ..] = columns[..] else {
            return None;
        };
        Some(Row { local, remote, state, user: user.parse().ok()?, inode })
    })
}

/// An address as the kernel writes it: words of 32 bits in the machine's own order. One of IPv4 has
/// a second form, for a peer that speaks it through a socket of IPv6.
fn names(address: SocketAddr) -> Vec<String> {
    let words = |octets: &[u8]| -> String {
        let word = |bytes: &[u8]| u32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        octets.chunks_exact(4).map(|bytes| format!("{:08X}", word(bytes))).collect()
    };
    let forms = match address.ip() {
        IpAddr::V4(ip) => vec![words(&ip.octets()), words(&ip.to_ipv6_mapped().octets())],
        IpAddr::V6(ip) => vec![words(&ip.octets())],
    };
    forms.into_iter().map(|form| format!("{form}:{:04X}", address.port())).collect()
}

/// The effective user in `/proc/self/status`.
fn own_user(status: &str) -> Option<u32> {
    let users = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    users.split_whitespace().nth(1)?.parse().ok()
}

/// Whether the own user namespace has this user: each line is the first user inside, the first
/// outside, and how many.
fn is_mapped(user: u32, uid_map: &str) -> bool {
    uid_map.lines().any(|line| {
        let numbers: Vec<u64> = line.split_whitespace().filter_map(|n| n.parse().ok()).collect();
        matches!(numbers[..], [first, _, count] if (first..first + count).contains(&user.into()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYBODY: &str = "         0          0 4294967295\n";
    const LISTENER: &str =
        "0: 0100007F:42CD 00000000:0000 0A 00000000:00000000 00:00000000 00000000 1000 0 11 1\n";
    const OUR_END: &str =
        "1: 0100007F:42CD 0100007F:D431 01 00000000:00000000 00:00000000 00000000 1000 0 22 1\n";

    fn ends() -> Ends {
        Ends {
            ours: "127.0.0.1:17101".parse().unwrap(),
            theirs: "127.0.0.1:54321".parse().unwrap(),
        }
    }

    fn their_end(user: u32, state: &str, inode: u32) -> String {
        let zeros = "00000000:00000000 00:00000000 00000000";
        format!("2: 0100007F:D431 0100007F:42CD {state} {zeros} {user} 0 {inode} 1\n")
    }

    fn seen(table: &str) -> PeerUser {
        judge(ends(), 1000, EVERYBODY, || table.to_owned())
    }

    #[test]
    fn the_other_end_of_the_connection_names_its_user() {
        for (user, expected) in [
            (1000, PeerUser::Admitted),
            (0, PeerUser::Admitted),
            (1001, PeerUser::Another),
            (65534, PeerUser::Another),
        ] {
            let table = format!("{LISTENER}{OUR_END}{}", their_end(user, "01", 33));
            assert_eq!(seen(&table), expected, "{user}");
        }
    }

    #[test]
    fn a_peer_that_speaks_ipv4_through_a_socket_of_ipv6_is_named_too() {
        let mapped =
            their_end(1001, "01", 33).replace("0100007F", "0000000000000000FFFF00000100007F");
        assert_eq!(seen(&format!("{LISTENER}{OUR_END}{mapped}")), PeerUser::Another);
        let ours = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 1));
        assert_eq!(names(ours), ["00000000000000000000000001000000:0001"]);
    }

    #[test]
    fn a_peer_that_is_elsewhere_and_a_table_that_knows_nobody_let_it_in() {
        assert_eq!(seen(&format!("{LISTENER}{OUR_END}")), PeerUser::Admitted);
        assert_eq!(seen(""), PeerUser::Admitted);
        let table = format!("{LISTENER}{OUR_END}{}", their_end(65534, "01", 33));
        let contained = judge(ends(), 0, "0 1000 1\n", || table.clone());
        assert_eq!(contained, PeerUser::Admitted, "outside of this user namespace");
    }

    #[test]
    fn a_connection_cut_right_after_its_request_has_no_user_and_is_not_let_in_for_it() {
        let closed = format!("{LISTENER}{}", their_end(0, "05", 0));
        assert_eq!(seen(&closed), PeerUser::Gone);
        assert_eq!(seen(LISTENER), PeerUser::Gone);
        let half = OUR_END.replace(" 01 ", " 08 ");
        assert_eq!(seen(&format!("{LISTENER}{half}")), PeerUser::Gone);
    }

    #[test]
    fn the_own_user_is_the_effective_one() {
        assert_eq!(own_user("Name:\tx\nUid:\t1000\t1002\t1003\t1004\n"), Some(1002));
        assert_eq!(own_user(""), None);
    }
}
