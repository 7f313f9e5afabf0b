use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::api::meter;
use crate::api::push::{self, Row, TimestampUnit};
use crate::commands::session::{AccountArgs, DataError, Session};
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::system::files::{self, Durability, Mode};
use crate::terminal::Mark;
use crate::terminal::progress::Progress;

const EXAMPLES: &str = "\
Examples:
  partnerlink meter push readings.csv --dry-run
  partnerlink meter push readings.csv

The file, with comma or semicolon:
  deviceId,obisCode,timestamp,value,status
  0c1d…,1.8.0,2026-10-25T02:15:00+02:00,12345.678,REAL

What the provider accepted is remembered: a run that broke off goes on where it stopped.";

/// Hand in readings from a CSV file
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How numbers in the column timestamp count, and how they are sent
    #[arg(long, value_enum, default_value_t = TimestampUnit::Milliseconds)]
    timestamp_unit: TimestampUnit,
    /// Readings in one request
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=5000))]
    chunk: u16,
    /// Check the file and send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    account: AccountArgs,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let what = format!("could not hand in {}", self.file.display());
        let bytes = fs::read(&self.file).map_err(|error| Error::io(&what, &error))?;
        let rows = push::read(&bytes, self.timestamp_unit).map_err(|error| {
            Error::usage(&what, error.to_string(), "correct the file; nothing was sent")
        })?;
        if self.dry_run {
            let count = rows.len();
            let told = format_args!("{count} readings are well formed; nothing was sent");
            context.output.say(Mark::Good, told);
            return Ok(0);
        }
        self.account.open(context, super::ACCOUNT, &what, |session| {
            let memory = memory(session, &bytes, self.chunk);
            let chunks: Vec<&[Row]> = rows.chunks(usize::from(self.chunk)).collect();
            let accepted = accepted(&memory).min(chunks.len());
            if accepted > 0 {
                let all = chunks.len();
                let told = format_args!(
                    "an earlier run handed in {accepted} of {all} parts; going on from there"
                );
                context.output.say(Mark::Note, told);
            }
            let mut progress = Progress::new(&context.output, chunks.len() - accepted, "parts");
            let mut parts = chunks.iter().enumerate().skip(accepted);
            let pushed = parts.try_for_each(|(number, chunk)| {
                meter::push(&session.api, &push::body(chunk))?;
                let accepted = (number + 1).to_string();
                files::replace(&memory, accepted.as_bytes(), Mode::Private, Durability::None)?;
                progress.step();
                Ok::<_, DataError>(())
            });
            progress.end();
            pushed?;
            context.output.say(Mark::Good, format_args!("{} readings handed in", rows.len()));
            Ok(())
        })
    }
}

/// The file that keeps between runs how many parts of this very file the provider accepted.
fn memory(session: &Session, file: &[u8], chunk: u16) -> PathBuf {
    let mut digest = Sha256::new();
    digest.update(session.account.to_string());
    digest.update(chunk.to_be_bytes());
    digest.update(file);
    let name: String = digest.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    session.context.folders.state().join("pushed").join(name)
}

fn accepted(memory: &Path) -> usize {
    fs::read_to_string(memory).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}
