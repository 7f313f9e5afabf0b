use std::collections::HashSet;
use std::ffi::OsStr;
use std::iter;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::file_name::FileStems;
use super::range::{Range, RangeArgs};
use crate::commands::session::{AccountArgs, Session};
use crate::commands::written::PictureArgs;
use crate::context::Context;
use crate::data::names::in_ascii;
use crate::data::series::{Collector, Series};
use crate::error::{Error, Failed};
use crate::language::filled;
use crate::plot::Picture;
use crate::plot::meter::{self, MeterView};
use crate::terminal::Mark;

const EXAMPLES: &str = r#"Examples:
  partnerlink meter plot --device "Strom Verwaltung" --last 7d
  partnerlink meter plot --device Gastherme --month 2026-10 --view heat-map
  partnerlink meter plot --device 50999000001 --month 10.2026 -o oktober.html
  partnerlink meter plot --all --month 2026-10 -o oktober.svg --each

A file shows every series, one below the other: both directions of a meter, and every meter."#;

/// More series than this are a page that nobody scrolls through.
const MOST_IN_ONE: usize = 24;

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
    /// With -o: a file for each meter and direction, oktober_strom-haus.html for oktober.html
    #[arg(long, requires = "output")]
    each: bool,
    /// The time zone of every time that is read and shown
    #[arg(long, value_name = "ZONE", default_value = "Europe/Berlin")]
    tz: String,
    #[command(flatten)]
    account: AccountArgs,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.account.open(context, super::ACCOUNT, "could not draw readings", |session| {
            self.picture.check_filter(session)?;
            let range = self.range.resolve(session, &self.tz)?;
            let mut collector = Collector::new(&range.query);
            let summary = range.fetch(session, |_, _, readings| {
                readings.iter().for_each(|reading| collector.add(reading));
                Ok(())
            })?;
            let all = collector.finish().map_err(|error| session.usage(error.to_string(), ""))?;
            if all.is_empty() {
                context.output.say(Mark::Note, "there are no readings in this time");
                return range.end(session, summary);
            }
            match &self.picture.output {
                Some(path) => self.save(session, &range, path, &all)?,
                None => self.show(context, &all)?,
            }
            let closing = summary.closing(&range.query);
            closing.say(&context.output, 0, self.picture.output.as_deref());
            range.end(session, summary)
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

    /// All series in one file, or each in one of its own.
    fn save(
        &self,
        session: &Session,
        range: &Range,
        path: &Path,
        all: &[Series],
    ) -> Result<(), Error> {
        let language = self.picture.language(session.context);
        let draw = |series: &Series| meter::picture(series, &self.views(series), language);
        if self.each {
            let paths = paths(path, range, all);
            let mut each = paths.iter().zip(all);
            return each
                .try_for_each(|(path, series)| self.picture.save(session, path, &draw(series)));
        }
        if let [only] = all {
            return self.picture.save(session, path, &draw(only));
        }
        let count = all.len().to_string();
        if all.len() > MOST_IN_ONE {
            let text = format!("{count} series are a long picture; --each writes a file for each");
            session.context.output.say(Mark::Note, text);
        }
        let title = filled(&language.texts().meter_picture.several, &[("count", &count)]);
        let pictures: Vec<Picture> = all.iter().map(draw).collect();
        self.picture.save_all(session, path, &title, &pictures)
    }
}

/// `oktober_strom-haus_out.html` for each series, beside `oktober.html`; the direction where a meter
/// has several series, and a number where even that does not tell them apart.
fn paths(path: &Path, range: &Range, all: &[Series]) -> Vec<PathBuf> {
    let stems = FileStems::of(range.meters.all());
    let text = |part: Option<&OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let (begin, ending) = (text(path.file_stem()), text(path.extension()));
    let mut taken = HashSet::new();
    let name = |series: &Series| {
        let meter = &series.labels.meter;
        let source = range.sources.iter().find(|source| source.meter() == meter);
        let mut stem = source.map_or_else(String::new, |source| stems.stem(source));
        if all.iter().filter(|other| other.labels.meter == *meter).count() > 1 {
            stem += &format!("_{}", in_ascii(&series.labels.direction));
        }
        let numbered = (2..).map(|number| format!("{stem}_{number}"));
        let own = iter::once(stem.clone()).chain(numbered).find(|name| taken.insert(name.clone()));
        path.with_file_name(format!("{begin}_{}.{ending}", own.unwrap_or(stem)))
    };
    all.iter().map(name).collect()
}
