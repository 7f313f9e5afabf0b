//! `completions/` holds exactly what the program prints, so that a package can take the files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

const SCRIPTS: [(&str, &str); 5] = [
    ("bash", "partnerlink.bash"),
    ("zsh", "_partnerlink"),
    ("fish", "partnerlink.fish"),
    ("powershell", "_partnerlink.ps1"),
    ("elvish", "partnerlink.elv"),
];

#[test]
fn the_files_are_what_the_program_prints() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    for (shell, name) in SCRIPTS {
        let output = Command::new(env!("CARGO_BIN_EXE_partnerlink"))
            .args(["completions", shell])
            .output()
            .unwrap();
        assert!(output.status.success(), "{shell}");
        let printed = String::from_utf8(output.stdout).unwrap();
        let kept = fs::read_to_string(folder.join(name)).unwrap().replace("\r\n", "\n");
        assert_eq!(printed.replace("\r\n", "\n"), kept, "{name}");
        assert!(printed.contains(&format!("partnerlink completions {shell} -- ")), "by its name");
        assert!(
            !printed.contains(env!("CARGO_MANIFEST_DIR")),
            "{name} names this machine's folder"
        );
    }
    let there: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let known = SCRIPTS.iter().map(|(_, name)| (*name).to_owned()).collect();
    assert_eq!(there, known, "a file that belongs to no shell");
}

/// bash is on every machine that runs these tests; the other shells are asked in `tests/real`.
#[test]
#[cfg(unix)]
fn bash_accepts_its_script() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions/partnerlink.bash");
    assert!(Command::new("bash").arg("-n").arg(script).status().unwrap().success());
}
