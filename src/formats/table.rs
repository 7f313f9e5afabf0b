//! Rows for a person, in columns (`table`); and for a program, tab-separated (`plain`).

use std::io::{self, Write};

use textwrap::core::display_width;

use super::columns::{Cell, Columns, List};
use super::{Entry, NewRows, Options, Rows};
use crate::clock::WallClock;
use crate::text::{is_plain, printable};

const HEADING: anstyle::Style = anstyle::Style::new().bold();
/// Rows that decide how wide the columns are. They are held back until then; what comes later and
/// is wider pushes the rest of its row to the right.
const SAMPLE_ROWS: usize = 200;

/// Tab-separated, so that `cut` and `awk` can take it apart: a tab or line end in a text is `?`.
struct Plain {
    columns: Columns,
    clock: WallClock,
}

/// Columns, numbers to the right. The terminal's stream takes away the bold heading where there is
/// no colour.
struct Table {
    columns: Columns,
    clock: WallClock,
    sample: Vec<Vec<Shown>>,
    /// Known when the sample is full.
    widths: Option<Vec<usize>>,
}

struct Shown {
    text: String,
    is_number: bool,
}

pub(super) fn plain(list: &List<'_>, options: &Options) -> NewRows {
    let columns = Columns::new(list, options, list.few_columns)?;
    Ok(Box::new(Plain { columns, clock: WallClock::new(options.zone.clone()) }))
}

pub(super) fn table(list: &List<'_>, options: &Options) -> NewRows {
    if !options.for_person {
        return plain(list, options);
    }
    let columns = Columns::new(list, options, list.few_columns)?;
    let clock = WallClock::new(options.zone.clone());
    Ok(Box::new(Table { columns, clock, sample: Vec::new(), widths: None }))
}

impl Rows for Plain {
    fn row(&mut self, entry: Entry<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { columns, clock } = self;
        for (index, cell) in columns.cells(entry).enumerate() {
            if index > 0 {
                out.push(b'\t');
            }
            match cell {
                Cell::Time(time) => clock.rfc_3339(time, out)?,
                Cell::Offset(time) => clock.offset(time, out)?,
                cell if is_plain(cell.text()) => out.extend_from_slice(cell.text().as_bytes()),
                cell => out.extend_from_slice(printable(cell.text()).as_bytes()),
            }
        }
        out.push(b'\n');
        Ok(())
    }
}

impl Rows for Table {
    fn row(&mut self, entry: Entry<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { columns, clock, .. } = self;
        let shown = |cell: Cell<'_>| {
            let is_number = matches!(cell, Cell::Number(_));
            Ok(Shown { text: printable(&cell.shown(clock)?), is_number })
        };
        let row: Vec<Shown> = columns.cells(entry).map(shown).collect::<io::Result<_>>()?;
        if let Some(widths) = &self.widths {
            return writeln!(out, "{}", line(&row, widths));
        }
        self.sample.push(row);
        if self.sample.len() == SAMPLE_ROWS { self.write_sample(out) } else { Ok(()) }
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.widths.is_none() { self.write_sample(out) } else { Ok(()) }
    }
}

impl Table {
    fn write_sample(&mut self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let heading = |(column, name): (usize, &str)| Shown {
            text: heading(name),
            is_number: self.sample.iter().any(|row| row[column].is_number),
        };
        let headings: Vec<Shown> = self.columns.names().enumerate().map(heading).collect();
        let mut widths = vec![0; headings.len()];
        for row in self.sample.iter().chain([&headings]) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = display_width(&cell.text).max(*width);
            }
        }
        writeln!(out, "{HEADING}{}{HEADING:#}", line(&headings, &widths))?;
        for row in self.sample.drain(..) {
            writeln!(out, "{}", line(&row, &widths))?;
        }
        self.widths = Some(widths);
        Ok(())
    }
}

fn line(row: &[Shown], widths: &[usize]) -> String {
    let padded = |(Shown { text, is_number }, width): (&Shown, &usize)| {
        let space = " ".repeat(width.saturating_sub(display_width(text)));
        if *is_number { format!("{space}{text}") } else { format!("{text}{space}") }
    };
    let line = row.iter().zip(widths).map(padded).collect::<Vec<_>>().join("  ");
    line.trim_end().to_owned()
}

/// `saleFmVolume` and `sale_fm_volume` as `SALE FM VOLUME`.
fn heading(name: &str) -> String {
    let mut heading = String::new();
    for c in name.chars() {
        if c.is_uppercase() {
            heading.push(' ');
        }
        heading.extend(if c == '_' { ' '.to_uppercase() } else { c.to_uppercase() });
    }
    heading
}

#[cfg(test)]
mod tests {
    use crate::data::reading::{Labels, Reading};
    use crate::formats::Options;
    use crate::formats::testing::{labels, reading, written};

    fn seen(format: &str, options: &Options) -> String {
        let labels = Labels { unit: "k\u{1b}[2J\u{202e}\tü".into(), ..labels() };
        let odd = Reading { labels: labels.into(), value: Some("-12.5".into()), ..reading() };
        let mut gap = reading();
        gap.value = None;
        let text = written(format, options, &[reading(), odd, gap]);
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn a_person_sees_columns_and_nothing_else() {
        let options = Options { for_person: true, ..Options::default() };
        assert_eq!(
            seen("table", &options),
            "TIME                     METER      DIRECTION   VALUE  UNIT      STATUS\n\
             2026-10-25 02:15 +02:00  Halle Süd  IN         0.1230  kWh       ok\n\
             2026-10-25 02:15 +02:00  Halle Süd  IN          -12.5  k?[2J??ü  ok\n\
             2026-10-25 02:15 +02:00  Halle Süd  IN                 kWh       missing\n"
        );
    }

    #[test]
    fn a_program_gets_tabs() {
        let plain = seen("table", &Options::default());
        let second = "2026-10-25T02:15:00+02:00\tHalle Süd\tIN\t-12.5\tk?[2J??ü\tok";
        assert_eq!(plain.lines().nth(1), Some(second));
        assert_eq!(seen("plain", &Options::default()), plain);
    }

    #[test]
    fn more_rows_than_the_sample_are_all_there() {
        let options = Options { for_person: true, ..Options::default() };
        let rows = vec![reading(); 1000];
        assert_eq!(written("table", &options, &rows).lines().count(), 1001);
        assert_eq!(written("table", &options, &[]).lines().count(), 1);
    }
}
