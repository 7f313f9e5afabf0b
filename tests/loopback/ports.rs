//! Which port is taken, on which addresses, and that it is closed afterwards.

use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use partnerlink::loopback::{BindError, Judgement, bind};

use crate::peer::{PATH, Reply, free_port, listen, listen_on, redirect_uris, result_page, uri};

fn is_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// An address of this machine that is not loopback, if it has one. Nothing is sent.
fn outer_address() -> Option<std::net::IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

#[test]
#[cfg(target_os = "linux")]
fn the_kernels_table_shows_loopback_and_nothing_else() {
    for (host, expected) in [
        ("127.0.0.1", &["0100007F"][..]),
        ("localhost", &["0100007F", "00000000000000000000000001000000"]),
    ] {
        if host == "localhost" && TcpListener::bind("[::1]:0").is_err() {
            continue;
        }
        let listener = listen_on(host, None);
        let port = format!(":{:04X}", listener.port);
        let tables =
            ["/proc/net/tcp", "/proc/net/tcp6"].map(|t| std::fs::read_to_string(t).unwrap());
        let addresses: Vec<String> = tables
            .iter()
            .flat_map(|table| table.lines())
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .filter(|columns| columns[1].ends_with(&port) && columns[3] == "0A")
            .map(|columns| columns[1].trim_end_matches(&port).to_owned())
            .collect();
        assert_eq!(addresses, expected);
    }
}

#[test]
fn another_of_this_machines_addresses_is_refused() {
    let listener = listen();
    if let Some(address) = outer_address() {
        let target = SocketAddr::new(address, listener.port);
        assert!(TcpStream::connect_timeout(&target, Duration::from_secs(2)).is_err());
    }
    if cfg!(target_os = "linux") {
        let target = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), listener.port));
        assert!(TcpStream::connect_timeout(&target, Duration::from_secs(2)).is_err());
    }
    listener.completes();
}

#[test]
fn the_port_is_closed_after_the_answer_and_after_the_time_out() {
    let answered = listen();
    let port = answered.port;
    assert!(is_open(port));
    answered.completes();
    assert!(!is_open(port));

    let timed_out = listen();
    let port = timed_out.port;
    assert!(timed_out.serving.wait(Duration::from_millis(10)).is_none());
    drop(timed_out);
    assert!(!is_open(port));
    TcpListener::bind(("127.0.0.1", port)).unwrap();
}

#[test]
fn what_was_bound_and_never_served_is_closed_too() {
    let loopback = bind(&[uri("127.0.0.1", free_port())]).unwrap();
    let port = loopback.redirect_uri().port().unwrap();
    drop(loopback);
    assert!(!is_open(port));
}

#[test]
fn the_port_is_held_from_the_binding_on_and_what_came_early_is_served() {
    let loopback = bind(&redirect_uris("127.0.0.1")).unwrap();
    let port = loopback.redirect_uri().port().unwrap();
    assert!(TcpListener::bind(("127.0.0.1", port)).is_err());
    let mut early = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = format!("GET {PATH}?a HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    early.write_all(request.as_bytes()).unwrap();
    let serving = loopback.serve(|_| Judgement::Ignore("no"), None).unwrap();
    assert_eq!(Reply::read(early).status(), 400);
    drop(serving);
}

#[test]
fn localhost_listens_in_both_families_under_its_own_name() {
    let listener = listen_on("localhost", None);
    let port = listener.port;
    let mut families: Vec<SocketAddr> = vec![(Ipv4Addr::LOCALHOST, port).into()];
    if TcpListener::bind("[::1]:0").is_ok() {
        families.push((Ipv6Addr::LOCALHOST, port).into());
    }
    for address in families {
        for (name, status) in [("localhost", 400), ("127.0.0.1", 421), ("[::1]", 421)] {
            let mut stream = TcpStream::connect(address).unwrap();
            let request = format!("GET {PATH}?a HTTP/1.1\r\nHost: {name}:{port}\r\n\r\n");
            stream.write_all(request.as_bytes()).unwrap();
            assert_eq!(Reply::read(stream).status(), status, "{address} {name}");
        }
    }
    drop(listener);
    assert!(!is_open(port));
}

#[test]
fn localhost_is_passed_over_when_the_other_family_is_taken() {
    let Ok(squatter) = TcpListener::bind("[::1]:0") else { return };
    let taken = squatter.local_addr().unwrap().port();
    let loopback = bind(&[uri("localhost", taken), uri("localhost", free_port())]).unwrap();
    assert_ne!(loopback.redirect_uri().port(), Some(taken));
    TcpListener::bind(("127.0.0.1", taken)).expect("the half that was free is free again");
}

#[test]
fn a_redirect_uri_of_the_other_family_is_named_as_it_is_bound() {
    let Ok(probe) = TcpListener::bind("[::1]:0") else { return };
    let port = probe.local_addr().unwrap().port();
    drop(probe);
    let loopback = bind(&[uri("[::1]", port)]).unwrap();
    assert_eq!(loopback.redirect_uri().as_str(), format!("http://[::1]:{port}{PATH}"));
    assert!(TcpStream::connect((Ipv6Addr::LOCALHOST, port)).is_ok());
    assert!(!is_open(port));
}

#[test]
fn a_taken_port_is_passed_over_and_when_all_are_the_error_names_them() {
    let squatters = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let ports = squatters.each_ref().map(|squatter| squatter.local_addr().unwrap().port());
    let taken = ports.map(|port| uri("127.0.0.1", port));
    let third = uri("127.0.0.1", free_port());
    let loopback = bind(&[taken[0].clone(), taken[1].clone(), third.clone()]).unwrap();
    assert_eq!(*loopback.redirect_uri(), third);

    let error = bind(&taken).unwrap_err();
    let BindError::AllTaken { ports: named } = &error else { panic!("{error}") };
    assert_eq!(named.iter().map(|taken| taken.port).collect::<Vec<_>>(), ports);
    if cfg!(target_os = "linux") {
        let this_process = format!("({})", std::process::id());
        assert!(named.iter().all(|taken| taken.program.as_ref().unwrap().ends_with(&this_process)));
        assert!(error.to_string().contains(&this_process), "{error}");
    }
    assert!(error.to_string().contains(&ports[0].to_string()), "{error}");
}

#[test]
fn a_squatter_on_every_address_never_gets_our_callback() {
    for every in ["0.0.0.0:0", "[::]:0"] {
        // std sets SO_REUSEADDR on Unix, so this is the squatter of the catalogue.
        let Ok(squatter) = TcpListener::bind(every) else { continue };
        squatter.set_nonblocking(true).unwrap();
        let port = squatter.local_addr().unwrap().port();
        match bind(&[uri("127.0.0.1", port)]) {
            Err(error) => assert!(matches!(error, BindError::AllTaken { .. }), "{error}"),
            Ok(loopback) => {
                let judge = |_: &str| Judgement::Take;
                let serving = loopback.serve(judge, None).unwrap();
                let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
                let request = format!("GET {PATH}?a HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
                stream.write_all(request.as_bytes()).unwrap();
                assert!(serving.wait(Duration::from_secs(3)).is_some());
                serving.finish(result_page(), Duration::ZERO);
            }
        }
        assert!(squatter.accept().is_err(), "the squatter was called");
    }
}

#[test]
fn while_we_listen_nobody_else_can_on_every_address() {
    let listener = listen();
    if cfg!(target_os = "linux") {
        assert!(TcpListener::bind(("0.0.0.0", listener.port)).is_err());
    }
    listener.completes();
}

#[test]
fn a_redirect_uri_of_another_machine_is_not_listened_on() {
    let partner = "https://partner.example/callback".parse().unwrap();
    assert!(matches!(bind(&[partner]), Err(BindError::NotLoopback { .. })));
    assert!(matches!(bind(&[]), Err(BindError::NoRedirectUri)));
}
