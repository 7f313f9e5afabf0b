//! The command line: what every command understands, and which commands there are.

use clap::{Args, Parser, Subcommand};

use crate::commands::{
    completions, config, connect, demo, disconnect, exec, provider, sandbox, status, token,
};
use crate::config::{Environment, Flags, Settings};
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::output::{Output, stderr_is_terminal, stdin_is_terminal};

const EXAMPLES: &str = "\
Examples:
  partnerlink demo                                          see it all in seconds, no account needed
  partnerlink connect zaehlerfreunde                        sign in with the browser
  partnerlink connect timberdata --scope \"aggregation woodlist\"
  partnerlink token get zaehlerfreunde                      an access token for a script
  partnerlink token refresh --quiet                         from cron: keep every account alive

Exit codes:
  0 done  1 refused, cancelled or unexpected  2 usage or configuration  3 try later
  4 sign-in needed  5 token store  6 provider's answer refused  7 account busy  130/143 interrupted";

/// Connects partner companies to their customers' data
///
/// Signs in at Zählerfreunde and TimberData (OAuth 2.0) in the browser, keeps the tokens in the
/// system keychain, refreshes them from cron, and hands them to scripts.
#[derive(Debug, Parser)]
#[command(name = "partnerlink", version, after_help = EXAMPLES, max_term_width = 100)]
#[command(
    disable_help_subcommand = false,
    propagate_version = false,
    arg_required_else_help = true
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// Use the sandbox: both providers in miniature, on this machine
    #[arg(long, global = true)]
    sandbox: bool,
    /// JSON on stdout, and errors as JSON on stderr
    #[arg(long, global = true)]
    pub json: bool,
    /// Say what happens, for sharing with support: never a secret
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// Nothing on stderr but warnings and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Never ask; say which flag is missing instead
    #[arg(long, global = true)]
    no_input: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Connect(connect::Args),
    Disconnect(disconnect::Args),
    Status(status::Args),
    #[command(subcommand)]
    Token(token::Command),
    Exec(exec::Args),
    #[command(subcommand)]
    Provider(provider::Command),
    #[command(subcommand)]
    Config(config::Command),
    Sandbox(sandbox::Args),
    Demo(demo::Args),
    Completions(completions::Args),
}

impl Cli {
    /// How this run talks, before anything else is known.
    pub fn output(&self) -> Output {
        Output { json: self.global.json, quiet: self.global.quiet, sandbox: false }
    }

    /// Runs the command; the answer is the exit code.
    pub fn run(self, output: &Output) -> Result<u8, Failed> {
        // These need no settings, and work where the configuration is broken.
        match self.command {
            Command::Completions(args) => return args.run(output),
            Command::Demo(args) => return args.run(output),
            _ => {}
        }
        let (store, browser) = match &self.command {
            Command::Connect(args) => (args.store(), args.browser.clone()),
            _ => (None, None),
        };
        let flags = Flags { sandbox: self.global.sandbox, store, browser };
        let settings = Settings::load(flags, Environment::of_this_process())
            .map_err(|error| Error::new("could not read the settings", &error))?;
        let output = Output { sandbox: settings.sandbox.is_some(), ..output.clone() };
        let interactive = !self.global.no_input && stdin_is_terminal() && stderr_is_terminal();
        let context = Context::new(settings, output, interactive);
        match self.command {
            Command::Connect(args) => args.run(&context),
            Command::Disconnect(args) => args.run(&context),
            Command::Status(args) => args.run(&context),
            Command::Token(command) => command.run(&context),
            Command::Exec(args) => args.run(&context),
            Command::Provider(command) => command.run(&context),
            Command::Config(command) => command.run(&context),
            Command::Sandbox(args) => args.run(&context),
            Command::Demo(_) | Command::Completions(_) => Ok(0),
        }
    }
}
