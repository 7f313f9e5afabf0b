use std::fs;

use super::print::{object, text};
use super::what::What;
use crate::context::Context;
use crate::error::{Error, Exit, Failed};
use crate::schedule::{self, Change, Installed, Kind, Machine, Plan};
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
    what: What,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let machine = Machine::new(&context.settings.environment);
        let plan = self.what.plan(context, &machine)?;
        let there = schedule::installed(&context.settings.environment);
        if context.output.sandbox {
            spares_the_real_one(&plan, &there)?;
        }
        let failed = |error| Error::new("could not install the schedule", &error);
        let change = match schedule::look(&plan, &machine).map_err(failed)? {
            Change::Done if !self.agreed(context, &plan, &there)? => {
                context.output.say(Mark::Note, "Nothing was changed.");
                return Ok(Exit::Refused as u8);
            }
            Change::Done => schedule::install(&plan, &machine).map_err(failed)?,
            Change::Nothing => Change::Nothing,
        };
        if context.output.json {
            let mut object = object(&plan);
            object["changed"] = (change == Change::Done).into();
            context.output.json(&object)?;
        }
        tell(context, &plan, change, (&machine, &there));
        Ok(0)
    }

    /// Shows what would be done, and asks unless that was answered before.
    fn agreed(&self, context: &Context, plan: &Plan, there: &[Installed]) -> Result<bool, Error> {
        let output = &context.output;
        if !self.yes && !context.interactive {
            return Err(Error::usage(
                "could not install the schedule",
                "nobody can be asked here",
                "look at `partnerlink schedule print`, then say --yes",
            ));
        }
        let replaces = there.iter().any(|installed| installed.kind == plan.kind);
        let what = if replaces {
            "This is written, in place of the schedule that is there:"
        } else {
            "This is written:"
        };
        output.say(Mark::Begin, what);
        output.say_more(text(plan).trim_end());
        if !plan.start.is_empty() {
            output.say(Mark::Begin, "And these commands run:");
            for step in &plan.start {
                output.say_more(step.line());
            }
        }
        Ok(self.yes || output.confirms("Go on?"))
    }
}

/// There is one schedule of a kind: the sandbox's does not take the place of one for real accounts.
fn spares_the_real_one(plan: &Plan, there: &[Installed]) -> Result<(), Error> {
    let Some(installed) = there.iter().find(|installed| installed.kind == plan.kind) else {
        return Ok(());
    };
    let texts = installed.files.iter().filter_map(|file| fs::read_to_string(file).ok());
    let mut texts = texts.chain(installed.line.clone());
    if texts.any(|text| text.to_ascii_lowercase().contains("sandbox")) {
        return Ok(());
    }
    Err(Error::usage(
        "could not install the sandbox's schedule",
        "the one that is there refreshes your real accounts, and there is one of each kind",
        format!("partnerlink schedule remove --kind {}", plan.kind.word()),
    ))
}

fn tell(
    context: &Context,
    plan: &Plan,
    change: Change,
    (machine, there): (&Machine, &[Installed]),
) {
    let output = &context.output;
    let kind = plan.kind.word();
    match change {
        Change::Nothing => output.say(
            Mark::Good,
            format_args!("This schedule ({kind}) is installed already: nothing changed."),
        ),
        Change::Done => {
            output.say(
                Mark::Good,
                format_args!("Installed ({kind}): the accounts are refreshed without you."),
            );
            output.say_more(format_args!(
                "look: {}\nundo: {}",
                output.command("partnerlink schedule status"),
                output.command(&format!("partnerlink schedule remove --kind {kind}"))
            ));
        }
    }
    for warning in warnings(context, plan.kind, (machine, there)) {
        output.say(Mark::Warn, warning);
    }
}

/// What would keep the job from working although it is installed.
fn warnings(
    context: &Context,
    kind: Kind,
    (machine, there): (&Machine, &[Installed]),
) -> Vec<String> {
    let mut warnings = Vec::new();
    let accounts = context.index.all();
    let needs_keychain = accounts.iter().any(|account| account.store == StoreKind::Keychain)
        || accounts.is_empty() && context.settings.store == StoreKind::Keychain;
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
        let keychain =
            if needs_keychain { " (the keychain is locked then: use --store file)" } else { "" };
        warnings.push(format!(
            "It runs only while you are signed in. To have it run always{keychain}: loginctl enable-linger {name}"
        ));
    }
    for other in there.iter().map(|other| other.kind).filter(|other| *other != kind) {
        warnings.push(format!(
            "There is another schedule, which is not needed beside this one: {}",
            context.output.command(&format!("partnerlink schedule remove --kind {}", other.word()))
        ));
    }
    let left_out: Vec<String> = left_out(context);
    if !left_out.is_empty() {
        warnings.push(format!(
            "Set here but not for the job, because it could be secret or belongs into the configuration: {}",
            left_out.join(", ")
        ));
    }
    warnings
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
