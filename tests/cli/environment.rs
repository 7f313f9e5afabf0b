//! Browser, terminal and environment, and what cron and the desktop must agree on.

use std::fs;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::provider::Provider;
use crate::support::browser::Link;
use crate::support::program::{Outcome, Program, Signal, set_mode};
use crate::support::unix::{self, chown, is_root};
use crate::support::{by_an_ordinary_user, connected, described};

/// Connects with whatever browser there is, and comes back from another one.
#[track_caller]
fn connect_with_browser(program: &Program, fake: &Provider, args: &[&str]) -> Outcome {
    let mut running = program.spawn([&["connect", "fake"], args].concat());
    let link = Link::shown_by(&mut running);
    link.returns_with(&fake.consent(&link));
    running.finish().exits(0)
}

/// A desktop on which this script opens addresses, and nothing else does.
fn desktop(program: Program, xdg_open: &str) -> Program {
    program.script("xdg-open", xdg_open);
    let bin = program.root().join("bin");
    program.set("DISPLAY", ":0").set("PATH", bin)
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn a_browser_that_is_missing_or_fails_leaves_the_link() {
    let (program, fake) = described();
    let desktop = desktop(program, "exit 1");
    let begin = |program: &Program| {
        let mut running = program.spawn(["connect", "fake"]);
        let link = Link::shown_by(&mut running);
        running.wait_for_text("No browser opened (");
        link.returns_with(&fake.consent(&link));
        running.finish().exits(0)
    };
    begin(&desktop).says(&["Use the link above"]);
    fs::remove_file(desktop.root().join("bin/xdg-open")).unwrap();
    begin(&desktop);
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn a_browser_that_stays_open_holds_nothing_up() {
    let (program, fake) = described();
    let pid = program.root().join("pid");
    let desktop = desktop(program, &format!("echo $$ > {}; exec /bin/sleep 20", pid.display()));
    let outcome = connect_with_browser(&desktop, &fake, &[]);
    assert!(outcome.took < Duration::from_secs(10), "{:?}", outcome.took);
    let stay = fs::read_to_string(&pid).unwrap();
    let ended = Command::new("kill").arg(stay.trim()).status().unwrap();
    assert!(ended.success(), "it outlives the program");
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn far_terminals_and_machines_get_the_link_and_no_browser() {
    for (variables, says) in [
        (&[("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")][..], "no display"),
        (&[][..], "no display"),
        (&[("CI", "true"), ("DISPLAY", ":0")][..], "CI machine"),
    ] {
        let (mut program, fake) = described();
        let mark = program.root().join("opened");
        program.script("xdg-open", &format!(": > {}", mark.display()));
        for (name, value) in variables {
            program = program.set(name, *value);
        }
        let outcome = connect_with_browser(&program, &fake, &[]);
        outcome.says(&["open this link in a browser", says, "ssh -L "]);
        assert!(!mark.exists(), "{variables:?}");
    }
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn an_authorize_address_that_is_no_https_address_opens_nothing() {
    let program = Program::new();
    let mark = program.root().join("opened");
    let program = desktop(program, &format!(": > {}", mark.display()));
    for address in [
        "file:///etc/passwd",
        "-opt",
        "$(touch x)",
        "javascript:alert(1)",
        "http://p.example/",
        "a'b\\\"c",
    ] {
        program.configure(&format!(
            "[provider.fake]\nclient_id = \"x\"\nauthorize_url = \"{address}\"\n\
             token_url = \"https://p.example/\"\nredirect_uris = [\"http://127.0.0.1:1/cb\"]\n"
        ));
        program.run(["connect", "fake"]).exits(2).says(&["authorize_url"]);
        assert!(!mark.exists(), "{address}");
    }
}

#[test]
#[cfg_attr(windows, ignore = "it looks into /proc")]
fn the_browser_inherits_no_variable_of_ours_and_no_descriptor() {
    let (program, fake) = described();
    let folder = program.root().to_owned();
    program.canaries.never("client secret", "a-secret-of-another-provider");
    let script =
        format!("/usr/bin/env > {0}/env\n/bin/ls -l /proc/self/fd > {0}/fds", folder.display());
    let desktop = desktop(program, &script)
        .set("PARTNERLINK_TIMBERDATA_CLIENT_SECRET", "a-secret-of-another-provider")
        .set("PARTNERLINK_PASSPHRASE", "a-secret-of-another-provider");
    connect_with_browser(&desktop, &fake, &[]);
    let environment = fs::read_to_string(folder.join("env")).unwrap();
    assert!(environment.contains("DISPLAY=:0") && !environment.contains("PARTNERLINK_"));
    let descriptors = fs::read_to_string(folder.join("fds")).unwrap();
    // Listener, epoll, lock and store would show themselves so.
    let state = desktop.home().display().to_string();
    for ours in ["socket:", "anon_inode:", &state] {
        assert!(!descriptors.contains(ours), "{descriptors}");
    }
    for stream in [" 0 -> /dev/null", " 2 -> /dev/null"] {
        assert!(descriptors.contains(stream), "no terminal of ours: {descriptors}");
    }
}

#[test]
#[cfg_attr(windows, ignore = "wine's whoami knows no /user (tests/real/wine.md)")]
fn a_reader_that_goes_away_is_no_error() {
    let (program, fake) = connected();
    for args in [
        &["token", "get", "fake"][..],
        &["token", "refresh", "--force"],
        &["status"],
        &["status", "--json"],
        &["provider", "show", "fake"],
        &["completions", "bash"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = program.command(args).stdout(writer).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), told.as_str()), (Some(0), ""), "{args:?}");
    }
    assert_eq!(fake.count("refresh_token"), 1, "it was refreshed all the same");
    program.run(["token", "refresh", "--force"]).exits(0);
}

#[test]
#[cfg_attr(windows, ignore = "it sends signals")]
fn signals_while_waiting_end_it_with_the_port_closed_and_nothing_stored() {
    let (program, fake) = described();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let mut running = program.spawn(["connect", "fake", "--no-browser"]);
        let link = Link::shown_by(&mut running);
        let begun = Instant::now();
        running.signal(signal);
        running.finish().exits(code).says(&["interrupted; nothing was stored"]);
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        let port = link.redirect_uri().port().unwrap();
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "port {port} is open");
    }
    assert!(fake.calls().is_empty());
    program.run(["token", "get", "fake"]).exits(4);
}

#[test]
#[cfg_attr(windows, ignore = "there is no password file")]
fn without_any_environment_it_uses_the_home_of_the_password_file_or_says_so() {
    let program = Program::new();
    let mut command = program.command(["config", "path"]);
    let output = command.env_clear().output().unwrap();
    let (text, told) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    match output.status.code() {
        Some(0) => assert!(text.ends_with("/partnerlink/config.toml\n"), "{text}"),
        Some(2) => assert!(told.contains("home folder"), "{told}"),
        other => panic!("{other:?}: {told}"),
    }
}

#[test]
#[cfg_attr(windows, ignore = "it becomes another user")]
fn a_home_that_is_nobodys_or_somebody_elses_is_refused() {
    let program = Program::new().unset("PARTNERLINK_HOME");
    let mut homes = vec!["/".into(), program.root().join("nowhere")];
    if is_root() {
        let foreign = program.root().join("foreign");
        fs::create_dir(&foreign).unwrap();
        chown(&foreign, Some(65534), Some(65534)).unwrap();
        homes.push(foreign);
    } else {
        // Everybody has a neighbour: root.
        homes.push("/root".into());
    }
    for home in homes {
        let command = program.command(["status"]);
        let mut command = command;
        command.env("HOME", &home);
        let outcome = program.start(command).finish().exits(2);
        outcome.says(&["the home folder", "set HOME to your own"]);
    }
    assert!(!fs::exists("/.config/partnerlink").unwrap());
    let program = program.set("PARTNERLINK_HOME", "relative");
    program.run(["status"]).exits(2).says(&["not an absolute path"]);
}

/// The mode of a file or folder, and a run that must refuse it.
#[track_caller]
fn refused_with(program: &Program, path: &std::path::Path, mode: u32, code: i32, texts: &[&str]) {
    let before = path.metadata().unwrap().permissions();
    set_mode(path, mode);
    for args in [&["status"][..], &["token", "refresh", "--force"], &["config", "show"]] {
        program.run(args).exits(code).says(texts);
    }
    fs::set_permissions(path, before).unwrap();
}

#[test]
#[cfg_attr(windows, ignore = "it sets the mode of a file")]
fn what_others_can_write_decides_nothing() {
    let (program, fake) = connected();
    let before = fake.calls().len();
    let (config, state) = (program.home().join("config.toml"), program.state());
    for mode in [0o666, 0o664, 0o646, 0o660] {
        let cure = format!("chmod go-w {}\n", config.display());
        let told = format!("(mode {mode:04o})");
        refused_with(&program, &config, mode, 2, &["can be written by others", &told, &cure]);
    }
    for (folder, code) in [(&program.home(), 2), (&state, 5)] {
        for mode in [0o777, 0o770, 0o707] {
            let cure = format!("chmod go-w {}\n", folder.display());
            refused_with(&program, folder, mode, code, &["can be written by others", &cure]);
        }
        // What is for everybody, as /tmp is, must stay so.
        let texts = ["(mode 1777)", "choose a folder of your own", "PARTNERLINK_HOME"];
        refused_with(&program, folder, 0o1777, code, &texts);
    }
    assert_eq!(fake.calls().len(), before);
    // Others may look, and what is above may be for everybody.
    for (path, mode) in [(&config, 0o644), (&program.home(), 0o755)] {
        set_mode(path, mode);
    }
    set_mode(program.root(), 0o1777);
    program.run(["token", "refresh", "--force"]).exits(0);
}

#[test]
#[cfg_attr(windows, ignore = "it sets the mode of a file")]
fn the_cure_that_is_printed_works_as_printed() {
    let (program, _fake) = connected();
    let config = program.home().join("config.toml");
    set_mode(&config, 0o666);
    let told = program.run(["token", "refresh", "--force"]).exits(2).stderr;
    let cure = told.lines().find_map(|line| line.trim().strip_prefix("do:")).unwrap().trim();
    assert!(Command::new("sh").args(["-c", cure]).status().unwrap().success());
    program.run(["token", "refresh", "--force"]).exits(0);
}

#[test]
#[cfg_attr(windows, ignore = "it becomes another user")]
fn what_belongs_to_another_user_is_refused_unless_that_is_root() {
    if !is_root() {
        return crate::support::skipped("another user's configuration", "needs root");
    }
    let (program, fake) = connected();
    let before = fake.calls().len();
    let config = program.home().join("config.toml");
    for (path, code) in [(&config, 2), (&program.home(), 2), (&program.state(), 5)] {
        chown(path, Some(12345), None).unwrap();
        let outcome = program.run(["token", "refresh", "--force"]).exits(code);
        outcome.says(&["belongs to another user (id 12345)", "sudo -u '#12345' partnerlink"]);
        chown(path, Some(0), None).unwrap();
    }
    assert_eq!(fake.calls().len(), before);
    // As a service's configuration is: root's, and readable.
    let name = "what_belongs_to_another_user_is_refused_unless_that_is_root";
    let Some(command) = by_an_ordinary_user(name, &program, &["config", "show"], 0o700) else {
        return;
    };
    set_mode(&config, 0o644);
    chown(program.state(), Some(65534), Some(65534)).unwrap();
    program.start(command).finish().exits(0);
}

#[test]
fn a_configuration_of_any_editor_is_read_or_its_encoding_named() {
    let (program, fake) = described();
    let config = program.home().join("config.toml");
    let text = format!("# für Müller\n{}", fs::read_to_string(&config).unwrap());
    let text = text.replace('\n', "\r\n");
    let utf16 = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit);
    for bytes in [
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        [0xff, 0xfe].into_iter().chain(utf16(u16::to_le_bytes)).collect(),
        [0xfe, 0xff].into_iter().chain(utf16(u16::to_be_bytes)).collect(),
        utf16(u16::to_le_bytes).collect(),
    ] {
        fs::write(&config, bytes).unwrap();
        let shown = program.run(["provider", "show", "fake"]).exits(0);
        assert!(shown.stdout.contains(&fake.base()), "{}", shown.told());
        // A change keeps what is there, in UTF-8.
        program.run(["config", "set", "browser", "firefox"]).exits(0);
        let written = fs::read_to_string(&config).unwrap();
        assert!(written.contains("# für Müller\r\n"), "{written}");
    }
    let windows: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    fs::write(&config, windows).unwrap();
    let outcome = program.run(["status"]).exits(2);
    outcome.says(&["is not UTF-8 in line 1", "Windows-1252", "save it as UTF-8"]);
    let found = program.run(["doctor"]).exits(2).stdout;
    assert!(found.contains("is not UTF-8 in line 1"), "{found}");
}

#[test]
fn an_id_from_a_mail_is_taken_without_what_nobody_sees() {
    let program = Program::new();
    let fake = crate::support::provider_for(&program);
    let id = "\u{feff}aB3\u{200b}xYz\u{a0}";
    let link = |program: &Program, args: &[&str]| {
        let mut running = program.spawn([&["connect", "fake", "--no-browser"], args].concat());
        Link::shown_by(&mut running).parameter("client_id")
    };
    program.configure(&fake.described_as("fake", &format!("client_id = \"{id}\"")));
    assert_eq!(link(&program, &[]).as_deref(), Some("aB3xYz"));
    program.configure(&fake.described());
    assert_eq!(link(&program, &["--client-id", id]).as_deref(), Some("aB3xYz"));
    let program = program.set("PARTNERLINK_FAKE_CLIENT_ID", id);
    assert_eq!(link(&program, &[]).as_deref(), Some("aB3xYz"));
}

#[test]
#[cfg_attr(windows, ignore = "it becomes another user")]
fn a_home_that_cannot_be_written_is_told_before_the_person_is_sent_away() {
    let name = "a_home_that_cannot_be_written_is_told_before_the_person_is_sent_away";
    let (program, _fake) = described();
    let args = ["connect", "fake", "--no-browser"];
    let Some(command) = by_an_ordinary_user(name, &program, &args, 0o555) else { return };
    let outcome = program.start(command).finish();
    set_mode(&program.home(), 0o700);
    outcome.exits(5).conceals(&["response_type"]);
}

#[test]
fn no_bytes_in_arguments_or_environment_make_it_panic() {
    let odd = &*unix::no_text();
    let program = Program::new().set("LANG", "xx_YY.KOI8-R").set("TZ", odd).set("BROWSER", odd);
    for args in [
        &[odd][..],
        &["connect".as_ref(), odd],
        &["token".as_ref(), "get".as_ref(), odd],
        &["connect".as_ref(), "timberdata".as_ref(), "--scope".as_ref(), odd],
        &["exec".as_ref(), "timberdata".as_ref(), "--".as_ref(), odd],
        &["connect".as_ref(), "timberdata".as_ref(), "--client-secret-file".as_ref(), odd],
    ] {
        let outcome = program.run(args);
        assert!(matches!(outcome.code, Some(1 | 2 | 4)), "{}", outcome.told());
        outcome.conceals(&["defect", "panicked"]);
    }
    let store = program.set("PARTNERLINK_STORE", odd).set("PARTNERLINK_SANDBOX", odd);
    store.run(["status"]).conceals(&["defect"]);
}

#[test]
#[cfg_attr(windows, ignore = "it runs sh")]
fn cron_and_desktop_find_the_same_account_and_the_same_lock() {
    let (program, fake) = described();
    let home = program.root().join("home");
    fs::create_dir_all(home.join(".config/partnerlink")).unwrap();
    fs::copy(program.home().join("config.toml"), home.join(".config/partnerlink/config.toml"))
        .unwrap();
    let desktop = program
        .unset("PARTNERLINK_HOME")
        .set("XDG_STATE_HOME", "/nowhere/state")
        .set("XDG_DATA_HOME", "/nowhere/data")
        .set("XDG_RUNTIME_DIR", "/nowhere/run");
    crate::support::browser::connect(&desktop, &fake, &["fake"]).exits(0);
    let lock = || {
        let folder = home.join(".local/state/partnerlink/locks");
        let stamp = |entry: std::io::Result<fs::DirEntry>| unix::stamp(&entry.unwrap().path()).0;
        fs::read_dir(folder).unwrap().map(stamp).collect::<Vec<_>>()
    };
    let before = lock();
    let cron = desktop
        .unset("XDG_STATE_HOME")
        .unset("XDG_DATA_HOME")
        .unset("XDG_RUNTIME_DIR")
        .unset("PATH")
        .set("SHELL", "/bin/sh");
    cron.run(["token", "refresh", "--force", "--quiet"]).exits(0);
    assert_eq!(lock(), before);
    assert_eq!(fake.count("refresh_token"), 1);
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn a_browser_that_was_named_is_used_with_its_arguments() {
    let (program, fake) = described();
    let opened = program.root().join("opened");
    let script = program.script("my-browser", &format!("echo \"$1|$2\" > {}", opened.display()));
    let command = format!("'{}' --new-window %s", script.display());
    connect_with_browser(&program, &fake, &["--browser", &command]);
    let begun = Instant::now();
    while fs::read_to_string(&opened).unwrap_or_default().is_empty()
        && begun.elapsed().as_secs() < 5
    {
        thread::sleep(Duration::from_millis(5));
    }
    let arguments = fs::read_to_string(&opened).unwrap();
    assert!(arguments.starts_with("--new-window|http://127.0.0.1:"), "{arguments}");
}

/// A folder of programs as somebody else may have unpacked it: each leaves a trace of having run.
fn folder_of_traps(program: &Program) -> (PathBuf, PathBuf) {
    let (folder, ran) = (program.root().join("unpacked"), program.root().join("ran"));
    fs::create_dir_all(folder.join("bin")).unwrap();
    for name in [
        "xdg-open",
        "gio",
        "gnome-open",
        "kde-open",
        "sh",
        "env",
        "jq",
        "tell",
        "my-browser",
        "ssh",
        "systemctl",
        "crontab",
        "loginctl",
        "launchctl",
        "schtasks",
        "dbus-launch",
        "hostname",
        "partnerlink",
        "uname",
        "id",
        "bin/tell",
        "bin/xdg-open",
    ] {
        let trap = folder.join(name);
        fs::write(&trap, format!("#!/bin/sh\necho {name} >> {}\nexit 1\n", ran.display())).unwrap();
        set_mode(&trap, 0o755);
    }
    (folder, ran)
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn nothing_that_lies_in_the_working_folder_is_ever_run() {
    let (program, _fake) = connected();
    let (folder, ran) = folder_of_traps(&program);
    let (sees, opened) = (program.root().join("path-of-the-child"), program.root().join("opened"));
    program.script("xdg-open", &format!("echo yes > {}", opened.display()));
    let own = program.root().join("bin").display().to_string();
    // Without the system's own folders: the real crontab is nobody's toy.
    for path in [format!(":.:bin:{own}:"), ".:bin".to_owned()] {
        let all = [
            "connect fake:b --timeout 1s",
            "connect fake:b --timeout 1s --browser my-browser",
            "connect fake:b --timeout 1s --browser ./my-browser",
            "connect fake:b --timeout 1s --browser bin/tell",
            "exec fake -- tell",
            "exec fake -- jq",
            "token refresh --force --notify tell",
            "token refresh --force --notify ./tell",
            "schedule install --notify tell",
            "schedule install --kind cron",
            "schedule install --kind systemd",
            "schedule status",
            "schedule remove",
            "store status",
            "status --check",
            "api fake /user --jq .",
            "doctor",
            "doctor --browser --timeout 1s",
        ];
        for args in all {
            let mut command = program.command(args.split(' '));
            command.env("PATH", &path).env("DISPLAY", ":0").current_dir(&folder);
            command.stdin(std::process::Stdio::null());
            program.start(command).finish();
            let traces = fs::read_to_string(&ran).unwrap_or_default();
            assert_eq!(traces, "", "PATH={path} partnerlink {args}");
        }
        let print = format!("printf %s \"$PATH\" > {}", sees.display());
        let mut command = program.command(["exec", "fake", "--", "/bin/sh", "-c", &print]);
        command.env("PATH", &path).current_dir(&folder);
        program.start(command).finish().exits(0);
        let seen = fs::read_to_string(&sees).unwrap();
        assert!(std::env::split_paths(&seen).all(|entry| entry.is_absolute()), "{seen:?}");
    }
    assert!(opened.exists(), "the one behind them is found");
    // What a person names by its path is theirs to run.
    let mut command = program.command(["exec", "fake", "--", "./tell"]);
    command.current_dir(&folder);
    program.start(command).finish().exits(1);
    assert_eq!(fs::read_to_string(&ran).unwrap(), "tell\n");
    for (name, next) in [("tell", "write: ./tell"), ("no-such", "give its whole path")] {
        let mut command = program.command(["exec", "fake", "--", name]);
        command.current_dir(&folder);
        program.start(command).finish().exits(1).says(&["no such program in PATH", next]);
    }
}
