//! Days and times for people. A pattern is strftime's; the names of days and months are the
//! language's.

use super::Language;
use crate::clock::{Date, TimeZone, Timestamp};

impl Language {
    /// An instant on the clocks of a zone.
    pub fn show(self, at: Timestamp, pattern: &str, zone: &TimeZone) -> String {
        let local = at.to_zoned(zone.clone());
        local.strftime(&self.named(pattern, local.date())).to_string()
    }

    pub fn show_day(self, day: Date, pattern: &str) -> String {
        day.strftime(&self.named(pattern, day)).to_string()
    }

    /// The pattern with the names of this day in it: what follows knows only English ones.
    fn named(self, pattern: &str, day: Date) -> String {
        let dates = &self.texts().dates;
        let weekday = day.weekday().to_monday_zero_offset().unsigned_abs();
        let month = (day.month() - 1).unsigned_abs();
        pattern
            .replace("%a", &dates.weekdays[usize::from(weekday)])
            .replace("%b", &dates.months[usize::from(month)])
            .replace("%B", &dates.long_months[usize::from(month)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::berlin;

    #[test]
    fn a_day_has_the_names_and_the_order_of_the_language() {
        let at: Timestamp = "2026-03-29T00:15:00Z".parse().unwrap();
        let shown = |language: Language| {
            let dates = &language.texts().dates;
            [&dates.named_day, &dates.short_day, "%B %Y", "%H:%M %:z"]
                .map(|pattern| language.show(at, pattern, &berlin()))
        };
        assert_eq!(shown(Language::De), ["So 29.03.2026", "29.03.", "März 2026", "01:15 +01:00"]);
        let english = ["Sun 29 Mar 2026", "29 Mar", "March 2026", "01:15 +01:00"];
        assert_eq!(shown(Language::En), english);
        let day = Date::constant(2026, 12, 31);
        assert_eq!(Language::De.show_day(day, "%a %-d. %b"), "Do 31. Dez");
    }
}
