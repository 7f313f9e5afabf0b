//! What data may do to whoever reads it: a terminal, a spreadsheet, an existing file.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::data::{Data, OFFICE};
use crate::support::has;
use crate::support::program::Program;
use crate::support::spoiled;
use crate::support::unix::assert_private;

/// Bytes on stdout, of which [`Program::run`] keeps the text only.
fn bytes(program: &Program, args: &[&str]) -> Vec<u8> {
    let output = program.command(args).output().unwrap();
    assert!(output.status.success(), "{args:?}");
    output.stdout
}

#[test]
#[cfg_attr(windows, ignore = "its terminal is made by script(1)")]
fn a_terminal_shows_no_control_of_the_data() {
    if !has("a_terminal_shows_no_control_of_the_data", "script") {
        return;
    }
    let (data, _front) = Data::behind(spoiled::controls);
    for (args, shown) in [
        ("meter spaces", "Musterstadt"),
        ("meter customers", "kunde1@muster.example"),
        ("meter customers --format csv", "kunde1@muster.example"),
        ("meter customers --format json", "kunde1@muster.example"),
        ("meter customers --format ndjson", "kunde1@muster.example"),
        ("timber aggregations", "24-001-1-1"),
        ("timber aggregations --format plain", "24-001-1-1"),
        ("timber plot --by wood-list", "Log piles"),
        ("api zaehlerfreunde /customers", "kunde1@muster.example"),
        ("api zaehlerfreunde /customers --jq .customers[].name", "Holz"),
    ] {
        let outcome = data.program.start(data.program.on_a_terminal(args)).finish().exits(0);
        let seen = &outcome.stdout;
        assert!(seen.contains(shown), "{args}: {seen}");
        for bad in ["\u{1b}]", "\u{1b}[2J", "\u{7}", "\u{202e}", "\u{9b}", "\0", "\r\r\n"] {
            assert!(!seen.contains(bad), "{args}: {bad:?} in {seen:?}");
        }
    }
}

#[test]
fn no_cell_is_a_formula() {
    let (data, _front) = Data::behind(spoiled::controls);
    for list in [
        &["meter", "customers"][..],
        &["timber", "aggregations"],
        &["meter", "readings", "--device", OFFICE, "--from", "2026-10-01", "--to", "2026-10-02"],
    ] {
        let piped = data.program.run([list, &["--format", "csv"]].concat()).exits(0);
        let rows = csv::Reader::from_reader(piped.stdout.as_bytes())
            .into_records()
            .collect::<Result<Vec<_>, _>>()
            .unwrap();
        let mut defused = 0;
        for cell in rows.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{list:?}: {cell:?}");
            defused += usize::from(cell.starts_with("'=HYPERLINK") || cell.starts_with("'@SUM"));
        }
        assert!(defused >= rows.len() / 6, "{list:?}: {defused} of {}", rows.len());
        // A pipe gets what a file gets.
        data.program.run([list, &["-o", "list.csv", "--force"]].concat()).exits(0);
        let file = fs::read_to_string(data.program.root().join("list.csv")).unwrap();
        assert!(file == piped.stdout, "{list:?}");
    }
}

#[test]
fn machine_formats_are_whole_in_a_pipe() {
    let (data, _front) = Data::behind(spoiled::controls);
    let names = data.program.run(["meter", "customers", "--json"]).exits(0).json();
    let name = |at: usize| names["customers"][at]["name"].as_str().unwrap().to_owned();
    assert_eq!(name(1), "\u{1b}]52;c;c2FuZGJveA==\u{7}\u{1b}[2J");
    assert_eq!(name(2), "Holz\u{202e}txt.exe");
    let rows = data.program.run(["meter", "customers", "--format", "csv"]).exits(0);
    let mut rows = csv::Reader::from_reader(rows.stdout.as_bytes()).into_records();
    assert_eq!(&rows.nth(1).unwrap().unwrap()[2], name(1), "nothing is taken out of data");
    let plain = data.program.run(["meter", "customers", "--format", "plain"]).exits(0);
    plain.conceals(&["\u{1b}", "\u{202e}", "\u{7}"]);
}

#[test]
fn a_workbook_is_the_same_in_a_pipe() {
    let data = Data::new();
    data.program.run(["meter", "spaces", "-o", "spaces.xlsx"]).exits(0);
    let file = fs::read(data.program.root().join("spaces.xlsx")).unwrap();
    let piped = bytes(&data.program, &["meter", "spaces", "--format", "xlsx"]);
    assert_eq!(piped.len(), file.len());
    for book in [file, piped] {
        assert!(book.starts_with(b"PK\x03\x04"));
        let end = book.windows(4).rposition(|four| four == b"PK\x05\x06").unwrap();
        let number = |at: usize| u32::from_le_bytes(book[at..at + 4].try_into().unwrap()) as usize;
        let directory = number(end + 16);
        assert!(book[directory..].starts_with(b"PK\x01\x02"), "the directory is where it is said");
        assert_eq!(directory + number(end + 12), end);
    }
}

#[test]
fn an_existing_file_is_kept_unless_forced_and_is_private() {
    let data = Data::new();
    let (program, path) = (&data.program, data.program.root().join("a.csv"));
    fs::write(&path, "mine").unwrap();
    for command in [
        &["meter", "spaces"][..],
        &["timber", "aggregations"],
        &["meter", "readings", "--device", OFFICE, "--last", "1d"],
    ] {
        let outcome = program.run([command, &["-o", "a.csv"]].concat());
        assert_ne!(outcome.code, Some(0), "{}", outcome.told());
        outcome.says(&["is there already", "--force"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    }
    program.run(["meter", "spaces", "-o", "a.csv", "--force"]).exits(0);
    assert!(fs::read_to_string(&path).unwrap().starts_with("name,category,"));
    assert_private(&path);
    for (command, file) in [("meter", "b.svg"), ("timber", "b.html")] {
        fs::write(program.root().join(file), "mine").unwrap();
        let range: &[&str] =
            if command == "meter" { &["--device", OFFICE, "--last", "1d"] } else { &[] };
        let args = [&[command, "plot"], range, &["-o", file]].concat();
        program.run(&args).says(&["is there already"]);
        assert_eq!(fs::read_to_string(program.root().join(file)).unwrap(), "mine");
        program.run([&args[..], &["--force"]].concat()).exits(0);
    }
}

#[test]
#[cfg_attr(windows, ignore = "it runs sh")]
fn a_reader_that_leaves_ends_it_quietly() {
    if !has("a_reader_that_leaves_ends_it_quietly", "sh") {
        return;
    }
    let data = Data::new();
    for args in [
        "timber aggregations --format csv",
        "meter readings --all --from 2026-10-01 --to 2026-10-08",
        "api timberdata /inventory/v4/inventory/woodlist/summaries --paginate",
    ] {
        let line = format!("{} {args} | head -n 1 >/dev/null", env!("CARGO_BIN_EXE_partnerlink"));
        let mut command = Command::new("sh");
        command.args(["-c", &line]).env_clear().envs(data.program.variables());
        command.current_dir(data.program.root()).stdin(Stdio::null());
        let outcome = data.program.start(command).finish().exits(0);
        outcome.conceals(&["error"]);
    }
}

#[test]
fn a_field_that_no_entry_has_is_wrong_usage_and_nothing_is_written() {
    let data = Data::new();
    for (list, wrong, meant) in [
        ("meter spaces", "nmae", "did you mean name?"),
        ("meter devices", "id,mediun", "did you mean medium?"),
        ("meter customers", "external-id", "did you mean external_id?"),
        ("timber woodlists", "base_area.nmae", "there are base_area,"),
        ("timber aggregations", "protocol_fm", "did you mean protocol_fm_volume?"),
        ("timber user", "e-mail", "did you mean email?"),
    ] {
        for format in ["plain", "csv", "csv-de", "json", "ndjson"] {
            let args = list.split(' ').chain(["--fields", wrong, "--format", format]);
            let outcome = data.program.run(args).exits(2).says(&["there is no field", meant]);
            assert_eq!(outcome.stdout, "", "{list} {format}");
        }
    }
    let piles = ["timber", "aggregations", "--fields", "bayer", "-o"];
    for file in ["piles.xlsx", "piles.geojson", "piles.csv"] {
        data.program.run(piles.iter().chain([&file])).exits(2).says(&["did you mean buyer?"]);
        assert!(!data.program.root().join(file).exists(), "{file}");
    }
    // Documented, and in none of the entries.
    data.program.run(["meter", "spaces", "--fields", "id,parentSpaceId"]).exits(0);
    data.program.run(["timber", "aggregations", "--fields", "images, buyer.id"]).exits(0);
}

#[test]
fn jq_picks_from_every_answer_that_is_json() {
    let data = Data::new();
    let picked = |line: &str, filter: &str| {
        let words = line.split(' ').chain(["--jq", filter]);
        data.program.run(words).exits(0).stdout
    };
    assert_eq!(picked("timber aggregations", ".piles | length"), "340\n");
    assert_eq!(picked("timber user", ".user[0].name, .schema"), "Anna Muster\n1\n");
    let each = picked("timber aggregations --format ndjson", "select(.sale_status == 3) | .id");
    assert_eq!(each.lines().count(), 164);
    assert_eq!(picked("status", ".accounts | length"), "2\n");
    assert!(picked("provider list", ".providers[].name").starts_with("zaehlerfreunde\n"));
    assert_eq!(
        picked("token show timberdata", ".account.provider // .account.account").lines().count(),
        1
    );
    picked("timber aggregations -o volumes.csv", ".piles[] | [.id, .protocol_fm_volume] | @csv");
    let written = fs::read_to_string(data.program.root().join("volumes.csv")).unwrap();
    assert!(written.starts_with("900001,62.02\n"), "{written}");

    let fails = |line: &str| data.program.run(line.split(' ')).exits(2);
    fails("timber aggregations --jq .[").says(&["error: could not apply --jq"]);
    fails("timber aggregations --json --jq .[").says(&["{\"schema\":1,", "could not apply --jq"]);
    fails("timber aggregations --format csv --jq .").says(&["--jq takes JSON, and csv is none"]);
    fails("timber aggregations -o a.xlsx --jq .").says(&["--jq takes JSON, and xlsx is none"]);
    fails("timber plot --jq .").says(&["--jq takes JSON, and a picture is none"]);
    let refused = fails("token get timberdata --jq .")
        .says(&["not for what holds one", "partnerlink token show timberdata"]);
    assert!(refused.stdout.is_empty());
}

#[test]
fn a_field_that_no_entry_has_is_told_before_anything_is_written_also_of_a_long_list() {
    let data = Data::new();
    let run = |fields: &str| {
        let args = ["timber", "aggregations", "--format", "ndjson", "--fields", fields];
        data.program.run(args)
    };
    let long = "full_number,storage_location,note,images,class_entries,buyer,owner_group";
    assert!(run(long).exits(0).stdout.len() > 100_000, "more than is kept in memory");
    let wrong = run(&long.replace("location", "locatoin"))
        .exits(2)
        .says(&["no field \"storage_locatoin\"", "did you mean storage_location?"]);
    assert!(wrong.stdout.is_empty());
}
