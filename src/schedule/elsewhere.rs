//! What is printed to be taken elsewhere, where the shared store is the way to the sign-ins: a
//! manifest for Kubernetes, a job for GitLab. Nothing of it is secret.

use super::cron;
use super::{Every, Kind, filled};

/// What a machine elsewhere is given.
#[derive(Debug)]
pub struct Elsewhere {
    /// The files of the machine that refreshes, by name: the configuration, certificates to trust.
    pub refresher: Vec<(&'static str, String)>,
    /// Those of a machine that reads.
    pub reader: Vec<(&'static str, String)>,
    /// For a shell.
    pub program: String,
    /// The account of the example.
    pub account: String,
}

impl Elsewhere {
    /// The example of what reads.
    fn read(&self) -> String {
        format!("{} exec {} -- ./job", self.program, self.account)
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// In the same pod, where the journal of new tokens is that could not be saved yet.
const RESTARTED: &str = "OnFailure # a container that was killed finds its journal again";

/// Service accounts, configuration, a CronJob and a pod.
pub fn kubernetes(there: &Elsewhere, every: Every, seed: u64) -> String {
    let refresh =
        format!("{} token refresh --quiet --for {}", there.program, every.work(Kind::Kubernetes));
    let refresh = pod("refresher", RESTARTED, &refresh);
    let read = pod("reader", "Never", &there.read());
    filled(
        include_str!("units/kubernetes.yaml"),
        &[
            (
                "accounts",
                &[account("refresher", &there.refresher), account("reader", &there.reader)]
                    .concat(),
            ),
            ("times", &cron::times(every, seed)),
            ("refresher", indented(&refresh, 10).trim_end()),
            ("reader", &indented(&read, 2)),
        ],
    )
}

/// A job that reads.
pub fn gitlab(there: &Elsewhere) -> String {
    let write = |(name, text): &(&str, String)| {
        let text = format!("cat >\"$PARTNERLINK_HOME/{name}\" <<'END'\n{text}END\n");
        format!("  - |\n{}", indented(&text, 4))
    };
    filled(
        include_str!("units/gitlab.yaml"),
        &[
            ("version", VERSION),
            ("files", there.reader.iter().map(write).collect::<String>().trim_end()),
            ("command", &there.read()),
        ],
    )
}

fn account(duty: &str, files: &[(&'static str, String)]) -> String {
    let entry = |(name, text): &(&str, String)| format!("  {name}: |\n{}", indented(text, 4));
    let files: String = files.iter().map(entry).collect();
    filled(
        include_str!("units/kubernetes-account.yaml"),
        &[("duty", duty), ("files", files.trim_end())],
    )
}

fn pod(duty: &str, restart: &str, command: &str) -> String {
    filled(
        include_str!("units/kubernetes-pod.yaml"),
        &[("duty", duty), ("restart", restart), ("command", command), ("version", VERSION)],
    )
}

fn indented(text: &str, spaces: usize) -> String {
    let line = |line: &str| match line {
        "" => "\n".to_owned(),
        line => format!("{}{line}\n", " ".repeat(spaces)),
    };
    text.lines().map(line).collect()
}
