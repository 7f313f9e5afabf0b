//! Rows for a person, in columns (`table`); and for a program, tab-separated (`plain`).

use std::borrow::Cow;
use std::io::{self, Write};

use textwrap::core::display_width;

use super::columns::{Cell, Columns, List};
use super::moment::Moment;
use super::{Entry, NewRows, Options, Rows};
use crate::clock::WallClock;
use crate::text::{is_plain, printable};

const HEADING: anstyle::Style = anstyle::Style::new().bold();
/// Blanks between two columns.
const GAP: usize = 2;
/// Columns of the terminal that a text is left at least.
const LEAST_TEXT: usize = 16;
/// `2026-10-25 02:15`
const TO_THE_MINUTE: usize = 16;
/// Rows that decide how wide the columns are. They are held back until then; of what comes later and
/// is wider, texts are cut.
const SAMPLE_ROWS: usize = 200;

/// Tab-separated, so that `cut` and `awk` can take it apart: a tab or line end in a text is `?`.
struct Plain {
    columns: Columns,
    clock: WallClock,
}

/// Columns, numbers to the right. The terminal's stream takes away the bold heading where there is
/// no colour. Unless fields were asked for, the columns are those that fit.
struct Table {
    columns: Columns,
    clock: WallClock,
    sample: Vec<Vec<Shown>>,
    /// Columns of the terminal for the list to fit in.
    room: Option<usize>,
    /// Of each column, known when the sample is full; those behind the last have no room.
    widths: Option<Vec<usize>>,
}

struct Shown {
    text: String,
    kind: Kind,
}

/// How a column gives way where there is no room.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    /// It is left out first
    Id,
    /// Numbers and times: whole, or left out
    Whole,
    /// It can be cut
    Text,
}

/// What stands in a cell: numbers go to the right, and texts alone can be cut.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Time,
    Text,
}

pub(super) fn plain(list: &List<'_>, options: &Options) -> NewRows {
    let columns = Columns::new(list, options, list.few_columns)?;
    Ok(Box::new(Plain { columns, clock: WallClock::new(options.zone.clone()) }))
}

pub(super) fn table(list: &List<'_>, options: &Options) -> NewRows {
    if !options.for_person {
        return plain(list, options);
    }
    // A person calls things by their names: ids come last, and are the first to have no room.
    let (ids, names): (Vec<&str>, Vec<&str>) =
        list.few_columns.iter().partition(|name| is_id(name));
    let columns = Columns::new(list, options, &[names, ids].concat())?;
    let clock = WallClock::new(options.zone.clone());
    let room = options.width.filter(|_| options.fields.is_none());
    Ok(Box::new(Table { columns, clock, sample: Vec::new(), room, widths: None }))
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
            let kind = match cell {
                Cell::Number(_) => Kind::Number,
                Cell::Time(_) => Kind::Time,
                _ => Kind::Text,
            };
            match Moment::of(cell.text()) {
                Some(Moment::Instant(time)) => {
                    let mut local = Vec::new();
                    clock.local(time, &mut local)?;
                    local.truncate(TO_THE_MINUTE);
                    let text = String::from_utf8_lossy(&local).into_owned();
                    Ok(Shown { text, kind: Kind::Time })
                }
                _ => Ok(Shown { text: printable(&cell.shown(clock)?), kind }),
            }
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

    fn left_out(&self) -> Vec<String> {
        let there = self.widths.as_ref().map_or(usize::MAX, Vec::len);
        self.columns.names().skip(there).map(str::to_owned).collect()
    }
}

impl Table {
    fn write_sample(&mut self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let names: Vec<&str> = self.columns.names().collect();
        let has = |column: usize, kind| self.sample.iter().any(|row| row[column].kind == kind);
        let heading = |(column, name): (usize, &&str)| {
            let kind = if has(column, Kind::Number) { Kind::Number } else { Kind::Text };
            Shown { text: heading(name), kind }
        };
        let headings: Vec<Shown> = names.iter().enumerate().map(heading).collect();
        let mut widths = vec![0; headings.len()];
        for row in self.sample.iter().chain([&headings]) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = display_width(&cell.text).max(*width);
            }
        }
        if let Some(room) = self.room {
            let column = |(column, name): (usize, &&str)| match is_id(name) {
                true => Column::Id,
                false if has(column, Kind::Number) || has(column, Kind::Time) => Column::Whole,
                false => Column::Text,
            };
            let columns: Vec<Column> = names.iter().enumerate().map(column).collect();
            widths = fitting(&widths, &columns, room);
        }
        writeln!(out, "{HEADING}{}{HEADING:#}", line(&headings, &widths))?;
        for row in self.sample.drain(..) {
            writeln!(out, "{}", line(&row, &widths))?;
        }
        self.widths = Some(widths);
        Ok(())
    }
}

/// The widths of those columns that fit, but never none. Ids go before a text is cut for them; then
/// each text is left a little and the last columns go, and the first texts get as much as they want.
fn fitting(wanted: &[usize], columns: &[Column], room: usize) -> Vec<usize> {
    let taken = |widths: &[usize]| widths.iter().sum::<usize>() + GAP * (widths.len() - 1);
    let mut many = wanted.len();
    while many > 1 && columns[many - 1] == Column::Id && taken(&wanted[..many]) > room {
        many -= 1;
    }
    let least = |(&wanted, column): (&usize, &Column)| match column {
        Column::Text => wanted.min(LEAST_TEXT),
        Column::Id | Column::Whole => wanted,
    };
    let mut widths: Vec<usize> = wanted[..many].iter().zip(columns).map(least).collect();
    while widths.len() > 1 && taken(&widths) > room {
        widths.pop();
    }
    let mut spare = room.saturating_sub(taken(&widths));
    for (width, wanted) in widths.iter_mut().zip(wanted) {
        let more = (wanted - *width).min(spare);
        *width += more;
        spare -= more;
    }
    widths
}

/// A provider's own id, which nobody knows by heart; one that others gave is a name.
fn is_id(name: &str) -> bool {
    let is_others = name.starts_with("external");
    !is_others && (name == "id" || ["Id", "_id", ".id"].iter().any(|end| name.ends_with(end)))
}

fn line(row: &[Shown], widths: &[usize]) -> String {
    let padded = |(Shown { text, kind }, width): (&Shown, &usize)| {
        let text = if *kind == Kind::Text { cut(text, *width) } else { Cow::Borrowed(&**text) };
        let space = " ".repeat(width.saturating_sub(display_width(&text)));
        if *kind == Kind::Number { format!("{space}{text}") } else { format!("{text}{space}") }
    };
    let line = row.iter().zip(widths).map(padded).collect::<Vec<_>>().join(&" ".repeat(GAP));
    line.trim_end().to_owned()
}

/// A text that takes this many columns at most.
fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if display_width(text) <= most {
        return Cow::Borrowed(text);
    }
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if display_width(&text[..at + c.len_utf8()]) + 1 > most {
            break;
        }
        end = at + c.len_utf8();
    }
    Cow::Owned(format!("{}…", text[..end].trim_end()))
}

/// `saleQuantity` and `sale_quantity` as `SALE QUANTITY`. A unit says that it is a volume, a word that
/// it is a name, and that a wood list includes its kinds of wood needs no saying.
fn heading(name: &str) -> String {
    let short = name.strip_suffix("_volume").filter(|short| short.ends_with("_fm"));
    let short = short.or(name.strip_suffix("_name").filter(|short| short.ends_with("_status")));
    let name = short.or(name.strip_prefix("includes_")).unwrap_or(name);
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
    use textwrap::core::display_width;

    use crate::data::reading::{Labels, Reading};
    use crate::formats::testing::{labels, object, reading, written};
    use crate::formats::{Entry, Format, List, Options, Writer};

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
    fn a_list_fits_the_terminal_and_tells_what_does_not() {
        let list = List::of_records("devices", &["id", "name", "kind", "made", "note"]);
        let row = r#"{"id":"a0000000-0000-4000-8000-000000000001","name":"Strom Verwaltung Nord",
            "kind":"Intelligentes Messsystem","made":"2026-10-25T00:15:30Z","note":"x"}"#;
        let seen = |width| {
            let mut out = Vec::new();
            let options = Options { for_person: true, width: Some(width), ..Options::default() };
            let format = Format::named("table").unwrap();
            let mut writer = Writer::new(format, Box::new(&mut out), &options, &list).unwrap();
            writer.write(Entry::Record(&object(row))).unwrap();
            let left_out = writer.finish().unwrap().left_out;
            let text = String::from_utf8(out).unwrap();
            (anstream::adapter::strip_str(&text).to_string(), left_out)
        };
        assert_eq!(
            seen(80).0,
            "NAME                   KIND                      MADE              NOTE\n\
             Strom Verwaltung Nord  Intelligentes Messsystem  2026-10-25 02:15  x\n"
        );
        assert_eq!(seen(80).1, ["id"]);
        assert_eq!(seen(120).1, Vec::<String>::new());
        let narrow = seen(60).0;
        assert!(narrow.contains("Strom Verwaltung…") && narrow.contains("2026-10-25 02:15  x"));
        for width in [10, 40, 60, 80, 105, 120] {
            let (text, _) = seen(width);
            assert!(text.lines().all(|line| display_width(line) <= width.max(16)), "{text}");
        }
        assert_eq!(seen(30).1, ["kind", "made", "note", "id"]);
    }

    #[test]
    fn a_heading_says_what_the_cells_do_not() {
        for (name, expected) in [
            ("saleQuantity", "SALE QUANTITY"),
            ("sale_fm_volume", "SALE FM"),
            ("sale_status_name", "SALE STATUS"),
            ("includes_wood_types", "WOOD TYPES"),
        ] {
            assert_eq!(super::heading(name), expected);
        }
    }

    #[test]
    fn more_rows_than_the_sample_are_all_there() {
        let options = Options { for_person: true, ..Options::default() };
        let rows = vec![reading(); 1000];
        assert_eq!(written("table", &options, &rows).lines().count(), 1001);
        assert_eq!(written("table", &options, &[]).lines().count(), 1);
    }
}
