use clap::ValueEnum;

use super::piles::PileArgs;
use crate::clock;
use crate::commands::closing::Closing;
use crate::commands::session::AccountArgs;
use crate::commands::written::PictureArgs;
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
    #[command(flatten)]
    piles: PileArgs,
    #[command(flatten)]
    picture: PictureArgs,
    #[command(flatten)]
    account: AccountArgs,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.account.open(context, super::ACCOUNT, "could not draw log piles", |session| {
            self.picture.check_filter(session)?;
            session.require_scope("aggregation")?;
            let mut all = Vec::new();
            self.piles.each(session, &clock::berlin(), None, |pile| {
                all.push(pile);
                Ok(())
            })?;
            let language = self.picture.language(context);
            let piles = Piles::new(&session.provider.title, self.by, language, &all);
            let all_views = TimberView::value_variants();
            let views = if self.view.is_empty() { all_views } else { &self.view };
            let look = self.picture.look();
            match &self.picture.output {
                Some(path) => {
                    self.picture.save(session, path, &timber::picture(&piles, views))?;
                    Closing::of_rows(all.len(), "piles").say(&context.output, 0, Some(path));
                }
                None => context.output.data(&timber::terminal(&piles, views, &look))?,
            }
            Ok(())
        })
    }
}
