//! A client secret as a store keeps it: with the origin that it was given for.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Item, SecretBytes, StoreError};
use crate::secret::{Secret, expose_to};

/// A provider's client secret, and the one place where it may go.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClientSecret {
    #[serde(serialize_with = "expose_to")]
    pub secret: Secret,
    /// Scheme, host and port of the token endpoint it was given for; `None` where a person gives
    /// it anew with each run.
    pub origin: Option<String>,
}

impl ClientSecret {
    /// What [`ClientSecret::to_bytes`] made.
    pub fn from_bytes(provider: &str, bytes: &SecretBytes) -> Result<Self, StoreError> {
        // serde_json's own message may quote the secret.
        serde_json::from_slice(bytes.expose()).map_err(|error| StoreError::Damaged {
            name: Item::ClientSecret(provider.to_owned()).to_string(),
            why: format!("its JSON breaks at column {}", error.column()),
        })
    }

    /// Whether these bytes are the same secret for the same place. A shared store gives the members
    /// back in another order.
    pub fn is_in(&self, bytes: &SecretBytes) -> bool {
        Self::from_bytes("", bytes).is_ok_and(|there| {
            there.secret.expose() == self.secret.expose() && there.origin == self.origin
        })
    }

    pub fn to_bytes(&self) -> SecretBytes {
        let mut bytes = Zeroizing::new(Vec::with_capacity(1024));
        // Two texts into memory: there is nothing that could fail.
        let _ = serde_json::to_writer(&mut *bytes, self);
        SecretBytes::new(std::mem::take(&mut *bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_the_same_in_whatever_order_a_store_gives_it_back() {
        let origin = Some("https://a.example".to_owned());
        let ours = ClientSecret { secret: "a&b".into(), origin };
        let is_in = |json: &str| ours.is_in(&SecretBytes::new(json.as_bytes().to_vec()));
        assert!(ours.is_in(&ours.to_bytes()));
        assert!(is_in(r#"{"origin":"https://a.example","secret":"a\u0026b"}"#));
        assert!(!is_in(r#"{"origin":"https://b.example","secret":"a&b"}"#));
        assert!(!is_in(r#"{"origin":"https://a.example","secret":"a"}"#));
        assert!(!is_in("{"));
    }
}
