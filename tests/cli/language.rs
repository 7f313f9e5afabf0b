//! What other people read is German or English; what the terminal says and what machines read never
//! changes with it.

use std::fs;

use crate::support::data::{Data, OFFICE};
use crate::support::program::Program;

/// What the settings add up to.
#[track_caller]
fn chosen(program: &Program, flags: &[&str]) -> String {
    let args = [flags, &["config", "get", "language"]].concat();
    program.run(args).exits(0).data().trim().to_owned()
}

#[test]
#[cfg_attr(windows, ignore = "the locale is no variable there")]
fn a_flag_wins_over_the_variable_the_file_and_the_locale() {
    let program = Program::new();
    assert_eq!(chosen(&program, &[]), "en");
    let program = program.set("LANG", "de_DE.UTF-8");
    assert_eq!(chosen(&program, &[]), "de");
    let program = program.set("LC_ALL", "C");
    assert_eq!(chosen(&program, &[]), "en");
    program.run(["config", "set", "language", "de"]).exits(0);
    assert_eq!(chosen(&program, &[]), "de");
    let program = program.set("PARTNERLINK_LANGUAGE", "en");
    assert_eq!(chosen(&program, &[]), "en");
    assert_eq!(chosen(&program, &["--language", "de"]), "de");
}

#[test]
fn a_language_that_is_not_there_is_refused_wherever_it_is_said() {
    let program = Program::new();
    program.run(["--language", "fr", "config", "show"]).exits(2).says(&["fr", "de, en"]);
    program.run(["config", "set", "language", "fr"]).exits(2).says(&["fr"]);
    let program = program.set("PARTNERLINK_LANGUAGE", "french");
    program.run(["config", "show"]).exits(2).says(&["PARTNERLINK_LANGUAGE", "use de or en"]);
    program.configure("language = \"fr\"\n");
    program.unset("PARTNERLINK_LANGUAGE").run(["status"]).exits(2).says(&["line 1"]);
}

/// October at the sandbox's office, with its gaps and the hour that comes twice.
const OCTOBER: [&str; 6] = ["--device", OFFICE, "--from", "2026-10-01", "--to", "2026-11-01"];

/// The texts of a picture, without its style sheet.
fn words(picture: &str) -> String {
    let mut words = String::new();
    for part in picture.split("<style>") {
        words += part.split_once("</style>").map_or(part, |(_, rest)| rest);
    }
    words
}

#[test]
#[cfg_attr(windows, ignore = "the locale is no variable there")]
fn a_picture_is_german_where_the_locale_is_and_english_where_that_is_asked_for() {
    let mut data = Data::new();
    data.program = data.program.set("LANG", "de_DE.UTF-8");
    let picture = |flags: &[&str], file: &str| {
        data.program.run([flags, &["meter", "plot"], &OCTOBER, &["-o", file]].concat()).exits(0);
        words(&fs::read_to_string(data.program.root().join(file)).unwrap())
    };
    let german = picture(&[], "de.html");
    for text in [
        "<html lang=\"de\">",
        " · Strom, Bezug</h1>",
        "Do 01.10. – Sa 31.10.2026",
        "Volllaststunden",
        "Lastgang, kW",
        "Dauerlinie, kW",
        "So 25.10.2026",
        "keine Daten",
        "25.10.: die doppelte Stunde in zwei Hälften.",
    ] {
        assert!(german.contains(text), "{text} in {german}");
    }
    let english = picture(&["--language", "en"], "en.html");
    for text in
        ["<html lang=\"en\">", "electricity, consumption</h1>", "Load curve, kW", "Oct 2026"]
    {
        assert!(english.contains(text), "{text} in {english}");
    }
    for word in ["peak", ">gaps", "every", ">missing", "Load curve", "Oct", "Sun", "no data"] {
        assert!(!german.contains(word), "{word} in {german}");
    }
    assert!(!english.contains("Lücken") && !english.contains("Bezug"));
    // What a terminal says is English all the same.
    let terminal =
        data.program.run([&["meter", "plot", "--ascii"][..], &OCTOBER].concat()).exits(0);
    assert!(terminal.stdout.contains("full-load hours"), "{}", terminal.stdout);
}

#[test]
fn a_map_of_piles_is_in_the_chosen_language() {
    let data = Data::new();
    let map = |language: &str| {
        let file = format!("{language}.svg");
        data.program.run(["--language", language, "timber", "plot", "-o", &file]).exits(0);
        words(&fs::read_to_string(data.program.root().join(file)).unwrap())
    };
    let (german, english) = (map("de"), map("en"));
    assert!(german.contains("Polter nach Ort") && german.contains(" Fm nach Verkaufsstatus"));
    assert!(english.contains("Piles by place") && english.contains(" Fm by sale status"));
    assert!(!german.contains(" by ") && !german.contains("piles"), "{german}");
}

/// In English a comma stands behind words; in German it has decimals behind it.
#[track_caller]
fn has_no_comma_between_thousands(picture: &str, language: &str) {
    let numbers = picture.split(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.'));
    for number in numbers.filter(|it| it.trim_matches([',', '.']).contains(',')) {
        let (_, decimals) = number.split_once(',').unwrap();
        let is_decimal = language == "de" && !decimals.contains([',', '.']);
        assert!(is_decimal, "{number} in {language}");
    }
}

#[test]
fn no_number_of_a_picture_has_a_comma_between_thousands() {
    let data = Data::new();
    let year = ["--device", OFFICE, "--from", "2026-01", "--to", "2026-11"];
    let plots = [
        [&["meter", "plot", "--measurement", "energy"][..], &year].concat(),
        vec!["timber", "plot", "--by", "wood-list"],
    ];
    let drawn = |language: &str, command: &[&str], file: &str| {
        let args = [&["--language", language], command, &["--force", "-o", file]].concat();
        data.program.run(args).exits(0);
        let picture = words(&fs::read_to_string(data.program.root().join(file)).unwrap());
        assert!(picture.contains('\u{202f}'), "a large number in {picture}");
        has_no_comma_between_thousands(&picture, language);
    };
    for language in ["de", "en"] {
        for (plot, file) in plots.iter().flat_map(|plot| [(plot, "a.html"), (plot, "a.svg")]) {
            drawn(language, plot, file);
        }
        drawn(language, &["meter", "report", "--device", OFFICE, "--month", "2026-10"], "a.html");
    }
    for plot in plots {
        let seen = data.program.run(&plot).exits(0).stdout;
        assert!(seen.contains('\u{202f}'), "a large number in {seen}");
        has_no_comma_between_thousands(&seen, "en");
    }
}

#[test]
fn a_letter_is_in_both_languages_unless_one_is_named() {
    let program = Program::new().set("LANG", "de_DE.UTF-8");
    let letter = |flags: &[&str]| {
        let args = [flags, &["provider", "register", "timberdata"]].concat();
        let text = program.run(args).exits(0).stdout;
        [text.contains("Mit freundlichen Grüßen"), text.contains("Kind regards")]
    };
    assert_eq!(letter(&[]), [true, true]);
    assert_eq!(letter(&["--language", "de"]), [true, false]);
    program.run(["config", "set", "language", "en"]).exits(0);
    assert_eq!(letter(&[]), [false, true]);
}
