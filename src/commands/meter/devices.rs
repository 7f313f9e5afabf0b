use std::collections::HashSet;

use super::meters::Meters;
use crate::api::list::{Entry, Faults, List};
use crate::api::{ApiError, meter, ordered};
use crate::commands::candidates;
use crate::commands::session::{DataArgs, DataError, Session};
use crate::context::Context;
use crate::data::pile::text_of;
use crate::error::Failed;
use crate::formats;
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink meter devices
  partnerlink meter devices --space Verwaltung
  partnerlink meter devices --fields name,serial,malo,melo,space --format xlsx -o zaehler.xlsx";

/// List the meters of one space, or of all
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only this space, by name or id; may be given several times
    #[arg(long, value_name = "NAME", add = candidates::spaces())]
    space: Vec<String>,
    #[command(flatten)]
    data: DataArgs,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.data.account.open(context, super::ACCOUNT, "could not list devices", |session| {
            let documented = [meter::DEVICES.documented(), meter::NAMES.to_vec()].concat();
            let list = formats::List::of_records(meter::DEVICES.name, meter::DEVICES.columns)
                .documenting(&documented);
            let mut refused = None;
            session.write_rows(&self.data.output, list, |writer| {
                let listed = self.listed(session)?;
                let mut meters = Meters::of_spaces(&listed);
                refused = each_device(session, &listed, |space, mut device| {
                    meters.add(&device, space);
                    meter::name(&mut device, space);
                    Ok(writer.write(formats::Entry::Record(&device))?)
                })?;
                if self.space.is_empty() {
                    meters.keep(session);
                }
                Ok(())
            })?;
            Ok(refused.map_or(Ok(()), Err)?)
        })
    }

    /// The spaces that are meant, each once.
    fn listed(&self, session: &Session) -> Result<Vec<Entry>, DataError> {
        let mut listed = match spaces(session) {
            // Whoever names a space by its id needs no list of them.
            Err(error) if !self.space.is_empty() && error.is_of_this_alone() => {
                names_unknown(session, &error);
                Vec::new()
            }
            listed => listed?,
        };
        if self.space.is_empty() {
            return Ok(listed);
        }
        let (known, mut asked) = (Meters::of_spaces(&listed), Vec::new());
        for text in &self.space {
            let id = known.space(session, text)?.id;
            let is_it = |space: &Entry| text_of(space.get("id")) == id;
            if asked.iter().any(is_it) {
                continue;
            }
            asked.push(match listed.iter().position(is_it) {
                Some(place) => listed.swap_remove(place),
                None => Entry::from_iter([("id".to_owned(), id.into())]),
            });
        }
        Ok(asked)
    }
}

/// Says that what a person names is taken for an id, because the provider gives no list.
pub fn names_unknown(session: &Session, error: &ApiError) {
    let text = format!("the names of meters and spaces are not known, only ids work: {error}");
    session.context.output.say(Mark::Warn, text);
}

/// Every space, each once; one without an id is told of, for nothing can be asked about it.
pub fn spaces(session: &Session) -> Result<Vec<Entry>, ApiError> {
    let (mut spaces, mut seen) = (Vec::new(), HashSet::new());
    let faults = meter::SPACES.for_each(&session.api, &[], None, |space| {
        let id = text_of(space.get("id"));
        if id.is_empty() {
            let name = text_of(space.get("name"));
            let text = format!("a space has no id, and its meters are not listed: {name:?}");
            session.context.output.say(Mark::Warn, text);
        } else if seen.insert(id) {
            spaces.push(space);
        }
        Ok::<_, ApiError>(())
    })?;
    session.warn_about(&faults, "spaces");
    Ok(spaces)
}

/// Gives `each` the devices of these spaces in order, with the space; several spaces are asked for
/// at once. What the provider refuses of one space is told and does not stop the others: the first
/// such refusal is returned, and is an error where every space is refused.
pub fn each_device(
    session: &Session,
    spaces: &[Entry],
    mut each: impl FnMut(&Entry, Entry) -> Result<(), DataError>,
) -> Result<Option<ApiError>, DataError> {
    let api = session.api.with_jobs(session.api.jobs / spaces.len().max(1));
    let list = |space: &Entry| {
        let mut devices = Vec::new();
        let path = meter::devices_path(&text_of(space.get("id")));
        let list = List { path: Some(&path), ..meter::DEVICES };
        let faults = list.for_each(&api, &[], None, |device| {
            devices.push(device);
            Ok::<_, ApiError>(())
        })?;
        Ok::<_, ApiError>((devices, faults))
    };
    let mut refused: Vec<(&Entry, ApiError)> = Vec::new();
    let mut all = Faults::default();
    ordered::for_each(spaces, session.api.jobs, list, |space, devices| match devices {
        Err(error) if error.is_of_this_alone() => {
            refused.push((space, error));
            Ok(())
        }
        Err(error) => Err(error.into()),
        Ok((devices, faults)) => {
            all.merge(&faults);
            devices.into_iter().try_for_each(|device| {
                if text_of(device.get("id")).is_empty() {
                    let text = format!("a device of {} has no id", called(space));
                    session.context.output.say(Mark::Warn, text + ", so nothing can ask for it");
                }
                each(space, device)
            })
        }
    })?;
    session.warn_about(&all, "devices");
    if refused.len() < spaces.len() {
        for (space, error) in &refused {
            let text = format!("the meters of {} are not known: {error}", called(space));
            session.context.output.say(Mark::Warn, text);
        }
    } else if let Some((_, error)) = refused.pop() {
        return Err(error.into());
    }
    Ok(refused.into_iter().next().map(|(_, error)| error))
}

/// A space by its name and id, for people.
fn called(space: &Entry) -> String {
    let text = |name: &str| text_of(space.get(name));
    match text("name").as_str() {
        "" => format!("the space {}", text("id")),
        name => format!("{name} (space {})", text("id")),
    }
}
