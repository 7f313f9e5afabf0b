//! One reading of a meter, as Zählerfreunde's API answers it.

use std::sync::Arc;

use smol_str::SmolStr;

use super::meter::Meter;
use crate::clock::Timestamp;

/// One value of one device. Text stays as the provider sent it; `value` keeps its digits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Shared by the readings of a series: a year has 35,000, and they differ in time and value.
    pub labels: Arc<Labels>,
    /// Begin of the interval (POWER: its mean, ENERGY: its sum), or the instant (METER_READING).
    pub time: Timestamp,
    /// A JSON number's digits; `None` where the interval has no value (`--gaps mark`).
    pub value: Option<SmolStr>,
    /// Members that are not documented, as JSON: `"name":value,…`; mostly `None`.
    pub rest: Option<Box<str>>,
}

/// What a reading says of its series. A new member stands in the two lists below, and in
/// `formats/reading.rs` if it is to be a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// Who was asked for; the provider's answer names its id alone.
    pub meter: Arc<Meter>,
    pub device_id: String,
    /// `POWER`, `ENERGY`, `METER_READING`
    pub measurement: String,
    pub unit: String,
    pub label: String,
    pub device_type: String,
    pub device_provider: String,
    pub medium: String,
    /// `IN` consumption, `OUT` feed-in
    pub direction: String,
}

impl Reading {
    /// An interval of a series without a value.
    #[must_use]
    pub fn without_value(labels: &Arc<Labels>, time: Timestamp) -> Self {
        Reading { labels: labels.clone(), time, value: None, rest: None }
    }
}

impl Labels {
    /// Whether two readings belong to one series: of one meter, quantity and direction. Their unit
    /// may change on the way, and is looked at.
    pub fn is_same_series(&self, other: &Self) -> bool {
        self.device_id == other.device_id
            && self.measurement == other.measurement
            && self.direction == other.direction
            && self.label == other.label
    }

    /// The text that the provider has under this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        Some(match name {
            "deviceId" => &self.device_id,
            "measurement" => &self.measurement,
            "unit" => &self.unit,
            "label" => &self.label,
            "deviceType" => &self.device_type,
            "deviceProvider" => &self.device_provider,
            "medium" => &self.medium,
            "direction" => &self.direction,
            _ => return None,
        })
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "deviceId" => &mut self.device_id,
            "measurement" => &mut self.measurement,
            "unit" => &mut self.unit,
            "label" => &mut self.label,
            "deviceType" => &mut self.device_type,
            "deviceProvider" => &mut self.device_provider,
            "medium" => &mut self.medium,
            "direction" => &mut self.direction,
            _ => return None,
        })
    }
}
