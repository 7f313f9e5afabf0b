//! Who plays in the sandbox: the two providers, and the fictional people who sign in at them.

use serde::{Deserialize, Serialize};

/// The providers the sandbox imitates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    Zaehlerfreunde,
    Timberdata,
}

impl Provider {
    pub const ALL: [Provider; 2] = [Provider::Zaehlerfreunde, Provider::Timberdata];

    /// The name in paths: `/zaehlerfreunde/authorize`, `/callback/zaehlerfreunde`.
    pub fn id(self) -> &'static str {
        match self {
            Provider::Zaehlerfreunde => "zaehlerfreunde",
            Provider::Timberdata => "timberdata",
        }
    }

    /// The name people know.
    pub fn name(self) -> &'static str {
        match self {
            Provider::Zaehlerfreunde => "Zählerfreunde",
            Provider::Timberdata => "TimberData",
        }
    }

    /// The one client registered here.
    pub fn client_id(self) -> &'static str {
        match self {
            Provider::Zaehlerfreunde => "sandbox-client",
            Provider::Timberdata => "sandbox-partner",
        }
    }

    /// The scopes there are, in the order in which a page and an answer name them.
    pub fn scopes(self) -> &'static [&'static str] {
        match self {
            Provider::Zaehlerfreunde => &["openid", "profile", "email", "offline_access"],
            Provider::Timberdata => &["aggregation", "woodlist"],
        }
    }
}

/// Somebody who does not exist. Example domains (RFC 2606), so that no mail ever arrives.
#[derive(Debug)]
pub struct Person {
    pub id: &'static str,
    pub name: &'static str,
    pub email: &'static str,
    pub company: &'static str,
}

/// The first one signs in where nobody is there to choose.
pub const PEOPLE: [Person; 3] = [
    Person {
        id: "anna",
        name: "Anna Muster",
        email: "anna@stadtwerke-muster.example",
        company: "Stadtwerke Muster",
    },
    Person {
        id: "jonas",
        name: "Jonas Beispiel",
        email: "jonas@forst-beispiel.example",
        company: "Forstbetrieb Beispiel",
    },
    Person {
        id: "mira",
        name: "Mira Probe",
        email: "mira@hausverwaltung-probe.example",
        company: "Hausverwaltung Probe",
    },
];

/// The person of that id, as a place in [`PEOPLE`].
pub fn person_named(id: &str) -> Option<usize> {
    PEOPLE.iter().position(|person| person.id == id)
}
