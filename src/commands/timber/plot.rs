use std::path::PathBuf;

use super::aggregations::{each_pile, failed};
use crate::commands::session::{AccountArgs, look, require_scope, save_picture, with_api};
use crate::context::Context;
use crate::error::Failed;
use crate::plot::timber::{self, GroupedBy, Piles, TimberView};

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
    view: Vec<TimberView>,
    /// What piles are put together by
    #[arg(long, value_enum, default_value_t = GroupedBy::SaleStatus)]
    by: GroupedBy,
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
            let piles = Piles::new(&title, self.by, &all);
            let views = if self.view.is_empty() { &TimberView::ALL[..] } else { &self.view };
            match &self.output {
                Some(path) => {
                    save_picture(path, &timber::picture(&piles, views), self.force, what)?;
                }
                None => {
                    let text = timber::terminal(&piles, views, &look(self.ascii));
                    context.output.data(&text)?;
                }
            }
            Ok(0)
        })
    }
}
