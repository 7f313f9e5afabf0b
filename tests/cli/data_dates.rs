//! From when to when: dates as Germans type them, whole months and years, and ends that are not in
//! what they end.

use crate::support::data::{Data, OFFICE, SUN};
use crate::support::program::Outcome;

fn days(data: &Data, range: &[&str]) -> Outcome {
    let args = ["meter", "readings", "--device", SUN, "--resolution", "day", "--format", "csv"];
    data.program.run([&args[..], &["--fields", "time"], range].concat())
}

/// The first and the last day, and how many there are.
#[track_caller]
fn told(outcome: &Outcome) -> (String, String, usize) {
    let days: Vec<&str> =
        outcome.data().lines().skip(1).map(|time| &time.trim_matches('"')[..10]).collect();
    (days[0].to_owned(), days[days.len() - 1].to_owned(), days.len())
}

#[test]
fn dates_are_typed_as_germans_type_them() {
    let data = Data::new();
    let october = ("2025-10-01".to_owned(), "2025-10-31".to_owned(), 31);
    for range in [
        &["--month", "2025-10"][..],
        &["--month", "10.2025"],
        &["--from", "1.10.2025", "--to", "1.11.2025"],
        &["--from", "01.10.25", "--to", "2025-11-01"],
        &["--from", "10.2025", "--to", "11.2025"],
        &["--from", "2025-10-01T00:00:00+02:00", "--to", "2025-11"],
    ] {
        let outcome = days(&data, range).exits(0);
        assert_eq!(told(&outcome), october, "{range:?}");
        assert!(!outcome.stderr.contains("not in it"), "{}", outcome.told());
    }
    let year = ("2025-01-01".to_owned(), "2025-12-31".to_owned(), 365);
    for range in [&["--year", "2025"][..], &["--from", "2025", "--to", "2026"]] {
        assert_eq!(told(&days(&data, range).exits(0)), year, "{range:?}");
    }
}

#[test]
fn an_end_that_is_not_in_it_is_said_where_one_would_think_so() {
    let data = Data::new();
    let outcome = days(&data, &["--from", "1.10.2025", "--to", "31.10.2025"]).exits(0);
    assert_eq!(told(&outcome).1, "2025-10-30");
    outcome.says(&["31.10.2025 is the end and not in it; with it, the end is --to 2025-11-01"]);
    days(&data, &["--from", "2025-01", "--to", "2025-12"]).exits(0).says(&["--to 2026-01"]);
    let outcome = days(&data, &["--from", "25.10.2025", "--to", "25.10.2025"]).exits(2);
    outcome.says(&["the end is not after the beginning", "do:  write --to 2025-10-26"]);
}

#[test]
fn a_month_that_is_not_over_has_what_there_is() {
    let data = Data::new();
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::get("Europe/Berlin").unwrap());
    let month = today.strftime("%Y-%m").to_string();
    let args = ["meter", "verify", "--device", SUN, "--complete", "--month", &month, "--json"];
    let days = data.program.run(args).exits(0).json();
    assert_eq!(days["days"].as_array().unwrap().len(), today.day() as usize);
    let next = today.year() + 1;
    let args = ["meter", "verify", "--device", OFFICE, "--year", &next.to_string()];
    data.program.run(args).exits(2).says(&[&format!("nothing of {next} is over yet")]);
}

#[test]
fn what_is_no_time_is_told_how_it_is_one() {
    let data = Data::new();
    for (range, says) in [
        (&["--from", "25.10.2026 14:15"][..], "do:  write 2026-10-25T14:15:00+01:00"),
        (&["--from", "32.10.2026"], "is neither a day"),
        (&["--month", "2026"], "do:  for example: --month 2026-10"),
        (&["--year", "2026-10"], "do:  for example: --year 2026"),
        (&["--month", "2026-10", "--from", "2026-10-03"], "cannot be used with"),
        (&["--month", "2026-10", "--year", "2026"], "cannot be used with"),
        (&["--year", "2026", "--last", "7d"], "cannot be used with"),
        (&[], "--from <TIME>"),
    ] {
        days(&data, range).exits(2).says(&[says]);
    }
}
