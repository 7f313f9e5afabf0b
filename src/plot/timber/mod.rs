//! Log piles: on a plain map by volume, and their volume by status or by wood list.

mod bars;
mod map;
pub mod piles;
mod projection;
mod svg_bars;
mod svg_map;

use self::piles::{Piles, fm};
use super::Look;
use super::colour::{self, Paint};
use super::number::{count, number};
use super::page::{self, Table};
use super::svg::{self, Panel};
use crate::text::printable;

/// One way to look at piles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    Map,
    /// Fm by group.
    Bars,
}

impl View {
    pub const ALL: [Self; 2] = [Self::Map, Self::Bars];
}

/// The pictures one below the other for a terminal.
pub fn terminal(piles: &Piles, views: &[View], look: &Look) -> String {
    let title = look.words(&printable(&piles.title));
    let mut text = Paint::Strong.on(&title, look.colour) + "\n";
    text += &(Paint::Faint.on(&look.words(&caption(piles)), look.colour) + "\n");
    for view in views {
        text.push('\n');
        text += &match view {
            View::Map => map::map(piles, look),
            View::Bars => bars::bars(piles, look),
        };
    }
    text
}

/// One SVG document with these pictures.
pub fn svg(piles: &Piles, views: &[View]) -> String {
    svg::document(&piles.title, &caption(piles), Some(&piles.facts()), &panels(piles, views))
}

/// A page with these pictures, and a row for each pile.
pub fn html(piles: &Piles, views: &[View]) -> String {
    let caption = caption(piles);
    let picture = svg::document(&piles.title, &caption, None, &panels(piles, views));
    page::page(&piles.title, &caption, &piles.facts(), &picture, &table(piles))
}

fn panels(piles: &Piles, views: &[View]) -> Vec<Panel> {
    let panel = |view: &View| match view {
        View::Map => svg_map::map(piles),
        View::Bars => svg_bars::bars(piles),
    };
    views.iter().map(panel).collect()
}

/// `300 piles · 12,345.6 Fm by sale status`
fn caption(piles: &Piles) -> String {
    let many = count(piles.spots.len(), "pile", "piles");
    let unknown = piles.unknown();
    let of_unknown = match unknown {
        0 => String::new(),
        _ => format!(" · {} of unknown volume", count(unknown, "pile", "piles")),
    };
    format!("{many} · {} by {}{of_unknown}", fm(piles.volume()), piles.by.words())
}

/// A group's place among the colours; behind the last of them all are alike.
fn shade(group: usize) -> usize {
    group.min(colour::GROUPS.len())
}

/// A group's colour in a terminal.
fn ink(group: usize) -> Paint {
    Paint::Ink(colour::GROUPS.get(group).unwrap_or(&colour::OTHER).2)
}

/// What a group is called: a bare integer means nothing without its member's name.
fn named(piles: &Piles, group: usize) -> String {
    let name = piles.groups.get(group).map_or("", |group| group.name.as_str());
    if name.chars().all(|c| c.is_ascii_digit()) {
        format!("{} {name}", piles.by.words())
    } else {
        name.to_owned()
    }
}

fn table(piles: &Piles) -> Table {
    let degrees = |place: piles::Place| match place {
        piles::Place::At(latitude, longitude) => {
            (Some(number(latitude, 5)), Some(number(longitude, 5)))
        }
        piles::Place::Elsewhere => (Some("outside".to_owned()), Some(String::new())),
        piles::Place::Unknown => (None, None),
    };
    let rows = piles
        .spots
        .iter()
        .map(|spot| {
            let (latitude, longitude) = degrees(spot.place);
            let volume = spot.volume.map(|volume| number(volume, 2));
            let group = piles.groups.get(spot.group).map(|group| group.name.clone());
            vec![Some(spot.number.clone()), group, volume, latitude, longitude]
        })
        .collect();
    Table {
        caption: "Piles".to_owned(),
        headings: ["Pile", piles.by.words(), "Fm", "Latitude, °", "Longitude, °"]
            .map(str::to_owned)
            .to_vec(),
        numeric: vec![false, false, true, true, true],
        rows,
    }
}

/// What the pointer shows on a pile.
fn hover(piles: &Piles, spot: &piles::Spot) -> String {
    let volume = spot.volume.map_or_else(|| "volume unknown".to_owned(), fm);
    format!("{}: {volume}, {}", spot.number, named(piles, spot.group))
}

#[cfg(test)]
mod tests {
    use super::piles::By;
    use super::*;
    use crate::data::pile::Pile;
    use serde_json::{Map, Value, json};

    fn piles(by: By) -> Piles {
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
        Piles::new("Söhne & <Co>", by, &all)
    }

    #[test]
    fn every_picture_counts_what_it_cannot_show() {
        let piles = piles(By::SaleStatus);
        let plain = Look { ascii: true, colour: false, ..Look::of_terminal(80, 40) };
        let text = terminal(&piles, &View::ALL, &plain);
        assert!(text.is_ascii() && text.lines().all(|line| line.chars().count() <= 80), "{text}");
        for text in [text, svg(&piles, &View::ALL), html(&piles, &View::ALL)] {
            assert!(text.contains("Not on the map: 1 pile without a position"), "{text}");
            assert!(text.contains("1 pile of unknown volume") && text.contains("4,650.0 Fm"));
            assert!(text.contains("sale status 3"), "{text}");
        }
    }

    #[test]
    fn piles_have_titles_and_escaped_names() {
        let svg = svg(&piles(By::WoodList), &View::ALL);
        assert!(svg.contains("<title>26-001-30: 300.0 Fm, 26-001 &lt;Harz&gt;</title>"), "{svg}");
        assert!(!svg.contains("<Harz>") && svg.contains("no wood list"));
        let html = html(&piles(By::WoodList), &[View::Bars]);
        assert_eq!(html.matches("<tr>").count(), 32);
    }

    #[test]
    fn no_piles_at_all_are_no_failure() {
        let none = Piles::new("", By::WoodList, []);
        let look = Look::of_terminal(20, 5);
        assert!(terminal(&none, &View::ALL, &look).contains("No pile"));
        assert!(
            !svg(&none, &View::ALL).contains("NaN") && html(&none, &View::ALL).contains("0.0 Fm")
        );
    }

    #[test]
    fn colours_end_where_they_would_repeat() {
        assert_eq!((shade(2), shade(99)), (2, colour::GROUPS.len()));
        assert_eq!(ink(99), Paint::Ink(colour::OTHER.2));
    }
}
