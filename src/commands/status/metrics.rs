//! `status --format openmetrics`: how every account stands, for monitoring,
//! <https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md>. Gauges alone,
//! so that the older text format of Prometheus' node exporter reads it as well.

use std::fmt::Write as _;

use super::Line;
use crate::accounts::Standing;
use crate::clock::Timestamp;
use crate::schedule::LastRun;
use crate::text::printable;

/// A gauge: its name, whether it is in seconds, what it means.
type Family = (&'static str, bool, &'static str);

const CONNECTED: Family =
    ("partnerlink_account_connected", false, "1 where the account works without a new sign-in.");
const SIGN_IN_NEEDED: Family =
    ("partnerlink_account_sign_in_needed", false, "1 where a person must sign in again.");
const STANDING: Family =
    ("partnerlink_account_standing", false, "1 for the word with which status tells it.");
const TOKEN: Family = (
    "partnerlink_access_token_expiry_timestamp_seconds",
    true,
    "End of the access token, since 1970.",
);
const SIGN_IN: Family = (
    "partnerlink_sign_in_expiry_timestamp_seconds",
    true,
    "When a person must sign in again at the latest, where it is known.",
);
const REFRESHED: Family =
    ("partnerlink_last_refresh_timestamp_seconds", true, "The last refresh that succeeded.");
const ACCOUNTS: Family = ("partnerlink_accounts", false, "Connected accounts.");
const RUN: Family = (
    "partnerlink_last_run_timestamp_seconds",
    true,
    "When token refresh last ran without a person.",
);
const RUN_EXIT: Family = ("partnerlink_last_run_exit_code", false, "The exit code of that run.");

/// The whole text.
pub fn text(lines: &[Line], last: Option<&LastRun>) -> String {
    let mut text = String::new();
    let seconds = |time: Timestamp| time.as_second();
    let each = |text: &mut String, family: Family, value: fn(&Line) -> Option<i64>| {
        head(text, family);
        for line in lines {
            if let Some(value) = value(line) {
                let account = label(&line.account.account.to_string());
                let _ = writeln!(text, "{}{{account=\"{account}\"}} {value}", family.0);
            }
        }
    };
    each(&mut text, CONNECTED, |line| Some(i64::from(line.works())));
    each(&mut text, SIGN_IN_NEEDED, |line| {
        Some(i64::from(line.standing == Standing::SignInNeeded))
    });
    head(&mut text, STANDING);
    for line in lines {
        let (account, word) = (label(&line.account.account.to_string()), label(line.word));
        let _ = writeln!(text, "{}{{account=\"{account}\",standing=\"{word}\"}} 1", STANDING.0);
    }
    each(&mut text, TOKEN, |line| Some(line.account.access_token_until.as_second()));
    each(&mut text, SIGN_IN, |line| line.account.sign_in_by.map(|time| time.as_second()));
    each(&mut text, REFRESHED, |line| line.account.refreshed_at.map(|time| time.as_second()));
    head(&mut text, ACCOUNTS);
    let _ = writeln!(text, "{} {}", ACCOUNTS.0, lines.len());
    if let Some(run) = last {
        head(&mut text, RUN);
        let _ = writeln!(text, "{} {}", RUN.0, seconds(run.at));
        head(&mut text, RUN_EXIT);
        let _ = writeln!(text, "{} {}", RUN_EXIT.0, run.exit);
    }
    text + "# EOF\n"
}

impl Line {
    /// Whether a program gets a token without a person, as far as it is known.
    fn works(&self) -> bool {
        self.standing != Standing::SignInNeeded && self.error.is_none()
    }
}

fn head(text: &mut String, (name, in_seconds, help): Family) {
    let _ = writeln!(text, "# TYPE {name} gauge");
    if in_seconds {
        let _ = writeln!(text, "# UNIT {name} seconds");
    }
    let _ = writeln!(text, "# HELP {name} {help}");
}

/// The value of a label.
fn label(text: &str) -> String {
    printable(text).replace('\\', "\\\\").replace('"', "\\\"")
}
