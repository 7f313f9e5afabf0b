//! The page that the browser shows when a sign-in is over, with the words of the terminal, in
//! German and in English. One file without script and without anything from outside; what is
//! inserted is escaped here, once.

use crate::loopback::ResultPage;
use crate::text::html_escaped;

/// The page with its places for words, and its one `<style>`.
const TEMPLATE: &str = include_str!("page.html");

/// Base64 of the SHA-256 of the template's style, for the content security policy. A test computes
/// it anew, and a failing one prints the value that belongs here.
const STYLE_SHA256: &str = "we9EAdlsUNJ6GR0pmFGRY81eDElUWZpUEoMZ9TlGlOM=";

/// Classes of the template with the strokes of their marks, in a box of 24 × 24.
const GOOD: (&str, &str) = ("good", "M5 12.5l4.5 4.5L19 7");
const BAD: (&str, &str) = ("bad", "M12 5v8.5M12 18.6v.2");

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
pub fn success(provider: &str, who: Option<&str>, account: &str) -> ResultPage {
    let body = |as_word: &str, account_word: &str| {
        let who = who.map_or_else(String::new, |who| {
            format!("<p class=\"said\">{as_word} <bdi>{}</bdi></p>\n", escaped(who))
        });
        format!("{who}<dl><dt>{account_word}</dt><dd><bdi>{}</bdi></dd></dl>", escaped(account))
    };
    let (de, en) = (format!("Mit {provider} verbunden"), format!("Connected to {provider}"));
    let end = ["Sie können dieses Fenster schließen.", "You can close this window."];
    result(
        fill("de", GOOD, &de, &body("als", "Konto"), end[0]),
        fill("en", GOOD, &en, &body("as", "Account"), end[1]),
    )
}

/// The account is not connected. `command` is what to type next, the same in both languages.
pub fn failure(provider: &str, de: Words<'_>, en: Words<'_>, command: &str) -> ResultPage {
    let body = |words: Words<'_>| {
        let hint = match words.hint {
            "" => String::new(),
            hint => format!("<p class=\"hint\">{}</p>\n", escaped(hint)),
        };
        let (summary, command) = (escaped(words.summary), escaped(command));
        format!("<p class=\"said\">{summary}</p>\n{hint}<code translate=\"no\">{command}</code>")
    };
    let end_de = "Sie können dieses Fenster schließen. Weiter geht es im Terminal.";
    let end_en = "You can close this window and go back to the terminal.";
    result(
        fill("de", BAD, &format!("{provider} wurde nicht verbunden"), &body(de), end_de),
        fill("en", BAD, &format!("Could not connect to {provider}"), &body(en), end_en),
    )
}

fn result(de: String, en: String) -> ResultPage {
    ResultPage { status: 200, de, en, style_sha256: STYLE_SHA256 }
}

/// The template with its places filled. `title` is plain text, `body` markup of this file.
fn fill(lang: &str, (class, mark): (&str, &str), title: &str, body: &str, end: &str) -> String {
    TEMPLATE
        .replace("{{lang}}", lang)
        .replace("{{kind}}", class)
        .replace("{{mark}}", mark)
        .replace("{{title}}", &escaped(title))
        .replace("{{end}}", end)
        .replace("{{body}}", body)
}

/// Text for an element's content. Braces are escaped too: no text can name a place of the template.
fn escaped(text: &str) -> String {
    html_escaped(&text.replace('\n', " ")).replace('{', "&#123;").replace('}', "&#125;")
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest as _, Sha256};

    use super::*;

    const NASTY: &str = "<script>alert('x')</script>&\"{{body}}{{end}}\u{202e}\u{1b}[2J\0";

    fn both(pages: &ResultPage) -> [&str; 2] {
        [&pages.de, &pages.en]
    }

    fn all_nasty() -> [ResultPage; 2] {
        let words = Words { summary: NASTY, hint: NASTY };
        [success(NASTY, Some(NASTY), NASTY), failure(NASTY, words, words, NASTY)]
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
        let pages = failure("TimberData", de, en, "partnerlink connect timberdata");
        assert!(pages.de.contains("TimberData wurde nicht verbunden"));
        assert!(pages.de.contains("Der Zugriff wurde nicht erlaubt."));
        assert!(pages.en.contains("Could not connect to TimberData"));
        assert!(pages.en.contains("Access was not granted."));
        assert!(!pages.en.contains("class=\"hint\""));
    }
}
