//! Questions at a terminal, asked on stderr and answered by a line on standard input.

use std::io::{self, Write as _};

use super::{BOLD, Output};
use crate::error::{Error, Exit};

impl Output {
    /// The line that a person types, without blanks around it. Ctrl-D is no answer but an end.
    pub fn ask(&self, question: &str) -> Result<String, Error> {
        let mut stderr = anstream::stderr();
        let _ = write!(stderr, "{}{} ", self.prefix(), self.wrapped(question, 2));
        let _ = stderr.flush();
        let mut line = String::new();
        let failed = |error: &io::Error| Error::io("could not read your answer", error);
        match io::stdin().read_line(&mut line) {
            Ok(0) => {
                let _ = writeln!(stderr);
                let why = "the input ended; nothing was changed".to_owned();
                let ended = failed(&io::ErrorKind::UnexpectedEof.into());
                Err(Error { why, exit: Exit::Refused, ..ended })
            }
            Ok(_) => Ok(line.trim().to_owned()),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Whether a person says yes; Enter alone does.
    pub fn agrees(&self, question: &str) -> Result<bool, Error> {
        loop {
            match self.ask(&format!("{question} [Y/n]"))?.to_ascii_lowercase().as_str() {
                "" | "y" | "yes" | "j" | "ja" => return Ok(true),
                "n" | "no" | "nein" => return Ok(false),
                _ => {}
            }
        }
    }

    /// Whether the person types yes; anything else, and the end of the input, is no. Not even
    /// `--quiet` takes the question away: without it nobody knew what is waited for.
    pub fn confirms(&self, question: &str) -> bool {
        let answer = self.ask(&format!("{BOLD}?{BOLD:#} {question} [y/N]")).unwrap_or_default();
        matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes" | "j" | "ja")
    }
}
