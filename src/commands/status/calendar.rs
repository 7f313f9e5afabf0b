//! `status --calendar`: the days by which somebody has to sign in again (RFC 5545), for the program
//! in which people keep their other appointments.

use std::path::Path;
use std::time::Duration;

use crate::accounts::{Account, Standing};
use crate::clock::{self, Clock as _, TimeZone, Timestamp};
use crate::commands::written::save_text;
use crate::context::Context;
use crate::error::Error;
use crate::language::{Language, filled};
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
    let made = Made { output: &context.output, language: context.settings.language(), now };
    let events: String = accounts.filter_map(|account| made.event(account, within)).collect();
    if events.is_empty() {
        context.output.say(Mark::Note, "No sign-in has a known end: there is no calendar.");
        return Ok(());
    }
    let text = calendar(&events, made.language);
    if file == Path::new("-") {
        return context.output.raw(&text);
    }
    save_text(file, &text, force, "could not write the calendar")?;
    context.output.say(Mark::Good, format_args!("Calendar: {}", file.display()));
    Ok(())
}

/// The whole file.
fn calendar(events: &str, language: Language) -> String {
    let name = language.name().to_uppercase();
    let begin = format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//partnerlink//status//{name}\n");
    format!("{begin}{events}END:VCALENDAR\n").lines().map(folded).collect()
}

/// When the file is made, and for whom.
struct Made<'a> {
    output: &'a Output,
    language: Language,
    now: Timestamp,
}

impl Made<'_> {
    /// The day by which to sign in again, where it is known; today where it is needed already.
    fn event(&self, account: &Account, within: Option<Duration>) -> Option<String> {
        let now = self.now;
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
        // The UID is stable, so that importing again changes the entry instead of adding one.
        let sandbox = if self.output.sandbox { "sandbox." } else { "" };
        let uid = escaped(&format!("{sandbox}{}@partnerlink", account.account.file_stem()));
        // Grows with every change. In minutes: seconds would not fit into 31 bits for long.
        let changed = if is_needed { now } else { account.connected_at };
        let sequence = changed.as_second() / 60;
        let [summary, description] = self.words(account, is_needed).map(|text| escaped(&text));
        // Transparent: the day stays free for other things.
        Some(format!(
            "BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:{stamp}\nSEQUENCE:{sequence}\n\
             DTSTART;VALUE=DATE:{day}\nSUMMARY:{summary}\nDESCRIPTION:{description}\n\
             TRANSP:TRANSPARENT\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-{before}\n\
             DESCRIPTION:{summary}\nEND:VALARM\nEND:VEVENT\n"
        ))
    }

    /// What to do, in a line, and how.
    fn words(&self, account: &Account, is_needed: bool) -> [String; 2] {
        let texts = &self.language.texts().calendar;
        let name = account.account.to_string();
        let who = account.who.as_ref().map(|who| format!(" ({who})")).unwrap_or_default();
        let day = &self.language.texts().dates.day;
        let end = account.sign_in_by.unwrap_or(self.now);
        let end = self.language.show(end, day, &TimeZone::system());
        let sentence = if is_needed { &texts.ended } else { &texts.ends };
        let values = [("account", &*name), ("who", &who), ("day", &end)];
        let command = self.output.command(&format!("partnerlink connect {name}"));
        let description = format!("{}\n{command}\n", filled(sentence, &values));
        [filled(&texts.summary, &values), description]
    }
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
        let output = Output::default();
        let made = Made { output: &output, language: Language::De, now: Timestamp::UNIX_EPOCH };
        let text = calendar(&made.event(&account, None).unwrap(), made.language);
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert!(text.split("\r\n").all(|line| line.len() <= MAX_LINE));
        let unfolded = text.replace("\r\n ", "");
        let description = unfolded.lines().find_map(|line| line.strip_prefix("DESCRIPTION:"));
        let back = description.unwrap().replace("\\n", "\n").replace("\\,", ",");
        assert_eq!(back.replace("\\;", ";").replace("\\\\", "\\").matches(&long).count(), 1);
        assert!(description.unwrap().contains(" endet am "), "{unfolded}");
        assert!(text.contains("\r\nTRIGGER:-P14D\r\n"));
        let hour = made.event(&account, Some(Duration::from_secs(3600))).unwrap();
        assert!(hour.contains("\nTRIGGER:-PT3600S\n"));
    }

    #[test]
    fn nothing_from_outside_becomes_a_line_of_its_own() {
        assert_eq!(escaped("a\r\nATTACH:x\u{1b}\rb"), "a\\nATTACH:x??b");
    }
}
