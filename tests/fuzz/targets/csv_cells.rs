//! Texts of others in the cells of CSV: what comes back is the text, and no spreadsheet runs it.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use partnerlink::formats::{Entry, Format, List, Options, Writer};
use serde_json::{Map, Value};

const COLUMNS: [&str; 2] = ["id", "name"];

#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (id, name) = text.split_once('\u{1f}').unwrap_or((&text, "x"));
    for (format, separator) in [("csv", b','), ("csv-de", b';')] {
        let out = written(format, id, name);
        let mut rows = csv::ReaderBuilder::new().delimiter(separator).from_reader(&*out);
        let mut records = rows.records();
        let row = records.next().expect("a row").unwrap();
        assert!(records.next().is_none(), "a text began a row");
        assert_eq!(row.len(), COLUMNS.len());
        for (cell, text) in row.iter().zip([id, name]) {
            assert!(!is_formula(cell), "{cell:?} runs");
            is_the_text(cell, text);
        }
        // One that a person sees moves no cursor either.
        let shown = written_for_person(format, id, name);
        let shown = String::from_utf8(shown).unwrap();
        assert!(shown.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')));
    }
}

fn written(format: &str, id: &str, name: &str) -> Vec<u8> {
    write(format, &Options::default(), id, name)
}

fn written_for_person(format: &str, id: &str, name: &str) -> Vec<u8> {
    write(format, &Options { for_person: true, ..Options::default() }, id, name)
}

fn write(format: &str, options: &Options, id: &str, name: &str) -> Vec<u8> {
    let list = List::of_records("things", &COLUMNS);
    let out = Shared::default();
    let format = Format::named(format).unwrap();
    let mut writer = Writer::new(format, Box::new(out.clone()), options, &list).unwrap();
    let mut record = Map::new();
    record.insert("id".into(), Value::from(id));
    record.insert("name".into(), Value::from(name));
    writer.write(Entry::Record(&record)).unwrap();
    writer.finish().unwrap();
    out.0.take()
}

/// As spreadsheets see it (OWASP, CSV injection). A number below zero is none.
fn is_formula(cell: &str) -> bool {
    let is_number = |text: &str| {
        let part = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        text.split_once(['.', ',']).map_or(part(text), |(whole, rest)| part(whole) && part(rest))
    };
    let number = cell.strip_prefix('-').is_some_and(is_number);
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) && !number
}

/// Nothing of the text is lost: `'` is put before a formula, a tab behind what would become a date.
fn is_the_text(cell: &str, text: &str) {
    let without = |text: &str| text.replace(['\'', '\t'], "");
    // A day or a time is written as the table's reader does.
    let is_moment =
        text.len() >= 10 && text.is_char_boundary(4) && text[..4].parse::<u16>().is_ok();
    assert!(is_moment || without(cell) == without(text), "{cell:?} of {text:?}");
}
