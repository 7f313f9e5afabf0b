//! Chance that comes out the same every time.

/// A number that looks random, of `seed` and `n` alone (the finish of SplitMix64).
pub fn dice(seed: u64, n: u64) -> u64 {
    let mut z = seed
        .wrapping_mul(0xd134_2543_de82_ef95)
        .wrapping_add(n)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One of `choices`.
pub fn pick<T: Copy>(choices: &[T], seed: u64, n: u64) -> T {
    choices[(dice(seed, n) % choices.len() as u64) as usize]
}
