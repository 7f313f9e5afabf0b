//! EDIFACT as segments (ISO 9735): `DTM+163:202610250015?+00:303'`, one after the other, so that a
//! large file is never in memory as a whole.

use std::io::{self, BufRead, BufReader, Read};

/// No segment of a message between market partners is nearly as long, in bytes.
const MAX_SEGMENT: u64 = 16 * 1024;

/// The service characters of a file, which UNA names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Separators {
    component: u8,
    element: u8,
    /// Takes the meaning of the character behind it.
    release: Option<u8>,
    end: u8,
}

/// Where no UNA says otherwise.
const USUAL: Separators =
    Separators { component: b':', element: b'+', release: Some(b'?'), end: b'\'' };

/// A segment: its tag, and its elements made of components.
#[derive(Debug, PartialEq, Eq)]
pub struct Segment {
    /// From 1 in the file; UNA, which is none, does not count.
    pub number: u64,
    pub tag: String,
    elements: Vec<Vec<String>>,
}

impl Segment {
    /// A component, counted from 0 behind the tag; empty where it was left out.
    pub fn component(&self, element: usize, component: usize) -> &str {
        self.elements.get(element).and_then(|parts| parts.get(component)).map_or("", String::as_str)
    }

    /// All components of an element.
    pub fn element(&self, element: usize) -> &[String] {
        self.elements.get(element).map(Vec::as_slice).unwrap_or_default()
    }
}

/// What is wrong with a file as EDIFACT, and in which segment.
#[derive(Debug)]
pub enum Broken {
    Segment(u64, String),
    Unreadable(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// The segments of a file.
pub struct Segments<R> {
    from: BufReader<R>,
    separators: Separators,
    number: u64,
}

impl<R: Read> Segments<R> {
    pub fn new(from: R) -> Result<Self, Broken> {
        let mut segments = Self { from: BufReader::new(from), separators: USUAL, number: 0 };
        segments.skip_line_breaks()?;
        if segments.from.fill_buf()?.starts_with(b"UNA") {
            let mut una = [0; 9];
            segments.from.read_exact(&mut una)?;
            // Which decimal sign a file uses, una[5], its numbers show; the eighth is reserved.
            let [_, _, _, component, element, _, release, _, end] = una;
            let release = Some(release).filter(|release| *release != b' ');
            let signs = [Some(component), Some(element), release, Some(end)];
            let is_sign = |sign: &u8| sign.is_ascii_punctuation();
            let is_right = signs.iter().enumerate().all(|(at, sign)| {
                sign.is_none() || sign.as_ref().is_some_and(is_sign) && !signs[..at].contains(sign)
            });
            if !is_right {
                let why = "UNA names no six separators, such as UNA:+.? '".to_owned();
                return Err(Broken::Segment(1, why));
            }
            segments.separators = Separators { component, element, release, end };
        }
        Ok(segments)
    }

    /// The next segment; `None` at the end of the file.
    pub fn next(&mut self) -> Result<Option<Segment>, Broken> {
        self.skip_line_breaks()?;
        let Separators { release, end, .. } = self.separators;
        let mut bytes = Vec::new();
        loop {
            let room = MAX_SEGMENT.saturating_sub(bytes.len() as u64);
            let read = self.from.by_ref().take(room).read_until(end, &mut bytes)?;
            if bytes.is_empty() {
                return Ok(None);
            }
            self.number += u64::from(read == bytes.len());
            if read == 0 || bytes.last() != Some(&end) {
                let why = format!("it has no end ({}): is the file cut off?", char::from(end));
                return Err(Broken::Segment(self.number, why));
            }
            let released = bytes[..bytes.len() - 1].iter().rev();
            if released.take_while(|byte| Some(**byte) == release).count() % 2 == 0 {
                bytes.pop();
                return self.parse(&bytes).map(Some);
            }
        }
    }

    fn parse(&self, bytes: &[u8]) -> Result<Segment, Broken> {
        let Separators { component, element, release, .. } = self.separators;
        let (mut elements, mut parts, mut part) = (Vec::new(), Vec::new(), Vec::new());
        let mut rest = bytes.iter().copied();
        while let Some(byte) = rest.next() {
            match byte {
                _ if Some(byte) == release => part.extend(rest.next()),
                _ if byte == component => parts.push(letters(&mut part)),
                _ if byte == element => {
                    parts.push(letters(&mut part));
                    elements.push(std::mem::take(&mut parts));
                }
                // Some programs break lines where they like.
                b'\r' | b'\n' => {}
                _ => part.push(byte),
            }
        }
        parts.push(letters(&mut part));
        elements.push(parts);
        let tag = elements.remove(0).swap_remove(0);
        let is_tag = tag.len() == 3 && tag.bytes().all(|byte| byte.is_ascii_uppercase());
        if !is_tag {
            let begin: String = tag.chars().take(20).collect();
            return Err(Broken::Segment(self.number, format!("it begins with {begin:?}, no tag")));
        }
        Ok(Segment { number: self.number, tag, elements })
    }

    fn skip_line_breaks(&mut self) -> Result<(), Broken> {
        loop {
            let blanks = self.from.fill_buf()?.iter().take_while(|byte| byte.is_ascii_whitespace());
            let count = blanks.count();
            self.from.consume(count);
            if count == 0 {
                return Ok(());
            }
        }
    }
}

/// The characters of UNOC, which is ISO 8859-1. Everything that is sent on is ASCII.
fn letters(bytes: &mut Vec<u8>) -> String {
    let text = bytes.iter().map(|byte| char::from(*byte)).collect();
    bytes.clear();
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Result<Vec<Segment>, Broken> {
        let mut segments = Segments::new(bytes)?;
        let mut all = Vec::new();
        while let Some(segment) = segments.next()? {
            all.push(segment);
        }
        Ok(all)
    }

    #[test]
    fn a_released_separator_is_a_letter() {
        let read = all(b"CTA+IC+:M?+?:?'s??'\r\nDTM+163:2026?+00:303'").unwrap();
        assert_eq!((read[0].tag.as_str(), read[0].component(1, 1)), ("CTA", "M+:'s?"));
        assert_eq!((read[1].number, read[1].component(0, 1)), (2, "2026+00"));
        assert_eq!((read[1].component(0, 9), read[1].component(9, 0)), ("", ""));
    }

    #[test]
    fn una_names_other_separators() {
        let read = all(b"UNA|*,! ~QTY*220|1,5~").unwrap();
        assert_eq!((read[0].number, read[0].element(0)), (1, &["220".into(), "1,5".into()][..]));
        assert!(all(b"UNA:::? 'X").is_err() && all(b"UNAabc? 'X").is_err() && all(b"UNA").is_err());
    }

    #[test]
    fn what_is_cut_off_or_no_edifact_is_refused() {
        for bytes in [&b"UNB+UNOC"[..], b"UNB+a'QTY+220:1", b"UNB?'", b"hello'", b"'", b"??'"] {
            assert!(all(bytes).is_err(), "{bytes:?}");
        }
        assert!(all(&[b'A'; 100_000]).is_err());
    }
}
