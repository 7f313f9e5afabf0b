//! The command line: what every command understands, and which commands there are.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgMatches, Args, CommandFactory as _, FromArgMatches, Parser, Subcommand};

use crate::commands::{
    api, completions, config, connect, data, demo, disconnect, doctor, exec, help, man, meter,
    provider, sandbox, schedule, status, store, timber, token,
};
use crate::config::{Environment, Flags, Settings};
use crate::context::Context;
use crate::error::{Error, Exit, Failed};
use crate::language::Language;
use crate::terminal::{self, Output, stderr_is_terminal, stdin_is_terminal};

const EXAMPLES: &str = "\
Examples:
  partnerlink demo                                          see it all in seconds, no account needed
  partnerlink connect zaehlerfreunde                        sign in with the browser
  partnerlink connect timberdata
  partnerlink token get zaehlerfreunde                      an access token for a script
  partnerlink token refresh --quiet                         from cron: keep every account alive

Exit codes:
  0 done  1 refused, cancelled or unexpected  2 usage or configuration  3 try later
  4 sign-in needed  5 token store  6 provider's answer refused  7 account busy  130/143 interrupted

More about (partnerlink help TOPIC):
  exit-codes  environment  providers  stores  shared-store  files  cron  recipes  notify  ssh
  network  windows  formats  security";

/// Connects partner companies to their customers' data
///
/// Signs in at Zählerfreunde and TimberData (OAuth 2.0) in the browser, keeps the tokens in the
/// system keychain, refreshes them from cron, and hands them to scripts.
#[derive(Debug, Parser)]
#[command(name = "partnerlink", bin_name = "partnerlink", version, after_help = EXAMPLES, max_term_width = 100)]
#[command(disable_help_subcommand = true, propagate_version = false, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
struct Global {
    /// Use the sandbox: both providers in miniature, on this machine
    #[arg(long, global = true)]
    sandbox: bool,
    /// JSON on stdout, and errors as JSON on stderr
    #[arg(long, global = true)]
    json: bool,
    /// JSON through a filter in the language of jq; texts without quotes
    #[arg(long, global = true, value_name = "FILTER")]
    jq: Option<String>,
    /// Say what happens, for sharing with support: never a secret
    #[arg(long, short, global = true)]
    verbose: bool,
    /// Nothing on stderr but warnings and errors
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Never ask; say which flag is missing instead
    #[arg(long, global = true)]
    no_input: bool,
    /// Trust the certificates in this PEM file as well: those of a company that inspects TLS
    #[arg(long, global = true, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// The language of files and pictures for other people [default: the system's]
    #[arg(long, global = true, value_enum)]
    language: Option<Language>,
    /// As if this variable were set, for a schedule that has none of its own
    #[arg(long, global = true, hide = true, value_name = "NAME=VALUE", value_parser = variable)]
    variable: Vec<(String, String)>,
}

fn variable(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    pair.map(|(name, value)| (name.into(), value.into()))
        .ok_or_else(|| "it is no NAME=VALUE".into())
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Sign in at a provider with the browser, and keep the tokens
    Connect(Lazy<connect::Args>),
    /// End accounts: revoke them at the provider where it can do that, and delete the tokens here
    Disconnect(Lazy<disconnect::Args>),
    /// Show every connected account; by itself it asks neither keychain nor provider
    Status(Lazy<status::Args>),
    /// Hand tokens to scripts, and keep them alive
    #[command(subcommand)]
    Token(Lazy<token::Command>),
    /// Run a command with an access token in its environment
    Exec(Lazy<exec::Args>),
    /// Energy meters at Zählerfreunde: spaces, devices, readings (Lastgang), pictures
    #[command(subcommand)]
    Meter(Lazy<meter::Command>),
    /// Wood lists (Holzlisten) and log piles (Polter) at TimberData
    #[command(subcommand)]
    Timber(Lazy<timber::Command>),
    /// Call a data endpoint by its path, with a valid token
    Api(Lazy<api::Args>),
    /// Fetch a list that a provider's description names, every page of it
    Data(Lazy<data::Args>),
    /// Where the tokens are kept: look, check, choose, move
    #[command(subcommand)]
    Store(Lazy<store::Command>),
    /// See the providers, register with them, and set up what they answer
    #[command(subcommand)]
    Provider(Lazy<provider::Command>),
    /// Find the configuration file, see what it decides, and change it
    #[command(subcommand)]
    Config(Lazy<config::Command>),
    /// Look at everything a sign-in and a refresh need, and say what to do where it is not in order
    Doctor(Lazy<doctor::Args>),
    /// Have the accounts refreshed without you: systemd, cron, launchd, Windows
    #[command(subcommand)]
    Schedule(Lazy<schedule::Command>),
    /// Run both providers in miniature, for trying out programs against them
    Sandbox(Lazy<sandbox::Args>),
    /// See everything in seconds: both sign-ins, data, pictures, a refresh, and a copied token
    Demo(Lazy<demo::Args>),
    /// Print the completion script of a shell
    Completions(Lazy<completions::Args>),
    /// Print the manual, or write a page for each command
    Man(Lazy<man::Args>),
    /// Show the help of a command, or of a topic
    Help(Lazy<help::Args>),
}

/// A command, or a group of them, whose arguments are built only when it is asked for: to build all
/// of them would take longer than everything else that `token get` does.
#[derive(Debug)]
struct Lazy<T>(T);

impl<T: Subcommand> Subcommand for Lazy<T> {
    fn augment_subcommands(command: clap::Command) -> clap::Command {
        command.defer(T::augment_subcommands)
    }

    fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
        command.defer(T::augment_subcommands_for_update)
    }

    fn has_subcommand(name: &str) -> bool {
        T::has_subcommand(name)
    }
}

impl<T: Args> Args for Lazy<T> {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.defer(T::augment_args)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        command.defer(T::augment_args_for_update)
    }
}

impl<T: FromArgMatches> FromArgMatches for Lazy<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        T::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}

impl Cli {
    /// Runs the command, tells how it failed if it did, and returns the exit code.
    pub fn run(self) -> u8 {
        let Global { sandbox, json, jq, verbose, quiet, no_input, ca_file, language, variable } =
            self.global;
        let start = Start {
            flags: Flags { sandbox, no_input, ca_file, language, ..Flags::default() },
            environment: Environment::of_this_process().with(variable),
            interactive: !no_input && stdin_is_terminal() && stderr_is_terminal(),
        };
        let (text_errors, json) = (!json, json || jq.is_some());
        let mut output = Output { json, quiet, verbose, sandbox, jq, text_errors };
        match self.command.run(start, &mut output) {
            Ok(code) => code,
            Err(Failed::Told(exit)) => exit as u8,
            Err(Failed::Tell(error)) => {
                output.error(&error);
                error.exit as u8
            }
        }
    }
}

/// Tells what clap has to say instead of running a command, and returns the exit code: help and
/// version, or wrong usage, which is an object like every other error where JSON was asked for.
pub fn tell(said: &clap::Error, arguments: &[OsString]) -> u8 {
    if !said.use_stderr() {
        let _ = said.print();
        return 0;
    }
    // What follows `--` is another program's.
    if !arguments.iter().take_while(|word| *word != "--").any(|word| word == "--json") {
        let _ = said.print();
        return Exit::Usage as u8;
    }
    let error = wrong_usage(said);
    Output { json: true, ..Output::default() }.error(&error);
    error.exit as u8
}

/// The parts of clap's text: what is wrong, tips, usage, and where help is.
fn wrong_usage(said: &clap::Error) -> Error {
    const WHAT: &str = "could not understand the command";
    let text = said.to_string();
    let in_one_line = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<String> = text.split("\n\n").map(in_one_line).collect();
    let starting =
        |start: &str| parts.iter().find_map(|part| part.strip_prefix(start)).map(str::to_owned);
    let why = starting("error: ").unwrap_or_else(|| in_one_line(&text));
    let usage = || starting("Usage: ").map(|usage| format!("usage: {usage}"));
    let hint = starting("tip: ").or_else(usage);
    Error::usage(
        WHAT,
        why,
        hint.unwrap_or_else(|| "the same with --help shows how it is used".into()),
    )
}

/// What the settings are made from.
struct Start {
    flags: Flags,
    environment: Environment,
    interactive: bool,
}

impl Start {
    /// Reads the settings, which decide whether this is the sandbox.
    fn context(self, output: &mut Output) -> Result<Context, Failed> {
        let settings = Settings::load(self.flags, self.environment)
            .map_err(|error| Error::new("could not read the settings", &error))?;
        output.sandbox = settings.sandbox.is_some();
        terminal::log::install(output);
        Ok(Context::new(settings, output.clone(), self.interactive))
    }
}

impl Command {
    fn run(self, start: Start, output: &mut Output) -> Result<u8, Failed> {
        match self {
            Self::Connect(Lazy(args)) => {
                let browser = args.browser.clone();
                let flags = Flags { browser, ..start.flags };
                args.run(&Start { flags, ..start }.context(output)?)
            }
            Self::Disconnect(Lazy(args)) => args.run(&start.context(output)?),
            Self::Status(Lazy(args)) => args.run(&start.context(output)?),
            Self::Token(Lazy(command)) => command.run(&start.context(output)?),
            Self::Exec(Lazy(args)) => args.run(&start.context(output)?),
            Self::Meter(Lazy(command)) => command.run(&start.context(output)?),
            Self::Timber(Lazy(command)) => command.run(&start.context(output)?),
            Self::Api(Lazy(args)) => args.run(&start.context(output)?),
            Self::Data(Lazy(args)) => args.run(&start.context(output)?),
            Self::Store(Lazy(command)) => command.run(&start.context(output)?),
            Self::Provider(Lazy(command)) => command.run(&start.context(output)?),
            Self::Config(Lazy(command)) => command.run(&start.context(output)?),
            Self::Schedule(Lazy(command)) => command.run(&start.context(output)?),
            Self::Sandbox(Lazy(args)) => args.run(&start.context(output)?),
            // These need no settings, and work where the configuration is broken.
            Self::Doctor(Lazy(args)) => args.run(start.flags, start.interactive, output),
            Self::Demo(Lazy(args)) => args.run(run_line, output),
            Self::Completions(Lazy(args)) => args.run(Cli::command(), output),
            Self::Man(Lazy(args)) => args.run(Cli::command(), output),
            Self::Help(Lazy(args)) => args.run(Cli::command(), output),
        }
    }
}

/// Runs a command as a person would type it, with the environment of a context that is there
/// already.
fn run_line(context: &Context, words: &[&str]) -> Result<u8, Failed> {
    let line = std::iter::once("partnerlink").chain(words.iter().copied());
    let cli = Cli::try_parse_from(line)
        .map_err(|error| Error::usage("could not run this", error.to_string(), ""))?;
    let environment = context.settings.environment.clone();
    let start = Start { flags: Flags::default(), environment, interactive: false };
    cli.command.run(start, &mut context.output.clone())
}
