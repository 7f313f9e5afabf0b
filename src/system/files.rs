//! Small files and folders of the program's own, which only this user can look into.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

/// Puts a file in the place of the one before: whoever reads it finds the old or the new one. The
/// caller holds a lock, or is the only one who writes it. `durable`: the bytes outlive a power cut;
/// the name does after [`sync_folder`].
pub fn replace(path: &Path, bytes: &[u8], durable: bool) -> io::Result<()> {
    let temporary = path.with_extension("tmp");
    let mut file = create(&temporary)?;
    file.write_all(bytes)?;
    if durable {
        file.sync_all()?;
    }
    drop(file);
    fs::rename(temporary, path)
}

/// Opens a file for writing from its beginning.
pub fn create(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Creates a folder, and those above it that are missing.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes names that came to a folder, or went, outlive a power cut.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened, and its names are durable by themselves.
    if cfg!(unix) { fs::File::open(path)?.sync_all() } else { Ok(()) }
}
