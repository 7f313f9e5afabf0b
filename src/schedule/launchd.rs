//! A launchd agent (launchd.plist(5)). It is printed and not installed: nobody has tried it yet.

use super::machine::user_number;
use super::{Every, Job, MARK, filled, xml};

pub const FILE: &str = "partnerlink.refresh.plist";
const LABEL: &str = "partnerlink.refresh";

/// The job as launchctl names it.
pub fn job() -> String {
    format!("gui/{}/{LABEL}", user_number())
}

pub fn agent(job: &Job, every: Every) -> String {
    let string = |value: &str| format!("    <string>{}</string>\n", xml(value));
    let variable =
        |(name, value): &(&str, String)| format!("    <key>{}</key>\n{}", xml(name), string(value));
    filled(
        include_str!("units/partnerlink.refresh.plist"),
        &[
            ("mark", MARK),
            ("words", &job.words().map(|word| string(word)).collect::<String>()),
            ("variables", &job.variables.iter().map(variable).collect::<String>()),
            ("seconds", &every.seconds().to_string()),
        ],
    )
}
