//! Readings of one meter differ in nothing but their time and value: what looks, byte for byte,
//! like the reading before needs no JSON parser, which takes ten times as long.

/// The text of a reading, cut at its two values that change.
#[derive(Debug)]
pub struct Shape {
    begin: Box<[u8]>,
    between: Box<[u8]>,
    end: Box<[u8]>,
    time_first: bool,
    /// The entry of what its readings have in common.
    pub common: u32,
}

/// What stands in the two gaps.
#[derive(Debug, PartialEq, Eq)]
pub struct Found<'a> {
    pub time: &'a str,
    pub digits: &'a str,
    /// Bytes of the whole reading.
    pub length: usize,
}

impl Shape {
    /// The shape of the reading `text`, of which `time` and `digits` are parts; `None` if they are
    /// not (a value that is missing, a time with escapes).
    pub fn of(text: &[u8], time: &str, digits: &str, common: u32) -> Option<Self> {
        let (time, digits) = (place(text, time)?, place(text, digits)?);
        let time_first = time.0 < digits.0;
        let (first, second) = if time_first { (time, digits) } else { (digits, time) };
        Some(Self {
            begin: text.get(..first.0)?.into(),
            between: text.get(first.1..second.0)?.into(),
            end: text.get(second.1..)?.into(),
            time_first,
            common,
        })
    }

    /// Takes a reading of this shape from the beginning of `text`. `None` if it has another one,
    /// or is not there to its end.
    pub fn take<'a>(&self, text: &'a [u8]) -> Option<Found<'a>> {
        let rest = text.strip_prefix(&*self.begin)?;
        let mut cuts: [Cut; 2] = [cut_time, cut_number];
        if !self.time_first {
            cuts.reverse();
        }
        let (first, rest) = cuts[0](rest)?;
        let (second, rest) = cuts[1](rest.strip_prefix(&*self.between)?)?;
        let rest = rest.strip_prefix(&*self.end)?;
        let (time, digits) = if self.time_first { (first, second) } else { (second, first) };
        Some(Found { time, digits, length: text.len() - rest.len() })
    }
}

/// Cuts one value from the beginning of a text.
type Cut = for<'a> fn(&'a [u8]) -> Option<(&'a str, &'a [u8])>;

/// Up to the closing quote; `None` where JSON would need more than the bytes as they stand.
fn cut_time(text: &[u8]) -> Option<(&str, &[u8])> {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    split(text, text.iter().take_while(|byte| plain(byte)).count())
}

/// A number as JSON has it (RFC 8259, section 6).
fn cut_number(text: &[u8]) -> Option<(&str, &[u8])> {
    let byte = |at: usize| text.get(at).copied().unwrap_or_default();
    let digits = |at: usize| {
        let end = text.iter().skip(at).take_while(|byte| byte.is_ascii_digit()).count() + at;
        (end > at).then_some(end)
    };
    let begin = usize::from(byte(0) == b'-');
    let mut end = if byte(begin) == b'0' { begin + 1 } else { digits(begin)? };
    if byte(end) == b'.' {
        end = digits(end + 1)?;
    }
    if matches!(byte(end), b'e' | b'E') {
        end = digits(end + 1 + usize::from(matches!(byte(end + 1), b'+' | b'-')))?;
    }
    split(text, end)
}

fn split(text: &[u8], at: usize) -> Option<(&str, &[u8])> {
    let (front, rest) = text.split_at_checked(at)?;
    Some((str::from_utf8(front).ok()?, rest))
}

/// Where `part`, a slice of `text`, begins and ends in it.
fn place(text: &[u8], part: &str) -> Option<(usize, usize)> {
    let begin = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let end = begin.checked_add(part.len())?;
    (!part.is_empty() && text.get(begin..end)? == part.as_bytes()).then_some((begin, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"a":"x","timeStamp":"2026-01-01T00:00:00Z","value":-0.50,"b":"ä"}"#;

    fn shape(text: &str) -> Shape {
        let time = &text[text.find("2026").unwrap()..][..20];
        let digits = &text[text.find("-0.50").unwrap()..][..5];
        Shape::of(text.as_bytes(), time, digits, 0).unwrap()
    }

    #[test]
    fn a_reading_of_the_same_shape_is_taken_whatever_its_time_and_value() {
        let turned = r#"{"value":-0.50,"timeStamp":"2026-01-01T00:00:00Z"}"#;
        for text in [TEXT, turned] {
            for value in ["0", "-12", "3.14159", "1e5", "-2.50E-07", "12345678901234567890.0"] {
                let other = text.replace("-0.50", value).replace("00:00Z", "15:00+01:00");
                let found = shape(text);
                let found = found.take(other.as_bytes()).unwrap();
                assert_eq!((found.time, found.digits), ("2026-01-01T00:15:00+01:00", value));
                assert_eq!(found.length, other.len());
            }
        }
    }

    #[test]
    fn whatever_is_no_number_or_no_plain_text_is_left_to_the_parser() {
        for value in ["null", "\"1\"", "01", "1.", ".5", "+1", "1e", "--1", "NaN", ""] {
            assert_eq!(shape(TEXT).take(TEXT.replace("-0.50", value).as_bytes()), None, "{value}");
        }
        for time in [r"2026\u002d", "2026\u{e4}", "20 26", "a\"b"] {
            let other = TEXT.replace("2026-01-01T00:00:00Z", time);
            assert_eq!(shape(TEXT).take(other.as_bytes()), None, "{time}");
        }
        for other in [TEXT.replace("\"x\"", "\"y\""), TEXT.replace("ä", "ö")] {
            assert_eq!(shape(TEXT).take(other.as_bytes()), None);
        }
        for end in 0..TEXT.len() {
            assert_eq!(shape(TEXT).take(&TEXT.as_bytes()[..end]), None, "{end}");
        }
    }

    #[test]
    fn parts_that_are_not_in_the_text_give_no_shape() {
        assert!(Shape::of(TEXT.as_bytes(), "2026-01-01T00:00:00Z", "", 0).is_none());
        assert!(Shape::of(TEXT.as_bytes(), &String::from("2026"), "-0.50", 0).is_none());
    }
}
