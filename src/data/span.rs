//! A stretch of time.

use crate::clock::{Timestamp, seconds_between};

/// The time from `begin` on, up to but without `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub begin: Timestamp,
    pub end: Timestamp,
}

impl Span {
    pub fn seconds(&self) -> i64 {
        seconds_between(self.begin, self.end)
    }
}
