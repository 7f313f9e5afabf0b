//! What is new of a file goes to the provider, part by part, and what it accepts is noted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use super::Args;
use super::memory::{Before, Memory, MemoryError};
use super::outcome::{Outcome, Unclear};
use crate::api::push::{File, Reading, Refused, Request};
use crate::api::{ApiError, meter};
use crate::commands::session::{DataError, Session};
use crate::error::{Error, Exit};
use crate::system::interrupt;
use crate::terminal::Mark;
use crate::terminal::progress::Progress;

/// What to do where the provider does not take a reading.
pub const CORRECT: &str =
    "correct the file and run the same command: what was accepted is not sent again";

/// Sends what is new of a file. What is refused within an answer of success does not stop the rest;
/// a request that fails does.
pub fn hand_in(args: &Args, session: &Session, file: &File) -> Result<(), DataError> {
    let output = &session.context.output;
    let told = |error: MemoryError| failed(session, &error);
    let mut memory = Memory::open(&memory_file(session), args.timestamp_unit).map_err(told)?;
    tell_of_earlier_runs(session, &memory)?;
    let known = memory.before(&file.series, &file.readings).map_err(told)?;
    let count = |wanted| known.iter().filter(|known| **known == wanted).count();
    let mut outcome = Outcome::of(file, count(Before::Same), count(Before::Other));
    let new: Vec<&Reading> = file
        .readings
        .iter()
        .zip(&known)
        .filter(|(_, known)| **known != Before::Same)
        .map(|(reading, _)| reading)
        .collect();
    let other = file.readings.iter().zip(&known).find(|(_, known)| **known == Before::Other);
    if let Some((first, _)) = other {
        let place = format!("{} {}", file.places, first.place);
        let told = match outcome.corrected {
            1 => format!("1 reading was handed in before with another value ({place}): corrected"),
            count => format!(
                "{count} readings were handed in before with another value (the first in {place}): \
                 corrected"
            ),
        };
        output.say(Mark::Note, told);
    }
    let parts = new.len().div_ceil(args.chunk.into());
    let mut progress = Progress::new(output, parts, "parts", "keeps what is done");
    let sent = new.chunks(args.chunk.into()).try_for_each(|part| {
        let request = Request::new(file, args.timestamp_unit, part);
        send(session, &request, &mut memory, &mut outcome)?;
        progress.step();
        Ok::<_, DataError>(())
    });
    progress.end();
    outcome.tell(session.context, sent.is_ok())?;
    sent?;
    if let Some(time) = memory.forget_oldest().map_err(told)? {
        let told = format_args!("what was handed in for times before {time} is forgotten here");
        output.say(Mark::Note, told);
    }
    outcome.judge(session.what, session.account)
}

/// The memory of this account as this person, at this address.
fn memory_file(session: &Session) -> PathBuf {
    let context = session.context;
    let entry = context.index.get(session.account);
    let person = entry.and_then(|entry| entry.subject.or(entry.who)).unwrap_or_default();
    let base = session.provider.api_base.as_ref().map_or("", |base| base.as_str());
    let digest = Sha256::digest(format!("{person}\n{base}"));
    let name: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    context.folders.pushed(session.account).join(name + ".db")
}

fn failed(session: &Session, error: &MemoryError) -> DataError {
    let meaning = match error {
        MemoryError::Busy => {
            Exit::Busy.means("push-busy", "wait until it has ended, and try again")
        }
        MemoryError::Failed { .. } => {
            Exit::Refused.means("push-memory", "see to this file; then the same command goes on")
        }
    };
    Error::of(session.what, error.to_string(), meaning).about(session.account).into()
}

fn tell_of_earlier_runs(session: &Session, memory: &Memory) -> Result<(), DataError> {
    let output = &session.context.output;
    if let Some(aside) = &memory.damaged {
        let told = format!(
            "the note of what was handed in before was damaged and is now {}: readings may be handed \
             in once more",
            aside.display()
        );
        output.say(Mark::Warn, told);
    }
    let unanswered = memory.unanswered().map_err(|error| failed(session, &error))?;
    if unanswered > 0 {
        let told = format!(
            "an earlier run broke off while {unanswered} readings were on their way: whether the \
             provider took them is not known; those of them in this file are handed in again"
        );
        output.say(Mark::Note, told);
    }
    Ok(())
}

/// One request, and the note of what came of it.
fn send<'f>(
    session: &Session,
    request: &Request<'f>,
    memory: &mut Memory,
    outcome: &mut Outcome<'f>,
) -> Result<(), DataError> {
    let readings = &request.readings;
    memory.sends(readings.len()).map_err(|error| failed(session, &error))?;
    let answer = match meter::push(&session.api, &request.body()) {
        Ok(answer) => answer,
        Err(error) => {
            if is_refusal(&error) {
                memory.refused().map_err(|error| failed(session, &error))?;
            }
            return Err(not_sent(session, request, error).into());
        }
    };
    let refused: BTreeMap<usize, String> = match Refused::of(&answer, request) {
        Refused::Nothing(remark) => {
            outcome.remark(session.context, remark);
            BTreeMap::new()
        }
        Refused::These(refusals) => {
            refusals.into_iter().map(|refusal| (refusal.reading, refusal.why)).collect()
        }
        Refused::Unknown(words) => {
            let [first, last] = places(request);
            outcome.unclear.push(Unclear { first, last, readings: readings.len(), words });
            return memory.refused().map_err(|error| failed(session, &error));
        }
    };
    let is_accepted = |(number, _): &(usize, &&Reading)| !refused.contains_key(number);
    let accepted: Vec<&Reading> =
        readings.iter().enumerate().filter(is_accepted).map(|(_, reading)| *reading).collect();
    // Between the answer and its note no signal ends the run.
    let noted = interrupt::uninterrupted(|| memory.accepted(request, &accepted));
    outcome.handed_in.extend(accepted);
    outcome
        .refused
        .extend(refused.iter().map(|(number, why)| (readings[*number].place, why.clone())));
    noted.map_err(|error| failed(session, &error))
}

/// Whether the provider said that it took nothing; after anything else it may have taken it.
fn is_refusal(error: &ApiError) -> bool {
    match error {
        ApiError::TryLater { status, .. } => *status == 429,
        ApiError::Refused { .. }
        | ApiError::Forbidden { .. }
        | ApiError::NotFound { .. }
        | ApiError::Unauthorized(_)
        | ApiError::NoToken(_) => true,
        _ => false,
    }
}

/// The first and the last line or segment of a request.
fn places(request: &Request) -> [u64; 2] {
    let places: BTreeSet<u64> = request.readings.iter().map(|reading| reading.place).collect();
    [places.first(), places.last()].map(|place| place.copied().unwrap_or_default())
}

/// A failed request, with the part of the file that it was about.
fn not_sent(session: &Session, request: &Request, error: ApiError) -> Error {
    let [first, last] = places(request);
    let is_about_the_file = matches!(error, ApiError::Refused { .. } | ApiError::NotFound { .. });
    let mut error = session.explained(error);
    error.why += &format!(" ({}s {first} to {last} of the file)", request.file.places);
    if is_about_the_file {
        error.hint = CORRECT.to_owned();
    }
    error
}
