//! What is measured, a file for each kind.

pub mod accounts;
pub mod connect;
pub mod data;
pub mod get;
pub mod pace;
pub mod refresh;
pub mod size;
pub mod start;
