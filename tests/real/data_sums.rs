//! The sums of a report are those that DuckDB finds in the tables of the same month, to the digit.

use std::env;
use std::process::{Command, Stdio};

use crate::parts::data::Data;
use crate::parts::{self, Part, has};

/// The sum of each meter and direction: of two tables by DuckDB, and of the first sheet of a workbook
/// as openpyxl reads what stands in its cells.
const SUMS: &str = r#"
import itertools, json, sys
from decimal import Decimal
import duckdb, openpyxl
parquet, csv, book = sys.argv[1:]
digits = lambda value: f'{Decimal(str(value)):.6f}'
def table(path):
    rows = duckdb.sql(f"""select meter, direction, sum(cast(value as decimal(18, 6)))
                          from '{path}' group by all""").fetchall()
    return {f'{meter}, {direction}': digits(total) for meter, direction, total in rows}
def report(path):
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    rows = itertools.takewhile(lambda row: row[0], sheet.iter_rows(min_row=7, max_col=5, values_only=True))
    way = lambda text: 'OUT' if text == 'feed-in' else 'IN'
    return {f'{row[0]}, {way(row[3])}': digits(row[4]) for row in rows if row[3]}
print(json.dumps({'parquet': table(parquet), 'csv': table(csv), 'report': report(book)}))
"#;

#[test]
fn a_report_has_the_sums_of_duckdb_over_parquet_and_csv() {
    if !has("sums of a report in DuckDB", &[Part::Tables]) {
        return;
    }
    let data = Data::of_meters();
    let month = ["--all", "--month", "2026-10"];
    let [parquet, csv, book] = ["october.parquet", "october.csv", "october.xlsx"]
        .map(|name| data.program.root().join(name));
    for (command, file) in [("readings", &parquet), ("readings", &csv), ("report", &book)] {
        let to = ["--language", "en", "-o", file.to_str().unwrap()];
        data.program.run([&["meter", command], &month[..], &to].concat()).exits(0);
    }
    let mut python = Command::new(env::var_os("PARTNERLINK_TEST_PYTHON").unwrap());
    python.args(["-c", SUMS]).args([parquet, csv, book]).stdin(Stdio::null());
    let sums = parts::program().start(python).finish().exits(0).json();
    assert_eq!(sums["report"].as_object().unwrap().len(), 12, "{sums}");
    assert_eq!(sums["report"], sums["parquet"]);
    assert_eq!(sums["report"], sums["csv"]);
}
