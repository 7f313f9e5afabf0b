//! Numbers for people.

use super::Language;

/// Between thousands, in both languages: narrow, and never at the end of a line. A comma there would
/// make 9,325 kWh nine and a bit in Germany.
const THIN_SPACE: char = '\u{202f}';

impl Language {
    /// `12 345.6`, in German `12 345,6`.
    pub fn number(self, value: f64, decimals: usize) -> String {
        let text = format!("{:.decimals$}", value.abs());
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.push(THIN_SPACE);
            }
            grouped.push(digit);
        }
        // "-0.0" would be a number nobody wrote.
        let is_negative = value < 0.0 && text.chars().any(|c| ('1'..='9').contains(&c));
        let sign = if is_negative { "-" } else { "" };
        let point = match (fraction, self) {
            ("", _) => "",
            (_, Self::De) => ",",
            (_, Self::En) => ".",
        };
        format!("{sign}{grouped}{point}{fraction}")
    }

    /// Three or four digits that matter: `5.83`, `14.2`, `1 204`.
    pub fn short(self, value: f64) -> String {
        let size = value.abs();
        let decimals = match size {
            _ if size >= 1000.0 || size == 0.0 => 0,
            _ if size >= 10.0 => 1,
            _ if size >= 0.1 => 2,
            _ => 4,
        };
        self.number(value, decimals)
    }

    /// How many, with the noun in the right number.
    pub fn count(self, many: usize, one: &str, more: &str) -> String {
        format!("{} {}", self.integer(many), if many == 1 { one } else { more })
    }

    /// A whole number.
    pub fn integer(self, value: usize) -> String {
        self.number(value as f64, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{De, En};

    #[test]
    fn thousands_have_a_thin_space_and_german_a_decimal_comma() {
        assert_eq!(De.number(1_234_567.891, 2), "1\u{202f}234\u{202f}567,89");
        assert_eq!(En.number(1_234_567.891, 2), "1\u{202f}234\u{202f}567.89");
        assert_eq!((De.number(9325.0, 0), De.integer(999)), ("9\u{202f}325".into(), "999".into()));
        assert_eq!(
            (En.number(-999.0, 0).as_str(), De.number(-12.5, 1).as_str()),
            ("-999", "-12,5")
        );
    }

    #[test]
    fn nothing_is_never_less_than_nothing() {
        assert_eq!((De.number(-0.04, 1).as_str(), En.number(-0.04, 1).as_str()), ("0,0", "0.0"));
    }

    #[test]
    fn a_short_number_has_the_digits_that_matter() {
        assert_eq!([5.834, 0.0, 0.0123].map(|value| De.short(value)), ["5,83", "0", "0,0123"]);
        assert_eq!([14.23, 1204.4].map(|value| En.short(value)), ["14.2", "1\u{202f}204"]);
    }
}
