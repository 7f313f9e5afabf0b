//! A task for the Windows Task Scheduler, as the XML that `schtasks /Create /XML` reads
//! (learn.microsoft.com, Task Scheduler Schema).

use super::xml::text;
use super::{Every, Job, MARK, NAME, ScheduleError};

pub fn file_name() -> String {
    format!("{NAME}.xml")
}

/// The task has no variables of its own, so `cmd` sets them first. It runs while its user is signed
/// in, because only then the Credential Manager gives anything out.
pub fn task(job: &Job, every: Every) -> Result<String, ScheduleError> {
    let by = ("PARTNERLINK_RUN_BY".to_owned(), "windows".to_owned());
    let mut command = String::new();
    for (name, value) in std::iter::once(&by).chain(&job.variables) {
        command += &format!("set \"{name}={}\" && ", for_cmd(value)?);
    }
    for word in job.words() {
        command += &argument(for_cmd(word)?);
        command.push(' ');
    }
    // With /s, cmd takes away the first and the last quote and nothing else.
    let arguments = text(&format!("/d /s /c \"{}\"", command.trim_end()));
    let (interval, delay) = (every.minutes, every.jitter());
    Ok(format!(
        r#"<?xml version="1.0"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Refresh the sign-ins of partnerlink ({MARK})</Description>
  </RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <Repetition>
        <Interval>PT{interval}M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>
      <Enabled>true</Enabled>
      <RandomDelay>PT{delay}S</RandomDelay>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT15M</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>cmd.exe</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"#
    ))
}

/// A value that `cmd` leaves alone between quotes: it knows no way to write a quote or a percent
/// sign there.
fn for_cmd(value: &str) -> Result<&str, ScheduleError> {
    if value.contains(['"', '%']) {
        return Err(ScheduleError::Value {
            what: format!("{value:?}"),
            why: "has a quote or a percent sign, which cmd.exe cannot be given".to_owned(),
        });
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
