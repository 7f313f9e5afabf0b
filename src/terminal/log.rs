//! What lower layers have to say, as lines on stderr: warnings always, news unless `--quiet`,
//! details with `--verbose`. Only this crate's own words: what the libraries below log can hold
//! addresses and headers.

use std::sync::OnceLock;

use log::{Level, LevelFilter, Log, Metadata, Record};

use super::{Mark, Output};
use crate::text::printable_lines;

struct Logger {
    output: Output,
}

static LOGGER: OnceLock<Logger> = OnceLock::new();

/// Directs the log to stderr from now on.
pub fn install(output: &Output) {
    let level = match (output.verbose, output.quiet) {
        (true, _) => LevelFilter::Debug,
        (false, true) => LevelFilter::Warn,
        (false, false) => LevelFilter::Info,
    };
    let logger = LOGGER.get_or_init(|| Logger { output: output.clone() });
    if log::set_logger(logger).is_ok() {
        log::set_max_level(level);
    }
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.target().starts_with("partnerlink")
    }

    fn log(&self, record: &Record) {
        if !self.enabled(record.metadata()) {
            return;
        }
        // It can quote a provider's answer.
        let text = printable_lines(&record.args().to_string());
        match record.level() {
            Level::Error | Level::Warn => self.output.say(Mark::Warn, text),
            Level::Info | Level::Debug | Level::Trace => self.output.say(Mark::Note, text),
        }
    }

    fn flush(&self) {}
}
