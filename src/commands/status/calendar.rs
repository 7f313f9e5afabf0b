//! `status --calendar`: the days by which somebody has to sign in again (RFC 5545), for the program
//! in which people keep their other appointments.

use std::path::Path;

use crate::accounts::Account;
use crate::clock::{self, Clock as _};
use crate::commands::session::save_text;
use crate::context::Context;
use crate::error::Error;
use crate::terminal::Mark;
use crate::text::printable;

/// Longest line in octets, without its end (RFC 5545 §3.1).
const MAX_LINE: usize = 75;

/// Writes the days as a calendar; `-` is standard output.
pub fn write(context: &Context, days: &[Day], file: &Path, force: bool) -> Result<(), Error> {
    if days.is_empty() {
        context.output.say(Mark::Note, "No sign-in has a known end: there is no calendar.");
        return Ok(());
    }
    let text = calendar(&clock::calendar_stamp(context.clock.now()), days);
    if file == Path::new("-") {
        return context.output.raw(&text);
    }
    save_text(file, &text, force, "could not write the calendar")?;
    context.output.say(Mark::Good, format_args!("Calendar: {}", file.display()));
    Ok(())
}

/// The day by which to sign in again, where it is known; `remind_before` in seconds.
pub fn day(context: &Context, account: &Account, remind_before: u64) -> Option<Day> {
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

/// A day to remember.
pub struct Day {
    /// Stable, so that importing again changes the entry instead of adding one.
    uid: String,
    /// Grows with every change.
    sequence: i64,
    /// `20271116`
    date: String,
    summary: String,
    description: String,
    /// How long before the day's beginning to remind, in seconds.
    remind_before: u64,
}

/// The whole file. `stamp` is when it is made: `20261121T225900Z`.
fn calendar(stamp: &str, days: &[Day]) -> String {
    let begin = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//partnerlink//status//EN\n";
    let events: String = days.iter().map(|day| event(stamp, day)).collect();
    format!("{begin}{events}END:VCALENDAR\n").lines().map(folded).collect()
}

fn event(stamp: &str, day: &Day) -> String {
    let (uid, summary) = (escaped(&day.uid), escaped(&day.summary));
    let before = match day.remind_before {
        seconds if seconds % 86_400 == 0 => format!("P{}D", seconds / 86_400),
        seconds => format!("PT{seconds}S"),
    };
    // Transparent: the day stays free for other things.
    format!(
        "BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:{stamp}\nSEQUENCE:{}\nDTSTART;VALUE=DATE:{}\n\
         SUMMARY:{summary}\nDESCRIPTION:{}\nTRANSP:TRANSPARENT\n\
         BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-{before}\nDESCRIPTION:{summary}\nEND:VALARM\n\
         END:VEVENT\n",
        day.sequence,
        day.date,
        escaped(&day.description),
    )
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
        let day = Day {
            uid: "x".into(),
            sequence: 1,
            date: "20271116".into(),
            summary: "s".into(),
            description: long.clone(),
            remind_before: 14 * 86_400,
        };
        let text = calendar("20261121T225900Z", &[day]);
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert!(text.split("\r\n").all(|line| line.len() <= MAX_LINE));
        let unfolded = text.replace("\r\n ", "");
        let description = unfolded.lines().find_map(|line| line.strip_prefix("DESCRIPTION:"));
        let back = description.unwrap().replace("\\n", "\n").replace("\\,", ",");
        assert_eq!(back.replace("\\;", ";").replace("\\\\", "\\"), long.trim_end());
        assert!(text.contains("\r\nTRIGGER:-P14D\r\n"));
    }

    #[test]
    fn nothing_from_outside_becomes_a_line_of_its_own() {
        assert_eq!(escaped("a\r\nATTACH:x\u{1b}\rb"), "a\\nATTACH:x??b");
    }
}
