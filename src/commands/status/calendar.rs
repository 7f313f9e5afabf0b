//! `status --calendar`: the days by which somebody has to sign in again.

use std::path::Path;

use super::ics::{Day, calendar};
use crate::accounts::Account;
use crate::clock::{self, Clock as _};
use crate::commands::session::save_text;
use crate::context::Context;
use crate::error::Error;
use crate::terminal::Mark;

/// Writes the days of all accounts whose end is known; `-` is standard output.
pub fn write(
    context: &Context,
    accounts: &[(&Account, u64)],
    file: &Path,
    force: bool,
) -> Result<(), Error> {
    let days: Vec<Day> =
        accounts.iter().filter_map(|(account, before)| day(context, account, *before)).collect();
    if days.is_empty() {
        context.output.say(Mark::Note, "No sign-in has a known end: there is no calendar.");
        return Ok(());
    }
    let text = calendar(&clock::calendar_stamp(context.clock.now()), &days);
    if file == Path::new("-") {
        return context.output.raw(&text);
    }
    save_text(file, &text, force, "could not write the calendar")?;
    context.output.say(Mark::Good, format_args!("Calendar: {}", file.display()));
    Ok(())
}

fn day(context: &Context, account: &Account, remind_before: u64) -> Option<Day> {
    let end = account.sign_in_by?;
    let date = clock::day_for_people(end);
    let command = context.output.command(&format!("partnerlink connect {}", account.account));
    let who = account.who.as_ref().map(|who| format!(" ({who})")).unwrap_or_default();
    let name = &account.account;
    let sandbox = if context.output.sandbox { "sandbox." } else { "" };
    Some(Day {
        uid: format!("{sandbox}{}@partnerlink", name.file_stem()),
        // In minutes: seconds would not fit into 31 bits for long.
        sequence: account.connected_at.as_second() / 60,
        summary: format!("{name}: sign in again / neu anmelden"),
        description: format!(
            "The sign-in of {name}{who} ends on {date}. Before that day, run:\n{command}\n\n\
             Die Anmeldung von {name}{who} endet am {date}. Bitte vorher ausführen:\n{command}\n"
        ),
        date: date.replace('-', ""),
        remind_before,
    })
}
