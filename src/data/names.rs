//! Which of several things a person means by a word: meters and spaces have names that nobody
//! types to the letter, and numbers that nobody types whole.

/// Letters of a name's part that mean something.
const NAME_PART: usize = 3;
/// Characters at the beginning or end of a number or id that tell it from others.
const NUMBER_PART: usize = 4;

/// Similarity from which a suggestion helps more than it confuses.
const ALIKE: f64 = 0.7;
const MOST_NEAREST: usize = 3;

/// What one thing is called.
#[derive(Clone, Debug, Default)]
pub struct Names<'a> {
    /// Known by a part as well.
    pub name: &'a str,
    /// The name of what it is in: `Strom, Wohnung 3` is the meter called Strom there.
    pub place: &'a str,
    /// Numbers and ids.
    pub numbers: Vec<&'a str>,
}

/// How well a word fits, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// To the letter.
    Exactly,
    /// But for capitals, umlauts (ü, ue or u) and signs.
    Alike,
    /// A part of the name, or the beginning or end of a number.
    Partly,
    /// Every word of it, in the name and the place together.
    WithPlace,
}

/// Those of `all` that fit `text` best: one that fits exactly is not ambiguous because others fit
/// less. Empty where none does.
pub fn meant<'a, T>(
    all: impl Iterator<Item = &'a T>,
    text: &str,
    names: impl Fn(&'a T) -> Names<'a>,
) -> Vec<&'a T> {
    let text = text.trim();
    let folded = folded(text);
    let fits = all.filter_map(|one| Some((fit(text, &folded, &names(one))?, one)));
    let fits: Vec<_> = fits.collect();
    let best = fits.iter().map(|(fit, _)| *fit).min();
    fits.into_iter().filter(|(fit, _)| Some(*fit) == best).map(|(_, one)| one).collect()
}

/// The names that look most like a word, best first.
pub fn nearest<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let text = folded(text);
    let alike = |name: &'a str| (strsim::jaro_winkler(&text, &folded(name)), name);
    let mut found: Vec<_> = names.map(alike).filter(|(alike, _)| *alike > ALIKE).collect();
    found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    found.dedup_by_key(|(_, name)| *name);
    found.into_iter().map(|(_, name)| name).take(MOST_NEAREST).collect()
}

fn fit(text: &str, wanted: &str, names: &Names) -> Option<Fit> {
    let all = || names.numbers.iter().chain([&names.name]).filter(|name| !name.is_empty());
    if all().any(|name| *name == text) {
        return Some(Fit::Exactly);
    }
    if wanted.is_empty() {
        return None;
    }
    let name = folded(names.name);
    let is_part_of_number = |number: &&str| {
        let number = folded(number);
        wanted.len() >= NUMBER_PART && (number.starts_with(wanted) || number.ends_with(wanted))
    };
    if all().any(|name| folded(name) == wanted) {
        Some(Fit::Alike)
    } else if wanted.len() >= NAME_PART && name.contains(wanted)
        || names.numbers.iter().any(is_part_of_number)
    {
        Some(Fit::Partly)
    } else {
        let both = format!("{name} {}", folded(names.place));
        let is_there = |word: &str| both.contains(word);
        let fits = wanted.len() >= NAME_PART && wanted.split(' ').all(is_there);
        fits.then_some(Fit::WithPlace)
    }
}

/// A name as it is compared: small letters without their marks, digits, and one blank between
/// words. `Müller`, `MUELLER` and `Muller` are the same.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match plain(c) {
            // Written behind its vowel: ue, or u and the mark that makes it ü.
            "e" if folded.ends_with(['a', 'o', 'u']) => {}
            letters if !letters.is_empty() => folded.push_str(letters),
            _ if c == '\u{308}' => {}
            _ if c.is_alphanumeric() => folded.push(c),
            _ if folded.ends_with(' ') || folded.is_empty() => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The ASCII letters for a small letter of the languages around; empty for any other character.
fn plain(c: char) -> &'static str {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'e' | 'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì'..='ï' | 'ī' | 'ı' => "i",
        'ł' | 'ľ' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' | 'œ' => "o",
        'ŕ' | 'ř' => "r",
        'ś' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ț' => "t",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
}

/// A name in ASCII for a file: `Wärme Netz Nord` is `waerme-netz-nord`.
pub fn in_ascii(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' | 'ö' | 'ü' => ascii.extend([plain(c), "e"]),
            // The mark that makes the letter before it an umlaut.
            '\u{308}' => ascii.push('e'),
            'a'..='z' | '0'..='9' => ascii.push(c),
            _ if !plain(c).is_empty() => ascii.push_str(plain(c)),
            _ if ascii.ends_with('-') || ascii.is_empty() => {}
            _ => ascii.push('-'),
        }
    }
    ascii.truncate(ascii.trim_end_matches('-').len());
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<'a>(name: &'a str, place: &'a str, numbers: &[&'a str]) -> Names<'a> {
        Names { name, place, numbers: numbers.to_vec() }
    }

    fn found(text: &str) -> Vec<String> {
        let all = [
            names("Strom", "Birkenweg 12, Wohnung 3", &["50999000012", "d12"]),
            names("Strom", "Birkenweg 12, Wohnung 4", &["50999000013", "d13"]),
            names("Strom Keller", "Birkenweg 12", &["1SBX0086545092", "d14"]),
            names("Wärme Mühlental", "Freibad", &["6SBX0094189771", "d15"]),
            names("", "Freibad", &["50999000016", "d16"]),
        ];
        let ids = meant(all.iter(), text, Names::clone);
        ids.iter().map(|names| names.numbers.last().unwrap().to_string()).collect()
    }

    #[test]
    fn an_exact_name_wins_and_a_part_does_where_it_is_one() {
        assert_eq!(found("Strom"), ["d12", "d13"], "not the cellar, which fits less");
        assert_eq!(found("keller"), ["d14"]);
        assert_eq!(found("strom, wohnung 4"), ["d13"]);
        assert_eq!(found("Birkenweg Strom Keller"), ["d14"]);
        assert_eq!(found("50999000013"), ["d13"]);
        assert_eq!(found("5092"), ["d14"], "the end of what stands on the meter");
        assert_eq!(found("6sbx"), ["d15"]);
        assert_eq!(found("50999000016"), ["d16"]);
        for nothing in ["", " ", "d1", "09", "Gas", "St", "…"] {
            assert_eq!(found(nothing), [""; 0], "{nothing:?}");
        }
    }

    #[test]
    fn umlauts_are_typed_in_three_ways() {
        for text in ["wärme mühlental", "WÄRME MÜHLENTAL", "Waerme Muehlental", "Warme Muhlental"]
        {
            assert_eq!(found(text), ["d15"], "{text}");
        }
        assert_eq!(found("Wa\u{308}rme"), ["d15"], "as a Mac writes it");
        assert_eq!(folded("Straße 1 – Süd/Ost"), "strasse 1 sud ost");
        assert_eq!(folded("STRASSE  1, sued ost."), "strasse 1 sud ost");
    }

    #[test]
    fn files_have_small_ascii_letters() {
        for (text, file) in [
            ("Wärme Netz Nord", "waerme-netz-nord"),
            ("Wa\u{308}rme", "waerme"),
            ("Straße 1 – Süd/Ost (2)", "strasse-1-sued-ost-2"),
            ("../../etc/passwd", "etc-passwd"),
            ("Łódź", "lodz"),
            ("CON", "con"),
            ("Счётчик", ""),
            ("", ""),
        ] {
            assert_eq!(in_ascii(text), file);
        }
    }
}
