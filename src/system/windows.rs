//! Windows' own programs, by their whole path. By its bare name one would be looked for beside this
//! program first, in a folder of downloads for one, where anybody may have put another.

use std::path::{Path, PathBuf};

/// Where they are below Windows' folder.
const FOLDERS: [&str; 3] = ["System32", r"System32\WindowsPowerShell\v1.0", ""];
/// Where Windows is installed if no variable says so.
const USUAL: &str = r"C:\Windows";

/// Has a program for the console open no window.
#[cfg(windows)]
pub const NO_WINDOW: u32 = 0x0800_0000;

/// The path of one of them, with the ending left away or not; that of its usual place if it is
/// nowhere.
pub fn program(name: &str) -> PathBuf {
    in_folder(&folder(), name)
}

/// Of the variables of a process only its own user decides.
#[expect(clippy::disallowed_methods, reason = "where programs are decides about no setting")]
fn folder() -> PathBuf {
    let named = std::env::var_os("SystemRoot").map(PathBuf::from);
    named.filter(|folder| folder.is_absolute()).unwrap_or_else(|| USUAL.into())
}

fn in_folder(windows: &Path, name: &str) -> PathBuf {
    let name = format!("{}.exe", name.strip_suffix(".exe").unwrap_or(name));
    let mut places = FOLDERS.iter().map(|folder| windows.join(folder).join(&name));
    let found = places.find(|file| file.is_file());
    found.unwrap_or_else(|| windows.join(FOLDERS[0]).join(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_of_the_system_is_not_looked_for_elsewhere() {
        let windows = tempfile::tempdir().unwrap();
        let system = windows.path().join("System32");
        std::fs::create_dir(&system).unwrap();
        std::fs::write(windows.path().join("explorer.exe"), "").unwrap();
        std::fs::write(system.join("whoami.exe"), "").unwrap();
        for name in ["whoami", "whoami.exe"] {
            assert_eq!(in_folder(windows.path(), name), system.join("whoami.exe"));
        }
        assert_eq!(in_folder(windows.path(), "explorer"), windows.path().join("explorer.exe"));
        assert_eq!(in_folder(windows.path(), "icacls"), system.join("icacls.exe"));
    }

    #[cfg(windows)]
    #[test]
    fn they_are_where_windows_is() {
        assert!(program("whoami").is_file() && program("whoami").is_absolute());
    }
}
