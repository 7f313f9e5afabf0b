//! Rows for formats whose columns have types.
//!
//! What is documented as a number or a time has that type in every file. Of everything else nobody
//! knows it beforehand: such a column has the type that all of its first values have. What a column
//! cannot hold as it came (an object, a list, a later value of another type) stands as JSON in one
//! column more, and so does a member without a column: nothing is lost.

use std::io;
use std::iter::repeat_n;

use serde_json::Value;
use smol_str::SmolStr;

use super::columns::{Cell, Columns, List, member};
use super::{Content, Entry, FormatError, Options, pile, reading};
use crate::clock::{self, Date, Timestamp, WallClock};
use crate::data::pile::Pile;

/// The column for what no other one holds.
const OTHER: &str = "other";
/// What is held at most: rows, and bytes of text. The rows are the size of DuckDB's own row groups.
const MOST_ROWS: usize = 122_880;
const MOST_BYTES: usize = 16 << 20;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    /// A number without a fraction, of 64 bits.
    Whole,
    Flag,
    /// An instant.
    Time,
    /// A day of the calendar.
    Date,
}

/// One value, as it came.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Held {
    Empty,
    Number(SmolStr),
    Text(SmolStr),
    Time(Timestamp),
}

/// A column with the values that are held.
pub(super) struct Column {
    pub name: String,
    /// `None` until the first values have shown it.
    kind: Option<Kind>,
    /// Whether whole numbers are of a type of their own. A measure is not: it is a whole number by
    /// chance, and would be of another type in the next file.
    may_be_whole: bool,
    /// Values with how often they stand one after the other: most columns of readings have few.
    runs: Vec<(Held, usize)>,
}

/// Rows that are held until there are enough of them.
pub(super) struct TypedRows {
    cells: Columns,
    clock: WallClock,
    columns: Vec<Column>,
    /// Members without a column are not wanted where fields were asked for.
    all_members: bool,
    rows: usize,
    bytes: usize,
}

impl Kind {
    /// The type that all of these have; text where there is none.
    fn of(runs: &[(Held, usize)], may_be_whole: bool) -> Self {
        let there = || runs.iter().map(|(held, _)| held).filter(|held| **held != Held::Empty);
        // Text is no number unless somebody says so: it may be a postcode.
        let says = |held: &Held, kind| !(kind == Self::Number && matches!(held, Held::Text(_)));
        let fits = |kind: &Self| there().all(|held| held.is(*kind) && says(held, *kind));
        let kinds = [Self::Whole, Self::Number, Self::Flag, Self::Time, Self::Date];
        let kinds = &kinds[usize::from(!may_be_whole)..];
        let found = kinds.iter().copied().find(fits);
        found.filter(|_| there().next().is_some()).unwrap_or(Self::Text)
    }

    fn documented(content: Content, column: &str) -> Option<Self> {
        match content {
            Content::Readings => Some(reading::kind(column)),
            Content::Piles => pile::MEASURES.contains(&column).then_some(Self::Number),
            Content::Records => None,
        }
    }
}

impl Held {
    fn of(cell: &Cell<'_>, clock: &mut WallClock) -> io::Result<Self> {
        Ok(match cell {
            Cell::Time(time) => Self::Time(*time),
            Cell::Number(digits) => Self::Number(SmolStr::new(digits)),
            cell => match &*cell.shown(clock)? {
                "" => Self::Empty,
                text => Self::Text(SmolStr::new(text)),
            },
        })
    }

    fn is(&self, kind: Kind) -> bool {
        match kind {
            _ if *self == Self::Empty => true,
            Kind::Text => self.text().is_some(),
            Kind::Number => self.number().is_some(),
            Kind::Whole => self.whole().is_some(),
            Kind::Flag => self.flag().is_some(),
            Kind::Time => self.time().is_some(),
            Kind::Date => self.date().is_some(),
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Number(text) | Self::Text(text) => Some(text),
            Self::Empty | Self::Time(_) => None,
        }
    }

    /// Also where it came as text.
    pub fn number(&self) -> Option<f64> {
        self.text()?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    pub fn whole(&self) -> Option<i64> {
        let Self::Number(digits) = self else { return None };
        digits.parse().ok()
    }

    pub fn flag(&self) -> Option<bool> {
        let Self::Text(text) = self else { return None };
        text.parse().ok()
    }

    pub fn time(&self) -> Option<Timestamp> {
        match self {
            Self::Time(time) => Some(*time),
            Self::Text(text) => clock::parse_instant(text),
            Self::Empty | Self::Number(_) => None,
        }
    }

    pub fn date(&self) -> Option<Date> {
        let Self::Text(text) = self else { return None };
        clock::parse_date(text)
    }
}

impl Column {
    fn new(list: &List<'_>, name: &str) -> Self {
        let is_id = name == "id" || name.ends_with("Id") || name.ends_with("_id");
        Self {
            name: name.to_owned(),
            kind: Kind::documented(list.content, name),
            may_be_whole: is_id || list.content == Content::Piles,
            runs: Vec::new(),
        }
    }

    /// Text until something else is known.
    pub fn kind(&self) -> Kind {
        self.kind.unwrap_or(Kind::Text)
    }

    pub fn runs(&self) -> impl Iterator<Item = (&Held, usize)> {
        self.runs.iter().map(|(held, count)| (held, *count))
    }

    /// Of each row its value.
    pub fn values(&self) -> impl Iterator<Item = &Held> {
        self.runs().flat_map(|(held, count)| repeat_n(held, count))
    }

    /// Takes one more value, and says how many bytes of text are held for it.
    fn push(&mut self, held: Held) -> usize {
        if let Some((last, count)) = self.runs.last_mut()
            && *last == held
        {
            *count += 1;
            return 0;
        }
        let bytes = held.text().map_or(0, str::len);
        self.runs.push((held, 1));
        bytes
    }
}

impl TypedRows {
    pub fn new(list: &List<'_>, options: &Options) -> Result<Self, FormatError> {
        let cells = Columns::new(list, options, list.columns)?.distinct();
        let mut columns: Vec<Column> = cells.names().map(|name| Column::new(list, name)).collect();
        let other = free_name(&columns, OTHER);
        columns.push(Column { kind: Some(Kind::Text), ..Column::new(list, &other) });
        let (clock, all_members) = (WallClock::new(options.zone.clone()), options.fields.is_none());
        Ok(Self { cells, clock, columns, all_members, rows: 0, bytes: 0 })
    }

    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Holds one more row. `true` when it is time to take them all.
    pub fn add(&mut self, entry: Entry<'_>) -> io::Result<bool> {
        let Self { cells, clock, columns, bytes, .. } = self;
        let mut other = String::new();
        for (cell, column) in cells.cells(entry).zip(&mut *columns) {
            let held = Held::of(&cell, clock)?;
            let fits = column.kind.is_none_or(|kind| held.is(kind));
            if let Some(json) = not_held(entry, &column.name, fits) {
                push_member(&mut other, &column.name, &json);
            }
            *bytes += column.push(if fits { held } else { Held::Empty });
        }
        if self.all_members {
            push_rest(&mut other, entry, columns);
        }
        if let Some(column) = columns.last_mut() {
            let held = match other.as_str() {
                "" => Held::Empty,
                members => Held::Text(format!("{{{members}}}").into()),
            };
            *bytes += column.push(held);
        }
        self.rows += 1;
        Ok(self.rows == MOST_ROWS || self.bytes >= MOST_BYTES)
    }

    /// From now on every column has a type.
    pub fn settle(&mut self) {
        for column in &mut self.columns {
            let found = || Kind::of(&column.runs, column.may_be_whole);
            column.kind = Some(column.kind.unwrap_or_else(found));
        }
    }

    /// This name, or one like it that no column has.
    pub fn free_name(&self, name: &str) -> String {
        free_name(&self.columns, name)
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    pub fn clear(&mut self) {
        (self.rows, self.bytes) = (0, 0);
        self.columns.iter_mut().for_each(|column| column.runs.clear());
    }
}

fn free_name(columns: &[Column], name: &str) -> String {
    let mut free = name.to_owned();
    while columns.iter().any(|column| column.name.eq_ignore_ascii_case(&free)) {
        free.push('_');
    }
    free
}

/// What stands in a column's place and is not all there in its cell, as JSON.
fn not_held(entry: Entry<'_>, column: &str, fits: bool) -> Option<String> {
    match entry {
        Entry::Reading(reading) if !fits => reading.value.as_ref().map(ToString::to_string),
        Entry::Reading(_) => None,
        Entry::Pile(Pile(object)) | Entry::Record(object) => {
            let value = member(object, column)?;
            let is_held = is_nothing(value) || fits && !value.is_array() && !value.is_object();
            (!is_held).then(|| value.to_string())
        }
    }
}

/// Appends the members that have no column.
fn push_rest(other: &mut String, entry: Entry<'_>, columns: &[Column]) {
    match entry {
        Entry::Reading(reading) => {
            if let Some(rest) = &reading.rest {
                separate(other);
                other.push_str(rest);
            }
        }
        Entry::Pile(Pile(object)) | Entry::Record(object) => {
            for (name, value) in object {
                if !is_nothing(value) && !columns.iter().any(|column| column.name == *name) {
                    push_member(other, name, &value.to_string());
                }
            }
        }
    }
}

fn push_member(other: &mut String, name: &str, json: &str) {
    separate(other);
    other.push_str(&Value::from(name).to_string());
    other.push(':');
    other.push_str(json);
}

fn separate(other: &mut String) {
    if !other.is_empty() {
        other.push(',');
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}
