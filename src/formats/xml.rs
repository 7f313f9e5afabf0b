//! Text inside XML.

use std::fmt::{self, Display, Formatter, Write as _};

use super::json::is_harmful;

/// Shows text so that it can stand between tags and in attributes. What XML 1.0 cannot hold is `?`;
/// what could move a cursor or turn the reading direction is a reference.
pub(super) struct Xml<'a>(pub(super) &'a str);

impl Display for Xml<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut plain = 0;
        for (at, c) in self.0.char_indices() {
            if c.is_ascii_alphanumeric() || c == ' ' {
                continue;
            }
            f.write_str(&self.0[plain..at])?;
            plain = at + c.len_utf8();
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\n' | '\t' => f.write_char(c)?,
                '\r' => f.write_str("&#13;")?,
                '\0'..' ' | '\u{fffe}' | '\u{ffff}' => f.write_char('?')?,
                c if is_harmful(c) => write!(f, "&#{};", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        f.write_str(&self.0[plain..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let odd = "<b a=\"&\">\u{1b}\0\u{9b}\u{202e}ü\r\n]]>";
        assert_eq!(
            Xml(odd).to_string(),
            "&lt;b a=&quot;&amp;&quot;&gt;??&#155;&#8238;ü&#13;\n]]&gt;"
        );
    }
}
