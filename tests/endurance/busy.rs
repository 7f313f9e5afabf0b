//! A lock that is held for long. Two minutes of waiting: all at once, and in the module whose name
//! comes first, so that everything else is done meanwhile.

use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use crate::ACCOUNT;
use crate::lock::{held, holder, seat_at};
use crate::program::Running;
use crate::providers::{numbered, tokens};

#[test]
fn others_give_up_after_a_minute_and_nothing_is_spent_twice() {
    thread::scope(|scope| {
        scope.spawn(a_stopped_holder_keeps_the_lock_and_the_others_give_up_after_a_minute);
        scope.spawn(a_provider_that_never_answers_holds_up_nobody_for_long_and_costs_nothing);
    });
}

fn a_stopped_holder_keeps_the_lock_and_the_others_give_up_after_a_minute() {
    let (fake, go) = held();
    let seat = seat_at(&fake);
    seat.put("zaehlerfreunde:other", &tokens(0), -3600);
    let stopped = holder(&seat, &fake);
    stopped.signal(Signal::STOP);
    let others: Vec<Running> = [
        &["token", "get", ACCOUNT][..],
        &["token", "refresh", "--force", ACCOUNT],
        &["disconnect", ACCOUNT],
    ]
    .map(|args| seat.spawn(args))
    .into();
    // Another account is another lock.
    seat.run(["token", "get", "zaehlerfreunde:other"]).exits(0);
    for other in others {
        let outcome = other.finish().exits(7).says(&["was held by another process for 60."]);
        let took = outcome.took;
        assert!((Duration::from_secs(60)..Duration::from_secs(85)).contains(&took), "{took:?}");
    }
    assert_eq!(fake.calls().len(), 2, "one for each account");
    // What came meanwhile counts, although it is late by the clock.
    go.send(()).unwrap();
    thread::sleep(Duration::from_millis(300));
    stopped.signal(Signal::CONT);
    assert_eq!(stopped.finish().exits(0).data(), tokens(1).access_token);
    assert_eq!(fake.calls().len(), 2);
}

fn a_provider_that_never_answers_holds_up_nobody_for_long_and_costs_nothing() {
    let fake = numbered(|number| {
        if number <= 2 {
            thread::sleep(Duration::from_secs(90));
        }
    });
    let seat = seat_at(&fake);
    let first = holder(&seat, &fake);
    let second = seat.spawn(["token", "get", ACCOUNT]);
    // One time-out of 30 s; whoever waits for the lock has his own, and no worse an end.
    let told = ["did not answer within 30 s", "whether the refresh token was spent is unknown"];
    let took = first.finish().exits(3).says(&told).took;
    assert!((Duration::from_secs(30)..Duration::from_secs(45)).contains(&took), "{took:?}");
    second.finish().exits(3).says(&told);
    assert_eq!(fake.calls().len(), 2);
    assert_eq!(seat.token(ACCOUNT), tokens(0).access_token);
    assert!(seat.intent_of(ACCOUNT).exists());
    assert_eq!(seat.run(["token", "get", ACCOUNT]).exits(0).data(), tokens(3).access_token);
}
