//! Asks the linker for what makes the program smaller, where it can:
//!
//! - relocations packed (DT_RELR): 200 kB less, and less to do for the dynamic linker at each start;
//! - functions that are the same kept once (`--icf`, which LLVM's linker has): another 70 kB.
//!
//! Whether that works is tried: a C library older than glibc 2.36 starts no program with packed
//! relocations, and other linkers know no `--icf`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

const PACKED: &str = "-Wl,-z,pack-relative-relocs";
const SAME_ONCE: &str = "-Wl,--icf=all";

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    let is = |variable: &str, value: &str| env::var(variable).is_ok_and(|found| found == value);
    let linux = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    if linux && is("PROFILE", "release") {
        for option in [PACKED, SAME_ONCE].into_iter().filter(|option| works(option)) {
            println!("cargo::rustc-link-arg-bins={option}");
        }
    }
}

/// Whether a program that does nothing can be linked with an option, and runs. For another machine
/// than this that cannot be known.
fn works(option: &str) -> bool {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let out = Path::new(&variable("OUT_DIR")).to_owned();
    let (source, program) = (out.join("nothing.rs"), out.join("nothing"));
    if variable("HOST") != variable("TARGET") || fs::write(&source, "fn main() {}").is_err() {
        return false;
    }
    let mut rustc = Command::new(variable("RUSTC"));
    let flags = variable("CARGO_ENCODED_RUSTFLAGS");
    rustc.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        rustc.arg(format!("-Clinker={linker}"));
    }
    rustc.arg(format!("-Clink-arg={option}")).arg("-o").arg(&program).arg(&source);
    succeeds(&mut rustc) && succeeds(&mut Command::new(program))
}

fn succeeds(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
