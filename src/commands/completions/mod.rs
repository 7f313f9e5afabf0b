//! Completions: the script of each shell, which is the file in `completions/`, and what the scripts
//! ask for at each TAB.

mod answer;

use std::ffi::OsString;

use clap::{Command, ValueEnum};

use crate::error::Failed;
use crate::terminal::Output;

const EXAMPLES: &str = "\
Examples:
  partnerlink completions bash > ~/.local/share/bash-completion/completions/partnerlink
  partnerlink completions fish > ~/.config/fish/completions/partnerlink.fish
  partnerlink completions zsh > ~/.zfunc/_partnerlink

Then open a new shell.
  bash        needs the package bash-completion for this folder; without it, load the script in
              ~/.bashrc:  source <(partnerlink completions bash)
  zsh         wants the folder named in ~/.zshrc, before compinit:  fpath=(~/.zfunc $fpath)
  elvish      in rc.elv:  eval (partnerlink completions elvish | slurp)
  PowerShell  in $PROFILE:  partnerlink completions powershell | Out-String | Invoke-Expression

The scripts ask the program at each TAB, so they know your accounts. It reads no token for that,
and asks no provider.";

/// Print the completion script of a shell
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_enum)]
    shell: Shell,
    /// The words of a command line up to the cursor; prints what the last one could become
    #[arg(last = true, hide = true, allow_hyphen_values = true)]
    words: Vec<OsString>,
}

/// The shells there is a script for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    #[value(name = "powershell")]
    PowerShell,
    Elvish,
}

impl Args {
    /// `cli` is the whole command line, which is what is completed.
    pub fn run(self, cli: Command, output: &Output) -> Result<u8, Failed> {
        if self.words.is_empty() {
            output.data(self.shell.script())?;
        } else {
            let answer = answer::lines(cli, self.words);
            if !answer.is_empty() {
                output.data(&answer)?;
            }
        }
        Ok(0)
    }
}

impl Shell {
    pub fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("../../../completions/partnerlink.bash"),
            Self::Zsh => include_str!("../../../completions/_partnerlink"),
            Self::Fish => include_str!("../../../completions/partnerlink.fish"),
            Self::PowerShell => include_str!("../../../completions/_partnerlink.ps1"),
            Self::Elvish => include_str!("../../../completions/partnerlink.elv"),
        }
    }
}
