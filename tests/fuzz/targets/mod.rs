//! What is fuzzed: a function of bytes each, which panics where something is not as it should be.

pub mod callback;
pub mod config;
pub mod csv_cells;
pub mod dates;
pub mod journal;
pub mod jq_answer;
pub mod jq_filter;
pub mod meter_file;
pub mod record;
pub mod token_answer;

use std::fmt::Debug;

pub type Target = fn(&[u8]);

pub const TARGETS: [(&str, Target); 10] = [
    ("callback", callback::check),
    ("config", config::check),
    ("csv_cells", csv_cells::check),
    ("dates", dates::check),
    ("journal", journal::check),
    ("jq_answer", jq_answer::check),
    ("jq_filter", jq_filter::check),
    ("meter_file", meter_file::check),
    ("record", record::check),
    ("token_answer", token_answer::check),
];

/// Secrets that are looked for are at least so long, in bytes: a shorter one stands there by chance.
const MIN_SECRET: usize = 8;

/// None of these secrets of `input` is in `told`, unless it stands in the input a second time: there
/// it may be what the answer calls an error.
#[track_caller]
fn keeps_secret<'a>(
    told: &(impl Debug + ?Sized),
    input: &[u8],
    secrets: impl IntoIterator<Item = &'a str>,
) {
    let told = format!("{told:?}");
    for secret in secrets.into_iter().filter(|secret| secret.len() >= MIN_SECRET) {
        let times = input.windows(secret.len()).filter(|part| *part == secret.as_bytes()).count();
        assert!(times != 1 || !told.contains(secret), "a secret is told: {told}");
    }
}
