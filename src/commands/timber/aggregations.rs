use crate::api::{ApiError, timber};
use crate::commands::session::{DataArgs, DataError, Session};
use crate::context::Context;
use crate::data::pile::Pile;
use crate::data::position::{Lost, NoPlace, Positions};
use crate::error::Failed;
use crate::formats::{Entry, PILES};
use crate::terminal::Mark;
use crate::text::printable;

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

/// The piles that are on no map, counted by what is wrong with their positions.
fn warn_about(context: &Context, positions: &Positions) {
    for (why, Lost { piles, example }) in &positions.lost {
        let all = positions.piles;
        let (have, lie) = if *piles == 1 { ("has", "lies") } else { ("have", "lie") };
        let what = match why {
            NoPlace::Missing => format!("{have} no position"),
            NoPlace::Words => format!("{have} no number as position: {example}"),
            NoPlace::NoDegrees => format!("{have} no degrees (Gauß-Krüger or UTM?): {example}"),
            NoPlace::Zero => format!("{lie} at 0/0"),
            NoPlace::Swapped => {
                format!("{have} latitude and longitude swapped, it seems: {example}")
            }
            NoPlace::Far => format!("{lie} outside of 47–56 N, 5–16 E: {example}"),
        };
        context.output.say(Mark::Warn, format_args!("{piles} of {all} piles {}", printable(&what)));
    }
}
