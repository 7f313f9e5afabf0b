use std::fs;

use super::plan::PlanArgs;
use super::print::{object, text};

use crate::context::Context;
use crate::error::{Error, Exit, Failed};
use crate::schedule::{self, Installed, Kind, Machine, Plan};
use crate::store::StoreKind;
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink schedule install
  partnerlink schedule install --every 30m --notify \"/usr/local/bin/tell-me --urgent\"
  partnerlink schedule install --kind cron --yes
  sudo partnerlink schedule install --kind systemd-system --user partnerlink";

/// Have `token refresh` run by itself; shows what is written and asks first
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    plan: PlanArgs,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let machine = &Machine::new(&context.settings.environment);
        let plan = &self.plan.plan(context, machine)?;
        let installation =
            Installation { context, machine, plan, there: schedule::installed(machine) };
        if context.output.sandbox {
            installation.spares_the_real_one()?;
        }
        let failed = |error| Error::new("could not install the schedule", &error);
        let is_there = schedule::is_there(plan, machine).map_err(failed)?;
        if !is_there {
            if !installation.agreed(self.yes)? {
                context.output.say(Mark::Note, "Nothing was changed.");
                return Ok(Exit::Refused as u8);
            }
            schedule::install(plan, machine).map_err(failed)?;
        }
        if context.output.json {
            let mut object = object(plan);
            object["changed"] = (!is_there).into();
            context.output.json(&object)?;
        }
        installation.tell(is_there);
        Ok(0)
    }
}

/// A plan, and the machine that it is for.
struct Installation<'a> {
    context: &'a Context,
    machine: &'a Machine,
    plan: &'a Plan,
    /// What is installed before.
    there: Vec<Installed>,
}

impl Installation<'_> {
    /// What is there of the same kind, and would be replaced.
    fn before(&self) -> Option<&Installed> {
        self.there.iter().find(|installed| installed.kind == self.plan.kind)
    }

    /// There is one schedule of a kind: the sandbox's does not take the place of one for real
    /// accounts.
    fn spares_the_real_one(&self) -> Result<(), Error> {
        let Some(installed) = self.before() else { return Ok(()) };
        let texts = installed.files.iter().filter_map(|file| fs::read_to_string(file).ok());
        let mut texts = texts.chain(installed.line.clone());
        if texts.any(|text| text.to_ascii_lowercase().contains("sandbox")) {
            return Ok(());
        }
        Err(Error::usage(
            "could not install the sandbox's schedule",
            "the one that is there refreshes your real accounts, and there is one of each kind",
            remove(self.plan.kind),
        ))
    }

    /// Shows what would be done, and asks unless that was answered before.
    fn agreed(&self, yes: bool) -> Result<bool, Error> {
        let output = &self.context.output;
        if !yes && !self.context.interactive {
            return Err(Error::usage(
                "could not install the schedule",
                "nobody can be asked here",
                "look at `partnerlink schedule print`, then say --yes",
            ));
        }
        let what = match self.before() {
            Some(_) => "This is written, in place of the schedule that is there:",
            None => "This is written:",
        };
        output.say(Mark::Begin, what);
        output.say_more(text(self.plan).trim_end());
        if !self.plan.start.is_empty() {
            output.say(Mark::Begin, "And these commands run:");
            for step in &self.plan.start {
                output.say_more(step.line());
            }
        }
        Ok(yes || output.confirms("Go on?"))
    }

    fn tell(&self, was_there: bool) {
        let output = &self.context.output;
        let kind = self.plan.kind.word();
        if was_there {
            let text = format!("This schedule ({kind}) is installed already: nothing changed.");
            output.say(Mark::Good, text);
        } else {
            let text = format!("Installed ({kind}): the accounts are refreshed without you.");
            output.say(Mark::Good, text);
            output.say_more(format_args!(
                "look: {}\nundo: {}",
                output.command("partnerlink schedule status"),
                output.command(&remove(self.plan.kind))
            ));
        }
        for warning in self.warnings() {
            output.say(Mark::Warn, warning);
        }
    }

    /// What would keep the job from working although it is installed.
    fn warnings(&self) -> Vec<String> {
        let (context, machine, kind) = (self.context, self.machine, self.plan.kind);
        let mut warnings = Vec::new();
        let accounts = context.index.all();
        let needs_session = |kind: &StoreKind| kind.row().is_some_and(|row| row.needs_session);
        let needs_keychain = accounts.iter().any(|account| needs_session(&account.store))
            || accounts.is_empty() && needs_session(&context.settings.store);
        match kind {
            Kind::SystemdSystem if needs_keychain => warnings.push(
                "A system service reaches no keychain: the accounts have to be connected by its user with --store file."
                    .to_owned(),
            ),
            Kind::Systemd | Kind::Cron if needs_keychain && !machine.has_session_bus() => warnings.push(
                "No session bus is here, so the job reaches no keychain: connect with --store file where nobody signs in."
                    .to_owned(),
            ),
            _ => {}
        }
        if kind == Kind::Systemd && machine.lingers() == Some(false) {
            let name = machine.user.as_deref().unwrap_or("YOUR-NAME");
            let keychain = if needs_keychain {
                " (the keychain is locked then: use --store file)"
            } else {
                ""
            };
            warnings.push(format!(
                "It runs only while you are signed in. To have it run always{keychain}: loginctl enable-linger {name}"
            ));
        }
        for other in self.there.iter().map(|other| other.kind).filter(|other| *other != kind) {
            warnings.push(format!(
                "There is another schedule, which is not needed beside this one: {}",
                context.output.command(&remove(other))
            ));
        }
        let left_out = left_out(context);
        if !left_out.is_empty() {
            warnings.push(format!(
                "Set here but not for the job, because it could be secret or belongs into the configuration: {}",
                left_out.join(", ")
            ));
        }
        warnings
    }
}

fn remove(kind: Kind) -> String {
    format!("partnerlink schedule remove --kind {}", kind.word())
}

/// Variables that matter to this program and that the job will not have.
fn left_out(context: &Context) -> Vec<String> {
    let environment = &context.settings.environment;
    let known: Vec<&str> = environment
        .place_variables()
        .map(|(name, _)| name)
        .chain(["PARTNERLINK_SANDBOX", "PARTNERLINK_RUN_BY", "PARTNERLINK_CA_FILE"])
        .collect();
    let own = environment.own_variables().map(|name| name.to_string_lossy().into_owned());
    // With a password in it.
    let proxy = context.settings.network.proxy.iter().filter(|proxy| proxy.is_private());
    own.chain(proxy.map(|proxy| proxy.variable.to_owned()))
        .filter(|name| !known.contains(&name.as_str()) && environment.text(name).is_some())
        .collect()
}
