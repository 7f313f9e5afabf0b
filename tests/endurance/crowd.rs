//! Many processes at one expired token, and one process at many.

use std::fs::OpenOptions;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::ACCOUNT;
use crate::program::Running;
use crate::provider::Provider;
use crate::providers::strict;
use crate::seat::Seat;

/// Two hundred processes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);
/// So many accounts in one home.
const MANY: usize = 200;

/// They all get the same token, and the provider saw one of them.
#[track_caller]
fn all_print_the_same_token(provider: &Provider, seat: &Seat, getters: Vec<Running>) {
    let tokens: Vec<String> =
        getters.into_iter().map(|run| run.finish().exits(0).data().to_owned()).collect();
    let stored = seat.token(ACCOUNT);
    assert!(
        tokens.iter().all(|token| *token == stored),
        "not all printed the token that is stored"
    );
    provider.refreshed_exactly(1);
    assert!(seat.leftovers().is_empty(), "{:?}", seat.leftovers());
}

#[test]
fn however_many_want_an_expired_token_one_of_them_refreshes_it() {
    for count in [2, 10, 50, 200] {
        let provider = strict();
        let mut seat = Seat::with_expired(&provider, &[ACCOUNT]);
        seat.patience = PATIENCE;
        let getters = (0..count).map(|_| seat.spawn(["token", "get", ACCOUNT])).collect();
        all_print_the_same_token(&provider, &seat, getters);
    }
}

#[test]
fn however_many_cron_jobs_refresh_one_of_them_does_and_the_others_say_unchanged() {
    for count in [2, 10, 50] {
        let provider = strict();
        let mut seat = Seat::with_expired(&provider, &[ACCOUNT]);
        seat.patience = PATIENCE;
        let jobs: Vec<_> = (0..count).map(|_| seat.spawn(["token", "refresh"])).collect();
        let lines: Vec<String> =
            jobs.into_iter().map(|run| run.finish().exits(0).data().to_owned()).collect();
        let said = |word: &str| lines.iter().filter(|line| line.contains(word)).count();
        assert_eq!((said("\trefreshed\t"), said("\tunchanged\t")), (1, count - 1), "{lines:?}");
        provider.refreshed_exactly(1);
    }
}

#[test]
fn getters_and_cron_jobs_at_once_make_one_refresh() {
    let provider = strict();
    let mut seat = Seat::with_expired(&provider, &[ACCOUNT]);
    seat.patience = PATIENCE;
    let both =
        (0..10).map(|_| (seat.spawn(["token", "get", ACCOUNT]), seat.spawn(["token", "refresh"])));
    let (getters, jobs): (Vec<_>, Vec<_>) = both.collect();
    for job in jobs {
        job.finish().exits(0);
    }
    all_print_the_same_token(&provider, &seat, getters);
}

/// The burst after a laptop wakes up: they begin in the same instant, behind one barrier.
#[test]
fn a_burst_that_begins_in_one_instant_makes_one_refresh() {
    for _ in 0..5 {
        let provider = strict();
        let seat = Seat::with_expired(&provider, &[ACCOUNT]);
        let barrier = seat.root().join("barrier");
        assert!(Command::new("mkfifo").arg(&barrier).status().unwrap().success());
        // Opening a pipe for reading waits until somebody opens it for writing.
        let program = env!("CARGO_BIN_EXE_partnerlink");
        let body = format!(": < '{}'; exec '{program}' \"$@\"", barrier.display());
        let behind_barrier = seat.script("behind-barrier", &body);
        let start = || {
            let get = seat.command(["token", "get", ACCOUNT]);
            let mut wait = Command::new(&behind_barrier);
            wait.args(get.get_args()).stdin(Stdio::null()).env_clear();
            wait.envs(get.get_envs().filter_map(|(name, value)| Some((name, value?))));
            seat.start(wait)
        };
        let mut getters: Vec<Running> = (0..5).map(|_| start()).collect();
        thread::sleep(Duration::from_millis(200));
        assert!(getters.iter_mut().all(Running::is_running));
        // Held open for whoever comes late on a busy machine.
        let _open = OpenOptions::new().write(true).open(&barrier).unwrap();
        all_print_the_same_token(&provider, &seat, getters);
    }
}

#[test]
fn jobs_two_hundred_accounts_are_each_refreshed_once_by_one_run() {
    let provider = strict();
    let mut seat = Seat::new(&provider.base());
    seat.patience = PATIENCE;
    let names: Vec<String> = (0..MANY).map(|n| format!("{ACCOUNT}:customer-{n:03}")).collect();
    for name in &names {
        seat.put(name, &provider.grant(), -3600);
    }
    let before: Vec<String> = names.iter().map(|name| seat.token(name)).collect();

    let outcome = seat.run(["token", "refresh"]).exits(0);
    let refreshed = |name: &&String| outcome.stdout.contains(&format!("{name}\trefreshed\t"));
    assert_eq!(names.iter().filter(refreshed).count(), MANY, "{}", outcome.told());
    provider.refreshed_exactly(MANY as u64);
    for (name, before) in names.iter().zip(&before) {
        assert_ne!(seat.token(name), *before, "{name} was not stored");
    }
    assert!(seat.leftovers().is_empty(), "{:?}", seat.leftovers());
    // And a second run has nothing to do.
    seat.run(["token", "refresh", "--quiet", "--jobs", "64"]).exits(0);
    provider.refreshed_exactly(MANY as u64);
}
