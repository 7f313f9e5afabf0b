//! What the tests of the formats share.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use serde_json::{Map, Value};

use super::{Format, Options, readings};
use crate::data::reading::Reading;

/// An output that can be read afterwards.
#[derive(Clone, Default)]
pub(crate) struct Shared(pub(crate) Rc<RefCell<Vec<u8>>>);

impl Shared {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) fn object(json: &str) -> Map<String, Value> {
    serde_json::from_str(json).unwrap()
}

/// 02:15 on the last Sunday of October 2026, the first of the two.
pub(crate) fn reading() -> Reading<'static> {
    Reading {
        device_id: "DE0001".into(),
        time: "2026-10-25T00:15:00Z".parse().unwrap(),
        measurement: "ENERGY".into(),
        value: Some("0.1230".into()),
        unit: "kWh".into(),
        label: "Halle 1".into(),
        device_type: "SMART_METER".into(),
        device_provider: "MSB".into(),
        medium: "ELECTRICITY".into(),
        direction: "IN".into(),
        rest: "".into(),
    }
}

pub(crate) fn bytes(format: Format, options: &Options, rows: &[Reading<'_>]) -> Vec<u8> {
    let out = Shared::default();
    let mut writer = readings(format, Box::new(out.clone()), options).unwrap();
    for row in rows {
        writer.write(row).unwrap();
    }
    writer.finish().unwrap();
    out.0.take()
}

pub(crate) fn written(format: Format, options: &Options, rows: &[Reading<'_>]) -> String {
    String::from_utf8(bytes(format, options, rows)).unwrap()
}
