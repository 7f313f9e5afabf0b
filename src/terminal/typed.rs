//! What a person types or pastes while the program waits for the browser: it stays visible beside
//! the progress, may be longer than the line of a terminal, and Ctrl-D ends it. Where standard
//! input is no terminal, its lines are the same.

use std::io::{self, BufRead as _};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

use zeroize::Zeroizing;

use super::keyboard::{Key, Keyboard};
use super::stdin_is_terminal;
use crate::flow::login::Pasted;
use crate::secret::Secret;

/// What has come in so far and was not handed over.
pub(super) struct Typed {
    source: Source,
    /// Whole lines. An address that was broken over several is pasted at once.
    lines: Vec<Zeroizing<String>>,
    /// The line that has no end yet.
    line: Zeroizing<String>,
    ended: bool,
}

enum Source {
    Keyboard(Keyboard),
    Stream(Receiver<Zeroizing<String>>),
}

impl Typed {
    /// Standard input: its keys where it is a terminal and the caller can show them, else its lines.
    pub(super) fn begin(can_show: bool) -> Self {
        match Keyboard::new().filter(|_| can_show) {
            Some(keyboard) => Self::from(Source::Keyboard(keyboard)),
            None => Self::in_a_stream(),
        }
    }

    fn in_a_stream() -> Self {
        let (sender, receiver) = channel();
        thread::spawn(move || {
            let lines = io::stdin().lock().lines().map_while(Result::ok);
            lines.map(Zeroizing::new).try_for_each(|line| sender.send(line))
        });
        Self::from(Source::Stream(receiver))
    }

    fn from(source: Source) -> Self {
        Self { source, lines: Vec::new(), line: Zeroizing::default(), ended: false }
    }

    /// Whether nobody but us shows what is typed.
    pub(super) fn comes_by_key(&self) -> bool {
        matches!(self.source, Source::Keyboard(_))
    }

    /// Whether a terminal shows what is typed, wherever the cursor is.
    pub(super) fn is_echoed_by_the_terminal(&self) -> bool {
        !self.comes_by_key() && stdin_is_terminal()
    }

    /// The line that is being typed.
    pub(super) fn unfinished(&self) -> &str {
        &self.line
    }

    /// To be called several times a second: lines that come together are handed over together, when
    /// nothing more has come since the last call.
    pub(super) fn take(&mut self) -> Pasted {
        let more_came = self.look();
        if more_came && !self.ended {
            return Pasted::Nothing;
        }
        if !self.lines.is_empty() && self.line.is_empty() {
            let text = self.lines.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n");
            self.lines.clear();
            return Pasted::Text(Secret::new(text));
        }
        if self.ended { Pasted::Ended } else { Pasted::Nothing }
    }

    /// Whether anything has come in.
    fn look(&mut self) -> bool {
        let mut more_came = false;
        match &mut self.source {
            Source::Keyboard(keyboard) => {
                for key in keyboard.keys() {
                    more_came = true;
                    self.press(key);
                }
            }
            Source::Stream(lines) => loop {
                match lines.try_recv() {
                    Ok(line) => self.lines.push(line),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => {
                        self.ended = true;
                        break;
                    }
                }
                more_came = true;
            },
        }
        self.lines.retain(|line| !line.trim().is_empty());
        more_came
    }

    fn press(&mut self, key: Key) {
        match key {
            Key::Letter(letter) => self.line.push(letter),
            Key::Backspace => drop(self.line.pop()),
            Key::Clear => self.line.clear(),
            Key::End if self.line.is_empty() => self.ended = true,
            Key::Enter | Key::End => self.lines.push(std::mem::take(&mut self.line)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pasted: Pasted) -> Option<String> {
        match pasted {
            Pasted::Text(text) => Some(text.expose().clone()),
            Pasted::Nothing | Pasted::Ended => None,
        }
    }

    #[test]
    fn lines_that_come_together_are_one_text() {
        let (sender, receiver) = channel();
        let mut typed = Typed::from(Source::Stream(receiver));
        for line in ["", "one", "two"] {
            sender.send(line.to_owned().into()).unwrap();
        }
        assert_eq!(text(typed.take()), None, "more may come");
        assert_eq!(text(typed.take()).as_deref(), Some("one\ntwo"));
        assert!(matches!(typed.take(), Pasted::Nothing));
        drop(sender);
        assert!(matches!(typed.take(), Pasted::Ended));
    }

    #[test]
    fn what_came_before_the_end_is_handed_over_first() {
        let (sender, receiver) = channel();
        let mut typed = Typed::from(Source::Stream(receiver));
        sender.send("one".to_owned().into()).unwrap();
        drop(sender);
        assert_eq!(text(typed.take()).as_deref(), Some("one"));
        assert!(matches!(typed.take(), Pasted::Ended));
    }

    #[test]
    fn a_line_can_be_mended_and_ctrl_d_ends_the_input_where_nothing_is_typed() {
        let (_sender, receiver) = channel();
        let mut typed = Typed::from(Source::Stream(receiver));
        for key in
            [Key::Letter('x'), Key::Clear, Key::Letter('a'), Key::Letter('ü'), Key::Backspace]
        {
            typed.press(key);
        }
        assert_eq!(typed.unfinished(), "a");
        typed.press(Key::End);
        assert!(!typed.ended);
        assert_eq!(text(typed.take()).as_deref(), Some("a"));
        typed.press(Key::End);
        assert!(matches!(typed.take(), Pasted::Ended));
    }
}
