//! SMA's Sunny Design, <https://manuals.sma.de/SDesign/de-DE/14318222475.html>: from 1 January
//! 00:00 a whole year (365 or 366 days) in 5 to 60 minutes, positive W, kW, Wh or kWh, every value in
//! the first column, point or comma.

use super::Row;

pub(super) fn row(row: &Row) -> String {
    row.value.to_string()
}
