//! Text: what is safe to show, what is safe inside markup, and words broken into lines.

use textwrap::{Options, WordSplitter};

/// Text that came from outside, with everything that could move a cursor, forge a line or turn
/// the reading direction shown as `?`.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if is_harmful(c) { '?' } else { c }).collect()
}

/// Control characters, and marks that turn the reading direction.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The same of a text whose line breaks are ours.
pub fn printable_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// Text for an element or an attribute of XML and HTML. What XML 1.0 has no character for becomes
/// `?`; what could move a cursor or turn the reading direction is a reference.
pub fn xml_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            '\n' | '\t' => escaped.push(c),
            '\r' => escaped += "&#13;",
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => escaped.push('?'),
            c if is_harmful(c) => escaped += &format!("&#{};", u32::from(c)),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The same for a page or a picture that people read: [`printable`] as well.
pub fn html_escaped(text: &str) -> String {
    xml_escaped(&printable(text))
}

/// Text broken between words to lines of `width` columns, without a width only where it has line
/// breaks. Each line but the first begins with `later`.
pub fn wrapped(text: &str, width: Option<usize>, later: &str) -> String {
    let later = format!("\n{later}");
    let Some(width) = width else { return text.replace('\n', &later) };
    // A link or command in one piece can be copied; a broken one cannot.
    let options = Options::new(width).break_words(false).word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).join(&later)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_an_element_or_an_attribute() {
        assert_eq!(
            xml_escaped("<a b='\"'>&\u{1b}\0\u{9b}\u{202e}ü\r\n"),
            "&lt;a b=&#39;&quot;&#39;&gt;&amp;??&#155;&#8238;ü&#13;\n"
        );
    }

    #[test]
    fn later_lines_are_indented_and_no_word_is_broken() {
        assert_eq!(wrapped("a b\nc", None, "  "), "a b\n  c");
        assert_eq!(
            wrapped("one two https://x.example/long", Some(9), "> "),
            "one two\n> https://x.example/long"
        );
    }

    #[test]
    fn nothing_from_outside_moves_the_cursor() {
        assert_eq!(printable("a\u{1b}[2Jb\r\n\u{9b}\u{202e}\u{7}ü"), "a?[2Jb?????ü");
    }
}
