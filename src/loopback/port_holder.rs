//! Which program listens on a port, for the message that all ports are taken.

use std::fs;
use std::path::Path;

/// `name (pid)` of the program that listens on `port`, where this system tells and this user may
/// know: the owner of the program, or root. On Linux only, whose `/proc` this is; whatever cannot
/// be read is passed over.
pub(super) fn holder_of(port: u16) -> Option<String> {
    let sockets: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| listening_inodes(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    fs::read_dir("/proc").ok()?.flatten().find_map(|process| {
        let pid: u32 = process.file_name().to_str()?.parse().ok()?;
        holds(&process.path(), &sockets).then(|| name(&process.path(), pid))
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
fn name(process: &Path, pid: u32) -> String {
    let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
    let plain: String = name.trim().chars().filter(|c| c.is_ascii_graphic()).collect();
    format!("{plain} ({pid})")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

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
