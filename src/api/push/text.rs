//! The bytes of a file that somebody hands in, as text: UTF-16 becomes UTF-8 on the way, so that a
//! large file is never in memory as a whole; what is no text is named.

use std::io::{self, Chain, Cursor, ErrorKind, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::PushError;

/// As much of a file tells what it is, in bytes.
const HEAD: u64 = 64 * 1024;
/// What is turned into UTF-8 at a time, in bytes.
const PIECE: usize = 16 * 1024;

/// What begins like this is no text, and what to do with it.
const NO_TEXT: [(&[u8], &str); 4] = [
    (b"PK\x03\x04", "is a workbook or a ZIP file; save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook; save the sheet as CSV"),
    (b"\x1f\x8b", "is compressed; unpack it first"),
    (b"%PDF", "is a PDF file; a table is wanted, as CSV"),
];

/// A file's text: UTF-8 as a rule. A file without a mark at its beginning may have one byte for
/// each letter, which its reader finds out.
pub struct Text<'a> {
    /// The first 64 KiB.
    pub head: Vec<u8>,
    whole: Chain<Cursor<Vec<u8>>, Box<dyn Read + 'a>>,
}

/// Looks at the beginning of a file.
pub fn open<'a>(mut file: impl Read + 'a) -> Result<Text<'a>, PushError> {
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    if let Some((_, why)) = NO_TEXT.iter().find(|(begin, _)| head.starts_with(begin)) {
        return Err(PushError::NoText((*why).to_owned()));
    }
    let (encoding, mark) = Encoding::for_bom(&head).unwrap_or((by_zeros(&head), 0));
    let raw = Cursor::new(head.split_off(mark)).chain(file);
    let mut text: Box<dyn Read + 'a> =
        if encoding == UTF_8 { Box::new(raw) } else { Box::new(Transcoder::new(raw, encoding)) };
    let mut head = Vec::new();
    text.by_ref().take(HEAD).read_to_end(&mut head)?;
    Ok(Text { head: head.clone(), whole: Cursor::new(head).chain(text) })
}

/// PowerShell writes UTF-16 without a mark; every second byte of plain text is zero then.
fn by_zeros(head: &[u8]) -> &'static Encoding {
    match head {
        [1..=255, 0, 1..=255, 0, ..] => UTF_16LE,
        [0, 1..=255, 0, 1..=255, ..] => UTF_16BE,
        _ => UTF_8,
    }
}

impl Text<'_> {
    /// Whether it is EDIFACT (ISO 9735): it begins with its separators, UNA, or its envelope, UNB.
    pub fn begins_as_edifact(&self) -> bool {
        let head = self.head.trim_ascii_start();
        [&b"UNA"[..], b"UNB", b"UNH"].iter().any(|tag| {
            let after = head.strip_prefix(*tag).and_then(<[u8]>::first);
            after.is_some_and(|byte| !byte.is_ascii_alphanumeric())
        })
    }
}

impl Read for Text<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.whole.read(out)
    }
}

/// A text whose every line ends with a line feed and nothing else, as lines are counted.
pub struct Lines<R> {
    from: R,
    last: u8,
}

impl<R: Read> Lines<R> {
    pub fn new(from: R) -> Self {
        Self { from, last: b'\n' }
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.from.read(out)?;
            if read == 0 && !matches!(self.last, b'\n' | b'\r') && !out.is_empty() {
                (self.last, out[0]) = (b'\n', b'\n');
                return Ok(1);
            }
            let mut kept = 0;
            for at in 0..read {
                let byte = out[at];
                // What follows a carriage return is the same line break.
                if !(byte == b'\n' && self.last == b'\r') {
                    out[kept] = if byte == b'\r' { b'\n' } else { byte };
                    kept += 1;
                }
                self.last = byte;
            }
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}

/// UTF-16 as UTF-8.
struct Transcoder<R> {
    from: R,
    decoder: Decoder,
    /// What is decoded, and how much of it was taken.
    text: Vec<u8>,
    taken: usize,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    fn new(from: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_without_bom_handling();
        Self { from, decoder, text: Vec::new(), taken: 0, ended: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        let broken = || io::Error::new(ErrorKind::InvalidData, "it begins as UTF-16, and is none");
        let mut piece = [0; PIECE];
        let read = self.from.read(&mut piece)?;
        self.ended = read == 0;
        let room = self.decoder.max_utf8_buffer_length_without_replacement(read);
        self.text.clear();
        self.text.resize(room.ok_or_else(broken)?, 0);
        self.taken = 0;
        let (result, _, written) = self.decoder.decode_to_utf8_without_replacement(
            &piece[..read],
            &mut self.text,
            self.ended,
        );
        self.text.truncate(written);
        if result == DecoderResult::InputEmpty { Ok(()) } else { Err(broken()) }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.text.len() && !self.ended {
            self.fill()?;
        }
        let count = out.len().min(self.text.len() - self.taken);
        out[..count].copy_from_slice(&self.text[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<String, PushError> {
        let mut text = String::new();
        open(bytes)?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn utf_16_is_read_however_long_it_is() {
        let text = "für € 𝄞;".repeat(40_000);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&[b"\xff\xfe", &little[..]].concat()).unwrap(), text);
        assert_eq!(read(&[b"\xfe\xff", &big[..]].concat()).unwrap(), text);
        assert_eq!(read(&little).unwrap(), text);
        assert_eq!(read(&[b"\xef\xbb\xbf", text.as_bytes()].concat()).unwrap(), text);
        for broken in [&b"\xff\xfea"[..], b"\xff\xfe\x00\xd8"] {
            assert!(read(broken).unwrap_err().to_string().contains("UTF-16"), "{broken:?}");
        }
    }

    #[test]
    fn every_line_ends_alike() {
        for (text, lines) in [
            ("a\r\nb\r\n", "a\nb\n"),
            ("a\n\nb", "a\n\nb\n"),
            ("a\rb\r\r", "a\nb\n\n"),
            ("\r\n\n\r", "\n\n\n"),
            ("", ""),
        ] {
            let mut read = String::new();
            // A byte at a time, so that every break falls between two pieces as well.
            let pieces = text
                .as_bytes()
                .chunks(1)
                .fold(Box::new(io::empty()) as Box<dyn Read>, |before, piece| {
                    Box::new(before.chain(piece))
                });
            Lines::new(pieces).read_to_string(&mut read).unwrap();
            assert_eq!(read, lines, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_named() {
        for (bytes, why) in [(&b"PK\x03\x04abc"[..], "workbook"), (b"\x1f\x8b", "compressed")] {
            assert!(read(bytes).unwrap_err().to_string().contains(why), "{why}");
        }
        assert_eq!(read(b"").unwrap(), "");
    }
}
