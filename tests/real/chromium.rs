//! A real Chromium through the sandbox's consent page to our last page, in both languages, light
//! and dark; the pictures stay in PARTNERLINK_SHOTS.

use std::fs;

use crate::parts::person::{
    Person, Seen, environment_of_the_browser, hold_file, is_the_desktops_browser,
};
use crate::parts::{self, Part, curl, has, ports, shots, until};
use crate::support::program::Program;

const LOOKS: [(&str, &str); 4] = [("en", "light"), ("en", "dark"), ("de", "light"), ("de", "dark")];

/// A home with the file store: these tests need no keychain.
fn program() -> Program {
    parts::program().set("PARTNERLINK_STORE", "file")
}

/// What is true of every last page.
#[track_caller]
fn is_a_last_page(seen: &Seen, person: Person, words: &[&str]) {
    let address = url::Url::parse(&seen.url).unwrap();
    assert_eq!((address.host_str(), address.path()), (Some("127.0.0.1"), "/done"));
    assert_eq!(
        (address.query(), address.fragment()),
        (None, None),
        "the code left the address bar"
    );
    assert_eq!(seen.lang, person.language);
    assert!(seen.outside.is_empty(), "asked for from outside: {:?}", seen.outside);
    assert!(seen.title.ends_with(" – partnerlink"), "{}", seen.title);
    for word in words {
        assert!(seen.text.contains(word), "no {word:?} in: {}", seen.text);
    }
}

#[test]
fn who_agrees_sees_that_the_account_is_connected() {
    if !has("Chromium, agreeing", &[Part::Browser]) {
        return;
    }
    for (language, scheme) in LOOKS {
        let program = program();
        let person = Person { decision: "allow", language, scheme };
        let browser = person.command(&program);
        let turn = ports::zaehlerfreunde();
        let outcome = program
            .run(["connect", "zaehlerfreunde", "--sandbox", "--browser", &browser])
            .exits(0)
            .says(&["Connected to Zählerfreunde (sandbox) as anna@stadtwerke-muster.example"]);
        drop(turn);
        assert!(!outcome.stderr.contains("pasted") && !outcome.stderr.contains("No browser"));
        let who = "anna@stadtwerke-muster.example";
        let words = match language {
            "de" => ["Mit Zählerfreunde (sandbox) verbunden", "als", "Konto", "schließen", who],
            _ => ["Connected to Zählerfreunde (sandbox)", "as", "Account", "close", who],
        };
        is_a_last_page(&person.seen(&program), person, &words);
        program.run(["token", "get", "zaehlerfreunde", "--sandbox"]).exits(0);
    }
}

#[test]
fn who_refuses_sees_that_nothing_is_connected_and_how_to_begin_again() {
    if !has("Chromium, refusing", &[Part::Browser]) {
        return;
    }
    for (language, scheme) in LOOKS {
        let program = program();
        let person = Person { decision: "deny", language, scheme };
        let browser = person.command(&program);
        let turn = ports::zaehlerfreunde();
        program
            .run(["connect", "zaehlerfreunde", "--sandbox", "--browser", &browser])
            .exits(1)
            .says(&["why: access was not granted", "do:  run the command again"]);
        drop(turn);
        let command = "partnerlink connect zaehlerfreunde --sandbox";
        let words = match language {
            "de" => ["wurde nicht verbunden", "Der Zugriff wurde nicht erlaubt.", command],
            _ => ["Could not connect to Zählerfreunde", "Access was not granted (", command],
        };
        is_a_last_page(&person.seen(&program), person, &words);
        program.run(["token", "get", "zaehlerfreunde", "--sandbox"]).exits(4);
    }
}

/// TimberData knows no PKCE: there the answer is tied to the browser by a cookie. The browser is
/// the desktop's own, which is the case in which that is done.
#[test]
fn at_timberdata_only_the_browser_that_began_can_end_the_sign_in() {
    if !has("Chromium at TimberData, tied by a cookie", &[Part::Browser]) {
        return;
    }
    let person = Person { decision: "allow", language: "de", scheme: "dark" };
    let program = program().set("DISPLAY", ":99");
    is_the_desktops_browser(&program, person);
    let picture = shots(&program).join("consent-timberdata-de-dark.png");
    let _ = fs::remove_file(&picture);
    fs::write(hold_file(&program), "").unwrap();
    let _turn = ports::timberdata();
    let mut connect = program.spawn([
        "connect",
        "timberdata",
        "--scope",
        "aggregation woodlist",
        "--sandbox",
        "--timeout",
        "1m",
    ]);
    until("the person looks at the consent page", || picture.exists().then_some(()));

    // Somebody who read the link elsewhere (another user's ps, a log) knows the state.
    let link = connect.wait_for(link_in);
    let of_link = |name: &str| {
        let pairs = link.query_pairs();
        pairs.into_iter().find(|(key, _)| key == name).unwrap().1.into_owned()
    };
    let forged = format!("{}?code=forged&state={}", of_link("redirect_uri"), of_link("state"));
    let ask = |cookie: &str| {
        curl(&[
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "-H",
            &format!("Cookie: {cookie}"),
            &forged,
        ])
    };
    let port = url::Url::parse(&forged).unwrap().port().unwrap();
    for cookie in ["a=b".to_owned(), format!("partnerlink-{port}=guess")] {
        assert_eq!(ask(&cookie), "403", "{cookie}");
    }
    assert!(connect.is_running(), "the waiting goes on");

    fs::remove_file(hold_file(&program)).unwrap();
    connect
        .finish()
        .exits(0)
        .says(&["Connected to TimberData (sandbox)", "scope          aggregation woodlist"]);
    let words = ["Mit TimberData (sandbox) verbunden", "Konto", "timberdata"];
    is_a_last_page(&person.seen(&program), person, &words);
    let environment = environment_of_the_browser(&program);
    assert!(!environment.contains("PARTNERLINK_"), "{environment}");
}

#[test]
fn who_refuses_at_timberdata_is_understood_without_an_error_code() {
    if !has("Chromium at TimberData, refusing", &[Part::Browser]) {
        return;
    }
    let person = Person { decision: "deny", language: "en", scheme: "light" };
    let program = program().set("DISPLAY", ":99");
    is_the_desktops_browser(&program, person);
    let _turn = ports::timberdata();
    program
        .run(["connect", "timberdata", "--scope", "aggregation woodlist", "--sandbox"])
        .exits(1)
        .says(&["why: access was not granted"]);
    let again = "partnerlink connect timberdata --scope \"aggregation woodlist\" --sandbox";
    let words = ["Could not connect to TimberData", "Access was not granted.", again];
    is_a_last_page(&person.seen(&program), person, &words);
}

/// The authorize link that a person is shown.
fn link_in(stderr: &str) -> Option<url::Url> {
    let mut lines = stderr.lines();
    let line = lines.find_map(|line| line.split_once("  http://127.0.0.1:"))?.1;
    url::Url::parse(&format!("http://127.0.0.1:{line}")).ok()
}
