//! An HTML page around a picture: title, key figures, the picture, its numbers as tables.

use crate::text::html_escaped;

/// The page loads nothing and runs nothing, and a browser holds it to that.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE: &str = "
:root{color-scheme:light dark}
body{margin:0 auto;max-width:60rem;padding:1.5rem 1rem 3rem;background:#fdfdfc;color:#14181d;
font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
h1{font-size:1.5rem;margin:0}h2{font-size:1rem;margin:2rem 0 .5rem}
p{margin:.2rem 0 1rem;color:#5b6470}
dl{display:flex;flex-wrap:wrap;gap:.75rem 2.5rem;margin:1rem 0}
dt{color:#5b6470;font-size:.85rem}dd{margin:0;font-weight:600;font-size:1.1rem}
dd small{display:block;font-weight:400;color:#5b6470;font-size:.8rem}
svg{display:block;width:calc(100% + 2rem);height:auto;margin:0 -1rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.9rem}
th,td{padding:.25rem .75rem .25rem 0;text-align:left;border-bottom:1px solid #e3e6ea;white-space:nowrap}
th{color:#5b6470;font-weight:600}th::first-letter{text-transform:uppercase}.n{text-align:right}.missing{color:#8a6d3b;font-style:italic}
@media(prefers-color-scheme:dark){
body{background:#14181d;color:#eef1f4}p,dt,th,dd small{color:#a3adb8}
th,td{border-color:#262d35}.missing{color:#d0a868}}
";

/// A named number with a word on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub name: &'static str,
    pub value: String,
    pub note: String,
}

/// Rows of text under headings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub caption: String,
    pub headings: Vec<String>,
    /// Columns that are numbers, and stand to the right.
    pub numeric: Vec<bool>,
    /// `None` is a value that is not there.
    pub rows: Vec<Vec<Option<String>>>,
}

/// The page. Title, caption, facts and cells may come from outside; `svg` is a finished document.
pub fn page(title: &str, caption: &str, facts: &[Fact], svg: &str, table: &Table) -> String {
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>{title}</h1>\n<p>{}</p>\n",
        html_escaped(caption),
        title = html_escaped(title),
    );
    if !facts.is_empty() {
        html += "<dl>";
        for fact in facts {
            let (value, note) = (html_escaped(&fact.value), html_escaped(&fact.note));
            html +=
                &format!("<div><dt>{}</dt><dd>{value}<small>{note}</small></dd></div>", fact.name);
        }
        html += "</dl>\n";
    }
    html += svg;
    html += &format!(
        "<h2>{}</h2>\n<div class=\"wide\"><table>\n<thead><tr>",
        html_escaped(&table.caption)
    );
    for (column, heading) in table.headings.iter().enumerate() {
        html += &format!("<th scope=\"col\"{}>{}</th>", table.class(column), html_escaped(heading));
    }
    html += "</tr></thead>\n<tbody>\n";
    for row in &table.rows {
        html += "<tr>";
        for (column, cell) in row.iter().enumerate() {
            html += &match cell {
                Some(text) => format!("<td{}>{}</td>", table.class(column), html_escaped(text)),
                None => "<td class=\"n missing\">missing</td>".to_owned(),
            };
        }
        html += "</tr>\n";
    }
    html + "</tbody>\n</table></div>\n</body>\n</html>\n"
}

impl Table {
    fn class(&self, column: usize) -> &'static str {
        if self.numeric.get(column) == Some(&true) { " class=\"n\"" } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_is_markup_and_nothing_is_loaded() {
        let evil = "</title><script src=https://a.example></script>";
        let fact = Fact { name: "peak", value: evil.into(), note: evil.into() };
        let table = Table {
            caption: evil.into(),
            headings: vec![evil.into()],
            numeric: vec![true],
            rows: vec![vec![Some(evil.into())], vec![None]],
        };
        let html = page(evil, evil, &[fact], "<svg></svg>", &table);
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("missing</td>") && html.contains("default-src 'none'"));
        for loads in [" src=\"", "url(", "@import", " href="] {
            assert!(!html.contains(loads), "{loads}");
        }
    }
}
