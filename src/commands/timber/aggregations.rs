use super::piles::{PileArgs, PileColumns};
use crate::commands::session::DataArgs;
use crate::context::Context;
use crate::data::position::{Lost, NoPlace, Positions};
use crate::error::Failed;
use crate::formats::Entry;
use crate::terminal::Mark;
use crate::text::printable;

const EXAMPLES: &str = "\
Examples:
  partnerlink timber aggregations
  partnerlink timber aggregations -o polter.geojson          for QGIS
  partnerlink timber aggregations --status 2 -o polter.gpx   for the driver's phone
  partnerlink timber aggregations --near 51.8,10.3 --within 20 --since 2026-10-01

Piles at 0/0, with latitude and longitude swapped, far away, or without degrees (Gauß-Krüger, UTM)
are in no gpx and kml, and have no geometry in geojson; they are counted at the end. Nothing is
converted.

Names for the provider's numbers stand in the configuration file (sale_status, transport_status,
contractor_status, supplier_billing_status, measurement_type, bark_reduction_type), or are set:
  partnerlink config set provider.timberdata.sale_status.3 verkauft
json, csv and the like keep the number, and have the name in sale_status_name.

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
    piles: PileArgs,
    #[command(flatten)]
    data: DataArgs,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.data.account.open(context, super::ACCOUNT, "could not list log piles", |session| {
            session.require_scope("aggregation")?;
            let mut positions = Positions::default();
            let zone = session.zone(&self.data.output.tz)?;
            PileColumns::of(session).list(|list| {
                session.write_rows(&self.data.output, list, |writer| {
                    self.piles.each(session, &zone, self.page, |pile| {
                        positions.count(&pile);
                        Ok(writer.write(Entry::Pile(&pile))?)
                    })
                })
            })?;
            warn_about(context, &positions);
            Ok(())
        })
    }
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
