//! A question to the person at the terminal.

use std::io::{self, BufRead as _, Write as _};

use super::{BOLD, Output};

impl Output {
    /// Whether the person types yes; anything else, and the end of the input, is no. Not even
    /// `--quiet` takes the question away: without it nobody knew what is waited for.
    pub fn ask(&self, question: &str) -> bool {
        let mut stderr = anstream::stderr();
        let _ = write!(stderr, "{}{BOLD}?{BOLD:#} {question} [y/N] ", self.prefix());
        let _ = stderr.flush();
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        // Where the input ended, the cursor is still behind the question.
        if matches!(read, Ok(0)) {
            let _ = writeln!(stderr);
        }
        matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes" | "j" | "ja")
    }
}
