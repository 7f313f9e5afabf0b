//! What the tests of `tests/cli` stand on as well.

#[path = "../cli/support/browser.rs"]
pub mod browser;
#[path = "../cli/support/canary.rs"]
pub mod canary;
#[path = "../cli/support/program.rs"]
pub mod program;
#[path = "../cli/support/tls.rs"]
pub mod tls;
