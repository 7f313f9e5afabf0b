//! Many processes at one expired token, and one process at many.

use std::fs::{self, OpenOptions};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use partnerlink::accounts::{Index, Origins};
use partnerlink::secret::Secret;
use partnerlink::store::StoreKind;
use partnerlink::store::file::{FileStore, KeySource};
use partnerlink::store::record::Record;
use partnerlink::system::paths::Folders;

use crate::program::{Program, Running};
use crate::provider::Provider;
use crate::provider::rate::most_in_a_second;
use crate::providers::strict;
use crate::seat::{Seat, an_account};
use crate::strace;
use crate::{ACCOUNT, left_out};

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

/// So many accounts at a provider that is described by itself, with access tokens that have expired.
fn many(provider: &Provider, count: usize, described: &str) -> Program {
    let mut program = Program::new();
    program.patience = PATIENCE;
    program.configure(&provider.described_as("fake", described));
    let folders = Folders::resolve(Some(&program.home())).unwrap();
    let store = FileStore::open(folders.tokens(), KeySource::KeyFile(folders.default_key_file()));
    let origins = Origins { token: provider.base(), revocation: Some(provider.base()), api: None };
    for number in 0..count {
        let granted = provider.grant();
        let name = format!("fake:customer-{number:04}");
        let facts = an_account(&name, StoreKind::FILE, origins.clone(), -3600);
        let refresh_token = Some(Secret::new(granted.refresh_token));
        let record = Record::new(facts, Secret::new(granted.access_token), refresh_token, None);
        record.save(&store).unwrap();
        Index::new(folders.accounts()).put(&record.account).unwrap();
    }
    program
}

#[test]
fn a_described_rate_is_kept_to_and_used_up() {
    for (count, rate, away) in [(200, 100, 50), (200, 100, 200), (1000, 200, 50), (1000, 200, 200)]
    {
        let provider = Provider::start(|_, _| ());
        let described = format!("token_requests_per_second = {rate}");
        let program = many(&provider, count, &described);
        let refused = provider.allows(rate, Duration::from_millis(away));
        let outcome = program.run(["token", "refresh", "--quiet"]).exits(0);
        let calls = provider.calls();
        let most = most_in_a_second(&calls);
        let span = calls[calls.len() - 1].at - calls[0].at;
        let least = Duration::from_millis(1000 * count as u64 / rate as u64);
        eprintln!(
            "{count} accounts, {rate}/s, {away} ms away: {most} in a second at most, {:.3} of the \
             least time between the first and the last, {:.2?} in all",
            span.as_secs_f64() / least.as_secs_f64(),
            outcome.took,
        );
        provider.refreshed_exactly(count as u64);
        // A busy machine lets some wait, and they come together with the next ones.
        assert!(most <= rate + rate / 10, "{most} in a second of {rate}");
        let refused = *refused.lock().unwrap();
        assert!(refused <= count / 20, "{refused} of {count}");
    }
}

#[test]
fn a_rate_that_is_not_described_is_found_out_and_every_account_is_done() {
    let provider = Provider::start(|_, _| ());
    let program = many(&provider, 200, "");
    let refused = provider.allows(50, Duration::from_millis(50));
    program.run(["token", "refresh", "--quiet"]).exits(0);
    provider.refreshed_exactly(200);
    let refused = *refused.lock().unwrap();
    eprintln!("{refused} of {} requests were refused", provider.calls().len());
    assert!(refused < 60, "{refused} were refused");
}

#[test]
fn processes_at_once_share_the_accounts_and_the_pace_and_none_waits_for_a_lock() {
    let provider = Provider::start(|_, _| ());
    let program = many(&provider, 120, "token_requests_per_second = 40");
    let away = Duration::from_millis(50);
    provider.does(move |_, honest| {
        thread::sleep(away);
        honest()
    });
    let runs: Vec<Running> = (0..3).map(|_| program.spawn(["token", "refresh"])).collect();
    let shares: Vec<usize> = runs
        .into_iter()
        .map(|run| run.finish().exits(0).stdout.matches("\trefreshed\t").count())
        .collect();
    provider.refreshed_exactly(120);
    assert_eq!(shares.iter().sum::<usize>(), 120);
    // Which of those that wait is the next one is chance.
    assert!(shares.iter().all(|share| *share >= 5), "{shares:?}");
    let calls = provider.calls();
    let (most, span) = (most_in_a_second(&calls), calls[calls.len() - 1].at - calls[0].at);
    eprintln!("{shares:?}: {most} in a second of 40, all in {span:.2?}");
    assert!(most <= 44, "{most} in a second of 40");
    assert!(span < Duration::from_secs(6), "{span:?} for what takes three seconds");
}

#[test]
fn scripts_at_once_share_the_pace() {
    let provider = Provider::start(|_, _| ());
    let program = many(&provider, 20, "token_requests_per_second = 10");
    let get = |number| program.spawn(["token", "get", &format!("fake:customer-{number:04}")]);
    let getters: Vec<Running> = (0..20).map(get).collect();
    for getter in getters {
        getter.finish().exits(0);
    }
    provider.refreshed_exactly(20);
    let most = most_in_a_second(&provider.calls());
    // Each has everything still to begin when it is its turn, and a busy machine takes its time.
    assert!(most <= 13, "{most} in a second of 10");
}

#[test]
fn where_the_pace_cannot_be_shared_each_keeps_its_own_and_a_good_token_needs_none() {
    let provider = Provider::start(|_, _| ());
    let program = many(&provider, 20, "token_requests_per_second = 10");
    let pace = program.state().join("pace");
    fs::write(&pace, "no folder").unwrap();
    let outcome = program.run(["token", "refresh", "--quiet"]).exits(0);
    assert_eq!(outcome.stderr, "");
    provider.refreshed_exactly(20);
    let most = most_in_a_second(&provider.calls());
    assert!(most <= 11, "{most} in a second of 10");
    fs::remove_file(&pace).unwrap();
    program.run(["token", "get", "fake:customer-0000"]).exits(0);
    assert!(!pace.exists(), "a token that is good was paced");
}

#[test]
fn what_is_left_for_the_next_run_is_said() {
    let provider = Provider::start(|_, _| ());
    let program = many(&provider, 30, "token_requests_per_second = 5");
    let outcome = program.run(["token", "refresh", "--for", "1s"]).exits(0);
    let done = outcome.stdout.lines().count();
    assert!((2..=7).contains(&done), "{}", outcome.told());
    outcome.says(&[&format!("{} of 30 accounts are left for the next run", 30 - done)]);
    provider.refreshed_exactly(done as u64);
}

#[test]
fn no_file_is_read_twice_that_need_not_be() {
    if let Some(why) = strace::is_blind() {
        return left_out("reads are counted", why);
    }
    let provider = strict();
    let seat = Seat::new(&provider.base());
    let names: Vec<String> = (0..20).map(|n| format!("{ACCOUNT}:customer-{n:02}")).collect();
    for name in &names {
        seat.connect(&provider, name);
    }
    for args in [&["token", "refresh"][..], &["status"], &["status", "--json"]] {
        let (outcome, trace) = strace::watched(&seat, args, &[]);
        outcome.exits(0);
        for name in &names {
            for file in [seat.index_file_of(name), seat.file_of(name)] {
                let path = format!("\"{}\"", file.display());
                let opened = trace.iter().filter(|line| line.contains("openat("));
                let count = opened.filter(|line| line.contains(&path)).count();
                assert_eq!(count, 1, "{args:?}: {}", file.display());
            }
            if args[0] == "status" {
                let entry = format!("<{}>", seat.index_file_of(name).display());
                let reads = trace.iter().filter(|line| line.contains(" read("));
                let count = reads.filter(|line| line.contains(&entry)).count();
                assert_eq!(count, 1, "{args:?}: {entry} in one go");
            }
        }
    }
    provider.refreshed_exactly(0);
}
