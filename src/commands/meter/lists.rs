//! `meter spaces`, `devices`, `customers`, `whoami`.

use crate::api::list::{Entry, List};
use crate::api::{ApiError, meter};
use crate::commands::session::{AccountArgs, DataError, OutputArgs, Session};
use crate::context::Context;
use crate::error::Failed;

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
        self.account.open(context, super::ACCOUNT, "could not list spaces", |session| {
            session.write(&self.output, &meter::SPACES, &[], None)
        })
    }
}

impl Devices {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.account.open(context, super::ACCOUNT, "could not list devices", |session| {
            let List { name, columns, .. } = meter::DEVICES;
            session.write_rows(&self.output, name, columns, |each| {
                each_device(session, &self.space, each)
            })
        })
    }
}

impl Customers {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.account.open(context, super::ACCOUNT, "could not list customers", |session| {
            session.write(&self.output, &meter::CUSTOMERS, &[], None)
        })
    }
}

impl Whoami {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.account.open(context, super::ACCOUNT, "could not ask who you are", |session| {
            session.write_object(&self.output, &meter::PARTNER)
        })
    }
}

/// Gives `each` the devices of these spaces, of all where none is named.
pub fn each_device(
    session: &Session,
    spaces: &[String],
    mut each: impl FnMut(Entry) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let api = &session.api;
    let mut spaces = spaces.to_vec();
    if spaces.is_empty() {
        meter::SPACES.for_each(api, &[], None, |space| {
            spaces.extend(id_of(&space));
            Ok::<_, ApiError>(())
        })?;
    }
    for space in spaces {
        let devices = List { path: &meter::devices_path(&space), ..meter::DEVICES };
        devices.for_each(api, &[], None, &mut each)?;
    }
    Ok(())
}

/// An entry's `id`, as text.
pub fn id_of(entry: &Entry) -> Option<String> {
    entry.get("id")?.as_str().map(str::to_owned)
}
