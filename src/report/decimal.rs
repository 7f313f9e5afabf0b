//! Decimal numbers without binary noise: a sum has the digits that adding on paper gives.

use std::ops::{Add, Sub};

/// Decimal places that a value may have; more is noise of the meter's own software.
const MOST_PLACES: usize = 18;

/// `digits` divided by ten to the power of `places`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decimal {
    digits: i128,
    places: u32,
}

impl Decimal {
    /// The shortest decimal number that is this value, which is what the provider wrote. `None`
    /// where it is too large or too fine to be added up.
    pub fn of(value: f64) -> Option<Self> {
        let text = value.to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        // Room for sums of millions of them.
        if fraction.len() > MOST_PLACES || whole.len() > MOST_PLACES {
            return None;
        }
        let digits = format!("{whole}{fraction}").parse().ok()?;
        Some(Self { digits, places: u32::try_from(fraction.len()).ok()? })
    }

    /// Times `factor`, divided by ten to the power of `places`.
    #[must_use]
    pub fn times(self, factor: i128, places: u32) -> Self {
        let mut product =
            Self { digits: self.digits.saturating_mul(factor), places: self.places + places };
        while product.places > 0 && product.digits % 10 == 0 {
            product = Self { digits: product.digits / 10, places: product.places - 1 };
        }
        product
    }

    /// The decimal places that it needs.
    pub fn places(self) -> usize {
        self.places as usize
    }

    /// The nearest number of a spreadsheet.
    pub fn number(self) -> f64 {
        self.text().parse().unwrap_or_default()
    }

    /// With a point, and without anything between thousands: `-1234.560`.
    pub fn text(self) -> String {
        let places = self.places as usize;
        let digits = format!("{:0width$}", self.digits.unsigned_abs(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let sign = if self.digits < 0 { "-" } else { "" };
        let point = if places == 0 { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}")
    }

    /// The digits of both with as many places.
    fn aligned(self, other: Self) -> (i128, i128, u32) {
        let places = self.places.max(other.places);
        let digits = |of: Self| of.digits.saturating_mul(10_i128.pow(places - of.places));
        (digits(self), digits(other), places)
    }
}

impl Add for Decimal {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (one, two, places) = self.aligned(other);
        Self { digits: one.saturating_add(two), places }
    }
}

impl Sub for Decimal {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + Self { digits: -other.digits, ..other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(value: f64) -> Decimal {
        Decimal::of(value).unwrap()
    }

    #[test]
    fn a_sum_has_no_binary_noise() {
        let sum =
            [0.1, 0.2, 0.7, 1.623].map(decimal).into_iter().fold(Decimal::default(), Add::add);
        assert_eq!(sum.text(), "2.623");
        assert_eq!(
            (0..1000).fold(Decimal::default(), |sum, _| sum + decimal(0.001)).text(),
            "1.000"
        );
        assert_eq!((decimal(-0.05) + decimal(0.02)).text(), "-0.03");
        assert_eq!((decimal(10.25) - decimal(0.5)).number(), 9.75);
    }

    #[test]
    fn a_quarter_of_an_hour_is_exact_both_ways() {
        assert_eq!(decimal(1.623).times(4, 0).text(), "6.492");
        assert_eq!(decimal(1.25).times(4, 0).text(), "5");
        assert_eq!(decimal(6.491).times(25, 2).text(), "1.62275");
        assert_eq!(decimal(0.0).times(25, 2).text(), "0");
    }

    #[test]
    fn what_cannot_be_added_up_is_none() {
        assert_eq!(Decimal::of(1e300), None);
        assert_eq!(Decimal::of(f64::NAN), None);
        assert_eq!(Decimal::of(1e-30), None);
    }
}
