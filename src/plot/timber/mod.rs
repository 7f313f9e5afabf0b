//! Log piles: on a plain map by volume, and their volume by status or by wood list.

mod country;
mod piles;
mod projection;
mod svg;
mod terminal;

use anstyle::Style;
use clap::ValueEnum;

use self::piles::PlottedPile;
use super::Look;
use super::colour::{COLOURED_GROUPS, GROUPS, ink};
use super::picture::{NumbersColumn, NumbersTable, Picture};
use crate::data::position::NoPlace;
use crate::language::filled;

pub use self::piles::{GroupedBy, Piles};

/// One way to look at piles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TimberView {
    Map,
    // Fm by group.
    Bars,
}

/// The pictures one below the other for a terminal.
pub fn terminal(piles: &Piles, views: &[TimberView], look: &Look) -> String {
    let mut text = look.heading(&piles.title, &caption(piles));
    for view in views {
        text.push('\n');
        text += &match view {
            TimberView::Map => terminal::map(piles, look),
            TimberView::Bars => terminal::bars(piles, look),
        };
    }
    text
}

/// The pictures for a file, with a row for each pile.
pub fn picture(piles: &Piles, views: &[TimberView]) -> Picture {
    let panel = |view: &TimberView| match view {
        TimberView::Map => svg::map(piles),
        TimberView::Bars => svg::bars(piles),
    };
    Picture {
        language: piles.language,
        title: piles.title.clone(),
        caption: caption(piles),
        key_figures: piles.key_figures(),
        panels: views.iter().map(panel).collect(),
        table: table(piles),
    }
}

/// `300 piles · 12 345.6 Fm by sale status`
fn caption(piles: &Piles) -> String {
    let texts = piles.texts();
    let of_unknown = match piles.unknown() {
        0 => String::new(),
        unknown => filled(&texts.of_unknown_volume, &[("piles", &piles.count(unknown))]),
    };
    let (many, volume) = (piles.count(piles.piles.len()), piles.fm(piles.volume()));
    let values = [("piles", &*many), ("volume", &volume), ("by", piles.by_words())];
    filled(&texts.caption, &values) + &of_unknown
}

/// A group's place among the colours; behind the last of them all are alike.
fn shade(group: usize) -> usize {
    group.min(COLOURED_GROUPS)
}

/// A group's colour in a terminal.
fn group_ink(group: usize) -> Style {
    ink(GROUPS[shade(group)])
}

fn table(piles: &Piles) -> NumbersTable {
    let (texts, language) = (piles.texts(), piles.language);
    let row = |pile: &PlottedPile| {
        let [latitude, longitude] = match pile.position {
            Ok(at) => [at.latitude, at.longitude].map(|degrees| Some(language.number(degrees, 5))),
            Err(NoPlace::Missing) => [None, None],
            Err(_) => [Some(texts.wrong.clone()), Some(String::new())],
        };
        let volume = pile.volume.map(|volume| language.number(volume, 2));
        let group = piles.groups[pile.group].name.clone();
        vec![Some(pile.number.clone()), Some(group), volume, latitude, longitude]
    };
    NumbersTable {
        caption: texts.table.clone(),
        columns: vec![
            NumbersColumn::of_words(&texts.column_pile),
            NumbersColumn::of_words(piles.by_words()),
            NumbersColumn::of_numbers("Fm"),
            NumbersColumn::of_numbers(&texts.latitude),
            NumbersColumn::of_numbers(&texts.longitude),
        ],
        rows: piles.piles.iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::pile::Pile;
    use crate::language::Language;
    use serde_json::{Map, Value, json};

    fn piles(by: GroupedBy) -> Piles {
        let pile = |n: i64| {
            let members = json!({
                "woodlist_number": "26-001", "woodlist_name": "<Harz>", "number": n,
                "latitude": 51.5 + n as f64 / 100.0, "longitude": 10.5, "sale_status": n % 9,
                "sale_fm_volume": n * 10,
            });
            match members {
                Value::Object(members) => Pile(members),
                _ => Pile(Map::new()),
            }
        };
        let mut all: Vec<Pile> = (1..=30).map(pile).collect();
        all.push(Pile(Map::new()));
        Piles::new("Söhne & <Co>", by, Language::En, &all)
    }

    #[test]
    fn every_picture_counts_what_it_cannot_show() {
        let piles = piles(GroupedBy::SaleStatus);
        let plain = Look { ascii: true, colour: false, ..Look::of_terminal(80, 40) };
        let text = terminal(&piles, TimberView::value_variants(), &plain);
        assert!(text.is_ascii() && text.lines().all(|line| line.chars().count() <= 80), "{text}");
        let picture = picture(&piles, TimberView::value_variants());
        for text in [text, picture.svg(), picture.html()] {
            assert!(text.contains("Not on the map: 1 pile without a position"), "{text}");
            assert!(text.contains("1 pile of unknown volume"));
            assert!(text.replace('\u{202f}', " ").contains("4 650.0 Fm"), "{text}");
            assert!(text.contains("sale status 3"), "{text}");
        }
    }

    #[test]
    fn every_reason_for_having_no_place_is_read_to_its_end() {
        let at = |latitude: Value, longitude: Value| {
            Pile(Map::from_iter([
                ("latitude".to_owned(), latitude),
                ("longitude".to_owned(), longitude),
            ]))
        };
        let all = [
            at(json!(51), json!(9)),
            at(json!(0), json!(0)),
            at(json!("51,3"), json!("9,5")),
            at(json!(9), json!(51)),
            at(json!(40), json!(-3)),
            at(json!(5_684_321), json!(3_512_345)),
            at(Value::Null, Value::Null),
        ];
        for piles in [&all[..], &all[1..]] {
            let piles = Piles::new("", GroupedBy::SaleStatus, Language::En, piles);
            let svg = picture(&piles, &[TimberView::Map]).svg();
            let (_, note) = svg.split_once("1 pile without a position").unwrap();
            assert!(note.contains("outside 47–56° N, 5–16° E</text>"), "{svg}");
            let lines = note.split("</text>").filter_map(|line| line.rsplit('>').next());
            assert!(lines.clone().count() > 1 && lines.into_iter().all(|line| line.len() < 140));
        }
    }

    #[test]
    fn piles_have_titles_and_escaped_names() {
        let svg = picture(&piles(GroupedBy::WoodList), TimberView::value_variants()).svg();
        assert!(svg.contains("<title>26-001-30: 300.0 Fm, 26-001 &lt;Harz&gt;</title>"), "{svg}");
        assert!(!svg.contains("<Harz>") && svg.contains("no wood list"));
        let html = picture(&piles(GroupedBy::WoodList), &[TimberView::Bars]).html();
        assert_eq!(html.matches("<tr>").count(), 32);
    }

    #[test]
    fn those_that_are_put_together_leave_the_others_their_length() {
        let pile = |n: i64| match json!({ "woodlist_number": n.to_string(), "sale_fm_volume": 10 })
        {
            Value::Object(members) => Pile(members),
            _ => Pile(Map::new()),
        };
        let all: Vec<Pile> = (1..=200).map(pile).collect();
        let piles = Piles::new("", GroupedBy::WoodList, Language::En, &all);
        let bars = piles.bars(40);
        assert_eq!((bars.len(), bars[40].volume), (41, 1600.0));
        assert_eq!((Piles::length(&bars[39]), Piles::length(&bars[40])), (10.0, 0.0));
    }

    #[test]
    fn no_piles_at_all_are_no_failure() {
        let none = Piles::new("", GroupedBy::WoodList, Language::En, &[]);
        let look = Look::of_terminal(20, 5);
        assert!(terminal(&none, TimberView::value_variants(), &look).contains("No pile"));
        let picture = picture(&none, TimberView::value_variants());
        assert!(!picture.svg().contains("NaN") && picture.html().contains("0.0 Fm"));
    }

    #[test]
    fn colours_end_where_they_would_repeat() {
        assert_eq!((shade(2), shade(99)), (2, COLOURED_GROUPS));
        assert_eq!(group_ink(99), ink(245));
    }
}
