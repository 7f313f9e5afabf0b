use std::path::Path;

use clap::ValueEnum;

use super::range::RangeArgs;
use crate::commands::session::{AccountArgs, Session};
use crate::commands::written::PictureArgs;
use crate::context::Context;
use crate::data::series::{Collector, Series};
use crate::error::{Error, Failed};
use crate::plot::meter::{self, MeterView};
use crate::terminal::Mark;

const EXAMPLES: &str = r#"Examples:
  partnerlink meter plot --device "Strom Verwaltung" --last 7d
  partnerlink meter plot --device Gastherme --month 2026-10 --view heat-map
  partnerlink meter plot --device 50999000001 --month 10.2026 -o oktober.html"#;

/// Draw readings: load curve, heat map of a month, duration curve, key figures
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    range: RangeArgs,
    /// The pictures [default: a curve for up to eight days, else a heat map; a file gets all]
    #[arg(long, value_enum)]
    view: Vec<MeterView>,
    #[command(flatten)]
    picture: PictureArgs,
    /// The time zone of every time that is read and shown
    #[arg(long, value_name = "ZONE", default_value = "Europe/Berlin")]
    tz: String,
    #[command(flatten)]
    account: AccountArgs,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.account.open(context, super::ACCOUNT, "could not draw readings", |session| {
            let range = self.range.resolve(session, &self.tz)?;
            let mut collector = Collector::new(&range.query);
            range.fetch(session, |_, _, readings| {
                readings.iter().for_each(|reading| collector.add(reading));
                Ok(())
            })?;
            let all = collector.finish().map_err(|error| session.usage(error.to_string(), ""))?;
            if all.is_empty() {
                context.output.say(Mark::Note, "there are no readings in this time");
                return Ok(());
            }
            match &self.picture.output {
                Some(path) => self.save(session, path, &all)?,
                None => self.show(context, &all)?,
            }
            range.complete()
        })
    }

    fn views(&self, series: &Series) -> Vec<MeterView> {
        match (self.view.is_empty(), &self.picture.output) {
            (false, _) => self.view.clone(),
            (true, Some(_)) => MeterView::value_variants().to_vec(),
            (true, None) => vec![MeterView::fitting(series)],
        }
    }

    fn show(&self, context: &Context, all: &[Series]) -> Result<(), Error> {
        let look = self.picture.look();
        for series in all {
            context.output.data(&meter::terminal(series, &self.views(series), &look))?;
        }
        Ok(())
    }

    /// One picture in one file: a file cannot be of several meters.
    fn save(&self, session: &Session, path: &Path, all: &[Series]) -> Result<(), Error> {
        let [series] = all else {
            let count = all.len();
            let why =
                format!("these are {count} series (meters and directions), and a file shows one");
            let hint = "name one --device that has one direction, or leave -o out";
            return Err(session.usage(why, hint));
        };
        let language = self.picture.language(session.context);
        let picture = meter::picture(series, &self.views(series), language);
        self.picture.save(session, path, &picture)
    }
}
