//! A progress line on a terminal: how far, and how long it will still take. Nothing anywhere else.

use std::io::Write as _;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Output, stderr_is_terminal};

/// What takes less than this needs no line.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line changes.
const PACE: Duration = Duration::from_millis(200);
/// Characters of the bar: with the longest words beside it, a line has 80.
const WIDTH: usize = 16;

/// Counts steps of work whose number is known.
pub struct Progress {
    total: usize,
    done: usize,
    noun: &'static str,
    on_interrupt: &'static str,
    begun: Instant,
    shown: Option<Instant>,
    visible: bool,
}

impl Progress {
    /// `on_interrupt` is what Ctrl-C does now, in three or four words: `keeps whole files`. It
    /// stands there before anybody needs it, and stays on the screen when the program has ended.
    pub fn new(
        output: &Output,
        total: usize,
        noun: &'static str,
        on_interrupt: &'static str,
    ) -> Self {
        let visible = stderr_is_terminal() && !output.quiet && !output.json;
        Self { total, done: 0, noun, on_interrupt, begun: Instant::now(), shown: None, visible }
    }

    /// One step more.
    pub fn step(&mut self) {
        self.done += 1;
        let quiet_until = self.shown.map_or(self.begun + PATIENCE, |last| last + PACE);
        if self.visible && Instant::now() >= quiet_until {
            self.shown = Some(Instant::now());
            let _ = write!(anstream::stderr(), "\r\x1b[K{}", self.line());
        }
    }

    /// Removes the line.
    pub fn end(&mut self) {
        if self.shown.take().is_some() {
            let _ = write!(anstream::stderr(), "\r\x1b[K");
        }
    }

    fn line(&self) -> String {
        let part = self.done.min(self.total) as f64 / self.total.max(1) as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to WIDTH")]
        let full = (part * WIDTH as f64) as usize;
        let left = self.begun.elapsed().mul_f64((1.0 - part) / part.max(f64::EPSILON)).as_secs();
        format!(
            "{}{} {} of {} {}, {}:{:02} left; Ctrl-C {}",
            "█".repeat(full),
            "░".repeat(WIDTH - full),
            self.done,
            self.total,
            self.noun,
            left / 60,
            left % 60,
            self.on_interrupt
        )
    }
}

/// A line that says what is waited for, once that takes longer than a second. Gone when dropped.
pub struct Waiting(Option<(Sender<()>, JoinHandle<()>)>);

impl Waiting {
    pub fn on(output: &Output, what: &str) -> Self {
        if !stderr_is_terminal() || output.quiet || output.json {
            return Self(None);
        }
        let (end, ended) = channel();
        let what = super::printable(what);
        let line = thread::spawn(move || {
            let mut pause = PATIENCE;
            let mut signs = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴'].into_iter().cycle();
            while let (Err(RecvTimeoutError::Timeout), Some(sign)) =
                (ended.recv_timeout(pause), signs.next())
            {
                pause = PACE;
                let _ = write!(anstream::stderr(), "\r\x1b[K{sign} {what} …");
            }
            if pause == PACE {
                let _ = write!(anstream::stderr(), "\r\x1b[K");
            }
        });
        Self(Some((end, line)))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some((end, line)) = self.0.take() {
            drop(end);
            let _ = line.join();
        }
    }
}
