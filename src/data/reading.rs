//! One reading of a meter, as Zählerfreunde's API answers it.

use std::borrow::Cow;

use crate::clock::Timestamp;

/// One value of one device. A new member has to be read in `api/readings.rs` and shown in
/// `formats/reading.rs`; one that describes the value and not the series is emptied in
/// [`Reading::without_value`]. Text stays as the provider sent it; `value` keeps its digits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading<'a> {
    pub device_id: Cow<'a, str>,
    /// Begin of the interval (POWER: its mean, ENERGY: its sum), or the instant (METER_READING).
    pub time: Timestamp,
    /// `POWER`, `ENERGY`, `METER_READING`
    pub measurement: Cow<'a, str>,
    /// A JSON number's digits; `None` where the interval has no value (`--gaps mark`).
    pub value: Option<Cow<'a, str>>,
    pub unit: Cow<'a, str>,
    pub label: Cow<'a, str>,
    pub device_type: Cow<'a, str>,
    pub device_provider: Cow<'a, str>,
    pub medium: Cow<'a, str>,
    /// `IN` consumption, `OUT` feed-in
    pub direction: Cow<'a, str>,
    /// Members that are not documented, as JSON: `"name":value,…`; mostly empty.
    pub rest: Cow<'a, str>,
}

impl<'a> Reading<'a> {
    /// An interval of the same series without a value: only what describes the series is kept.
    #[must_use]
    pub fn without_value(&self, time: Timestamp) -> Self {
        Reading { time, value: None, rest: Cow::default(), ..self.clone() }
    }
}
