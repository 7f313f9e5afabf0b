//! Every command that the program names anywhere, in a hint, a help text or a letter, is one that
//! it understands, with flags that this command has.

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory as _};
use partnerlink::cli::Cli;

/// What a command that stands in a text ends with.
const ENDS: [&str; 14] =
    ["\"", "`", "\\n", "  ", "; ", ", ", ": ", " (", ")", "…", " # ", " | ", " > ", " && "];

#[test]
fn every_command_that_is_named_exists() {
    let mut cli = Cli::command();
    cli.build();
    let (mut seen, mut wrong) = (0, Vec::new());
    let mut look = |path: &Path, text: &str| {
        for line in text.lines() {
            let mut check = |text: &str, is_meant| match judge(&cli, &words_of(text), is_meant) {
                Ok(is_command) => seen += usize::from(is_command),
                Err(why) => wrong.push(format!("{}: {why}: {}", path.display(), line.trim())),
            };
            for (at, name) in line.match_indices("partnerlink ") {
                let before = line[..at].trim();
                let is_meant =
                    before.is_empty() || before.ends_with(['`', '"']) && !before.ends_with("b\"");
                check(&line[at + name.len()..], is_meant);
            }
            // `token refresh`, without the program's name.
            line.split('`').skip(1).step_by(2).for_each(|quoted| check(quoted, false));
        }
    };
    texts(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut look);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(seen > 200, "only {seen} commands were seen");
}

#[test]
fn the_rule_sees_a_breach() {
    let mut cli = Cli::command();
    cli.build();
    let judged = |text: &str| judge(&cli, &words_of(text), true);
    assert_eq!(judged("store migrate --to file` says"), Ok(true));
    assert_eq!(judged("token get {account}\", so"), Ok(true));
    for wrong in ["stores", "store move", "store migrate --into file", "token"] {
        assert!(judged(wrong).is_err(), "{wrong}");
    }
}

/// A name in capitals is a gap, which whoever types the command as it is printed falls into. Help
/// texts, which say how a command is written, may have them.
#[test]
fn no_remedy_has_a_gap() {
    let (mut seen, mut gaps) = (0, Vec::new());
    let mut look = |path: &Path, text: &str| {
        if path.extension() != Some("rs".as_ref()) {
            return;
        }
        let mut is_help = false;
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in text.lines() {
            is_help |= line.contains("EXAMPLES: &str") || line.contains("after_help");
            let is_comment = line.trim_start().starts_with("//");
            for (at, name) in line.match_indices("partnerlink ").filter(|_| !is_help && !is_comment)
            {
                seen += 1;
                gaps.extend(gap_in(&line[at + name.len()..]).map(|gap| format!("{gap}: {line}")));
            }
            is_help &= !line.ends_with("\";") && !line.ends_with(")]");
        }
    };
    texts(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut look);
    assert!(gaps.is_empty(), "\n{}", gaps.join("\n"));
    assert!(seen > 60, "only {seen} commands were seen");
    assert_eq!(gap_in("connect {provider}:NAME`, or").as_deref(), Some("NAME"));
    assert_eq!(gap_in("connect {account}\", THAT"), None);
}

/// The first word in capitals of a command.
fn gap_in(command: &str) -> Option<String> {
    let mut parts = words_of(command).into_iter().flat_map(|word| word.split([':', '=', '/']));
    let is_gap = |part: &&str| part.len() > 2 && part.chars().all(|c| c.is_ascii_uppercase());
    parts.find(is_gap).map(str::to_owned)
}

/// The words of a command, as far as it goes.
fn words_of(text: &str) -> Vec<&str> {
    let end = ENDS.iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
    text[..end].split_whitespace().collect()
}

/// Whether this is a command; `Err` for one that does not exist. Prose begins with any word.
fn judge(cli: &Command, words: &[&str], is_meant: bool) -> Result<bool, String> {
    let mut command = cli;
    let mut rest = words;
    while let [word, others @ ..] = rest {
        if word.starts_with('-') && command.get_name() == "partnerlink" {
            // A flag before the command.
        } else if let Some(inner) = command.find_subcommand(word) {
            command = inner;
        } else {
            break;
        }
        rest = others;
    }
    let name = command.get_name();
    let is_group = command.has_subcommands();
    if name == "partnerlink" {
        let is_word =
            words.first().is_some_and(|word| word.chars().all(|c| c.is_ascii_lowercase()));
        return if is_meant && is_word { Err("no such command".into()) } else { Ok(false) };
    }
    if is_group && (is_meant || rest.first().is_some_and(|word| word.starts_with('-'))) {
        return Err(format!("`{name}` needs another word"));
    }
    for flag in rest.iter().filter(|word| word.starts_with('-') && word.len() > 1) {
        let flag = flag.split('=').next().unwrap_or_default().trim_end_matches(['.', '\'']);
        if flag == "--" {
            break;
        }
        let is_known = command.get_arguments().any(|argument| {
            let long = argument.get_long().map(|long| format!("--{long}"));
            let short = argument.get_short().map(|short| format!("-{short}"));
            [long, short].iter().flatten().any(|known| known == flag)
        });
        if !is_known {
            return Err(format!("`{name}` has no {flag}"));
        }
    }
    Ok(true)
}

fn texts(folder: &Path, look: &mut dyn FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            texts(&entry, look);
        } else if let Ok(text) = fs::read_to_string(&entry) {
            look(&entry, &text);
        }
    }
}
