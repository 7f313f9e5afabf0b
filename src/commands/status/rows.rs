//! `status` as a table: a row for each account, and below it what is to be done.

use super::Line;
use crate::clock::{self, Timestamp};
use crate::context::Context;
use crate::error::Failed;
use crate::schedule::last_run;
use crate::terminal::{Mark, stdout_is_terminal, table};
use crate::text::printable;

/// For people in the order of their weight, because a narrow terminal leaves the last ones out.
const HEADINGS: [&str; 7] =
    ["ACCOUNT", "STATE", "SIGN IN BY", "WHO", "LAST REFRESH", "TOKEN UNTIL", "IN"];
/// Most of a person's name that a row shows, in characters; `token show` has all of it.
const WHO_WIDTH: usize = 30;

/// Writes the table, and what a person has to know beside it.
pub fn show(context: &Context, lines: &[Line], now: Timestamp) -> Result<(), Failed> {
    match stdout_is_terminal() {
        true => {
            let rows = lines.iter().map(|line| row_for_person(line, now));
            context.output.show(&table::render(&HEADINGS, rows, true))?;
        }
        false => {
            let rows = lines.iter().map(row_for_program);
            context.output.raw(&table::render(&HEADINGS, rows, false))?;
        }
    }
    // It tells whether there is a schedule at all.
    if let Some(last) = last_run(&context.folders) {
        let mark = if last.is_old(now) { Mark::Warn } else { Mark::Note };
        context.output.say(mark, last.sentence(now));
    }
    if let Some(ahead) = lines.iter().find_map(|line| line.account.clock_off(now)) {
        let text = format!("at the last token answer {}; set it right", clock::difference(ahead));
        context.output.say(Mark::Warn, text);
    }
    for line in lines {
        if let Some(error) = &line.error {
            context.output.error(error);
        }
        if let Some((_, why, command)) = line.shortcoming() {
            let why = if why.is_empty() { why } else { format!("{why}: ") };
            let command = context.output.command(&command);
            let text =
                format!("{}: {}: {why}{command}", line.account.account, line.standing.word());
            context.output.say(Mark::Warn, printable(&text));
        }
    }
    Ok(())
}

fn row_for_person(line: &Line, now: Timestamp) -> Vec<String> {
    let account = &line.account;
    let or_nothing = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let refreshed = account.refreshed_at.map(|at| {
        let by = account.refreshed_by.as_ref().map(|by| format!(" {by}")).unwrap_or_default();
        clock::for_people(at, now) + &by
    });
    vec![
        account.account.to_string(),
        line.word.to_owned(),
        or_nothing(account.sign_in_by.map(clock::day_for_people)),
        or_nothing(account.who.as_deref().map(shortened)),
        or_nothing(refreshed),
        clock::for_people(account.access_token_until, now),
        account.store.row().map_or(account.store.name(), |row| row.short).to_owned(),
    ]
}

fn shortened(who: &str) -> String {
    match who.char_indices().nth(WHO_WIDTH) {
        None => who.to_owned(),
        Some(_) => who.chars().take(WHO_WIDTH - 1).chain(['…']).collect(),
    }
}

/// The order is one that scripts rely on: a new column comes last.
fn row_for_program(line: &Line) -> Vec<String> {
    let account = &line.account;
    // As `%Y-%m-%dT%H:%M:%SZ` writes it, and several times as fast.
    let time = |instant: Timestamp| format!("{instant:.0}");
    vec![
        account.account.to_string(),
        account.who.clone().unwrap_or_default(),
        line.word.to_owned(),
        time(account.access_token_until),
        account.sign_in_by.map(time).unwrap_or_default(),
        account.refreshed_at.map(time).unwrap_or_default(),
        account.store.to_string(),
        account.refreshed_by.clone().unwrap_or_default(),
    ]
}
