//! Ctrl-C, `kill` and a closed terminal, at every moment of a refresh and of a sign-in.

use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::program::{Outcome, Running};
use crate::providers::{numbered, strict, tokens};
use crate::seat::Seat;
use crate::strace::{self, Point};
use crate::{ACCOUNT, left_out};

/// Each with its name for strace and its number.
const SIGNALS: [(Signal, &str, i32); 3] =
    [(Signal::INT, "SIGINT", 2), (Signal::TERM, "SIGTERM", 15), (Signal::HUP, "SIGHUP", 1)];
const REFRESH: [&str; 4] = ["token", "refresh", "--force", ACCOUNT];
const SIDE_BY_SIDE: usize = 4;
/// Less than the program waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A refresh, and what this does to it before the provider answers.
fn during_a_refresh(
    begin: impl FnOnce(&Seat) -> Running,
    act: impl FnOnce(u32),
) -> (Seat, Outcome) {
    let (done, acted) = mpsc::channel::<()>();
    let acted = Mutex::new(acted);
    let fake = numbered(move |_| {
        let _ = acted.lock().unwrap().recv_timeout(PATIENCE);
    });
    let seat = Seat::new(&fake.base());
    seat.put(ACCOUNT, &tokens(0), -3600);
    let run = begin(&seat);
    fake.wait_for_calls(1);
    act(run.pid());
    thread::sleep(Duration::from_millis(100));
    drop(done);
    let outcome = run.finish();
    assert_eq!(seat.token(ACCOUNT), tokens(1).access_token, "{}", outcome.told());
    assert!(seat.leftovers().is_empty(), "{:?}", seat.leftovers());
    (seat, outcome)
}

/// By its number: those of real time have no name.
fn send(number: i32, pid: u32) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{number} {pid}")]).status();
    assert!(sent.unwrap().success(), "{number}");
}

#[test]
fn every_signal_that_can_be_held_back_waits_for_the_save() {
    // HUP INT QUIT USR1 USR2 ALRM TERM STKFLT XCPU XFSZ VTALRM PROF IO PWR, and three of real time.
    let numbers = [1, 2, 3, 10, 12, 14, 15, 16, 24, 25, 26, 27, 29, 30, 35, 50, 64];
    thread::scope(|scope| {
        for number in numbers {
            scope.spawn(move || {
                let refresh = |seat: &Seat| seat.spawn(["token", "refresh"]);
                let (_seat, outcome) = during_a_refresh(refresh, |pid| {
                    send(number, pid);
                    // An impatient person presses it again.
                    thread::sleep(Duration::from_millis(50));
                    send(number, pid);
                });
                let outcome = outcome.exits(128 + number);
                assert!(outcome.stdout.contains("\trefreshed\t"), "{}", outcome.told());
            });
        }
    });
}

#[test]
fn a_stop_and_a_closed_pipe_lose_nothing() {
    let (tstp, ttin, cont, pipe) = (20, 21, 18, 13);
    let refresh = |seat: &Seat| seat.spawn(["token", "refresh"]);
    for signals in [&[tstp, cont][..], &[ttin, cont], &[pipe]] {
        let (_seat, outcome) = during_a_refresh(refresh, |pid| {
            for number in signals {
                send(*number, pid);
                thread::sleep(Duration::from_millis(300));
            }
        });
        outcome.exits(0);
    }
}

#[test]
fn a_signal_that_was_to_be_ignored_stays_ignored() {
    let begin = |seat: &Seat| {
        let mut command = Command::new("sh");
        let program = env!("CARGO_BIN_EXE_partnerlink");
        command.args(["-c", "trap '' HUP USR1; exec \"$0\" token refresh", program]);
        command.env_clear().envs(seat.variables()).current_dir(seat.root());
        seat.start(command)
    };
    let (_seat, outcome) =
        during_a_refresh(begin, |pid| [1, 10].iter().for_each(|number| send(*number, pid)));
    outcome.exits(0);
}

#[test]
fn after_a_signal_no_further_account_is_begun() {
    let fake = numbered(|_| thread::sleep(Duration::from_secs(2)));
    let seat = Seat::new(&fake.base());
    for number in 0..6 {
        seat.put(&format!("{ACCOUNT}:{number}"), &tokens(0), -3600);
    }
    let run = seat.spawn(["token", "refresh", "--jobs", "2"]);
    fake.wait_for_calls(2);
    run.signal(Signal::TERM);
    let outcome = run.finish().exits(143);
    assert_eq!((fake.calls().len(), outcome.stdout.lines().count()), (2, 2), "{}", outcome.told());
}

#[test]
fn a_signal_while_waiting_for_another_run_ends_at_once() {
    let fake = numbered(|_| thread::sleep(Duration::from_secs(4)));
    let seat = Seat::new(&fake.base());
    seat.put(ACCOUNT, &tokens(0), -3600);
    let first = seat.spawn(["token", "get", ACCOUNT]);
    fake.wait_for_calls(1);
    let waiting = seat.spawn(["--verbose", "token", "get", ACCOUNT]);
    thread::sleep(Duration::from_millis(200));
    let begin = Instant::now();
    waiting.signal(Signal::INT);
    let outcome = waiting.finish();
    assert!(outcome.signal == Some(2) || outcome.code == Some(130), "{}", outcome.told());
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    first.finish().exits(0);
    assert_eq!(fake.calls().len(), 1);
}

#[test]
fn no_signal_at_any_system_call_of_a_refresh_costs_the_sign_in() {
    if !strace::is_there() {
        return left_out("a signal at every system call", strace::MISSING);
    }
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    seat.run(REFRESH).exits(0);
    let (outcome, trace) = strace::watched(&seat, &REFRESH, &[]);
    outcome.exits(0);
    let points = strace::points(&seat, &trace);
    let moments: Vec<(Point, &str, i32)> = points
        .into_iter()
        .flat_map(|point| SIGNALS.map(|(_, name, number)| (point.clone(), name, number)))
        .collect();
    let (moments, delayed) = (Mutex::new(moments), Mutex::new(0));
    let work = || {
        let seat = Seat::with_expired(&provider, &[ACCOUNT]);
        loop {
            let Some((point, name, number)) = moments.lock().unwrap().pop() else { return };
            let before = seat.token(ACCOUNT);
            let outcome = strace::with_signal(&seat, &REFRESH, &point, name);
            let at = || format!("{name} at {point:?}: {}", outcome.told());
            let refreshed = seat.token(ACCOUNT) != before;
            match (outcome.code, outcome.signal) {
                // Too late to be of interest.
                (Some(0), None) => assert!(refreshed, "{}", at()),
                // Acted upon after the save, or before anything was begun.
                (Some(code), None) => assert_eq!(code, 128 + number, "{}", at()),
                // Before there was anything to hold back for.
                (None, Some(signal)) => assert!(signal == number && !refreshed, "{}", at()),
                _ => panic!("{}", at()),
            }
            *delayed.lock().unwrap() += u32::from(refreshed && outcome.code != Some(0));
            // Single use to the letter: had anything been lost, this would be refused.
            seat.run(REFRESH).exits(0);
            assert!(seat.leftovers().is_empty(), "{:?}", seat.leftovers());
        }
    };
    thread::scope(|scope| (0..SIDE_BY_SIDE).for_each(|_| drop(scope.spawn(work))));
    let delayed = delayed.into_inner().unwrap();
    eprintln!("{delayed} signals waited for the save");
    assert!(delayed > 50, "only {delayed} signals came in the middle");
    assert_eq!(provider.counts().reused, 0);
}

/// A `connect` that waits for its browser, and the address it listens at. Its three ports may be
/// taken by another test, here or elsewhere: then it is tried again.
fn waiting_connect(seat: &Seat) -> (Running, SocketAddr) {
    let begin = Instant::now();
    loop {
        let mut run = seat.spawn(["connect", ACCOUNT, "--no-browser", "--timeout", "60s"]);
        let port = run.wait_for(|stderr| {
            if stderr.contains("could not connect") {
                return Some(None);
            }
            let (_, rest) = stderr.split_once("redirect_uri=http%3A%2F%2F127.0.0.1%3A")?;
            rest.split_once('%').map(|(port, _)| port.parse().ok())
        });
        if let Some(port) = port {
            return (run, SocketAddr::from(([127, 0, 0, 1], port)));
        }
        run.finish().exits(2);
        assert!(begin.elapsed() < Duration::from_secs(30), "the ports stay taken");
    }
}

#[test]
fn a_signal_while_connect_waits_closes_the_port_and_stores_nothing() {
    let provider = strict();
    for (signal, _, number) in SIGNALS {
        let seat = Seat::new(&provider.base());
        let (run, address) = waiting_connect(&seat);
        assert!(TcpStream::connect(address).is_ok(), "nobody listens at {address}");
        let begin = Instant::now();
        run.signal(signal);
        run.finish().exits(128 + number).says(&["interrupted; nothing was stored"]);
        assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
        assert!(seat.record(ACCOUNT).unwrap().is_none());
        assert!(seat.index().all().is_empty());
        assert!(seat.leftovers().is_empty(), "{:?}", seat.leftovers());
    }
    assert_eq!(provider.count("authorization_code"), 0);
}

#[test]
fn a_signal_during_the_exchange_waits_for_the_save() {
    let provider = strict();
    provider.does(|call, honest| {
        let reply = honest();
        if call.path().ends_with("/token") {
            thread::sleep(Duration::from_secs(3));
        }
        reply
    });
    let seat = Seat::new(&provider.base());
    let begin = Instant::now();
    let run = loop {
        let mut run = seat.spawn(["connect", ACCOUNT]);
        while run.is_running() && provider.count("authorization_code") == 0 {
            thread::sleep(Duration::from_millis(10));
        }
        if run.is_running() {
            break run;
        }
        run.finish().exits(2);
        assert!(begin.elapsed() < Duration::from_secs(30), "the ports stay taken");
    };
    run.signal(Signal::INT);
    run.finish().exits(130).says(&["Connected to Zählerfreunde"]);
    assert!(seat.record(ACCOUNT).unwrap().is_some());
    seat.run(["token", "get", ACCOUNT]).exits(0);
}
