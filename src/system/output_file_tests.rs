use super::*;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_file_has_its_name_only_when_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("x.csv");
    let mut file = OutputFile::create(&target, false).unwrap();
    file.write_all(b"half").unwrap();
    assert_eq!(names(folder.path()), ["x.csv.part"]);
    drop(file);
    assert!(names(folder.path()).is_empty());

    let mut file = OutputFile::create(&target, false).unwrap();
    file.write_all(b"whole").unwrap();
    file.finish().unwrap();
    assert_eq!(names(folder.path()), ["x.csv"]);
    assert_eq!(fs::read(&target).unwrap(), b"whole");
}

#[test]
fn an_existing_target_stays_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("x.csv");
    let early = OutputFile::create(&target, false).unwrap();
    fs::write(&target, "old").unwrap();
    assert!(matches!(OutputFile::create(&target, false), Err(FileError::Exists(_))));
    // Also if it came while the new one was written.
    assert!(matches!(early.finish(), Err(FileError::Exists(_))));
    assert_eq!(fs::read(&target).unwrap(), b"old");
    let mut forced = OutputFile::create(&target, true).unwrap();
    forced.write_all(b"new").unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"old");
    forced.finish().unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"new");
    assert_eq!(names(folder.path()), ["x.csv"]);
}

#[test]
fn a_part_of_a_killed_run_is_cleared_and_one_in_use_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("x.csv");
    fs::write(folder.path().join("x.csv.part"), "of a killed run, and longer").unwrap();
    let mut file = OutputFile::create(&target, false).unwrap();
    assert!(matches!(OutputFile::create(&target, true), Err(FileError::Busy(_))));
    file.write_all(b"new").unwrap();
    file.finish().unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"new");
}

#[test]
fn a_folder_and_a_path_without_a_name_are_no_targets() {
    let folder = tempfile::tempdir().unwrap();
    for (target, force) in [(folder.path(), true), (folder.path(), false), (Path::new(".."), true)]
    {
        let refused = OutputFile::create(target, force);
        assert!(matches!(refused, Err(FileError::NotOrdinary(_))), "{refused:?}");
    }
    let missing = folder.path().join("no/x.csv");
    assert!(matches!(OutputFile::create(&missing, false), Err(FileError::Io { .. })));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn nobody_else_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x.csv");
        let part = folder.path().join("x.csv.part");
        fs::write(&part, "left behind").unwrap();
        fs::set_permissions(&part, fs::Permissions::from_mode(0o666)).unwrap();
        OutputFile::create(&target, false).unwrap().finish().unwrap();
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o7777, 0o600);
    }

    /// Nothing is written through a link, and no link is replaced.
    #[test]
    fn links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let outside = folder.path().join("outside");
        fs::write(&outside, "precious").unwrap();
        for (name, link) in [("x.csv", "x.csv"), ("y.csv", "y.csv.part")] {
            symlink(&outside, folder.path().join(link)).unwrap();
            for force in [false, true] {
                let refused = OutputFile::create(&folder.path().join(name), force);
                assert!(matches!(refused, Err(FileError::NotOrdinary(_))), "{refused:?}");
            }
        }
        assert_eq!(fs::read(&outside).unwrap(), b"precious");
        let device = OutputFile::create(Path::new("/dev/null"), true);
        assert!(matches!(device, Err(FileError::NotOrdinary(_))));
    }
}

#[cfg(windows)]
#[test]
fn a_target_that_another_program_has_open_is_named_before_and_after() {
    use std::os::windows::fs::OpenOptionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("x.csv");
    fs::write(&target, "old").unwrap();
    let hold = || fs::OpenOptions::new().read(true).share_mode(0).open(&target).unwrap();
    let held = hold();
    assert!(matches!(OutputFile::create(&target, true), Err(FileError::InUse(_))));
    drop(held);
    let mut file = OutputFile::create(&target, true).unwrap();
    file.write_all(b"new").unwrap();
    let held = hold();
    assert!(matches!(file.finish(), Err(FileError::InUse(_))));
    drop(held);
    assert_eq!(fs::read(&target).unwrap(), b"old");
    assert_eq!(names(folder.path()), ["x.csv"]);
}

#[cfg(windows)]
#[test]
fn a_part_that_another_program_has_open_is_named() {
    use std::os::windows::fs::OpenOptionsExt as _;

    const READ: u32 = 1;
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("x.csv.part");
    fs::write(&part, "left").unwrap();
    for share in [0, READ] {
        let held = fs::OpenOptions::new().read(true).share_mode(share).open(&part).unwrap();
        let refused = OutputFile::create(&folder.path().join("x.csv"), false);
        assert!(matches!(&refused, Err(FileError::InUse(path)) if *path == part), "{refused:?}");
        drop(held);
    }
    OutputFile::create(&folder.path().join("x.csv"), false).unwrap().finish().unwrap();
}

#[test]
fn a_colon_is_a_name_like_any_other_but_to_windows() {
    let folder = tempfile::tempdir().unwrap();
    let created = OutputFile::create(&folder.path().join("a.csv:b"), false);
    let is_stream = matches!(created, Err(FileError::Stream(_)));
    assert_eq!((is_stream, created.is_ok()), (cfg!(windows), !cfg!(windows)));
    drop(created);
    assert!(names(folder.path()).is_empty());
}
