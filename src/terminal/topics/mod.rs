//! What the program can explain beside its commands: pages of plain text, for `help` and manual.

use crate::error::Exit;

/// A page that belongs to no command.
pub struct Topic {
    pub name: &'static str,
    pub about: &'static str,
    text: &'static str,
}

/// Stands in a text for the table of exit codes.
const CODES: &str = "{codes}\n";

pub const TOPICS: [Topic; 10] = [
    Topic {
        name: "exit-codes",
        about: "What the exit codes mean, and what a script does about them",
        text: include_str!("exit-codes.txt"),
    },
    Topic {
        name: "environment",
        about: "Every environment variable that is read",
        text: include_str!("environment.txt"),
    },
    Topic {
        name: "providers",
        about: "Getting a client ID, and describing one more provider",
        text: include_str!("providers.txt"),
    },
    Topic {
        name: "stores",
        about: "Where tokens are kept: keychain or sealed files",
        text: include_str!("stores.txt"),
    },
    Topic {
        name: "cron",
        about: "Keeping accounts alive without a person",
        text: include_str!("cron.txt"),
    },
    Topic {
        name: "notify",
        about: "Knowing before a sign-in ends, and being told",
        text: include_str!("notify.txt"),
    },
    Topic {
        name: "ssh",
        about: "Signing in on a machine without a browser",
        text: include_str!("ssh.txt"),
    },
    Topic {
        name: "network",
        about: "Proxies, and companies that look into TLS",
        text: include_str!("network.txt"),
    },
    Topic {
        name: "formats",
        about: "The formats of data, and which one for what",
        text: include_str!("formats.txt"),
    },
    Topic {
        name: "security",
        about: "What is protected, how, and what is not",
        text: include_str!("security.txt"),
    },
];

impl Topic {
    pub fn named(name: &str) -> Option<&'static Self> {
        TOPICS.iter().find(|topic| topic.name == name)
    }

    /// The page: plain text of at most 80 columns.
    pub fn page(&self) -> String {
        let code = |(code, meaning): (&str, &str)| format!("  {code:<15}{meaning}\n");
        self.text.replace(CODES, &Exit::MEANINGS.map(code).concat())
    }
}
