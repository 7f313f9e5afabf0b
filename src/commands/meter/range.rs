//! What `readings`, `verify`, `plot` and `export` ask for: whose readings, from when to when.

use std::time::Duration;

use clap::ValueEnum;

use super::lists::{id_of, paging_of, spaces};
use crate::api::{ApiClient, ApiError, meter};
use crate::clock::{Clock as _, TimeZone};
use crate::commands::session::explained;
use crate::context::Context;
use crate::data::query::{Measurement, Medium, Query, Resolution, Source};
use crate::error::Error;
use crate::provider::Provider;

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
    #[arg(long, value_enum, default_value_t = ResolutionArg::QuarterHour)]
    resolution: ResolutionArg,
    #[arg(long, value_enum, default_value_t = MeasurementArg::Energy)]
    measurement: MeasurementArg,
    /// With --space: which of its main meters
    #[arg(long, value_enum, default_value_t = MediumArg::Electricity)]
    medium: MediumArg,
    /// Days that one request asks for
    #[arg(long, value_name = "DAYS", default_value_t = 31, value_parser = clap::value_parser!(u16).range(1..=366))]
    window: u16,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ResolutionArg {
    #[value(name = "15min")]
    QuarterHour,
    Hour,
    Day,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum MeasurementArg {
    /// The mean over the interval, in kW or W
    Power,
    /// The sum over the interval, in kWh, m³, …
    Energy,
    /// The state of the meter at an instant
    MeterReading,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum MediumArg {
    Electricity,
    Gas,
    Water,
    Heating,
}

/// A checked question.
pub struct Range {
    pub sources: Vec<Source>,
    pub query: Query,
    pub window_days: i64,
}

impl RangeArgs {
    /// Resolves what was asked for; `--all` asks the provider which meters there are.
    pub fn resolve(
        &self,
        context: &Context,
        api: &ApiClient,
        provider: &Provider,
        (account, what): (&crate::account_id::AccountId, &str),
        (zone, jobs): (&TimeZone, usize),
    ) -> Result<Range, Error> {
        let resolution = match self.resolution {
            ResolutionArg::QuarterHour => Resolution::QuarterHour,
            ResolutionArg::Hour => Resolution::Hour,
            ResolutionArg::Day => Resolution::Day,
        };
        let measurement = match self.measurement {
            MeasurementArg::Power => Measurement::Power,
            MeasurementArg::Energy => Measurement::Energy,
            MeasurementArg::MeterReading => Measurement::MeterReading,
        };
        let times = (self.from.as_deref(), self.to.as_deref(), self.last);
        let query = Query::new(times, (resolution, measurement), zone, context.clock.now())
            .map_err(|error| Error::new(what, &error))?;
        let medium = match self.medium {
            MediumArg::Electricity => Medium::Electricity,
            MediumArg::Gas => Medium::Gas,
            MediumArg::Water => Medium::Water,
            MediumArg::Heating => Medium::Heating,
        };
        let mut sources: Vec<Source> = self.device.iter().cloned().map(Source::Device).collect();
        sources.extend(self.space.iter().map(|space| Source::Space(space.clone(), medium)));
        if self.all {
            let paging = paging_of(provider, what)?;
            let all = every_device(api, paging, jobs);
            sources = all.map_err(|error| explained(what, provider, account, error))?;
        }
        Ok(Range { sources, query, window_days: i64::from(self.window) })
    }
}

fn every_device(
    api: &ApiClient,
    paging: &crate::provider::Paging,
    jobs: usize,
) -> Result<Vec<Source>, ApiError> {
    let mut devices = Vec::new();
    for space in spaces(api, paging, &[], jobs)? {
        meter::devices(api, paging, &space, jobs)?.for_each(api, |device| {
            devices.extend(id_of(&device).map(Source::Device));
            Ok::<_, ApiError>(())
        })?;
    }
    // A meter may be in several spaces, and is one meter all the same.
    let mut seen = std::collections::HashSet::new();
    devices.retain(|source| match source {
        Source::Device(id) | Source::Space(id, _) => seen.insert(id.clone()),
    });
    Ok(devices)
}
