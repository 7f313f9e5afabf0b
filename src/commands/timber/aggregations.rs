use crate::api::{ApiError, timber};
use crate::commands::session::{DataArgs, DataError, Session};
use crate::context::Context;
use crate::data::pile::Pile;
use crate::data::position::Positions;
use crate::error::Failed;
use crate::formats::{Entry, PILES};
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink timber aggregations
  partnerlink timber aggregations -o polter.geojson          for QGIS
  partnerlink timber aggregations -o polter.gpx              for the driver's phone

The path of this list is not confirmed by a page of the provider. If it is wrong, name the right one
in the configuration file:
  [provider.timberdata.paths]
  aggregations = \"/inventory/v4/…\"";

/// List log piles (Polter); needs the scope aggregation
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only this page of 100 entries, counted from 1
    #[arg(long, value_name = "N")]
    page: Option<u64>,
    #[command(flatten)]
    data: DataArgs,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.data.account.open(context, super::ACCOUNT, "could not list log piles", |session| {
            session.require_scope("aggregation")?;
            let mut positions = Positions::default();
            session.write_rows(&self.data.output, PILES, |writer| {
                each_pile(session, self.page, |pile| {
                    positions.count(&pile);
                    Ok(writer.write(Entry::Pile(&pile))?)
                })
            })?;
            warn_about(context, &positions);
            Ok(())
        })
    }
}

/// Gives every pile, or those of one page, to `each`.
pub fn each_pile(
    session: &Session,
    page: Option<u64>,
    mut each: impl FnMut(Pile) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let each = |entry| each(Pile(entry));
    timber::AGGREGATIONS.for_each(&session.api, &[], page, each).map_err(|error| match error {
        // Most likely the unconfirmed path is wrong.
        DataError::Api(error @ ApiError::NotFound { .. }) => {
            let hint = "this path is not confirmed by a page of the provider: ask for the right \
                        one, and set provider.timberdata.paths.aggregations in the configuration \
                        file";
            session.explained(error).with_hint(hint).into()
        }
        error => error,
    })
}

/// Positions that are missing or look wrong, counted.
fn warn_about(context: &Context, positions: &Positions) {
    let Positions { missing, zero, swapped, outside, .. } = positions;
    for (count, what) in [
        (missing, "have no position"),
        (zero, "lie at 0/0"),
        (swapped, "seem to have latitude and longitude swapped"),
        (outside, "lie outside of Germany's surroundings"),
    ] {
        if *count > 0 {
            context
                .output
                .say(Mark::Warn, format_args!("{count} of {} piles {what}", positions.piles));
        }
    }
}
