//! German or English, by the browser's `Accept-Language` (RFC 9110 §12.5.4).

use hyper::header::{self, HeaderMap};

/// The languages of the result page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    German,
    English,
}

impl Language {
    /// The language tag, for `Content-Language`.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::German => "de",
            Self::English => "en",
        }
    }

    /// The one that the browser likes better; where it likes both the same, the one it names
    /// first; English where it names neither.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter();
        let ranges: Vec<Range<'_>> = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .filter_map(Range::parse)
            .collect();
        let (german, german_at) = liking(&ranges, "de");
        let (english, english_at) = liking(&ranges, "en");
        if german > english || (german == english && german > 0 && german_at < english_at) {
            Self::German
        } else {
            Self::English
        }
    }
}

/// One element of the header: a language range and how much it is liked, in thousandths.
struct Range<'a> {
    language: &'a str,
    weight: u16,
}

impl<'a> Range<'a> {
    /// `de-AT;q=0.9`. Only the primary subtag counts. `None` for what is not of that form.
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let language = parts.next()?.split('-').next()?;
        let weight = match parts.find_map(|part| part.strip_prefix(['q', 'Q'])) {
            Some(weight) => thousandths(weight.trim_start().strip_prefix('=')?.trim_start())?,
            None => 1000,
        };
        (!language.is_empty()).then_some(Self { language, weight })
    }
}

/// A quality value: `0`, `1`, or either with up to three decimals, nothing above 1.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let well_formed = matches!(whole, "0" | "1")
        && decimals.len() <= 3
        && decimals.bytes().all(|digit| digit.is_ascii_digit());
    if !well_formed {
        return None;
    }
    let value: u16 = format!("{whole}{decimals:0<3}").parse().ok()?;
    (value <= 1000).then_some(value)
}

/// How much `language` is liked, and at which place it is named: the best of the ranges that name
/// it, else what `*` says, else nothing.
fn liking(ranges: &[Range<'_>], language: &str) -> (u16, usize) {
    let best = |wanted: &str| {
        let named =
            ranges.iter().enumerate().filter(|(_, r)| r.language.eq_ignore_ascii_case(wanted));
        // Of equals the first: `max_by_key` would return the last.
        named.rev().max_by_key(|(_, range)| range.weight).map(|(at, range)| (range.weight, at))
    };
    best(language).or_else(|| best("*")).unwrap_or((0, usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    #[test]
    fn the_better_liked_of_both_is_chosen() {
        use Language::{English, German};
        for (accept, expected) in [
            ("", English),
            ("de", German),
            ("de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", German),
            ("en-GB,en;q=0.9,de;q=0.8", English),
            ("en;q=0.3, de-AT;q=0.301", German),
            ("fr,it;q=0.9", English),
            ("fr,de;q=0.5,en;q=0.5", German),
            ("fr,en;q=0.5,de;q=0.5", English),
            ("DE-ch;Q=1.0", German),
            ("de;q=0", English),
            ("de;q=0,*", English),
            ("en;q=0,*;q=0.5", German),
            ("*", English),
            ("de;q=0.5,*;q=0.4", German),
            ("de;q=2,en;q=0.1", English),
            ("de;q=0.1234,en;q=0.1", English),
            ("de;q=x", English),
            ("german", English),
            ("de ; q = 0.9 , en ; q=0.8", German),
            (";;;,,,=;q=1", English),
        ] {
            let value = HeaderValue::from_str(accept).unwrap();
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)]);
            assert_eq!(Language::of(&headers), expected, "{accept:?}");
        }
        assert_eq!(Language::of(&HeaderMap::new()), English);
    }
}
