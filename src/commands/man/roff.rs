//! As much of the man macros as a manual of a command needs (groff_man(7), mandoc's man(7)).

/// A page that grows.
#[derive(Default)]
pub struct Roff(String);

impl Roff {
    /// The heading of the whole page.
    pub fn title(&mut self, name: &str, date: &str, source: &str) {
        let name = escaped(&name.to_uppercase());
        self.0 += &format!(".TH \"{name}\" 1 \"{date}\" \"{source}\" \"User Commands\"\n");
    }

    pub fn section(&mut self, name: &str) {
        self.0 += &format!(".SH {name}\n");
    }

    /// Text whose empty lines divide paragraphs.
    pub fn paragraphs(&mut self, text: &str) {
        for (at, paragraph) in text.split("\n\n").enumerate() {
            if at > 0 {
                self.0 += ".PP\n";
            }
            self.line(paragraph.trim());
        }
    }

    /// Lines as they stand.
    pub fn lines(&mut self, text: &str) {
        self.0 += ".nf\n";
        self.line(text.trim_matches('\n'));
        self.0 += ".fi\n";
    }

    /// Something and what it means.
    pub fn item(&mut self, term: &str, meaning: &str) {
        self.0 += ".TP\n";
        self.bold(term);
        self.line(meaning);
    }

    pub fn bold(&mut self, text: &str) {
        self.0 += &format!("\\fB{}\\fR\n", escaped(text));
    }

    pub fn line(&mut self, text: &str) {
        for line in text.lines() {
            // At the beginning of a line these two would begin a macro.
            if line.starts_with(['.', '\'']) {
                self.0 += "\\&";
            }
            self.0 += &escaped(line);
            self.0.push('\n');
        }
    }

    pub fn finish(self) -> String {
        self.0
    }
}

/// A hyphen would be a typographical one, and no option could be copied from the page; the same of
/// quotes and the tilde.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out += "\\e",
            '-' => out += "\\-",
            '\'' => out += "\\(aq",
            '`' => out += "\\(ga",
            '~' => out += "\\(ti",
            '^' => out += "\\(ha",
            c => out.push(c),
        }
    }
    out
}
