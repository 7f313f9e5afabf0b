//! What `readings`, `verify`, `plot` and `export` ask for: whose readings, from when to when.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::devices::names_unknown;
use super::meters::Meters;
use crate::clock::{Clock as _, TimeZone};
use crate::commands::candidates;
use crate::commands::session::{DataError, Session};
use crate::data::meter::{Meter, Space};
use crate::data::period;
use crate::data::query::{Direction, Measurement, Medium, Period, Query, Resolution, Source};
use crate::error::Error;
use crate::terminal::Mark;

#[derive(Debug, clap::Args)]
pub struct RangeArgs {
    /// This meter, by name, number (Zählernummer), MaLo, MeLo or id; may be given several times
    #[arg(long, value_name = "NAME", required_unless_present_any = ["space", "all"], add = candidates::meters())]
    device: Vec<String>,
    /// The main meter of this space, by name or id; may be given several times
    #[arg(long, value_name = "NAME", add = candidates::spaces())]
    space: Vec<String>,
    /// Every meter of every space
    #[arg(long, conflicts_with_all = ["device", "space"])]
    all: bool,
    /// From this day (2026-10-25 or 25.10.2026), month, year or instant on
    #[arg(long, value_name = "TIME", required_unless_present_any = ["last", "month", "year"])]
    from: Option<String>,
    /// Until before this day, month, year or instant, which is not in it [default: now]
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// The last 7d, 24h, …
    #[arg(long, value_name = "TIME", conflicts_with = "from", value_parser = crate::commands::duration)]
    last: Option<Duration>,
    /// This month (2026-10 or 10.2026), as far as it is over
    #[arg(long, value_name = "MONTH", conflicts_with_all = ["from", "to", "last"])]
    month: Option<String>,
    /// This year, as far as it is over
    #[arg(long, value_name = "YEAR", conflicts_with_all = ["from", "to", "last", "month"])]
    year: Option<String>,
    #[arg(long, value_enum, default_value_t = Resolution::QuarterHour)]
    resolution: Resolution,
    #[arg(long, value_enum, default_value_t = Measurement::Energy)]
    measurement: Measurement,
    /// With --space: which of its main meters
    #[arg(long, value_enum, default_value_t = Medium::Electricity)]
    medium: Medium,
    /// Only consumption (in) or feed-in (out)
    #[arg(long, value_enum)]
    direction: Option<Direction>,
    /// Days that one request asks for
    #[arg(long, value_name = "DAYS", default_value_t = 31, value_parser = clap::value_parser!(u16).range(1..=366))]
    window: u16,
    /// The zone of the provider's times where they have no offset
    #[arg(long, value_name = "ZONE")]
    tz_of_provider: Option<String>,
}

/// A checked question.
pub struct Range {
    pub sources: Vec<Source>,
    pub query: Query,
    pub window_days: i64,
    /// Every meter that is known, for telling those apart that are called the same.
    pub meters: Meters,
    /// Whether every meter was asked for.
    pub is_all: bool,
    /// Of times without an offset.
    pub zone_of_provider: Option<TimeZone>,
}

impl RangeArgs {
    /// Resolves what was asked for, in days of this zone; `--all` asks the provider which meters
    /// there are.
    pub fn resolve(&self, session: &Session, zone: &str) -> Result<Range, DataError> {
        let query = self.query(session, session.zone(zone)?)?;
        let kept = if self.is_all() { None } else { Meters::kept(session) };
        let found = kept.and_then(|meters| Some((self.sources(session, &meters).ok()?, meters)));
        let (sources, meters) = match found {
            Some(found) => found,
            None => {
                let meters = self.list(session)?;
                (self.sources(session, &meters)?, meters)
            }
        };
        let zone_of_provider = match &self.tz_of_provider {
            Some(name) => Some(session.zone(name)?),
            None => session.api.zone()?,
        };
        let (window_days, is_all) = (i64::from(self.window), self.is_all());
        Ok(Range { sources, query, window_days, zone_of_provider, meters, is_all })
    }

    fn query(&self, session: &Session, zone: TimeZone) -> Result<Query, Error> {
        let (resolution, measurement) = (self.resolution, self.measurement);
        let now = session.context.clock.now();
        let period = Period { from: self.from.as_deref(), to: self.to.as_deref(), last: self.last };
        let month = self.month.as_deref().map(period::month);
        let whole = month.or_else(|| self.year.as_deref().map(period::year));
        let query = match whole {
            Some(span) => {
                span.and_then(|span| Query::whole(span, resolution, measurement, zone, now))
            }
            None => Query::new(period, resolution, measurement, zone, now),
        };
        let query = query.map_err(|error| Error::new(session.what, &error))?;
        if let Some(remark) = period.remark() {
            session.context.output.say(Mark::Note, remark);
        }
        Ok(Query { direction: self.direction, ..query })
    }

    fn list(&self, session: &Session) -> Result<Meters, DataError> {
        match Meters::fetch(session) {
            // Whoever names a meter by its id needs no list of them.
            Err(DataError::Api(error)) if !self.is_all() && error.is_of_this_alone() => {
                names_unknown(session, &error);
                Ok(Meters::unknown())
            }
            meters => meters,
        }
    }

    /// Whose readings are meant. A meter that is named twice is one meter.
    fn sources(&self, session: &Session, meters: &Meters) -> Result<Vec<Source>, Error> {
        let mut sources = Vec::new();
        for device in &self.device {
            sources.push(Source::Device(meters.device(session, device)?));
        }
        for space in &self.space {
            sources.push(self.main_meter(meters, meters.space(session, space)?));
        }
        if self.is_all() {
            sources.extend(meters.all().cloned().map(Source::Device));
        }
        let mut seen = HashSet::new();
        sources.retain(|source| {
            let Meter { id, space_id, medium, .. } = &**source.meter();
            seen.insert(if id.is_empty() {
                (space_id.clone(), medium.clone())
            } else {
                (id.clone(), String::new())
            })
        });
        Ok(sources)
    }

    /// Nothing named is everything, where a command allows that.
    fn is_all(&self) -> bool {
        self.all || (self.device.is_empty() && self.space.is_empty())
    }

    /// The main meter of a space, as far as the list tells which one that is.
    fn main_meter(&self, meters: &Meters, space: Space) -> Source {
        let medium = self.medium.to_string();
        let is_meant = |meter: &&Arc<Meter>| {
            meter.space_id == space.id && meter.medium == medium && meter.is_main
        };
        let meter = meters.all().find(is_meant).cloned().unwrap_or_else(|| {
            let Space { id: space_id, name: space } = space;
            Arc::new(Meter { space_id, space, medium, ..Meter::default() })
        });
        Source::Space(meter, self.medium)
    }
}
