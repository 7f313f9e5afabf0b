//! Decimal numbers with all their digits: a sum of 35,040 values is theirs to the last digit.

use std::fmt::{self, Display, Formatter};

/// Most digits behind the point: no meter has them, and 19 before it still fit.
const MOST_SCALE: u32 = 18;

/// `digits` / 10^`scale`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    pub const ZERO: Self = Self { digits: 0, scale: 0 };

    /// A JSON number; `None` where it is none, or longer than any meter's.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let number = Self { digits, scale: u32::try_from(fraction.len()).ok()? };
        number.times_ten_to(exponent.parse().ok()?)
    }

    /// The same in a unit that is a power of ten smaller or larger.
    pub fn times_ten_to(self, power: i32) -> Option<Self> {
        let scale = i64::from(self.scale) - i64::from(power);
        let zeros = u32::try_from((-scale).max(0)).ok()?;
        let digits = self.digits.checked_mul(10_i128.checked_pow(zeros)?)?;
        let scale = u32::try_from(scale.max(0)).ok()?;
        (scale <= MOST_SCALE).then_some(Self { digits, scale })
    }

    /// `None` where the sum has too many digits.
    pub fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let digits = self.at(scale)?.checked_add(other.at(scale)?)?;
        Some(Self { digits, scale })
    }

    /// The value after `step` of `steps` equal steps from here to `end`, rounded to the digits that
    /// the two have.
    pub fn on_the_way_to(self, end: Self, step: usize, steps: usize) -> Option<Self> {
        let scale = self.scale.max(end.scale);
        let (from, to) = (self.at(scale)?, end.at(scale)?);
        let (step, steps) = (i128::try_from(step).ok()?, i128::try_from(steps).ok()?.max(1));
        let part = to.checked_sub(from)?.checked_mul(step)?;
        let half = steps / 2 * part.signum();
        Some(Self { digits: from.checked_add((part + half) / steps)?, scale })
    }

    pub fn is_negative(self) -> bool {
        self.digits < 0
    }

    /// The digits of the same number with this scale.
    fn at(self, scale: u32) -> Option<i128> {
        self.digits.checked_mul(10_i128.checked_pow(scale - self.scale)?)
    }
}

impl Display for Decimal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let scale = self.scale as usize;
        let digits = format!("{:0>width$}", self.digits.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let sign = if self.digits < 0 { "-" } else { "" };
        let point = if scale > 0 { "." } else { "" };
        write!(f, "{sign}{whole}{point}{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn a_number_comes_back_with_its_digits() {
        for text in ["0.1230", "-12.5", "0", "12345678901234567890.10", "-0.001"] {
            assert_eq!(number(text).to_string(), text);
        }
        assert_eq!(
            ["1e-3", "1.5E2", "2e0"].map(|text| number(text).to_string()),
            ["0.001", "150", "2"]
        );
        assert_eq!(["", "x", "1,5", "1e400", "1e-40", "1.2.3"].map(Decimal::parse), [None; 6]);
    }

    #[test]
    fn a_sum_is_exact_and_a_step_is_rounded() {
        let sum = (0..35_040).try_fold(Decimal::ZERO, |sum, _| sum.plus(number("0.1")));
        assert_eq!(sum.unwrap().to_string(), "3504.0");
        let step = |from, to, step| number(from).on_the_way_to(number(to), step, 3).unwrap();
        assert_eq!(step("1.00", "2", 1).to_string(), "1.33");
        assert_eq!(step("1.00", "2", 2).to_string(), "1.67");
        assert_eq!(step("2", "1.00", 1).to_string(), "1.67");
        assert_eq!(number("1234").times_ten_to(-3).unwrap().to_string(), "1.234");
        assert_eq!(number("1.5").times_ten_to(3).unwrap().to_string(), "1500");
    }
}
