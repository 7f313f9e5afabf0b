//! `partnerlink sandbox` as a child, and programs that use it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::browser::{Link, Page, get};
use super::program::{Outcome, Program, Running};

/// The built-in providers have three ports each, which are the same for every test.
static PORTS: Mutex<()> = Mutex::new(());

pub struct Sandbox {
    pub address: String,
    _running: Running,
    /// Its own home, apart from those of the programs that use it.
    _home: Program,
    ports: Option<MutexGuard<'static, ()>>,
}

impl Sandbox {
    /// Both providers without pages: they agree to every sign-in.
    pub fn start(args: &[&str]) -> Self {
        let ports = PORTS.lock().unwrap_or_else(PoisonError::into_inner);
        let home = Program::new();
        let mut running = home.spawn([&["sandbox", "--approve", "--for", "60s"], args].concat());
        let line = running.first_line();
        let address = line.strip_prefix("PARTNERLINK_SANDBOX=").expect("its address").to_owned();
        Self { address, _running: running, _home: home, ports: Some(ports) }
    }

    /// Nobody connects to it any more, and the next test may.
    pub fn frees_ports(&mut self) {
        self.ports = None;
    }

    /// A program that uses it, with a home of its own.
    pub fn client(&self) -> Program {
        Program::new().set("PARTNERLINK_SANDBOX", &self.address)
    }
}

/// Runs `connect` against the sandbox; the browser goes wherever it is sent. The last page too.
#[track_caller]
pub fn connect(program: &Program, args: &[&str]) -> (Outcome, Page) {
    let mut running = program.spawn([&["connect", "--no-browser"], args].concat());
    let link = Link::shown_by(&mut running);
    let page = browse(&link);
    (running.finish(), page)
}

/// From the link to the last page, redirect by redirect.
pub fn browse(link: &Link) -> Page {
    let mut url = link.0.clone();
    for _ in 0..4 {
        let page = get(&url, "");
        let Some(location) = page.header("location") else { return page };
        url = url.join(location).unwrap();
    }
    panic!("a circle");
}
