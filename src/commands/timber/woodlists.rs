use clap::ValueEnum;

use crate::api::timber;
use crate::commands::session::{
    AccountArgs, OutputArgs, RowError, explained, require_scope, with_api, write_list,
};
use crate::context::Context;
use crate::error::Failed;

const COLUMNS: [&str; 7] =
    ["id", "number", "name", "reference_date", "base_area", "includes_wood_types", "updated"];

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
    account: AccountArgs,
    #[command(flatten)]
    output: OutputArgs,
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
        let what = "could not list wood lists";
        let account = self.account.id_or(super::ACCOUNT)?;
        require_scope(context, &account, "woodlist", what)?;
        with_api(context, &account, what, |api, provider| {
            let failed = |error| explained(what, provider, &account, error);
            let jobs = self.account.jobs();
            let parameters = self.parameters();
            write_list(context, &self.output, what, ("woodlists", &COLUMNS), failed, |each| {
                let list = timber::list(api, provider, "woodlists", &parameters, jobs)?;
                match self.page {
                    Some(page) => list.page(api, page)?.into_iter().try_for_each(each),
                    None => list.for_each::<RowError>(api, each),
                }
            })?;
            Ok(0)
        })
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = Vec::new();
        parameters.extend(self.business_year.map(|year| ("business_year", year.to_string())));
        parameters.extend(self.base_area.clone().map(|id| ("base_area_id", id)));
        parameters.extend(self.search.clone().map(|text| ("search", text)));
        if let Some(sort) = self.sort {
            let field = match sort {
                Sort::Number => "number",
                Sort::Name => "name",
                Sort::ReferenceDate => "reference_date",
                Sort::ProtocolVolume => "protocol_volume",
                Sort::UpdatedAt => "updated_at",
                Sort::SaleFmVolume => "sale_fm_volume",
            };
            parameters.push(("sort_field", field.to_owned()));
            let order = if self.descending { "desc" } else { "asc" };
            parameters.push(("sort_order", order.to_owned()));
        }
        parameters
    }
}
