use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::range::RangeArgs;
use super::readings::fetch;
use crate::api::ApiError;
use crate::clock::TimeZone;
use crate::commands::session::{AccountArgs, explained, save_text, with_api, zone_of};
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::plot::meter::collect::Collector;
use crate::plot::meter::series::Series;
use crate::plot::meter::{self, View};
use crate::terminal::{Mark, look};

const EXAMPLES: &str = "\
Examples:
  partnerlink meter plot --device ID --last 7d
  partnerlink meter plot --device ID --from 2026-10 --to 2026-11 --view heat-map
  partnerlink meter plot --device ID --from 2026-10 --to 2026-11 -o oktober.html";

/// Draw readings: load curve, heat map of a month, duration curve, key figures
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    range: RangeArgs,
    /// The pictures [default: a curve for up to eight days, else a heat map; a file gets all]
    #[arg(long, value_enum)]
    view: Vec<ViewArg>,
    /// Only characters that every terminal has
    #[arg(long)]
    ascii: bool,
    /// Write a picture: .svg or .html
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    force: bool,
    /// The time zone of every time that is read and shown
    #[arg(long, value_name = "ZONE", default_value = "Europe/Berlin")]
    tz: String,
    #[command(flatten)]
    account: AccountArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ViewArg {
    Curve,
    HeatMap,
    Duration,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let what = "could not draw readings";
        let account = self.account.id_or(super::ACCOUNT)?;
        let zone = zone_of(&self.tz, what)?;
        with_api(context, &account, what, |api, provider| {
            let jobs = self.account.jobs();
            let range =
                self.range.resolve(context, api, provider, (&account, what), (&zone, jobs))?;
            let span = Some((range.query.from, range.query.to));
            let mut collector = Collector::new(range.query.resolution.seconds(), span, &zone);
            let collected = fetch(api, &range, &zone, jobs, |_, _, readings| {
                readings.iter().for_each(|reading| collector.add(&reading));
                Ok::<_, ApiError>(())
            });
            collected.map_err(|error| explained(what, provider, &account, error))?;
            let all =
                collector.finish().map_err(|error| Error::usage(what, error.to_string(), ""))?;
            if all.is_empty() {
                context.output.say(Mark::Note, "there are no readings in this time");
                return Ok(0);
            }
            match &self.output {
                Some(path) => self.save(path, &all, &zone, what)?,
                None => self.show(context, &all, &zone)?,
            }
            Ok(0)
        })
    }
}

impl Args {
    fn views(&self, series: &Series, zone: &TimeZone) -> Vec<View> {
        if self.view.is_empty() && self.output.is_some() {
            return vec![View::Curve, View::HeatMap, View::Duration];
        }
        if self.view.is_empty() {
            return vec![View::fitting(series, zone)];
        }
        let view = |view: &ViewArg| match view {
            ViewArg::Curve => View::Curve,
            ViewArg::HeatMap => View::HeatMap,
            ViewArg::Duration => View::Duration,
        };
        self.view.iter().map(view).collect()
    }

    fn show(&self, context: &Context, all: &[Series], zone: &TimeZone) -> Result<(), Error> {
        let look = look(self.ascii, zone);
        for series in all {
            context.output.data(&meter::terminal(series, &self.views(series, zone), &look))?;
        }
        Ok(())
    }

    /// One picture in one file: a file cannot be of several meters.
    fn save(&self, path: &Path, all: &[Series], zone: &TimeZone, what: &str) -> Result<(), Error> {
        let [series] = all else {
            return Err(Error::usage(
                what,
                format!(
                    "these are {} series (meters and directions), and a file shows one",
                    all.len()
                ),
                "name one --device that has one direction, or leave -o out",
            ));
        };
        let views = self.views(series, zone);
        let text = match path.extension().and_then(|ending| ending.to_str()) {
            Some("svg") => meter::svg(series, &views, zone),
            Some("html") => meter::html(series, &views, zone),
            _ => {
                let why = format!("the ending of {} is neither .svg nor .html", path.display());
                return Err(Error::usage(what, why, "name a file with one of them"));
            }
        };
        save_text(path, &text, self.force, what)
    }
}
