use crate::account_id::AccountId;
use crate::api::{ApiClient, ApiError, timber};
use crate::commands::session::{
    AccountArgs, OutputArgs, RowError, explained, require_scope, with_api,
};
use crate::context::Context;
use crate::data::pile::Pile;
use crate::error::{Error, Failed};
use crate::formats::{self, Positions};
use crate::provider::Provider;
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
    account: AccountArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let what = "could not list log piles";
        let account = self.account.id_or(super::ACCOUNT)?;
        require_scope(context, &account, "aggregation", what)?;
        with_api(context, &account, what, |api, provider| {
            let mut target = self.output.target(context, what)?;
            let (format, options) = (target.format, target.options.clone());
            let mut writer = formats::piles(format, target.out(), &options)
                .map_err(|error| Error::usage(what, error.to_string(), ""))?;
            let written = each_pile(api, provider, self.page, self.account.jobs(), |pile| {
                Ok(writer.write(&pile)?)
            });
            match written.and_then(|()| Ok(writer.finish()?)) {
                Ok(positions) => {
                    target.finish(what)?;
                    warn_about(context, &positions);
                }
                Err(error) => error.told(what, |error| failed(what, provider, &account, error))?,
            }
            Ok(0)
        })
    }
}

/// Gives every pile, or those of one page, to `each`.
pub fn each_pile(
    api: &ApiClient,
    provider: &Provider,
    page: Option<u64>,
    jobs: usize,
    mut each: impl FnMut(Pile) -> Result<(), RowError>,
) -> Result<(), RowError> {
    let list = timber::list(api, provider, "aggregations", &[], jobs)?;
    match page {
        Some(page) => list.page(api, page)?.into_iter().try_for_each(|entry| each(Pile(entry))),
        None => list.for_each(api, |entry| each(Pile(entry))),
    }
}

/// A 404 most likely means that the unconfirmed path is wrong.
pub fn failed(what: &str, provider: &Provider, account: &AccountId, error: ApiError) -> Error {
    let not_found = matches!(error, ApiError::NotFound(_));
    let explained = explained(what, provider, account, error);
    if not_found {
        return explained.with_hint(
            "this path is not confirmed by a page of the provider: ask for the right one, and set \
             provider.timberdata.paths.aggregations in the configuration file",
        );
    }
    explained
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
