//! How much flows through a meter: from a device's seed and the day, and nothing else.
//!
//! A day's total comes first: mean day × season × weekday × weather. Its quarter hours share that
//! total by weight. All are whole watt-hours or litres, so that sums agree to the last digit and a
//! meter can be read at any time without adding up years of quarter hours.

use super::calendar::{self, DAY, HOUR, QUARTER};
use super::dice::dice;

/// One direction of one meter.
#[derive(Debug)]
pub struct Flow {
    /// `IN` or `OUT`.
    pub direction: &'static str,
    /// A mean day, in watt-hours or litres.
    pub daily: u64,
    /// Percent on the first of each month, in between a straight line.
    pub season: &'static [u64; 12],
    /// Percent, Monday first.
    pub week: &'static [u64; 7],
    /// Percent by which the weather moves a day down or up at most.
    pub weather: u64,
    pub shape: Shape,
}

/// How a day's total is spread over the day.
#[derive(Debug)]
pub enum Shape {
    /// Weights of the hours on Berlin's clocks.
    Hours(&'static [u64; 24]),
    /// While the sun shines.
    Sun,
}

/// A day of a flow.
pub struct Day {
    /// What flowed from midnight to the begin of each quarter hour, and to the day's end.
    pub sums: Vec<u64>,
}

/// Half the time from sunrise to sunset in minutes, on the first of each month.
const HALF_DAYLIGHT: [u64; 12] = [240, 280, 330, 395, 455, 490, 485, 440, 385, 325, 270, 240];
/// When the sun is highest in the middle of Germany, in UTC.
const SOLAR_NOON: i64 = 11 * HOUR + 20 * 60;

impl Flow {
    /// What flows on this Berlin day.
    pub fn total(&self, seed: u64, day: i64) -> u64 {
        let season = between_months(self.season, day);
        let week = self.week[calendar::weekday(day)];
        let weather = 100 - self.weather + dice(seed, day.unsigned_abs()) % (2 * self.weather + 1);
        self.daily * season / 100 * week / 100 * weather / 100
    }

    /// The day in its 92, 96 or 100 quarter hours.
    pub fn day(&self, seed: u64, day: i64) -> Day {
        let total = self.total(seed, day);
        let (begin, end) = (calendar::midnight(day), calendar::midnight(day + 1));
        let mut weights = vec![0];
        let mut sum = 0;
        for quarter in (begin..end).step_by(900) {
            // The weather of a quarter hour: 70 to 130 percent.
            let noise = 70 + dice(seed ^ 0x51, quarter.unsigned_abs()) % 61;
            sum += self.weight(quarter, day) * noise;
            weights.push(sum);
        }
        // A flow without any weight would have no total either.
        let sums = weights.into_iter().map(|weight| total * weight / sum.max(1)).collect();
        Day { sums }
    }

    fn weight(&self, time: i64, day: i64) -> u64 {
        match &self.shape {
            Shape::Hours(hours) => {
                let clock = calendar::berlin_clock(time).unsigned_abs();
                let (hour, minute) = (clock / 3600, clock % 3600 / 60);
                let [this, next] = [hour, hour + 1].map(|hour| hours[hour as usize % 24]);
                (this * (60 - minute) + next * minute) / 6
            }
            Shape::Sun => {
                let half = 60 * between_months(&HALF_DAYLIGHT, day);
                let middle = time.rem_euclid(DAY) + QUARTER / 2;
                let away = (middle - SOLAR_NOON).unsigned_abs();
                // A parabola, a little steeper towards its ends.
                let height = 1000u64.saturating_sub(1000 * away * away / (half * half));
                height * (500 + height / 2) / 1000
            }
        }
    }
}

fn between_months(firsts: &[u64; 12], day: i64) -> u64 {
    let (year, month, date) = calendar::date_of(day);
    // Month 13 is the January that follows, to `day_of` as well.
    let length = (calendar::day_of(year, month + 1, 1) - calendar::day_of(year, month, 1)) as u64;
    let (past, month) = ((date - 1) as u64, month as usize);
    (firsts[month - 1] * (length - past) + firsts[month % 12] * past) / length
}

#[cfg(test)]
mod tests {
    use super::calendar::day_of;
    use super::*;

    const FLOW: Flow = Flow {
        direction: "IN",
        daily: 10_000,
        season: &[120, 115, 110, 100, 90, 85, 80, 80, 90, 100, 110, 120],
        week: &[100; 7],
        weather: 10,
        shape: Shape::Hours(&[
            1, 1, 1, 1, 1, 2, 4, 5, 4, 3, 3, 3, 4, 3, 3, 3, 3, 5, 6, 7, 6, 4, 3, 2,
        ]),
    };

    #[test]
    fn a_day_is_shared_without_rest() {
        for (date, quarters) in [((2026, 3, 29), 92), ((2026, 6, 1), 96), ((2026, 10, 25), 100)] {
            let day = day_of(date.0, date.1, date.2);
            let sums = FLOW.day(7, day).sums;
            assert_eq!(sums.len(), quarters + 1);
            assert!(sums.is_sorted());
            assert_eq!((sums[0], sums[quarters]), (0, FLOW.total(7, day)));
        }
    }

    #[test]
    fn the_sun_shines_by_day_and_more_in_summer() {
        let sun = Flow { shape: Shape::Sun, ..FLOW };
        let lit = |month, date| {
            let sums = sun.day(1, day_of(2026, month, date)).sums;
            assert_eq!(sums[4 * 3], 0, "dark at three");
            assert_eq!(sums[4 * 23], sums[96], "dark at eleven");
            sums.windows(2).filter(|pair| pair[0] < pair[1]).count()
        };
        assert!((28..40).contains(&lit(12, 21)), "{}", lit(12, 21));
        assert!((56..68).contains(&lit(6, 21)), "{}", lit(6, 21));
    }

    #[test]
    fn months_run_into_each_other() {
        let month =
            |date: (i64, i64, i64)| between_months(FLOW.season, day_of(date.0, date.1, date.2));
        assert_eq!(month((2026, 1, 1)), 120);
        assert_eq!(month((2026, 12, 31)), 120);
        assert_eq!(month((2026, 4, 16)), 95);
    }
}
