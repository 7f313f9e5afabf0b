//! What is odd about single readings, with its time.

use std::sync::Arc;

use super::reading::Labels;
use crate::clock::Timestamp;

/// Something about one reading that a person must know.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub kind: Kind,
    pub at: Timestamp,
    pub labels: Arc<Labels>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The same interval again, with the same value.
    Double,
    /// The same interval again with another value, which counts; the first is the one before.
    OtherValue { before: String, now: String },
    /// In another unit than the series began in.
    OtherUnit { unit: String, first: String },
    /// The state of a meter is lower than before: it was exchanged, or its register rolled over.
    Fall { from: f64, to: f64 },
    /// No meter measures this.
    Impossible { value: String },
    /// Not at the begin of an interval.
    OffGrid,
    /// Of another measurement than was asked for.
    OtherMeasurement,
}
