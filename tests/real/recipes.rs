//! The recipes of `help formats`, run as they are printed.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use crate::parts::data::Data;
use crate::parts::{self, Part, has};
use crate::support::program::Program;

/// The lines of a recipe: those of partnerlink, and those for the other program.
fn recipe(program: &Program, name: &str) -> (Vec<String>, String) {
    let page = program.run(["help", "formats"]).exits(0).stdout;
    let (_, recipes) = page.split_once("\nRecipes\n").unwrap();
    let begin = recipes.find(&format!("\n  {name}")).unwrap_or_else(|| panic!("{name}: {recipes}"));
    let lines = recipes[begin + 1..].lines().take_while(|line| !line.is_empty());
    let lines = lines.filter_map(|line| line.strip_prefix("    "));
    let (ours, theirs): (Vec<&str>, Vec<&str>) =
        lines.partition(|line| line.starts_with("partnerlink "));
    (ours.into_iter().map(str::to_owned).collect(), theirs.join("\n"))
}

/// Runs the program's lines as a shell does, and returns what is left for the other.
#[track_caller]
fn run(program: &Program, name: &str) -> String {
    let (ours, theirs) = recipe(program, name);
    assert!(!ours.is_empty(), "{name}");
    let folder = Path::new(env!("CARGO_BIN_EXE_partnerlink")).parent().unwrap();
    for line in ours {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("PATH=\"{}:$PATH\"; {line}", folder.display())]);
        command.env_clear().envs(program.variables());
        command.current_dir(program.root());
        program.start(command).finish().exits(0);
    }
    theirs
}

/// What the other program makes of its lines.
#[track_caller]
fn answer(program: &Program, mut command: Command) -> String {
    command.current_dir(program.root());
    parts::program().start(command).finish().exits(0).stdout
}

#[test]
fn pandas_duckdb_and_r_find_the_same_sums() {
    if !has("recipes of pandas and DuckDB", &[Part::Tables]) {
        return;
    }
    let data = Data::of_meters();
    let python = || Command::new(env::var_os("PARTNERLINK_TEST_PYTHON").unwrap());
    let lines = run(&data.program, "pandas");
    let mut command = python();
    command.args([
        "-c",
        &format!("{lines}\nprint('sum', round(table['value'].sum(), 3), table['time'].dtype)"),
    ]);
    let pandas = answer(&data.program, command);
    assert!(pandas.contains("Strom Verwaltung") && pandas.contains(", UTC]"), "{pandas}");
    let sql = run(&data.program, "DuckDB");
    let mut command = python();
    let script = "import duckdb, sys\nrows = duckdb.sql(sys.argv[1]).fetchall()\n\
                  print(len(rows), round(sum(float(row[2]) for row in rows), 3))";
    command.args(["-c", script, &sql]);
    let duckdb = answer(&data.program, command);
    let sum = duckdb.split_whitespace().nth(1).unwrap();
    assert!(pandas.contains(&format!("sum {sum} ")), "{pandas}\n{duckdb}");
    // R is large: it is run where somebody has it.
    if Command::new("Rscript").arg("--version").output().is_ok() {
        let lines = run(&data.program, "R");
        let mut command = Command::new("Rscript");
        command.args(["-e", &lines]);
        assert!(answer(&data.program, command).contains("Strom Verwaltung"));
    }
}

#[test]
fn the_other_recipes_write_what_they_say() {
    let data = Data::of_meters();
    let read = |name: &str| fs::read_to_string(data.program.root().join(name)).unwrap();
    run(&data.program, "Excel");
    run(&data.program, "Home Assistant");
    let statistics = read("ha.csv");
    let mut lines = statistics.lines();
    assert_eq!(lines.next(), Some("statistic_id,start,unit,delta"));
    assert!(lines.all(|line| line.starts_with("partnerlink:") && line.contains(":00,")));
    let curl = run(&data.program, "Grafana");
    assert!(curl.contains("@woche.lp") && read("woche.lp").contains(",meter=Strom\\ Verwaltung,"));
    run(&data.program, "Prometheus");
    assert!(read("partnerlink.prom").ends_with("# EOF\n"));
}

#[test]
fn qgis_reads_the_geopackage_of_the_recipe() {
    if !has("recipe of QGIS, by ogrinfo", &[Part::Maps]) {
        return;
    }
    let data = Data::of_timber();
    run(&data.program, "QGIS");
    let mut command = Command::new("ogrinfo");
    command.args(["-so", "-al", "polter.gpkg"]);
    assert!(answer(&data.program, command).contains("Feature Count: 340"));
}
