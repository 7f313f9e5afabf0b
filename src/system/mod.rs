//! This machine: folders and files, other programs, signals.

pub mod browser;
pub mod files;
pub mod interrupt;
pub mod paths;
pub mod process;
