//! Templates: HTML with `{{name}}` in it, and what is put there.

/// What stands in for a `{{name}}`.
pub enum Piece<'a> {
    /// Is escaped.
    Text(&'a str),
    /// Is markup of this sandbox.
    Html(&'a str),
}

/// Fills a template in one pass, so that braces inside a value stay what they are.
pub fn fill(template: &str, values: &[(&str, Piece)]) -> String {
    let mut out = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, Piece::Text(text))) => escape(text, &mut out),
            Some((_, Piece::Html(html))) => out.push_str(html),
            None => debug_assert!(false, "no value for {name}"),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_markup_is_not_and_neither_is_filled_again() {
        let values = [("a", Piece::Text("<{{b}}>")), ("b", Piece::Html("<i>&'\""))];
        assert_eq!(fill("{{a}}.{{b}}.{{a}}", &values), "&lt;{{b}}&gt;.<i>&'\".&lt;{{b}}&gt;");
    }
}
