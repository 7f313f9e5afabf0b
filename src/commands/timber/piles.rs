//! The log piles that are asked for: fetched, narrowed, and with the names that people gave to the
//! provider's numbers.

use super::filter::{Filter, Selection};
use crate::api::{ApiError, timber};
use crate::clock::TimeZone;
use crate::commands::session::{DataError, Session};
use crate::data::pile::{NUMBERED, Pile, ValueNames, name_member};
use crate::formats::{List, PILES};

#[derive(Debug, clap::Args)]
pub struct PileArgs {
    #[command(flatten)]
    filter: Filter,
    /// Species, usages and qualities by their short names: FI, BU
    #[arg(long, help_heading = "Output")]
    short_names: bool,
}

impl PileArgs {
    /// Gives the piles that are asked for to `each`, of every page or of one; and says how many of
    /// how many these are.
    pub fn each(
        &self,
        session: &Session,
        zone: &TimeZone,
        page: Option<u64>,
        mut each: impl FnMut(Pile) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let names = value_names(session);
        let mut selection = Selection::new(&self.filter, session, zone, &names)?;
        let fetched = timber::AGGREGATIONS.for_each(&session.api, &[], page, |entry| {
            let mut pile = Pile(entry);
            if !selection.takes(&pile) {
                return Ok(());
            }
            pile.name_values(&names);
            if self.short_names {
                pile.shorten();
            }
            each(pile)
        });
        let faults = fetched.map_err(|error| unconfirmed(session, error))?;
        session.warn_about(&faults, "log piles");
        Ok(selection.finish(session)?)
    }
}

/// The columns of piles, and of those of them that fit on a terminal: with a number's name behind
/// the number, or instead of it, where the configuration has names for it.
pub struct PileColumns {
    all: Vec<String>,
    few: Vec<String>,
}

impl PileColumns {
    pub fn of(session: &Session) -> Self {
        let names = value_names(session);
        let (mut all, mut few) = (Vec::new(), Vec::new());
        for &column in PILES.columns() {
            all.push(column.to_owned());
            all.extend(names.contains_key(column).then(|| name_member(column)));
        }
        for &column in PILES.few_columns() {
            let is_named = names.contains_key(column);
            few.push(if is_named { name_member(column) } else { column.to_owned() });
        }
        Self { all, few }
    }

    /// Gives the list with these columns to `work`.
    pub fn list<T>(&self, work: impl FnOnce(List<'_>) -> T) -> T {
        let [all, few] = [&self.all, &self.few]
            .map(|columns| columns.iter().map(String::as_str).collect::<Vec<_>>());
        work(PILES.with_columns(&all, &few))
    }
}

/// The names that the provider's description has for the numbers of piles; those of a member
/// without any are left out. The sandbox, which plays the provider, is shown with the same names.
fn value_names(session: &Session) -> ValueNames {
    let configured = session.context.settings.registry.get(session.account.provider());
    let described = configured.as_ref().unwrap_or(session.provider);
    let tables = [
        &described.sale_status,
        &described.transport_status,
        &described.contractor_status,
        &described.supplier_billing_status,
        &described.measurement_type,
        &described.bark_reduction_type,
    ];
    let names = NUMBERED.into_iter().zip(tables).filter(|(_, names)| !names.is_empty());
    names.map(|(member, names)| (member, names.clone())).collect()
}

/// Of a path that is not there: most likely the unconfirmed one is wrong.
fn unconfirmed(session: &Session, error: DataError) -> DataError {
    match error {
        DataError::Api(error @ ApiError::NotFound { .. }) => {
            let hint = "this path is not confirmed by a page of the provider: ask for the right \
                        one, and set provider.timberdata.paths.aggregations in the configuration \
                        file";
            session.explained(error).with_hint(hint).into()
        }
        error => error,
    }
}
