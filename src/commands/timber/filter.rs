//! Which log piles are asked for: by wood list, status, area, place and time, all of them together.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::place::{Bounds, bounds, distance, kilometres, place};
use crate::clock::{self, Span, TimeZone, Timestamp};
use crate::commands::session::Session;
use crate::data::pile::{Pile, ValueNames, text_of};
use crate::data::position::{Degrees, Position};
use crate::error::Error;
use crate::provider::registry::nearest;
use crate::terminal::Mark;

/// Words that an error names of those that there are.
const MOST_NAMED: usize = 10;

#[derive(Debug, Default, PartialEq, clap::Args)]
#[command(next_help_heading = "Which piles")]
pub struct Filter {
    /// Only of this wood list: number, name or id; several may be given
    #[arg(long, value_name = "LIST")]
    wood_list: Vec<String>,
    /// Only with this sale status: its number, or its name in the configuration; several may be given
    #[arg(long, value_name = "STATUS")]
    status: Vec<String>,
    /// Only of this area or base area: name or id; several may be given
    #[arg(long, value_name = "AREA")]
    area: Vec<String>,
    /// Only inside of these degrees: west, south, east, north
    #[arg(long, value_name = "W,S,E,N", value_parser = bounds, allow_hyphen_values = true)]
    bbox: Option<Bounds>,
    /// Only around this place, latitude before longitude: --near 51.8,10.3 --within 20
    #[arg(long, value_name = "LAT,LON", value_parser = place, requires = "within", allow_hyphen_values = true)]
    near: Option<Degrees>,
    /// How far from there at most, in kilometres
    #[arg(long, value_name = "KM", value_parser = kilometres, requires = "near", allow_hyphen_values = true)]
    within: Option<f64>,
    /// Only what was entered or changed since then: a day, a month, or an instant with offset
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
}

/// One of the questions that are answered by words, and what the piles have there.
struct Words<'a> {
    option: &'static str,
    wanted: &'a [String],
    /// By what was asked for, in the same order: whether some pile has it.
    found: Vec<bool>,
    /// What there is, as it is shown, with the number of piles.
    there: BTreeMap<String, usize>,
    /// The words that would have been right.
    right: BTreeSet<String>,
}

/// A filter at work.
pub struct Selection<'a> {
    filter: &'a Filter,
    names: &'a ValueNames,
    since: Option<Timestamp>,
    /// Wood lists, statuses, areas.
    words: [Words<'a>; 3],
    all: usize,
    taken: usize,
    /// Without a position, where one is asked for.
    placeless: usize,
}

impl<'a> Selection<'a> {
    pub fn new(
        filter: &'a Filter,
        session: &Session,
        zone: &TimeZone,
        names: &'a ValueNames,
    ) -> Result<Self, Error> {
        let parse = |text: &String| {
            let begin = Span::parse(text).and_then(|span| span.begin(zone));
            begin.ok_or_else(|| {
                let why = format!("{text:?} is no time for --since");
                session.usage(why, "write a day, 25.10.2026, or a month, 2026-10")
            })
        };
        let since = filter.since.as_ref().map(parse).transpose()?;
        Ok(Self::since(filter, names, since))
    }

    fn since(filter: &'a Filter, names: &'a ValueNames, since: Option<Timestamp>) -> Self {
        // A number, or a name of one, is a status that may have no pile today.
        let named: Vec<String> =
            names.get("sale_status").into_iter().flatten().map(|(_, name)| folded(name)).collect();
        let is_status =
            |word: &String| word.parse::<u64>().is_ok() || named.contains(&folded(word));
        let words = |option, wanted: &'a [String]| {
            let is_known = |word| option == "--status" && is_status(word);
            let found = wanted.iter().map(is_known).collect();
            Words { option, wanted, found, there: BTreeMap::new(), right: BTreeSet::new() }
        };
        Self {
            filter,
            names,
            since,
            words: [
                words("--wood-list", &filter.wood_list),
                words("--status", &filter.status),
                words("--area", &filter.area),
            ],
            all: 0,
            taken: 0,
            placeless: 0,
        }
    }

    /// Whether this pile is one of those that are asked for.
    pub fn takes(&mut self, pile: &Pile) -> bool {
        self.all += 1;
        let mut fits = true;
        for (words, (known, shown)) in self.words.iter_mut().zip(known(pile, self.names)) {
            // Every one is asked, for what is said at the end.
            fits &= words.fit(&known, &shown);
        }
        let filter = self.filter;
        if filter.bbox.is_some() || filter.near.is_some() {
            let place = Position::of(pile).map(|it| it.degrees());
            self.placeless += usize::from(place.is_none());
            fits &= place.is_some_and(|at| filter.has_inside(at));
        }
        fits &= self.since.is_none_or(|since| changed(pile).is_some_and(|time| time >= since));
        self.taken += usize::from(fits);
        fits
    }

    /// Says how many of how many were taken. Where there is none because of a word that no pile
    /// has, that is a slip of the finger, and what there is instead is named.
    pub fn finish(&self, session: &Session) -> Result<(), Error> {
        let is_narrowed = self.filter != &Filter::default();
        if !is_narrowed {
            return Ok(());
        }
        let output = &session.context.output;
        for words in &self.words {
            for wanted in words.unknown() {
                let why = format!("no pile has {} {wanted:?}", words.option);
                let instead = words.instead(wanted);
                if self.taken == 0 && self.all > 0 {
                    return Err(session.usage(why, instead));
                }
                output.say(Mark::Warn, format_args!("{why}; {instead}"));
            }
        }
        let placeless = match self.placeless {
            0 => String::new(),
            many => format!("; {many} have no place that can be right"),
        };
        let Self { taken, all, .. } = self;
        output.say(Mark::Note, format_args!("{taken} of {all} piles are asked for{placeless}"));
        Ok(())
    }
}

/// Of a pile's wood list, status and areas: by what they can be asked for, and how they are shown.
fn known(pile: &Pile, names: &ValueNames) -> [(Vec<String>, Vec<String>); 3] {
    let list = ["woodlist_number", "woodlist_name", "woodlist_id"].map(|it| pile.text(it));
    let list_shown = list[..2].join(" ").trim().to_owned();
    let status = pile.text("sale_status");
    let name = names.get("sale_status").and_then(|names| names.get(&status));
    let status_shown = name.map_or_else(|| status.clone(), |name| format!("{name} ({status})"));
    let id = |member: &str| pile.0.get(member)?.get("id").map(|id| text_of(Some(id)));
    let areas = ["area", "base_area"];
    let area_names = areas.map(|member| pile.text(member));
    let ids = areas.into_iter().filter_map(id);
    [
        (list.into(), vec![list_shown]),
        ([status].into_iter().chain(name.cloned()).collect(), vec![status_shown]),
        (area_names.iter().cloned().chain(ids).collect(), area_names.into()),
    ]
}

/// When a pile was changed last, or else entered: RFC 3339, or Unix time in seconds.
fn changed(pile: &Pile) -> Option<Timestamp> {
    let time = |member: &str| {
        let text = pile.text(member);
        let seconds = || Timestamp::from_second(text.parse().ok()?).ok();
        clock::parse_instant(&text).or_else(seconds)
    };
    time("updated_at").or_else(|| time("created_at"))
}

impl Words<'_> {
    /// Whether a pile that is known by these words is asked for.
    fn fit(&mut self, known: &[String], shown: &[String]) -> bool {
        if self.wanted.is_empty() {
            return true;
        }
        for shown in shown.iter().filter(|shown| !shown.is_empty()) {
            *self.there.entry(shown.clone()).or_default() += 1;
        }
        self.right.extend(known.iter().filter(|word| !word.is_empty()).cloned());
        let known: Vec<String> = known.iter().map(|word| folded(word)).collect();
        let mut fits = false;
        for (wanted, found) in self.wanted.iter().zip(&mut self.found) {
            let is_it = known.contains(&folded(wanted));
            *found |= is_it;
            fits |= is_it;
        }
        fits
    }

    /// What was asked for and no pile has.
    fn unknown(&self) -> impl Iterator<Item = &String> {
        let wanted = self.wanted.iter().zip(&self.found);
        wanted.filter(|(_, found)| !**found).map(|(word, _)| word)
    }

    /// What there is instead of a word: the most alike, and others.
    fn instead(&self, word: &str) -> String {
        let alike = nearest(word, self.right.iter().map(String::as_str));
        let alike = alike.map(|word| format!("did you mean {word}? ")).unwrap_or_default();
        let mut there: Vec<(&String, &usize)> = self.there.iter().collect();
        let word = folded(word);
        there.sort_by_key(|(known, _)| {
            let known = folded(known);
            Reverse((known.contains(&word), common(&known, &word)))
        });
        let named = there.iter().take(MOST_NAMED);
        let named: Vec<String> = named.map(|(word, many)| format!("{word}: {many}")).collect();
        let more = self.there.len() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{alike}there are {}{more}", named.join(", "))
    }
}

/// Letters that two words begin with alike.
fn common(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}

/// Without the difference between capital and small letters.
fn folded(word: &str) -> String {
    word.trim().to_lowercase()
}

impl Filter {
    fn has_inside(&self, at: Degrees) -> bool {
        let near = self.near.zip(self.within);
        self.bbox.is_none_or(|bounds| bounds.has_inside(at))
            && near.is_none_or(|(middle, within)| distance(middle, at) <= within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pile(value: &serde_json::Value) -> Pile {
        Pile(value.as_object().unwrap().clone())
    }

    fn selection<'a>(filter: &'a Filter, names: &'a ValueNames) -> Selection<'a> {
        Selection::since(filter, names, Some("2026-10-01T00:00:00Z".parse().unwrap()))
    }

    fn sold() -> ValueNames {
        [("sale_status", [("3".to_owned(), "verkauft".to_owned())].into())].into()
    }

    #[test]
    fn a_pile_is_asked_for_by_any_name_of_what_it_belongs_to() {
        let pile = pile(&json!({
            "woodlist_number": "26-001", "woodlist_name": "Harz", "woodlist_id": 7, "sale_status": 3,
            "area": { "id": 40, "name": "Abt. 12 a" }, "base_area": { "id": 4, "name": "Revier Süd" },
            "updated_at": "2026-10-02T00:00:00Z",
        }));
        let names = sold();
        let takes = |wood_list: &str, status: &str, area: &str| {
            let words = |word: &str| Vec::from_iter((!word.is_empty()).then(|| word.to_owned()));
            let filter = Filter {
                wood_list: words(wood_list),
                status: words(status),
                area: words(area),
                ..Filter::default()
            };
            selection(&filter, &names).takes(&pile)
        };
        for (wood_list, status, area) in [
            ("", "", ""),
            ("26-001", "3", "40"),
            ("harz", "Verkauft", "revier süd"),
            ("7", "", "ABT. 12 A"),
        ] {
            assert!(takes(wood_list, status, area), "{wood_list} {status} {area}");
        }
        for (wood_list, status, area) in [("26", "", ""), ("26-001", "2", ""), ("", "3", "5")] {
            assert!(!takes(wood_list, status, area), "{wood_list} {status} {area}");
        }
    }

    #[test]
    fn words_that_no_pile_has_are_known_and_a_status_without_piles_is_no_mistake() {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        let filter = Filter {
            wood_list: words(&["26-001", "26-01"]),
            status: words(&["1", "9", "verkaufft"]),
            ..Filter::default()
        };
        let names = sold();
        let mut selection = selection(&filter, &names);
        let pile = pile(&json!({ "woodlist_number": "26-001", "sale_status": 3 }));
        assert!(!selection.takes(&pile));
        let [lists, statuses, _] = &selection.words;
        assert_eq!(lists.unknown().collect::<Vec<_>>(), ["26-01"]);
        assert_eq!(statuses.unknown().collect::<Vec<_>>(), ["verkaufft"]);
        assert_eq!(
            statuses.instead("verkaufft"),
            "did you mean verkauft? there are verkauft (3): 1"
        );
    }

    #[test]
    fn places_are_inside_of_a_box_and_near_another() {
        let at = |latitude, longitude| Degrees { latitude, longitude };
        let filter = |bbox: &str, near: &str, within| Filter {
            bbox: bounds(bbox).ok(),
            near: place(near).ok(),
            within: Some(within),
            ..Filter::default()
        };
        let clausthal = at(51.81, 10.34);
        assert!(filter("10,51,11,52", "", 0.0).has_inside(clausthal));
        assert!(!filter("10,51,10.2,52", "", 0.0).has_inside(clausthal));
        // From Clausthal to Goslar it is about 13 km.
        assert!(filter("", "51.91,10.43", 13.0).has_inside(clausthal));
        assert!(!filter("", "51.91,10.43", 12.0).has_inside(clausthal));
        assert!(!filter("10,51,11,52", "51.91,10.43", 5.0).has_inside(clausthal));
    }

    #[test]
    fn a_pile_counts_from_its_last_change_on() {
        let filter = Filter::default();
        let names = ValueNames::new();
        let takes = |members: serde_json::Value| selection(&filter, &names).takes(&pile(&members));
        assert!(takes(json!({ "updated_at": "2026-10-01T02:00:00+02:00" })));
        assert!(!takes(json!({ "updated_at": "2026-09-30T23:59:59Z" })));
        assert!(takes(json!({ "updated_at": null, "created_at": 1_790_899_200 })));
        assert!(!takes(json!({ "created_at": "2026-09-01T00:00:00Z" })) && !takes(json!({})));
    }
}
