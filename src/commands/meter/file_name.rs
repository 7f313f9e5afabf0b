//! File names made of data: a meter's name or id is not trusted to be one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use clap::ValueEnum as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::clock;
use crate::data::meter::Meter;
use crate::data::names::in_ascii;
use crate::data::query::{Measurement, Query, Resolution, Source, Window};
use crate::formats::Format;

/// What would be taken for something else in an address.
const NOT_IN_FOLDERS: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// Leaves room for an extension and `.part` in the 255 bytes that a name may have.
const MOST_BYTES: usize = 120;
/// Letters and digits that a name has at least, to say anything.
const SHORTEST: usize = 2;
/// Devices on Windows, whatever extension they have.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// What the files of an account's meters are named by. Whichever meters an export is of, a meter
/// has the same name.
#[derive(Default)]
pub struct FileStems {
    /// How many meters a stem could be of.
    meters: HashMap<String, usize>,
    /// The ids of the spaces that are called so.
    spaces: HashMap<String, HashSet<String>>,
}

impl FileStems {
    /// `all` are the meters that are to be told apart.
    pub fn of<'a>(all: impl Iterator<Item = &'a Arc<Meter>>) -> Self {
        let mut known = Self::default();
        for meter in all {
            for stem in stems(meter).into_iter().chain([safe_file_name(&meter.id)]) {
                *known.meters.entry(stem).or_default() += 1;
            }
            let spaces = known.spaces.entry(in_ascii(&meter.space)).or_default();
            spaces.insert(meter.space_id.clone());
        }
        known
    }

    /// What the files of a source are named by.
    pub fn stem(&self, source: &Source) -> String {
        match source {
            Source::Device(meter) => self.of_meter(meter),
            Source::Space(meter, medium) => {
                format!("{}_{}", self.of_space(meter), medium.to_string().to_lowercase())
            }
        }
    }

    /// The name of the space that a meter is in, unless others are called the same.
    fn of_space(&self, meter: &Meter) -> String {
        let name = in_ascii(&meter.space);
        let is_its_own = self.spaces.get(&name).is_none_or(|ids| ids.len() == 1);
        if is_its_own && says_something(&name) {
            safe_file_name(&name)
        } else {
            safe_file_name(&meter.space_id)
        }
    }

    /// `strom-verwaltung`. Where others are called the same, the space follows, then what stands on
    /// the meter or else its MaLo; at last, and for a meter whose name says nothing, the id.
    fn of_meter(&self, meter: &Meter) -> String {
        let is_its_own = |stem: &String| self.meters.get(stem).is_none_or(|count| *count == 1);
        stems(meter).into_iter().find(is_its_own).unwrap_or_else(|| safe_file_name(&meter.id))
    }
}

/// What tells files apart that are of one meter and month, and not of its quarter hours of energy
/// in both directions: `_out`, `_hour_power`.
pub fn kind_name(query: &Query) -> String {
    let direction = query.direction.and_then(|direction| direction.to_possible_value());
    let resolution = Some(query.resolution).filter(|it| *it != Resolution::QuarterHour);
    let measurement = Some(query.measurement).filter(|it| *it != Measurement::Energy);
    let names = [
        direction,
        resolution.and_then(|resolution| resolution.to_possible_value()),
        measurement.and_then(|measurement| measurement.to_possible_value()),
    ];
    names.iter().flatten().map(|value| format!("_{}", value.get_name())).collect()
}

/// Where a file of one meter and month stands in the folder of an export:
/// `strom-verwaltung_2026-10.csv`, or `meter=strom-verwaltung/month=2026-10/readings.parquet`.
/// `kind` is that of [`kind_name`], `time` the time that it holds: the month's name, or a part of it.
pub fn place(format: &Format, stem: &str, kind: &str, month: &str, time: &str) -> String {
    let ending = format.ending();
    if !format.in_folders {
        return format!("{stem}{kind}_{time}.{ending}");
    }
    // As all readers of such folders take it apart.
    let meter = safe_file_name(&utf8_percent_encode(stem, NOT_IN_FOLDERS).to_string());
    let part = if time == month { String::new() } else { format!("_{time}") };
    format!("meter={meter}/month={month}/readings{kind}{part}.{ending}")
}

/// Names for a meter's files, the shortest first; none where its name says nothing.
fn stems(meter: &Meter) -> Vec<String> {
    let name = in_ascii(&meter.name);
    if !says_something(&name) {
        return Vec::new();
    }
    let with_space = format!("{name}_{}", in_ascii(&meter.space));
    let numbers = [&meter.serial, &meter.malo].map(|number| in_ascii(number));
    let number = numbers.into_iter().find(|number| !number.is_empty()).unwrap_or_default();
    let mut stems = vec![name];
    for longer in [with_space.clone(), format!("{with_space}_{number}")] {
        if !longer.ends_with('_') {
            stems.push(longer);
        }
    }
    stems.iter().map(|stem| safe_file_name(stem)).collect()
}

fn says_something(name: &str) -> bool {
    name.bytes().filter(u8::is_ascii_alphanumeric).count() >= SHORTEST
}

/// One name in one folder on every system, made of `text`. Different texts get different names: a
/// text that had to be changed has eight hexadecimal digits of its own at the end.
fn safe_file_name(text: &str) -> String {
    let mut name: String = text.chars().map(|c| if is_safe(c) { c } else { '_' }).collect();
    // No hidden file, no option of a command, no device with an extension.
    if name.starts_with(['.', '-', '~', ' ']) || is_device(&name) {
        name.insert(0, '_');
    }
    // Windows drops these at the end.
    let kept = name.trim_end_matches(['.', ' ']).len();
    name.truncate(kept);
    if name.is_empty() {
        name.push('_');
    }
    if name == text && name.len() <= MOST_BYTES {
        return name;
    }
    let longest = MOST_BYTES - "-00000000".len();
    while name.len() > longest {
        name.pop();
    }
    format!("{name}-{:08x}", fingerprint(text))
}

fn is_safe(c: char) -> bool {
    c.is_alphanumeric() || (c.is_ascii_graphic() && !r#"/\:*?"<>|"#.contains(c)) || c == ' '
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let one_digit = |rest: &str| {
        rest.chars().count() == 1
            && rest.contains(|c: char| c.is_ascii_digit() || "¹²³".contains(c))
    };
    DEVICES.contains(&stem.as_str()) || port.is_some_and(one_digit)
}

/// FNV-1a: to tell names apart, not against anybody; an existing file is never replaced unasked.
fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// `2026-10` for a whole month; a part of one names its beginning and end, so that the file of the
/// whole month is not taken to be there already.
pub fn time_name(window: Window, query: &Query) -> String {
    let zone = &query.zone;
    let begins = clock::midnight_after(window.from, 0, zone) == window.from
        && clock::day_name(window.from, zone).ends_with("-01");
    if begins && clock::next_month(window.from, zone) == window.to {
        return clock::month_name(window.from, zone);
    }
    format!("{}_{}", clock::point_name(window.from, zone), clock::point_name(window.to, zone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::query::Medium;

    fn meter(id: &str, name: &str, space: &str, serial: &str) -> Arc<Meter> {
        let [id, name, space, serial] = [id, name, space, serial].map(str::to_owned);
        Arc::new(Meter { id, name, space, serial, ..Meter::default() })
    }

    #[test]
    fn databases_read_meter_and_month_from_the_folders() {
        let [csv, parquet] = ["csv", "parquet"].map(|name| Format::named(name).unwrap());
        let stem = "strom-verwaltung";
        assert_eq!(
            place(csv, stem, "_out", "2026-10", "2026-10"),
            "strom-verwaltung_out_2026-10.csv"
        );
        assert_eq!(
            place(parquet, stem, "", "2026-10", "2026-10"),
            "meter=strom-verwaltung/month=2026-10/readings.parquet"
        );
        assert_eq!(
            place(parquet, "a=b ü", "_out", "2026-10", "2026-10-05_2026-10-07"),
            "meter=a%3Db%20%C3%BC/month=2026-10/readings_out_2026-10-05_2026-10-07.parquet"
        );
        let longest = place(parquet, &"ü".repeat(60), "", "2026-10", "2026-10");
        assert!(longest.split('/').all(|name| name.len() < 255), "{longest}");
    }

    #[test]
    fn meters_of_one_name_are_told_apart_whichever_are_exported() {
        let all = [
            meter("d1", "Strom Verwaltung", "Süd", "1SBX1"),
            meter("d2", "Wärme", "Süd", "1SBX2"),
            meter("d3", "Wärme", "Nord", "1SBX3"),
            meter("d4", "Waerme!", "Nord", "1SBX4"),
            meter("d5", "Gas", "", ""),
            meter("d6", "GAS", "", ""),
            meter("d7", "A", "Süd", "1SBX7"),
            meter("d8", "Счётчик", "Süd", "1SBX8"),
            meter("d9", "", "", ""),
            meter("d10", "d9", "", ""),
        ];
        let stems = FileStems::of(all.iter());
        let named: Vec<String> = all.iter().map(|meter| stems.of_meter(meter)).collect();
        assert_eq!(
            named,
            [
                "strom-verwaltung",
                "waerme_sued",
                "waerme_nord_1sbx3",
                "waerme_nord_1sbx4",
                "d5",
                "d6",
                "d7",
                "d8",
                "d9",
                "d10"
            ]
        );
    }

    #[test]
    fn hostile_names_of_meters_stay_in_their_folder() {
        let long = "x".repeat(300);
        for name in ["../../etc/passwd", "CON", "nul.txt", "-rf", "~root", ".bashrc", "COM1", &long]
        {
            let stem = FileStems::default().of_meter(&meter("d", name, "../x", ""));
            assert!(stem.len() <= MOST_BYTES && !is_device(&stem), "{stem}");
            assert!(!stem.starts_with(['.', '-', '~']) && !stem.contains(['/', '\\']), "{stem}");
        }
        let stem = FileStems::default().stem(&Source::Space(meter("d", "", "", ""), Medium::Gas));
        assert_eq!(stem, "_-811c9dc5_gas");
        assert_eq!(FileStems::default().of_meter(&meter("../x", "", "", "")), "_.._x-5c237dda");
    }

    #[test]
    fn a_name_stays_in_its_folder() {
        let long = "x".repeat(300);
        let odd = [
            "",
            ".",
            "..",
            "../x",
            "/etc/x",
            "C:\\x",
            "a/../../b",
            "\\\\host\\share",
            "CON",
            "con.csv",
            "nul .txt",
            "COM1",
            "lpt¹.x",
            "a\0b",
            "a\nb",
            "a\u{202e}fdp.exe",
            "end.",
            "end ",
            "-rf",
            "~root",
            ".bashrc",
            &long,
            "a*b?",
            "x:stream",
            "＊\u{2215}x",
        ];
        for text in odd {
            let name = safe_file_name(text);
            assert!(!name.contains(['/', '\\', ':', '\0', '\n', '\u{202e}', '*', '?']), "{name:?}");
            assert!(!name.starts_with(['.', '-', '~']) && !name.ends_with(['.', ' ']), "{name:?}");
            assert!(!name.is_empty() && name.len() <= MOST_BYTES && !is_device(&name), "{name:?}");
            assert_ne!(name, text);
            assert_eq!(std::path::Path::new(&name).components().count(), 1, "{name:?}");
        }
        let names: std::collections::BTreeSet<String> = odd.map(safe_file_name).into();
        assert_eq!(names.len(), odd.len());
    }

    #[test]
    fn an_ordinary_name_stays_as_it_is() {
        for text in ["DE0001234567890123456789012345678", "Zähler Süd (2)", "a.b_c-d", "Concord"]
        {
            assert_eq!(safe_file_name(text), text);
        }
        assert_eq!(safe_file_name("../x"), "_.._x-5c237dda");
        assert_ne!(safe_file_name("a/b"), safe_file_name("a_b"));
    }
}
