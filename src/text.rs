//! Text: what is safe to show, how it is written inside formats that give some characters a meaning
//! of their own, and words broken into lines.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use textwrap::{Options, WordSplitter};

/// So many digits of a whole number a spreadsheet shows and saves as they are, where its column is
/// wide enough: those of a MaLo. From the twelfth on Excel makes 1.23457E+11 of them.
const KEPT_DIGITS: usize = 11;

/// Text that came from outside, with everything that could move a cursor, forge a line or turn
/// the reading direction shown as `?`.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    push_printable(&mut shown, text);
    shown
}

/// The same at the end of another text.
pub fn push_printable(shown: &mut String, text: &str) {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return shown.push_str(text);
    }
    shown.extend(text.chars().map(|c| if is_harmful(c) { '?' } else { c }));
}

/// Control characters, and marks that turn the reading direction.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The same of a text whose line breaks are ours.
pub fn printable_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// Text for an element or an attribute of XML and HTML. What XML 1.0 has no character for becomes
/// `?`; what could move a cursor or turn the reading direction is a reference.
pub fn xml_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            '\n' | '\t' => escaped.push(c),
            '\r' => escaped += "&#13;",
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => escaped.push('?'),
            c if is_harmful(c) => escaped += &format!("&#{};", u32::from(c)),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The same for a page or a picture that people read: [`printable`] as well.
pub fn html_escaped(text: &str) -> String {
    xml_escaped(&printable(text))
}

/// A value as JSON on one line, every harmful character written as `\u…`: safe to see, and the same
/// to a program.
pub fn write_json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, HarmlessJson)).map_err(io::Error::from)
}

struct HarmlessJson;

impl Formatter for HarmlessJson {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut written = 0;
        // Of ASCII, serde_json itself escapes all that is harmful but DEL.
        let harmful = |c: char| (c >= '\u{7f}') && is_harmful(c);
        for (at, text) in fragment.match_indices(harmful) {
            out.write_all(&fragment.as_bytes()[written..at])?;
            for c in text.chars() {
                write!(out, "\\u{:04x}", u32::from(c))?;
            }
            written = at + text.len();
        }
        out.write_all(&fragment.as_bytes()[written..])
    }
}

/// The quick answer for most texts: a letter, and after it nothing that any format here gives a
/// meaning.
pub fn is_plain(text: &str) -> bool {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_' | b'-' | b'.');
    text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && text.bytes().all(is_plain)
}

/// In single quotes, inside which a POSIX shell gives meaning to nothing but the quote itself.
pub fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A word of a command to be typed, in quotes where a shell needs them.
pub fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,".contains(c);
    match text.chars().all(|c| is_plain(c) || c == ' ') {
        true if !text.is_empty() && !text.contains(' ') => text.to_owned(),
        // What people type, and what cmd.exe understands as well.
        true => format!("\"{text}\""),
        false if cfg!(windows) => windows_quoted(text),
        false => shell_quoted(text),
    }
}

/// In the quotes that PowerShell and cmd both know; in those of PowerShell alone where it would put
/// something in the place of what stands there.
fn windows_quoted(text: &str) -> String {
    match text.contains(['"', '$', '`']) {
        true => format!("'{}'", text.replace('\'', "''")),
        false => format!("\"{text}\""),
    }
}

/// A command to be typed that deletes a file.
pub fn delete_command(path: &Path) -> String {
    let path = path.to_string_lossy();
    if cfg!(windows) {
        return format!("del {}", windows_quoted(&path));
    }
    format!("rm {}", shell_quoted(&path))
}

/// A cell of CSV, in quotes where RFC 4180 wants them.
pub fn push_csv(out: &mut Vec<u8>, text: &str, separator: u8) {
    let special = |byte: u8| matches!(byte, b'"' | b'\r' | b'\n') || byte == separator;
    if !text.bytes().any(special) {
        return out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
    out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}

/// With a `'` before whatever a spreadsheet would run as a formula: at the beginning, and behind
/// anything that it could take for the beginning of a cell (OWASP, CSV injection). A negative number
/// is none.
pub fn without_formula(text: &str) -> Cow<'_, str> {
    if text.strip_prefix('-').is_some_and(is_decimal) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::new();
    let (mut copied, mut at_begin) = (0, true);
    for (at, c) in text.char_indices() {
        let dangerous = matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
        let line_begins = matches!(c, '\t' | '\r' | '\n');
        if (dangerous && at_begin) || (line_begins && at == 0) {
            safe.push_str(&text[copied..at]);
            safe.push('\'');
            copied = at;
        }
        let invisible = matches!(c, '"' | '\u{200b}' | '\u{feff}') || c.is_whitespace();
        at_begin = line_begins || matches!(c, ',' | ';') || (at_begin && invisible);
    }
    if safe.is_empty() {
        return Cow::Borrowed(text);
    }
    safe.push_str(&text[copied..]);
    Cow::Owned(safe)
}

/// Digits, with a point or comma among them.
fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    is_digits(whole) && is_digits(fraction)
}

/// Whether a spreadsheet that guesses would make another number, a date, time or fraction of a text
/// (`0123`, `3-4`). A whole number of digits that it keeps stays what it is, and a whole date may
/// become one.
pub fn changes_in_a_spreadsheet(text: &str) -> bool {
    let of_numbers = |c: char| c.is_ascii_digit() || " .,:/-+eE%".contains(c);
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(of_numbers)
        && !(is_digits(text)
            && text.len() <= KEPT_DIGITS
            && (text == "0" || !text.starts_with('0')))
        && !is_date(text)
        && !is_number_of_parts(text)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `24-001-1-1`, `24-001`: a date has at most three parts, and none of three digits.
fn is_number_of_parts(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() > 1
        && parts.iter().all(|part| is_digits(part))
        && (parts.len() > 3 || parts.iter().any(|part| part.len() == 3))
}

/// `2026-10-25`, perhaps with a time behind it.
fn is_date(text: &str) -> bool {
    let pattern = "0000-00-00";
    let same = |(c, p): (char, char)| if p == '0' { c.is_ascii_digit() } else { c == p };
    text.len() >= pattern.len()
        && text.chars().zip(pattern.chars()).all(same)
        && matches!(text.as_bytes().get(pattern.len()), None | Some(b' '))
}

/// In InfluxDB's line protocol, with a backslash before each of `special`. Line ends and other
/// control characters cannot be written at all, and a backslash at the end would take the separator
/// with it: they become `?` and `/`.
pub fn push_influx(out: &mut Vec<u8>, text: &str, special: &[u8]) {
    let text = printable(text);
    let kept = text.trim_end_matches('\\');
    for byte in kept.bytes() {
        if special.contains(&byte) {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.extend(std::iter::repeat_n(b'/', text.len() - kept.len()));
}

/// Text broken between words to lines of `width` columns, without a width only where it has line
/// breaks. Each line but the first begins with `later`.
pub fn wrapped(text: &str, width: Option<usize>, later: &str) -> String {
    let later = format!("\n{later}");
    let Some(width) = width else { return text.replace('\n', &later) };
    // A link or command in one piece can be copied; a broken one cannot.
    let options = Options::new(width).break_words(false).word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).join(&later)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_an_element_or_an_attribute() {
        assert_eq!(
            xml_escaped("<a b='\"'>&\u{1b}\0\u{9b}\u{202e}ü\r\n"),
            "&lt;a b=&#39;&quot;&#39;&gt;&amp;??&#155;&#8238;ü&#13;\n"
        );
    }

    #[test]
    fn later_lines_are_indented_and_no_word_is_broken() {
        assert_eq!(wrapped("a b\nc", None, "  "), "a b\n  c");
        assert_eq!(
            wrapped("one two https://x.example/long", Some(9), "> "),
            "one two\n> https://x.example/long"
        );
    }

    #[test]
    fn nothing_from_outside_moves_the_cursor() {
        assert_eq!(printable("a\u{1b}[2Jb\r\n\u{9b}\u{202e}\u{7}ü"), "a?[2Jb?????ü");
    }

    #[test]
    fn what_a_terminal_must_not_get_is_the_same_everywhere() {
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            let mut json = Vec::new();
            write_json(&mut json, &text).unwrap();
            let json = String::from_utf8(json).unwrap();
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
            let harmful = c != '?' && printable(&text) == "?";
            assert!(!harmful || printable(&json) == json, "{c:?}");
            // A line end is one in XML too.
            let xml = xml_escaped(&text);
            assert!(!harmful || "\n\t".contains(c) || printable(&xml) == xml, "{c:?}");
        }
    }

    #[test]
    fn what_is_no_formula_stays_as_it_is() {
        for harmless in
            ["Halle 1", "a-b", "x = y", "Müller & Söhne", "1-1:1.8.0 +A", "a, b; c", "-12.5", "-1"]
        {
            assert_eq!(without_formula(harmless), harmless);
        }
    }

    #[test]
    fn what_a_spreadsheet_would_change_is_known() {
        let changed = [
            "0123",
            "500123456789",
            "3-4",
            "12-3-7",
            "1/2",
            "1E5",
            "12:30",
            "1.10",
            "2026-10",
            "00",
        ];
        assert!(changed.into_iter().all(changes_in_a_spreadsheet));
        let kept = [
            "DE0001",
            "1-1:1.8.0*A",
            "2026-10-25",
            "2026-10-25 02:15",
            "50012345678",
            "24-001",
            "24-001-1-1",
            "1-2-3-4",
            "",
            "a1",
            "Halle 1",
            "8",
            "0",
            "2026",
        ];
        assert!(!kept.into_iter().any(changes_in_a_spreadsheet));
    }

    #[cfg(unix)] // it asks sh
    #[test]
    fn every_visible_character_survives_the_shell() {
        let all: String = (0x20..=0x7e_u8).map(char::from).collect();
        for text in [&all, "", "a b", "plain-1", "a$HOME", "`id`", "it's"] {
            for word in [shell_quoted(text), shell_word(text)] {
                let script = format!("printf %s {word}");
                let output = std::process::Command::new("sh").args(["-c", &script]).output();
                assert_eq!(String::from_utf8(output.unwrap().stdout).unwrap(), text);
            }
        }
        assert_eq!(["a b", "a", ""].map(shell_word), ["\"a b\"", "a", "\"\""]);
    }

    #[test]
    fn a_path_is_quoted_for_powershell_and_cmd() {
        assert_eq!(windows_quoted(r"C:\Müller & Söhne\x"), "\"C:\\Müller & Söhne\\x\"");
        assert_eq!(windows_quoted(r"C:\it's $5\x"), r"'C:\it''s $5\x'");
    }
}
