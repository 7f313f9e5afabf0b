//! Text: what is safe to show, and words broken into lines.

/// Text that came from outside, with everything that could move a cursor, forge a line or turn
/// the reading direction shown as `?`.
pub fn printable(text: &str) -> String {
    let harmful = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if harmful(c) { '?' } else { c }).collect()
}

/// The same of a text whose line breaks are ours.
pub fn printable_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g1_nothing_from_outside_moves_the_cursor() {
        assert_eq!(printable("a\u{1b}[2Jb\r\n\u{9b}\u{202e}\u{7}ü"), "a?[2Jb?????ü");
    }
}
