//! The manual, read by mandoc.

use std::fs;
use std::process::Command;

use crate::parts::{self, Part, has};

#[test]
fn mandoc_finds_nothing_wrong_with_any_page() {
    if !has("the manual in mandoc", &[Part::Manual]) {
        return;
    }
    let program = parts::program();
    let folder = program.root().join("man1");
    program.run(["man", "--out", folder.to_str().unwrap()]).exits(0);
    let mut pages = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let page = entry.unwrap().path();
        let lint =
            Command::new("mandoc").args(["-Tlint", "-Wwarning"]).arg(&page).output().unwrap();
        let told = String::from_utf8_lossy(&lint.stdout);
        assert!(lint.status.success() && told.is_empty(), "{told}");
        pages += 1;
    }
    assert!(pages > 30, "{pages}");
    let read = Command::new("mandoc")
        .args(["-Tutf8", "-Owidth=80"])
        .arg(folder.join("partnerlink-connect.1"))
        .output()
        .unwrap();
    // Bold is a letter printed over itself, as on a typewriter.
    let text = String::from_utf8(read.stdout).unwrap();
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            '\u{8}' => drop(plain.pop()),
            c => plain.push(c),
        }
    }
    for line in [
        "partnerlink-connect - Sign in at a provider with the browser, and keep",
        "partnerlink connect [OPTIONS] <PROVIDER[:NAME]>",
        "  partnerlink connect timberdata --scope \"aggregation woodlist\"",
        "       --timeout <TIME>",
    ] {
        assert!(plain.contains(line), "no {line:?} in:\n{plain}");
    }
}
