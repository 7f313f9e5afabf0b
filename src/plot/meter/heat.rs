//! The cells of a heat map: rows are days (or weeks), columns are times of day (or weekdays).

use std::collections::BTreeMap;

use crate::clock::{Date, TimeZone, Timestamp, monday_of};
use crate::data::query::Resolution;
use crate::data::series::Series;
use crate::language::Language;

const WEEKDAYS: usize = 7;
/// Part of the values that the scale covers at least; single peaks above it share its last step,
/// or a kettle would leave the rest of the month in one colour.
const SCALE_PART: f64 = 0.97;
/// How far above that part the highest value may be for the scale to reach it all the same.
const SCALE_SLACK: f64 = 1.3;

/// What a place of the map shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HeatCell {
    /// No interval: before the begin, after the end, or the hour that March leaves out.
    Outside,
    /// Intervals, but no value.
    Missing,
    /// The mean of its values.
    Value(f64),
}

/// One line of the map.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatRow {
    pub day: Date,
    /// The hour that October has twice, the second time: the rest of the row is outside.
    pub again: bool,
    pub cells: Vec<HeatCell>,
}

/// The map and its scale.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    pub rows: Vec<HeatRow>,
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

impl HeatMap {
    /// The cells, `minutes` to a column; a row is a day, or where `weekly` the mean of a week.
    pub fn of(flow: &Series, minutes: usize, weekly: bool) -> Self {
        let weekdays = flow.resolution == Resolution::Day;
        let weekly = weekly || weekdays;
        let columns = if weekdays { WEEKDAYS } else { 1440 / minutes };
        let mut rows: BTreeMap<(Date, bool), Vec<Vec<Option<f64>>>> = BTreeMap::new();
        for interval in &flow.intervals {
            let begin = interval.time.begin;
            let local = flow.zone.to_datetime(begin);
            let day = if weekly { monday_of(local.date()) } else { local.date() };
            let again = !weekly && comes_again(begin, &flow.zone);
            let column = if weekdays {
                local.weekday().to_monday_zero_offset() as usize
            } else {
                (local.hour() as usize * 60 + local.minute() as usize) / minutes
            };
            let row = rows.entry((day, again)).or_insert_with(|| vec![Vec::new(); columns]);
            row[column].push(interval.value);
        }
        let rows = rows.into_iter().map(|((day, again), values)| HeatRow {
            day,
            again,
            cells: values.iter().map(|values| HeatCell::of(values)).collect(),
        });
        let (rows, low, top) = (rows.collect(), 0.0, 0.0);
        Self { rows, columns, weekly, weekdays, low, top, clipped: false }.scaled()
    }

    fn scaled(self) -> Self {
        let cells = self.rows.iter().flat_map(|row| &row.cells);
        let mut values: Vec<f64> = cells.filter_map(HeatCell::value).collect();
        values.sort_by(f64::total_cmp);
        let (Some(lowest), Some(highest)) = (values.first(), values.last()) else { return self };
        let index = (values.len() as f64 * SCALE_PART) as usize;
        let most = *values.get(index).unwrap_or(highest);
        let clipped = *highest > most * SCALE_SLACK && most > 0.0;
        Self { low: lowest.min(0.0), top: if clipped { most } else { *highest }, clipped, ..self }
    }

    /// Which of `steps` steps of the scale a value belongs to.
    pub fn step(&self, value: f64, steps: usize) -> usize {
        let part = (value - self.low) / (self.top - self.low).max(f64::MIN_POSITIVE);
        ((part * steps as f64) as usize).min(steps - 1)
    }

    /// What the upper end of the scale says.
    pub fn top_label(&self, axis: &str, language: Language) -> String {
        format!("{}{} {axis}", if self.clipped { "≥ " } else { "" }, language.short(self.top))
    }

    /// Whether there is a cell without a value.
    pub fn has_gaps(&self) -> bool {
        self.rows.iter().any(|row| row.cells.contains(&HeatCell::Missing))
    }
}

impl HeatCell {
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(*value),
            _ => None,
        }
    }

    fn of(values: &[Option<f64>]) -> Self {
        let known: Vec<f64> = values.iter().copied().flatten().collect();
        match (values.len(), known.len()) {
            (0, _) => Self::Outside,
            (_, 0) => Self::Missing,
            (_, count) => Self::Value(known.iter().sum::<f64>() / count as f64),
        }
    }
}

/// Whether the clock showed this time an hour before already (the last Sunday of October).
fn comes_again(at: Timestamp, zone: &TimeZone) -> bool {
    let shown = zone.to_ambiguous_timestamp(zone.to_datetime(at));
    shown.is_ambiguous() && shown.later().is_ok_and(|later| later == at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testing::{quarters, series};

    fn days(begin: &str, quarter_hours: usize) -> Series {
        quarters(begin, vec![Some(1.0); quarter_hours])
    }

    fn filled(row: &HeatRow) -> usize {
        row.cells.iter().filter(|cell| **cell != HeatCell::Outside).count()
    }

    #[test]
    fn the_march_day_has_92_quarters_at_their_own_times() {
        let march = days("2026-03-28T23:00:00Z", 92 + 96);
        let heat = HeatMap::of(&march, 15, false);
        assert_eq!(heat.rows.iter().map(filled).collect::<Vec<_>>(), [92, 96]);
        assert_eq!(heat.rows[0].cells[8..12], [HeatCell::Outside; 4]);
        assert_eq!(heat.rows[0].cells[12], HeatCell::Value(1.0));
    }

    #[test]
    fn the_october_day_has_100_quarters_four_of_them_again() {
        let october = days("2026-10-24T22:00:00Z", 100 + 96);
        let heat = HeatMap::of(&october, 15, false);
        assert_eq!(heat.rows.iter().map(filled).collect::<Vec<_>>(), [96, 4, 96]);
        assert_eq!(heat.rows.iter().map(|row| row.again).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!(heat.rows[1].cells[8..12], [HeatCell::Value(1.0); 4]);
    }

    #[test]
    fn a_gap_is_missing_and_a_mean_knows_only_what_is_known() {
        let mut values = vec![None, None, None, Some(3.0), Some(0.0)];
        values.resize(8, Some(1.0));
        let series = quarters("2026-01-11T23:00:00Z", values);
        let cells = &HeatMap::of(&series, 30, false).rows[0].cells;
        assert_eq!(cells[..3], [HeatCell::Missing, HeatCell::Value(3.0), HeatCell::Value(0.5)]);
        assert_eq!(cells[4], HeatCell::Outside);
    }

    #[test]
    fn single_peaks_do_not_take_the_scale() {
        let mut series = days("2026-01-11T23:00:00Z", 960);
        series.intervals[100].value = Some(50.0);
        let heat = HeatMap::of(&series, 15, false);
        assert_eq!((heat.top, heat.clipped), (1.0, true));
        assert_eq!((heat.step(0.0, 10), heat.step(1.0, 10), heat.step(50.0, 10)), (0, 9, 9));
        let flat = HeatMap::of(&quarters("2026-01-11T23:00:00Z", [Some(0.0)]), 15, false);
        assert_eq!(flat.step(0.0, 10), 0);
    }

    #[test]
    fn days_are_shown_by_week_and_weekday() {
        let series = series("2026-01-13T23:00:00Z", Resolution::Day, [Some(1.0)]);
        let heat = HeatMap::of(&series, 15, false);
        assert_eq!((heat.columns, heat.weekly, heat.weekdays), (7, true, true));
        assert_eq!(heat.rows[0].cells[2], HeatCell::Value(1.0));
        assert_eq!(heat.rows[0].day.to_string(), "2026-01-12");
    }
}
