//! A look at the folder of sealed files that changes nothing: neither a mode nor a file.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::sealed::item_of;
use crate::store::{Item, StoreError};
use crate::system::owner::of_another_user;

/// What is there.
#[derive(Debug, Default)]
pub struct Inspection {
    /// Whether the folder is there at all.
    pub exists: bool,
    pub items: Vec<Item>,
    /// Damaged records that were put aside (`….sealed.bad`).
    pub put_aside: Vec<PathBuf>,
    pub flaws: Vec<Flaw>,
}

/// Something about a folder or file that should be otherwise.
#[derive(Debug)]
pub enum Flaw {
    /// Others may look into it; the next use closes it. With the mode that it has and should have.
    Open { path: PathBuf, mode: u32, should: u32 },
    /// It is not used: it may be somebody else's work, or cannot be read.
    Unusable(StoreError),
}

/// Looks at the folder and every file of ours in it.
pub fn inspect(folder: &Path) -> Inspection {
    let mut found = Inspection::default();
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return found,
        Err(source) => found.flaws.push(unreadable(folder, source)),
        Ok(meta) => {
            found.exists = true;
            found.flaws.extend(flaw(folder, &meta, true));
        }
    }
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(source) => {
            found.flaws.push(unreadable(folder, source));
            return found;
        }
    };
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let Some(name) = name.to_str() else { continue };
        if name.ends_with(".sealed.bad") {
            found.put_aside.push(path);
        } else if let Some(item) = item_of(name) {
            found.items.push(item);
            match fs::symlink_metadata(&path) {
                Ok(meta) => found.flaws.extend(flaw(&path, &meta, false)),
                Err(source) => found.flaws.push(unreadable(&path, source)),
            }
        }
    }
    found.put_aside.sort();
    found
}

fn unreadable(path: &Path, source: io::Error) -> Flaw {
    Flaw::Unusable(StoreError::io("could not read", path, source))
}

/// What is wrong with a folder or file of ours that looks like this.
pub(super) fn flaw(path: &Path, meta: &fs::Metadata, folder: bool) -> Option<Flaw> {
    let unsafe_because =
        |why| Some(Flaw::Unusable(StoreError::Unsafe { path: path.to_owned(), why }));
    if meta.is_symlink() {
        return unsafe_because("it is a symbolic link".into());
    }
    if meta.is_dir() != folder || !folder && !meta.is_file() {
        return unsafe_because(format!("it is no {}", if folder { "folder" } else { "file" }));
    }
    if let Some(why) = of_another_user(meta) {
        return unsafe_because(why);
    }
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(meta);
        let (mode, should) = (mode & 0o7777, if folder { 0o700 } else { 0o600 });
        if mode & 0o077 != 0 {
            return Some(Flaw::Open { path: path.to_owned(), mode, should });
        }
    }
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn what_is_open_to_others_or_a_link_is_named_and_left_as_it_is() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("tokens");
        assert!(!inspect(&folder).exists);
        fs::create_dir(&folder).unwrap();
        let set = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        set(&folder, 0o755);
        let file = folder.join("timberdata.default.sealed");
        fs::write(&file, "x").unwrap();
        set(&file, 0o644);
        fs::write(folder.join("timberdata.default.sealed.bad"), "x").unwrap();
        symlink(&file, folder.join("other.default.sealed")).unwrap();
        let found = inspect(&folder);
        assert_eq!((found.items.len(), found.put_aside.len()), (2, 1));
        let open = found.flaws.iter().filter(|flaw| matches!(flaw, Flaw::Open { .. })).count();
        let links = found.flaws.iter().filter(|flaw| matches!(flaw, Flaw::Unusable(_))).count();
        assert_eq!((open, links), (2, 1), "{found:?}");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o644);
    }
}
