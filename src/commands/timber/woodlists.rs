use clap::ValueEnum;

use crate::api::timber;
use crate::commands::session::DataArgs;
use crate::context::Context;
use crate::error::Failed;

/// List wood lists (Holzlisten); needs the scope woodlist
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  partnerlink timber woodlists --business-year 2026 --sort number --format csv-de -o holzlisten.csv"
)]
pub struct Args {
    /// Only of this business year
    #[arg(long, value_name = "YEAR")]
    business_year: Option<u16>,
    /// Only of this base area
    #[arg(long, value_name = "ID")]
    base_area: Option<String>,
    /// Only what this text is found in
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    #[arg(long, value_enum)]
    sort: Option<Sort>,
    /// The last first
    #[arg(long, requires = "sort")]
    descending: bool,
    /// Only this page of 100 entries, counted from 1
    #[arg(long, value_name = "N")]
    page: Option<u64>,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sort {
    Number,
    Name,
    ReferenceDate,
    ProtocolVolume,
    UpdatedAt,
    SaleFmVolume,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.data.account.open(context, super::ACCOUNT, "could not list wood lists", |session| {
            session.require_scope("woodlist")?;
            session.write(&self.data.output, &timber::WOODLISTS, &self.parameters(), self.page)
        })
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = Vec::new();
        parameters.extend(self.business_year.map(|year| ("business_year", year.to_string())));
        parameters.extend(self.base_area.clone().map(|id| ("base_area_id", id)));
        parameters.extend(self.search.clone().map(|text| ("search", text)));
        if let Some(sort) = self.sort {
            let name = sort.to_possible_value().map(|value| value.get_name().replace('-', "_"));
            parameters.extend(name.map(|name| ("sort_field", name)));
            let order = if self.descending { "desc" } else { "asc" };
            parameters.push(("sort_order", order.to_owned()));
        }
        parameters
    }
}
