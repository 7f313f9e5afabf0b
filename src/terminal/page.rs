//! The page that the browser shows when a sign-in is over, with the words of the terminal, in
//! German and in English. One file without script and without anything from outside; what is
//! inserted is escaped here, once.

/// The page with its places for words, and its one `<style>`.
const TEMPLATE: &str = include_str!("page.html");

/// Base64 of the SHA-256 of the template's style, for the content security policy. A test computes
/// it anew, and a failing one prints the value that belongs here.
pub const STYLE_SHA256: &str = "we9EAdlsUNJ6GR0pmFGRY81eDElUWZpUEoMZ9TlGlOM=";

/// The strokes of the two marks, in a box of 24 × 24.
const CHECK_MARK: &str = "M5 12.5l4.5 4.5L19 7";
const EXCLAMATION_MARK: &str = "M12 5v8.5M12 18.6v.2";

/// One page in both languages: finished HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    pub de: String,
    pub en: String,
}

/// Why it failed and what to do, in one language, as plain text.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// A sentence: the terminal's `why`.
    pub summary: &'a str,
    /// A sentence, or empty: the terminal's `do`, as far as it is not a command.
    pub hint: &'a str,
}

/// The account is connected: tokens exchanged, checked and saved. `provider` is its title, `who`
/// the person as the provider names them, `account` the name to use on the command line.
pub fn success(provider: &str, who: Option<&str>, account: &str) -> Pages {
    let page = |lang, title: String, as_word, account_word, end| {
        let mut body = String::new();
        if let Some(who) = who {
            body += &format!("<p class=\"said\">{as_word} <bdi>{}</bdi></p>\n", escape(who));
        }
        body += &format!("<dl><dt>{account_word}</dt><dd><bdi>{}</bdi></dd></dl>", escape(account));
        fill(&Page { lang, kind: "good", mark: CHECK_MARK, title: &title, body: &body, end })
    };
    Pages {
        de: page(
            "de",
            format!("Mit {provider} verbunden"),
            "als",
            "Konto",
            "Sie können dieses Fenster schließen.",
        ),
        en: page(
            "en",
            format!("Connected to {provider}"),
            "as",
            "Account",
            "You can close this window.",
        ),
    }
}

/// The account is not connected. `command` is what to type next, the same in both languages.
pub fn failure(provider: &str, de: Words<'_>, en: Words<'_>, command: Option<&str>) -> Pages {
    let page = |lang, title: String, words: Words<'_>, end| {
        let mut body = format!("<p class=\"said\">{}</p>", escape(words.summary));
        if !words.hint.is_empty() {
            body += &format!("\n<p class=\"hint\">{}</p>", escape(words.hint));
        }
        if let Some(command) = command {
            body += &format!("\n<code translate=\"no\">{}</code>", escape(command));
        }
        fill(&Page { lang, kind: "bad", mark: EXCLAMATION_MARK, title: &title, body: &body, end })
    };
    Pages {
        de: page(
            "de",
            format!("{provider} wurde nicht verbunden"),
            de,
            "Sie können dieses Fenster schließen. Weiter geht es im Terminal.",
        ),
        en: page(
            "en",
            format!("Could not connect to {provider}"),
            en,
            "You can close this window and go back to the terminal.",
        ),
    }
}

/// What goes into the template. The title is plain text, everything else markup of this file.
struct Page<'a> {
    lang: &'a str,
    kind: &'a str,
    mark: &'a str,
    title: &'a str,
    body: &'a str,
    end: &'a str,
}

fn fill(page: &Page<'_>) -> String {
    TEMPLATE
        .replace("{{lang}}", page.lang)
        .replace("{{kind}}", page.kind)
        .replace("{{mark}}", page.mark)
        .replace("{{title}}", &escape(page.title))
        .replace("{{end}}", page.end)
        .replace("{{body}}", page.body)
}

/// Text for an element's content: markup escaped, braces too, so that no text can name a place of
/// the template; control characters and those that reorder text left out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            '{' => escaped += "&#123;",
            '}' => escaped += "&#125;",
            '\n' | '\t' => escaped.push(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => {}
            control if control.is_control() => {}
            plain => escaped.push(plain),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest as _, Sha256};

    use super::*;

    const NASTY: &str = "<script>alert('x')</script>&\"{{body}}{{end}}\u{202e}\u{1b}[2J\0";

    fn both(pages: &Pages) -> [&str; 2] {
        [&pages.de, &pages.en]
    }

    fn all_nasty() -> [Pages; 2] {
        let words = Words { summary: NASTY, hint: NASTY };
        [success(NASTY, Some(NASTY), NASTY), failure(NASTY, words, words, Some(NASTY))]
    }

    #[test]
    fn the_styles_hash_is_the_one_the_policy_allows() {
        let page = success("x", None, "x").en;
        let (_, rest) = page.split_once("<style>").unwrap();
        let (style, rest) = rest.split_once("</style>").unwrap();
        assert!(!rest.contains("<style") && !page.contains("style="));
        assert_eq!(STANDARD.encode(Sha256::digest(style)), STYLE_SHA256);
    }

    #[test]
    fn whatever_is_inserted_stays_text() {
        for pages in all_nasty() {
            for page in both(&pages) {
                assert!(!page.contains("<script") && !page.contains("{{"), "{page}");
                assert!(
                    page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;")
                );
                assert!(!page.contains(['\u{202e}', '\u{1b}', '\0']));
            }
        }
    }

    #[test]
    fn nothing_comes_from_outside_and_nothing_runs() {
        for pages in all_nasty() {
            for page in both(&pages) {
                for forbidden in ["http:", "https:", "url(", "src=", "href=", "@import", "onload="]
                {
                    assert!(!page.contains(forbidden), "{forbidden}");
                }
            }
        }
    }

    #[test]
    fn each_language_has_its_own_words() {
        let pages = success("Zählerfreunde", Some("anna@example.com"), "zaehlerfreunde");
        assert!(pages.de.contains("<html lang=\"de\">"));
        assert!(pages.de.contains("<title>Mit Zählerfreunde verbunden – partnerlink</title>"));
        assert!(pages.de.contains("Sie können dieses Fenster schließen"));
        assert!(pages.en.contains("<html lang=\"en\">"));
        assert!(pages.en.contains("<h1>Connected to Zählerfreunde</h1>"));
        assert!(pages.en.contains("as <bdi>anna@example.com</bdi>"));
        assert!(pages.en.contains("You can close this window"));
        let (de, en) = ("Der Zugriff wurde nicht erlaubt.", "Access was not granted.");
        let [de, en] = [de, en].map(|summary| Words { summary, hint: "" });
        let pages = failure("TimberData", de, en, Some("partnerlink connect timberdata"));
        assert!(pages.de.contains("TimberData wurde nicht verbunden"));
        assert!(pages.de.contains("Der Zugriff wurde nicht erlaubt."));
        assert!(pages.en.contains("Could not connect to TimberData"));
        assert!(pages.en.contains("Access was not granted."));
        assert!(!pages.en.contains("class=\"hint\""));
    }
}
