//! Numbers as people and spreadsheets write them: with a point or a comma, with or without
//! thousands. What can be read in two ways is not read at all.

use std::borrow::Cow;

use clap::ValueEnum;
use smol_str::SmolStr;

/// The decimal sign of one file: the same in all of its rows.
#[derive(Debug)]
pub struct Decimals {
    /// Whether a comma between cells is the separator: a comma within one is then not for sure the
    /// decimal sign.
    comma_separates: bool,
    /// The sign, and the first line that shows it without doubt; no line where it was told.
    shown: Option<(char, Option<u64>)>,
    /// The first number that could have a thousands sign instead.
    doubtful: Option<(char, u64, String)>,
}

/// The sign before the decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DecimalSign {
    Point,
    Comma,
}

impl Decimals {
    pub fn new(comma_separates: bool, told: Option<DecimalSign>) -> Self {
        let sign = |told| if told == DecimalSign::Point { '.' } else { ',' };
        Self { comma_separates, shown: told.map(|told| (sign(told), None)), doubtful: None }
    }

    /// The digits of a number, as JSON has them. Fails with what is wrong.
    pub fn read(&mut self, text: &str, line: u64) -> Result<SmolStr, String> {
        let wrong = || format!("{text:?} is no number, such as 12345.678 or 12345,678");
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, Some(exponent)),
            None => (text, None),
        };
        if digits.starts_with(['-', '\u{2212}']) {
            return Err(format!(
                "{text:?} is below zero; what flows back has an OBIS code of its own (2.8.0, 2.29.0)"
            ));
        }
        let (whole, part) = self.halves(digits, text, line)?.ok_or_else(wrong)?;
        let whole = without_thousands(whole).ok_or_else(wrong)?;
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(&whole) || !part.is_none_or(is_number) {
            return Err(wrong());
        }
        let whole = Some(whole.trim_start_matches('0')).filter(|digits| !digits.is_empty());
        let mut number = whole.unwrap_or("0").to_owned();
        part.iter().for_each(|part| number += &format!(".{part}"));
        if let Some(exponent) = exponent {
            if !is_number(exponent.trim_start_matches(['+', '-'])) || exponent.len() > 4 {
                return Err(wrong());
            }
            number += &format!("e{exponent}");
        }
        if number.len() > 40 || !number.parse::<f64>().is_ok_and(f64::is_finite) {
            return Err(format!("{text:?} is larger than any meter counts"));
        }
        Ok(number.into())
    }

    /// What stands before and after the decimal sign; nothing where the signs make no number.
    fn halves<'t>(
        &mut self,
        digits: &'t str,
        text: &str,
        line: u64,
    ) -> Result<Option<(&'t str, Option<&'t str>)>, String> {
        let Some((whole, part)) = digits.rsplit_once(['.', ',']) else {
            return Ok(Some((digits, None)));
        };
        let sign = if digits[whole.len()..].starts_with('.') { '.' } else { ',' };
        if whole.contains(sign) {
            // 1.234.567 can only have thousands; 1,2.3,4 is nothing.
            return Ok((!whole.contains(other(sign))).then_some((digits, None)));
        }
        let is_short = (1..=3).contains(&whole.len()) && !whole.starts_with('0');
        let is_certain = whole.contains(other(sign))
            || !(is_short && part.len() == 3)
            || (sign == ',') != self.comma_separates;
        match self.shown {
            Some((shown, before)) if shown != sign => {
                let before = before.map_or("--decimal".into(), |line| format!("line {line}"));
                let (sign, shown) = (name(sign), name(shown));
                return Err(format!(
                    "{text:?} has a {sign} for its decimals where {before} has a {shown}; write \
                     all numbers alike, without thousands"
                ));
            }
            Some(_) => {}
            None if is_certain => self.shown = Some((sign, Some(line))),
            None if self.doubtful.is_none() => self.doubtful = Some((sign, line, text.to_owned())),
            None => {}
        }
        Ok(Some((whole, Some(part))))
    }

    /// At the end of the file: the line and the fault of a number that can be read in two ways.
    pub fn doubt(&self) -> Option<(u64, String)> {
        let (sign, line, text) = self.doubtful.as_ref()?;
        if self.shown.is_some_and(|(shown, _)| shown == *sign) {
            return None;
        }
        let why = format!(
            "{text:?} could mean thousands or three decimals; say --decimal point or --decimal comma"
        );
        Some((*line, why))
    }
}

fn other(sign: char) -> char {
    if sign == '.' { ',' } else { '.' }
}

fn name(sign: char) -> &'static str {
    if sign == '.' { "point" } else { "comma" }
}

/// The digits of `1 234 567`, `1.234.567` or `1'234'567`; nothing where the groups are wrong.
fn without_thousands(whole: &str) -> Option<Cow<'_, str>> {
    let is_sign = |c: char| matches!(c, '.' | ',' | ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’');
    let Some(sign) = whole.chars().find(|c| is_sign(*c)) else { return Some(whole.into()) };
    let groups: Vec<&str> = whole.split(sign).collect();
    let (first, later) = groups.split_first()?;
    let is_right = (1..=3).contains(&first.len()) && later.iter().all(|group| group.len() == 3);
    is_right.then(|| groups.concat().into())
}

/// `12.50` as `12.5`: the same number has the same text.
pub fn without_idle_zeros(number: &str) -> &str {
    if !number.contains('.') || number.contains('e') {
        return number;
    }
    number.trim_end_matches('0').trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(comma_separates: bool, texts: &[&str]) -> Result<Vec<String>, String> {
        let mut decimals = Decimals::new(comma_separates, None);
        let lines = texts.iter().zip(2..);
        let read = lines.map(|(text, line)| decimals.read(text, line).map(|n| n.to_string()));
        let read = read.collect::<Result<_, _>>()?;
        decimals.doubt().map_or(Ok(read), |(line, why)| Err(format!("line {line}: {why}")))
    }

    #[test]
    fn a_number_is_read_as_its_writer_meant_it() {
        for (text, number) in [
            ("12345.678", "12345.678"),
            ("12345,678", "12345.678"),
            ("12,345", "12.345"),
            ("0.125", "0.125"),
            ("007", "7"),
            ("000,5", "0.5"),
            ("1.234,56", "1234.56"),
            ("1,234.56", "1234.56"),
            ("1.234.567", "1234567"),
            ("1\u{202f}234,5", "1234.5"),
            ("1,5E+03", "1.5e+03"),
            ("12.50", "12.50"),
        ] {
            assert_eq!(read(false, &[text]), Ok(vec![number.to_owned()]), "{text}");
        }
        assert_eq!(read(true, &["12.345"]).unwrap(), ["12.345"], "a point where commas separate");
        assert_eq!(read(false, &["1.234", "0.5"]).unwrap()[0], "1.234", "a later line tells");
    }

    #[test]
    fn what_has_two_meanings_is_refused() {
        assert!(read(false, &["5", "1.234"]).unwrap_err().starts_with("line 3: \"1.234\" could"));
        assert!(read(true, &["1,234"]).unwrap_err().starts_with("line 2: \"1,234\" could"));
        assert!(read(false, &["0,5", "1.234"]).unwrap_err().contains("where line 2 has a comma"));
        assert!(read(false, &["1.234", "0,5"]).unwrap_err().contains("could"));
        assert!(read(true, &["0.5", "1,25"]).unwrap_err().contains("where line 2 has a point"));
    }

    #[test]
    fn what_is_told_leaves_no_doubt() {
        let mut decimals = Decimals::new(false, Some(DecimalSign::Point));
        assert_eq!(decimals.read("1.234", 2).unwrap(), "1.234");
        assert!(decimals.read("1,5", 3).unwrap_err().contains("--decimal"));
        assert_eq!(decimals.doubt(), None);
    }

    #[test]
    fn what_no_meter_shows_is_refused() {
        for text in [
            "", "-", "NaN", "nan", "inf", "Infinity", "1e", "1e400", "1e-", ".", ",", "5,", ",5",
            "1,2,3", "1.23.456", "1,2.3,4", "0x10", "1_000", "+5", "12 34", "--1", "1e99999",
            "\u{661}", "12kWh",
        ] {
            assert!(read(false, &[text]).is_err(), "{text}");
        }
        assert!(read(false, &["-1"]).unwrap_err().contains("below zero"));
    }

    #[test]
    fn idle_zeros_make_no_other_number() {
        for (number, same) in
            [("12.50", "12.5"), ("12.00", "12"), ("120", "120"), ("1.50e3", "1.50e3")]
        {
            assert_eq!(without_idle_zeros(number), same);
        }
    }
}
