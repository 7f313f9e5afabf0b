//! Chance with a seed that is printed, so that what it found can be found again.

use std::time::Duration;

/// A stream of numbers (splitmix64).
pub struct Chance(u64);

impl Chance {
    /// From `PARTNERLINK_TEST_SEED`, else new; says which, for the log of a failure.
    pub fn new(what: &str) -> Self {
        #[expect(clippy::disallowed_methods, reason = "tests have no settings")]
        let given = std::env::var("PARTNERLINK_TEST_SEED").ok();
        let seed = given.map_or_else(|| getrandom::u64().unwrap(), |text| text.parse().unwrap());
        eprintln!("{what}: PARTNERLINK_TEST_SEED={seed}");
        Self(seed)
    }

    /// One for another thread, that goes its own way.
    pub fn branch(&mut self) -> Self {
        Self(self.next())
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn one_of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len())]
    }

    /// A part of this time.
    pub fn part_of(&mut self, whole: Duration) -> Duration {
        whole.mul_f64(self.next() as f64 / u64::MAX as f64)
    }

    /// A few bytes changed, left out, doubled or added.
    pub fn mutate(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut mutated = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(mutated.len() + 1);
            let length = self.below(12).min(mutated.len() - at);
            match self.below(5) {
                0 => mutated.truncate(at),
                1 if at < mutated.len() => mutated[at] = self.next() as u8,
                2 => drop(mutated.drain(at..at + length)),
                3 => mutated.extend_from_within(at..at + length),
                _ => mutated.insert(at, *self.one_of(b"\0\n\"'[]{}=\\.,-\xff\xc3019")),
            }
        }
        mutated
    }
}
