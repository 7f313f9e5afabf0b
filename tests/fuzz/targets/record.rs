//! The record of an account, as it comes out of a store.

use std::time::Duration;

use partnerlink::clock::Timestamp;
use partnerlink::store::SecretBytes;
use partnerlink::store::record::Record;
use serde_json::{Map, Value};

const SECRETS: [&str; 3] = ["access_token", "refresh_token", "dpop_key"];

pub fn check(input: &[u8]) {
    let members: Map<String, Value> = serde_json::from_slice(input).unwrap_or_default();
    let secrets = || SECRETS.iter().filter_map(|name| members.get(*name)?.as_str());
    let account = "zaehlerfreunde".parse().unwrap();
    let record = match Record::from_bytes(&SecretBytes::new(input.to_vec()), &account) {
        Ok(record) => record,
        Err(error) => {
            super::keeps_secret(&error, input, secrets());
            return super::keeps_secret(&error.to_string(), input, secrets());
        }
    };
    super::keeps_secret(&record, input, secrets());
    let again = Record::from_bytes(&record.to_bytes().unwrap(), &account).unwrap();
    assert!(again.is_the_same_as(&record));
    assert_eq!(again.to_bytes().unwrap().expose(), record.to_bytes().unwrap().expose());
    asked(&record);
}

/// Whatever its dates are, its state can be told.
fn asked(record: &Record) {
    let account = &record.account;
    let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    for now in [now, Timestamp::UNIX_EPOCH, Timestamp::MIN, Timestamp::MAX, account.connected_at] {
        let within = Some(Duration::from_secs(86_400));
        let _ = (account.standing(now, None), account.standing(now, within));
        let _ = (account.is_due(now), account.is_overdue(now), account.clock_off(now));
        let _ = (account.time_for_token(now), account.lifetime(), account.is_misdated(now));
    }
}
