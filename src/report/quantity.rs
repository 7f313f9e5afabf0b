//! What was measured, and what it is as an amount (kWh, m³) and as a power (kW).

use crate::data::decimal::Decimal;
use crate::data::figures::per_hour;
use crate::data::query::Measurement;

/// What the values of a column are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quantity {
    pub kind: Kind,
    /// Of the amounts, or of the states of a meter; empty where it is not known.
    pub unit: String,
    /// Of the powers, where the amounts are energy.
    pub power_unit: Option<String>,
    /// A unit of power for an hour is one of `unit` times ten to this power.
    per_hour: i32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// The values are amounts; powers are computed.
    Amount,
    /// The values are powers; amounts are computed.
    Power,
    /// The values are states of a meter, which are never added up.
    State,
    /// Nobody knows what the values are: they are shown, never added up.
    #[default]
    Unknown,
}

impl Quantity {
    pub fn of(measurement: Option<Measurement>, unit: &str) -> Self {
        let plain = |kind| Self { kind, unit: unit.to_owned(), ..Self::default() };
        match measurement {
            Some(Measurement::Energy) => {
                let power_unit = unit.strip_suffix('h').filter(|unit| unit.ends_with('W'));
                Self { power_unit: power_unit.map(ToOwned::to_owned), ..plain(Kind::Amount) }
            }
            Some(Measurement::Power) => {
                let Some((per_hour, amount)) = per_hour(unit) else { return plain(Kind::Unknown) };
                let power_unit = Some(unit.to_owned());
                Self { kind: Kind::Power, unit: amount.to_owned(), power_unit, per_hour }
            }
            Some(Measurement::MeterReading) => plain(Kind::State),
            None => plain(Kind::Unknown),
        }
    }

    /// Whether its amounts may be added up.
    pub fn is_summed(&self) -> bool {
        matches!(self.kind, Kind::Amount | Kind::Power)
    }

    /// A value of so many seconds as an amount, or the state of the meter as it is.
    pub fn amount(&self, value: f64, seconds: i64) -> Option<Decimal> {
        let value = Decimal::of(value)?;
        if self.kind != Kind::Power {
            return Some(value);
        }
        if seconds % QUARTER != 0 {
            return None;
        }
        // Quarters of an hour are 0.25 each, which is exact.
        value.times_ten_to(self.per_hour - 2)?.times(i128::from(seconds / QUARTER) * 25)
    }

    /// The same as the mean power of these seconds.
    pub fn power(&self, value: f64, seconds: i64) -> Option<Decimal> {
        self.power_unit.as_ref()?;
        let value = Decimal::of(value)?;
        match self.kind {
            Kind::Power => Some(value),
            // A day is no whole part of an hour: its mean power says little, and would be rounded.
            _ if seconds > 0 && HOUR % seconds == 0 => value.times((HOUR / seconds).into()),
            _ => None,
        }
    }
}

/// Seconds.
const QUARTER: i64 = 900;
const HOUR: i64 = 3600;

#[cfg(test)]
mod tests {
    use super::*;

    fn both(measurement: Measurement, unit: &str, value: f64, seconds: i64) -> [String; 2] {
        let quantity = Quantity::of(Some(measurement), unit);
        let text = |number: Option<Decimal>, unit: Option<&str>| match (number, unit) {
            (Some(number), Some(unit)) => format!("{number} {unit}"),
            _ => String::new(),
        };
        let (amount, power) = (quantity.amount(value, seconds), quantity.power(value, seconds));
        [text(amount, Some(&quantity.unit)), text(power, quantity.power_unit.as_deref())]
    }

    #[test]
    fn energy_and_power_become_each_other_exactly() {
        let (energy, power) = (Measurement::Energy, Measurement::Power);
        assert_eq!(both(energy, "kWh", 1.623, 900), ["1.623 kWh", "6.492 kW"]);
        assert_eq!(both(energy, "Wh", 5.0, 3600), ["5 Wh", "5 W"]);
        assert_eq!(both(power, "kW", 6.491, 900), ["1.62275 kWh", "6.491 kW"]);
        assert_eq!(both(power, "W", 500.0, 900), ["0.125 kWh", "500 W"]);
        assert_eq!(both(power, "MW", 2.0, 3600), ["2000 kWh", "2 MW"]);
        assert_eq!(both(power, "kW", 1.0, 23 * 3600), ["23 kWh", "1 kW"]);
    }

    #[test]
    fn what_is_no_energy_keeps_its_unit_and_has_no_power() {
        assert_eq!(both(Measurement::Energy, "m³", 0.5, 900), ["0.5 m³", ""]);
        assert_eq!(both(Measurement::Energy, "kWh", 24.0, 86_400), ["24 kWh", ""]);
        assert_eq!(both(Measurement::MeterReading, "kWh", 4711.0, 900), ["4711 kWh", ""]);
        assert!(!Quantity::of(None, "bar").is_summed());
    }
}
