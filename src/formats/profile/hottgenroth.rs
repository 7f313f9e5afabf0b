//! Hottgenroth's building simulation (ETU),
//! <https://hottgenroth.atlassian.net/wiki/spaces/DOC/pages/34664670>: 8,760 or 35,040 values of W,
//! kW or kWh; unit, decimal separator, heading rows and column are chosen in its dialog.

use super::Row;

pub(super) fn row(row: &Row) -> String {
    row.with_comma()
}
