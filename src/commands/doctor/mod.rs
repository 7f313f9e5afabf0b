use std::path::PathBuf;
use std::time::Duration;

use super::reach;
use crate::config::{Environment, Flags, Settings};
use crate::context::Context;
use crate::error::Failed;
use crate::provider::Provider;
use crate::terminal::progress::Waiting;
use crate::terminal::report::Findings;
use crate::terminal::{self, Mark, Output};

mod accounts;
mod browser;
mod bundle;
mod configuration;
mod machine;
mod shared;
mod store;

const EXAMPLES: &str = "\
Examples:
  partnerlink doctor
  partnerlink doctor --network               ask the providers' servers as well
  partnerlink doctor --browser               try the way through your browser
  partnerlink doctor --bundle report.txt     for support, without anything private

Exit code 0 if nothing is broken, else that of the most urgent trouble:
  5 token store  4 sign-in needed  6 something answers in a provider's place
  3 network  2 configuration";

/// Look at everything a sign-in and a refresh need, and say what to do where it is not in order
///
/// Changes no sign-in (a small file tries whether there is room for one, and goes again), asks for
/// nothing, and needs no network unless --network is given or the tokens are in a shared store.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Ask the providers' servers as well, as `provider check` does
    #[arg(long)]
    network: bool,
    /// Try a sign-in through your browser at the sandbox; nothing of it is kept
    #[arg(long)]
    browser: bool,
    /// How long to wait for you at --browser
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = super::duration)]
    timeout: Duration,
    /// Write the report into a file for support (.json: as JSON)
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long, requires = "bundle")]
    force: bool,
}

impl Args {
    /// Works where the settings cannot be read: that is then the first thing it says.
    pub fn run(self, flags: Flags, interactive: bool, output: &mut Output) -> Result<u8, Failed> {
        let (settings, fault) = Settings::load_anyway(flags, Environment::of_this_process());
        output.sandbox = settings.sandbox.is_some();
        terminal::log::install(output);
        // Nobody is asked to unlock anything, even where a person is there.
        let context = &Context::new(settings, output.clone(), false);
        // Before anything is looked at, so that an unusable name is reported at once.
        let create = |path: &PathBuf| bundle::create(path, self.force);
        let bundle = self.bundle.as_ref().map(create).transpose()?;
        let mut findings = Findings::new(output);
        let providers = configuration::providers(context);
        findings.extend(configuration::check(context, fault.as_ref(), &providers))?;
        // One that cannot be used was reported with the configuration.
        let providers: Vec<&Provider> = providers.iter().flatten().collect();
        let contents = looking(output, "the token store", || store::contents(context));
        let stores = || store::check(context, &contents, &providers, interactive);
        findings.extend(looking(output, "the token store", stores))?;
        findings.extend(accounts::check(context, &contents))?;
        let machine = || machine::check(context, &providers);
        findings.extend(looking(output, "this machine", machine))?;
        findings.add(looking(output, "the schedule", || machine::schedule(context)))?;
        if self.network {
            // Those without a client ID are asked only where none has one.
            let any = providers.iter().any(|provider| provider.client_id.is_some());
            for provider in providers.iter().filter(|found| !any || found.client_id.is_some()) {
                reach::check(context, provider, &format!("{}: ", provider.name), &mut findings)?;
            }
        }
        if self.browser {
            browser::try_out(context, self.timeout, &mut findings)?;
        }
        let exit = findings.exit_code();
        if output.json {
            output.json(&findings.object())?;
        } else {
            output.say(if exit == 0 { Mark::Good } else { Mark::Bad }, findings.sum());
        }
        if let (Some(path), Some(file)) = (&self.bundle, bundle) {
            bundle::write(file, path, context, &findings)?;
        }
        Ok(exit)
    }
}

fn looking<T>(output: &Output, at: &str, look: impl FnOnce() -> T) -> T {
    let _waiting = Waiting::on(output, &format!("looking at {at}"));
    look()
}
