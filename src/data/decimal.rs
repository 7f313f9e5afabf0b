//! Decimal numbers with all their digits: a sum of 35,040 values is theirs to the last digit.

use std::fmt::{self, Display, Formatter};

/// Most decimal places: no meter has them, and 14 digits before the point still fit.
const MOST_PLACES: u32 = 24;

/// `digits` / 10^`places`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    digits: i128,
    places: u32,
}

impl Decimal {
    pub const ZERO: Self = Self { digits: 0, places: 0 };

    /// A JSON number; `None` where it is none, or longer than any meter's.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let number = Self { digits, places: u32::try_from(fraction.len()).ok()? };
        number.times_ten_to(exponent.parse().ok()?)
    }

    /// The shortest decimal number that is this value, which is what the provider wrote. `None`
    /// where it is none, or longer than any meter's.
    pub fn of(value: f64) -> Option<Self> {
        Self::parse(&value.to_string())
    }

    /// The same in a unit that is a power of ten smaller or larger.
    pub fn times_ten_to(self, power: i32) -> Option<Self> {
        let places = i64::from(self.places) - i64::from(power);
        let zeros = u32::try_from((-places).max(0)).ok()?;
        let digits = self.digits.checked_mul(10_i128.checked_pow(zeros)?)?;
        let places = u32::try_from(places.max(0)).ok()?;
        (places <= MOST_PLACES).then_some(Self { digits, places })
    }

    /// `None` where the sum has too many digits.
    pub fn plus(self, other: Self) -> Option<Self> {
        let places = self.places.max(other.places);
        let digits = self.at(places)?.checked_add(other.at(places)?)?;
        Some(Self { digits, places })
    }

    /// Without zeros at the end of its decimal places. `None` where it has too many digits.
    pub fn times(self, factor: i128) -> Option<Self> {
        let mut product = Self { digits: self.digits.checked_mul(factor)?, ..self };
        while product.places > 0 && product.digits % 10 == 0 {
            product = Self { digits: product.digits / 10, places: product.places - 1 };
        }
        Some(product)
    }

    /// The value after `step` of `steps` equal steps from here to `end`, rounded to the digits that
    /// the two have.
    pub fn on_the_way_to(self, end: Self, step: usize, steps: usize) -> Option<Self> {
        let places = self.places.max(end.places);
        let (from, to) = (self.at(places)?, end.at(places)?);
        let (step, steps) = (i128::try_from(step).ok()?, i128::try_from(steps).ok()?.max(1));
        let part = to.checked_sub(from)?.checked_mul(step)?;
        let half = steps / 2 * part.signum();
        Some(Self { digits: from.checked_add((part + half) / steps)?, places })
    }

    /// The decimal places that it has.
    pub fn places(self) -> usize {
        self.places as usize
    }

    /// The nearest number of a spreadsheet.
    pub fn number(self) -> f64 {
        self.to_string().parse().unwrap_or_default()
    }

    pub fn is_negative(self) -> bool {
        self.digits < 0
    }

    /// The digits of the same number with this places.
    fn at(self, places: u32) -> Option<i128> {
        self.digits.checked_mul(10_i128.checked_pow(places - self.places)?)
    }
}

impl Display for Decimal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let places = self.places();
        let digits = format!("{:0>width$}", self.digits.unsigned_abs(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let sign = if self.digits < 0 { "-" } else { "" };
        let point = if places > 0 { "." } else { "" };
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

    #[test]
    fn a_sum_of_binary_numbers_has_no_noise() {
        let of = |value| Decimal::of(value).unwrap();
        let sum = [0.1, 0.2, 0.7, 1.623].map(of).into_iter().try_fold(Decimal::ZERO, Decimal::plus);
        assert_eq!(sum.unwrap().to_string(), "2.623");
        assert_eq!(of(-0.05).plus(of(0.02)).unwrap().number(), -0.03);
        assert_eq!([1e300, f64::NAN, 1e-30].map(Decimal::of), [None; 3]);
    }

    #[test]
    fn a_product_has_the_places_that_it_needs() {
        let times = |value: &str, factor| number(value).times(factor).unwrap().to_string();
        assert_eq!((times("1.623", 4), times("1.25", 4)), ("6.492".into(), "5".into()));
        assert_eq!((times("0.06491", 25), times("0.00", 25)), ("1.62275".into(), "0".into()));
        assert_eq!(number("1").times(i128::MAX).and_then(|it| it.times(2)), None);
    }
}
