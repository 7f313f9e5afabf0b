use crate::api::list::{Entry, List};
use crate::api::{ApiError, meter};
use crate::commands::session::{DataArgs, DataError, Session};
use crate::context::Context;
use crate::error::Failed;
use crate::formats;

/// List the meters of one space, or of all
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  partnerlink meter devices --space ID")]
pub struct Args {
    /// Only this space; may be given several times
    #[arg(long, value_name = "ID")]
    space: Vec<String>,
    #[command(flatten)]
    data: DataArgs,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.data.account.open(context, super::ACCOUNT, "could not list devices", |session| {
            let documented = meter::DEVICES.documented();
            let list = formats::List::of_records(meter::DEVICES.name, meter::DEVICES.columns)
                .documenting(&documented);
            session.write_rows(&self.data.output, list, |writer| {
                each_device(session, &self.space, |_, device| {
                    Ok(writer.write(formats::Entry::Record(&device))?)
                })
            })
        })
    }
}

/// Gives `each` the devices of these spaces, of all where none is named, with the space.
pub fn each_device(
    session: &Session,
    spaces: &[String],
    mut each: impl FnMut(&Entry, Entry) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let api = &session.api;
    let of_id = |id: &String| Entry::from_iter([("id".to_owned(), id.as_str().into())]);
    let mut asked: Vec<Entry> = spaces.iter().map(of_id).collect();
    if asked.is_empty() {
        meter::SPACES.for_each(api, &[], None, |space| {
            asked.push(space);
            Ok::<_, ApiError>(())
        })?;
    }
    for space in asked {
        let Some(id) = id_of(&space) else { continue };
        let devices = List { path: Some(&meter::devices_path(&id)), ..meter::DEVICES };
        devices.for_each(api, &[], None, |device| each(&space, device))?;
    }
    Ok(())
}

/// An entry's `id`, as text.
pub fn id_of(entry: &Entry) -> Option<String> {
    entry.get("id")?.as_str().map(str::to_owned)
}
