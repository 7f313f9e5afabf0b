//! A task for the Windows Task Scheduler, as the XML that `schtasks /Create /XML` reads
//! (learn.microsoft.com, Task Scheduler Schema).

use super::{Every, Job, MARK, ScheduleError, filled, xml};

pub const FILE: &str = "partnerlink-refresh.xml";

/// The task has no variables of its own, so `cmd` sets them first. It runs while its user is signed
/// in, because only then the Credential Manager gives anything out.
pub fn task(job: &Job, every: Every) -> Result<String, ScheduleError> {
    let by = ("PARTNERLINK_RUN_BY", "windows".to_owned());
    let mut command = String::new();
    for (name, value) in std::iter::once(&by).chain(&job.variables) {
        command += &format!("set \"{name}={}\" && ", for_cmd(value)?);
    }
    for word in job.words() {
        command += &argument(for_cmd(word)?);
        command.push(' ');
    }
    // With /s, cmd takes away the first and the last quote and nothing else.
    let arguments = xml(&format!("/d /s /c \"{}\"", command.trim_end()));
    Ok(filled(
        include_str!("units/partnerlink-refresh.xml"),
        &[
            ("mark", MARK),
            ("minutes", &every.minutes.to_string()),
            ("jitter", &every.jitter().to_string()),
            ("arguments", &arguments),
        ],
    ))
}

/// A value that `cmd` leaves alone between quotes: it knows no way to write a quote or a percent
/// sign there.
fn for_cmd(value: &str) -> Result<&str, ScheduleError> {
    if value.contains(['"', '%']) {
        return Err(ScheduleError::value(
            format!("{value:?}"),
            "has a quote or a percent sign, which cmd.exe cannot be given",
        ));
    }
    Ok(value)
}

/// A word in quotes; backslashes before a quote count double (`CommandLineToArgvW`).
fn argument(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || r"/._-:\".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let trailing = word.len() - word.trim_end_matches('\\').len();
    format!("\"{word}{}\"", "\\".repeat(trailing))
}
