//! `man`: the manual, a page for the program and one for each command.

mod page;
mod roff;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory as _};

use crate::cli::Cli;
use crate::error::{Error, Failed};
use crate::terminal::{Mark, Output, stdout_is_terminal};

const EXAMPLES: &str = "\
Examples:
  partnerlink man | man -l -                                    read it
  partnerlink man --out ~/.local/share/man/man1                 then: man partnerlink
  partnerlink man --out target/man                              for a package";

/// Print the manual, or write a page for each command
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Write partnerlink.1 and a page for each command into this folder; made if it is missing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Args {
    pub fn run(self, output: &Output) -> Result<u8, Failed> {
        let mut cli = Cli::command();
        cli.build();
        match self.out {
            Some(folder) => {
                let count = write(&folder, &cli).map_err(|error| {
                    Error::io(format!("could not write the manual to {}", folder.display()), &error)
                })?;
                output.say(Mark::Good, format_args!("{count} pages in {}", folder.display()));
            }
            None if stdout_is_terminal() => {
                output.say(Mark::Note, "Read the manual with: partnerlink man | man -l -");
            }
            None => output.data(&page::of(&cli, None))?,
        }
        Ok(0)
    }
}

/// Writes the page of every command; returns how many there are.
fn write(folder: &Path, cli: &Command) -> std::io::Result<usize> {
    fs::create_dir_all(folder)?;
    let mut left = vec![(cli, None)];
    let mut count = 0;
    while let Some((command, parent)) = left.pop() {
        let file = format!("{}.1", page::name(command));
        fs::write(folder.join(file), page::of(command, parent))?;
        count += 1;
        left.extend(page::below(command).map(|below| (below, Some(command))));
    }
    Ok(count)
}
