//! How likely something may be that was seen so often: the upper bound of Clopper and Pearson.

/// What is not believed: that the truth is above the bound, in one run of twenty.
const DOUBT: f64 = 0.05;

/// The largest probability for which `seen` or fewer of `trials` are not too few to be believed
/// (one-sided, 95 %). For nothing seen it is the rule of three: 3 / trials.
pub fn upper(seen: u64, trials: u64) -> f64 {
    if seen >= trials {
        return 1.0;
    }
    let (mut low, mut high) = (seen as f64 / trials as f64, 1.0);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if at_most(seen, trials, middle) > DOUBT { low = middle } else { high = middle }
    }
    high
}

/// The probability that `seen` or fewer of `trials` come, each with `chance`: a sum of logarithms,
/// for the terms are far too small.
fn at_most(seen: u64, trials: u64, chance: f64) -> f64 {
    let odds = chance.ln() - (-chance).ln_1p();
    let mut term = trials as f64 * (-chance).ln_1p();
    let mut sum = term;
    for number in 0..seen {
        term += ((trials - number) as f64 / (number + 1) as f64).ln() + odds;
        let (large, small) = if sum > term { (sum, term) } else { (term, sum) };
        sum = large + (small - large).exp().ln_1p();
    }
    sum.exp()
}
