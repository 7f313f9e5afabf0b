//! A launchd agent (launchd.plist(5)).

use super::xml::text;
use super::{Every, Job, MARK};

/// The name by which launchd knows the job.
pub const LABEL: &str = "partnerlink.refresh";

pub fn file_name() -> String {
    format!("{LABEL}.plist")
}

pub fn agent(job: &Job, every: Every) -> String {
    let string = |value: &str| format!("    <string>{}</string>\n", text(value));
    let words: String = job.words().map(|word| string(word)).collect();
    let variables: String = job
        .variables
        .iter()
        .map(|(name, value)| format!("    <key>{}</key>\n{}", text(name), string(value)))
        .collect();
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- {MARK} -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>{LABEL}</string>
  <key>ProgramArguments</key>
  <array>
{words}  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>PARTNERLINK_RUN_BY</key>
    <string>launchd</string>
{variables}  </dict>
  <key>StartInterval</key>
  <integer>{}</integer>
  <key>ProcessType</key>
  <string>Background</string>
  <key>Umask</key>
  <integer>63</integer>
</dict>
</plist>
"#,
        every.seconds()
    )
}
