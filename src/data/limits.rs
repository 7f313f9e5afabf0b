//! What a meter can measure.

use super::query::{Measurement, Resolution};
use super::reading::Labels;

/// No meter's connection carries more, in kW: a 380-kV line has about 2 GW.
const MOST_KILOWATTS: f64 = 2e6;
/// Of any other quantity.
const MOST: f64 = 1e12;

/// The values that a series can have.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    lowest: f64,
    highest: f64,
}

impl Limits {
    /// Where a direction is given, the other one has a series of its own, and no value is below
    /// zero; a mean power without a direction may be.
    pub fn of(labels: &Labels, resolution: Resolution) -> Self {
        let has_direction = matches!(labels.direction.as_str(), "IN" | "OUT");
        let highest = most(labels, resolution);
        Self { lowest: if has_direction { 0.0 } else { -highest }, highest }
    }

    pub fn allow(&self, value: f64) -> bool {
        (self.lowest..=self.highest).contains(&value)
    }
}

fn most(labels: &Labels, resolution: Resolution) -> f64 {
    let hours = resolution.seconds() as f64 / 3600.0;
    match labels.unit.as_str() {
        _ if labels.measurement == Measurement::MeterReading.to_string() => MOST,
        "W" => MOST_KILOWATTS * 1000.0,
        "kW" => MOST_KILOWATTS,
        "MW" => MOST_KILOWATTS / 1000.0,
        "Wh" => MOST_KILOWATTS * 1000.0 * hours,
        "kWh" => MOST_KILOWATTS * hours,
        "MWh" => MOST_KILOWATTS / 1000.0 * hours,
        _ => MOST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_meter_measures_more_than_its_line_carries_or_less_than_nothing() {
        let limits = |unit: &str, direction: &str| {
            let labels = Labels {
                unit: unit.into(),
                direction: direction.into(),
                measurement: "ENERGY".into(),
                ..Labels::default()
            };
            Limits::of(&labels, Resolution::QuarterHour)
        };
        assert!(limits("kWh", "IN").allow(499_999.0) && !limits("kWh", "IN").allow(500_001.0));
        assert!(limits("Wh", "IN").allow(499_999_999.0) && limits("m³", "IN").allow(1e9));
        assert!(!limits("kWh", "OUT").allow(-0.5) && limits("kW", "").allow(-3.0));
        assert!(!limits("m³", "").allow(1e13) && !limits("", "").allow(f64::NAN));
    }
}
