//! Short lists in order.

/// Puts each item where it belongs, of equal ones the first in front. A slice's sort is faster for
/// thousands, but it is there once for each type, each time with 4 kB of machine code.
pub fn sorted<T>(items: impl IntoIterator<Item = T>, is_before: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut sorted = Vec::new();
    for item in items {
        let place = sorted.partition_point(|other| !is_before(&item, other));
        sorted.insert(place, item);
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ones_stay_in_their_order() {
        let pairs = [(2, 'a'), (1, 'b'), (2, 'c'), (1, 'd'), (0, 'e')];
        let letters: String =
            sorted(pairs, |a, b| a.0 < b.0).into_iter().map(|(_, letter)| letter).collect();
        assert_eq!(letters, "ebdac");
    }
}
