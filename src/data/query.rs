//! A question for readings, checked once, and cut into windows that the provider can answer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;

use super::meter::Meter;
use crate::clock::{self, TimeZone, Timestamp};

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

/// An interval as a person writes it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Period<'a> {
    pub from: Option<&'a str>,
    /// Now unless it is given.
    pub to: Option<&'a str>,
    /// Counts back from the end.
    pub last: Option<Duration>,
}

/// One request's part of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Timestamp,
    pub to: Timestamp,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum QueryError {
    #[error("{0:?} is neither a day (2026-10-25), a month (2026-10) nor an instant with offset")]
    NotATime(String),
    #[error("the end is not after the beginning")]
    Empty,
    #[error("neither --from nor --last is given")]
    NoBegin,
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
        let point = |text: &str| {
            clock::parse_point(text, &zone).ok_or_else(|| QueryError::NotATime(text.to_owned()))
        };
        let to = period.to.map(point).transpose()?;
        let to = to.unwrap_or_else(|| resolution.begin_of(now, &zone));
        let from = match (period.from, period.last) {
            (Some(from), _) => point(from)?,
            (None, Some(last)) => {
                let begin = clock::after(to, -i64::try_from(last.as_secs()).unwrap_or(i64::MAX));
                resolution.begin_of(begin, &zone)
            }
            (None, None) => return Err(QueryError::NoBegin),
        };
        if from >= to {
            return Err(QueryError::Empty);
        }
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
    fn begin_of(self, instant: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Day => clock::midnight_after(instant, 0, zone),
            _ => clock::after(instant, -instant.as_second().rem_euclid(self.seconds())),
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
        let ask =
            |from, to, last| asked(Period { from, to, last }, Timestamp::UNIX_EPOCH).unwrap_err();
        for bad in ["yesterday", "2026-13", "2026-02-30", "25.10.2026", "2026-10-25T02:15", ""] {
            assert!(matches!(ask(Some(bad), None, None), QueryError::NotATime(_)), "{bad}");
        }
        assert_eq!(ask(Some("2026-01-02"), Some("2026-01-02"), None), QueryError::Empty);
        assert_eq!(ask(None, None, None), QueryError::NoBegin);
    }
}
