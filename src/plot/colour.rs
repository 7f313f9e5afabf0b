//! Colours of the terminal that people with any colour vision tell apart. Files have the same, in
//! the same order: `l0` to `l9` and `c0` to `c6` of `picture.css`, for light and for dark ground.

use anstyle::{Ansi256Color, AnsiColor, Style};

/// The scale of a heat map: ten steps of "mako" of seaborn (BSD 3-clause), even in lightness, so
/// that the order is seen without any colour. Low is near the ground: deep on dark, and in a file
/// pale on light. Neither end of mako is among them, it would be the ground itself.
pub const LEVELS: [u8; 10] = [236, 239, 24, 31, 37, 73, 79, 115, 158, 194];

/// Groups that have a colour of their own.
pub const COLOURED_GROUPS: usize = 6;

/// Colours of groups, after Okabe and Ito; the last is grey, for all groups behind the others.
pub const GROUPS: [u8; COLOURED_GROUPS + 1] = [32, 214, 36, 175, 117, 166, 245];

/// Axes, grids, captions.
pub const FAINT: Style = Style::new().dimmed();
/// Headings.
pub const STRONG: Style = Style::new().bold();
/// What is missing.
pub const WARN: Style = AnsiColor::Yellow.on_default();
/// The line of a curve.
pub const LINE: Style = ink(38);

/// One of the 256 colours that every terminal has.
pub const fn ink(index: u8) -> Style {
    Ansi256Color(index).on_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The colours of these classes in the style sheet, first on light and then on dark ground.
    fn sheet(class: &str) -> Vec<&'static str> {
        let rules = include_str!("picture.css").lines();
        let rules = rules.filter_map(|rule| rule.strip_prefix(class)?[1..].strip_prefix("{fill:"));
        rules.map(|rule| &rule[..7]).collect()
    }

    /// Relative luminance, roughly: enough for the order.
    fn lightness(hex: &str) -> f64 {
        let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    #[test]
    fn the_scale_rises_without_a_step_back() {
        let levels = sheet(".l");
        let (light, dark) = levels.split_at(LEVELS.len());
        assert_eq!(light.len(), dark.len());
        for (levels, is_dark) in [(light, false), (dark, true)] {
            let steps: Vec<f64> = levels.iter().map(|hex| lightness(hex)).collect();
            assert!(steps.windows(2).all(|pair| (pair[0] < pair[1]) == is_dark), "{steps:?}");
        }
    }

    #[test]
    fn files_have_as_many_groups_as_the_terminal() {
        assert_eq!(sheet(".c").len(), 2 * GROUPS.len());
    }
}
