//! Text in XML, for launchd and for Windows.

/// Text between tags. What is not ASCII becomes a reference: Windows reads files without a byte
/// order mark in whatever code page it has.
pub fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            c if c.is_ascii() => out.push(c),
            c => out += &format!("&#{};", u32::from(c)),
        }
    }
    out
}
