//! `completions/` holds exactly what the program prints. To renew it after a change of the command
//! line: `PARTNERLINK_BLESS=1 cargo test --test completions`.

use std::fs;
use std::path::Path;

use partnerlink::commands::completions;

#[test]
fn the_files_are_what_the_program_prints() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    let bless = std::env::var_os("PARTNERLINK_BLESS").is_some();
    let mut names = Vec::new();
    for (shell, name) in completions::all() {
        let path = folder.join(&name);
        let script = completions::script(shell);
        if bless {
            fs::write(&path, &script).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(
            kept == script,
            "{name} is out of date: PARTNERLINK_BLESS=1 cargo test --test completions"
        );
        assert!(script.contains("connect") && script.contains("refresh"), "{name} lacks commands");
        names.push(name);
    }
    assert_eq!(names.len(), 5, "bash, elvish, fish, PowerShell, zsh: {names:?}");
    let others = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    for other in others {
        assert!(names.contains(&other), "{other} belongs to no shell");
    }
}

/// bash is on every machine that runs these tests.
#[test]
fn bash_accepts_its_script() {
    let script = completions::script(clap_complete::Shell::Bash);
    let status = std::process::Command::new("bash").args(["-n", "-c", &script]).status().unwrap();
    assert!(status.success());
}
