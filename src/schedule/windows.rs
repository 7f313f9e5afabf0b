//! A task for the Windows Task Scheduler, as the XML that `schtasks /Create /XML` reads
//! (learn.microsoft.com, Task Scheduler Schema).
//!
//! It must open no window, and reach the Credential Manager. What was weighed:
//!
//! - The task without a session (`S4U`, a password, a service account) has no window, but no
//!   Credential Manager and no DPAPI either: it could read no token. So it is `InteractiveToken`: it
//!   runs while its user is signed in, and not before.
//! - A program for the console gets a window from Windows itself before its first line runs; hiding
//!   it afterwards flashes, and Windows Terminal does not hide at all. A second program without a
//!   console only for this would be one more to build, sign and find. VBScript is being removed.
//! - `conhost.exe --headless PROGRAM` is Windows' own way to a console without a window, since
//!   Windows 10 1809. Its exit code is not the program's (microsoft/terminal#17178), so the Task
//!   Scheduler's "last result" says nothing; how a run ended is told from the record that the program
//!   keeps itself, which is in no language either: `schtasks` names its columns and writes its times
//!   in that of the system.
//!
//! conhost takes the words apart and puts them together again, with their quotes since Windows 10
//! 2004: what `cmd /c` wants between quotes would not survive. A task has no variables of its own, so
//! they are handed over as arguments.

use super::{Every, Job, MARK, NAME, ScheduleError, filled, xml};

pub const FILE: &str = "partnerlink-refresh.xml";

/// Whose task it is. Users of one machine share the names of tasks.
#[derive(Clone, Debug)]
pub struct Owner {
    /// The domain, or this machine's name.
    pub domain: String,
    pub user: String,
}

/// What the task is called: with its user, without what the name of a task cannot have.
pub fn task_name(owner: Option<&Owner>) -> String {
    let Some(Owner { domain, user }) = owner else { return NAME.to_owned() };
    let bad = |c: char| c.is_control() || r#"\/:*?"<>|"#.contains(c);
    format!("{NAME}-{domain}-{user}").replace(bad, "_")
}

pub fn task(job: &Job, every: Every, owner: Option<&Owner>) -> Result<String, ScheduleError> {
    let by = ("PARTNERLINK_RUN_BY", "windows".to_owned());
    let variables = std::iter::once(&by).chain(&job.variables);
    let variables = variables.map(|(name, value)| format!("--variable={name}={value}"));
    let words: Vec<String> = job.words().cloned().chain(variables).collect();
    let words = words.iter().map(|word| argument(word)).collect::<Result<Vec<_>, _>>()?;
    let whose = |it: &Owner| format!("<UserId>{}\\{}</UserId>", xml(&it.domain), xml(&it.user));
    Ok(filled(
        include_str!("units/partnerlink-refresh.xml"),
        &[
            ("mark", MARK),
            ("minutes", &every.minutes.to_string()),
            ("jitter", &every.jitter().to_string()),
            ("owner", &owner.map(whose).unwrap_or_default()),
            ("arguments", &xml(&words.join(" "))),
        ],
    ))
}

/// A word as `CommandLineToArgvW` takes it apart. The Task Scheduler puts variables and values of its
/// own in the place of `%…%` and `$(…)`, and knows no way to write them otherwise.
fn argument(word: &str) -> Result<String, ScheduleError> {
    if word.contains('%') || word.contains("$(") {
        let why = "has a % or $( in it, for which the Task Scheduler writes something else";
        return Err(ScheduleError::value(format!("{word:?}"), why));
    }
    let plain = |c: char| c.is_alphanumeric() || r"/._-=:\@+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return Ok(word.to_owned());
    }
    let mut quoted = String::from("\"");
    for piece in word.split_inclusive('"') {
        let text = piece.strip_suffix('"').unwrap_or(piece);
        quoted += text;
        // Backslashes before a quote count double.
        quoted += &text[text.trim_end_matches('\\').len()..];
        if text.len() < piece.len() {
            quoted += "\\\"";
        }
    }
    Ok(quoted + "\"")
}

/// Whether the Task Scheduler told of a task.
pub fn is_task(told: &str) -> bool {
    told.replace('\0', "").contains("<Task")
}

/// Whether the Task Scheduler would start a task, of which it tells this XML; in whatever encoding,
/// since what is looked for is ASCII.
pub fn is_enabled(told: &str) -> bool {
    !told.replace('\0', "").contains("<Enabled>false</Enabled>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_argument_whatever_is_in_it() {
        for (word, written) in [
            ("token", "token"),
            (r"C:\Users\anna\pl.exe", r"C:\Users\anna\pl.exe"),
            (r"C:\Müller & Söhne\", r#""C:\Müller & Söhne\\""#),
            (r#"say "it""#, r#""say \"it\"""#),
            (r#"a\"b c"#, r#""a\\\"b c""#),
            ("", "\"\""),
        ] {
            assert_eq!(argument(word).unwrap(), written);
        }
        assert!(argument("100%").is_err() && argument("$(Arg0)").is_err());
    }

    #[test]
    fn two_users_have_two_tasks() {
        let name = |domain: &str, user: &str| {
            task_name(Some(&Owner { domain: domain.into(), user: user.into() }))
        };
        assert_eq!(name("FIRMA", "anna"), "partnerlink-refresh-FIRMA-anna");
        assert_ne!(name("FIRMA", "anna"), name("PC7", "anna"));
        assert_eq!(name("FIRMA", "a:b"), "partnerlink-refresh-FIRMA-a_b");
    }

    #[test]
    fn a_task_that_is_switched_off_is_known() {
        let told = "<Settings>\r\n    <Enabled>false</Enabled>\r\n";
        let wide: String = told.chars().flat_map(|c| [c, '\0']).collect();
        assert!(!is_enabled(told) && !is_enabled(&wide));
        assert!(is_task("<\0T\0a\0s\0k\0 \0") && !is_task(""));
        assert!(is_enabled("<TimeTrigger><Enabled>true</Enabled></TimeTrigger>"));
    }
}
