//! What `readings`, `verify`, `plot` and `export` ask for: whose readings, from when to when.

use std::sync::Arc;
use std::time::Duration;

use super::meters::Meters;
use crate::api::{ApiError, meter, ordered};
use crate::clock::Clock as _;
use crate::commands::session::{DataError, Session};
use crate::data::meter::Meter;
use crate::data::query::{Measurement, Medium, Period, Query, Resolution, Source, Window};
use crate::data::reading::Reading;
use crate::error::Error;

#[derive(Debug, clap::Args)]
pub struct RangeArgs {
    /// This meter; may be given several times
    #[arg(long, value_name = "ID", required_unless_present_any = ["space", "all"])]
    device: Vec<String>,
    /// The main meter of this space; may be given several times
    #[arg(long, value_name = "ID")]
    space: Vec<String>,
    /// Every meter of every space
    #[arg(long, conflicts_with_all = ["device", "space"])]
    all: bool,
    /// From this day (2026-10-25), month (2026-10) or instant on
    #[arg(long, value_name = "TIME", required_unless_present = "last")]
    from: Option<String>,
    /// Until before this day, month or instant [default: now]
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// The last 7d, 24h, …
    #[arg(long, value_name = "TIME", conflicts_with = "from", value_parser = crate::commands::duration)]
    last: Option<Duration>,
    #[arg(long, value_enum, default_value_t = Resolution::QuarterHour)]
    resolution: Resolution,
    #[arg(long, value_enum, default_value_t = Measurement::Energy)]
    measurement: Measurement,
    /// With --space: which of its main meters
    #[arg(long, value_enum, default_value_t = Medium::Electricity)]
    medium: Medium,
    /// Days that one request asks for
    #[arg(long, value_name = "DAYS", default_value_t = 31, value_parser = clap::value_parser!(u16).range(1..=366))]
    window: u16,
}

/// A checked question.
pub struct Range {
    pub sources: Vec<Source>,
    pub query: Query,
    pub window_days: i64,
}

impl RangeArgs {
    /// Resolves what was asked for, in days of this zone; `--all` asks the provider which meters
    /// there are.
    pub fn resolve(&self, session: &Session, zone: &str) -> Result<Range, DataError> {
        let zone = session.zone(zone)?;
        let period = Period { from: self.from.as_deref(), to: self.to.as_deref(), last: self.last };
        let now = session.context.clock.now();
        let query = Query::new(period, self.resolution, self.measurement, zone, now)
            .map_err(|error| Error::new(session.what, &error))?;
        let meters = match Meters::fetch(session) {
            // Whoever names a meter by its id needs no list of them.
            Err(DataError::Api(
                ApiError::Forbidden { .. }
                | ApiError::NotFound { .. }
                | ApiError::Refused { .. }
                | ApiError::Unusable { .. },
            )) if !self.device.is_empty() => Meters::default(),
            meters => meters?,
        };
        let mut sources = Vec::new();
        for device in &self.device {
            let meter = meters
                .called(device)
                .first()
                .map_or_else(|| Meter::of_id(device), |meter| Arc::clone(meter));
            sources.push(Source::Device(meter));
        }
        sources.extend(self.space.iter().map(|space| self.main_meter(&meters, space)));
        if self.all {
            sources.extend(meters.all().cloned().map(Source::Device));
        }
        Ok(Range { sources, query, window_days: i64::from(self.window) })
    }

    /// The main meter of a space, as far as the list tells which one that is.
    fn main_meter(&self, meters: &Meters, space: &str) -> Source {
        let medium = self.medium.to_string();
        let is_meant = |meter: &&Arc<Meter>| {
            (meter.space_id == space || meter.space.eq_ignore_ascii_case(space))
                && meter.medium == medium
                && meter.is_main
        };
        let meter = meters.all().find(is_meant).cloned().unwrap_or_else(|| {
            Arc::new(Meter { space_id: space.to_owned(), medium, ..Meter::default() })
        });
        Source::Space(meter, self.medium)
    }
}

impl Range {
    /// Fetches every window of every source, several at once, and gives their readings to `each` in
    /// order.
    pub fn fetch(
        &self,
        session: &Session,
        mut each: impl FnMut(&Source, Window, &[Reading]) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let api = &session.api;
        let windows = self.query.windows(self.window_days);
        let of = |source| windows.iter().map(move |window| (source, *window));
        let tasks: Vec<(&Source, Window)> = self.sources.iter().flat_map(of).collect();
        let fetch = |(source, window): &(&Source, Window)| {
            meter::readings(api, source, &self.query, *window)
        };
        ordered::for_each(&tasks, api.jobs, fetch, |(source, window), readings| {
            each(source, *window, &readings?)
        })
    }
}
