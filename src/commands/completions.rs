use clap::{CommandFactory as _, ValueEnum as _};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::error::Failed;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  partnerlink completions bash > ~/.local/share/bash-completion/completions/partnerlink
  partnerlink completions zsh > ~/.zfunc/_partnerlink
  partnerlink completions fish > ~/.config/fish/completions/partnerlink.fish";

/// Print the completion script of a shell
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_enum)]
    shell: Shell,
}

impl Args {
    pub fn run(self, output: &Output) -> Result<u8, Failed> {
        output.data(&script(self.shell))?;
        Ok(0)
    }
}

/// The script of one shell, as the files in `completions/` hold it.
pub fn script(shell: Shell) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "partnerlink", &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Every shell there is a script for, with the name of its file in `completions/`.
pub fn all() -> impl Iterator<Item = (Shell, String)> {
    use clap_complete::Generator as _;
    Shell::value_variants().iter().map(|shell| (*shell, shell.file_name("partnerlink")))
}
