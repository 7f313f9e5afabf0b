//! A heat map's cells: rows are days (or weeks), columns are times of day (or weekdays).

use super::series::Series;
use crate::plot::number::order;
use crate::plot::zone::{self, DAY, Date, TimeZone};

/// Part of the values that the scale covers at least; single peaks above it share its last step,
/// or a kettle would leave the rest of the month in one colour.
const SCALE_PART: f64 = 0.97;
/// How far above that part the highest value may be for the scale to reach it all the same.
const SCALE_SLACK: f64 = 1.3;

/// What is in a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Cell {
    /// No interval: before the begin, after the end, or the hour that March leaves out.
    #[default]
    Outside,
    /// Intervals, but no value.
    Missing,
    /// The mean of its values.
    Value(f64),
}

/// One line of the map.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub day: Date,
    /// The hour that October has twice, the second time: the rest of the row is outside.
    pub again: bool,
    pub cells: Vec<Cell>,
}

/// The map and its scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Heat {
    pub rows: Vec<Row>,
    pub columns: usize,
    /// A row is a week, named by its Monday.
    pub weekly: bool,
    /// Columns are weekdays, not times of day.
    pub weekdays: bool,
    pub low: f64,
    pub top: f64,
    /// Some values are above the top of the scale.
    pub clipped: bool,
}

#[derive(Clone, Copy, Default)]
struct Sum {
    total: f64,
    known: u32,
    missing: bool,
}

/// The cells, `minutes` to a column; a row is a day, or where `weekly` the mean of a week.
pub fn heat(flow: &Series, minutes: i64, weekly: bool, zone: &TimeZone) -> Heat {
    let weekdays = flow.resolution_seconds >= DAY;
    let weekly = weekly || weekdays;
    let columns = if weekdays { 7 } else { usize::try_from(1440 / minutes.max(1)).unwrap_or(1) };
    let mut rows: Vec<(Date, bool, Vec<Sum>)> = Vec::new();
    for (begin, value) in &flow.points {
        let wall = zone::wall(*begin, zone);
        let day = if weekly { zone::monday_of(wall.day) } else { wall.day };
        let again = wall.again && !weekly;
        let column = if weekdays {
            zone::weekday(wall.day)
        } else {
            usize::try_from(wall.minute / minutes.max(1)).unwrap_or_default()
        };
        // The second 02:15 comes between rows: its row is the last but one or the last.
        let row = match rows.iter().rposition(|row| (row.0, row.1) == (day, again)) {
            Some(row) => row,
            None => {
                rows.push((day, again, vec![Sum::default(); columns]));
                rows.len() - 1
            }
        };
        if let Some(sum) = rows.get_mut(row).and_then(|row| row.2.get_mut(column)) {
            sum.total += value.unwrap_or_default();
            sum.known += u32::from(value.is_some());
            sum.missing |= value.is_none();
        }
    }
    let cell = |sum: Sum| match sum {
        Sum { known: 0, missing: false, .. } => Cell::Outside,
        Sum { known: 0, .. } => Cell::Missing,
        Sum { total, known, .. } => Cell::Value(total / f64::from(known)),
    };
    let rows = rows
        .into_iter()
        .map(|(day, again, sums)| Row { day, again, cells: sums.into_iter().map(cell).collect() })
        .collect();
    scaled(Heat { rows, columns, weekly, weekdays, low: 0.0, top: 0.0, clipped: false })
}

fn scaled(heat: Heat) -> Heat {
    let values: Vec<f64> = heat
        .rows
        .iter()
        .flat_map(|row| &row.cells)
        .filter_map(|cell| if let Cell::Value(value) = cell { Some(*value) } else { None })
        .collect();
    let values: Vec<f64> = order(&values).into_iter().map(|place| values[place]).collect();
    let (Some(lowest), Some(highest)) = (values.first(), values.last()) else { return heat };
    let index = (values.len() as f64 * SCALE_PART) as usize;
    let most = values.get(index).unwrap_or(highest);
    let clipped = *highest > most * SCALE_SLACK && *most > 0.0;
    Heat { low: lowest.min(0.0), top: if clipped { *most } else { *highest }, clipped, ..heat }
}

#[cfg(test)]
mod tests {
    use super::super::series::Measurement;
    use super::*;
    use crate::clock::{Timestamp, after};

    fn days(begin: &str, end: &str) -> Series {
        let (begin, end): (Timestamp, Timestamp) = (begin.parse().unwrap(), end.parse().unwrap());
        let points = (0..)
            .map(|n| after(begin, n * 900))
            .take_while(|at| *at < end)
            .map(|at| (at, Some(1.0)))
            .collect();
        Series {
            title: String::new(),
            unit: "kW".into(),
            measurement: Measurement::Power,
            points,
            resolution_seconds: 900,
        }
    }

    fn filled(row: &Row) -> usize {
        row.cells.iter().filter(|cell| **cell != Cell::Outside).count()
    }

    #[test]
    fn the_march_day_has_92_quarters_at_their_own_times() {
        let march = days("2026-03-28T23:00:00Z", "2026-03-30T22:00:00Z");
        let heat = heat(&march, 15, false, &zone::berlin());
        assert_eq!(heat.rows.iter().map(filled).collect::<Vec<_>>(), [92, 96]);
        assert_eq!(heat.rows[0].cells[8..12], [Cell::Outside; 4]);
        assert_eq!(heat.rows[0].cells[12], Cell::Value(1.0));
    }

    #[test]
    fn the_october_day_has_100_quarters_four_of_them_again() {
        let october = days("2026-10-24T22:00:00Z", "2026-10-26T23:00:00Z");
        let heat = heat(&october, 15, false, &zone::berlin());
        assert_eq!(heat.rows.iter().map(filled).collect::<Vec<_>>(), [96, 4, 96]);
        assert_eq!(heat.rows.iter().map(|row| row.again).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!(heat.rows[1].cells[8..12], [Cell::Value(1.0); 4]);
    }

    #[test]
    fn a_gap_is_missing_and_a_mean_knows_only_what_is_known() {
        let mut series = days("2026-01-11T23:00:00Z", "2026-01-12T01:00:00Z");
        series.points.truncate(8);
        for (point, value) in series.points.iter_mut().zip([None, None, None, Some(3.0), Some(0.0)])
        {
            point.1 = value;
        }
        let cells = &heat(&series, 30, false, &zone::berlin()).rows[0].cells;
        assert_eq!(cells[..3], [Cell::Missing, Cell::Value(3.0), Cell::Value(0.5)]);
        assert_eq!(cells[4], Cell::Outside);
    }

    #[test]
    fn single_peaks_do_not_take_the_scale() {
        let mut series = days("2026-01-11T23:00:00Z", "2026-01-21T23:00:00Z");
        series.points[100].1 = Some(50.0);
        let heat = heat(&series, 15, false, &zone::berlin());
        assert_eq!((heat.top, heat.clipped), (1.0, true));
    }

    #[test]
    fn days_are_shown_by_week_and_weekday() {
        let mut series = days("2026-01-13T23:00:00Z", "2026-01-13T23:15:00Z");
        series.resolution_seconds = DAY;
        let heat = heat(&series, 15, false, &zone::berlin());
        assert_eq!((heat.columns, heat.weekly, heat.weekdays), (7, true, true));
        assert_eq!(heat.rows[0].cells[2], Cell::Value(1.0));
        assert_eq!(heat.rows[0].day.to_string(), "2026-01-12");
    }
}
