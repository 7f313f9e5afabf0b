//! What the providers' data is: a reading, a pile, what is asked for, what is missing. Plain types
//! that know neither requests nor output.

pub mod answer;
pub mod decimal;
pub mod figures;
pub mod finding;
pub mod grid;
pub mod judge;
mod limits;
pub mod meter;
pub mod names;
pub mod period;
pub mod pile;
pub mod position;
pub mod query;
pub mod reading;
pub mod series;
pub mod span;
pub mod states;
#[cfg(test)]
pub mod testing;
pub mod year;
