//! This machine: folders and files, other programs, signals.

pub mod browser;
pub mod files;
pub mod interrupt;
pub mod many;
mod output_file;
pub mod paths;
pub mod process;

pub use output_file::{FileError, OutputFile};
