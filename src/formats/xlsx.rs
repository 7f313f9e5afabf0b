//! An Excel workbook with one sheet (ECMA-376), written as it comes: a zip of five small fixed
//! parts and the sheet, whose text stands in the cells. Numbers keep their digits; where Excel could
//! not (beyond 15), and for every id, the cell is text.

use std::io::{self, ErrorKind, Write};

use super::cell::{Cell, Rows};
use super::xml::Xml;
use super::zip::ZipStream;

/// Excel's own limits: rows without the heading, digits of a number, UTF-16 units in a cell.
const MOST_ROWS: u32 = 1_048_575;
const MOST_DIGITS: usize = 15;
const MOST_TEXT: usize = 32_767;
/// XML gathered before it is compressed.
const BUFFER_BYTES: usize = 64 << 10;
/// Column widths in characters: of an id (36 in a UUID), of anything else.
const ID_WIDTH: usize = 38;
const WIDTH: usize = 17;

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;
const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="partnerlink" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const WORKBOOK_RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
/// Cell styles: 0 as it is, 1 bold, 2 text, 3 date and time.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"#;
const PARTS: [(&str, &str); 5] = [
    ("[Content_Types].xml", CONTENT_TYPES),
    ("_rels/.rels", RELATIONS),
    ("xl/workbook.xml", WORKBOOK),
    ("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONS),
    ("xl/styles.xml", STYLES),
];
/// The heading stays in sight.
const SHEET_BEGIN: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>"#;

pub(super) struct XlsxRows<'w> {
    zip: ZipStream<Box<dyn Write + 'w>>,
    names: Vec<String>,
    /// `A`, `B`, …
    letters: Vec<String>,
    /// XML of the sheet that is not compressed yet.
    sheet: Vec<u8>,
    /// Rows of the sheet, with the heading; 0 before anything is written.
    rows: u32,
}

impl<'w> XlsxRows<'w> {
    pub(super) fn new(out: Box<dyn Write + 'w>, names: &[&str]) -> Self {
        let letters = (0..names.len()).map(letters).collect();
        let names = names.iter().map(|&name| name.to_owned()).collect();
        Self { zip: ZipStream::new(out), names, letters, sheet: Vec::new(), rows: 0 }
    }

    fn begin(&mut self) -> io::Result<()> {
        for (name, text) in PARTS {
            self.zip.begin(name)?;
            self.zip.write(text.as_bytes())?;
        }
        self.zip.begin("xl/worksheets/sheet1.xml")?;
        self.sheet.extend_from_slice(SHEET_BEGIN.as_bytes());
        self.sheet.extend_from_slice(b"<cols>");
        for (index, name) in self.names.iter().enumerate() {
            let is_id = name == "id" || name.ends_with("Id") || name.ends_with("_id");
            let (width, number) = (if is_id { ID_WIDTH } else { WIDTH }, index + 1);
            write!(
                self.sheet,
                r#"<col min="{number}" max="{number}" width="{width}" customWidth="1"/>"#
            )?;
        }
        self.sheet.extend_from_slice(b"</cols><sheetData>");
        let names: Vec<Cell<'_>> = self.names.iter().map(|name| Cell::Text(name.into())).collect();
        write_row(&mut self.sheet, &self.letters, 1, 1, &names)?;
        self.rows = 1;
        Ok(())
    }
}

impl Rows for XlsxRows<'_> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        if self.rows == 0 {
            self.begin()?;
        }
        if self.rows > MOST_ROWS {
            let text = "an Excel sheet holds 1,048,575 rows and these are more: \
                        take csv, or less at a time";
            return Err(io::Error::new(ErrorKind::FileTooLarge, text));
        }
        self.rows += 1;
        write_row(&mut self.sheet, &self.letters, self.rows, 2, cells)?;
        if self.sheet.len() >= BUFFER_BYTES {
            self.zip.write(&self.sheet)?;
            self.sheet.clear();
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if self.rows == 0 {
            self.begin()?;
        }
        let (last, rows) = (self.letters.last().map_or("A", String::as_str), self.rows);
        write!(self.sheet, r#"</sheetData><autoFilter ref="A1:{last}{rows}"/></worksheet>"#)?;
        self.zip.write(&self.sheet)?;
        self.zip.finish()
    }
}

/// `style` is that of text.
fn write_row(
    sheet: &mut Vec<u8>,
    letters: &[String],
    row: u32,
    style: u8,
    cells: &[Cell<'_>],
) -> io::Result<()> {
    write!(sheet, r#"<row r="{row}">"#)?;
    for (letter, cell) in letters.iter().zip(cells) {
        match cell {
            Cell::Number(digits) if is_exact(digits) => {
                write!(sheet, r#"<c r="{letter}{row}"><v>{digits}</v></c>"#)?;
            }
            Cell::Number(text) | Cell::Text(text) if !text.is_empty() => {
                let space = if text.trim() == text { "" } else { r#" xml:space="preserve""# };
                let (begin, text) =
                    (format_args!(r#"<c r="{letter}{row}" s="{style}""#), Xml(shortened(text)));
                write!(sheet, r#"{begin} t="inlineStr"><is><t{space}>{text}</t></is></c>"#)?;
            }
            Cell::Day(days) => write!(sheet, r#"<c r="{letter}{row}" s="3"><v>{days}</v></c>"#)?,
            _ => {}
        }
    }
    sheet.extend_from_slice(b"</row>");
    Ok(())
}

/// Whether Excel keeps every digit.
fn is_exact(digits: &str) -> bool {
    let significant = digits.split(['e', 'E']).next().unwrap_or_default();
    let significant = significant.trim_start_matches(['-', '+', '0', '.']);
    let count = significant.bytes().filter(u8::is_ascii_digit).count();
    count <= MOST_DIGITS && digits.parse::<f64>().is_ok_and(f64::is_finite)
}

/// What fits in a cell: Excel calls a workbook with more damaged.
fn shortened(text: &str) -> &str {
    // No text has more UTF-16 units than bytes.
    if text.len() <= MOST_TEXT {
        return text;
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > MOST_TEXT
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// A column's letters: `A` for 0, `AA` for 26.
fn letters(mut column: usize) -> String {
    let mut letters = String::new();
    loop {
        letters.insert(0, char::from(b'A' + (column % 26) as u8));
        if column < 26 {
            return letters;
        }
        column = column / 26 - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testing::{Shared, bytes, reading};
    use crate::formats::{Format, Options};

    #[test]
    fn columns_have_letters() {
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
    }

    #[test]
    fn numbers_stay_numbers_only_where_excel_keeps_them() {
        assert!(
            ["0.1230", "-12.5", "0.000123456789012345", "1e-3", "0"].map(is_exact) == [true; 5]
        );
        assert!(["12345678901234567", "0.1234567890123456", "1e400"].map(is_exact) == [false; 3]);
        assert_eq!(shortened(&"ä".repeat(40_000)).chars().count(), MOST_TEXT);
    }

    #[test]
    fn it_is_a_whole_zip_even_without_rows() {
        for rows in [&[][..], &[reading()]] {
            let file = bytes(Format::Xlsx, &Options::default(), rows);
            assert_eq!(&file[..4], b"PK\x03\x04");
            assert_eq!(&file[file.len() - 22..][..4], b"PK\x05\x06");
        }
    }

    #[test]
    fn one_row_too_many_is_told() {
        let mut rows = XlsxRows::new(Box::new(Shared::default()), &["x"]);
        rows.row(&[Cell::Empty]).unwrap();
        rows.rows = MOST_ROWS;
        rows.row(&[Cell::Empty]).unwrap();
        let error = rows.row(&[Cell::Empty]).unwrap_err();
        assert!(error.to_string().contains("1,048,575"), "{error}");
    }
}
