use std::path::PathBuf;
use std::time::Duration;

use crate::config::{ConfigError, Environment, Flags, Settings};
use crate::context::Context;
use crate::error::Failed;
use crate::terminal::progress::Waiting;
use crate::terminal::report::{Finding, Findings};
use crate::terminal::{self, Mark, Output};

mod accounts;
mod browser;
mod bundle;
mod configuration;
mod machine;
mod network;
mod store;

use self::bundle::Bundle;

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
/// Changes nothing, asks for nothing, and needs no network unless --network is given.
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
        self.examine(&Context::new(settings, output.clone(), false), fault.as_ref(), interactive)
    }

    /// Looks at everything. `fault` is why the settings are the defaults.
    fn examine(
        &self,
        context: &Context,
        fault: Option<&ConfigError>,
        interactive: bool,
    ) -> Result<u8, Failed> {
        let bundle = self.bundle.as_deref().map(|path| Bundle::begin(path, self.force));
        let bundle = bundle.transpose()?;
        let mut findings = Findings::new(&context.output);
        let checks: [(&str, &dyn Fn() -> Vec<Finding>); 5] = [
            ("the configuration", &|| configuration::check(context, fault)),
            ("the token store", &|| store::check(context, interactive)),
            ("the accounts", &|| accounts::check(context)),
            ("this machine", &|| machine::check(context)),
            ("the schedule", &|| vec![machine::schedule(context)]),
        ];
        for (what, check) in checks {
            let found = {
                let _waiting = Waiting::on(&context.output, &format!("looking at {what}"));
                check()
            };
            findings.extend(found)?;
        }
        if self.network {
            network::check(context, &mut findings)?;
        }
        if self.browser {
            browser::try_out(context, self.timeout, &mut findings)?;
        }
        if context.output.json {
            context.output.json(&findings.object())?;
        } else {
            let mark = match findings.exit_code() {
                0 => Mark::Good,
                _ => Mark::Bad,
            };
            context.output.say(mark, findings.sum());
        }
        if let Some(bundle) = bundle {
            bundle.write(context, &findings)?;
        }
        Ok(findings.exit_code())
    }
}
