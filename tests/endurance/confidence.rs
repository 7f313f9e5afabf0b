//! The bound that the bench of kills prints.

use crate::bound;

#[test]
fn the_bound_is_that_of_the_tables() {
    for (seen, trials, bound) in [
        (0, 10, 0.2589),
        (1, 10, 0.3942),
        (5, 10, 0.7776),
        (10, 10, 1.0),
        (0, 100_000, 2.9957e-5),
        (3, 100_000, 7.7536e-5),
        (500, 1_000, 0.526_49),
    ] {
        let found = bound::upper(seen, trials);
        assert!((found / bound - 1.0).abs() < 1e-3, "{seen} of {trials}: {found}");
    }
}
