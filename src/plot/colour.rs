//! Colours that people with any colour vision tell apart, on light and dark ground.

use anstyle::{Ansi256Color, AnsiColor, Color, Style};

/// Steps of the heat map's scale.
pub const LEVELS: usize = 10;

/// The scale "mako" of seaborn (BSD 3-clause), from dark to light in even steps of lightness: the
/// order is seen even without any colour.
const MAKO: [(u8, u8, u8); 8] = [
    (0x0b, 0x04, 0x05),
    (0x2e, 0x1e, 0x3c),
    (0x41, 0x3d, 0x7b),
    (0x37, 0x65, 0x9e),
    (0x34, 0x8f, 0xa7),
    (0x40, 0xb7, 0xad),
    (0x8b, 0xda, 0xb2),
    (0xde, 0xf5, 0xe5),
];

/// The same scale out of the 256 colours that every terminal has.
const MAKO_256: [u8; LEVELS] = [236, 239, 24, 31, 37, 73, 79, 115, 158, 194];

/// Groups, after Okabe and Ito: on light ground, on dark ground, in a terminal.
pub const GROUPS: [(&str, &str, u8); 6] = [
    ("#0072b2", "#3d94d6", 32),
    ("#e69f00", "#f0b43c", 214),
    ("#009e73", "#2bb98f", 36),
    ("#cc79a7", "#d993ba", 175),
    ("#56b4e9", "#9fd6f5", 117),
    ("#d55e00", "#e8752b", 166),
];

/// Whatever has no colour of its own.
pub const OTHER: (&str, &str, u8) = ("#8a8f98", "#8a8f98", 245);

/// The line of a curve: on light ground, on dark ground, in a terminal.
pub const LINE: (&str, &str, u8) = ("#0b6fae", "#56b4e9", 38);

/// What a part of a picture in the terminal looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    #[default]
    Plain,
    /// Axes, grids, captions.
    Faint,
    /// Headings.
    Strong,
    /// What is missing.
    Warn,
    /// One of 256 colours.
    Ink(u8),
    /// Two of them: before and behind.
    Both(u8, u8),
}

impl Paint {
    /// The text in this look; `colour: false` leaves it bare.
    pub fn on(self, text: &str, colour: bool) -> String {
        if !colour || self == Self::Plain || text.is_empty() {
            return text.to_owned();
        }
        let ink = |index: u8| Some(Color::Ansi256(Ansi256Color(index)));
        let style = match self {
            Self::Plain => Style::new(),
            Self::Faint => Style::new().dimmed(),
            Self::Strong => Style::new().bold(),
            Self::Warn => AnsiColor::Yellow.on_default(),
            Self::Ink(index) => Style::new().fg_color(ink(index)),
            Self::Both(front, back) => Style::new().fg_color(ink(front)).bg_color(ink(back)),
        };
        format!("{style}{text}{style:#}")
    }
}

/// Which step of the scale a value belongs to.
pub fn level(value: f64, low: f64, high: f64) -> usize {
    let part = if high > low { (value - low) / (high - low) } else { 0.0 };
    ((part * LEVELS as f64) as usize).min(LEVELS - 1)
}

/// A step's colour in the terminal, low is dark.
pub fn of_level(level: usize) -> u8 {
    MAKO_256[level.min(LEVELS - 1)]
}

/// A step's colour as `#rrggbb`. Low is near the ground: pale on light, deep on dark.
pub fn hex_of_level(level: usize, dark: bool) -> String {
    let part = level.min(LEVELS - 1) as f64 / (LEVELS - 1) as f64;
    // Neither end of the scale: it would be the ground itself.
    let place = if dark { 0.17 + 0.83 * part } else { 0.97 - 0.84 * part };
    let (red, green, blue) = mako(place);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn mako(place: f64) -> (u8, u8, u8) {
    let along = place.clamp(0.0, 1.0) * (MAKO.len() - 1) as f64;
    let index = (along as usize).min(MAKO.len() - 2);
    let rest = along - index as f64;
    let mix = |from: u8, to: u8| {
        (f64::from(from) + (f64::from(to) - f64::from(from)) * rest).round() as u8
    };
    let (from, to) = (MAKO[index], MAKO[index + 1]);
    (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, roughly: enough for the order.
    fn lightness(hex: &str) -> f64 {
        let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    #[test]
    fn the_scale_rises_without_a_step_back() {
        for dark in [true, false] {
            let steps: Vec<f64> =
                (0..LEVELS).map(|level| lightness(&hex_of_level(level, dark))).collect();
            assert!(steps.windows(2).all(|pair| (pair[0] < pair[1]) == dark), "{steps:?}");
        }
    }

    #[test]
    fn levels_cover_the_range() {
        assert_eq!((level(0.0, 0.0, 5.0), level(5.0, 0.0, 5.0)), (0, LEVELS - 1));
        assert_eq!((level(9.0, 0.0, 5.0), level(1.0, 1.0, 1.0)), (LEVELS - 1, 0));
    }

    #[test]
    fn no_colour_means_no_escape() {
        assert_eq!(Paint::Ink(32).on("x", false), "x");
        assert!(Paint::Ink(32).on("x", true).starts_with("\u{1b}["));
    }
}
