//! What was handed in and accepted: of every instant of a meter's register the value that the
//! provider has. A small database per account, person and address of the API; a year of a hundred
//! meters takes some 80 MB.
//!
//! A run that is killed between the provider's answer and the note of it hands that request in once
//! more. It is the same value for the same instant, and the next run says so.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OptionalExtension as _, params};

use crate::api::push::{Reading, Request, Series, TimestampUnit};
use crate::clock::Timestamp;
use crate::system::files;

/// What a memory may take on the disk, in bytes: ten million readings. Beyond it the oldest times are
/// forgotten.
const MAX_SIZE: u64 = 256 * 1024 * 1024;
/// Times in milliseconds, so that a series of both units is two series.
const TABLES: &str = "
    PRAGMA locking_mode = EXCLUSIVE;
    BEGIN EXCLUSIVE;
    CREATE TABLE IF NOT EXISTS series (number INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL);
    CREATE TABLE IF NOT EXISTS sent (
        series INTEGER NOT NULL, time INTEGER NOT NULL, value INTEGER NOT NULL,
        PRIMARY KEY (series, time)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS unanswered (readings INTEGER NOT NULL);
    COMMIT;";

/// Held by one run at a time.
pub struct Memory {
    database: Connection,
    unit: TimestampUnit,
    /// Where a damaged memory was put, if there was one.
    pub damaged: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    #[error("another run hands in readings of this account")]
    Busy,
    #[error("what was handed in before cannot be read or noted in {}: {why}", .path.display())]
    Failed { path: PathBuf, why: String },
}

/// What is known of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    Never,
    Same,
    /// Another value was handed in for this instant.
    Other,
}

impl Memory {
    /// Opens the memory, and puts a damaged one aside.
    pub fn open(path: &Path, unit: TimestampUnit) -> Result<Self, MemoryError> {
        let failed = |why: String| MemoryError::Failed { path: path.to_owned(), why };
        let io_failed = |error: io::Error| failed(error.to_string());
        if let Some(folder) = path.parent() {
            files::own_folder(folder).map_err(io_failed)?;
        }
        files::open_or_make_here(path).map_err(io_failed)?;
        let open = || -> rusqlite::Result<Connection> {
            let database = Connection::open(path)?;
            database.execute_batch(TABLES)?;
            Ok(database)
        };
        let is_damaged = |error: &rusqlite::Error| {
            matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)
            )
        };
        let mut damaged = None;
        let opened = match open() {
            Err(error) if is_damaged(&error) => {
                let aside = path.with_extension("damaged");
                fs::rename(path, &aside).map_err(io_failed)?;
                files::open_or_make_here(path).map_err(io_failed)?;
                damaged = Some(aside);
                open()
            }
            opened => opened,
        };
        let database = opened.map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => MemoryError::Busy,
            _ => failed(error.to_string()),
        })?;
        Ok(Self { database, unit, damaged })
    }

    /// How many readings an earlier run sent without hearing an answer.
    pub fn unanswered(&self) -> Result<i64, MemoryError> {
        let sum = "SELECT coalesce(sum(readings), 0) FROM unanswered";
        self.told(self.database.query_row(sum, [], |row| row.get(0)))
    }

    /// What is known of each reading, in their order.
    pub fn before(
        &self,
        file: &[Series],
        readings: &[Reading],
    ) -> Result<Vec<Before>, MemoryError> {
        self.told(self.look_up(file, readings))
    }

    fn look_up(&self, file: &[Series], readings: &[Reading]) -> rusqlite::Result<Vec<Before>> {
        let mut of_series: Vec<Vec<usize>> = vec![Vec::new(); file.len()];
        for (number, reading) in readings.iter().enumerate() {
            of_series[reading.series as usize].push(number);
        }
        let mut known = vec![Before::Never; readings.len()];
        let text = "SELECT time, value FROM sent WHERE series = ? AND time BETWEEN ? AND ?";
        let mut query = self.database.prepare(text)?;
        for (series, numbers) in file.iter().zip(&of_series) {
            let times = || numbers.iter().map(|number| readings[*number].time.as_millisecond());
            let Some(series) = self.find(series)? else { continue };
            let rows = query.query_map(params![series, times().min(), times().max()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
            let sent: HashMap<i64, i64> = rows.collect::<Result<_, _>>()?;
            for number in numbers {
                let reading = &readings[*number];
                known[*number] = match sent.get(&reading.time.as_millisecond()) {
                    None => Before::Never,
                    Some(value) if *value == reading.fingerprint() => Before::Same,
                    Some(_) => Before::Other,
                };
            }
        }
        Ok(known)
    }

    fn find(&self, series: &Series) -> rusqlite::Result<Option<i64>> {
        let text = "SELECT number FROM series WHERE name = ?";
        self.database.query_row(text, [self.name(series)], |row| row.get(0)).optional()
    }

    fn name(&self, series: &Series) -> String {
        let unit = if self.unit == TimestampUnit::Seconds { "s" } else { "ms" };
        format!("{unit} {} {} {}", series.device.member, series.register(), series.device.id)
    }

    /// Notes that so many readings are on their way.
    pub fn sends(&self, readings: usize) -> Result<(), MemoryError> {
        let text = "INSERT INTO unanswered VALUES (?)";
        self.told(self.database.execute(text, [readings as i64]).map(drop))
    }

    /// Notes what an answer accepted.
    pub fn accepted(
        &mut self,
        request: &Request,
        readings: &[&Reading],
    ) -> Result<(), MemoryError> {
        let noted = self.note(request, readings);
        self.told(noted)
    }

    fn note(&mut self, request: &Request, readings: &[&Reading]) -> rusqlite::Result<()> {
        let mut numbers: HashMap<u32, i64> = HashMap::new();
        let names: HashMap<u32, String> = readings
            .iter()
            .map(|reading| (reading.series, self.name(request.file.series_of(reading))))
            .collect();
        let transaction = self.database.transaction()?;
        for (series, name) in names {
            transaction.execute("INSERT OR IGNORE INTO series (name) VALUES (?)", [&name])?;
            let text = "SELECT number FROM series WHERE name = ?";
            numbers.insert(series, transaction.query_row(text, [&name], |row| row.get(0))?);
        }
        let mut insert = transaction.prepare("INSERT OR REPLACE INTO sent VALUES (?, ?, ?)")?;
        for reading in readings {
            let (series, time) = (numbers[&reading.series], reading.time.as_millisecond());
            insert.execute(params![series, time, reading.fingerprint()])?;
        }
        drop(insert);
        transaction.execute("DELETE FROM unanswered", [])?;
        transaction.commit()
    }

    /// Notes that an answer refused everything.
    pub fn refused(&self) -> Result<(), MemoryError> {
        self.told(self.database.execute("DELETE FROM unanswered", []).map(drop))
    }

    /// Forgets what is too much; returns the time before which nothing is known any more.
    pub fn forget_oldest(&self) -> Result<Option<Timestamp>, MemoryError> {
        let before = self.told(self.forget_beyond(MAX_SIZE))?;
        Ok(before.and_then(|time| Timestamp::from_millisecond(time).ok()))
    }

    fn forget_beyond(&self, size: u64) -> rusqlite::Result<Option<i64>> {
        let number =
            |text: &str| self.database.query_row(text, [], |row| row.get::<_, Option<i64>>(0));
        let pragma = |name: &str| number(&format!("PRAGMA {name}")).map(Option::unwrap_or_default);
        let mut forgotten = None;
        loop {
            let pages: i64 = pragma("page_count")? - pragma("freelist_count")?;
            let used = u64::try_from(pages * pragma("page_size")?).unwrap_or_default();
            let first = number("SELECT min(time) FROM sent")?;
            let (Some(first), true) = (first, used > size) else { return Ok(forgotten) };
            let last = number("SELECT max(time) FROM sent")?.unwrap_or(first);
            let cut = first + (last - first) / 4 + 1;
            self.database.execute("DELETE FROM sent WHERE time < ?", [cut])?;
            forgotten = Some(cut);
        }
    }

    fn told<T>(&self, result: rusqlite::Result<T>) -> Result<T, MemoryError> {
        let path = || self.database.path().unwrap_or_default().into();
        result.map_err(|error| MemoryError::Failed { path: path(), why: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::push::{File, Options, read};
    use crate::clock::TimeZone;

    const MS: TimestampUnit = TimestampUnit::Milliseconds;

    fn file(rows: &str) -> File {
        let text = format!("deviceId,obisCode,timestamp,value\n{rows}");
        let options = Options { unit: MS, zone: TimeZone::UTC, obis: None, decimal: None };
        read(text.as_bytes(), &options).unwrap()
    }

    fn accept(memory: &mut Memory, file: &File) {
        let readings: Vec<&Reading> = file.readings.iter().collect();
        memory.sends(readings.len()).unwrap();
        memory.accepted(&Request::new(file, MS, &readings), &readings).unwrap();
    }

    fn known(memory: &Memory, file: &File) -> Vec<Before> {
        memory.before(&file.series, &file.readings).unwrap()
    }

    #[test]
    fn what_was_sent_is_known_by_unit_meter_register_and_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/memory.db");
        let sent = file("a,1.8.0,1767222000000,12.50\na,1-1:2.8.0,1767222000000,1\n");
        let mut memory = Memory::open(&path, MS).unwrap();
        assert_eq!(known(&memory, &sent), [Before::Never; 2]);
        accept(&mut memory, &sent);
        assert_eq!(memory.unanswered().unwrap(), 0);
        drop(memory);
        let memory = Memory::open(&path, MS).unwrap();
        let again = file(
            "a,1-1:1.8.0,1767222000000,12.5\na,2.8.0,1767222000000,2\nb,1.8.0,1767222000000,12.5\n\
             a,1.8.0,1767222900000,12.5\n",
        );
        let expected = [Before::Same, Before::Other, Before::Never, Before::Never];
        assert_eq!(known(&memory, &again), expected);
        drop(memory);
        let seconds = Memory::open(&path, TimestampUnit::Seconds).unwrap();
        assert_eq!(known(&seconds, &sent), [Before::Never; 2]);
        assert!(matches!(Memory::open(&path, MS), Err(MemoryError::Busy)));
    }

    #[test]
    fn a_run_that_was_killed_is_seen_and_a_damaged_memory_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("memory.db");
        let memory = Memory::open(&path, MS).unwrap();
        memory.sends(7).unwrap();
        drop(memory);
        let memory = Memory::open(&path, MS).unwrap();
        assert_eq!(memory.unanswered().unwrap(), 7);
        memory.refused().unwrap();
        assert_eq!(memory.unanswered().unwrap(), 0);
        drop(memory);
        fs::write(&path, "not a database at all ".repeat(100)).unwrap();
        let memory = Memory::open(&path, MS).unwrap();
        assert_eq!(memory.damaged.as_deref(), Some(&*path.with_extension("damaged")));
        assert_eq!(known(&memory, &file("a,1.8.0,1767222000000,1\n")), [Before::Never]);
    }

    #[test]
    fn it_forgets_the_oldest_where_it_grows_too_large() {
        let folder = tempfile::tempdir().unwrap();
        let mut memory = Memory::open(&folder.path().join("memory.db"), MS).unwrap();
        let row = |n: i64| format!("a,1.8.0,{},{n}\n", 1_767_222_000_000 + n * 900_000);
        let many = file(&(0..5000).map(row).collect::<String>());
        accept(&mut memory, &many);
        assert_eq!(memory.forget_oldest().unwrap(), None);
        let cut = memory.forget_beyond(100_000).unwrap().unwrap();
        let known = known(&memory, &many);
        assert_eq!((known[0], known[4999]), (Before::Never, Before::Same));
        let is_kept = |reading: &Reading| reading.time.as_millisecond() >= cut;
        for (reading, known) in many.readings.iter().zip(known) {
            assert_eq!(known == Before::Same, is_kept(reading));
        }
    }
}
