use std::path::{Path, PathBuf};

use super::range::RangeArgs;
use super::readings::fetch;
use crate::api::ApiError;
use crate::commands::session::{AccountArgs, explained, look, save_picture, with_api, zone_of};
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::plot::Span;
use crate::plot::meter::{self, Collector, MeterView, Series};
use crate::terminal::Mark;

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
    view: Vec<MeterView>,
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

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let what = "could not draw readings";
        let account = self.account.id_or(super::ACCOUNT)?;
        let zone = zone_of(&self.tz, what)?;
        with_api(context, &account, what, |api, provider| {
            let jobs = self.account.jobs();
            let range =
                self.range.resolve(context, api, provider, (&account, what), (&zone, jobs))?;
            let span = Span { begin: range.query.from, end: range.query.to };
            let mut collector = Collector::new(range.query.resolution, Some(span), &zone);
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
                Some(path) => self.save(path, &all, what)?,
                None => self.show(context, &all)?,
            }
            Ok(0)
        })
    }
}

impl Args {
    fn views(&self, series: &Series) -> Vec<MeterView> {
        match (self.view.is_empty(), &self.output) {
            (false, _) => self.view.clone(),
            (true, Some(_)) => MeterView::ALL.to_vec(),
            (true, None) => vec![MeterView::fitting(series)],
        }
    }

    fn show(&self, context: &Context, all: &[Series]) -> Result<(), Error> {
        let look = look(self.ascii);
        for series in all {
            context.output.data(&meter::terminal(series, &self.views(series), &look))?;
        }
        Ok(())
    }

    /// One picture in one file: a file cannot be of several meters.
    fn save(&self, path: &Path, all: &[Series], what: &str) -> Result<(), Error> {
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
        save_picture(path, &meter::picture(series, &self.views(series)), self.force, what)
    }
}
