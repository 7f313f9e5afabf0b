//! Tesvolt's project planning tool,
//! <https://tesvoltcustomer.powerappsportals.com/de-de/knowledgebase/article/KA-01507>: a CSV made
//! of its template, whose two heading rows stay, with 35,040 positive quarter hours in kWh in the
//! right column and a decimal comma. The words of the heading are in the template alone, which only
//! customers get; those here say the same.

use super::Row;

pub(super) const HEAD: &[&str] = &["Zeit;Verbrauch", "TT.MM.JJJJ hh:mm;kWh"];

pub(super) fn row(row: &Row) -> String {
    let (date, time) = row.german_time();
    format!("{date} {time};{}", row.with_comma())
}
