//! What came of a file, for people and for programs.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::handing::CORRECT;
use crate::account_id::AccountId;
use crate::api::push::{Device, File, Reading};
use crate::clock::{self, Timestamp, WallClock};
use crate::commands::session::DataError;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::terminal::Mark;

/// Refused readings that are shown one by one.
const SHOWN: usize = 10;

/// What came of a file.
pub struct Outcome<'f> {
    file: &'f File,
    pub handed_in: Vec<&'f Reading>,
    /// Those that an earlier run handed in with another value.
    pub corrected: usize,
    /// What an earlier run handed in.
    before: usize,
    /// Lines or segments, with the provider's words.
    pub refused: Vec<(u64, String)>,
    pub unclear: Vec<Unclear>,
    remark: Option<String>,
}

/// A request of which something was refused, and nobody knows what.
pub struct Unclear {
    pub first: u64,
    pub last: u64,
    pub readings: usize,
    pub words: String,
}

impl<'f> Outcome<'f> {
    pub fn of(file: &'f File, before: usize, corrected: usize) -> Self {
        let (handed_in, refused, unclear) = Default::default();
        Self { file, handed_in, corrected, before, refused, unclear, remark: None }
    }

    /// What the provider says beside a success; once where it always says the same.
    pub fn remark(&mut self, context: &Context, remark: Option<String>) {
        if let Some(words) = &remark
            && self.remark != remark
        {
            context.output.say(Mark::Note, format_args!("the provider answers: {words}"));
            self.remark = remark;
        }
    }

    /// The closing line; the whole as JSON where that is asked for.
    pub fn tell(&self, context: &Context, is_whole: bool) -> Result<(), Error> {
        let output = &context.output;
        if output.json {
            return output.json(&self.report());
        }
        let place = self.file.places;
        for (number, why) in self.refused.iter().take(SHOWN) {
            output.say(Mark::Bad, format_args!("{place} {number} was refused: {why}"));
        }
        if let Some(more) = self.refused.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            output.say(Mark::Bad, format_args!("and {more} more (--json lists them all)"));
        }
        for Unclear { first, last, readings, words } in &self.unclear {
            let told = format!(
                "of the {readings} readings in {place}s {first} to {last} some were refused, and the \
                 provider does not say which: {words}"
            );
            output.say(Mark::Bad, told);
        }
        let before = match self.before {
            0 => String::new(),
            1 => "; 1 was handed in before".to_owned(),
            count => format!("; {count} were handed in before"),
        };
        let (mark, told) = match (self.handed_in.len(), is_whole && self.is_accepted()) {
            (0, true) => {
                let shape = described(self.file, &self.file.readings.iter().collect::<Vec<_>>());
                (Mark::Good, format!("nothing to send: all {shape} were handed in before"))
            }
            (0, false) => return Ok(()),
            (_, good) => {
                let mark = if good { Mark::Good } else { Mark::Note };
                let (shape, range) =
                    (described(self.file, &self.handed_in), range(&self.handed_in));
                (mark, format!("{shape} handed in, {range}{before}"))
            }
        };
        output.say(mark, told);
        Ok(())
    }

    fn is_accepted(&self) -> bool {
        self.refused.is_empty() && self.unclear.is_empty()
    }

    fn report(&self) -> Value {
        let place = self.file.places;
        let refused = self.refused.iter().map(|(number, why)| json!({ place: number, "why": why }));
        let unclear = self.unclear.iter().map(|part| {
            json!({ "first": part.first, "last": part.last, "readings": part.readings,
                    "why": part.words })
        });
        let [first, last] = first_and_last(&self.handed_in);
        json!({
            "handed_in": self.handed_in.len(),
            "corrected": self.corrected,
            "before": self.before,
            "left_out": self.file.left_out,
            "meters": meters(self.file, &self.handed_in),
            "first": first,
            "last": last,
            "refused": refused.collect::<Vec<_>>(),
            "unclear": unclear.collect::<Vec<_>>(),
        })
    }

    /// Fails where the provider refused something although it answered with success.
    pub fn judge(&self, what: &str, account: &AccountId) -> Result<(), DataError> {
        if self.is_accepted() {
            return Ok(());
        }
        let unclear: usize = self.unclear.iter().map(|part| part.readings).sum();
        let why = match (self.refused.len(), unclear) {
            (refused, 0) => format!("the provider refused {}", counted(refused, "reading")),
            (0, unclear) => format!("the provider refused some of {unclear} readings"),
            (refused, unclear) => format!(
                "the provider refused {}, and some of {unclear} more",
                counted(refused, "reading")
            ),
        };
        let meaning = Exit::BadAnswer.means("readings-refused", CORRECT);
        Err(Error::of(what, why, meaning).about(account).into())
    }
}

/// What a file holds, where nothing is to be sent.
pub fn of_dry_run(context: &Context, file: &File) -> Result<u8, Error> {
    let readings: Vec<&Reading> = file.readings.iter().collect();
    if context.output.json {
        let [first, last] = first_and_last(&readings);
        let meters = meters(file, &readings);
        context.output.json(&json!({
            "dry_run": true, "readings": readings.len(), "left_out": file.left_out,
            "meters": meters, "first": first, "last": last,
        }))?;
        return Ok(0);
    }
    let (shape, range) = (described(file, &readings), range(&readings));
    let told = format_args!("{shape}, {range}: well formed; nothing was sent");
    context.output.say(Mark::Good, told);
    Ok(0)
}

/// `25 readings of 2 meters`
fn described(file: &File, readings: &[&Reading]) -> String {
    let (count, meters) = (readings.len(), meters(file, readings));
    format!("{} of {}", counted(count, "reading"), counted(meters, "meter"))
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn meters(file: &File, readings: &[&Reading]) -> usize {
    let devices = readings.iter().map(|reading| &file.series_of(reading).device);
    devices.map(|Device { member, id }| (*member, id.as_str())).collect::<BTreeSet<_>>().len()
}

fn first_and_last(readings: &[&Reading]) -> [Option<Timestamp>; 2] {
    let times = || readings.iter().map(|reading| reading.time);
    [times().min(), times().max()]
}

/// `2026-10-01 00:00 to 2026-10-31 23:45`, by Germany's clocks.
fn range(readings: &[&Reading]) -> String {
    let mut wall = WallClock::new(clock::berlin());
    let mut times = first_and_last(readings).to_vec();
    times.dedup();
    let times = times.into_iter().flatten().map(|time| {
        let mut text = Vec::new();
        // A year of more than four digits is not shown.
        let _ = wall.local(time, &mut text);
        String::from_utf8_lossy(&text).into_owned()
    });
    times.collect::<Vec<_>>().join(" to ")
}
