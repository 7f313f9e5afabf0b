//! The one policy for asking again: what may pass by itself, how often it is tried, and how long to
//! wait in between. Whether a request may be repeated at all is the caller's decision.

use std::time::Duration;

use super::HttpError;
use crate::clock;

/// Longest `Retry-After` that is waited out in one run: a person or a cron job stays that long.
pub const MAX_WAIT: Duration = Duration::from_secs(60);
/// How often a request that may be repeated is sent in all. A refresh token has its own counts, in
/// `flow/refresh`: it may be spent by the first try.
pub const TRIES: u32 = 4;
/// Pause before the first repetition where the server names none.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// How much longer each further pause is.
const GROWTH: u32 = 2;

/// Whether a server with this status asks to come back later (RFC 6585 §4, RFC 9110 §15.6).
pub fn is_transient(status: u16) -> bool {
    status == 429 || status >= 500
}

/// How long to wait before repetition number `repetition` (from 0): longer each time, and up to as
/// much again by lot, so that many machines do not come back together.
pub fn pause(repetition: u32) -> Duration {
    let pause = FIRST_PAUSE * GROWTH.pow(repetition);
    pause + clock::random_part(pause)
}

impl HttpError {
    /// Whether the network or the server may be at fault, and the same request may work later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { fault, .. } => !fault.is_lasting(),
            other => matches!(other, Self::TimedOut { .. } | Self::Broken { .. }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_spread() {
        for repetition in 0..TRIES {
            let least = FIRST_PAUSE * GROWTH.pow(repetition);
            let found = pause(repetition);
            assert!((least..=2 * least).contains(&found), "{repetition}: {found:?}");
        }
    }
}
