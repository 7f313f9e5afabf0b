//! What a description can say: told in full, and true.

use partnerlink::terminal::topics::Topic;

use crate::support::program::Program;

/// The keys of the template's first table: those that are not a table of their own, and those.
fn keys(template: &str) -> Vec<String> {
    let line = |line: &str| {
        let line = line.strip_prefix('#').unwrap_or(line);
        match line.strip_prefix("[provider.my-erp.") {
            Some(table) => Some(table.split(['.', ']']).next()?.to_owned()),
            None => Some(line.split_once(" = ")?.0.to_owned()),
        }
    };
    let first = template.lines().take_while(|line| !line.starts_with("#[provider.my-erp"));
    let tables = template.lines().filter(|line| line.starts_with("#[provider.my-erp"));
    let found = first.filter(|line| !line.starts_with("# ")).chain(tables);
    found.filter_map(line).collect()
}

#[test]
fn the_template_is_a_configuration_that_works() {
    let template = Program::new().run(["provider", "show", "--template"]).exits(0).stdout;
    let program = Program::with_config(&template);
    let shown = program.run(["provider", "show", "my-erp"]).exits(0).stdout;
    assert!(shown.contains("https://login.erp.example/token"), "{shown}");
    let json = program.run(["provider", "show", "--template", "--json"]).exits(0).json();
    assert_eq!((&json["schema"], &json["template"]), (&1.into(), &template.into()));
}

#[test]
fn the_help_names_every_key_that_the_template_explains() {
    let template = Program::new().run(["provider", "show", "--template"]).exits(0).stdout;
    let page = Topic::named("providers").unwrap().page();
    let keys = keys(&template);
    assert!(keys.len() > 30, "{keys:?}");
    for key in keys {
        let is_named = page.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == key);
        assert!(is_named, "{key} is not in `help providers`");
    }
}

#[test]
fn a_provider_or_the_template_is_wanted() {
    let program = Program::new();
    program.run(["provider", "show"]).exits(2).says(&["PROVIDER"]);
    program.run(["provider", "show", "timberdata", "--template"]).exits(2);
}

#[test]
fn what_can_never_work_is_said_when_the_file_is_read() {
    let template = Program::new().run(["provider", "show", "--template"]).exits(0).stdout;
    let with = |line: &str| {
        let description =
            template.replace("redirect_uris = [", &format!("{line}\nredirect_uris = ["));
        Program::with_config(&description).run(["connect", "my-erp"])
    };
    with("default_scope = \"openid\"").exits(2).says(&["default_scope", "wants `issuers`"]);
    with("paths = { user = \"@evil.example\" }").exits(2).says(&["api_base"]);
}
