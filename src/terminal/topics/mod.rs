//! What the program can explain beside its commands: pages of plain text, for `help` and manual.

use crate::error::Exit;
use crate::formats::{FORMATS, Format};

/// A page that belongs to no command. Its first line says what it is about.
pub struct Topic {
    pub name: &'static str,
    text: &'static str,
}

/// Stand in a text for the table of exit codes, and for that of the formats.
const CODES: &str = "{codes}\n";
const FORMAT_ROWS: &str = "{formats}\n";

/// Each page is the file of its name beside this one.
macro_rules! topics {
    ($($name:literal)*) => {
        &[$(Topic { name: $name, text: include_str!(concat!($name, ".txt")) }),*]
    };
}

pub const TOPICS: &[Topic] = topics! {
    "exit-codes" "environment" "providers" "stores" "shared-store" "files" "cron" "recipes" "notify" "ssh" "network" "windows" "formats" "security"
};

impl Topic {
    pub fn named(name: &str) -> Option<&'static Self> {
        TOPICS.iter().find(|topic| topic.name == name)
    }

    pub fn about(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default()
    }

    /// The page: plain text of at most 80 columns.
    pub fn page(&self) -> String {
        let code = |(code, meaning): (&str, &str)| format!("  {code:<15}{meaning}\n");
        let formats: String = FORMATS.iter().map(Format::explained).collect();
        self.text.replace(CODES, &Exit::MEANINGS.map(code).concat()).replace(FORMAT_ROWS, &formats)
    }
}
