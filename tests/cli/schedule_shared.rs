//! Schedules of machines that share their accounts with others: what their job is given, and what
//! is printed for machines elsewhere. With a real store: `tests/shared/recipes.rs`.

use std::fs;

use crate::schedule::machine;
use crate::support::program::Program;

const STORE: &str =
    "store = \"vault\"\n[vault]\naddress = \"https://bao.example.de:8200\"\nrole_id = \"an-id\"\n";

/// A machine with this in its `[vault]`.
fn sharing(lines: &str) -> Program {
    let program = machine().unset("PARTNERLINK_STORE");
    program.configure(&format!("{STORE}{lines}"));
    program
}

#[track_caller]
fn print(program: &Program, arguments: &[&str]) -> String {
    program.run([&["schedule", "print", "--kind"], arguments].concat()).exits(0).stdout
}

const SYSTEM: [&str; 3] = ["systemd-system", "--user", "nobody"];

#[test]
#[cfg_attr(windows, ignore = "systemd starts no program with a backslash in its path")]
fn systemd_hands_the_secret_id_over() {
    let relative = sharing("secret_id_file = \"id\"\n");
    let beside = relative.home().join("id").display().to_string();
    for (program, path) in [
        (&sharing(""), "/etc/partnerlink/secret-id"),
        (&sharing("secret_id_file = \"/srv/of 100%/id\"\n"), "/srv/of 100%%/id"),
        (&relative, &beside),
    ] {
        for kind in [&["systemd"][..], &SYSTEM] {
            let unit = print(program, kind);
            let line = format!("\nLoadCredential=partnerlink-secret-id:{path}\n");
            assert!(unit.contains(&line) && !unit.contains("partnerlink-key"), "{unit}");
        }
        assert!(!print(program, &["cron"]).contains("secret"));
    }
    let other = sharing("auth = \"token-file\"\ntoken_file = \"/run/bao-agent/token\"\n");
    assert!(!print(&other, &SYSTEM).contains("LoadCredential"));
    assert!(!print(&machine(), &SYSTEM).contains("LoadCredential"));
}

/// Whoever installs it has a configuration of another kind, or none.
#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn a_system_service_gets_what_its_own_configuration_names() {
    let program = machine().unset("PARTNERLINK_STORE").unset("PARTNERLINK_HOME");
    let home = program.root().join("service");
    let folder = home.join(".config/partnerlink");
    fs::create_dir_all(&folder).unwrap();
    program.script("getent", &format!("echo 'service:x:70:70::{}:/bin/sh'", home.display()));
    let configure = |lines: &str| {
        fs::write(folder.join("config.toml"), format!("{STORE}{lines}")).unwrap();
    };
    configure("secret_id_file = \"id\"\n");
    let system = ["systemd-system", "--user", "service"];
    let unit = print(&program, &system);
    let line = format!("LoadCredential=partnerlink-secret-id:{}/id\n", folder.display());
    assert!(unit.contains(&line), "{unit}");
    configure("access = \"read\"\n");
    let words = [&["schedule", "install", "--yes", "--kind"], &system[..]].concat();
    program.run(words).exits(2).says(&["only reads"]);
}

#[test]
fn a_machine_that_only_reads_has_nothing_to_schedule() {
    let program = sharing("access = \"read\"\n");
    for kind in ["cron", "systemd"] {
        program.run(["schedule", "install", "--yes", "--kind", kind]).exits(2).says(&[
            "this machine only reads the shared store",
            "schedule it on a machine with vault.access = \"refresh\"",
        ]);
    }
    assert!(!program.root().join("home/crontab").exists());
}

#[test]
fn what_only_the_environment_has_is_no_way_in_for_a_schedule() {
    for (lines, variable) in [
        ("", "VAULT_TOKEN"),
        ("auth = \"jwt\"\nrole = \"x\"\n", "VAULT_ID_TOKEN"),
        ("auth = \"jwt\"\nrole = \"x\"\njwt_variable = \"CI_JWT\"\n", "CI_JWT"),
    ] {
        let program = machine().unset("PARTNERLINK_STORE").set("VAULT_TOKEN", "never-written");
        program.configure(&STORE.replace("role_id = \"an-id\"\n", lines));
        let outcome = program.run(["schedule", "install", "--yes", "--kind", "cron"]).exits(2);
        let said = format!("with {variable}, which a schedule does not get");
        outcome.says(&[&said, "auth = \"approle\""]).conceals(&["never-written"]);
        assert!(!program.root().join("home/crontab").exists());
    }
}

#[test]
#[cfg_attr(windows, ignore = "its paths are those of Unix")]
fn the_job_finds_the_store_that_variables_name() {
    let variables = |program: Program| {
        program
            .set("BAO_ADDR", "https://bao.example.de:8200")
            .set("VAULT_NAMESPACE", "team a")
            .set("VAULT_CACERT", "company.pem")
            .set("VAULT_TOKEN", "never-written")
    };
    let program = variables(machine().unset("PARTNERLINK_STORE"));
    program.configure("store = \"vault\"\n[vault]\nauth = \"approle\"\nrole_id = \"an-id\"\n");
    let line = print(&program, &["cron"]);
    let here = program.root().display();
    for part in [
        " BAO_ADDR=https://bao.example.de:8200 ".to_owned(),
        " VAULT_NAMESPACE='team a' ".to_owned(),
        format!(" VAULT_CACERT={here}/company.pem "),
    ] {
        assert!(line.contains(&part), "{part}: {line}");
    }
    assert!(!line.contains("TOKEN") && !line.contains("never-written"), "{line}");
    let line = print(&variables(machine()), &["cron"]);
    assert!(!line.contains("BAO_") && !line.contains("VAULT_"), "nothing is shared here: {line}");
}

#[test]
fn what_is_taken_elsewhere_has_nothing_of_this_machine() {
    let program = sharing("");
    fs::write(program.home().join("company.pem"), "-----BEGIN-----\nx\n").unwrap();
    program.configure(&format!(
        "# note: hunter2\nca_file = \"company.pem\" # hunter2\nkey_file = \"/srv/key\"\n\
         browser = \"firefox\"\nlanguage = \"de\"\n{STORE}secret_id_file = \"/srv/id\"\n\
         prefix = \"team\"\n[provider.zaehlerfreunde] # hunter2\n# client_secret = \"hunter2\"\n\
         client_id = \"ours\" # hunter2\nissuers = [\n  # hunter2\n  \"https://a/\", # hunter2\n]\n\
         # hunter2\n"
    ));
    for kind in ["kubernetes", "gitlab"] {
        let text = print(&program, &[kind, "--program", "/opt/a b/partnerlink"]);
        for kept in [
            "language = \"de\"\n",
            "client_id = \"ours\"\n",
            "issuers = [\"https://a/\"]\n",
            "address = \"https://bao.example.de:8200\"\n",
            "prefix = \"team\"\n",
            "ca_file = \"ca.pem\"\n",
            "-----BEGIN-----\n",
            "'/opt/a b/partnerlink' exec zaehlerfreunde -- ./job\n",
        ] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        for gone in ["hunter2", "an-id", "/srv/", "firefox", "written by partnerlink"] {
            assert!(!text.contains(gone), "{gone}: {text}");
        }
        program.run(["schedule", "install", "--yes", "--kind", kind]).exits(2).says(&["print"]);
        for (flag, value) in [("--notify", "true"), ("--user", "nobody")] {
            let words = ["schedule", "print", "--kind", kind, flag, value];
            program.run(words).exits(2).says(&["leave out --notify and --user"]);
        }
        let words = ["schedule", "print", "--kind", kind];
        machine().run(words).exits(2).says(&["partnerlink help shared-store"]);
    }
}
