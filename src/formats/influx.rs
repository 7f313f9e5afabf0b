//! InfluxDB's line protocol, <https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/>:
//!
//! ```text
//! ENERGY,deviceId=…,direction=IN,medium=ELECTRICITY,unit=kWh value=0.123 1792886400000000000
//! ```
//!
//! The time is in nanoseconds. An interval without a value is no point, so it has no line.

use std::io::Write;

use super::Options;
use super::reading::Column;
use super::template::{Frame, Hole, Shape, TemplateWriter};
use crate::text::printable;

/// Where a reading does not say what it measures.
const NO_MEASUREMENT: &str = "reading";

pub(super) fn readings<'w>(
    out: Box<dyn Write + 'w>,
    options: &Options,
    columns: Vec<Column>,
) -> TemplateWriter<'w> {
    // InfluxDB is quickest with tags in order.
    let mut columns = columns;
    columns.sort_by_key(|column| column.name());
    columns.retain(|column| *column != Column::Measurement);
    let frame = Frame { skips_missing: true, ..Frame::default() };
    let shape: Shape = Box::new(move |reading, line| {
        let measurement = &*reading.measurement;
        let measurement = if measurement.is_empty() { NO_MEASUREMENT } else { measurement };
        escape(&mut line.text, measurement, ", ");
        for column in &columns {
            let text = column.text(reading);
            if !text.is_empty() {
                write!(line.text, ",{}=", column.name())?;
                escape(&mut line.text, text, ",= ");
            }
        }
        line.text.extend_from_slice(b" value=");
        line.hole(Hole::Number);
        line.text.push(b' ');
        line.hole(Hole::Nanoseconds);
        line.text.push(b'\n');
        Ok(())
    });
    TemplateWriter::new(out, options.zone.clone(), frame, shape)
}

/// A backslash before what is special. Line ends and other control characters cannot be written at
/// all, and a backslash at the end would take the separator with it: they become `?` and `/`.
fn escape(out: &mut Vec<u8>, text: &str, special: &str) {
    let text = printable(text);
    let kept = text.trim_end_matches('\\');
    for c in kept.chars() {
        if special.contains(c) {
            out.push(b'\\');
        }
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    out.extend(std::iter::repeat_n(b'/', text.len() - kept.len()));
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{reading, written};
    use crate::formats::{Format, Options};

    #[test]
    fn a_point_has_its_tags_in_order_and_its_digits() {
        let text = written(Format::Influx, &Options::default(), &[reading()]);
        assert_eq!(
            text,
            "ENERGY,deviceId=DE0001,deviceProvider=MSB,deviceType=SMART_METER,direction=IN,\
             label=Halle\\ 1,medium=ELECTRICITY,unit=kWh value=0.1230 1792887300000000000\n"
        );
    }

    #[test]
    fn tags_cannot_end_early_and_gaps_have_no_line() {
        let mut odd = reading();
        odd.measurement = "A b,c=d".into();
        odd.label = "x,y=z w\nfree value=9 1\\".into();
        odd.device_type = "".into();
        let mut gap = reading();
        gap.value = None;
        let fields = Some(vec!["label".to_owned(), "deviceType".to_owned()]);
        let text = written(Format::Influx, &Options { fields, ..Options::default() }, &[gap, odd]);
        assert_eq!(
            text,
            "A\\ b\\,c=d,label=x\\,y\\=z\\ w?free\\ value\\=9\\ 1/ value=0.1230 1792887300000000000\n"
        );
    }
}
