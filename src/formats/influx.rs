//! InfluxDB's line protocol, <https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/>:
//!
//! ```text
//! ENERGY,deviceId=…,direction=IN,medium=ELECTRICITY,unit=kWh value=0.123 1792886400000000000
//! ```
//!
//! The time is in nanoseconds. An interval without a value is no point, so it has no line.

use std::io::{self, Write};

use super::columns::{Cell, Columns, List};
use super::{Entry, NewRows, Options, Rows};
use crate::text::push_influx;

/// Where a reading does not say what it measures.
const NO_MEASUREMENT: &str = "reading";
/// Texts that are no tags: the one begins the line, the other is always the same.
const NO_TAGS: [&str; 2] = ["measurement", "status"];

struct Influx(Columns);

pub(super) fn points(list: &List<'_>, options: &Options) -> NewRows {
    // InfluxDB is quickest with tags in order.
    let columns = Columns::new(list, options, list.columns)?.sorted();
    Ok(Box::new(Influx(columns)))
}

impl Rows for Influx {
    fn row(&mut self, entry: Entry<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let Entry::Reading(reading) = entry else { return Ok(()) };
        let Some(value) = &reading.value else { return Ok(()) };
        let measurement = &*reading.labels.measurement;
        push_influx(out, if measurement.is_empty() { NO_MEASUREMENT } else { measurement }, b", ");
        for (name, cell) in self.0.names().zip(self.0.cells(entry)) {
            match cell {
                Cell::Text(text) if !text.is_empty() && !NO_TAGS.contains(&name) => {
                    write!(out, ",{name}=")?;
                    push_influx(out, &text, b",= ");
                }
                _ => {}
            }
        }
        writeln!(out, " value={value} {}", reading.time.as_nanosecond())
    }
}

#[cfg(test)]
mod tests {
    use crate::data::reading::{Labels, Reading};
    use crate::formats::Options;
    use crate::formats::testing::{labels, reading, written};

    #[test]
    fn a_point_has_its_tags_in_order_and_its_digits() {
        let text = written("influx", &Options::default(), &[reading()]);
        assert_eq!(
            text,
            "ENERGY,deviceId=DE0001,deviceProvider=MSB,deviceType=SMART_METER,direction=IN,\
             label=Halle\\ 1,malo=50999000001,medium=ELECTRICITY,meter=Halle\\ Süd,space=Werk\\ 1,unit=kWh value=0.1230 1792887300000000000\n"
        );
    }

    #[test]
    fn tags_cannot_end_early_and_gaps_have_no_line() {
        let odd = Labels {
            measurement: "A b,c=d".into(),
            label: "x,y=z w\nfree value=9 1\\".into(),
            device_type: String::new(),
            ..labels()
        };
        let odd = Reading { labels: odd.into(), ..reading() };
        let mut gap = reading();
        gap.value = None;
        let fields = Some(vec!["label".to_owned(), "deviceType".to_owned()]);
        let text = written("influx", &Options { fields, ..Options::default() }, &[gap, odd]);
        assert_eq!(
            text,
            "A\\ b\\,c=d,label=x\\,y\\=z\\ w?free\\ value\\=9\\ 1/ value=0.1230 1792887300000000000\n"
        );
    }
}
