//! Places for sealed files to be tested in.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use partnerlink::store::file::{FileStore, KeySource};
use partnerlink::store::{StoreError, TokenStore};

use crate::{item, left_out, secret};

pub const NAME: &str = "zaehlerfreunde:default";
pub const FILE: &str = "zaehlerfreunde.default.sealed";

/// A store with a key file, in a folder that is gone afterwards.
pub struct Bench {
    pub room: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Self {
        Self { room: tempfile::tempdir().unwrap() }
    }

    /// With one item saved.
    pub fn with_item() -> Self {
        let bench = Self::new();
        bench.store().save(&item(NAME), &secret("canary-4c1d")).unwrap();
        bench
    }

    pub fn folder(&self) -> PathBuf {
        self.room.path().join("state/secrets")
    }

    pub fn file(&self) -> PathBuf {
        self.folder().join(FILE)
    }

    pub fn key(&self) -> PathBuf {
        self.room.path().join("keys/key")
    }

    pub fn store(&self) -> FileStore {
        FileStore::open(self.folder(), KeySource::KeyFile(self.key()))
    }

    pub fn load(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.store().load(&item(NAME))?.map(|bytes| bytes.expose().clone()))
    }

    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.folder())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

pub fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A file system of 1.5 MiB.
pub struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    pub fn mount() -> Option<Self> {
        let room = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1536k", "none"])
            .arg(room.path())
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(room));
        }
        left_out("E1 and E2 on a small disk", "needs root and the right to mount");
        None
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Its key is not on the disk.
    pub fn store(&self) -> FileStore {
        let key = self.path().with_extension("key");
        FileStore::open(self.path().join("secrets"), KeySource::KeyFile(key))
    }

    pub fn remount_read_only(&self) {
        assert!(
            Command::new("mount")
                .args(["-o", "remount,ro"])
                .arg(self.path())
                .status()
                .unwrap()
                .success()
        );
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path()).status();
        for ending in ["key", "key.lock"] {
            let _ = fs::remove_file(self.path().with_extension(ending));
        }
    }
}
