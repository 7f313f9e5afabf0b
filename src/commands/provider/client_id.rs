//! What a client ID looks like, as far as that is known of any provider.

use crate::secret::Secret;

/// Longest client ID that is believed to be one, in bytes.
const MAX_CLIENT_ID: usize = 512;

/// Finds what is certainly no client ID, and takes off the blanks around one. What was given is not
/// repeated: it may be a secret that went into the wrong field.
pub fn check(text: &str, secret: Option<&Secret>) -> Result<String, &'static str> {
    let id = text.trim();
    if id.is_empty() {
        return Err("the client ID is empty");
    }
    if id.len() > MAX_CLIENT_ID {
        return Err("this is too long for a client ID");
    }
    // RFC 6749 appendix A.1 allows blanks as well, which no provider uses.
    if !id.chars().all(|c| c.is_ascii_graphic()) {
        return Err("a client ID has neither blanks nor control characters nor letters like ä");
    }
    if id.split_once('@').is_some_and(|(_, host)| host.contains('.')) {
        return Err("this is an e-mail address, and not a client ID");
    }
    if secret.is_some_and(|secret| secret.expose() == id) {
        return Err("this is the client secret, and not the client ID");
    }
    Ok(id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::secret::Secret;

    #[test]
    fn what_is_certainly_no_client_id_is_found() {
        let secret = Secret::from("s3cret");
        for bad in
            ["", "  ", "a b", "a\tb", "a\u{7f}", "ä", "anna@muster.de", "s3cret", " s3cret\n"]
        {
            assert!(check(bad, Some(&secret)).is_err(), "{bad:?}");
        }
        for good in ["aB3xYz", "42", "x.apps.p.example", "user@realm", "urn:p:1/2"] {
            assert_eq!(check(&format!(" {good}\r\n"), Some(&secret)).as_deref(), Ok(good));
        }
        assert!(check(&"a".repeat(513), None).is_err());
    }
}
