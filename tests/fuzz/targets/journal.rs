//! What an interrupted refresh left: the intent, and the journal of new tokens behind it.
//!
//! The seeds were written by a refresh that spent [`SPENT`] for `the-new-refresh-token`.

use std::cell::OnceCell;
use std::fs;

use partnerlink::clock::Timestamp;
use partnerlink::flow::intent::{self, Intent, Left, SETTLE};
use partnerlink::store::SecretBytes;
use partnerlink::store::record::Record;
use tempfile::TempDir;

const SPENT: &str = "the-spent-refresh-token";
const RECORD: &[u8] = include_bytes!("../seeds/record/connected.json");

thread_local! {
    static ROOM: OnceCell<TempDir> = const { OnceCell::new() };
}

pub fn check(input: &[u8]) {
    let path = ROOM.with(|room| room.get_or_init(|| tempfile::tempdir().unwrap()).path().join("x"));
    fs::write(&path, input).unwrap();
    let claims = intent::claims(&path);
    let Some(left) = Left::read(&path) else { return assert!(claims.is_empty()) };
    assert_eq!(left.intent.claims, claims);
    let line = serde_json::to_vec(&left.intent).unwrap();
    let again: Intent = serde_json::from_slice(&line).unwrap();
    assert_eq!(again, left.intent);
    for now in [Timestamp::UNIX_EPOCH, Timestamp::MIN, Timestamp::MAX] {
        assert!(left.intent.wait(now).as_secs() <= SETTLE.unsigned_abs());
    }
    let account = "zaehlerfreunde".parse().unwrap();
    let mut before = Record::from_bytes(&SecretBytes::new(RECORD.to_vec()), &account).unwrap();
    before.refresh_token = Some(SPENT.into());
    let is_about = left.intent.is_about(&SPENT.into());
    // Nobody can make another record of it, or open it with another token.
    if let Some(newer) = left.newer(&before) {
        assert!(is_about);
        assert_eq!(newer.refresh_token.unwrap().expose(), "the-new-refresh-token");
    }
    before.refresh_token = Some("another-refresh-token".into());
    assert!(left.newer(&before).is_none());
}
