//! What the providers' data is: a reading, a pile, what is asked for, what is missing. Plain types
//! that know neither requests nor output.
//!
//! | file | what it is |
//! |---|---|
//! | `query`, `period`, `grid` | what is asked for: whose readings, from when to when, in which pieces |
//! | `meter`, `names` | a meter and what people call it |
//! | `reading`, `answer` | a reading, and the answer of a window as it came |
//! | `judge`, `finding`, `limits`, `states` | what came twice, cannot be, or is missing |
//! | `series`, `span`, `figures` | readings on an even grid, and what they come down to |
//! | `year`, `decimal` | a year with a value for every interval; sums to the last digit |
//! | `pile`, `position` | a log pile, and whether its place can be right |

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
