//! A page of the manual, made from what clap knows of a command.

use clap::{Arg, ArgAction, Command};

use super::roff::Roff;
use crate::error::Exit;
use crate::terminal::topics::{TOPICS, Topic};

/// The day of this version, as CHANGELOG.md has it.
pub const RELEASED: &str = "2026-11-21";

const FILES: [(&str, &str); 5] = [
    ("~/.config/partnerlink/config.toml", "Settings, without secrets"),
    ("~/.config/partnerlink/tokens.key", "The key of the sealed files"),
    ("~/.local/state/partnerlink/tokens/", "Sealed files, one for each account"),
    ("~/.local/state/partnerlink/accounts/", "What is known of accounts, without secrets"),
    (
        "~/.local/state/partnerlink/sandbox/",
        "The same of the sandbox. PARTNERLINK_HOME moves all of these; `partnerlink config show` tells where they are",
    ),
];

/// `partnerlink-token-refresh`
pub fn name(command: &Command) -> String {
    command.get_bin_name().unwrap_or_else(|| command.get_name()).replace(' ', "-")
}

/// The commands of a group that a person should see.
pub fn below(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|below| !below.is_hide_set())
}

/// The page of a command of a built command line.
pub fn of(command: &Command, parent: Option<&Command>) -> String {
    let mut roff = Roff::default();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    roff.title(&name(command), RELEASED, concat!("partnerlink ", env!("CARGO_PKG_VERSION")));
    roff.section("NAME");
    roff.line(&format!("{} - {about}", name(command)));
    roff.section("SYNOPSIS");
    let usage = command.clone().render_usage().to_string();
    roff.bold(usage.trim_start_matches("Usage: ").trim());
    roff.section("DESCRIPTION");
    let long = command.get_long_about().map(ToString::to_string);
    roff.paragraphs(long.as_deref().unwrap_or(&about));

    arguments(&mut roff, command);
    if below(command).next().is_some() {
        roff.section("COMMANDS");
        for below in below(command) {
            let about = below.get_about().map(ToString::to_string).unwrap_or_default();
            roff.item(&format!("{}(1)", name(below)), &about);
        }
    }
    after(&mut roff, command);
    roff.section("EXIT STATUS");
    for (code, meaning) in Exit::MEANINGS {
        roff.item(code, meaning);
    }
    let is_main = parent.is_none();
    roff.section("ENVIRONMENT");
    match Topic::named("environment").filter(|_| is_main) {
        Some(topic) => {
            let page = topic.page();
            roff.lines(page.split_once('\n').map_or("", |(_, body)| body));
        }
        None => roff.line("See partnerlink(1)."),
    }
    roff.section("FILES");
    FILES.iter().for_each(|(path, meaning)| roff.item(path, meaning));
    if is_main {
        roff.section("TOPICS");
        roff.line("More is told by partnerlink help TOPIC:");
        TOPICS.iter().for_each(|topic| roff.item(topic.name, topic.about));
    }
    roff.section("SEE ALSO");
    roff.line(&related(command, parent));
    roff.finish()
}

/// The arguments, a section for each heading of the help.
fn arguments(roff: &mut Roff, command: &Command) {
    let mut headings = Vec::new();
    let visible = || command.get_arguments().filter(|arg| !arg.is_hide_set());
    for arg in visible() {
        let heading = heading(arg);
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    // What every command understands comes last.
    headings.sort_by_key(|heading| heading == "EVERYWHERE");
    for wanted in headings {
        roff.section(&wanted);
        for arg in visible().filter(|arg| heading(arg) == wanted) {
            roff.item(&term(arg), &meaning(arg));
        }
    }
}

fn heading(arg: &Arg) -> String {
    let own = if arg.is_positional() { "ARGUMENTS" } else { "OPTIONS" };
    arg.get_help_heading().unwrap_or(own).to_uppercase()
}

/// `-o, --output FILE`
fn term(arg: &Arg) -> String {
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    let mut term = [short, long].into_iter().flatten().collect::<Vec<_>>().join(", ");
    if arg.is_positional() || arg.get_action().takes_values() {
        let names = arg.get_value_names().unwrap_or_default();
        let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
        if !term.is_empty() {
            term.push(' ');
        }
        term += &names.join(" ");
        if matches!(arg.get_action(), ArgAction::Append) {
            term += " …";
        }
    }
    term
}

fn meaning(arg: &Arg) -> String {
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string);
    let mut text = help.unwrap_or_default();
    // A line that begins with a blank would break the paragraph.
    text =
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    if arg.get_action().takes_values() && !arg.is_hide_default_value_set() {
        let defaults: Vec<_> =
            arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        if !defaults.is_empty() {
            text += &format!(" [default: {}]", defaults.join(" "));
        }
    }
    let possible: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set() && arg.get_action().takes_values())
        .map(|value| match value.get_help() {
            Some(help) => format!("{} ({help})", value.get_name()),
            None => value.get_name().to_owned(),
        })
        .collect();
    if !possible.is_empty() {
        text += &format!(" [possible: {}]", possible.join(", "));
    }
    text.trim().to_owned()
}

/// What the help says at its end: the examples, and the rest as it stands.
fn after(roff: &mut Roff, command: &Command) {
    let text = command.get_after_long_help().or(command.get_after_help());
    let text = text.map(ToString::to_string).unwrap_or_default();
    let (mut examples, mut notes) = (String::new(), String::new());
    for paragraph in text.split("\n\n") {
        match paragraph.strip_prefix("Examples:") {
            Some(lines) => examples += lines,
            // These have sections of their own.
            None if paragraph.starts_with("Exit codes:") || paragraph.starts_with("More about") => {
            }
            None => {
                notes += paragraph;
                notes += "\n\n";
            }
        }
    }
    for (name, text) in [("EXAMPLES", examples), ("NOTES", notes)] {
        if !text.trim().is_empty() {
            roff.section(name);
            roff.lines(&text);
        }
    }
}

fn related(command: &Command, parent: Option<&Command>) -> String {
    let mut names: Vec<String> = Vec::new();
    names.extend(parent.map(name));
    let nearby = below(parent.unwrap_or(command));
    names.extend(nearby.map(name).filter(|other| *other != name(command)));
    names.iter().map(|name| format!("{name}(1)")).collect::<Vec<_>>().join(", ")
}
