//! `meter push`: readings from a file to the provider, each of them once.

mod handing;
mod memory;
mod outcome;

use std::fs;
use std::path::{Path, PathBuf};

use crate::api::push::{self, DecimalSign, File, Options, PushError, TimestampUnit, is_obis_code};
use crate::clock;
use crate::commands::session::AccountArgs;
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::terminal::Mark;
use crate::terminal::progress::Waiting;

const EXAMPLES: &str = "\
Examples:
  partnerlink meter push readings.csv --dry-run
  partnerlink meter push readings.csv
  partnerlink meter push lastgang.edi --obis 1.29.0

A table has comma, semicolon or tab, and such a heading:
  deviceId,obisCode,timestamp,value,status
  0c1d…,1.8.0,2026-10-25T02:15:00+02:00,12345.678,REAL
Instead of deviceId it may have externalDeviceId (a MeLo or MaLo). As a German Excel writes it is \
right as well: decimal commas, 25.10.2026 02:15. The hour that comes twice in October needs an \
offset, or a column offset (+02:00, or Sommerzeit).

MSCONS (.edi) is known by its beginning. Taken are LOC+172 with PIA+5, and QTY 220, 67 and Z18 with \
DTM+163 and 164 (load profiles) or DTM+7 (meter states).

Every line is checked before anything is sent. What the provider accepted is remembered by its \
meter, OBIS code, time and value, so that a corrected or longer file sends only what is new.";

/// Hand in readings from a table (CSV) or an MSCONS file
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How numbers in the column timestamp count, and how they are sent
    #[arg(long, value_enum, default_value_t = TimestampUnit::Milliseconds)]
    timestamp_unit: TimestampUnit,
    /// Only readings of this OBIS code; where a table has no such column, the code of all of them
    #[arg(long, value_name = "CODE", value_parser = obis_code)]
    obis: Option<String>,
    /// The decimal sign of a table whose numbers can be read in two ways, such as 1.234
    #[arg(long, value_enum)]
    decimal: Option<DecimalSign>,
    /// The time zone of times without an offset
    #[arg(long, value_name = "ZONE", default_value = "Europe/Berlin")]
    tz: String,
    /// Readings in one request
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=5000))]
    chunk: u16,
    /// Check the file and send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    account: AccountArgs,
}

fn obis_code(text: &str) -> Result<String, &'static str> {
    is_obis_code(text).then(|| text.to_owned()).ok_or("an OBIS code is like 1.8.0 or 1-1:1.29.0")
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let what = format!("could not hand in {}", self.file.display());
        let file = self.read(context, &what)?;
        for note in &file.notes {
            context.output.say(Mark::Warn, note);
        }
        if file.left_out > 0 {
            let told = format_args!("{} readings of other OBIS codes are left out", file.left_out);
            context.output.say(Mark::Note, told);
        }
        if self.dry_run {
            return Ok(outcome::of_dry_run(context, &file)?);
        }
        self.account
            .open(context, super::ACCOUNT, &what, |session| handing::hand_in(self, session, &file))
    }

    /// Reads and checks the whole file.
    fn read(&self, context: &Context, what: &str) -> Result<File, Error> {
        let zone = clock::zone(&self.tz).ok_or_else(|| {
            let why = format!("there is no time zone {:?}", self.tz);
            Error::usage(what, why, "use a name such as Europe/Berlin or UTC")
        })?;
        let (unit, obis, decimal) = (self.timestamp_unit, self.obis.clone(), self.decimal);
        let _waiting = Waiting::on(&context.output, "Reading the file");
        // First: to Windows, opening a folder is forbidden, and no more is said.
        if self.file.is_dir() {
            return Err(Error::usage(what, "it is a folder", "name one file"));
        }
        let opened = fs::File::open(&self.file).map_err(|error| Error::io(what, &error))?;
        push::read(opened, &Options { unit, zone, obis, decimal })
            .map_err(|error| refused(&self.file, what, error))
    }
}

fn refused(path: &Path, what: &str, error: PushError) -> Error {
    match error {
        PushError::Unreadable(error) if error.kind() != std::io::ErrorKind::InvalidData => {
            Error::io(what, &error)
        }
        error => {
            let hint = format!("correct {}; nothing was sent", path.display());
            Error::usage(what, error.to_string(), hint)
        }
    }
}
