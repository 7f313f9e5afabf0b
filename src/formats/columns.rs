//! Entries as rows of cells: which columns a list has, and what stands in them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;

use serde_json::{Map, Value};

use super::{Content, Entry, FormatError, Options, pile, reading};
use crate::clock::{Timestamp, WallClock};
use crate::data::pile::text_of;
use crate::data::query::Resolution;
use crate::language::Language;

/// A list that is to be written.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    /// What it is called in JSON.
    pub(super) name: &'a str,
    pub(super) content: Content,
    /// Its columns, unless others were asked for.
    pub(super) columns: &'a [&'a str],
    /// Those of them that fit on a terminal.
    pub(super) few_columns: &'a [&'a str],
    /// What an entry may have beside the columns.
    pub(super) documented: &'a [&'a str],
    /// How far apart its readings are, if it is of readings.
    pub(super) resolution: Resolution,
}

/// What stands in one column of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Empty,
    /// Digits as they came.
    Number(&'a str),
    Text(Cow<'a, str>),
    Time(Timestamp),
    /// The offset of local time from UTC at this instant.
    Offset(Timestamp),
}

/// The columns of a list, in the order in which they are written: a reading's members; an object's
/// as well, or the names on the way to them (`address.city`).
pub(super) struct Columns {
    names: Vec<String>,
    /// Of headings and codes, where people read them.
    language: Option<Language>,
}

/// Columns whose values are a provider's codes, or ours.
const CODED: [&str; 8] = [
    "measurement",
    "direction",
    "medium",
    "status",
    "isMainDevice",
    "isMainDeviceAllowed",
    "isParticipatingInLttProject",
    "business_account",
];

impl<'a> List<'a> {
    /// Any objects. `columns` are the members that a row shows (`address.city` reaches inside);
    /// JSON has every member.
    pub fn of_records(name: &'a str, columns: &'a [&'a str]) -> Self {
        let (content, few_columns, documented) = (Content::Records, columns, &[]);
        let resolution = Resolution::QuarterHour;
        Self { name, content, columns, few_columns, documented, resolution }
    }

    /// Readings that are so far apart.
    #[must_use]
    pub fn every(self, resolution: Resolution) -> Self {
        Self { resolution, ..self }
    }

    /// With these columns, and these few of them on a terminal.
    #[must_use]
    pub fn with_columns(self, columns: &'a [&'a str], few_columns: &'a [&'a str]) -> Self {
        Self { columns, few_columns, ..self }
    }

    /// Its columns, unless others are asked for.
    pub fn columns(&self) -> &'a [&'a str] {
        self.columns
    }

    /// Those of them that fit on a terminal.
    pub fn few_columns(&self) -> &'a [&'a str] {
        self.few_columns
    }

    /// What it is called in JSON.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// With the members that an entry may have, whether it does or not.
    #[must_use]
    pub fn documenting(self, documented: &'a [&'a str]) -> Self {
        Self { documented, ..self }
    }
}

impl Columns {
    /// The fields that were asked for, else `own`.
    pub(super) fn new(
        list: &List<'_>,
        options: &Options,
        own: &[&str],
    ) -> Result<Self, FormatError> {
        let names = match (&options.fields, list.content) {
            (None, _) => Ok(own.iter().map(|&name| name.to_owned()).collect()),
            (Some(fields), Content::Readings) => {
                fields.iter().map(|name| reading::member(name)).collect()
            }
            (Some(fields), Content::Piles | Content::Records) => Ok(fields.clone()),
        };
        Ok(Self { names: names?, language: None })
    }

    /// For people: headings, and words in place of codes.
    pub(super) fn in_words(self, language: Language) -> Self {
        Self { language: Some(language), ..self }
    }

    /// For formats of local time, which never goes without its offset.
    pub(super) fn with_offset(mut self) -> Self {
        let at = |name| self.names.iter().position(|column| column == name);
        if let (Some(time), None) = (at("time"), at("offset")) {
            self.names.insert(time + 1, "offset".to_owned());
        }
        self
    }

    /// Each name once, in capitals or not: databases know no two that differ in that alone.
    pub(super) fn distinct(mut self) -> Self {
        let mut seen = BTreeSet::new();
        self.names.retain(|name| seen.insert(name.to_lowercase()));
        self
    }

    /// In the order of their names.
    pub(super) fn sorted(mut self) -> Self {
        self.names.sort_unstable();
        self
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// What stands above each column; a member that nobody documented keeps its name.
    pub(super) fn headings(&self) -> impl Iterator<Item = &str> {
        let words = self.language.map(|language| &language.texts().columns);
        let heading =
            move |name| words.and_then(|words| words.get(name)).map_or(name, String::as_str);
        self.names().map(heading)
    }

    /// The cells of a row, one for each column.
    pub(super) fn cells<'a>(&'a self, entry: Entry<'a>) -> impl Iterator<Item = Cell<'a>> {
        self.names.iter().map(move |column| {
            let cell = match entry {
                Entry::Reading(reading) => reading::cell(reading, column),
                Entry::Pile(pile) => pile::cell(pile, column),
                Entry::Record(object) => Cell::of(member(object, column)),
            };
            match self.language {
                Some(language) if CODED.contains(&column.as_str()) => cell.decoded(language),
                _ => cell,
            }
        })
    }
}

impl<'a> Cell<'a> {
    /// A member of an object: text and numbers as they are, `{id, name}` as its name, lists joined
    /// by a blank, what is absent or null empty.
    pub(super) fn of(value: Option<&'a Value>) -> Self {
        match value {
            None | Some(Value::Null) => Self::Empty,
            Some(Value::Number(number)) => Self::Number(number.as_str()),
            Some(Value::String(text)) => Self::Text(Cow::Borrowed(text)),
            Some(Value::Object(object)) => {
                Self::of(object.get("name").or_else(|| object.get("id")))
            }
            other => Self::Text(Cow::Owned(text_of(other))),
        }
    }

    /// With the meaning of a code in its place.
    fn decoded(self, language: Language) -> Self {
        let word = |text: &str| language.texts().codes.get(text);
        match self {
            Self::Text(text) => Self::Text(match word(&text) {
                Some(word) => Cow::Borrowed(word),
                None => text,
            }),
            other => other,
        }
    }

    /// As a person reads it.
    pub(super) fn shown(&self, clock: &mut WallClock) -> io::Result<Cow<'_, str>> {
        let mut out = Vec::new();
        match self {
            Self::Time(time) => {
                clock.local(*time, &mut out)?;
                out.push(b' ');
                clock.offset(*time, &mut out)?;
            }
            Self::Offset(time) => clock.offset(*time, &mut out)?,
            _ => return Ok(Cow::Borrowed(self.text())),
        }
        Ok(Cow::Owned(String::from_utf8_lossy(&out).into_owned()))
    }

    /// Without the difference between numbers and text.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Number(text) => text,
            Self::Text(text) => text,
            Self::Empty | Self::Time(_) | Self::Offset(_) => "",
        }
    }
}

/// A member by its name, or by the names on the way to it.
pub(super) fn member<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    object.get(path).or_else(|| {
        let (first, rest) = path.split_once('.')?;
        member(object.get(first)?.as_object()?, rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api;
    use crate::data::pile::{NUMBERED, name_member};
    use crate::formats::testing::object;

    #[test]
    fn members_become_cells_and_keep_their_digits() {
        let all = object(
            r#"{"n":12345678901234567890.10,"t":"x","b":true,"z":null,"o":{"id":7,"name":"Forst"},
                "i":{"id":7.50},"l":["a",1.0,{"name":"c"}],"e":[],"a":{"city":"Ulm"},"a.b":1}"#,
        );
        let text = |path: &str| Cell::of(member(&all, path)).text().to_owned();
        assert_eq!(Cell::of(member(&all, "n")), Cell::Number("12345678901234567890.10"));
        assert_eq!(["t", "b", "o", "l"].map(text), ["x", "true", "Forst", "a 1.0 c"]);
        assert_eq!(Cell::of(member(&all, "i")), Cell::Number("7.50"));
        assert_eq!(["z", "e", "missing", "a.zip", "t.x"].map(text), [""; 5]);
        assert_eq!(["a.city", "a.b"].map(text), ["Ulm", "1"]);
    }

    /// Every list, with everything that an entry of it may have.
    fn documented() -> Vec<Vec<&'static str>> {
        let lists = [
            api::meter::PARTNER,
            api::meter::SPACES,
            api::meter::DEVICES,
            api::meter::CUSTOMERS,
            api::timber::USER,
            api::timber::WOODLISTS,
            api::timber::AGGREGATIONS,
        ];
        let mut all: Vec<Vec<&str>> =
            lists.iter().map(|list| [list.columns, &list.documented()].concat()).collect();
        let names = [
            "sale_status_name",
            "transport_status_name",
            "contractor_status_name",
            "supplier_billing_status_name",
            "measurement_type_name",
            "bark_reduction_type_name",
        ];
        assert!(NUMBERED.iter().zip(names).all(|(member, name)| name_member(member) == name));
        all.push([pile::LIST.columns, pile::LIST.documented, &names].concat());
        all.push(reading::MEMBERS.to_vec());
        all
    }

    #[test]
    fn every_documented_column_has_a_heading_in_both_languages() {
        for language in [Language::De, Language::En] {
            for name in documented().concat() {
                assert!(language.texts().columns.contains_key(name), "{name}");
            }
        }
    }

    #[test]
    fn no_list_has_one_heading_twice() {
        for language in [Language::De, Language::En] {
            for list in documented() {
                let names: BTreeSet<&str> = list.into_iter().collect();
                let heading = |name: &&str| language.texts().columns[*name].as_str();
                let mut headings: Vec<&str> = names.iter().map(heading).collect();
                headings.sort_unstable();
                headings.dedup();
                assert_eq!(headings.len(), names.len(), "{headings:?}");
            }
        }
    }

    #[test]
    fn a_code_becomes_a_word_and_what_is_none_stays() {
        let device = object(r#"{"medium":"GAS","status":"odd","isMainDevice":true,"x":"GAS"}"#);
        let columns = ["medium", "status", "isMainDevice", "x"].map(str::to_owned).to_vec();
        let columns = Columns { names: columns, language: Some(Language::De) };
        let cells: Vec<String> =
            columns.cells(Entry::Record(&device)).map(|cell| cell.text().to_owned()).collect();
        assert_eq!(cells, ["Gas", "odd", "ja", "GAS"]);
        let headings: Vec<&str> = columns.headings().collect();
        assert_eq!(headings, ["Medium", "Status", "Hauptzähler", "x"]);
    }
}
