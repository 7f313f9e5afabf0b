//! This machine: folders and files, other programs, signals, the proxy of its settings.

pub mod access;
pub mod browser;
pub mod files;
pub mod held;
pub mod interrupt;
pub mod many;
mod output_file;
pub mod owner;
pub mod paths;
pub mod process;
pub mod proxy;
pub mod windows;

pub use output_file::{FileError, OutputFile};
