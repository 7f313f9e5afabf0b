use crate::account_id::AccountId;
use crate::api::list::{List, segment};
use crate::commands::session::{DEFAULT_JOBS, Session};
use crate::commands::written::OutputArgs;
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::provider::DescribedList;

const EXAMPLES: &str = "\
Examples:
  partnerlink data my-erp orders
  partnerlink data my-erp orders -f year=2026 --format csv-de -o orders.csv

The list and how it is paged are described in the configuration file:
  [provider.my-erp]
  api_base = \"https://api.erp.example\"

  [provider.my-erp.paging]
  page = \"page\"
  first = 1
  size = \"limit\"
  max_size = 100
  count = \"count\"

  [provider.my-erp.lists.orders]
  path = \"/v1/orders\"
  columns = [\"id\", \"date\", \"customer.name\"]";

/// Fetch a list that a provider's description names, every page of it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_name = "ACCOUNT", value_parser = super::account, add = super::candidates::accounts())]
    account: AccountId,
    #[arg(value_name = "LIST")]
    list: String,
    /// What stands in braces in the list's path, or else a query parameter
    #[arg(long, short = 'f', value_name = "NAME=TEXT")]
    field: Vec<String>,
    /// Only this page, as the provider counts
    #[arg(long, value_name = "N")]
    page: Option<u64>,
    #[command(flatten)]
    output: OutputArgs,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let what = format!("could not list {}", self.list);
        Session::open(context, &self.account, usize::from(DEFAULT_JOBS), &what, |session| {
            let described = self.described(session)?;
            if let Some(scope) = &described.scope {
                session.require_scope(scope)?;
            }
            let (mut path, mut parameters) = (described.path.clone(), Vec::new());
            for field in &self.field {
                let (name, text) = session.field(field)?;
                let place = format!("{{{name}}}");
                match path.contains(&place) {
                    true => path = path.replace(&place, &segment(text)),
                    false => parameters.push((name, text.to_owned())),
                }
            }
            if let Some((_, place)) = path.split_once('{') {
                let name = place.split('}').next().unwrap_or_default();
                let why = format!("its path wants {name}");
                return Err(session.usage(why, format!("write -f {name}=ID")).into());
            }
            let columns: Vec<&str> = described.columns.iter().map(String::as_str).collect();
            let list = List {
                name: &self.list,
                path: Some(&path),
                entries: described.entries.as_deref().or(Some(&self.list)),
                columns: &columns,
                members: &[],
            };
            session.write(&self.output, &list, &parameters, self.page)
        })
    }

    fn described<'a>(&self, session: &Session<'a>) -> Result<&'a DescribedList, Error> {
        let provider = session.provider;
        provider.lists.get(&self.list).ok_or_else(|| {
            let known: Vec<&str> = provider.lists.keys().map(String::as_str).collect();
            let why = match known.as_slice() {
                [] => format!("no list of {} is described", provider.title),
                _ => format!("no such list is described; there are {}", known.join(", ")),
            };
            let hint = format!("describe it as [provider.{}.lists.{}]", provider.name, self.list);
            session.usage(why, hint + " in the configuration file")
        })
    }
}
