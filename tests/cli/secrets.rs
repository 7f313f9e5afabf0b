//! Secrets leaving by other doors. That none of the secrets of any test is printed or
//! written anywhere is looked after by the harness, in every test of this target.

use std::fs;
use std::process::{Command, Stdio};

use clap::CommandFactory as _;

use crate::provider::http::Reply;
use crate::support::browser::{Link, connect};
use crate::support::program::Program;
use crate::support::unix;
use crate::support::{by_an_ordinary_user, connected, described, has, provider_for};

/// Every option of every command, with the names of the commands before it.
fn options(command: &clap::Command, path: &str) -> Vec<(String, clap::Arg)> {
    let path = format!("{path} {}", command.get_name());
    let own = command.get_arguments().map(|arg| (path.clone(), arg.clone()));
    let below = command.get_subcommands().flat_map(|command| options(command, &path));
    own.chain(below).collect()
}

#[test]
fn no_option_takes_a_secret() {
    let words = ["secret", "password", "passphrase", "token", "code", "key", "credential"];
    let mut seen = 0;
    let mut whole = partnerlink::cli::Cli::command();
    // With the groups that are built only when they are asked for.
    whole.build();
    for (command, arg) in options(&whole, "") {
        let id = arg.get_id().as_str();
        if !arg.get_action().takes_values() || !words.iter().any(|word| id.contains(word)) {
            continue;
        }
        seen += 1;
        // A file's name, a length of time and one of a few fixed words are no secrets.
        let harmless = ["client_secret_file", "access_token_life"].contains(&id)
            || !arg.get_possible_values().is_empty();
        assert!(harmless, "{command} takes {id} on the command line");
    }
    assert!(seen >= 2, "the search finds what it should");
}

#[test]
#[cfg_attr(windows, ignore = "env is a program of Unix")]
fn a_child_gets_the_token_and_no_variable_of_ours() {
    let (program, _fake) = connected();
    let secret = "secret-in-the-environment";
    program.canaries.never("secret in a variable", secret);
    let token = program.run(["token", "get", "fake"]).exits(0).data().to_owned();
    let program = program
        .set("PARTNERLINK_TIMBERDATA_CLIENT_SECRET", secret)
        .set("PARTNERLINK_PASSPHRASE", secret)
        .set("OTHER", "kept");
    let outcome = program.run(["exec", "fake", "--", "env"]).exits(0);
    assert!(outcome.stdout.contains(&format!("ACCESS_TOKEN={token}\n")));
    assert!(outcome.stdout.contains("OTHER=kept\n"));
    assert!(!outcome.stdout.contains("PARTNERLINK_"), "{}", outcome.stdout);
}

#[test]
fn the_most_talkative_run_says_no_secret() {
    let (program, fake) = described();
    let program = program
        .set("RUST_LOG", "trace")
        .set("RUST_BACKTRACE", "full")
        .set("RUST_LIB_BACKTRACE", "1");
    connect(&program, &fake, &["fake", "--verbose"]).exits(0).says(&["POST "]);
    program.run(["token", "refresh", "--force", "-v"]).exits(0).says(&["POST "]);
    program.run(["token", "get", "fake", "-v"]).exits(0);
    let echo = |call: &crate::provider::http::Call| Reply::new(200, "", &call.body);
    for reply in [Reply::error(403, "invalid_grant"), Reply::new(500, "", ""), Reply::reset()] {
        fake.answers(move |_| reply.clone());
        program.run(["token", "refresh", "--force", "-v"]);
    }
    // A provider that says back what it was told.
    fake.answers(echo);
    program.run(["token", "refresh", "--force", "-v"]).exits(6);
    fake.answers(|call| {
        let body = serde_json::json!({ "error": "invalid_request", "error_uri": call.body });
        Reply::json(400, &body)
    });
    program.run(["token", "refresh", "--force", "-v", "--json"]).exits(6);
    program.run(["disconnect", "fake", "--verbose"]);
    assert!(program.canaries.count() > 6, "there were secrets to be said");
}

#[test]
fn an_error_names_the_host_and_not_the_address() {
    let mut program = Program::new();
    let [port, ..] = crate::provider::free_ports();
    program.canaries.never("part of an address", "tenant-secret-0815");
    let fake = provider_for(&program);
    let url = format!("token_url = \"http://127.0.0.1:{port}/token?key=tenant-secret-0815\"");
    program.secret_file("partnerlink/config.toml", &fake.described_as("fake", &url));
    let outcome = connect(&program, &fake, &["fake", "--verbose"]).exits(3);
    outcome.says(&["127.0.0.1 could not be reached", "Connection refused"]);
}

/// The kernel gives the memory of a process that must not be dumped to root, whoever runs it.
#[test]
#[cfg_attr(windows, ignore = "it becomes another user")]
fn no_other_process_of_this_user_can_read_its_memory() {
    let name = "no_other_process_of_this_user_can_read_its_memory";
    let (program, _fake) = described();
    let args = ["connect", "fake", "--no-browser"];
    let Some(command) = by_an_ordinary_user(name, &program, &args, 0o700) else { return };
    let mut running = program.start(command);
    Link::shown_by(&mut running);
    let owner = |file: &str| unix::owner(format!("/proc/{}/{file}", running.pid()).as_ref());
    let folder = format!("/proc/{}/status", running.pid());
    let status = fs::read_to_string(folder).unwrap();
    assert!(!status.lines().any(|line| line.starts_with("Uid:\t0")), "{status}");
    assert_eq!([owner("mem"), owner("environ"), owner("maps")], [0, 0, 0]);
}

#[test]
fn the_help_shows_no_token_on_a_command_line() {
    let program = Program::new();
    for args in [&["token", "get", "--help"][..], &["exec", "--help"], &["--help"]] {
        let help = program.run(args).exits(0).stdout;
        for line in help.lines() {
            let on_argv = line.contains("-H \"Authorization") || line.contains("-H 'Authorization");
            assert!(!on_argv && !line.contains("Bearer $"), "{line}");
        }
    }
    let help = program.run(["token", "get", "--help"]).stdout;
    assert!(help.contains("curl --config -") && help.contains("with ps"), "{help}");
}

#[test]
#[cfg_attr(windows, ignore = "its terminal is made by script(1)")]
fn on_a_terminal_a_token_comes_with_a_word_of_warning() {
    if !has("on_a_terminal_a_token_comes_with_a_word_of_warning", "script") {
        return;
    }
    let (program, _fake) = connected();
    let token = program.run(["token", "get", "fake"]).exits(0);
    assert_eq!(token.stderr, "", "nobody to warn in a pipe");
    let output = program.on_a_terminal("token get fake").stdin(Stdio::null()).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("This is a secret") && shown.contains(token.data()), "{shown}");
}

#[test]
#[cfg_attr(windows, ignore = "it sets the mode of a file")]
fn everything_that_is_written_belongs_to_this_user_alone() {
    let (program, fake) = described();
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "umask 000; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_partnerlink")]);
    command.args(["connect", "fake", "--no-browser"]).stdin(Stdio::null()).env_clear();
    command.envs(program.variables());
    let mut running = program.start(command);
    let link = Link::shown_by(&mut running);
    link.returns_with(&fake.consent(&link));
    running.finish().exits(0);
    let mut looked_at = 0;
    let mut look = |path: &std::path::Path, expected: u32| {
        looked_at += 1;
        let mode = unix::mode(path);
        assert_eq!(mode & !expected, 0, "{}: {mode:o}", path.display());
    };
    let written: Vec<_> =
        program.files().into_iter().filter(|f| !f.ends_with("config.toml")).collect();
    for file in &written {
        look(file, 0o600);
    }
    for folder in [program.state(), program.state().join("tokens"), program.state().join("locks")] {
        look(&folder, 0o700);
    }
    assert!(looked_at >= 6, "{written:?}");
}

#[test]
fn the_password_of_a_proxy_is_not_told() {
    let program = Program::new();
    let fake = provider_for(&program);
    let [port, ..] = crate::provider::free_ports();
    program.configure(&fake.described_as("fake", "token_url = \"https://provider.example/token\""));
    program.canaries.never("password of a proxy", "proxy-password-4711");
    let program = program
        .set("HTTPS_PROXY", format!("http://user:proxy-password-4711@127.0.0.1:{port}"))
        .set("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt");
    let outcome = connect(&program, &fake, &["fake", "--verbose"]);
    outcome.exits(3).says(&["provider.example could not be reached"]);
}
