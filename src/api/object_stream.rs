//! The objects of one JSON array, read one after the other: memory holds a buffer and one object,
//! however long the array is.

use std::io::{self, Read};

/// What is read from the network at a time, in bytes.
const BUFFER: usize = 128 * 1024;
/// Largest single object, in bytes; real ones have a few hundred.
const MAX_OBJECT: usize = 1024 * 1024;

/// Largest array, in bytes: a year of quarter hours has a tenth of it, and one without end is a
/// fault.
const MAX_ARRAY: u64 = 256 * 1024 * 1024;

/// Why an array could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    #[error("{0}")]
    BrokeOff(io::Error),
    #[error("is larger than 256 MiB")]
    TooLarge,
    #[error("is not a JSON list: {0}")]
    NotAList(&'static str),
    #[error("has an entry that cannot be read: entry {index}, {why}")]
    Entry { index: usize, why: String },
}

/// Calls `take` with the text that begins with each entry of the array in `body`, and which may
/// end too early: `take` reads one entry from it and returns how many bytes that was, or
/// serde_json's error, of which one at the end of the text means that more is needed.
pub fn for_each(
    body: impl Read,
    mut take: impl FnMut(&[u8]) -> Result<usize, serde_json::Error>,
) -> Result<(), StreamError> {
    let mut window = Window { body, buffer: vec![0; BUFFER], start: 0, end: 0, left: MAX_ARRAY };
    window.begin()?;
    for index in 0.. {
        if window.is_over(index == 0)? {
            break;
        }
        window.start += loop {
            match take(&window.buffer[window.start..window.end]) {
                Ok(length) => break length,
                Err(error) if may_be_unfinished(&error) => {
                    if window.read_more()? == 0 {
                        return Err(if error.is_eof() { cut() } else { broken(index, &error) });
                    }
                }
                Err(error) => return Err(broken(index, &error)),
            }
        };
    }
    window.ends_well()
}

/// A buffer over the body, of which the front part is used up.
struct Window<R> {
    body: R,
    buffer: Vec<u8>,
    /// Where the unused part begins and ends.
    start: usize,
    end: usize,
    /// Bytes that may still come.
    left: u64,
}

impl<R: Read> Window<R> {
    /// Takes the opening bracket.
    fn begin(&mut self) -> Result<(), StreamError> {
        match self.next_byte()? {
            Some(b'[') => {
                self.start += 1;
                Ok(())
            }
            Some(_) => Err(StreamError::NotAList("it does not begin with [")),
            None => Err(StreamError::NotAList("it is empty")),
        }
    }

    /// Takes what stands between two entries; `true` after the closing bracket.
    fn is_over(&mut self, first: bool) -> Result<bool, StreamError> {
        let broken = StreamError::NotAList("its entries are not separated by commas");
        match self.next_byte()? {
            Some(b']') => {
                self.start += 1;
                return Ok(true);
            }
            Some(b',') if !first => self.start += 1,
            Some(_) if first => return Ok(false),
            Some(_) => return Err(broken),
            None => return Err(cut()),
        }
        match self.next_byte()? {
            Some(b']') => Err(broken),
            Some(_) => Ok(false),
            None => Err(cut()),
        }
    }

    /// Nothing but white space may follow.
    fn ends_well(&mut self) -> Result<(), StreamError> {
        match self.next_byte()? {
            None => Ok(()),
            Some(_) => Err(StreamError::NotAList("something follows its end")),
        }
    }

    /// The next byte that is no white space, without taking it.
    fn next_byte(&mut self) -> Result<Option<u8>, StreamError> {
        loop {
            while self.start < self.end {
                match self.buffer[self.start] {
                    b' ' | b'\n' | b'\r' | b'\t' => self.start += 1,
                    byte => return Ok(Some(byte)),
                }
            }
            if self.read_more()? == 0 {
                return Ok(None);
            }
        }
    }

    fn read_more(&mut self) -> Result<usize, StreamError> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            if self.end >= MAX_OBJECT {
                return Err(StreamError::NotAList("one of its entries is larger than 1 MiB"));
            }
            self.buffer.resize(self.end * 2, 0);
        }
        loop {
            match self.body.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.left = self.left.checked_sub(count as u64).ok_or(StreamError::TooLarge)?;
                    self.end += count;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(StreamError::BrokeOff(error)),
            }
        }
    }
}

/// Whether more of the text could mend it. serde_json calls a number that ends behind its point or
/// sign invalid, and not cut off.
fn may_be_unfinished(error: &serde_json::Error) -> bool {
    error.is_eof() || error.to_string().contains("invalid number")
}

fn broken(index: usize, error: &serde_json::Error) -> StreamError {
    StreamError::Entry { index, why: error.to_string() }
}

fn cut() -> StreamError {
    StreamError::BrokeOff(io::Error::new(io::ErrorKind::UnexpectedEof, "it ends in the middle"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(into.len()).min(3);
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn entries(text: &str) -> Result<Vec<String>, StreamError> {
        read(Drip(text.as_bytes()))
    }

    fn read(body: impl Read) -> Result<Vec<String>, StreamError> {
        let mut found = Vec::new();
        for_each(body, |text| {
            let mut values =
                serde_json::Deserializer::from_slice(text).into_iter::<serde_json::Value>();
            match values.next() {
                Some(value) => found.push(value?.to_string()),
                None => return Err(serde::de::Error::custom("nothing")),
            }
            Ok(values.byte_offset())
        })?;
        Ok(found)
    }

    #[test]
    fn entries_come_whole_however_they_are_cut() {
        let text = r#" [ {"a":"[,]}\""} ,{"b":[1,{"c":2}]}, {} ] "#;
        assert_eq!(entries(text).unwrap(), [r#"{"a":"[,]}\""}"#, r#"{"b":[1,{"c":2}]}"#, "{}"]);
        assert_eq!(
            entries(r#"[{"a":-0.5e-3},{"a":12.25}]"#).unwrap(),
            [r#"{"a":-0.5e-3}"#, r#"{"a":12.25}"#]
        );
        assert!(entries("[]").unwrap().is_empty());
        let long = format!(r#"[{{"a":"{}"}}]"#, "x".repeat(300_000));
        assert_eq!(read(long.as_bytes()).unwrap()[0].len(), 300_008);
    }

    #[test]
    fn a_list_that_ends_in_the_middle_is_an_error() {
        for text in ["[", "[{", "[{}", "[{},", r#"[{"a":"#] {
            assert!(matches!(entries(text), Err(StreamError::BrokeOff(_))), "{text}");
        }
        for text in ["", "{}", "[{}{}]", "[{},]", "[{}] x"] {
            assert!(matches!(entries(text), Err(StreamError::NotAList(_))), "{text}");
        }
        for text in ["[nonsense]", r#"[{"a":0.}]"#] {
            assert!(matches!(entries(text), Err(StreamError::Entry { index: 0, .. })), "{text}");
        }
    }

    #[test]
    fn an_endless_list_is_given_up() {
        let body = io::Read::chain(&b"["[..], io::repeat(b' '));
        let mut window = Window { body, buffer: vec![0; 64], start: 0, end: 0, left: 1000 };
        window.begin().unwrap();
        assert!(matches!(window.is_over(true), Err(StreamError::TooLarge)));
        assert!(window.left < 64);
    }

    #[test]
    fn an_endless_entry_is_given_up() {
        let endless = io::Read::chain(&b"[{\"a\":\""[..], io::repeat(b'x'));
        let result = for_each(endless, |text| {
            serde_json::from_slice::<serde::de::IgnoredAny>(text).map(|_| text.len())
        });
        assert!(matches!(result, Err(StreamError::NotAList(_))));
    }
}
