//! `provider register`: the letter that asks for a client ID says what the description says.

use std::fs;

use crate::support::program::Program;

const COMPANY: &str = "Stadtwerke Müster & Söhne";

fn register(program: &Program, args: &[&str]) -> String {
    program.run([&["provider", "register"], args].concat()).exits(0).stdout
}

/// What a link says, read as a mail program does (RFC 6068): not as a form, `+` is a plus.
fn field(link: &str, name: &str) -> String {
    let (_, query) = link.split_once('?').unwrap();
    let mut fields = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = fields.find(|(key, _)| *key == name).unwrap();
    url::form_urlencoded::parse(format!("x={}", value.replace('+', "%2B")).as_bytes())
        .next()
        .unwrap()
        .1
        .into_owned()
}

/// A mail program that writes down the link it gets.
fn with_mail_program() -> Program {
    let program = Program::new();
    let file = program.root().join("link");
    program.script("mail", &format!("printf %s \"$1\" > '{}'", file.display()));
    program.set("PARTNERLINK_BROWSER", "mail")
}

fn link(program: &Program) -> String {
    fs::read_to_string(program.root().join("link")).unwrap()
}

#[test]
fn the_letter_has_the_uris_and_scopes_in_both_languages() {
    let program = Program::new();
    let outcome = program.run(["provider", "register", "zaehlerfreunde", "--company", COMPANY]);
    let outcome = outcome.exits(0).says(&["partnerlink provider setup zaehlerfreunde"]);
    let (german, english) = outcome.stdout.split_once(&"-".repeat(72)).unwrap();
    assert!(german.starts_with("An: support@zaehlerfreunde.com\nBetreff: "), "{german}");
    assert!(english.trim_start().starts_with("To: support@zaehlerfreunde.com\nSubject: "));
    for letter in [german, english] {
        for port in [17861, 17862, 17863] {
            let line = format!("\n  http://127.0.0.1:{port}/callback/zaehlerfreunde\n");
            assert!(letter.contains(&line), "{letter}");
        }
        for text in ["openid: ", "profile: ", "email: ", "offline_access: ", "PKCE (S256)", "60 s"]
        {
            assert!(letter.contains(text), "{text}: {letter}");
        }
        for text in ["first-party, permissive", "strict (tpc_)", "redirection_policy", "rant"] {
            assert!(letter.contains(text), "{text}: {letter}");
        }
        assert!(letter.contains("\"Rotation Overlap Period\""), "{letter}");
        assert!(letter.contains("https://api.prod.zaehlerfreunde.com"), "{letter}");
        assert!(letter.trim_end().ends_with(COMPANY), "{letter}");
    }
    for text in
        ["ohne Secret", "absolut, und ohne Nutzung", "Zustimmung erscheint", "wer sich anmeldet"]
    {
        assert!(german.contains(text), "{text}: {german}");
    }
    for text in ["without a secret", "absolute, and idle", "consent page", "who signed in"] {
        assert!(english.contains(text), "{text}: {english}");
    }
}

#[test]
fn a_provider_with_a_secret_is_asked_for_a_safe_way() {
    let program = Program::new();
    let outcome = program.run(["provider", "register", "timberdata", "--language", "de"]).exits(0);
    let outcome =
        outcome.says(&["look at its contact page", "partnerlink provider setup timberdata"]);
    let letter = &outcome.stdout;
    assert!(letter.starts_with("An: [Adresse: siehe Kontaktseite von TimberData]\n"), "{letter}");
    for text in [
        "das Client-Secret auf sicherem Weg",
        "nicht per Mail",
        "360 Tage",
        "Polter lesen",
        "OpenAPI-Datei",
    ] {
        assert!(letter.contains(text), "{text}: {letter}");
    }
    assert!(!letter.contains("Refresh Tokens") && !letter.contains("Kind regards"), "{letter}");
    assert!(letter.contains("[Ihre Firma]"));
}

#[test]
fn a_described_provider_gets_a_letter_without_code() {
    let program = Program::with_config(
        r#"
        [provider.forst]
        title = "Forst \u001b[31m AG"
        support = "hilfe@forst.example"
        authorize_url = "https://forst.example/a"
        token_url = "https://forst.example/t"
        client_authentication = "basic"
        redirect_uris = ["https://partner.example/cb"]
        scopes = { holz = "read wood" }
        letter = { ask_en = ["the name of the forest"], scopes_de = { holz = "Holz lesen" } }
        "#,
    );
    let english = register(&program, &["forst", "--language", "en"]);
    for text in [
        "To: hilfe@forst.example\n",
        "\n  https://partner.example/cb\n",
        "holz: read wood",
        "the client secret by a safe way",
        "whether refresh tokens rotate",
        "- the name of the forest\n",
    ] {
        assert!(english.contains(text), "{text}: {english}");
    }
    assert!(!english.contains("127.0.0.1") && !english.contains('\u{1b}'), "{english}");
    let german = register(&program, &["forst", "--language", "de"]);
    assert!(german.contains("holz: Holz lesen") && !german.contains("forest"), "{german}");
}

#[test]
fn configured_uris_are_the_ones_in_the_letter() {
    let program = Program::with_config(
        "[provider.zaehlerfreunde]\nredirect_uris = [\"http://localhost:18000/cb\"]\n",
    );
    let letter = register(&program, &["zaehlerfreunde", "--language", "en"]);
    assert!(letter.contains("\n  http://localhost:18000/cb\n"), "{letter}");
    assert!(!letter.contains("17861"), "{letter}");
    // The sandbox plays the provider, but the letter goes to the real one.
    let program = program.set("PARTNERLINK_SANDBOX", "1");
    let again = register(&program, &["zaehlerfreunde", "--language", "en"]);
    assert_eq!(again, letter);
}

#[test]
fn json_has_the_letters_by_language() {
    let object =
        Program::new().run(["provider", "register", "timberdata", "--json"]).exits(0).json();
    assert_eq!((&object["schema"], &object["to"]), (&1.into(), &serde_json::Value::Null));
    let letters = object["letters"].as_array().unwrap();
    assert!(letters[0]["language"] == "de" && letters[1]["language"] == "en");
    assert!(letters[0]["body"].as_str().unwrap().starts_with("Guten Tag,\n"));
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn the_mail_program_gets_the_letter_as_it_stands() {
    let program = with_mail_program();
    let args = ["zaehlerfreunde", "--language", "de", "--company", COMPANY, "--mailto"];
    let shown = register(&program, &args);
    let link = link(&program);
    assert!(link.starts_with("mailto:support@zaehlerfreunde.com?subject="), "{link}");
    assert!(link.is_ascii() && link.len() <= 1900, "{}", link.len());
    assert!(!link.contains(|c: char| c.is_whitespace() || c == '+' || c == '#'), "{link}");
    let subject = field(&link, "subject");
    assert!(shown.contains(&format!("Betreff: {subject}\n\n")), "{subject}");
    let body = field(&link, "body");
    assert!(body.contains("\r\n\r\nBitte registrieren"), "{body}");
    assert!(shown.ends_with(&body.replace("\r\n", "\n")), "{body}");
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn a_link_that_would_be_cut_off_has_one_language_only() {
    let program = with_mail_program();
    let args = ["provider", "register", "timberdata", "--mailto"];
    program.run(args).exits(0).says(&["too long for a link: the mail is in German"]);
    let body = field(&link(&program), "body");
    assert!(body.starts_with("Guten Tag,") && !body.contains("Kind regards"), "{body}");
    assert!(link(&program).starts_with("mailto:?subject="), "no address is invented");
    // Where one language is too long already, that is said.
    let args = ["provider", "register", "timberdata", "--language", "en", "--mailto", "--company"];
    let long = "x".repeat(2000);
    program.run([&args[..], &[&long]].concat()).exits(0).says(&["longer than some mail programs"]);
}

#[test]
#[cfg_attr(windows, ignore = "there is always something that opens a mail")]
fn without_a_mail_program_the_letter_is_there_all_the_same() {
    let program = Program::new();
    let outcome = program.run(["provider", "register", "zaehlerfreunde", "--mailto"]).exits(1);
    let outcome = outcome.says(&["could not open your mail program", "copy the letter"]);
    assert!(outcome.stdout.contains("Guten Tag,"), "{}", outcome.stdout);
    let program = program.set("PARTNERLINK_BROWSER", "/nowhere/mail");
    let outcome = program.run(["provider", "register", "zaehlerfreunde", "--mailto"]).exits(1);
    outcome.says(&["/nowhere/mail"]);
}

#[test]
fn connect_without_a_client_id_names_both_commands() {
    let outcome = Program::new().run(["connect", "zaehlerfreunde"]).exits(2);
    outcome.says(&[
        "partnerlink provider register zaehlerfreunde",
        "partnerlink provider setup zaehlerfreunde",
        "http://127.0.0.1:17861/callback/zaehlerfreunde",
    ]);
}
