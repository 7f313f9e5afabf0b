//! What the pictures say of a series.

use crate::data::query::{Measurement, Resolution};
use crate::data::series::Series;
use crate::language::{Language, filled};

impl Series {
    /// Which meter, where, and what of it: `Verwaltung · Rathaus · electricity, consumption`.
    pub fn title(&self, language: Language) -> String {
        let (labels, texts) = (&self.labels, language.texts());
        let names = [labels.meter.title(), &labels.label, &labels.device_id];
        let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        let words = [texts.code(&labels.medium), texts.code(&labels.direction)].join(", ");
        let parts = [name, &labels.meter.space, words.trim_matches([',', ' '])];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    /// What the values are, for a caption.
    pub fn words(&self, language: Language) -> &'static str {
        let texts = &language.texts().meter_picture;
        match self.measurement {
            Some(Measurement::Power) => &texts.power,
            Some(Measurement::Energy) => &texts.energy,
            Some(Measurement::MeterReading) => &texts.state,
            None => &texts.values,
        }
    }

    /// Lowest and highest value for an axis: with zero, but for the state of a meter.
    pub fn limits(&self) -> (f64, f64) {
        let first = self.values().next().filter(|_| self.is_state());
        let start = first.unwrap_or_default();
        self.values().fold((start, start), |(low, high), value| (low.min(value), high.max(value)))
    }

    /// What an axis of these values says: `kW`, `kWh per 15 min`.
    pub fn axis(&self, language: Language) -> String {
        if self.measurement != Some(Measurement::Energy) {
            return self.unit.clone();
        }
        let values = [("unit", &*self.unit), ("interval", self.interval(language))];
        filled(&language.texts().meter_picture.axis_per, &values)
    }

    /// What a curve of these values is called.
    pub fn curve_heading(&self, language: Language) -> String {
        let texts = &language.texts().meter_picture;
        let heading = if self.is_state() { &texts.state_curve } else { &texts.load_curve };
        filled(heading, &[("axis", &self.axis(language))])
    }

    /// The length of an interval.
    pub fn interval(&self, language: Language) -> &'static str {
        match self.resolution {
            Resolution::QuarterHour => "15 min",
            Resolution::Hour => &language.texts().meter_picture.hour,
            Resolution::Day => &language.texts().meter_picture.day,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::data::meter::Meter;
    use crate::data::query::Measurement;
    use crate::data::reading::Labels;
    use crate::data::series::Series;
    use crate::data::testing::quarters;
    use crate::language::Language;

    #[test]
    fn a_series_says_whose_it_is_and_what_its_numbers_are() {
        let meter = Meter { name: "Haus".into(), space: "Hof".into(), ..Meter::default() };
        let labels = Labels {
            meter: meter.into(),
            label: "Energie Bezug".into(),
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
        assert_eq!(series.title(Language::En), "Haus · Hof · electricity, consumption");
        assert_eq!(series.title(Language::De), "Haus · Hof · Strom, Bezug");
        assert_eq!(series.axis(Language::En), "kWh per 15 min");
        assert_eq!(series.curve_heading(Language::De), "Lastgang, kWh je 15 min");
    }

    #[test]
    fn a_series_of_a_meter_that_nobody_named_has_a_title() {
        assert_eq!(quarters("2026-01-12T00:00:00Z", []).title(Language::De), "Haus");
    }
}
