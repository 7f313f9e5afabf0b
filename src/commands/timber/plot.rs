use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::aggregations::{each_pile, failed};
use crate::clock::TimeZone;
use crate::commands::session::{AccountArgs, require_scope, save_text, with_api};
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::plot::timber::piles::{By, Piles};
use crate::plot::timber::{self, View};
use crate::terminal::look;

const EXAMPLES: &str = "\
Examples:
  partnerlink timber plot
  partnerlink timber plot --by wood-list -o polter.html";

/// Draw log piles: a map by volume, and Fm by status or wood list
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The pictures [default: both]
    #[arg(long, value_enum)]
    view: Vec<ViewArg>,
    /// What piles are put together by
    #[arg(long, value_enum, default_value_t = ByArg::SaleStatus)]
    by: ByArg,
    /// Only characters that every terminal has
    #[arg(long)]
    ascii: bool,
    /// Write a picture: .svg or .html
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    account: AccountArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ViewArg {
    Map,
    Bars,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ByArg {
    SaleStatus,
    TransportStatus,
    ContractorStatus,
    BillingStatus,
    WoodList,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let what = "could not draw log piles";
        let account = self.account.id_or(super::ACCOUNT)?;
        require_scope(context, &account, "aggregation", what)?;
        with_api(context, &account, what, |api, provider| {
            let mut all = Vec::new();
            let fetched = each_pile(api, provider, None, self.account.jobs(), |pile| {
                all.push(pile);
                Ok(())
            });
            if let Err(error) = fetched {
                error.told(what, |error| failed(what, provider, &account, error))?;
            }
            let title = format!("Log piles (Polter), {}", provider.title);
            let piles = Piles::new(&title, self.by(), &all);
            match &self.output {
                Some(path) => self.save(path, &piles, what)?,
                None => {
                    let look = look(self.ascii, &TimeZone::UTC);
                    context.output.data(&timber::terminal(&piles, &self.views(), &look))?;
                }
            }
            Ok(0)
        })
    }

    fn by(&self) -> By {
        match self.by {
            ByArg::SaleStatus => By::SaleStatus,
            ByArg::TransportStatus => By::TransportStatus,
            ByArg::ContractorStatus => By::ContractorStatus,
            ByArg::BillingStatus => By::BillingStatus,
            ByArg::WoodList => By::WoodList,
        }
    }

    fn views(&self) -> Vec<View> {
        if self.view.is_empty() {
            return View::ALL.to_vec();
        }
        let view = |view: &ViewArg| match view {
            ViewArg::Map => View::Map,
            ViewArg::Bars => View::Bars,
        };
        self.view.iter().map(view).collect()
    }

    fn save(&self, path: &Path, piles: &Piles, what: &str) -> Result<(), Error> {
        let text = match path.extension().and_then(|ending| ending.to_str()) {
            Some("svg") => timber::svg(piles, &self.views()),
            Some("html") => timber::html(piles, &self.views()),
            _ => {
                let why = format!("the ending of {} is neither .svg nor .html", path.display());
                return Err(Error::usage(what, why, "name a file with one of them"));
            }
        };
        save_text(path, &text, self.force, what)
    }
}
