//! `meter spaces`, `devices`, `customers`, `whoami`.

use crate::account_id::AccountId;
use crate::api::page::{Entry, List};
use crate::api::{ApiClient, ApiError, meter};
use crate::commands::session::{
    AccountArgs, OutputArgs, RowError, explained, with_api, write_list,
};
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::provider::{Paging, Provider};

const SPACE_COLUMNS: [&str; 6] = ["id", "name", "category", "addressLineOne", "postcode", "city"];
const DEVICE_COLUMNS: [&str; 7] =
    ["id", "name", "medium", "deviceType", "status", "isMainDevice", "latestReadingTime"];
const CUSTOMER_COLUMNS: [&str; 4] = ["id", "external_id", "name", "email"];
const PARTNER_COLUMNS: [&str; 2] = ["id", "name"];

/// List buildings, flats and sites
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  partnerlink meter spaces --format csv -o spaces.csv")]
pub struct Spaces {
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// List the meters of one space, or of all
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  partnerlink meter devices --space ID")]
pub struct Devices {
    /// Only this space; may be given several times
    #[arg(long, value_name = "ID")]
    space: Vec<String>,
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// List customers
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  partnerlink meter customers --format xlsx -o customers.xlsx")]
pub struct Customers {
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Show which partner the account belongs to
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  partnerlink meter whoami --json")]
pub struct Whoami {
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Spaces {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let list = ("spaces", &SPACE_COLUMNS[..]);
        listed(
            context,
            &self.account,
            &self.output,
            "could not list spaces",
            list,
            |api, paging, each| walk(meter::spaces(api, paging, self.account.jobs())?, api, each),
        )
    }
}

impl Devices {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let list = ("devices", &DEVICE_COLUMNS[..]);
        listed(
            context,
            &self.account,
            &self.output,
            "could not list devices",
            list,
            |api, paging, each| {
                let jobs = self.account.jobs();
                for space in spaces(api, paging, &self.space, jobs)? {
                    walk(meter::devices(api, paging, &space, jobs)?, api, each)?;
                }
                Ok(())
            },
        )
    }
}

impl Customers {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let list = ("customers", &CUSTOMER_COLUMNS[..]);
        listed(
            context,
            &self.account,
            &self.output,
            "could not list customers",
            list,
            |api, paging, each| {
                walk(meter::customers(api, paging, self.account.jobs())?, api, each)
            },
        )
    }
}

impl Whoami {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let list = ("partner", &PARTNER_COLUMNS[..]);
        listed(
            context,
            &self.account,
            &self.output,
            "could not ask who you are",
            list,
            |api, _, each| each(meter::whoami(api)?),
        )
    }
}

/// The spaces that were named, or the ids of all.
pub fn spaces(
    api: &ApiClient,
    paging: &Paging,
    named: &[String],
    jobs: usize,
) -> Result<Vec<String>, ApiError> {
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    let mut ids = Vec::new();
    meter::spaces(api, paging, jobs)?.for_each(api, |space| {
        ids.extend(id_of(&space));
        Ok::<_, ApiError>(())
    })?;
    Ok(ids)
}

/// An entry's `id`, as text.
pub fn id_of(entry: &Entry) -> Option<String> {
    entry.get("id")?.as_str().map(str::to_owned)
}

/// How lists are paged, which the description has to say.
pub fn paging_of<'a>(provider: &'a Provider, what: &str) -> Result<&'a Paging, Error> {
    provider.paging.as_ref().ok_or_else(|| {
        Error::usage(
            what,
            format!("how {} pages its lists is not described", provider.title),
            "describe it as [provider.NAME.paging] in the configuration file",
        )
    })
}

type Each<'a> = &'a mut dyn FnMut(Entry) -> Result<(), RowError>;

fn walk(list: List, api: &ApiClient, each: Each) -> Result<(), RowError> {
    list.for_each(api, each)
}

fn listed(
    context: &Context,
    account: &AccountArgs,
    output: &OutputArgs,
    what: &str,
    list: (&str, &[&str]),
    fill: impl FnOnce(&ApiClient, &Paging, Each) -> Result<(), RowError>,
) -> Result<u8, Failed> {
    let id: AccountId = account.id_or(super::ACCOUNT)?;
    with_api(context, &id, what, |api, provider| {
        let paging = paging_of(provider, what)?;
        let failed = |error| explained(what, provider, &id, error);
        write_list(context, output, what, list, failed, |each| fill(api, paging, each))?;
        Ok(0)
    })
}
