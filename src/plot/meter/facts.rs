//! Key figures in words.

use super::figures::{Figures, Gaps};
use super::series::{Measurement, Series};
use crate::plot::number::{self, count, short};
use crate::plot::page::Fact;
use crate::plot::zone::{self, TimeZone};

impl Gaps {
    fn note(&self, zone: &TimeZone) -> String {
        let Some(longest) = self.longest() else { return "every interval has a value".to_owned() };
        let which = if self.pieces.len() == 1 { "" } else { "longest " };
        let all = number::length(self.seconds);
        format!("{all}; {which}{}", zone::period(longest.0, longest.1, zone))
    }
}

impl Figures {
    /// For people.
    pub fn facts(&self, series: &Series, zone: &TimeZone) -> Vec<Fact> {
        let axis = series.flow().axis();
        let fact = |name, value, note: &str| Fact { name, value, note: note.to_owned() };
        let mut facts = Vec::new();
        if let Some((at, peak)) = self.peak {
            let when = zone::moment(at, zone);
            facts.push(fact("peak", format!("{} {axis}", short(peak)), &when));
        }
        if let Some(base) = self.base_load {
            let note = "reached in 95 % of the time";
            facts.push(fact("base load", format!("{} {axis}", short(base)), note));
        }
        if let Some((sum, unit)) = &self.sum {
            let note = match series.measurement {
                Measurement::MeterReading => "last minus first reading",
                _ if self.gaps.missing > 0 => "of what was measured",
                _ => "",
            };
            facts.push(fact("sum", format!("{} {unit}", short(*sum)), note));
        }
        if let Some(hours) = self.full_load_hours {
            facts.push(fact("full-load hours", format!("{} h", short(hours)), "sum ÷ peak"));
        }
        let (missing, of) = (self.gaps.missing, number::number(self.gaps.of as f64, 0));
        let value =
            if missing == 0 { "none".to_owned() } else { count(missing, "interval", "intervals") };
        facts.push(fact("gaps", value, &format!("of {of}: {}", self.gaps.note(zone))));
        facts
    }
}
