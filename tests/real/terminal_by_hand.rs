//! In a terminal, without a browser that the program could open: links and addresses by hand,
//! Ctrl-C, and a secret that is typed.

use std::fs;

use crate::parts::sandbox::{QUICK_BROWSER, Sandbox};
use crate::parts::terminal::Terminal;
use crate::parts::{self, Part, curl, has, ports, until};
use crate::support::program::Program;

/// A home with the file store, and a sandbox that agrees to everything.
fn stage() -> (Program, Sandbox) {
    let program = parts::program().set("PARTNERLINK_STORE", "file");
    let sandbox = Sandbox::start(&program, &["--approve"]);
    (program, sandbox)
}

/// The built-in description with other addresses, as for a partner's test system: not what the
/// program calls a sandbox, so its secret is asked for.
fn describe_timberdata(program: &Program, sandbox: &Sandbox) {
    let config = format!(
        "[provider.timberdata]\nclient_id = \"sandbox-partner\"\n\
         authorize_url = \"{0}/timberdata/auth\"\ntoken_url = \"{0}/timberdata/oauth/v1/token\"\n\
         redirect_uris = [\"http://127.0.0.1:{1}/callback/timberdata\"]\n",
        sandbox.url,
        ports::free(),
    );
    let folder = program.root().join("home/.config/partnerlink");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), config).unwrap();
    program.script("browser", &format!("exec {} \"$1\"", QUICK_BROWSER.replace('*', "'*'")));
}

#[test]
fn ctrl_c_during_the_wait_stores_nothing() {
    if !has("Ctrl-C in a terminal", &[Part::Tmux]) {
        return;
    }
    let (program, sandbox) = stage();
    let program = program.set("PARTNERLINK_SANDBOX", &sandbox.url);
    let terminal = Terminal::open(&program);
    let _turn = ports::zaehlerfreunde();
    terminal.runs("partnerlink connect zaehlerfreunde --no-browser");
    terminal.waits_for("left (Ctrl-C cancels). Last page's address:");
    terminal.keep("no-browser");
    terminal.presses("C-c");
    let (code, text) = terminal.ends();
    terminal.keep("ctrl-c");
    assert_eq!(code, 130, "{text}");
    assert!(text.contains("✗ interrupted; nothing was stored"), "{text}");
    terminal.runs("partnerlink status");
    assert!(terminal.ends().1.contains("No account is connected"), "{}", terminal.words());
}

/// The browser is on another machine: its last page does not load, and its address is pasted.
#[test]
fn a_pasted_address_ends_the_sign_in() {
    if !has("pasting in a terminal", &[Part::Tmux]) {
        return;
    }
    let (program, sandbox) = stage();
    let program = program.set("PARTNERLINK_SANDBOX", &sandbox.url);
    let terminal = Terminal::open(&program);
    let _turn = ports::zaehlerfreunde();
    terminal.runs("partnerlink connect zaehlerfreunde --no-browser");
    terminal.waits_for("Last page's address:");
    let text = terminal.words();
    let link = text.split(' ').find(|word| word.contains("/authorize?")).unwrap();
    let address = curl(&["-o", "/dev/null", "-w", "%{redirect_url}", link]);
    assert!(address.contains("code="), "{address}");
    terminal.types("http://127.0.0.1:1/callback/zaehlerfreunde?code=x&state=y");
    terminal.waits_for("That is not the address of this sign-in's last page");
    terminal.types(&address);
    let (code, text) = terminal.ends();
    terminal.keep("pasted");
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("✓ Connected to Zählerfreunde (sandbox) as anna@"), "{text}");
}

/// TimberData's client secret, typed where nobody looking over the shoulder can read it.
#[test]
fn a_typed_client_secret_is_not_shown() {
    const SECRET: &str = "sandbox-secret-not-confidential";
    const CONNECT: &str =
        "partnerlink connect timberdata --scope \"aggregation woodlist\" --browser browser";
    if !has("a typed client secret", &[Part::Tmux]) {
        return;
    }
    // In a home of its own: the sandbox prints its secret, which is none.
    let elsewhere = parts::program();
    let sandbox = Sandbox::start(&elsewhere, &["--approve"]);
    let program = parts::program().set("PARTNERLINK_STORE", "file");
    describe_timberdata(&program, &sandbox);
    program.canaries.never("client secret", SECRET);
    let terminal = Terminal::open(&program);
    terminal.runs(CONNECT);
    terminal.waits_for("Client secret of TimberData (not shown):");
    terminal.types(SECRET);
    let (code, text) = terminal.ends();
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("✓ Connected to TimberData"), "{text}");
    // It is kept: the next time nobody is asked.
    terminal.runs(CONNECT);
    let (code, text) = terminal.ends();
    terminal.keep("client-secret");
    assert_eq!((code, text.matches("Client secret of").count()), (0, 1), "{text}");
    assert!(!text.contains(SECRET) && !text.contains('*'), "{text}");
}

/// A mistyped secret is not kept, so that the next time it is asked for again.
#[test]
fn a_wrong_client_secret_is_refused_and_not_kept() {
    if !has("a wrong client secret", &[Part::Tmux]) {
        return;
    }
    let (program, sandbox) = stage();
    describe_timberdata(&program, &sandbox);
    let terminal = Terminal::open(&program);
    for time in 1..=2 {
        terminal.runs("partnerlink connect timberdata --browser browser");
        let asked = || terminal.words().matches("Client secret of TimberData (not shown):").count();
        until("it asks", || (asked() == time).then_some(()));
        terminal.types("mistyped");
        let (code, text) = terminal.ends();
        assert_eq!(code, 2, "{text}");
        let cure = "check the client ID and the client secret with the provider";
        assert!(text.contains(cure), "{text}");
    }
    terminal.keep("wrong-client-secret");
}
