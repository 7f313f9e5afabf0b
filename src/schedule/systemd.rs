//! systemd units: a oneshot service and its timer (systemd.service(5), systemd.timer(5),
//! systemd.exec(5)).

use super::{Every, Job, MARK, NAME, ScheduleError, Service};

/// The credential's name, and where systemd looks for encrypted ones.
const CREDENTIAL: &str = "partnerlink-key";
const CREDENTIAL_FILE: &str = "/etc/credstore.encrypted/partnerlink-key";

/// These work in a person's own systemd as well, without a mount of their own. All of them forbid
/// set-user-ID programs to gain rights.
const MODEST: &str = "\
NoNewPrivileges=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
";

/// These need the system's systemd.
const STRICT: &str = "\
ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
CapabilityBoundingSet=
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
";

pub fn service_name() -> String {
    format!("{NAME}.service")
}

pub fn timer_name() -> String {
    format!("{NAME}.timer")
}

/// # Errors
/// [`ScheduleError::Value`] for a path of a program that systemd does not take.
pub fn service(job: &Job) -> Result<String, ScheduleError> {
    if job.program.contains(['\'', '"', '\\']) {
        return Err(ScheduleError::Value {
            what: format!("{:?}", job.program),
            why: "has a quote or backslash, and systemd starts no such program".to_owned(),
        });
    }
    let mut unit = format!("# {MARK}\n[Unit]\nDescription=Refresh the sign-ins of partnerlink\n");
    if job.service.is_some() {
        unit += "Wants=network-online.target\nAfter=network-online.target\n";
    }
    unit += "\n[Service]\nType=oneshot\nEnvironment=PARTNERLINK_RUN_BY=systemd\n";
    for (name, value) in &job.variables {
        unit += &format!("Environment={}\n", quoted(&format!("{name}={value}")));
    }
    // The colon: $ in a word is no variable.
    let mut words = job.words().map(String::as_str);
    let program = quoted(&format!(":{}", words.next().unwrap_or_default()));
    let line: Vec<String> = std::iter::once(program).chain(words.map(quoted)).collect();
    unit += &format!("ExecStart={}\n", line.join(" "));
    if let Some(service) = &job.service {
        unit += &account(service);
    }
    unit += "TimeoutStartSec=15min\nUMask=0077\n";
    if job.notifies {
        unit += "# No limits on set-user-ID programs: most of those that send mail are.\n";
        if job.service.is_some() {
            unit += "ProtectSystem=full\nPrivateTmp=yes\n";
        }
        return Ok(unit);
    }
    unit += MODEST;
    if job.service.is_some() {
        unit += STRICT;
    }
    Ok(unit)
}

/// Who a system service is, what it may write to, and where its key comes from.
fn account(service: &Service) -> String {
    let mut text = format!(
        "User={}\nEnvironment={}\n",
        specifiers_escaped(&service.user),
        quoted(&format!("HOME={}", service.home))
    );
    for folder in &service.writes {
        // The minus: a folder that is not there yet is no error.
        text += &format!("ReadWritePaths={}\n", quoted(&format!("-{folder}")));
    }
    if service.credential {
        text += &format!(
            "# The key of the sealed files is encrypted for this machine, once, by root:\n\
             #   systemd-creds encrypt --name={CREDENTIAL} KEY-FILE {CREDENTIAL_FILE}\n\
             LoadCredentialEncrypted={CREDENTIAL}:{CREDENTIAL_FILE}\n"
        );
    }
    text
}

pub fn timer(every: Every) -> String {
    let calendar = match every.minutes {
        minutes @ ..60 => format!("*:0/{minutes}"),
        60 => "hourly".to_owned(),
        1440 => "daily".to_owned(),
        minutes => format!("0/{}:00", minutes / 60),
    };
    format!(
        "# {MARK}\n[Unit]\nDescription=Time to refresh the sign-ins of partnerlink\n\n\
         [Timer]\nOnCalendar={calendar}\nRandomizedDelaySec={}\nPersistent=true\n\n\
         [Install]\nWantedBy=timers.target\n",
        every.jitter()
    )
}

/// One word of a line of words: in double quotes with C escapes, and no specifier in it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-=:@+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
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
