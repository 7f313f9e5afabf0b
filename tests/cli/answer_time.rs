//! The longest wait of all tests, in a module whose name makes it begin first.

use std::time::Duration;

use crate::provider::http::Reply;
use crate::support::browser::Link;
use crate::support::described;

#[test]
fn an_answer_that_drips_is_given_up_after_thirty_seconds() {
    let (mut program, fake) = described();
    program.patience = Duration::from_secs(50);
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{";
    fake.answers(move |_| Reply::drip(head, Duration::from_secs(1)));
    let mut running = program.spawn(["connect", "fake", "--no-browser"]);
    let link = Link::shown_by(&mut running);
    let page = link.returns_with(&fake.consent(&link));
    assert!(page.body.contains("Could not connect to Fake"), "the browser hears: {}", page.body);
    let outcome = running.finish().exits(3).says(&["did not answer within 30 s"]);
    assert!((29..40).contains(&outcome.took.as_secs()), "{:?}", outcome.took);
    program.run(["token", "get", "fake"]).exits(4);
}
