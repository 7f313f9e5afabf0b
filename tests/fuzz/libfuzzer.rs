//! The targets under libFuzzer, which follows what an input reaches. From the root of the
//! repository, with cargo-fuzz and any toolchain:
//!
//! ```text
//! cp Cargo.lock tests/fuzz/ && mkdir -p target/corpus
//! export RUSTC_BOOTSTRAP=1 PARTNERLINK_FUZZ_TARGET=callback
//! cargo fuzz run -O --fuzz-dir tests/fuzz target target/corpus tests/fuzz/seeds/callback
//! ```
//!
//! The copy makes it the dependencies that the program has. `--dev -s none` in place of `-O` is built
//! in a fraction of the time, and slower.

#![no_main]

mod targets;

use std::sync::LazyLock;

use crate::targets::{TARGETS, Target};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let wanted = std::env::var("PARTNERLINK_FUZZ_TARGET").unwrap_or_default();
    let found = TARGETS.iter().find(|(name, _)| *name == wanted);
    let Some((_, target)) = found else {
        let names = TARGETS.map(|(name, _)| name).join(", ");
        panic!("PARTNERLINK_FUZZ_TARGET is {wanted:?}, and has to be one of {names}");
    };
    *target
});

libfuzzer_sys::fuzz_target!(|input: &[u8]| TARGET(input));
