//! A line for a crontab (crontab(5)): five fields of time, then a command for `sh`.

use super::{Every, Job, MARK, ScheduleError, is_plain};

/// Longest command in bytes that every cron takes: Debian's refuses a thousand.
const MOST_BYTES: usize = 980;

/// Our line in a crontab. `seed` spreads the minutes of many users and machines.
pub fn line(job: &Job, every: Every, seed: u64) -> Result<String, ScheduleError> {
    let variables = job.variables.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
    let words: Vec<String> = variables.chain(job.words().map(|word| quoted(word))).collect();
    // The mark is a comment for the shell, so it stays with the line wherever the line is moved.
    let command = format!("PARTNERLINK_RUN_BY=cron {} # {MARK}", words.join(" "));
    if command.len() > MOST_BYTES {
        let why = format!("is longer than the {MOST_BYTES} bytes that cron takes");
        return Err(ScheduleError::value("the command", why));
    }
    Ok(format!("{} {command}", times(every, seed)))
}

/// Whether a line of a crontab is ours. One that somebody commented out no longer is.
pub fn is_ours(line: &str) -> bool {
    line.trim_end().ends_with(&format!("# {MARK}")) && !line.trim_start().starts_with('#')
}

/// A crontab with this as our line, or without one; everything else stays as it is.
pub fn with_line(crontab: &str, line: Option<&str>) -> String {
    let mut new = line.map(|line| format!("{line}\n"));
    let mut text = String::new();
    for old in crontab.split_inclusive('\n') {
        text += &if is_ours(old) { new.take().unwrap_or_default() } else { old.to_owned() };
    }
    if new.is_some() && !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text + &new.unwrap_or_default()
}

/// Minute, hour, day, month, weekday. Never minute 0, when everybody else begins.
pub(super) fn times(every: Every, seed: u64) -> String {
    let step = u64::from(every.minutes);
    let minute = 1 + seed % (step.min(60) - 1);
    let list = |first: u64, step: u64, end: u64| {
        let all: Vec<String> =
            (first..end).step_by(step as usize).map(|number| number.to_string()).collect();
        all.join(",")
    };
    if step < 60 {
        return format!("{} * * * *", list(minute, step, 60));
    }
    match step / 60 {
        1 => format!("{minute} * * * *"),
        hours => format!("{minute} {} * * *", list(seed / 64 % hours, hours, 24)),
    }
}

/// A word for `sh`, as cron hands it over: cron takes `%` for a line break and `\%` for `%`, and
/// some crons take a backslash from `\\` too, so none stands before another or before a `%`.
fn quoted(word: &str) -> String {
    if is_plain(word) {
        return word.to_owned();
    }
    let mut text = String::from("'");
    for c in word.chars() {
        match c {
            '\'' => text += r"'\''",
            '%' => text += r"\%",
            '\\' => text += r"\''",
            c => text.push(c),
        }
    }
    text + "'"
}

/// Numbers that differ from user to user and machine to machine, and stay the same for each
/// (FNV-1a: the standard library's hash may change with its version).
pub fn seed(parts: &[&str]) -> u64 {
    parts
        .iter()
        .flat_map(|part| part.bytes().chain([0]))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn every(minutes: u64) -> Every {
        Every::new(Duration::from_secs(minutes * 60)).unwrap()
    }

    #[test]
    fn the_times_are_spread_and_never_at_minute_0() {
        for seed in 0..10_000 {
            for minutes in [5, 30, 60, 120, 1440] {
                let text = times(every(minutes), seed);
                let first: u64 = text.split([',', ' ']).next().unwrap().parse().unwrap();
                assert!((1..60).contains(&first), "{text}");
            }
        }
        assert_eq!(times(every(15), 6), "7,22,37,52 * * * *");
        assert_eq!(times(every(60), 16), "17 * * * *");
        assert_eq!(times(every(360), 64 * 2), "11 2,8,14,20 * * *");
        assert_eq!(times(every(1440), 64 * 25), "8 1 * * *");
        assert_ne!(seed(&["1000", "alpha"]) % 59, seed(&["1000", "gamma"]) % 59);
        assert_ne!(seed(&["ab", "c"]), seed(&["a", "bc"]));
    }

    #[cfg(unix)]
    /// What Debian's cron makes of `%` and backslash before the shell sees it.
    fn through_cron(command: &str) -> String {
        let mut text = String::new();
        let mut escaped = false;
        for c in command.chars() {
            if escaped {
                if c == '%' || c == '\\' {
                    text.pop();
                }
                text.push(c);
                escaped = false;
                continue;
            }
            assert_ne!(c, '%', "a line break in {command}");
            escaped = c == '\\';
            text.push(c);
        }
        text
    }

    #[cfg(unix)] // it asks sh
    #[test]
    fn every_word_survives_cron_and_the_shell() {
        let all: String = (0x20..=0x7e_u8).map(char::from).collect();
        for word in [&all, "/a b/100%", r"\\%%\", r"it's\%'", "", "ü", "# $(id) `id`"] {
            let command =
                through_cron(&format!("printf %s {}", quoted(word)).replacen('%', r"\%", 1));
            let output = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), word, "{command}");
        }
    }

    #[test]
    fn only_our_own_line_is_touched() {
        let ours = |time: &str| format!("{time} x # {MARK}");
        let before =
            "MAILTO=me\n# 1 * * * * old # written by partnerlink schedule install\n2 * * * * other";
        let with = with_line(before, Some(&ours("3 * * * *")));
        assert_eq!(with, format!("{before}\n{}\n", ours("3 * * * *")));
        assert_eq!(with_line(&with, Some(&ours("3 * * * *"))), with);
        let changed = with_line(&with, Some(&ours("4 * * * *")));
        assert_eq!(changed, with.replace("3 * * * *", "4 * * * *"));
        assert_eq!(with_line(&changed, None), format!("{before}\n"));
        assert_eq!(with_line("", None), "");
    }
}
