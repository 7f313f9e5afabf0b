//! Colours that people with any colour vision tell apart, on light and dark ground.

use anstyle::{Ansi256Color, AnsiColor, Color, Style};

/// One colour for every place where a picture is seen.
pub struct Colour {
    pub on_light: &'static str,
    pub on_dark: &'static str,
    /// One of the 256 colours that every terminal has.
    pub terminal: u8,
}

const fn colour(on_light: &'static str, on_dark: &'static str, terminal: u8) -> Colour {
    Colour { on_light, on_dark, terminal }
}

/// The scale of a heat map: ten steps of "mako" of seaborn (BSD 3-clause), even in lightness, so
/// that the order is seen without any colour. Low is near the ground: pale on light, deep on dark.
/// Neither end of mako is among them, it would be the ground itself.
pub const LEVELS: [Colour; 10] = [
    colour("#cdefda", "#322448", 236),
    colour("#96deb9", "#3e3871", 239),
    colour("#64c8af", "#3c508c", 24),
    colour("#3eb0ac", "#376a9f", 31),
    colour("#3696a8", "#3585a5", 37),
    colour("#357ba3", "#39a0aa", 73),
    colour("#386099", "#45b9ad", 79),
    colour("#3f4683", "#75d0b1", 115),
    colour("#392f5f", "#a8e4c4", 158),
    colour("#2b1c37", "#def5e5", 194),
];

/// Groups that have a colour of their own.
pub const COLOURED_GROUPS: usize = 6;

/// Colours of groups, after Okabe and Ito; the last is grey, for all groups behind the others.
pub const GROUPS: [Colour; COLOURED_GROUPS + 1] = [
    colour("#0072b2", "#3d94d6", 32),
    colour("#e69f00", "#f0b43c", 214),
    colour("#009e73", "#2bb98f", 36),
    colour("#cc79a7", "#d993ba", 175),
    colour("#56b4e9", "#9fd6f5", 117),
    colour("#d55e00", "#e8752b", 166),
    colour("#8a8f98", "#8a8f98", 245),
];

/// The line of a curve in a terminal.
pub const LINE: Paint = Paint::Ink(38);

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
            let hex = |level: &Colour| if dark { level.on_dark } else { level.on_light };
            let steps: Vec<f64> = LEVELS.iter().map(|level| lightness(hex(level))).collect();
            assert!(steps.windows(2).all(|pair| (pair[0] < pair[1]) == dark), "{steps:?}");
        }
    }

    #[test]
    fn no_colour_means_no_escape() {
        assert_eq!(Paint::Ink(32).on("x", false), "x");
        assert!(Paint::Ink(32).on("x", true).starts_with("\u{1b}["));
    }
}
