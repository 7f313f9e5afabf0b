//! Rows for a person, in columns; and for a program, tab-separated.

use std::io::{self, Write};

use textwrap::core::display_width;

use super::Options;
use super::cell::{Cell, Rows};
use super::reading::Column;
use super::template::{Frame, Hole, Shape, TemplateWriter};

use crate::text::printable;

const HEADING: anstyle::Style = anstyle::Style::new().bold();
/// Rows that decide how wide the columns are. They are held back until then; what comes later and
/// is wider pushes the rest of its row to the right.
const SAMPLE_ROWS: usize = 200;

/// Columns, numbers to the right. `out` takes away the bold heading where there is no colour.
pub(super) struct TableRows<'w> {
    out: Box<dyn Write + 'w>,
    headings: Vec<String>,
    sample: Vec<Vec<Shown>>,
    /// Known when the sample is full.
    widths: Option<Vec<usize>>,
}

struct Shown {
    text: String,
    is_number: bool,
}

impl<'w> TableRows<'w> {
    pub(super) fn new(out: Box<dyn Write + 'w>, names: &[&str]) -> Self {
        let headings = names.iter().map(|name| heading(name)).collect();
        Self { out, headings, sample: Vec::new(), widths: None }
    }

    fn write_sample(&mut self) -> io::Result<()> {
        let width = |(column, heading): (usize, &String)| {
            let cells = self.sample.iter().filter_map(|row| row.get(column));
            let widest = cells.map(|cell| display_width(&cell.text)).max().unwrap_or_default();
            widest.max(display_width(heading))
        };
        let widths: Vec<usize> = self.headings.iter().enumerate().map(width).collect();
        let is_number = |column: usize| {
            self.sample.iter().any(|row| row.get(column).is_some_and(|cell| cell.is_number))
        };
        let headings = self.headings.iter().enumerate();
        let headings = headings.map(|(column, text)| (text.as_str(), is_number(column)));
        writeln!(self.out, "{HEADING}{}{HEADING:#}", line(headings, &widths))?;
        for row in self.sample.drain(..) {
            write_row(&mut self.out, &row, &widths)?;
        }
        self.widths = Some(widths);
        self.out.flush()
    }
}

impl Rows for TableRows<'_> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        let shown = |cell: &Cell<'_>| Shown {
            text: printable(cell.text()),
            is_number: matches!(cell, Cell::Number(_)),
        };
        let row: Vec<Shown> = cells.iter().map(shown).collect();
        if let Some(widths) = &self.widths {
            return write_row(&mut self.out, &row, widths);
        }
        self.sample.push(row);
        if self.sample.len() == SAMPLE_ROWS { self.write_sample() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if self.widths.is_none() {
            self.write_sample()?;
        }
        self.out.flush()
    }
}

fn write_row(out: &mut impl Write, row: &[Shown], widths: &[usize]) -> io::Result<()> {
    let cells = row.iter().map(|cell| (cell.text.as_str(), cell.is_number));
    writeln!(out, "{}", line(cells, widths))
}

fn line<'a>(cells: impl Iterator<Item = (&'a str, bool)>, widths: &[usize]) -> String {
    let padded = |((text, to_the_right), width): ((&str, bool), &usize)| {
        let space = " ".repeat(width.saturating_sub(display_width(text)));
        if to_the_right { format!("{space}{text}") } else { format!("{text}{space}") }
    };
    let line = cells.zip(widths).map(padded).collect::<Vec<_>>().join("  ");
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

/// Readings for a program: the columns of [`PlainRows`], the fast way.
pub(super) fn plain_readings<'w>(
    out: Box<dyn Write + 'w>,
    options: &Options,
    columns: Vec<Column>,
) -> TemplateWriter<'w> {
    let raw = options.raw && !options.for_person;
    let shape: Shape = Box::new(move |reading, row| {
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                row.text.push(b'\t');
            }
            match column {
                Column::Time => row.hole(Hole::Time),
                Column::Offset => row.hole(Hole::Offset),
                Column::Value => row.hole(Hole::Number),
                Column::Status => row.hole(Hole::Status),
                text if raw => row.text.extend_from_slice(text.text(reading).as_bytes()),
                text => row.text.extend_from_slice(printable(text.text(reading)).as_bytes()),
            }
        }
        row.text.push(b'\n');
        Ok(())
    });
    TemplateWriter::new(out, options.zone.clone(), Frame::default(), shape)
}

/// Tab-separated, so that `cut` and `awk` can take it apart: a tab or line end in a text is `?`.
pub(super) struct PlainRows<W> {
    out: W,
    raw: bool,
}

impl<W: Write> PlainRows<W> {
    pub(super) fn new(out: W, options: &Options) -> Self {
        Self { out, raw: options.raw && !options.for_person }
    }
}

impl<W: Write> Rows for PlainRows<W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for (index, cell) in cells.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\t" };
            if self.raw {
                write!(self.out, "{separator}{}", cell.text())?;
            } else {
                write!(self.out, "{separator}{}", printable(cell.text()))?;
            }
        }
        self.out.write_all(b"\n")
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{reading, written};
    use crate::formats::{Format, Options};

    fn seen(format: Format, options: &Options) -> String {
        let mut odd = reading();
        odd.device_id = "DE\u{1b}[2J\u{202e}\tü".into();
        odd.value = Some("-12.5".into());
        let mut gap = reading();
        gap.value = None;
        let text = written(format, options, &[reading(), odd, gap]);
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn a_person_sees_columns_and_nothing_else() {
        let options = Options { for_person: true, raw: true, ..Options::default() };
        assert_eq!(
            seen(Format::Table, &options),
            "DEVICE ID  TIME                     MEASUREMENT   VALUE  UNIT  DIRECTION  STATUS\n\
             DE0001     2026-10-25 02:15 +02:00  ENERGY       0.1230  kWh   IN         ok\n\
             DE?[2J??ü  2026-10-25 02:15 +02:00  ENERGY        -12.5  kWh   IN         ok\n\
             DE0001     2026-10-25 02:15 +02:00  ENERGY               kWh   IN         missing\n"
        );
    }

    #[test]
    fn a_program_gets_tabs_and_raw_text_only_on_request() {
        let plain = seen(Format::Table, &Options::default());
        let second = "DE?[2J??ü\t2026-10-25T02:15:00+02:00\tENERGY\t-12.5\tkWh\tIN\tok";
        assert_eq!(plain.lines().nth(1), Some(second));
        assert_eq!(seen(Format::Plain, &Options::default()), plain);
        let raw = Options { raw: true, ..Options::default() };
        assert!(seen(Format::Plain, &raw).contains("\u{202e}\t"));
        let person = Options { for_person: true, ..raw };
        assert!(!seen(Format::Plain, &person).contains('\u{202e}'));
    }

    #[test]
    fn more_rows_than_the_sample_are_all_there() {
        let options = Options { for_person: true, ..Options::default() };
        let rows = vec![reading(); 1000];
        assert_eq!(written(Format::Table, &options, &rows).lines().count(), 1001);
        assert_eq!(written(Format::Table, &options, &[]).lines().count(), 1);
    }
}
