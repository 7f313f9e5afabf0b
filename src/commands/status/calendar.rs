//! `status --calendar`: the days by which somebody has to sign in again (RFC 5545), for the program
//! in which people keep their other appointments.

use std::path::Path;
use std::time::Duration;

use crate::accounts::{Account, Standing};
use crate::clock::{self, Clock as _, Timestamp};
use crate::commands::written::save_text;
use crate::context::Context;
use crate::error::Error;
use crate::terminal::{Mark, Output};
use crate::text::printable;

/// Longest line in octets, without its end (RFC 5545 §3.1).
const MAX_LINE: usize = 75;

/// Writes the days as a calendar; `-` is standard output. A reminder comes `within` before the day,
/// else as long before as a person is warned.
pub fn write<'a>(
    context: &Context,
    accounts: impl Iterator<Item = &'a Account>,
    within: Option<Duration>,
    file: &Path,
    force: bool,
) -> Result<(), Error> {
    let now = context.clock.now();
    let events: String =
        accounts.filter_map(|account| event(&context.output, now, account, within)).collect();
    if events.is_empty() {
        context.output.say(Mark::Note, "No sign-in has a known end: there is no calendar.");
        return Ok(());
    }
    let text = calendar(&events);
    if file == Path::new("-") {
        return context.output.raw(&text);
    }
    save_text(file, &text, force, "could not write the calendar")?;
    context.output.say(Mark::Good, format_args!("Calendar: {}", file.display()));
    Ok(())
}

/// The whole file.
fn calendar(events: &str) -> String {
    let begin = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//partnerlink//status//EN\n";
    format!("{begin}{events}END:VCALENDAR\n").lines().map(folded).collect()
}

/// The day by which to sign in again, where it is known; today where it is needed already. `now` is
/// when the file is made.
fn event(
    output: &Output,
    now: Timestamp,
    account: &Account,
    within: Option<Duration>,
) -> Option<String> {
    let is_needed = account.standing(now, None) == Standing::SignInNeeded;
    let date = clock::day_for_people(if is_needed { now } else { account.sign_in_by? });
    let stamp = clock::calendar_stamp(now);
    let day = date.replace('-', "");
    let before = match within.map(|within| within.as_secs()) {
        Some(seconds) if seconds % 86_400 != 0 => format!("PT{seconds}S"),
        seconds => {
            let seconds = seconds.unwrap_or(account.warn_before().as_secs());
            format!("P{}D", seconds / 86_400)
        }
    };
    let name = &account.account;
    // The UID is stable, so that importing again changes the entry instead of adding one.
    let sandbox = if output.sandbox { "sandbox." } else { "" };
    let uid = escaped(&format!("{sandbox}{}@partnerlink", name.file_stem()));
    // Grows with every change. In minutes: seconds would not fit into 31 bits for long.
    let changed = if is_needed { now } else { account.connected_at };
    let sequence = changed.as_second() / 60;
    let summary = escaped(&format!("{name}: sign in again / neu anmelden"));
    let command = output.command(&format!("partnerlink connect {name}"));
    let who = account.who.as_ref().map(|who| format!(" ({who})")).unwrap_or_default();
    let ended = format!(
        "The sign-in of {name}{who} is no longer accepted. Run:\n{command}\n\n\
         Die Anmeldung von {name}{who} gilt nicht mehr. Bitte ausführen:\n{command}\n"
    );
    let ends = format!(
        "The sign-in of {name}{who} ends on {date}. Before that day, run:\n{command}\n\n\
         Die Anmeldung von {name}{who} endet am {date}. Bitte vorher ausführen:\n{command}\n"
    );
    let description = escaped(if is_needed { &ended } else { &ends });
    // Transparent: the day stays free for other things.
    Some(format!(
        "BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:{stamp}\nSEQUENCE:{sequence}\nDTSTART;VALUE=DATE:{day}\n\
         SUMMARY:{summary}\nDESCRIPTION:{description}\nTRANSP:TRANSPARENT\n\
         BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-{before}\nDESCRIPTION:{summary}\nEND:VALARM\n\
         END:VEVENT\n"
    ))
}

/// A value of type TEXT (§3.3.11); what could break a line comes from outside.
fn escaped(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| printable(line).replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,"))
        .collect();
    lines.join("\\n")
}

/// A line with its end, and where it is long, breaks between characters: what follows begins with a
/// blank (§3.1).
fn folded(line: &str) -> String {
    let mut text = String::new();
    let mut room = MAX_LINE;
    for c in line.chars() {
        if c.len_utf8() > room {
            text.push_str("\r\n ");
            room = MAX_LINE - 1;
        }
        text.push(c);
        room -= c.len_utf8();
    }
    text + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_short_end_with_crlf_and_come_back_whole() {
        let long = "ä€😀, b; c\\d\n".repeat(40);
        let account = Account {
            who: Some(long.clone()),
            sign_in_by: Some(clock::after(Timestamp::UNIX_EPOCH, 4 * 14 * 86_400)),
            ..Account::example("zaehlerfreunde")
        };
        let event = |within| event(&Output::default(), Timestamp::UNIX_EPOCH, &account, within);
        let text = calendar(&event(None).unwrap());
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert!(text.split("\r\n").all(|line| line.len() <= MAX_LINE));
        let unfolded = text.replace("\r\n ", "");
        let description = unfolded.lines().find_map(|line| line.strip_prefix("DESCRIPTION:"));
        let back = description.unwrap().replace("\\n", "\n").replace("\\,", ",");
        assert_eq!(back.replace("\\;", ";").replace("\\\\", "\\").matches(&long).count(), 2);
        assert!(text.contains("\r\nTRIGGER:-P14D\r\n"));
        let hour = event(Some(Duration::from_secs(3600))).unwrap();
        assert!(hour.contains("\nTRIGGER:-PT3600S\n"));
    }

    #[test]
    fn nothing_from_outside_becomes_a_line_of_its_own() {
        assert_eq!(escaped("a\r\nATTACH:x\u{1b}\rb"), "a\\nATTACH:x??b");
    }
}
