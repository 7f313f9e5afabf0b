//! What an export says of its files.

use std::path::Path;

use super::ledger::Ledger;
use super::range::Range;
use super::summary::Summary;
use crate::commands::closing::{Closing, counted, number};
use crate::commands::session::Session;
use crate::error::Error;

/// What becomes of the files.
#[derive(Default)]
pub struct Files {
    pub written: usize,
    /// Of them those that replace a file with more gaps.
    pub fuller: usize,
    pub already: usize,
    /// Of them those with gaps still, after they were asked for again.
    pub as_before: usize,
    pub shorter_removed: usize,
    /// Not as this program wrote them.
    pub foreign: Vec<String>,
    /// Of something else than is asked for now.
    pub other: Vec<String>,
    /// The provider gave less than there is.
    pub poorer: Vec<String>,
}

impl Files {
    /// What was written, and what is known of all files of the folder.
    pub fn closing(
        &self,
        out: &Path,
        ledger: &Ledger,
        summary: &Summary,
        range: &Range,
    ) -> Closing {
        let written = counted(self.written, "file", "files");
        let mut what = format!("{written} written to {}", out.display());
        for (count, words) in [
            (self.fuller, "of them fuller than before"),
            (self.already, "there already"),
            (self.as_before, "of them with the same gaps as before"),
            (self.shorter_removed, "of a shorter time removed"),
        ] {
            if count > 0 {
                what += &format!(", {} {words}", number(count));
            }
        }
        let gaps = ledger.gaps();
        let missing = gaps.iter().map(|(_, missing)| missing).sum();
        let (mut lacks, mut warnings) = (summary.meters_without(), summary.warnings(&range.query));
        if !gaps.is_empty() {
            let missing = counted(missing, "interval is", "intervals are");
            lacks.insert(0, format!("{missing} missing"));
            warnings.push(gaps_in_words(&gaps));
        }
        for (names, words) in [
            (&self.foreign, "not as this program wrote it; --force replaces it"),
            (&self.poorer, "holds more than the provider has now, and is kept"),
        ] {
            if !names.is_empty() {
                warnings.push(format!("{}: {words}", in_short(names)));
            }
        }
        Closing { what, lacks, warnings }
    }

    /// Files that are of something else than is asked for now.
    pub fn error(&self, session: &Session) -> Option<Error> {
        let why = format!("{} holds something else than is asked for", in_short(&self.other));
        let hint = "use another --out for it, or replace the files with --force";
        (!self.other.is_empty()).then(|| session.usage(why, hint))
    }
}

/// `2 files have gaps and are asked for again by the next run: a_2026-10.csv 96, …`
fn gaps_in_words(gaps: &[(&str, usize)]) -> String {
    let names: Vec<String> =
        gaps.iter().map(|(name, missing)| format!("{name} {}", number(*missing))).collect();
    let have = if gaps.len() == 1 { "file has" } else { "files have" };
    let count = number(gaps.len());
    format!("{count} {have} gaps, and the next run asks for them again: {}", in_short(&names))
}

/// The first of them.
fn in_short(names: &[String]) -> String {
    const MOST: usize = 5;
    let shown = names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(MOST).filter(|more| *more > 0) {
        Some(more) => format!("{shown} and {} more", number(more)),
        None => shown,
    }
}
