//! What a person hands in: files and pasted texts as editors, shells and web pages make them, on
//! Windows above all.

/// Why bytes are no text that can be read without guessing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    #[error("is not UTF-8 in line {0}, but probably Windows-1252")]
    OneByte(usize),
    #[error("begins as UTF-16 does, and is none")]
    Utf16,
}

/// The text of a file: UTF-8, or UTF-16 as PowerShell writes it, with or without the mark at the
/// beginning (BOM), which is left out.
pub fn decode(bytes: Vec<u8>) -> Result<String, NotText> {
    match bytes.as_slice() {
        [0xff, 0xfe, units @ ..] => utf16(units, u16::from_le_bytes),
        [0xfe, 0xff, units @ ..] => utf16(units, u16::from_be_bytes),
        [1..=255, 0, ..] => utf16(&bytes, u16::from_le_bytes),
        [0, 1..=255, ..] => utf16(&bytes, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest.to_vec()),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, NotText> {
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        NotText::OneByte(1 + good.iter().filter(|byte| **byte == b'\n').count())
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NotText> {
    let (pairs, rest) = bytes.as_chunks();
    let text = String::from_utf16(&pairs.iter().map(|pair| unit(*pair)).collect::<Vec<_>>());
    text.ok().filter(|_| rest.is_empty()).ok_or(NotText::Utf16)
}

/// A word as it was meant: without the blanks around it, and without the characters that nobody
/// sees and that web pages and word processors leave in what is copied.
pub fn word(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    seen.trim().to_owned()
}

/// Zero width, soft hyphen, marks of reading direction, the mark at the beginning of a file.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whatever_the_editor_was() {
        let text = "für = 1\r\n";
        let units = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit);
        let (little, big) = (units(u16::to_le_bytes), units(u16::to_be_bytes));
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [0xff, 0xfe].into_iter().chain(little.clone()).collect(),
            [0xfe, 0xff].into_iter().chain(big.clone()).collect(),
            little.collect(),
            big.collect(),
        ] {
            assert_eq!(decode(bytes).as_deref(), Ok(text));
        }
        assert_eq!(decode(Vec::new()).as_deref(), Ok(""));
    }

    #[test]
    fn what_cannot_be_known_is_named_with_its_line() {
        assert_eq!(decode(b"a\nb\n# f\xfcr".to_vec()), Err(NotText::OneByte(3)));
        assert_eq!(decode(b"\xff\xfea".to_vec()), Err(NotText::Utf16));
        assert_eq!(decode(b"\xff\xfe\x00\xd8".to_vec()), Err(NotText::Utf16));
    }

    #[test]
    fn a_word_loses_what_nobody_sees() {
        for pasted in ["aB3", " aB3\r\n", "\u{a0}aB3\u{a0}", "\u{feff}aB3", "a\u{200b}B\u{ad}3\t"] {
            assert_eq!(word(pasted), "aB3", "{pasted:?}");
        }
        assert_eq!(word("a b"), "a b", "what is seen within it stays");
    }
}
