//! `--jq` over a list that is on its way: JSON goes in, and what the filter makes of it comes out.

use std::io::{self, ErrorKind, Write};

use crate::error::Error;
use crate::jq::JqError;
use crate::terminal::{Output, filter_failed};

/// Bytes of one answer that a filter is given at once; it takes several times as much memory.
const MOST: usize = 64 << 20;

/// A writer that gathers JSON, gives it to the filter, and hands on what comes of it: the whole
/// answer when it is flushed, or line by line.
pub struct Filtered<'a> {
    output: &'a Output,
    by_line: bool,
    gathered: Vec<u8>,
    out: Box<dyn Write + 'a>,
}

impl<'a> Filtered<'a> {
    pub fn new(output: &'a Output, by_line: bool, out: Box<dyn Write + 'a>) -> Self {
        Self { output, by_line, gathered: Vec::new(), out }
    }

    fn hand_on(&mut self, upto: usize) -> io::Result<()> {
        let rest = self.gathered.split_off(upto);
        let gathered = std::mem::replace(&mut self.gathered, rest);
        let texts: Vec<&[u8]> = match self.by_line {
            true => gathered.split(|byte| *byte == b'\n').filter(|it| !it.is_empty()).collect(),
            false => vec![&gathered],
        };
        let made = self.output.filtered_all(&texts).map_err(io::Error::other)?;
        self.out.write_all(made.as_bytes())
    }
}

impl Write for Filtered<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.by_line
            && let Some(end) = self.gathered.iter().rposition(|byte| *byte == b'\n')
        {
            self.hand_on(end + 1)?;
        }
        if self.gathered.len() > MOST {
            let most = MOST >> 20;
            let text = format!(
                "more than {most} MiB for --jq at once: --format ndjson gives it each entry by itself"
            );
            return Err(io::Error::new(ErrorKind::FileTooLarge, text));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.gathered.is_empty() {
            self.hand_on(self.gathered.len())?;
        }
        self.out.flush()
    }
}

/// What failed when rows were written: the filter, or the file.
pub fn told(what: &str, error: &io::Error) -> Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<JqError>()) {
        Some(failed) => filter_failed(failed),
        None => Error::io(what, error),
    }
}
