//! Reading a terminal key by key. Left to itself a terminal shows what is typed wherever the cursor
//! is, in the midst of the progress, and cuts a line off after 4095 bytes; an address may be longer.

#[cfg(not(unix))]
pub(super) use self::elsewhere::Keyboard;
#[cfg(unix)]
pub(super) use self::unix::Keyboard;

/// What a key means to somebody who types a line.
#[cfg_attr(not(unix), expect(dead_code, reason = "a console's lines come whole"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Letter(char),
    Backspace,
    /// Ctrl-U: the whole line goes.
    Clear,
    Enter,
    /// Ctrl-D
    End,
}

/// Where in a terminal's own sequences, as arrow keys send them, the reading stands.
#[cfg(unix)]
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sequence {
    No,
    Begun,
    Inside,
}

/// From bytes to keys; one of them may need bytes of the next read.
#[cfg(unix)]
struct Decoder {
    sequence: Sequence,
    letter: Vec<u8>,
}

#[cfg(unix)]
impl Decoder {
    fn keys(&mut self, bytes: &[u8]) -> Vec<Key> {
        bytes.iter().filter_map(|byte| self.key(*byte)).collect()
    }

    fn key(&mut self, byte: u8) -> Option<Key> {
        let was = std::mem::replace(&mut self.sequence, Sequence::No);
        self.sequence = match (was, byte) {
            (_, 0x1b) => Sequence::Begun,
            (Sequence::Begun, b'[' | b'O') | (Sequence::Inside, 0x20..=0x3f) => Sequence::Inside,
            (Sequence::Begun | Sequence::Inside, 0x20..) => return None,
            (_, _) => return self.plain_key(byte),
        };
        None
    }

    fn plain_key(&mut self, byte: u8) -> Option<Key> {
        if byte.is_ascii() {
            self.letter.clear();
        }
        match byte {
            b'\r' | b'\n' => Some(Key::Enter),
            0x04 => Some(Key::End),
            0x08 | 0x7f => Some(Key::Backspace),
            0x15 => Some(Key::Clear),
            0x00..0x20 => None,
            byte => {
                if self.letter.len() == 4 {
                    self.letter.clear();
                }
                self.letter.push(byte);
                let letter = std::str::from_utf8(&self.letter).ok()?.chars().next()?;
                self.letter.clear();
                Some(Key::Letter(letter))
            }
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::io::{IsTerminal as _, stdin};

    use rustix::process::getpgrp;
    use rustix::termios::{
        LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcsetattr,
    };

    use super::{Decoder, Key, Sequence};

    /// The terminal on standard input. Dropping it gives the terminal back as it was.
    pub struct Keyboard {
        decoder: Decoder,
        before: Option<Termios>,
    }

    impl Keyboard {
        pub fn new() -> Option<Self> {
            let decoder = Decoder { sequence: Sequence::No, letter: Vec::new() };
            let mut keyboard = stdin().is_terminal().then_some(Self { decoder, before: None })?;
            keyboard.is_ready();
            Some(keyboard)
        }

        /// The keys pressed since the last call. Never waits.
        pub fn keys(&mut self) -> Vec<Key> {
            let mut keys = Vec::new();
            let mut bytes = zeroize::Zeroizing::new([0; 4096]);
            while self.is_ready()
                && let Ok(count @ 1..) = rustix::io::read(stdin(), &mut bytes[..])
            {
                keys.append(&mut self.decoder.keys(&bytes[..count]));
            }
            keys
        }

        /// Whether a read gives keys and does not wait. A shell that took the terminal back
        /// meanwhile (Ctrl-Z, fg) has set it to whole lines again.
        fn is_ready(&mut self) -> bool {
            let Some(mut mode) = in_foreground().then(|| tcgetattr(stdin()).ok()).flatten() else {
                return false;
            };
            if !mode.local_modes.contains(LocalModes::ICANON) {
                return self.before.is_some();
            }
            self.before.get_or_insert_with(|| mode.clone());
            mode.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
            mode.special_codes[SpecialCodeIndex::VMIN] = 0;
            mode.special_codes[SpecialCodeIndex::VTIME] = 0;
            tcsetattr(stdin(), OptionalActions::Now, &mode).is_ok()
        }
    }

    impl Drop for Keyboard {
        fn drop(&mut self) {
            if let Some(before) = self.before.as_ref().filter(|_| in_foreground()) {
                let _ = tcsetattr(stdin(), OptionalActions::Now, before);
            }
        }
    }

    /// Reading or setting it from the background would stop this program. A terminal that is not
    /// the session's own has no foreground.
    fn in_foreground() -> bool {
        tcgetpgrp(stdin()).map_or(true, |group| group == getpgrp())
    }
}

#[cfg(not(unix))]
mod elsewhere {
    /// A console edits its lines by itself; they are read as a stream.
    pub enum Keyboard {}

    impl Keyboard {
        pub fn new() -> Option<Self> {
            None
        }

        pub fn keys(&mut self) -> Vec<super::Key> {
            match *self {}
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn keys(pieces: &[&[u8]]) -> Vec<Key> {
        let mut decoder = Decoder { sequence: Sequence::No, letter: Vec::new() };
        pieces.iter().flat_map(|piece| decoder.keys(piece)).collect()
    }

    #[test]
    fn bytes_become_keys() {
        use Key::{Backspace, Clear, End, Enter, Letter};
        let pressed = keys(&[b"a\xc3", b"\xbc\x7f\x08\x15\r\n\x04\x01"]);
        assert_eq!(
            pressed,
            [Letter('a'), Letter('ü'), Backspace, Backspace, Clear, Enter, Enter, End]
        );
    }

    #[test]
    fn what_a_terminal_sends_for_itself_is_nothing_typed() {
        let pressed = keys(&[b"\x1b[A\x1bOP\x1b[200~x\x1b[20", b"1~\x1by\x1b\x1b[D"]);
        assert_eq!(pressed, [Key::Letter('x')]);
        assert_eq!(keys(&[b"\xff\xfez"]), [Key::Letter('z')]);
    }
}
