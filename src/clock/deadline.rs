//! When something must have happened, whatever happens to clocks and to this process.

use std::time::{Duration, Instant};

use super::{Clock as _, SystemClock, Timestamp};

/// A deadline by every clock there is: the monotonic one stands still while a machine sleeps, the
/// wall clock can be set back, and not every system has one that does neither.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    monotonic: Instant,
    wall: Timestamp,
    /// Since this machine was started, sleep included.
    started: Option<Duration>,
}

impl Deadline {
    /// So long from now, in whole seconds by the wall clock.
    pub fn after(length: Duration) -> Self {
        let seconds = i64::try_from(length.as_secs()).unwrap_or(i64::MAX);
        let wall = super::after(SystemClock.now(), seconds);
        let started = since_start().and_then(|now| now.checked_add(length));
        Self { monotonic: Instant::now() + length, wall, started }
    }

    /// How long until it is over: zero from then on.
    pub fn left(&self) -> Duration {
        let monotonic = self.monotonic.saturating_duration_since(Instant::now());
        let left = monotonic.min(super::time_left(SystemClock.now(), self.wall));
        let started = self.started.zip(since_start());
        started.map_or(left, |(end, now)| left.min(end.saturating_sub(now)))
    }
}

/// How long ago this machine was started, with the time that it slept; `None` where the system has
/// no such clock.
fn since_start() -> Option<Duration> {
    #[cfg(target_os = "linux")]
    {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let nanoseconds = u32::try_from(now.tv_nsec).ok()?;
        Some(Duration::new(u64::try_from(now.tv_sec).ok()?, nanoseconds))
    }
    #[cfg(not(target_os = "linux"))]
    None
}
