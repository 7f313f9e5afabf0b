//! What other people read is German or English; what the terminal says and what machines read never
//! changes with it.

use crate::support::program::Program;

/// What the settings add up to.
#[track_caller]
fn chosen(program: &Program, flags: &[&str]) -> String {
    let args = [flags, &["config", "get", "language"]].concat();
    program.run(args).exits(0).data().trim().to_owned()
}

#[test]
fn a_flag_wins_over_the_variable_the_file_and_the_locale() {
    let program = Program::new();
    assert_eq!(chosen(&program, &[]), "en");
    let program = program.set("LANG", "de_DE.UTF-8");
    assert_eq!(chosen(&program, &[]), "de");
    let program = program.set("LC_ALL", "C");
    assert_eq!(chosen(&program, &[]), "en");
    program.run(["config", "set", "language", "de"]).exits(0);
    assert_eq!(chosen(&program, &[]), "de");
    let program = program.set("PARTNERLINK_LANGUAGE", "en");
    assert_eq!(chosen(&program, &[]), "en");
    assert_eq!(chosen(&program, &["--language", "de"]), "de");
}

#[test]
fn a_language_that_is_not_there_is_refused_wherever_it_is_said() {
    let program = Program::new();
    program.run(["--language", "fr", "config", "show"]).exits(2).says(&["fr", "de, en"]);
    program.run(["config", "set", "language", "fr"]).exits(2).says(&["fr"]);
    let program = program.set("PARTNERLINK_LANGUAGE", "french");
    program.run(["config", "show"]).exits(2).says(&["PARTNERLINK_LANGUAGE", "use de or en"]);
    program.configure("language = \"fr\"\n");
    program.unset("PARTNERLINK_LANGUAGE").run(["status"]).exits(2).says(&["line 1"]);
}
