//! What the tests stand on: the program, a provider that does as told, a scripted browser.

pub mod canary;
pub mod program;
