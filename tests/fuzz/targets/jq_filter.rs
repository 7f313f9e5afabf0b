//! `--jq FILTER`: what stands there is a filter or none. It is not run, for it may be without end.

use partnerlink::jq::{self, JqError};

pub fn check(input: &[u8]) {
    let filter = String::from_utf8_lossy(input);
    match jq::apply(&filter, &[], |_| panic!("a result without an input")) {
        Ok(()) => {}
        Err(JqError::Syntax(_) | JqError::TooLong) => {}
        Err(other) => panic!("{other}"),
    }
}
