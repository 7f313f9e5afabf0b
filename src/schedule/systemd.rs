//! systemd units: a oneshot service and its timer (systemd.service(5), systemd.timer(5),
//! systemd.exec(5)).

use super::{Every, Job, Kind, MARK, ScheduleError, Service, filled, is_plain};

pub const SERVICE: &str = "partnerlink-refresh.service";
pub const TIMER: &str = "partnerlink-refresh.timer";

/// These work in a person's own systemd as well, without a mount of their own. All of them forbid
/// set-user-ID programs to gain rights.
const LIMITS: &str = include_str!("units/limits-everywhere.conf");
/// These need the system's systemd.
const SYSTEM_LIMITS: &str = include_str!("units/limits-system.conf");
/// Instead of both where a person's program is started as well.
const NOTIFYING: &str = "# No limits on set-user-ID programs: most of those that send mail are.\n";
const NOTIFYING_SYSTEM: &str = "ProtectSystem=full\nPrivateTmp=yes\n";

/// The arguments of `systemctl` for one kind of timer.
pub fn arguments<'a>(kind: Kind, words: &[&'a str]) -> Vec<&'a str> {
    let user: &[&str] = if kind == Kind::Systemd { &["--user"] } else { &[] };
    [user, words].concat()
}

/// # Errors
/// [`ScheduleError::Value`] for a path of a program that systemd does not take.
pub fn service(job: &Job) -> Result<String, ScheduleError> {
    if job.program.contains(['\'', '"', '\\']) {
        return Err(ScheduleError::value(
            format!("{:?}", job.program),
            "has a quote or backslash, and systemd starts no such program",
        ));
    }
    let variables = job.variables.iter().map(|(name, value)| environment(name, value));
    // The colon: $ in a word is no variable.
    let program = quoted(&format!(":{}", job.program));
    let arguments = job.arguments.iter().map(|word| quoted(word));
    let command: Vec<String> = std::iter::once(program).chain(arguments).collect();
    let (network, account) = match &job.service {
        Some(service) => {
            ("Wants=network-online.target\nAfter=network-online.target\n", account(service))
        }
        None => ("", String::new()),
    };
    // The path goes to the end of the line, and takes no quotes.
    let secret_id = job
        .secret_id
        .iter()
        .map(|path| format!("LoadCredential=partnerlink-secret-id:{}\n", specifiers_escaped(path)));
    let (everywhere, system) =
        if job.notifies { (NOTIFYING, NOTIFYING_SYSTEM) } else { (LIMITS, SYSTEM_LIMITS) };
    let system = if job.service.is_some() { system } else { "" };
    Ok(filled(
        include_str!("units/partnerlink-refresh.service"),
        &[
            ("mark", MARK),
            ("network", network),
            ("variables", &variables.collect::<String>()),
            ("command", &command.join(" ")),
            ("account", &account),
            ("secret-id", &secret_id.collect::<String>()),
            ("limits", &[everywhere, system].concat()),
        ],
    ))
}

/// Who a system service is, what it may write to, and where its key comes from.
fn account(service: &Service) -> String {
    let user = specifiers_escaped(&service.user);
    let home = environment("HOME", &service.home);
    // The minus: a folder that is not there yet is no error.
    let writes = quoted(&format!("-{}", service.writes));
    let credential = if service.credential { include_str!("units/credential.conf") } else { "" };
    format!("User={user}\n{home}ReadWritePaths={writes}\n{credential}")
}

pub fn timer(every: Every) -> String {
    let calendar = match every.minutes {
        minutes @ ..60 => format!("*:0/{minutes}"),
        60 => "hourly".to_owned(),
        1440 => "daily".to_owned(),
        minutes => format!("0/{}:00", minutes / 60),
    };
    filled(
        include_str!("units/partnerlink-refresh.timer"),
        &[("mark", MARK), ("calendar", &calendar), ("jitter", &every.jitter().to_string())],
    )
}

fn environment(name: &str, value: &str) -> String {
    format!("Environment={}\n", quoted(&format!("{name}={value}")))
}

/// One word of a line of words: in double quotes with C escapes, and no specifier in it.
fn quoted(word: &str) -> String {
    if is_plain(word) {
        return word.to_owned();
    }
    let escaped = word.replace('\\', r"\\").replace('"', "\\\"");
    format!("\"{}\"", specifiers_escaped(&escaped))
}

fn specifiers_escaped(text: &str) -> String {
    text.replace('%', "%%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_systemd_is_escaped() {
        assert_eq!(quoted("/usr/bin/partnerlink"), "/usr/bin/partnerlink");
        assert_eq!(quoted(r#"/a b/100%/"x"\$Y"#), r#""/a b/100%%/\"x\"\\$Y""#);
        assert_eq!(quoted(""), "\"\"");
        assert_eq!(quoted(";"), "\";\"");
    }
}
