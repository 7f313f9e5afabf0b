//! This machine: folders and files, other programs, signals, the proxy of its settings.

pub mod browser;
pub mod files;
pub mod interrupt;
pub mod many;
mod output_file;
pub mod paths;
pub mod process;
pub mod proxy;

pub use output_file::{FileError, OutputFile};
