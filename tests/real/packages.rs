//! The Debian package: built from what `Cargo.toml` says, installed by dpkg where that is allowed,
//! and gone again without a trace. The program in it is the one under test.

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::parts::{self, Part, has, until};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Files that a package without them would be useless without.
const FILES: [&str; 10] = [
    "usr/bin/partnerlink",
    "usr/lib/systemd/user/partnerlink-refresh.service",
    "usr/lib/systemd/user/partnerlink-refresh.timer",
    "usr/share/man/man1/partnerlink.1.gz",
    "usr/share/man/man1/partnerlink-token-refresh.1.gz",
    "usr/share/bash-completion/completions/partnerlink",
    "usr/share/zsh/vendor-completions/_partnerlink",
    "usr/share/fish/vendor_completions.d/partnerlink.fish",
    "usr/share/doc/partnerlink/copyright",
    "usr/share/doc/partnerlink/CHANGELOG.md",
];

#[track_caller]
fn done(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let (text, errors) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{command:?}\n{text}\n{errors}");
    text.into_owned()
}

/// The package, made in the steps that README.md tells.
fn build(target: &Path) -> PathBuf {
    const PROFILE: &str = "package-test";
    let program = env!("CARGO_BIN_EXE_partnerlink");
    // Where cargo-deb seeks the program of a profile; a link's lines of debug information stay out.
    let folder = target.join(PROFILE);
    fs::create_dir_all(&folder).unwrap();
    done(Command::new("strip").arg("-o").arg(folder.join("partnerlink")).arg(program));
    done(Command::new(program).args(["man", "--out"]).arg(Path::new(ROOT).join("target/man")));
    let units = Path::new(ROOT).join("target/units");
    let print = ["schedule", "print", "--kind", "systemd", "--program", "/usr/bin/partnerlink"];
    done(Command::new(program).args(print).arg("--out").arg(&units).env_remove("PARTNERLINK_HOME"));
    let package = folder.join("partnerlink.deb");
    let mut deb = Command::new(env::var_os("PARTNERLINK_TEST_CARGO_DEB").unwrap());
    deb.args(["--no-build", "--no-strip", "--offline", "--compress-system", "--fast"]);
    deb.args(["--profile", PROFILE, "--output"]).arg(&package).current_dir(ROOT);
    done(&mut deb);
    package
}

/// What a person would try first.
fn works(root: &Path) {
    let program = root.join("usr/bin/partnerlink");
    assert_eq!(program.metadata().unwrap().mode() & 0o777, 0o755);
    let version = done(Command::new(&program).arg("--version"));
    assert_eq!(version.trim(), concat!("partnerlink ", env!("CARGO_PKG_VERSION")));
    let script = root.join("usr/share/bash-completion/completions/partnerlink");
    let printed = done(Command::new(&program).args(["completions", "bash"]));
    assert_eq!(fs::read_to_string(script).unwrap(), printed);
}

#[test]
fn a_debian_package_installs_works_and_goes() {
    if !has("the Debian package", &[Part::Packages]) {
        return;
    }
    let program = Path::new(env!("CARGO_BIN_EXE_partnerlink"));
    let package = build(program.parent().unwrap().parent().unwrap());

    let info = done(Command::new("dpkg-deb").arg("--info").arg(&package));
    for line in ["Package: partnerlink", "Section: net", "Depends: libc6", "Recommends: gnome"] {
        assert!(info.contains(&format!(" {line}")), "no {line:?} in {info}");
    }
    let home = parts::program();
    let root = home.root().join("unpacked");
    done(Command::new("dpkg-deb").arg("-x").arg(&package).arg(&root));
    for file in FILES {
        assert!(root.join(file).exists(), "no {file}");
    }
    let unit = fs::read_to_string(root.join(FILES[1])).unwrap();
    assert!(unit.contains("/usr/bin/partnerlink token refresh --quiet --for 12m\n"), "{unit}");
    works(&root);
    let pages = root.join("usr/share/man");
    if Path::new("/usr/bin/man").exists() {
        let found = done(Command::new("man").arg("-M").arg(&pages).args(["-w", "partnerlink"]));
        assert_eq!(Path::new(found.trim()), pages.join("man1/partnerlink.1.gz"));
    }

    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if !is_root || Path::new("/usr/bin/partnerlink").exists() {
        return;
    }
    install_and_remove(&package);
}

/// On this very machine, which has none of it before and afterwards.
fn install_and_remove(package: &Path) {
    // Another program may hold dpkg's lock for a while.
    until("dpkg installs it", || {
        Command::new("dpkg").arg("-i").arg(package).output().unwrap().status.success().then_some(())
    });
    let list = done(Command::new("dpkg").args(["-L", "partnerlink"]));
    let works = std::panic::catch_unwind(|| works(Path::new("/")));
    until("dpkg removes it", || {
        let removed = Command::new("dpkg").args(["--purge", "partnerlink"]).output().unwrap();
        removed.status.success().then_some(())
    });
    assert!(works.is_ok(), "it does not work as installed");
    let own = list.lines().filter(|path| path.contains("partnerlink"));
    for path in own {
        assert!(!Path::new(path).exists(), "{path} stayed behind");
    }
}
