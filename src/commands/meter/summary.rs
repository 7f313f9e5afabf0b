//! What the readings of several meters come down to, and what of them failed or is odd.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::ApiError;
use crate::clock;
use crate::commands::closing::{Closing, counted, number};
use crate::commands::session::{DataError, Session};
use crate::data::answer::{Answer, Odd};
use crate::data::finding::{Finding, Kind};
use crate::data::judge::Judged;
use crate::data::meter::Meter;
use crate::data::query::{Query, Source};
use crate::error::{Error, Exit};

/// Sources one after the other at which the provider itself has trouble: then it is no matter of
/// this or that meter.
const MOST_TROUBLES: usize = 3;

/// Counts while readings are fetched.
#[derive(Debug, Default)]
pub struct Summary {
    sources: usize,
    /// Readings with a value.
    pub readings: usize,
    pub intervals: usize,
    pub missing: usize,
    /// Of each meter that was asked for: whether it had a reading.
    meters: Vec<(String, bool)>,
    unread: Odd,
    odd: Odd,
    outside: usize,
    /// By its sentence: how often, and the first.
    found: BTreeMap<Sentence, (usize, Finding)>,
    pub failures: Vec<Failure>,
    troubles: usize,
}

/// A meter whose readings could not be fetched.
#[derive(Debug)]
pub struct Failure {
    pub meter: Arc<Meter>,
    pub error: Error,
}

impl Summary {
    pub fn new(sources: usize) -> Self {
        Self { sources, ..Self::default() }
    }

    pub fn count_answer(&mut self, answer: &Answer) {
        self.unread.merge(&answer.unread);
        self.odd.merge(&answer.odd);
        self.outside += answer.outside;
    }

    pub fn count(&mut self, source: &Source, judged: &Judged) {
        self.troubles = 0;
        self.readings += judged.readings;
        self.intervals += judged.intervals;
        self.missing += judged.missing;
        let name = name_of(source.meter());
        if self.meters.last().is_none_or(|(last, _)| *last != name) {
            self.meters.push((name, false));
        }
        if let Some((_, had_one)) = self.meters.last_mut() {
            *had_one |= judged.readings > 0;
        }
        for finding in &judged.found {
            let entry = self.found.entry(sentence(&finding.kind));
            entry.or_insert_with(|| (0, finding.clone())).0 += 1;
        }
    }

    /// Keeps the failure of one source for the end, or gives it back where the next one would fail
    /// as well.
    pub fn fail(
        &mut self,
        session: &Session,
        source: &Source,
        error: ApiError,
    ) -> Result<(), DataError> {
        let trouble = matches!(&error, ApiError::BrokeOff(_))
            || matches!(&error, ApiError::TryLater { status, .. } if *status != 429);
        self.troubles = if trouble { self.troubles + 1 } else { 0 };
        if self.sources == 1 || !(trouble || error.is_of_this_alone()) {
            return Err(error.into());
        }
        let error = session.explained(error);
        let what = format!("{} of {}", error.what, name_of(source.meter()));
        let error = Error { what, ..error };
        if self.troubles >= MOST_TROUBLES {
            return Err(error.into());
        }
        self.failures.push(Failure { meter: source.meter().clone(), error });
        Ok(())
    }

    /// The first failure where nothing but failures came.
    pub fn unless_all_failed(self) -> Result<Self, DataError> {
        match self.failures.first() {
            Some(first) if self.failures.len() >= self.sources => Err(first.error.clone().into()),
            _ => Ok(self),
        }
    }

    /// Whether every interval has its reading, and nothing is odd.
    pub fn is_whole(&self) -> bool {
        let odd = self.unread.count + self.odd.count + self.outside + self.found.len();
        self.readings > 0 && self.missing + odd + self.failures.len() == 0
    }

    /// The line that closes the answer.
    pub fn closing(&self, query: &Query) -> Closing {
        let [from, to] = [query.from, query.to].map(|at| clock::minute_name(at, &query.zone));
        let zone = query.zone.iana_name().unwrap_or("local time");
        let readings = counted(self.readings, "reading", "readings");
        let meters = counted(self.meters.len() - self.silent(), "meter", "meters");
        let mut lacks = self.meters_without();
        if self.missing > 0 {
            let missing = counted(self.missing, "interval is", "intervals are");
            lacks.insert(0, format!("{missing} missing"));
        }
        Closing {
            what: format!("{readings} of {meters}, {from} to {to} ({zone})"),
            lacks,
            warnings: self.warnings(query),
        }
    }

    /// Meters that answered without any reading.
    fn silent(&self) -> usize {
        self.meters.iter().filter(|(_, had_one)| !had_one).count()
    }

    /// How many meters have no reading, or could not be asked.
    pub fn meters_without(&self) -> Vec<String> {
        let silent = if self.meters.len() > 1 { self.silent() } else { 0 };
        [(silent, "without any reading"), (self.failures.len(), "could not be fetched")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{} {what}", counted(count, "meter", "meters")))
            .collect()
    }

    /// What is odd, a sentence each.
    pub fn warnings(&self, query: &Query) -> Vec<String> {
        let mut warnings: Vec<String> = self
            .found
            .iter()
            .map(|((one, more, rest), (count, first))| {
                let what = counted(*count, one, more);
                format!("{what} {rest} (first: {})", in_words(first, query))
            })
            .collect();
        let mut odd = |odd: &Odd, one: &str, more: &str, rest: &str| {
            if let Some(first) = &odd.first {
                warnings.push(format!("{} {rest} (first: {first})", counted(odd.count, one, more)));
            }
        };
        odd(&self.unread, "entry is no reading", "entries are no readings", "and left out");
        odd(&self.odd, "reading has", "readings have", "a member that is not what it should be");
        if self.outside > 0 {
            let count = number(self.outside);
            warnings.push(format!(
                "{count} readings are of another time than was asked for and were left out"
            ));
        }
        warnings
    }

    /// Tells what failed, and that a space did not list its meters. For when everything else is
    /// written.
    pub(super) fn end(self, session: &Session, unlisted: Option<Error>) -> Result<(), DataError> {
        let failures = self.failures.into_iter().map(|failure| failure.error);
        let errors: Vec<Error> = failures.chain(unlisted).collect();
        errors.iter().for_each(|error| session.context.output.error(error));
        let mut exits = Exit::BY_URGENCY.into_iter();
        match exits.find(|exit| errors.iter().any(|error| error.exit == *exit)) {
            Some(exit) => Err(DataError::Told(exit)),
            None => Ok(()),
        }
    }
}

/// `Halle Nord (d0000000-…)`; the id tells those of one name apart.
pub fn name_of(meter: &Meter) -> String {
    let id = if meter.id.is_empty() { &meter.space_id } else { &meter.id };
    match meter.title() {
        title if title == id || title.is_empty() => id.clone(),
        title => format!("{title} ({id})"),
    }
}

/// What is said of one, of several, and of both.
type Sentence = (&'static str, &'static str, &'static str);

fn sentence(kind: &Kind) -> Sentence {
    match kind {
        Kind::Double => {
            ("interval", "intervals", "came twice with the same value: one of the two counts")
        }
        Kind::OtherValue { .. } => (
            "interval",
            "intervals",
            "came twice with different values: the later one in the answer counts",
        ),
        Kind::OtherUnit { .. } => (
            "reading is",
            "readings are",
            "in another unit than those before, and never added up with them",
        ),
        Kind::Fall { .. } => (
            "time",
            "times",
            "the state of a meter falls: it was exchanged, or its register rolled over",
        ),
        Kind::Impossible { .. } => {
            ("value", "values", "cannot be measured by a meter: shown, and in no sum")
        }
        Kind::OffGrid => ("reading is", "readings are", "not at the begin of an interval"),
        Kind::OtherMeasurement => {
            ("reading is", "readings are", "of another measurement than was asked for")
        }
    }
}

/// `Halle (d1), 2026-10-25 02:15+02:00, 1 and 2 kWh`
fn in_words(finding: &Finding, query: &Query) -> String {
    let Finding { kind, at, labels } = finding;
    let unit = &labels.unit;
    let values = match kind {
        Kind::OtherValue { before, now } => format!(", {before} and {now} {unit}"),
        Kind::OtherUnit { unit, first } => format!(", {unit} after {first}"),
        Kind::Fall { from, to } => format!(", from {from} to {to} {unit}"),
        Kind::Impossible { value } => format!(", {value} {unit}"),
        Kind::OtherMeasurement => format!(", {}", labels.measurement),
        Kind::Double | Kind::OffGrid => String::new(),
    };
    let meter = match labels.meter.id.is_empty() {
        true => labels.device_id.clone(),
        false => name_of(&labels.meter),
    };
    format!("{meter}, {}{values}", clock::minute_with_offset(*at, &query.zone))
}
