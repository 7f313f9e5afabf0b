//! The meters of an account, and which of them a person means.

use std::collections::HashSet;
use std::sync::Arc;

use super::devices::each_device;
use crate::api::meter::meter;
use crate::commands::session::{DataError, Session};
use crate::data::meter::Meter;

/// Every meter of every space, as the provider lists them now.
#[derive(Default)]
pub struct Meters(Vec<Arc<Meter>>);

impl Meters {
    pub fn fetch(session: &Session) -> Result<Self, DataError> {
        // A meter may be in several spaces, and is one meter all the same.
        let (mut seen, mut meters) = (HashSet::new(), Vec::new());
        each_device(session, &[], |space, device| {
            let meter = meter(&device, space).filter(|meter| seen.insert(meter.id.clone()));
            meters.extend(meter.map(Arc::new));
            Ok(())
        })?;
        Ok(Self(meters))
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<Meter>> {
        self.0.iter()
    }

    /// Those that a person may mean by a name, MeLo, MaLo, number on the meter, or id.
    pub fn called(&self, text: &str) -> Vec<&Arc<Meter>> {
        let is_meant = |meter: &&Arc<Meter>| {
            [&meter.id, &meter.name, &meter.melo, &meter.malo, &meter.serial]
                .iter()
                .any(|name| name.eq_ignore_ascii_case(text))
        };
        self.0.iter().filter(is_meant).collect()
    }
}
