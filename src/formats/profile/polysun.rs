//! Polysun SPT of Vela Solaris,
//! <https://www.velasolaris.com/handbuch/polysun-spt/importieren-von-lastprofilen/>: first column
//! the energy with a decimal point, second column the seconds since the beginning of the year, 0 to
//! 31,535,100 (in a leap year 31,621,500) in quarter hours; hours as well.

use super::Row;

pub(super) fn row(row: &Row) -> String {
    format!("{};{}", row.value, row.seconds)
}
