use std::fs;
use std::io::BufReader;
use std::path::PathBuf;

use clap::ValueEnum;
use sha2::{Digest as _, Sha256};

use crate::api::meter;
use crate::api::push::{self, Row, TimestampUnit};
use crate::commands::session::{AccountArgs, explained, with_api};
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
    #[arg(long, value_enum, default_value_t = UnitArg::Ms)]
    timestamp_unit: UnitArg,
    /// Readings in one request
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=5000))]
    chunk: u16,
    /// Check the file and send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    account: AccountArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum UnitArg {
    /// Seconds
    S,
    /// Milliseconds
    Ms,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let what = format!("could not hand in {}", self.file.display());
        let account = self.account.id_or(super::ACCOUNT)?;
        let bytes = fs::read(&self.file).map_err(|error| Error::io(&what, &error))?;
        let unit = match self.timestamp_unit {
            UnitArg::S => TimestampUnit::Seconds,
            UnitArg::Ms => TimestampUnit::Milliseconds,
        };
        let rows = push::read(BufReader::new(bytes.as_slice()), unit).map_err(|error| {
            Error::usage(&what, error.to_string(), "correct the file; nothing was sent")
        })?;
        if self.dry_run {
            context.output.say(
                Mark::Good,
                format_args!("{} readings are well formed; nothing was sent", rows.len()),
            );
            return Ok(0);
        }
        let memory = Memory::of(context, &account.to_string(), &bytes, self.chunk);
        with_api(context, &account, &what, |api, provider| {
            let chunks: Vec<&[Row]> = rows.chunks(usize::from(self.chunk)).collect();
            let accepted = memory.accepted().min(chunks.len());
            if accepted > 0 {
                context.output.say(
                    Mark::Note,
                    format_args!(
                        "an earlier run handed in {accepted} of {} parts; going on from there",
                        chunks.len()
                    ),
                );
            }
            let mut progress = Progress::new(&context.output, chunks.len() - accepted, "parts");
            for (number, chunk) in chunks.iter().enumerate().skip(accepted) {
                let pushed = meter::push(api, &push::body(chunk));
                if let Err(error) = pushed {
                    progress.end();
                    return Err(explained(&what, provider, &account, error).into());
                }
                memory.remember(number + 1).map_err(|error| Error::io(&what, &error))?;
                progress.step();
            }
            progress.end();
            context.output.say(Mark::Good, format_args!("{} readings handed in", rows.len()));
            Ok(0)
        })
    }
}

/// How many parts of this very file the provider accepted, kept between runs.
struct Memory {
    path: PathBuf,
}

impl Memory {
    fn of(context: &Context, account: &str, file: &[u8], chunk: u16) -> Self {
        let mut digest = Sha256::new();
        digest.update(account);
        digest.update(chunk.to_be_bytes());
        digest.update(file);
        let name: String =
            digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self { path: context.folders.state().join("pushed").join(name) }
    }

    fn accepted(&self) -> usize {
        fs::read_to_string(&self.path).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }

    fn remember(&self, parts: usize) -> std::io::Result<()> {
        files::replace(&self.path, parts.to_string().as_bytes(), Mode::Private, Durability::None)
    }
}
