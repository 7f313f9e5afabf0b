//! Inputs that are nearly right: seeds with bytes changed, words of other seeds put in, and the
//! beginning of one before the end of another.

use crate::chance::Chance;

/// Longest input, in bytes: longer ones take time and find nothing new.
const MOST_BYTES: usize = 16 << 10;
/// What breaks readers of many formats.
const NASTY: [&[u8]; 16] = [
    b"\0",
    b"\xff",
    b"\xc3",
    "\u{feff}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{2212}".as_bytes(),
    "ß".as_bytes(),
    "\u{1f4a5}".as_bytes(),
    b"9223372036854775807",
    b"-9223372036854775808",
    b"1e999",
    b"NaN",
    b"\\u0000",
    b"%00",
    b"\r\n",
    b"\"",
];

pub struct Mutator {
    chance: Chance,
    seeds: Vec<Vec<u8>>,
    /// Every word of the seeds, and what is nasty.
    words: Vec<Vec<u8>>,
    /// The last input: each is a step away from it, until a new walk begins.
    last: Vec<u8>,
}

impl Mutator {
    pub fn new(name: &str, seeds: Vec<Vec<u8>>) -> Self {
        let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte > 127;
        let words =
            seeds.iter().flat_map(|seed| seed.chunk_by(|a, b| is_of_word(a) == is_of_word(b)));
        let nasty = NASTY.into_iter().map(<[u8]>::to_vec);
        let mut words: Vec<Vec<u8>> = words.map(<[u8]>::to_vec).chain(nasty).collect();
        words.sort();
        words.dedup();
        Self { chance: Chance::new(name), last: seeds[0].clone(), seeds, words }
    }

    pub fn next(&mut self) -> Vec<u8> {
        let chance = &mut self.chance;
        if chance.below(6) == 0 {
            self.last = chance.one_of(&self.seeds).clone();
            if chance.below(3) == 0 {
                let other = chance.one_of(&self.seeds);
                let (begin, end) =
                    (chance.below(self.last.len() + 1), chance.below(other.len() + 1));
                self.last.truncate(begin);
                self.last.extend_from_slice(&other[end..]);
            }
        }
        for _ in 0..=chance.below(3) {
            if chance.below(2) == 0 {
                let at = chance.below(self.last.len() + 1);
                let word = chance.one_of(&self.words);
                let gone =
                    if chance.below(2) == 0 { word.len().min(self.last.len() - at) } else { 0 };
                self.last.splice(at..at + gone, word.iter().copied());
            } else {
                self.last = chance.mutate(&self.last);
            }
        }
        self.last.truncate(MOST_BYTES);
        self.last.clone()
    }
}
