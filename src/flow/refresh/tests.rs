//! When a refresh is due, and which failures are kept.

use super::*;
use crate::accounts::Index;
use crate::clock::Clock;
use crate::http::{Answer, Request, Transport};
use crate::oauth::id_token::IdTokenError;
use crate::store::{StoreKind, Stores};
use crate::system::paths::Folders;

struct Nobody;

impl Transport for Nobody {
    fn send(&self, _: &Request) -> Result<Answer, HttpError> {
        unreachable!("nothing is asked here")
    }
}

impl Clock for Nobody {
    fn now(&self) -> Timestamp {
        at(100)
    }
}

/// Seconds after a day on which everything here happens.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

/// Connected at 0; its access token ends at 3600, and it is due at 1800.
fn record() -> Record {
    let account = Account {
        connected_at: at(0),
        access_token_until: at(3600),
        refresh_by: Some(at(1800)),
        ..Account::example("p")
    };
    Record::new(account, "access".into(), Some("refresh".into()), None)
}

#[test]
fn a_refresh_is_due_unless_another_run_did_it_since_or_the_token_lives_long_enough() {
    let connected_at = |seconds| {
        let mut record = record();
        record.account.connected_at = at(seconds);
        record
    };
    // This machine's clock is a minute behind the dates.
    let is_met = |due: Due, record: &Record| due.is_met(record, at(100), at(40));
    for (begun, expected) in [(89, true), (90, false), (91, false), (109, false), (161, true)] {
        assert_eq!(is_met(Due::Now(at(30)), &connected_at(begun)), expected, "{begun}");
    }
    let seconds = |seconds| Due::Within(Duration::from_secs(seconds));
    assert!(!is_met(seconds(3500), &record()) && is_met(seconds(3501), &record()));
    assert!(is_met(seconds(0), &connected_at(161)), "its dates lie in the future");
    assert!(!is_met(Due::Soon, &record()) && is_met(Due::Soon, &connected_at(161)));
    assert!(Due::Soon.is_met(&record(), at(1800), at(1800)));
    assert!(is_met(Due::InsteadOf(&"access".into()), &record()));
    assert!(!is_met(Due::InsteadOf(&"former".into()), &record()));
}

#[test]
fn a_failure_that_lasts_is_kept_once() {
    let nobody = || OAuthError::new("invalid_client", None);
    let large = HttpError::TooLarge { host: "p.example".into() };
    let slow = HttpError::TimedOut { host: "p.example".into() };
    let secret = FlowError::NoClientSecret { provider: "p".into() };
    for (error, expected) in [
        (FlowError::Token(TokenError::ClientRefused(nobody())), Some(FailureKind::Settings)),
        (FlowError::Token(TokenError::NoEndpoint(404)), Some(FailureKind::Settings)),
        (secret, Some(FailureKind::Settings)),
        (FlowError::Token(TokenError::Refused(nobody())), Some(FailureKind::Answer)),
        (FlowError::Identity(IdTokenError::Expired), Some(FailureKind::Answer)),
        (FlowError::Http(large), Some(FailureKind::Answer)),
        (FlowError::Http(slow), None),
        (FlowError::NotConnected, None),
    ] {
        let failed = failing(&record(), &error, at(7));
        let kind = failed.as_ref().map(|record| record.account.failure.clone().unwrap().kind);
        assert_eq!(kind, expected, "{error}");
        let Some(mut failed) = failed else { continue };
        assert!(failing(&failed, &error, at(8)).is_none(), "{error}: it is known already");
        // Another one, of the other kind or for another reason, takes its place.
        let known = failed.account.failure.as_mut().unwrap();
        known.kind = FailureKind::SignIn;
        assert!(failing(&failed, &error, at(8)).is_some(), "{error}");
        let known = failed.account.failure.as_mut().unwrap();
        (known.kind, known.why) = (expected.unwrap(), "another".into());
        assert!(failing(&failed, &error, at(8)).is_some(), "{error}");
    }
}

#[test]
fn only_what_is_connected_refreshable_and_not_due_is_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let folders = Folders::resolve(Some(folder.path())).unwrap();
    let world = World {
        stores: &Stores::new(Vec::new(), &StoreKind::FILE, Box::new(|_| None)),
        index: &Index::new(folders.accounts()),
        http: &Nobody,
        clock: &Nobody,
        folders: &folders,
        run_by: "test",
    };
    let refused = SignInState::SignInNeeded;
    for (state, refreshable, refresh_by, expected) in [
        (SignInState::Connected, true, 1800, true),
        (refused, true, 1800, false),
        (SignInState::Connected, false, 1800, false),
        (SignInState::Connected, true, 100, false),
        (refused, false, 100, false),
    ] {
        let refresh_by = Some(at(refresh_by));
        let account = Account { state, refreshable, refresh_by, ..record().account };
        let what = format!("{state:?} {refreshable} {refresh_by:?}");
        assert_eq!(is_in_order(&world, &account, Due::Soon), expected, "{what}");
    }
}
