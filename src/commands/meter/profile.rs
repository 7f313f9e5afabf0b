//! `meter readings --profile`: a year of one meter as a planning tool takes it.

use std::io::Write;

use clap::ValueEnum;

use super::range::Range;
use super::readings::Gaps;
use crate::commands::session::{DataError, Session};
use crate::commands::written::OutputArgs;
use crate::data::year::{Fill, Year, YearError};
use crate::error::Error;
use crate::formats::profile::{Profile, ProfileError};
use crate::system::OutputFile;
use crate::terminal::{Mark, stdout_stream};

/// What becomes of an interval without a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Missing {
    /// An empty row with the status missing
    Mark,
    /// No row
    Skip,
    /// In a --profile: zero
    Zero,
    /// In a --profile: the value before it
    Previous,
    /// In a --profile: on a straight line between the values around it
    Interpolate,
}

impl Missing {
    /// How rows show it; a value that nobody measured is for a profile alone.
    pub fn in_rows(self, session: &Session) -> Result<Gaps, Error> {
        match self {
            Self::Mark => Ok(Gaps::Mark),
            Self::Skip => Ok(Gaps::Skip),
            Self::Zero | Self::Previous | Self::Interpolate => {
                let why = "readings are never made up: only a --profile fills its gaps";
                Err(session.usage(why, "use --gaps mark or --gaps skip"))
            }
        }
    }

    fn fill(self) -> Option<Fill> {
        match self {
            Self::Mark | Self::Skip => None,
            Self::Zero => Some(Fill::Zero),
            Self::Previous => Some(Fill::Previous),
            Self::Interpolate => Some(Fill::Interpolate),
        }
    }
}

/// Fetches the year, fills its gaps if that was said, and writes it.
pub fn write(
    session: &Session,
    range: &Range,
    profile: &Profile,
    missing: Missing,
    output: &OutputArgs,
) -> Result<(), DataError> {
    if session.context.output.json {
        let why = "a profile is the tool's own text, and no JSON";
        return Err(session.usage(why, "leave --json out").into());
    }
    if range.sources.len() != 1 {
        let why = format!("these are {} meters, and a profile is of one", range.sources.len());
        return Err(session.usage(why, "name one --device").into());
    }
    let of_year = |error: YearError| session.usage(error.to_string(), hint_at(&error));
    let of_tool = |error: ProfileError| session.usage(error.to_string(), hint_of(&error));
    let mut year = Year::new(&range.query).map_err(of_year)?;
    profile.check(&year).map_err(of_tool)?;
    let summary = range.fetch(session, |_, _, readings| {
        Ok(readings.iter().try_for_each(|reading| year.add(reading)).map_err(of_year)?)
    })?;
    for warning in summary.warnings(&range.query) {
        session.context.output.say(Mark::Warn, warning);
    }
    range.end(session, summary)?;
    let filled = without_gaps(session, &mut year, missing.fill())?;
    let create = |path| OutputFile::create(path, output.force);
    let mut file = output.output.as_deref().map(create).transpose()?;
    let mut out: Box<dyn Write + '_> = match &mut file {
        Some(file) => Box::new(std::io::BufWriter::new(file)),
        None => Box::new(std::io::BufWriter::new(stdout_stream())),
    };
    profile.write(&year, &mut out)?;
    out.flush()?;
    drop(out);
    file.map_or(Ok(()), OutputFile::finish)?;
    tell(session, profile, &year, filled)
}

/// Fills the gaps and tells how many there were; without a word how, they are an error.
fn without_gaps(
    session: &Session,
    year: &mut Year,
    fill: Option<Fill>,
) -> Result<Option<String>, Error> {
    let Some((count, first)) = year.missing() else { return Ok(None) };
    let why =
        format!("{count} of {} values are missing, the first of them {first}", year.intervals());
    let Some(fill) = fill else {
        let hint = "say how to fill them: --gaps interpolate, --gaps previous or --gaps zero";
        return Err(session.usage(why, hint));
    };
    let Some(added) = year.fill(fill) else {
        return Err(session.usage("there is no reading in this year", "take another year"));
    };
    let how = match fill {
        Fill::Zero => "with zero",
        Fill::Previous => "with the value before them",
        Fill::Interpolate => "with values between those around them",
    };
    Ok(Some(format!("{why}: filled {how}, which adds {added} {}", year.unit())))
}

/// What was written, and what nobody sees in it.
fn tell(
    session: &Session,
    profile: &Profile,
    year: &Year,
    filled: Option<String>,
) -> Result<(), DataError> {
    let output = &session.context.output;
    let (unit, labels) = (year.unit(), &year.labels);
    let sum = match year.sum() {
        Some(sum) if unit == "kWh" => format!(", together {sum} kWh"),
        _ => String::new(),
    };
    output.say(
        Mark::Good,
        format_args!(
            "{} values in {unit} for {}{sum}: {} {} of {}",
            year.intervals(),
            profile.name,
            labels.meter.title(),
            labels.direction,
            year.number
        ),
    );
    if let Some(filled) = filled {
        output.say(Mark::Warn, filled);
    }
    output.say(Mark::Note, profile.note(year)?);
    Ok(())
}

fn hint_at(error: &YearError) -> &'static str {
    match error {
        YearError::NotAYear => "for example --year 2025",
        YearError::Days => "use --resolution 15min or --resolution hour",
        YearError::States => "use --measurement energy",
        YearError::Several(..) => "ask for one of them: --direction in, or --direction out",
        YearError::Unit(..) => "only electricity, gas and heat in kWh have such a profile",
        YearError::Twice(_) | YearError::Negative(..) | YearError::NotANumber(..) => {
            "`partnerlink meter verify` with the same options shows more; ask the provider"
        }
    }
}

fn hint_of(error: &ProfileError) -> &'static str {
    match error {
        ProfileError::Unknown(_) => "",
        ProfileError::Power(_) => "use --measurement energy",
        ProfileError::Resolution(_) => "use --resolution 15min",
        ProfileError::LeapYear(..) => "take another year",
    }
}
