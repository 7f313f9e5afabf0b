//! Readings from MSCONS, in which energy companies send each other meter data (EDIFACT, in the
//! edition of EDI@Energy, 2.4 and 2.5).
//!
//! Taken are values of a metering point (LOC+172) with an OBIS code (PIA+5): intervals with their
//! begin and end (load profiles, DTM+163 and 164), and meter states with their instant (DTM+7, else
//! DTM+9). Whatever would change the meaning of a value and is not understood is refused.

use super::segments::{Broken, Segment, Segments};
use super::text::Text;
use super::{Device, File, Options, PushError, Reading, Series, Status, is_obis_code};
use crate::clock::Timestamp;

const PLACE: &str = "segment";

/// Segments that say who sends, why, and with what remark: none of it changes a value.
const REMARKS: [&str; 8] = ["RFF", "NAD", "CTA", "COM", "UNS", "STS", "CCI", "CAV"];
/// The kinds of value that are none to hand in.
const NO_READING: [(&str, &str); 7] = [
    ("20", "a value that cannot be used"),
    ("79", "a sum"),
    ("187", "a forecast"),
    ("201", "a proposed value"),
    ("Z30", "a missing value"),
    ("Z31", "a statement for a delivery note"),
    ("Z47", "a figure for a price"),
];

/// What an interchange says of itself, to be checked at its end.
struct Interchange {
    reference: String,
    messages: u64,
}

/// The message that is being read.
#[derive(Default)]
struct Message {
    reference: String,
    /// The number of its UNH.
    begun: u64,
    place: Option<String>,
    obis: Option<String>,
    value: Option<Value>,
}

/// A QTY with the dates behind it.
struct Value {
    segment: u64,
    digits: String,
    status: Status,
    unit: String,
    begin: Option<Timestamp>,
    end: Option<Timestamp>,
    /// When it holds, and when it was read.
    valid: Option<Timestamp>,
    read: Option<Timestamp>,
}

struct Reader<'o> {
    options: &'o Options,
    file: File,
    interchange: Option<Interchange>,
    message: Option<Message>,
}

pub fn read(text: &mut Text, options: &Options) -> Result<File, PushError> {
    let broken = |error| match error {
        Broken::Segment(number, why) => at(number, why),
        Broken::Unreadable(error) => PushError::Unreadable(error),
    };
    let mut segments = Segments::new(text).map_err(broken)?;
    let file = File::new(PLACE);
    let mut reader = Reader { options, file, interchange: None, message: None };
    let mut last = 0;
    while let Some(segment) = segments.next().map_err(broken)? {
        last = segment.number;
        reader.close_value(&segment)?;
        reader.take(&segment).map_err(|why| at(last, format!("{}: {why}", segment.tag)))?;
    }
    if reader.interchange.is_some() || last == 0 {
        return Err(at(last, "the file ends without UNZ: it is cut off".into()));
    }
    let Reader { file, .. } = reader;
    if file.readings.is_empty() && file.left_out == 0 {
        Err(PushError::NoReadings)
    } else {
        Ok(file)
    }
}

fn at(number: u64, why: String) -> PushError {
    PushError::At { place: PLACE, number, why }
}

impl Reader<'_> {
    /// A value ends where something else than its dates and remarks begins.
    fn close_value(&mut self, segment: &Segment) -> Result<(), PushError> {
        let Some(message) = &mut self.message else { return Ok(()) };
        if matches!(segment.tag.as_str(), "DTM" | "STS") {
            return Ok(());
        }
        let Some(value) = message.value.take() else { return Ok(()) };
        let number = value.segment;
        let added = self.file.add(self.options, message, value);
        added.map_err(|why| at(number, format!("QTY: the value {why}")))
    }

    fn take(&mut self, segment: &Segment) -> Result<(), String> {
        match segment.tag.as_str() {
            "UNB" => return self.begin(segment),
            "UNZ" => return self.end(segment),
            _ if self.interchange.is_none() => return Err("UNB has to be the first".into()),
            "UNH" => return self.begin_message(segment),
            _ => {}
        }
        let message = self.message.as_mut().ok_or("it stands outside of a message (UNH … UNT)")?;
        match segment.tag.as_str() {
            "BGM" => original(segment),
            "DTM" => message.date(segment),
            "LOC" => message.location(segment),
            "LIN" => {
                message.obis = None;
                Ok(())
            }
            "PIA" => message.product(segment),
            "QTY" => message.quantity(segment),
            "UNT" => self.end_message(segment),
            tag if REMARKS.contains(&tag) => Ok(()),
            _ => Err("what it means for the values is not known here".into()),
        }
    }

    fn begin(&mut self, segment: &Segment) -> Result<(), String> {
        if self.interchange.is_some() {
            return Err("another one begins before UNZ: the file is cut off".into());
        }
        let letters = segment.component(0, 0);
        if !["UNOA", "UNOB", "UNOC"].contains(&letters) {
            return Err(format!("the character set {letters:?} is none of UNOA, UNOB, UNOC"));
        }
        if segment.component(10, 0) == "1" {
            let note = "the file says of itself that it is a test (UNB)";
            self.file.notes.push(note.to_owned());
        }
        let reference = segment.component(4, 0).to_owned();
        self.interchange = Some(Interchange { reference, messages: 0 });
        Ok(())
    }

    fn end(&mut self, segment: &Segment) -> Result<(), String> {
        if self.message.is_some() {
            return Err("a message has no end (UNT)".into());
        }
        let begun = self.interchange.take().ok_or("there was no UNB")?;
        is_same("messages", segment.component(0, 0), &begun.messages.to_string())?;
        is_same("the reference", segment.component(1, 0), &begun.reference)
    }

    fn begin_message(&mut self, segment: &Segment) -> Result<(), String> {
        if self.message.is_some() {
            return Err("the message before has no end (UNT)".into());
        }
        let kind = segment.component(1, 0);
        if kind != "MSCONS" {
            return Err(format!("the message is {kind}, not MSCONS; only readings are handed in"));
        }
        if let Some(interchange) = &mut self.interchange {
            interchange.messages += 1;
        }
        let (reference, begun) = (segment.component(0, 0).to_owned(), segment.number);
        self.message = Some(Message { reference, begun, ..Message::default() });
        Ok(())
    }

    fn end_message(&mut self, segment: &Segment) -> Result<(), String> {
        let Some(message) = self.message.take() else { return Ok(()) };
        let count = segment.number - message.begun + 1;
        is_same("segments", segment.component(0, 0), &count.to_string())?;
        is_same("the reference", segment.component(1, 0), &message.reference)
    }
}

fn is_same(what: &str, said: &str, found: &str) -> Result<(), String> {
    let same = said == found || said.parse::<u64>().is_ok_and(|said| found.parse() == Ok(said));
    same.then_some(()).ok_or_else(|| {
        format!("{what}: it says {said:?}, and {found:?} was found; part of the file is missing")
    })
}

/// A cancellation cannot be handed in: the provider has no way to take readings back.
fn original(segment: &Segment) -> Result<(), String> {
    match segment.component(2, 0) {
        "" | "9" => Ok(()),
        "1" => Err("the message cancels an earlier one, which cannot be handed in".into()),
        other => Err(format!("the message's function {other:?} is not 9 (original)")),
    }
}

impl Message {
    fn location(&mut self, segment: &Segment) -> Result<(), String> {
        let (kind, id) = (segment.component(0, 0), segment.component(1, 0));
        if kind != "172" {
            return Err(format!("the place is of kind {kind:?}, and only 172 is a metering point"));
        }
        let is_id = [11, 33].contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_id {
            return Err(format!("{id:?} is neither a MeLo (33 characters) nor a MaLo (11 digits)"));
        }
        (self.place, self.obis) = (Some(id.to_owned()), None);
        Ok(())
    }

    fn product(&mut self, segment: &Segment) -> Result<(), String> {
        // The colon in 1-1:1.8.0 is to be released, and not every program does it.
        let parts = segment.element(1);
        let Some((kind, code)) = parts.split_last().filter(|(kind, _)| *kind == "SRW") else {
            return Err(format!("{:?} is no OBIS code (SRW)", parts.join(":")));
        };
        let code = code.join(":");
        if segment.component(0, 0) != "5" || !is_obis_code(&code) {
            return Err(format!("{code:?} is no OBIS code ({kind}), such as 1-1:1.29.0"));
        }
        self.obis = Some(code);
        Ok(())
    }

    fn quantity(&mut self, segment: &Segment) -> Result<(), String> {
        let status = match segment.component(0, 0) {
            "220" => Status::Real,
            "67" => Status::Substitute,
            "Z18" => Status::Preliminary,
            other => {
                let known = NO_READING.iter().find(|(code, _)| *code == other);
                let known = known.map_or(String::new(), |(_, what)| format!(" is {what};"));
                return Err(format!(
                    "{other}{known} handed in are 220 (true), 67 (substitute), Z18 (preliminary)"
                ));
            }
        };
        let digits = segment.component(0, 1).replacen(',', ".", 1);
        let is_number = digits.split('.').count() <= 2
            && digits.split('.').all(|half| {
                !half.is_empty() && half.len() <= 20 && half.bytes().all(|b| b.is_ascii_digit())
            });
        if !is_number {
            return Err(format!("{:?} is no number from zero up", segment.component(0, 1)));
        }
        let whole = digits.trim_start_matches('0');
        let zero = if whole.is_empty() || whole.starts_with('.') { "0" } else { "" };
        let (segment, unit) = (segment.number, segment.component(0, 2).to_owned());
        let (begin, end, valid, read) = Default::default();
        let digits = format!("{zero}{whole}");
        self.value = Some(Value { segment, digits, status, unit, begin, end, valid, read });
        Ok(())
    }

    /// Dates of the message and of the whole period are not needed: each value has its own.
    fn date(&mut self, segment: &Segment) -> Result<(), String> {
        let Some(value) = &mut self.value else { return Ok(()) };
        let [kind, text, format] = [0, 1, 2].map(|part| segment.component(0, part));
        let place = match kind {
            "163" => &mut value.begin,
            "164" => &mut value.end,
            "7" => &mut value.valid,
            // Without a time of day, the date is only a remark to DTM+7.
            "9" if format == "102" => return Ok(()),
            "9" => &mut value.read,
            "60" => return Err("the meter was exchanged; such states cannot be handed in".into()),
            _ => return Err(format!("a date of kind {kind:?} at a value is not known here")),
        };
        if format != "303" {
            return Err(format!("{text:?} is in the format {format:?}; it needs an offset (303)"));
        }
        if place.replace(instant(text)?).is_some() {
            return Err(format!("a second date of kind {kind} for one value"));
        }
        Ok(())
    }
}

/// `202610250015+00`: year to minute, and the offset in hours.
fn instant(text: &str) -> Result<Timestamp, String> {
    let wrong = || format!("{text:?} is no time with offset, such as 202610250015?+00");
    let (digits, offset) = text.split_at_checked(12).ok_or_else(wrong)?;
    let is_offset = offset.len() == 3 && offset.starts_with(['+', '-']);
    if !is_offset || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let [year, month, day] = [&digits[..4], &digits[4..6], &digits[6..8]];
    let [hour, minute] = [&digits[8..10], &digits[10..]];
    let text = format!("{year}-{month}-{day}T{hour}:{minute}{offset}:00");
    crate::clock::parse_instant(&text).ok_or_else(wrong)
}

impl File {
    /// A value whose dates have all been read.
    fn add(&mut self, options: &Options, message: &Message, value: Value) -> Result<(), String> {
        let place = value.segment;
        let id = message.place.clone().ok_or("has no metering point (LOC+172)")?;
        let obis = message.obis.clone().ok_or("has no OBIS code (PIA+5)")?;
        let unit = if obis.starts_with(['7', '8']) && obis.contains(':') { "MTQ" } else { "KWH" };
        if !["", unit].contains(&value.unit.as_str()) {
            return Err(format!("is in {}, and {obis} counts in {unit}", value.unit));
        }
        let (time, interval) = match (value.begin, value.end, value.valid.or(value.read)) {
            (Some(begin), Some(end), None) => {
                let seconds = u32::try_from(end.as_second() - begin.as_second());
                let seconds = seconds.ok().filter(|seconds| *seconds > 0);
                (begin, Some(seconds.ok_or("ends before it begins")?))
            }
            (None, None, Some(instant)) => (instant, None),
            (None, None, None) => return Err("has no time (DTM+163 and 164, or DTM+7)".into()),
            _ => {
                return Err("needs a begin and an end (DTM+163, 164), or an instant (DTM+7)".into());
            }
        };
        let series = Series { device: Device { member: "externalDeviceId", id }, obis };
        if !series.is_wanted(options.obis.as_deref()) {
            self.left_out += 1;
            return Ok(());
        }
        let (series, status) = (self.number_of(series), Some(value.status));
        let value = value.digits.into();
        self.readings.push(Reading { series, time, value, status, interval, place });
        Ok(())
    }
}

#[cfg(test)]
#[path = "mscons_tests.rs"]
mod tests;
