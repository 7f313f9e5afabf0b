use std::fs;

use super::plan::PlanArgs;
use super::print::{object, text};
use crate::context::Context;
use crate::error::{Error, Exit, Failed};
use crate::schedule::{self, Installed, Kind, Machine, Plan};
use crate::store::StoreKind;
use crate::terminal::{Mark, Output};

const WHAT: &str = "could not install the schedule";
const EXAMPLES: &str = if cfg!(windows) { ON_WINDOWS } else { ELSEWHERE };
const ON_WINDOWS: &str = r#"Examples:
  partnerlink schedule install
  partnerlink schedule install --every 30m --notify "C:\Tools\tell-me.exe --urgent"
  partnerlink schedule install --yes"#;
const ELSEWHERE: &str = "\
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
        let output = &context.output;
        let machine = &Machine::new(&context.settings.environment);
        let plan = &self.plan.plan(context, machine)?;
        let kind = plan.kind.word();
        let there = schedule::installed(machine);
        let before = there.iter().find(|installed| installed.kind == plan.kind);
        if output.sandbox && before.is_some_and(is_for_real_accounts) {
            let what = "could not install the sandbox's schedule";
            let why =
                "the one that is there refreshes your real accounts, and there is one of each kind";
            return Err(Error::usage(what, why, remove(plan.kind)).into());
        }
        let failed = |error| Error::new(WHAT, &error);
        let is_there = schedule::is_there(plan, machine).map_err(failed)?;
        if !is_there {
            if !self.yes && !context.interactive {
                let hint = "look at `partnerlink schedule print`, then say --yes";
                return Err(Error::usage(WHAT, "nobody can be asked here", hint).into());
            }
            announce(output, plan, before.is_some());
            if !self.yes && !output.confirms("Go on?") {
                output.say(Mark::Note, "Nothing was changed.");
                return Ok(Exit::Refused as u8);
            }
            schedule::install(plan, machine).map_err(failed)?;
        }
        if output.json {
            let mut object = object(plan);
            object["changed"] = (!is_there).into();
            output.json(&object)?;
        }
        if is_there {
            let text = format!("This schedule ({kind}) is installed already: nothing changed.");
            output.say(Mark::Good, text);
        } else {
            let text = format!("Installed ({kind}): the accounts are refreshed without you.");
            output.say(Mark::Good, text);
            let look = output.command("partnerlink schedule status");
            let undo = output.command(&remove(plan.kind));
            output.say_more(format_args!("look: {look}\nundo: {undo}"));
        }
        warn(context, machine, plan.kind, &there);
        Ok(0)
    }
}

/// There is one schedule of a kind: the sandbox's must not take the place of one for real accounts.
fn is_for_real_accounts(installed: &Installed) -> bool {
    let texts = installed.files.iter().filter_map(|file| fs::read_to_string(file).ok());
    let mut texts = texts.chain(installed.line.clone());
    let marks = ["--sandbox", "PARTNERLINK_SANDBOX="];
    !texts.any(|text| marks.iter().any(|mark| text.contains(mark)))
}

/// Shows what would be done.
fn announce(output: &Output, plan: &Plan, is_replaced: bool) {
    let place = if is_replaced { ", in place of the schedule that is there" } else { "" };
    output.say(Mark::Begin, format_args!("This is written{place}:"));
    output.say_more(text(plan).trim_end());
    if !plan.start.is_empty() {
        output.say(Mark::Begin, "And these commands run:");
        plan.start.iter().for_each(|step| output.say_more(step));
    }
}

/// What would keep the job from working although it is installed.
fn warn(context: &Context, machine: &Machine, kind: Kind, there: &[Installed]) {
    let warn = |text: &str| context.output.say(Mark::Warn, text);
    let accounts = context.index.all();
    let needs_session = |kind: &StoreKind| kind.row().is_some_and(|row| row.needs_session);
    let needs_keychain = accounts.iter().any(|account| needs_session(&account.store))
        || accounts.is_empty() && needs_session(&context.settings.store);
    match kind {
        Kind::SystemdSystem if needs_keychain => warn(
            "A system service reaches no keychain: the accounts have to be connected by its user with --store file.",
        ),
        Kind::Cron if cfg!(target_os = "macos") => {}
        Kind::Systemd | Kind::Cron if needs_keychain && !machine.has_session_bus() => warn(
            "No session bus is here, so the job reaches no keychain: connect with --store file where nobody signs in.",
        ),
        // The Credential Manager is there for who is signed in.
        Kind::Windows => warn(
            "It runs while you are signed in, and not before: `token get` refreshes what ended meanwhile.",
        ),
        _ => {}
    }
    if kind == Kind::Systemd && machine.ends_with_session() {
        let keychain =
            if needs_keychain { " (the keychain is locked then: use --store file)" } else { "" };
        warn(&format!(
            "It runs only while you are signed in. To have it run always{keychain}: loginctl enable-linger $USER"
        ));
    }
    for other in there.iter().filter(|other| other.kind != kind) {
        let command = context.output.command(&remove(other.kind));
        warn(&format!("There is another schedule, which is not needed beside this one: {command}"));
    }
    let left_out = left_out(context).join(", ");
    if !left_out.is_empty() {
        warn(&format!(
            "Set here but not for the job, because it could be secret or belongs into the configuration: {left_out}"
        ));
    }
}

fn remove(kind: Kind) -> String {
    format!("partnerlink schedule remove --kind {}", kind.word())
}

/// Variables that matter to this program and that the job will not have.
fn left_out(context: &Context) -> Vec<String> {
    let environment = &context.settings.environment;
    let places = environment.place_variables().map(|(name, _)| name);
    let known: Vec<&str> = places
        .chain(["PARTNERLINK_SANDBOX", "PARTNERLINK_RUN_BY", "PARTNERLINK_CA_FILE"])
        .collect();
    let own = environment.own_variables().map(|name| name.to_string_lossy().into_owned());
    // With a password in it.
    let proxy = context.settings.network.proxy().filter(|proxy| proxy.is_private());
    own.chain(proxy.map(|proxy| proxy.source.name().to_owned()))
        .filter(|name| !known.contains(&name.as_str()) && environment.text(name).is_some())
        .collect()
}
