//! npm @stoplight/prism-cli, not ours: it answers as the provider's OpenAPI file says, and refuses
//! every request that the file does not allow.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{ports, until};
use crate::support::program::Running;

const PRISM: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/real/node_modules/@stoplight/prism-cli/dist/index.js"
);
/// The variable that names the provider's OpenAPI file, which is not ours to keep here.
const FILE: &str = "ZAEHLERFREUNDE_OPENAPI";

/// The OpenAPI file, if there is one.
pub fn openapi_file() -> Option<PathBuf> {
    std::env::var_os(FILE).map(PathBuf::from).filter(|path| path.is_file())
}

/// A running Prism; it ends with this value.
pub struct Prism {
    running: Running,
    pub url: String,
}

impl Prism {
    /// The error is what Prism said before it gave up.
    pub fn start(openapi: &Path) -> Result<Self, String> {
        let port = ports::free();
        let mut command = Command::new("node");
        command.args([PRISM, "mock", "--errors", "--host", "127.0.0.1", "--port"]);
        command.arg(port.to_string()).arg(openapi).stdin(Stdio::null());
        let mut running = super::program().start(command);
        let is_up = until("Prism listens, or gives up", || {
            let is_running = running.is_running();
            let listens = running.stdout().contains("Prism is listening");
            (listens || !is_running).then_some(listens)
        });
        if !is_up {
            let said = running.stdout() + &running.stderr();
            return Err(said.lines().last().unwrap_or("it says nothing").trim().to_owned());
        }
        Ok(Self { running, url: format!("http://127.0.0.1:{port}") })
    }

    /// How many requests the file allowed so far, and how many not, once there are as many as this.
    #[track_caller]
    pub fn judged(&self, expected: usize) -> (usize, usize) {
        until("Prism judges the requests", || {
            // Its log may come after its answer.
            let log = self.running.stdout();
            let count = |text: &str| log.matches(text).count();
            let allowed = count("The request passed the validation rules");
            let refused = count("did not pass the validation rules");
            let all = allowed + refused;
            (all >= expected && all == count("Request received")).then_some((allowed, refused))
        })
    }
}
