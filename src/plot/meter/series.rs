//! What the pictures say of a series.

use crate::data::query::{Measurement, Resolution};
use crate::data::series::Series;

impl Series {
    /// `Wohnhaus · electricity, consumption`
    pub fn title(&self) -> String {
        let labels = &self.labels;
        let name = if labels.label.is_empty() { &labels.device_id } else { &labels.label };
        let direction = match labels.direction.as_ref() {
            "IN" => "consumption",
            "OUT" => "feed-in",
            other => other,
        };
        let words = [labels.medium.to_ascii_lowercase().as_str(), direction].join(", ");
        match words.trim_matches([',', ' ']) {
            "" => name.to_string(),
            words => format!("{name} · {words}"),
        }
    }

    /// What the values are, for a caption.
    pub fn words(&self) -> &'static str {
        match self.measurement {
            Some(Measurement::Power) => "mean power",
            Some(Measurement::Energy) => "energy",
            Some(Measurement::MeterReading) => "meter reading",
            None => "values",
        }
    }

    /// Lowest and highest value for an axis: with zero, but for the state of a meter.
    pub fn limits(&self) -> (f64, f64) {
        let first = self.values().next().filter(|_| self.is_state());
        let start = first.unwrap_or_default();
        self.values().fold((start, start), |(low, high), value| (low.min(value), high.max(value)))
    }

    /// What an axis of these values says: `kW`, `kWh per 15 min`.
    pub fn axis(&self) -> String {
        match self.measurement {
            Some(Measurement::Energy) => format!("{} per {}", self.unit, self.interval()),
            _ => self.unit.clone(),
        }
    }

    /// What a curve of these values is called.
    pub fn curve_heading(&self) -> String {
        format!("{}, {}", if self.is_state() { "Meter reading" } else { "Load curve" }, self.axis())
    }

    /// The length of an interval.
    pub fn interval(&self) -> &'static str {
        match self.resolution {
            Resolution::QuarterHour => "15 min",
            Resolution::Hour => "h",
            Resolution::Day => "day",
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::data::query::Measurement;
    use crate::data::reading::Labels;
    use crate::data::series::Series;
    use crate::data::testing::quarters;

    #[test]
    fn a_series_says_whose_it_is_and_what_its_numbers_are() {
        let labels = Labels {
            label: "Haus".into(),
            medium: "ELECTRICITY".into(),
            direction: "IN".into(),
            ..Labels::default()
        };
        let series = Series {
            labels: labels.into(),
            measurement: Some(Measurement::Energy),
            unit: "kWh".into(),
            ..quarters("2026-01-12T00:00:00Z", [])
        };
        assert_eq!(series.title(), "Haus · electricity, consumption");
        assert_eq!(series.axis(), "kWh per 15 min");
    }
}
