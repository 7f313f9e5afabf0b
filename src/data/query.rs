//! A question for readings, checked once, and cut into windows that the provider can answer.

use clap::ValueEnum;
use std::fmt;
use std::sync::Arc;

use super::meter::Meter;
use super::period;
pub use super::period::{Period, QueryError};
use crate::clock::{self, Span, TimeZone, Timestamp};

/// How far apart readings are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Resolution {
    #[value(name = "15min")]
    QuarterHour,
    Hour,
    Day,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Measurement {
    /// The mean over the interval, in kW or W
    Power,
    /// The sum over the interval, in kWh, m³, …
    Energy,
    /// The state of the meter at an instant
    MeterReading,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Medium {
    Electricity,
    Gas,
    Water,
    Heating,
}

/// Which way the energy flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Direction {
    /// Consumption
    In,
    /// Feed-in
    Out,
}

/// Whose readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Device(Arc<Meter>),
    /// The main device of a space, for one medium, as far as it is known which one that is.
    Space(Arc<Meter>, Medium),
}

/// The half-open interval [from, to), and what of it.
#[derive(Clone, Debug)]
pub struct Query {
    pub from: Timestamp,
    pub to: Timestamp,
    pub resolution: Resolution,
    pub measurement: Measurement,
    /// Both unless one is asked for.
    pub direction: Option<Direction>,
    /// Whose days and months are meant.
    pub zone: TimeZone,
}

/// One request's part of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Source {
    pub fn meter(&self) -> &Arc<Meter> {
        match self {
            Self::Device(meter) | Self::Space(meter, _) => meter,
        }
    }
}

impl Query {
    /// What is not said of the period begins and ends where intervals do.
    pub fn new(
        period: Period,
        resolution: Resolution,
        measurement: Measurement,
        zone: TimeZone,
        now: Timestamp,
    ) -> Result<Self, QueryError> {
        let Window { from, to } = period.window(resolution, &zone, now)?;
        Ok(Self { from, to, resolution, measurement, direction: None, zone })
    }

    /// A whole month or year, as far as it is over.
    pub fn whole(
        span: Span,
        resolution: Resolution,
        measurement: Measurement,
        zone: TimeZone,
        now: Timestamp,
    ) -> Result<Self, QueryError> {
        let Window { from, to } = period::whole(span, resolution, &zone, now)?;
        Ok(Self { from, to, resolution, measurement, direction: None, zone })
    }

    /// Windows of `days` local days, in order, without gap or overlap.
    pub fn windows(&self, days: i64) -> Vec<Window> {
        self.cut(|from| clock::midnight_after(from, days.max(1), &self.zone))
    }

    /// Windows of one local month each.
    pub fn months(&self) -> Vec<Window> {
        self.cut(|from| clock::next_month(from, &self.zone))
    }

    fn cut(&self, end: impl Fn(Timestamp) -> Timestamp) -> Vec<Window> {
        let mut windows = Vec::new();
        let mut from = self.from;
        while from < self.to {
            let to = end(from).min(self.to);
            windows.push(Window { from, to });
            from = to;
        }
        windows
    }
}

impl Resolution {
    /// The nominal length of an interval, in seconds.
    pub fn seconds(self) -> i64 {
        match self {
            Self::QuarterHour => 900,
            Self::Hour => 3600,
            Self::Day => 86_400,
        }
    }

    /// The beginning of the interval that an instant lies in.
    pub fn begin_of(self, instant: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Day => clock::midnight_after(instant, 0, zone),
            _ => {
                let second = instant.as_second();
                let begin = second - second.rem_euclid(self.seconds());
                Timestamp::from_second(begin).unwrap_or(instant)
            }
        }
    }

    /// The end of the interval that begins here; a day is as long as the local day is.
    pub fn next(self, instant: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Day => clock::midnight_after(instant, 1, zone),
            _ => clock::after(instant, self.seconds()),
        }
    }
}

/// As the API wants it.
impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::QuarterHour => "15_MIN",
            Self::Hour => "1_HOUR",
            Self::Day => "1_DAY",
        })
    }
}

/// As the API wants it.
impl fmt::Display for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&in_capitals(self))
    }
}

/// As the API answers it.
impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&in_capitals(self))
    }
}

/// As the API wants it.
impl fmt::Display for Medium {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&in_capitals(self))
    }
}

/// `METER_READING`, which on the command line is `meter-reading`.
fn in_capitals(value: &impl ValueEnum) -> String {
    let name = value.to_possible_value().map(|value| value.get_name().to_uppercase());
    name.unwrap_or_default().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn berlin() -> TimeZone {
        clock::zone("Europe/Berlin").unwrap()
    }

    fn query(from: &str, to: &str) -> Query {
        asked(Period { from: Some(from), to: Some(to), last: None }, Timestamp::UNIX_EPOCH).unwrap()
    }

    fn asked(period: Period, now: Timestamp) -> Result<Query, QueryError> {
        Query::new(period, Resolution::QuarterHour, Measurement::Energy, berlin(), now)
    }

    fn quarters(from: &str, to: &str) -> i64 {
        let query = query(from, to);
        clock::seconds_between(query.from, query.to) / 900
    }

    #[test]
    fn berlin_days_have_92_96_and_100_quarter_hours() {
        assert_eq!(quarters("2026-03-29", "2026-03-30"), 92);
        assert_eq!(quarters("2026-06-01", "2026-06-02"), 96);
        assert_eq!(quarters("2026-10-25", "2026-10-26"), 100);
        assert_eq!(quarters("2026-01", "2027-01"), 35_040);
        assert_eq!(quarters("2026-10-25T02:15:00+02:00", "2026-10-25T02:15:00+01:00"), 4);
    }

    #[test]
    fn windows_join_without_gap_or_overlap_at_local_midnights() {
        let query = query("2026-03-20", "2026-11-01");
        let windows = query.windows(31);
        assert_eq!((windows[0].from, windows.last().unwrap().to), (query.from, query.to));
        for pair in windows.windows(2) {
            assert_eq!(pair[0].to, pair[1].from);
            assert!(pair[0].to.to_zoned(berlin()).strftime("%H:%M").to_string() == "00:00");
        }
        let months = query.months();
        assert_eq!(months.len(), 8);
        assert_eq!(clock::month_name(months[7].from, &berlin()), "2026-10");
    }

    #[test]
    fn the_last_days_begin_and_end_where_intervals_do() {
        let now = clock::parse_instant("2026-10-25T14:23:45Z").unwrap();
        let last = |resolution, days: u64| {
            let last = Some(Duration::from_secs(days * 86_400));
            let period = Period { last, ..Period::default() };
            let query = Query::new(period, resolution, Measurement::Energy, berlin(), now).unwrap();
            (query.from.to_string(), query.to.to_string())
        };
        let quarter = ("2026-10-22T14:15:00Z".to_owned(), "2026-10-25T14:15:00Z".to_owned());
        assert_eq!(last(Resolution::QuarterHour, 3), quarter);
        // Local midnights, with the clock change in between.
        let days = ("2026-10-21T22:00:00Z".to_owned(), "2026-10-24T22:00:00Z".to_owned());
        assert_eq!(last(Resolution::Day, 3), days);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let now = clock::parse_instant("2026-11-28T12:00:00Z").unwrap();
        let ask = |from, to, last| asked(Period { from, to, last }, now).unwrap_err();
        for bad in ["yesterday", "2026-13", "2026-02-30", "25.13.2026", ""] {
            assert!(matches!(ask(Some(bad), None, None), QueryError::NotATime(_)), "{bad}");
        }
        let meant = "2026-10-25T02:15:00+02:00".to_owned();
        let text = "25.10.2026 02:15";
        let no_offset = QueryError::NoOffset { text: text.to_owned(), meant };
        assert_eq!(ask(Some(text), None, None), no_offset);
        let empty = |instead: Option<&str>| QueryError::Empty { instead: instead.map(Into::into) };
        assert_eq!(ask(Some("1.2.2026"), Some("2026-02-01"), None), empty(Some("--to 2026-02-02")));
        assert_eq!(ask(Some("2026-02"), Some("2026-02"), None), empty(Some("--to 2026-03")));
        assert_eq!(ask(Some("2026-02-02"), Some("2026-02-01"), None), empty(None));
        assert_eq!(ask(Some("2027"), None, None), QueryError::NotYet("2027".into()));
        assert_eq!(ask(None, None, None), QueryError::NoBegin);
    }

    #[test]
    fn a_month_or_year_is_whole_as_far_as_it_is_over() {
        let now = clock::parse_instant("2026-11-28T12:07:00Z").unwrap();
        let whole =
            |span| Query::whole(span, Resolution::QuarterHour, Measurement::Energy, berlin(), now);
        let ends = |span| whole(span).map(|query| (query.from.to_string(), query.to.to_string()));
        let of = |from: &str, to: &str| Ok((from.to_owned(), to.to_owned()));
        let october = period::month("10.2026").unwrap();
        assert_eq!(ends(october), of("2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"));
        let november = period::month("2026-11").unwrap();
        assert_eq!(ends(november), of("2026-10-31T23:00:00Z", "2026-11-28T12:00:00Z"));
        let year = period::year("2025").unwrap();
        assert_eq!(ends(year), of("2024-12-31T23:00:00Z", "2025-12-31T23:00:00Z"));
        let next = period::month("2026-12").unwrap();
        assert_eq!(ends(next), Err(QueryError::NotYet("2026-12".into())));
        assert_eq!(period::month("2026"), Err(QueryError::NotAMonth("2026".into())));
        assert_eq!(period::year("2026-10"), Err(QueryError::NotAYear("2026-10".into())));
    }

    #[test]
    fn an_end_that_is_often_meant_to_be_in_it_is_remarked_on() {
        let remark = |to| Period { to: Some(to), ..Period::default() }.remark();
        assert!(remark("31.10.2026").unwrap().ends_with("the end is --to 2026-11-01"));
        assert!(remark("2026-12").unwrap().ends_with("the end is --to 2027-01"));
        for usual in ["2026-11-01", "2026-10-25", "2026-11", "2027", "2026-10-31T12:00:00Z", "x"] {
            assert_eq!(remark(usual), None, "{usual}");
        }
    }
}
