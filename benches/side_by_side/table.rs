//! The table, line by line as the rows are measured.

use crate::measure::Spread;

const MB: u64 = 1_000_000;

/// A row's first two columns.
#[derive(Clone, Copy)]
pub struct Title<'a> {
    pub ours: &'a str,
    pub theirs: &'a str,
}

pub fn head() {
    line("ours", "beside", "ratio", "middle half", "rounds", "goal");
}

/// `goal` is the largest ratio that is good enough.
pub fn ratio(title: Title, spread: Option<Spread>, goal: Option<f64>) {
    let Some(spread) = spread else { return left_out(title.ours, "this system does not tell") };
    let Spread { median, low, high, rounds } = spread;
    line(
        title.ours,
        title.theirs,
        &number(median),
        &format!("{} – {}", number(low), number(high)),
        &rounds.to_string(),
        &goal.map(|goal| verdict(median <= goal, &format!("≤ {goal}"))).unwrap_or_default(),
    );
}

/// A row that is a number of bytes and no ratio. MB are millions of bytes, the stricter reading.
pub fn bytes(what: &str, bytes: u64, goal_mb: Option<u64>) {
    let verdict = goal_mb.map(|goal| verdict(bytes <= goal * MB, &format!("≤ {goal} MB")));
    let size = format!("{:.1} MB", bytes as f64 / MB as f64);
    line(what, "", &size, "", "", &verdict.unwrap_or_default());
}

/// A row that is a span of time and no ratio.
pub fn excess(what: &str, spread: Option<Spread>) {
    let Some(Spread { median, low, high, rounds }) = spread else { return };
    let ms = |seconds: f64| format!("{:.1}", seconds * 1e3);
    let middle = format!("{} – {}", ms(low), ms(high));
    line(what, "", &format!("{} ms", ms(median)), &middle, &rounds.to_string(), "");
}

pub fn left_out(what: &str, why: &str) {
    println!("{what:<44} left out: {why}");
}

fn number(value: f64) -> String {
    if value < 10.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

fn verdict(met: bool, goal: &str) -> String {
    format!("{goal} {}", if met { "met" } else { "MISSED" })
}

fn line(ours: &str, theirs: &str, ratio: &str, middle: &str, rounds: &str, goal: &str) {
    let line = format!("{ours:<44} {theirs:<30} {ratio:>9} {middle:>13} {rounds:>6}  {goal}");
    println!("{}", line.trim_end());
}
