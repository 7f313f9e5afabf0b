//! eLess, a market for electricity,
//! <https://www.eless.de/info/warum-funktioniert-mein-lastgang-nicht>: no heading; date
//! (TT.MM.JJJJ), time (SS.MM) and value (kWh or kW), separated by semicolons.

use super::Row;

pub(super) fn row(row: &Row) -> String {
    let (date, time) = row.german_time();
    format!("{date};{};{}", time.replace(':', "."), row.with_comma())
}
