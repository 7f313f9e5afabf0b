//! What a provider answered for one window, before it is judged.

use super::reading::Reading;

/// The readings of one window, in the answer's order, and what else the answer had.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub readings: Vec<Reading>,
    /// Readings of another time than was asked for. One at the very end of the window is none of
    /// them: many providers take the end in, and it is the next window's.
    pub outside: usize,
    /// Entries that are no readings.
    pub unread: Odd,
    /// Readings with a member that is not what it should be: they are shown.
    pub odd: Odd,
}

/// How many, and what is wrong with the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Odd {
    pub count: usize,
    pub first: Option<String>,
}

impl Odd {
    pub fn add(&mut self, why: impl FnOnce() -> String) {
        self.count += 1;
        self.first.get_or_insert_with(why);
    }

    /// Those of a later answer as well.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.first = self.first.take().or_else(|| other.first.clone());
    }
}
