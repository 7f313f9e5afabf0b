//! The recipes of `help formats`, and the one of `help recipes` that reads data, run as they are
//! printed. Those for many machines: `tests/shared/recipes.rs`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use serde_json::Value;

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

/// The text of the job, and the lines that run it.
fn dlt(program: &Program) -> (String, String) {
    let page = program.run(["help", "recipes"]).exits(0).stdout;
    let (_, recipe) = page.split_once("\nReadings into DuckDB with dlt\n").unwrap();
    let (job, shell) = recipe.split_once("\n  It has the token").unwrap();
    let block = |text: &str| {
        let lines = text.lines().filter_map(|line| match line {
            "" => Some(""),
            line => line.strip_prefix("    "),
        });
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    (block(job), block(shell))
}

#[test]
fn dlt_loads_every_reading_into_duckdb_and_none_twice() {
    if !has("the recipe of dlt", &[Part::Tables]) {
        return;
    }
    let mut data = Data::of_meters();
    data.program.patience = Duration::from_secs(120);
    let program = &data.program;
    let (job, lines) = dlt(program);
    fs::write(program.root().join("job.py"), job).unwrap();
    let python = PathBuf::from(env::var_os("PARTNERLINK_TEST_PYTHON").unwrap());
    let ours = Path::new(env!("CARGO_BIN_EXE_partnerlink")).parent().unwrap();
    for _ in 0..2 {
        let mut command = Command::new("sh");
        command.args(["-ec", &lines]).env_clear().envs(program.variables());
        let folders = [python.parent().unwrap(), ours, Path::new("/usr/bin"), Path::new("/bin")];
        command.env("PATH", env::join_paths(folders).unwrap());
        command.env("DLT_DATA_DIR", program.root().join("dlt")).current_dir(program.root());
        program.start(command).finish().exits(0);
    }
    let mut command = Command::new(&python);
    let script = "import duckdb\n\
                  rows = duckdb.connect('meters.duckdb').sql('SELECT value FROM energy.readings')\n\
                  values = [value for value, in rows.fetchall()]\n\
                  print(len(values), round(sum(values), 3))";
    command.args(["-c", script]);
    let loaded = answer(program, command);
    let asked = ["meter", "readings", "--all", "--format", "ndjson"];
    let times = ["--from", "2026-11-01T00:00:00Z", "--to", "2026-11-08T00:00:00Z"];
    let read = program.run([&asked[..], &times].concat()).exits(0).stdout;
    let values = read.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let values: Vec<f64> = values.map(|row| row["value"].as_f64().unwrap()).collect();
    let sum: f64 = values.iter().sum();
    assert!(values.len() > 5000, "{}", values.len());
    assert_eq!(loaded.trim(), format!("{} {}", values.len(), (sum * 1e3).round() / 1e3));
}
