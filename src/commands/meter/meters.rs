//! The meters of an account, and which of them a person means.

use std::collections::HashSet;
use std::sync::Arc;

use super::devices::{each_device, spaces};
use crate::api::list::Entry;
use crate::api::meter::meter;
use crate::clock::Clock as _;
use crate::commands::kept_meters::KeptMeters;
use crate::commands::session::{DataError, Session};
use crate::data::meter::{Meter, Space};
use crate::data::names::{meant, nearest};
use crate::data::pile::text_of;
use crate::error::Error;
use crate::terminal::Mark;
use crate::text::{printable, shell_word};

/// Several that fit are listed up to here.
const MOST_LISTED: usize = 12;

/// Every meter of every space.
#[derive(Default)]
pub struct Meters {
    meters: Vec<Arc<Meter>>,
    spaces: Vec<Space>,
    seen: HashSet<String>,
    /// Whether the provider was asked just now.
    is_new: bool,
    /// Why a space's meters are not among them.
    pub refused: Option<Error>,
}

impl Meters {
    /// As the provider lists them now.
    pub fn fetch(session: &Session) -> Result<Self, DataError> {
        let listed = spaces(session)?;
        let mut meters = Self::of_spaces(&listed);
        let refused = each_device(session, &listed, |space, device| {
            meters.add(&device, space);
            Ok(())
        })?;
        meters.refused = refused.map(|error| session.explained(error));
        meters.keep(session);
        Ok(meters)
    }

    /// These spaces, as the provider lists them now, and no meters yet.
    pub fn of_spaces(listed: &[Entry]) -> Self {
        let text = |space: &Entry, name: &str| text_of(space.get(name));
        let space = |space| Space { id: text(space, "id"), name: text(space, "name") };
        Self { spaces: listed.iter().map(space).collect(), is_new: true, ..Self::default() }
    }

    /// A device of a space. It may be in several spaces, and is one meter all the same.
    pub fn add(&mut self, device: &Entry, space: &Entry) {
        let meter = meter(device, space).filter(|meter| self.seen.insert(meter.id.clone()));
        self.meters.extend(meter.map(Arc::new));
    }

    /// Where the provider gives no list.
    pub fn unknown() -> Self {
        Self { is_new: true, ..Self::default() }
    }

    /// As the provider listed them during the last day, if they were kept.
    pub fn kept(session: &Session) -> Option<Self> {
        let kept = KeptMeters::load(&session.context.folders, &session.signed_in()?)?;
        let now = session.context.clock.now();
        kept.is_good(&session.api_base(), now).then(|| Self {
            meters: kept.meters.into_iter().map(Arc::new).collect(),
            spaces: kept.spaces,
            ..Self::default()
        })
    }

    /// Keeps them for the next runs of this sign-in.
    pub fn keep(&self, session: &Session) {
        let Some(account) = session.signed_in() else { return };
        let mut kept = KeptMeters::new(&account, session.api_base(), session.context.clock.now());
        kept.spaces.clone_from(&self.spaces);
        kept.meters = self.all().map(|meter| Meter::clone(meter)).collect();
        if let Err(error) = kept.save(&session.context.folders, &account) {
            log::debug!("the names of the meters could not be kept: {error}");
        }
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<Meter>> {
        self.meters.iter()
    }

    /// The meter that a person calls so. One that is not listed can still be asked for by its id,
    /// if the list is new.
    pub fn device(&self, session: &Session, text: &str) -> Result<Arc<Meter>, Error> {
        match meant(self.all(), text, |meter| meter.names()).as_slice() {
            [one] => Ok(Arc::clone(one)),
            [] => {
                let names = self.all().map(|meter| meter.name.as_str());
                self.of_id("device", text, names, session).map(|()| Meter::of_id(text))
            }
            several => {
                let describe =
                    |meter: &&Arc<Meter>| (self.word_for(meter).to_owned(), meter.in_full());
                Err(ambiguous(session, "device", text, several.iter().map(describe)))
            }
        }
    }

    /// The space that a person calls so; the same as for a meter.
    pub fn space(&self, session: &Session, text: &str) -> Result<Space, Error> {
        match meant(self.spaces.iter(), text, Space::names).as_slice() {
            [one] => Ok(Space::clone(one)),
            [] => {
                let names = self.spaces.iter().map(|space| space.name.as_str());
                self.of_id("space", text, names, session)?;
                Ok(Space { id: text.to_owned(), ..Space::default() })
            }
            several => {
                let describe = |space: &&Space| {
                    let is_its_own =
                        meant(self.spaces.iter(), &space.name, Space::names).len() == 1;
                    let word = if is_its_own { &space.name } else { &space.id };
                    (word.clone(), format!("{}: id {}", space.name, space.id))
                };
                Err(ambiguous(session, "space", text, several.iter().map(describe)))
            }
        }
    }

    /// Whether a word that names nothing in the list is sent as an id all the same, which is then
    /// said.
    fn of_id<'a>(
        &self,
        option: &str,
        text: &str,
        names: impl Iterator<Item = &'a str>,
        session: &Session,
    ) -> Result<(), Error> {
        let nearest: Vec<String> =
            nearest(text, names).into_iter().map(|name| shell_word(&printable(name))).collect();
        let (kind, list) = match option {
            "device" => ("meter", "partnerlink meter devices"),
            _ => ("space", "partnerlink meter spaces"),
        };
        let why = format!("no {kind} of this account is called {text:?}");
        if self.is_new && (self.spaces.is_empty() || could_be_an_id(text)) {
            // Where nothing is listed, that was said already.
            if !self.spaces.is_empty() {
                let note = format!("{why}: it is asked for as an id, and its name is not known");
                session.context.output.say(Mark::Note, note);
            }
            return Ok(());
        }
        Err(session.usage(
            why,
            match nearest.as_slice() {
                [] => format!("{list} lists what there is"),
                names => format!("did you mean {}?", names.join(" or ")),
            },
        ))
    }

    /// The shortest that a person can type for this meter and no other.
    pub fn word_for<'m>(&self, meter: &'m Meter) -> &'m str {
        let words = [&meter.name, &meter.malo, &meter.serial, &meter.melo];
        let is_its_own = |word: &&String| {
            !word.is_empty() && meant(self.all(), word, |meter| meter.names()).len() == 1
        };
        words.into_iter().find(is_its_own).unwrap_or(&meter.id)
    }
}

/// Ids of every provider seen so far have a digit and no blank, and names of meters hardly ever.
fn could_be_an_id(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Refuses a word that several fit, each with what to type instead.
fn ambiguous(
    session: &Session,
    option: &str,
    text: &str,
    several: impl ExactSizeIterator<Item = (String, String)>,
) -> Error {
    let count = several.len();
    let mut hint = String::from("name one of them:");
    for (word, described) in several.take(MOST_LISTED) {
        let word = shell_word(&printable(&word));
        hint += &format!("\n--{option} {word}   {}", printable(&described));
    }
    if count > MOST_LISTED {
        hint += &format!("\nand {} more: partnerlink meter {option}s", count - MOST_LISTED);
    }
    session.usage(format!("{text:?} may be one of {count}"), hint)
}
