//! How cells look.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatPattern};

use crate::language::Language;

/// Every office has it, or one of the same widths.
const FONT: &str = "Arial";
const SIZE: f64 = 9.0;
const SMALL: f64 = 7.0;
const TITLE: f64 = 14.0;
/// Grounds: of headings, of a value that is missing, of a day with gaps.
const HEAD: Color = Color::RGB(0xE8_EE_F4);
const MISSING: Color = Color::RGB(0xF6_E3_C5);
const HATCH: Color = Color::RGB(0xD9_B8_80);
const RULE: Color = Color::RGB(0xB8_C4_D0);
const WARNING: Color = Color::RGB(0x9A_3B_00);
/// Excel keeps 15 digits; more places than these are noise to a reader.
const MOST_PLACES: usize = 6;

pub struct Style {
    language: Language,
    /// Of every cell, also where nothing is written.
    pub default: Format,
    pub title: Format,
    pub plain: Format,
    pub strong: Format,
    pub warning: Format,
    /// Text of a table, wrapped.
    pub text: Format,
    /// The same behind a number.
    pub remark: Format,
    /// What stands behind a number.
    pub unit: Format,
    /// Headings of columns.
    pub head: Format,
    /// The same of numbers.
    pub number_head: Format,
    /// Numbers of market partners above a column.
    pub small_head: Format,
    pub moment: Format,
    pub day: Format,
    /// No value.
    pub missing: Format,
}

impl Style {
    pub fn new(language: Language) -> Self {
        let texts = &language.texts().report;
        let default = Format::new().set_font_name(FONT).set_font_size(10);
        let plain = default.clone().set_font_size(SIZE).set_align(FormatAlign::Top);
        let head = plain
            .clone()
            .set_bold()
            .set_text_wrap()
            .set_background_color(HEAD)
            .set_border_bottom(FormatBorder::Thin)
            .set_border_bottom_color(RULE);
        let date = |format: &str| {
            let format = format!("{}{format}", locale(language));
            plain.clone().set_num_format(format).set_align(FormatAlign::Left)
        };
        Self {
            language,
            title: default.clone().set_bold().set_font_size(TITLE),
            strong: plain.clone().set_bold(),
            warning: plain.clone().set_bold().set_font_color(WARNING),
            text: plain.clone().set_text_wrap(),
            remark: plain.clone().set_text_wrap().set_align(FormatAlign::Left).set_indent(1),
            unit: plain.clone().set_align(FormatAlign::Left).set_indent(1),
            small_head: head
                .clone()
                .set_font_size(SMALL)
                .unset_bold()
                .set_align(FormatAlign::Right),
            moment: date(&texts.cell_moment),
            day: date(&texts.cell_day),
            missing: plain
                .clone()
                .set_pattern(FormatPattern::LightUp)
                .set_foreground_color(HATCH)
                .set_background_color(MISSING),
            number_head: head.clone().set_align(FormatAlign::Right),
            head,
            plain,
            default,
        }
    }

    /// A number with so many decimal places.
    pub fn number(&self, places: usize) -> Format {
        self.plain.clone().set_num_format(number_format(self.language, places))
    }

    /// The same on the ground of what is not whole.
    pub fn partial(&self, places: usize) -> Format {
        self.number(places).set_background_color(MISSING)
    }

    /// The same for a sum.
    pub fn total(&self, places: usize) -> Format {
        self.number(places).set_bold().set_border_top(FormatBorder::Thin).set_border_top_color(RULE)
    }
}

/// With a thin space between thousands, whatever the reader's system has there: a comma would be
/// taken for a decimal one.
pub fn number_format(language: Language, places: usize) -> String {
    let places = places.min(MOST_PLACES);
    let point = if places == 0 { String::new() } else { format!(".{:0<places$}", "") };
    let (locale, thin) = (locale(language), "\"\u{202f}\"");
    format!(
        "{locale}[>=1000000]#{thin}###{thin}##0{point};{locale}[>=1000]#{thin}##0{point};\
         {locale}0{point}"
    )
}

/// Names of weekdays and the decimal point, where a program takes them from the format.
pub fn locale(language: Language) -> &'static str {
    match language {
        Language::De => "[$-407]",
        Language::En => "[$-809]",
    }
}
