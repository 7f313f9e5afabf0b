//! A calendar of days on which something is due (RFC 5545), for the program in which people keep
//! their other appointments.

use crate::text::printable;

/// Longest line in octets, without its end (RFC 5545 §3.1).
const MAX_LINE: usize = 75;

/// A day to remember.
pub struct Day {
    /// Stable, so that importing again changes the entry instead of adding one.
    pub uid: String,
    /// Grows with every change.
    pub sequence: i64,
    /// `20271116`
    pub date: String,
    pub summary: String,
    pub description: String,
    /// How long before the day's beginning to remind, in seconds.
    pub remind_before: u64,
}

/// The whole file. `stamp` is when it is made: `20261121T225900Z`.
pub fn calendar(stamp: &str, days: &[Day]) -> String {
    let mut text = String::new();
    let mut line = |content: &str| fold(&mut text, content);
    for fixed in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//partnerlink//status//EN"] {
        line(fixed);
    }
    for day in days {
        let (summary, description) = (escaped(&day.summary), escaped(&day.description));
        let before = match day.remind_before {
            seconds if seconds % 86_400 == 0 => format!("P{}D", seconds / 86_400),
            seconds => format!("PT{seconds}S"),
        };
        for content in [
            "BEGIN:VEVENT",
            &format!("UID:{}", escaped(&day.uid)),
            &format!("DTSTAMP:{stamp}"),
            &format!("SEQUENCE:{}", day.sequence),
            &format!("DTSTART;VALUE=DATE:{}", day.date),
            &format!("SUMMARY:{summary}"),
            &format!("DESCRIPTION:{description}"),
            // The day stays free for other things.
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            &format!("TRIGGER:-{before}"),
            &format!("DESCRIPTION:{summary}"),
            "END:VALARM",
            "END:VEVENT",
        ] {
            line(content);
        }
    }
    line("END:VCALENDAR");
    text
}

/// A value of type TEXT (§3.3.11); what could break a line comes from outside.
fn escaped(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| printable(line).replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,"))
        .collect();
    lines.join("\\n")
}

/// Breaks a long line between characters; what follows begins with a blank.
fn fold(text: &mut String, content: &str) {
    let mut room = MAX_LINE;
    for c in content.chars() {
        if c.len_utf8() > room {
            text.push_str("\r\n ");
            room = MAX_LINE - 1;
        }
        text.push(c);
        room -= c.len_utf8();
    }
    text.push_str("\r\n");
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
