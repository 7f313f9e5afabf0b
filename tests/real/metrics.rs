//! `status --format openmetrics`, read by Prometheus' own client.

use std::env;
use std::process::Command;

use crate::parts::data::Data;
use crate::parts::{self, Part, has};

/// The strict reader of OpenMetrics, and the one of the older text, as node_exporter has.
const READ: &str = "
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as strict
from prometheus_client.parser import text_string_to_metric_families as old
text = open(sys.argv[1]).read()
tell = lambda read: {s.name: s.value for f in read(text) for s in f.samples}
assert tell(strict) == tell(old)
print(json.dumps({'values': tell(strict), 'units': {f.name: f.unit for f in strict(text)}}))
";

#[test]
fn prometheus_reads_how_the_accounts_stand() {
    if !has("status in Prometheus' client", &[Part::Tables]) {
        return;
    }
    let data = Data::of_meters();
    let text = data.program.run(["status", "--format", "openmetrics"]).exits(0).stdout;
    assert!(text.ends_with("# EOF\n"), "{text}");
    let file = data.program.root().join("partnerlink.prom");
    std::fs::write(&file, &text).unwrap();
    let mut command = Command::new(env::var_os("PARTNERLINK_TEST_PYTHON").unwrap());
    command.args(["-c", READ]).arg(&file);
    let read = parts::program().start(command).finish().exits(0).json();
    let value = |name: &str| read["values"][name].as_f64().unwrap();
    assert_eq!(value("partnerlink_account_connected"), 1.0);
    assert_eq!(value("partnerlink_account_sign_in_needed"), 0.0);
    assert_eq!(value("partnerlink_accounts"), 1.0);
    let status = data.program.run(["status", "--json"]).exits(0).json();
    let known = status["accounts"][0]["access_token_until"].as_str().unwrap();
    let known: partnerlink::clock::Timestamp = known.parse().unwrap();
    let name = "partnerlink_access_token_expiry_timestamp_seconds";
    assert_eq!(value(name) as i64, known.as_second());
    assert_eq!(read["units"][name], "seconds");
    assert!(
        text.contains(
            "partnerlink_account_standing{account=\"zaehlerfreunde\",standing=\"good\"} 1"
        )
    );
}
