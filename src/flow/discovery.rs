//! Asking an issuer what it says of itself (RFC 8414 §3, OpenID Connect Discovery 1.0 §4).

use url::Url;

use crate::http::{HttpError, Transport};
use crate::oauth::metadata::{self, Metadata, MetadataError};

/// Why an issuer could not be asked, or its answer not be used.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("{url} answered {status}")]
    TryLater { url: Url, status: u16 },
    #[error("{} does not describe itself: nothing is at {}", .issuer, .tried.join(" and "))]
    Nothing { issuer: Url, tried: Vec<String> },
    #[error("what is at {url} {why}")]
    Unusable { url: Url, why: MetadataError },
}

/// What an issuer says of itself, and where it says it. `issuer` is the text that it must call itself
/// by.
pub fn discover(
    http: &dyn Transport,
    issuer: &str,
    url: &Url,
) -> Result<(Url, Metadata), DiscoveryError> {
    let mut unusable = None;
    let addresses = metadata::addresses(url);
    for address in &addresses {
        let answer = http.document(address)?;
        match answer.status {
            200 => match Metadata::read(answer.body.expose(), issuer) {
                Ok(metadata) => return Ok((address.clone(), metadata)),
                // An application that answers every path with its page may be right at the other.
                Err(why @ MetadataError::Unreadable { .. }) => {
                    let url = address.clone();
                    unusable = Some(DiscoveryError::Unusable { url, why });
                }
                Err(why) => return Err(DiscoveryError::Unusable { url: address.clone(), why }),
            },
            status @ (429 | 500..) => {
                return Err(DiscoveryError::TryLater { url: address.clone(), status });
            }
            _ => {}
        }
    }
    let tried = addresses.iter().map(Url::to_string).collect();
    Err(unusable.unwrap_or(DiscoveryError::Nothing { issuer: url.clone(), tried }))
}
