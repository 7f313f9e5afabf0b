//! Whatever comes from outside, mutated: no panic, no input that takes longer than two seconds, and
//! what each target in `targets/` promises of what it read.
//!
//! Each target runs over its seeds, `seeds/TARGET/*`, and then over mutations of them for two
//! seconds, or as many as `PARTNERLINK_FUZZ_SECONDS` says. `PARTNERLINK_TEST_SEED` repeats a run,
//! and `PARTNERLINK_FUZZ_INPUT` names the one file that a target is run over instead. What failed is
//! in `target/test-artefacts/fuzz/`; an input that ended the whole process is `TARGET.running`
//! there. Once it is mended, it becomes a seed.
//!
//! The same targets under libFuzzer, which sees what an input reaches: `libfuzzer.rs`.

#[path = "../endurance/chance.rs"]
#[expect(dead_code, reason = "shared: the tests of endurance use more of it")]
mod chance;
mod mutator;
mod targets;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::mutator::Mutator;
use crate::targets::{TARGETS, Target};

/// Seconds that each target gets, unless others are asked for.
const SECONDS: u64 = 2;
/// Longer than one input may take. It gets a second try: machines can be busy.
const TOO_LONG: Duration = Duration::from_secs(2);
/// What has not come back by then is not waited for any more.
const ENDLESS: Duration = Duration::from_secs(20);

macro_rules! tests {
    ($($name:ident)*) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];
        $(#[test] fn $name() { fuzz(stringify!($name)); })*
    };
}

tests! { callback config csv_cells dates journal jq_answer jq_filter meter_file record token_answer }

#[test]
fn every_target_has_its_test_and_its_seeds() {
    let tested: BTreeSet<&str> = NAMES.iter().copied().collect();
    assert_eq!(tested, TARGETS.iter().map(|(name, _)| *name).collect());
    let folders = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds"));
    let folders: BTreeSet<String> =
        folders.unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(folders, tested.iter().map(ToString::to_string).collect());
    assert!(NAMES.iter().all(|name| !seeds(name).is_empty()));
}

#[expect(clippy::disallowed_methods, reason = "tests have no settings")]
fn fuzz(name: &'static str) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let mut room = Room::new(name);
    if let Some(file) = std::env::var_os("PARTNERLINK_FUZZ_INPUT") {
        return room.run(*target, &fs::read(file).unwrap());
    }
    let seconds = std::env::var("PARTNERLINK_FUZZ_SECONDS").ok();
    let seconds = seconds.map_or(SECONDS, |text| text.parse().expect("a number of seconds"));
    let seeds = seeds(name);
    for seed in &seeds {
        room.run(*target, seed);
    }
    let mut mutator = Mutator::new(name, seeds);
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        room.run(*target, &mutator.next());
    }
    eprintln!("{name}: {} inputs", room.count);
    fs::remove_file(room.running()).unwrap();
}

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds").join(name);
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Where the input is that is being run, so that even what ends the process is not lost.
struct Room {
    name: &'static str,
    file: File,
    count: u64,
    /// Told of the beginning and of the end of each input.
    watch: mpsc::Sender<()>,
}

impl Room {
    fn new(name: &'static str) -> Self {
        fs::create_dir_all(folder()).unwrap();
        let file = File::create(folder().join(format!("{name}.running"))).unwrap();
        let (watch, told) = mpsc::channel();
        let running = folder().join(format!("{name}.running"));
        thread::spawn(move || {
            while told.recv() == Ok(()) {
                if told.recv_timeout(ENDLESS) == Err(RecvTimeoutError::Timeout) {
                    // Past the test's captured streams: nobody would see them any more.
                    let mut console = std::io::stderr();
                    let _ = writeln!(console, "{}", again(name, &running, "does not come back"));
                    std::process::exit(1);
                }
            }
        });
        Self { name, file, count: 0, watch }
    }

    fn running(&self) -> PathBuf {
        folder().join(format!("{}.running", self.name))
    }

    fn run(&mut self, target: Target, input: &[u8]) {
        self.file.set_len(0).unwrap();
        self.file.seek(SeekFrom::Start(0)).unwrap();
        self.file.write_all(input).unwrap();
        self.count += 1;
        if self.time(target, input) > TOO_LONG {
            let again = self.time(target, input);
            if again > TOO_LONG {
                self.keep(&format!("took {again:?}"));
                panic!("{} is too slow", self.name);
            }
        }
    }

    fn time(&self, target: Target, input: &[u8]) -> Duration {
        let begun = Instant::now();
        self.watch.send(()).unwrap();
        let outcome = catch_unwind(AssertUnwindSafe(|| target(input)));
        self.watch.send(()).unwrap();
        if let Err(panic) = outcome {
            self.keep("panicked");
            resume_unwind(panic);
        }
        begun.elapsed()
    }

    /// Keeps the input that failed, and says how it is run again.
    fn keep(&self, what: &str) {
        let kept = folder().join(format!("{}.failed", self.name));
        fs::copy(self.running(), &kept).unwrap();
        eprintln!("{}", again(self.name, &kept, what));
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-artefacts/fuzz")
}

fn again(name: &str, file: &Path, what: &str) -> String {
    let file = file.display();
    format!("{name} {what}; once more: PARTNERLINK_FUZZ_INPUT={file} cargo test --test fuzz {name}")
}
