//! `--help` of every command, `help` with its topics, and the manual.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory as _, Parser as _};
use partnerlink::cli::Cli;
use partnerlink::error::Exit;
use partnerlink::formats::{Content, FORMATS, Format};
use partnerlink::terminal::topics::TOPICS;

use crate::support::program::Program;

/// The commands that do something, each with its words.
fn leaves() -> Vec<(String, Command)> {
    fn walk(command: &Command, found: &mut Vec<(String, Command)>) {
        let below: Vec<_> = command.get_subcommands().filter(|c| c.get_name() != "help").collect();
        if below.is_empty() {
            let name = command.get_bin_name().unwrap().to_owned();
            found.push((name, command.clone()));
        }
        below.iter().for_each(|below| walk(below, found));
    }
    let mut cli = Cli::command();
    cli.build();
    let mut found = Vec::new();
    walk(&cli, &mut found);
    assert!(found.len() > 25, "{}", found.len());
    found
}

/// The words of a line as a shell would divide it, up to a pipe, a redirection or a remark.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut previous = ' ';
    for c in format!("{line} ").chars() {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (' ', None) if previous == ' ' && !words.is_empty() => return words,
            (' ', None) => match word.as_str() {
                "|" | ">" | "2>" | "<" | "&&" | "||" => return words,
                _ => words.push(std::mem::take(&mut word)),
            },
            (c, _) => word.push(c),
        }
        previous = c;
    }
    words
}

/// Whether the real parser takes it. A line of `--help` is taken, too.
#[track_caller]
fn parses(line: &str, place: &str) {
    let words = words(line);
    if let Err(error) = Cli::try_parse_from(&words) {
        assert!(!error.use_stderr(), "{place}: {words:?}: {error}");
    }
}

#[test]
fn every_command_shows_examples_that_it_understands() {
    for (name, mut command) in leaves() {
        let help = command.render_long_help().to_string();
        let Some((_, examples)) = help.split_once("Examples:\n") else {
            panic!("{name} --help shows no examples:\n{help}");
        };
        let own = examples.lines().map(str::trim).filter(|line| line.starts_with("partnerlink "));
        let own: Vec<&str> = own.collect();
        assert!(own.iter().any(|line| line.starts_with(&name)), "{name}: {own:?}");
        for line in own {
            parses(line, &name);
        }
    }
}

#[test]
fn the_words_of_an_example_are_found() {
    assert_eq!(words("partnerlink demo     see it all"), ["partnerlink", "demo"]);
    assert_eq!(words("a --scope \"b c\" < x"), ["a", "--scope", "b c"]);
    assert!(Cli::try_parse_from(words("partnerlink demo --nonsense")).is_err());
}

#[test]
fn help_of_a_command_is_what_the_command_says_of_itself() {
    let program = Program::new();
    for words in [&["token", "get"][..], &["meter", "readings"], &["token"], &[]] {
        let help = program.run([&["help"], words].concat()).exits(0);
        let own = program.run([words, &["--help"]].concat()).exits(0);
        assert_eq!(help.stdout, own.stdout);
        assert!(help.stderr.is_empty(), "{}", help.told());
    }
    let help = program.run(["help"]).exits(0).stdout;
    for topic in TOPICS {
        assert!(help.contains(topic.name), "{}: {help}", topic.name);
    }
}

#[test]
fn help_of_nonsense_names_what_was_probably_meant() {
    let program = Program::new();
    let wrong = |words: &[&str]| program.run([&["help"], words].concat()).exits(2);
    wrong(&["enviroment"]).says(&["did you mean partnerlink help environment?"]);
    wrong(&["stauts"]).says(&["did you mean partnerlink help status?"]);
    wrong(&["token", "refesh"]).says(&["did you mean partnerlink help token refresh?"]);
    wrong(&["meter", "reading"]).says(&["did you mean partnerlink help meter readings?"]);
    wrong(&["qqq"]).says(&["no command or topic \"qqq\"", "partnerlink help shows what there is"]);
    wrong(&["token", "exit-codes"]).says(&["no command or topic \"exit-codes\""]);
}

#[test]
fn a_topic_is_a_page_that_every_terminal_shows() {
    let program = Program::new();
    program.configure("this is = = no configuration");
    for topic in TOPICS {
        let page = program.run(["help", topic.name]).exits(0).stdout;
        assert_eq!(page.trim_end(), topic.page().trim_end());
        // Those have a recipe for each program that reads the formats, and for each kind of machine.
        let most = if matches!(topic.name, "formats" | "recipes") { 120 } else { 60 };
        assert!(page.lines().count() <= most, "{}", topic.name);
        let long = page.lines().find(|line| line.chars().count() > 80);
        assert_eq!(long, None, "{}", topic.name);
        let has_code = matches!(topic.name, "exit-codes" | "formats");
        assert!(!page.contains(['\u{1b}', '\t']), "{page}");
        assert!(!page.contains('{') || has_code, "{page}");
        let json = program.run(["help", topic.name, "--json"]).exits(0).json();
        assert_eq!((&json["schema"], &json["topic"]), (&1.into(), &topic.name.into()));
    }
}

#[test]
fn commands_that_a_topic_shows_are_understood() {
    let mut seen = 0;
    for topic in TOPICS {
        for line in topic.page().lines() {
            let indented = line.starts_with(' ').then(|| line.trim_start());
            let shown = indented.filter(|line| line.starts_with("partnerlink "));
            let quoted = line.split('`').skip(1).step_by(2);
            let quoted = quoted.filter(|text| text.starts_with("partnerlink "));
            // In a sentence a command stands without its arguments.
            let quoted = quoted.map(|command| format!("{command} --help"));
            let all = shown.map(str::to_owned).into_iter().chain(quoted);
            for line in all {
                parses(&line, topic.name);
                seen += 1;
            }
        }
    }
    assert!(seen >= 10, "{seen}");
}

#[test]
fn every_exit_code_is_told_everywhere_in_the_same_words() {
    let page = topic("exit-codes");
    for exit in Exit::BY_URGENCY {
        let code = (exit as u8).to_string();
        let meaning = Exit::MEANINGS.iter().find(|(known, _)| *known == code);
        let (_, meaning) = meaning.unwrap_or_else(|| panic!("{exit:?} has no meaning"));
        assert!(page.contains(&format!("  {code:<15}{meaning}\n")), "{exit:?}: {page}");
        let readme = include_str!("../../README.md");
        assert!(readme.contains(&format!("| {code} | {meaning}")), "{exit:?} in README.md");
    }
    assert_eq!(Exit::MEANINGS.len(), Exit::BY_URGENCY.len() + 2, "0 and the signals");
}

/// Every variable that the program reads is in the topic, and none that it does not.
#[test]
fn every_variable_is_told() {
    /// Read by libraries: rustls, anstream, directories, the keychain's.
    const BY_LIBRARIES: [&str; 5] = [
        "SSL_CERT_FILE",
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "XDG_CONFIG_HOME",
        "DBUS_SESSION_BUS_ADDRESS",
    ];
    let mut read: BTreeSet<String> = BY_LIBRARIES.map(str::to_owned).into();
    for text in sources() {
        for asked in ["text(\"", "path(\""] {
            for rest in text.split(asked).skip(1) {
                let name = rest.split('"').next().unwrap_or_default();
                let is_variable = |c: char| c.is_ascii_uppercase() || c == '_';
                if name.len() > 1 && name.chars().all(is_variable) {
                    read.insert(name.to_owned());
                }
            }
        }
        if text.contains("client_variable(provider, ") {
            read.insert("PARTNERLINK_<PROVIDER>_CLIENT_ID".into());
            read.insert("PARTNERLINK_<PROVIDER>_CLIENT_SECRET".into());
        }
    }
    // Of lists that config/ goes through.
    read.extend(["HTTPS_PROXY", "ALL_PROXY"].map(str::to_owned));
    for name in ["ADDR", "TOKEN", "NAMESPACE", "CACERT"] {
        read.extend([format!("BAO_{name}"), format!("VAULT_{name}")]);
    }
    // Where no other is named by `jwt_variable`.
    read.insert("VAULT_ID_TOKEN".into());
    assert!(read.contains("PARTNERLINK_HOME") && read.contains("BROWSER"), "{read:?}");
    let page = topic("environment");
    let told: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')))
        .filter_map(|line| line.split("  ").next())
        .flat_map(|names| names.split([',', ' ']))
        .filter(|name| name.len() > 1 && name.starts_with(|c: char| c.is_ascii_uppercase()))
        .filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || "_<>".contains(c)))
        .map(str::to_owned)
        .collect();
    assert_eq!(told, read, "left: help environment; right: what the program reads");
}

#[test]
fn every_format_is_told_with_what_it_fits() {
    let page = topic("formats");
    for format in FORMATS {
        let line = format!("  {:<11}", format.name);
        assert!(page.lines().any(|l| l.starts_with(&line)), "{line}: {page}");
        // Told and true: `.csv`, `.jsonl`.
        let entry = page.split(&format!("\n{line}")).nth(1).unwrap();
        let entry = entry.split("\n  ").take_while(|l| !l.is_empty()).next().unwrap();
        for word in entry.split([' ', '(', ')', ',']).filter(|word| word.starts_with('.')) {
            let of_file = Format::of_file(Path::new(&format!("x{word}")));
            assert_eq!(of_file.map(|format| format.name), Some(format.name), "{word}");
        }
    }
    for (what, content) in [
        ("readings (Lastgang)", Content::Readings),
        ("log piles (Polter)", Content::Piles),
        ("every other list", Content::Records),
    ] {
        let missing = FORMATS.iter().filter(|format| format.check(content).is_err());
        let missing: Vec<&str> = missing.map(|format| format.name).collect();
        let line = format!("  {what:<22}all but {}\n", missing.join(", "));
        assert!(page.contains(&line), "{line:?} is not in {page}");
    }
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let program = Program::new();
    let out = program.root().join("man/man1");
    program.run(["man", "--out", out.to_str().unwrap()]).exits(0).says(&["pages in"]);
    let main = fs::read_to_string(out.join("partnerlink.1")).unwrap();
    assert_eq!(program.run(["man"]).exits(0).stdout, main);
    for (name, _) in leaves() {
        let file = out.join(format!("{}.1", name.replace(' ', "-")));
        let page = fs::read_to_string(&file).unwrap_or_else(|_| panic!("no {}", file.display()));
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLES", "EXIT STATUS", "SEE ALSO"] {
            assert!(has_section(&page, section), "{name}: no {section}");
        }
    }
    for section in ["COMMANDS", "ENVIRONMENT", "FILES", "TOPICS", "EXAMPLES", "EXIT STATUS"] {
        assert!(has_section(&main, section), "no {section}");
    }
    assert!(out.join("partnerlink-token.1").exists() && out.join("partnerlink-help.1").exists());
    assert!(!out.join("partnerlink-token-help.1").exists());
}

/// A heading of several words stands in quotes.
fn has_section(page: &str, heading: &str) -> bool {
    page.lines().any(|line| line.replace('"', "") == format!(".SH {heading}"))
}

/// The day of the version is that of CHANGELOG.md.
#[test]
fn the_manual_and_the_changelog_name_the_same_day() {
    let page = Program::new().run(["man"]).exits(0).stdout;
    let title = page.lines().find(|line| line.starts_with(".TH ")).unwrap();
    let day = title.split(' ').nth(3).unwrap();
    let heading = format!("## [{}] - {day}", env!("CARGO_PKG_VERSION"));
    assert!(include_str!("../../CHANGELOG.md").contains(&heading), "{heading}");
}

fn topic(name: &str) -> String {
    TOPICS.iter().find(|topic| topic.name == name).unwrap().page()
}

/// The program's own code: not the sandbox's, and no unit tests.
fn sources() -> Vec<String> {
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("sandbox") {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push(text.split("#[cfg(test)]").next().unwrap_or_default().to_owned());
            }
        }
    }
    found
}
