//! How much flows through a meter: from a device's seed and the day, and nothing else.
//!
//! A day's total comes first: mean day × season × weekday × weather. Its quarter hours share that
//! total by weight. All are whole watt-hours or litres, so that sums agree to the last digit and a
//! meter can be read at any time without adding up years of quarter hours.

use super::super::calendar::{self, DAY, HOUR, QUARTER};
use super::super::catalogue::{CATALOGUE, Device, Flow, dice};

/// Half the time from sunrise to sunset in minutes, on the first of each month.
const HALF_DAYLIGHT: [u64; 12] = [240, 280, 330, 395, 455, 490, 485, 440, 385, 325, 270, 240];
/// When the sun is highest in the middle of Germany, in UTC.
const SOLAR_NOON: i64 = 11 * HOUR + 20 * 60;

impl Device {
    /// What its values are drawn from.
    pub fn seed(&self) -> u64 {
        self.text("id").bytes().fold(17, |seed, byte| {
            seed.wrapping_mul(0x0100_0000_01b3).wrapping_add(u64::from(byte))
        })
    }
}

impl Flow {
    /// What flows on this Berlin day.
    pub fn total(&self, seed: u64, day: i64) -> u64 {
        let season = between_months(&CATALOGUE.profiles[&self.season], day);
        let week = CATALOGUE.profiles[&self.week][calendar::weekday(day)];
        let weather = 100 - self.weather + dice(seed, day.unsigned_abs()) % (2 * self.weather + 1);
        self.daily * season / 100 * week / 100 * weather / 100
    }

    /// What flowed on this Berlin day until each of its 92, 96 or 100 quarter hours began, and
    /// until the day's end.
    pub fn sums(&self, seed: u64, day: i64) -> Vec<u64> {
        let hours = self.day.as_ref().map(|day| &CATALOGUE.profiles[day]);
        let daylight = between_months(&HALF_DAYLIGHT, day);
        let mut weights = vec![0];
        let mut sum = 0;
        for quarter in (calendar::midnight(day)..calendar::midnight(day + 1)).step_by(900) {
            let weight = match hours {
                Some(hours) => by_the_clock(hours, quarter),
                None => sunshine(60 * daylight, quarter),
            };
            // The weather of a quarter hour: 70 to 130 percent.
            sum += weight * (70 + dice(seed ^ 0x51, quarter.unsigned_abs()) % 61);
            weights.push(sum);
        }
        let total = self.total(seed, day);
        // A flow without any weight would have no total either.
        weights.into_iter().map(|weight| total * weight / sum.max(1)).collect()
    }
}

fn by_the_clock(hours: &[u64], time: i64) -> u64 {
    let clock = calendar::berlin_clock(time).unsigned_abs();
    let (hour, minute) = ((clock / 3600) as usize, clock % 3600 / 60);
    (hours[hour] * (60 - minute) + hours[(hour + 1) % 24] * minute) / 6
}

/// `half_day` in seconds.
fn sunshine(half_day: u64, time: i64) -> u64 {
    let away = (time.rem_euclid(DAY) + QUARTER / 2 - SOLAR_NOON).unsigned_abs();
    // A parabola, a little steeper towards its ends.
    let height = 1000u64.saturating_sub(1000 * away * away / (half_day * half_day));
    height * (500 + height / 2) / 1000
}

fn between_months(firsts: &[u64], day: i64) -> u64 {
    let date = calendar::date_of(day);
    let length = u64::from(date.days_in_month().unsigned_abs());
    let past = u64::from(date.day().unsigned_abs()) - 1;
    let month = usize::from(date.month().unsigned_abs());
    (firsts[month - 1] * (length - past) + firsts[month % 12] * past) / length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(device: usize) -> (&'static Flow, u64) {
        (&CATALOGUE.devices[device].flows[0], CATALOGUE.devices[device].seed())
    }

    fn day_of(date: &str) -> i64 {
        calendar::berlin_day(calendar::parse(&format!("{date}T12:00:00Z")).unwrap())
    }

    #[test]
    fn a_day_is_shared_without_rest() {
        let (flow, seed) = flow(0);
        for (date, quarters) in [("2026-03-29", 92), ("2026-06-01", 96), ("2026-10-25", 100)] {
            let day = day_of(date);
            let sums = flow.sums(seed, day);
            assert_eq!(sums.len(), quarters + 1);
            assert!(sums.is_sorted());
            assert_eq!((sums[0], sums[quarters]), (0, flow.total(seed, day)));
        }
    }

    #[test]
    fn the_sun_shines_by_day_and_more_in_summer() {
        let (sun, seed) = flow(1);
        let lit = |date| {
            let sums = sun.sums(seed, day_of(date));
            assert_eq!(sums[4 * 3], 0, "dark at three");
            assert_eq!(sums[4 * 23], sums[96], "dark at eleven");
            sums.windows(2).filter(|pair| pair[0] < pair[1]).count()
        };
        assert!((28..40).contains(&lit("2026-12-21")), "{}", lit("2026-12-21"));
        assert!((56..68).contains(&lit("2026-06-21")), "{}", lit("2026-06-21"));
    }

    #[test]
    fn months_run_into_each_other() {
        let firsts = [120, 115, 110, 100, 90, 85, 80, 80, 90, 100, 110, 120];
        let month = |date| between_months(&firsts, day_of(date));
        assert_eq!(month("2026-01-01"), 120);
        assert_eq!(month("2026-12-31"), 120);
        assert_eq!(month("2026-04-16"), 95);
    }
}
