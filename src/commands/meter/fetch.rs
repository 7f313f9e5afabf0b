//! Fetches what was asked for, meter by meter, and looks at it. One meter that fails stops no other.

use std::sync::atomic::{AtomicBool, Ordering};

use super::range::Range;
use super::readings::Gaps;
use super::summary::Summary;
use crate::api::{ApiError, meter, ordered};
use crate::commands::session::{DataError, Session};
use crate::data::answer::Answer;
use crate::data::judge::{Judge, Judged};
use crate::data::query::{Query, Source, Window};
use crate::data::reading::Reading;
use crate::terminal::progress::Progress;

/// A window of a source, by its place.
struct Task {
    place: usize,
    window: Window,
}

impl Range {
    /// Tells what failed, when everything else is written: which meters could not be fetched, and
    /// where every meter was asked for, which spaces did not list theirs.
    pub fn end(&self, session: &Session, summary: Summary) -> Result<(), DataError> {
        summary.end(session, self.meters.refused.clone().filter(|_| self.is_all))
    }

    /// The readings of one month of one source, by its place, window by window.
    pub fn fetch_month(
        &self,
        session: &Session,
        place: usize,
        month: Window,
    ) -> Result<Vec<(Window, Answer)>, ApiError> {
        let month = Query { from: month.from, to: month.to, ..self.query.clone() };
        let read = |window| {
            let (source, zone) = (&self.sources[place], self.zone_of_provider.as_ref());
            Ok((window, meter::readings(&session.api, source, &month, window, zone)?))
        };
        month.windows(self.window_days).into_iter().map(read).collect()
    }

    /// The judge of a source, by its place, kept in `current` until another source's turn.
    pub fn judge_of<'r, 'j>(
        &'r self,
        place: usize,
        current: &'j mut Option<(usize, Judge<'r>)>,
    ) -> &'j mut Judge<'r> {
        current.take_if(|(whose, _)| *whose != place);
        &mut current.get_or_insert_with(|| (place, Judge::new(&self.query, &self.sources[place]))).1
    }

    /// Fetches every window of every source, several at once, and gives their readings to `each` in
    /// order, each interval once.
    pub fn fetch(
        &self,
        session: &Session,
        mut each: impl FnMut(&Source, Window, &[Reading]) -> Result<(), DataError>,
    ) -> Result<Summary, DataError> {
        self.fetch_judged(session, Gaps::Skip, |source, window, judged| {
            each(source, window, &judged.rows)
        })
    }

    /// The same, with what was found about the readings, and empty ones where they are missing.
    pub fn fetch_judged(
        &self,
        session: &Session,
        gaps: Gaps,
        mut each: impl FnMut(&Source, Window, &Judged) -> Result<(), DataError>,
    ) -> Result<Summary, DataError> {
        let windows = self.query.windows(self.window_days);
        let of = |place| windows.iter().map(move |window| Task { place, window: *window });
        let tasks: Vec<Task> = (0..self.sources.len()).flat_map(of).collect();
        let failed: Vec<AtomicBool> = self.sources.iter().map(|_| AtomicBool::new(false)).collect();
        // A source that failed is not asked again.
        let fetch = |task: &Task| {
            let (source, window) = (&self.sources[task.place], task.window);
            let zone = self.zone_of_provider.as_ref();
            (!failed[task.place].load(Ordering::Relaxed))
                .then(|| meter::readings(&session.api, source, &self.query, window, zone))
        };
        let mark = gaps == Gaps::Mark;
        let mut summary = Summary::new(self.sources.len());
        let mut progress =
            Progress::new(&session.context.output, tasks.len(), "requests", "writes no file");
        let mut judge = None;
        let fetched = ordered::for_each(&tasks, session.api.jobs, fetch, |task, answer| {
            let (source, window) = (&self.sources[task.place], task.window);
            let judge = self.judge_of(task.place, &mut judge);
            progress.step();
            match answer {
                Some(Ok(answer)) => {
                    summary.count_answer(&answer);
                    let mut judged = judge.take(answer, window, mark);
                    if window.to == self.query.to {
                        judged.add(judge.end(window.to, mark));
                    }
                    summary.count(source, &judged);
                    each(source, window, &judged)?;
                }
                Some(Err(error)) => {
                    failed[task.place].store(true, Ordering::Relaxed);
                    summary.fail(session, source, error)?;
                }
                None => {}
            }
            Ok::<_, DataError>(())
        });
        progress.end();
        fetched?;
        summary.unless_all_failed()
    }
}
