//! Lists in pages, and addresses that lead away from the provider.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::provider::http::Reply;
use crate::support::data::{Data, connected_to_fake, data_calls, space_page};
use crate::support::provider_for;
use crate::support::spoiled::endless_pages;

#[test]
fn pages_without_end_are_refused_after_the_first() {
    let (data, front) = Data::behind(endless_pages);
    for (command, path) in [
        (&["meter", "spaces"][..], "spaces"),
        (&["meter", "customers"], "customers"),
        (&["timber", "woodlists"], "woodlist/summaries"),
        (&["timber", "aggregations", "-o", "piles.geojson"], "aggregation/summaries"),
        (&["api", "zaehlerfreunde", "/spaces", "--paginate"], "spaces"),
        (
            &["api", "timberdata", "/inventory/v4/inventory/woodlist/summaries", "--paginate"],
            "woodlist/summaries",
        ),
    ] {
        let before = front.count(path);
        let outcome = data.program.run(command).exits(6).says(&["pages, which cannot be"]);
        assert!(outcome.took < Duration::from_secs(5), "{}", outcome.told());
        assert_eq!(front.count(path), before + 1, "{command:?}");
    }
    assert!(!data.program.root().join("piles.geojson").exists());
}

#[test]
fn a_list_without_end_is_given_up() {
    let (program, fake) = connected_to_fake();
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    fake.serves(move |_| {
        let piece = r#"{"id":"space","name":"Space"},"#.repeat(1000);
        Reply::endless("HTTP/1.1 200 OK\r\n\r\n{\"spaces\":[", piece.as_bytes(), &counted)
    });
    let outcome = program.run(["meter", "spaces", "--account", "fake", "-o", "a.csv"]).exits(6);
    outcome.says(&["larger than 64 MiB"]);
    let mib = sent.load(Ordering::SeqCst) / (1024 * 1024);
    assert!((64..96).contains(&mib), "{mib} MiB were sent");
    assert!(!program.root().join("a.csv").exists());
}

#[test]
fn every_page_is_fetched_once_and_their_order_is_kept() {
    let data = Data::new();
    let names = |jobs: &str| {
        let args = ["timber", "woodlists", "--fields", "id", "--format", "csv", "--jobs", jobs];
        let outcome = data.program.run(args).exits(0);
        outcome.data().lines().skip(1).map(|id| id.parse().unwrap()).collect::<Vec<u64>>()
    };
    let one = names("1");
    assert_eq!(one, (70_001..70_001 + 230).collect::<Vec<u64>>());
    assert_eq!(data.counts()["data"]["woodlists"], 3);
    assert_eq!(names("8"), one);
    assert_eq!(data.counts()["data"]["woodlists"], 6);

    let path = "/customers";
    let outcome =
        data.program.run(["api", "zaehlerfreunde", path, "--paginate", "--jq", ".customers[].id"]);
    let ids: Vec<String> = outcome.exits(0).data().lines().map(str::to_owned).collect();
    assert_eq!(ids.len(), 130);
    assert!(ids.is_sorted());
}

#[test]
fn a_single_page_is_a_single_request() {
    let data = Data::new();
    let outcome = data.program.run(["timber", "woodlists", "--page", "3"]).exits(0);
    assert_eq!(outcome.data().lines().count(), 30);
    assert_eq!(data.counts()["data"]["woodlists"], 1);
}

#[test]
fn no_address_but_the_providers_gets_the_token() {
    let (program, fake) = connected_to_fake();
    let other = provider_for(&program);
    fake.serves(|_| Reply::json(200, &space_page(1)));
    let (base, elsewhere) = (fake.base(), other.base());
    for address in [
        format!("{elsewhere}/api/spaces"),
        format!("http://localhost:{}/api/spaces", fake.port),
        format!("https://127.0.0.1:{}/api/spaces", fake.port),
        format!("{base}/other"),
        format!("{base}/apix"),
        format!("{base}/api/../token"),
        format!("http://user@127.0.0.1:{}/api/spaces", fake.port),
        "/../token".into(),
        "/%2e%2e/token".into(),
        "file:///etc/passwd".into(),
    ] {
        let before = fake.calls().len();
        program.run(["api", "fake", &address]).exits(2).says(&["the token stays here"]);
        assert_eq!(fake.calls().len(), before, "{address}");
    }
    assert!(other.calls().is_empty());
    // Two slashes are a path here, and not another host.
    program.run(["api", "fake", &format!("//127.0.0.1:{}/x", other.port)]).exits(0);
    assert!(other.calls().is_empty());
    program.run(["api", "fake", &format!("{base}/api/spaces")]).exits(0);
}

#[test]
fn a_next_page_elsewhere_is_not_followed() {
    let (program, fake) = connected_to_fake();
    let other = provider_for(&program);
    let next = format!("{}/api/spaces?page=1", other.base());
    fake.serves(move |_| {
        let mut page = space_page(2);
        page["next"] = next.as_str().into();
        let header = format!("Link: <{next}>; rel=\"next\"\r\n");
        Reply::new(200, &header, page.to_string())
    });
    program.run(["meter", "spaces", "--account", "fake"]).exits(0);
    program.run(["api", "fake", "/spaces", "--paginate"]).exits(0);
    assert!(other.calls().is_empty());
    assert_eq!(data_calls(&fake).len(), 4, "two pages for each");
}

#[test]
fn a_redirect_is_not_followed_wherever_it_leads() {
    let (program, fake) = connected_to_fake();
    let other = provider_for(&program);
    for (status, to) in [(302, other.base()), (307, other.base()), (308, fake.base())] {
        let header = format!("Location: {to}/api/elsewhere\r\n");
        fake.serves(move |_| Reply::new(status, &header, ""));
        let before = data_calls(&fake).len();
        program.run(["meter", "spaces", "--account", "fake"]).exits(6).says(&["is a redirect"]);
        program.run(["api", "fake", "/spaces"]).exits(6).says(&["is a redirect"]);
        assert_eq!(data_calls(&fake).len(), before + 2, "{status}");
    }
    assert!(other.calls().is_empty());
}
