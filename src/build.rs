//! Asks the linker for what makes the program smaller, where it can:
//!
//! - relocations packed (DT_RELR): 200 kB less, and less to do for the dynamic linker at each start;
//! - functions that are the same kept once (`--icf`, which LLVM's linker has): another 70 kB.

use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

const PACKED: &str = "-Wl,-z,pack-relative-relocs";
const SAME_ONCE: &str = "-Wl,--icf=all";

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    let is = |variable: &str, value: &str| env::var(variable).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins={PACKED}");
        if is("PROFILE", "release") && links_with(SAME_ONCE) {
            println!("cargo::rustc-link-arg-bins={SAME_ONCE}");
        }
    }
}

/// Whether the linker that rustc uses here takes an option: a program of nothing shows it.
fn links_with(option: &str) -> bool {
    let (Ok(rustc), Ok(target), Ok(out)) =
        (env::var("RUSTC"), env::var("TARGET"), env::var("OUT_DIR"))
    else {
        return false;
    };
    let source = Path::new(&out).join("nothing.rs");
    if fs::write(&source, "fn main() {}").is_err() {
        return false;
    }
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let mut command = Command::new(rustc);
    command.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        command.arg(format!("-Clinker={linker}"));
    }
    command.args(["--target", &target, &format!("-Clink-arg={option}"), "-o"]);
    command.arg(source.with_extension("out")).arg(&source);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
