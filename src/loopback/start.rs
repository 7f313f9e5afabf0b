//! Binding the sign-in to one browser (RFC 9700 §4.7), for providers without PKCE, where `state`
//! alone stands between a callback and the account, and other users of the machine can read it in
//! the arguments of the process that opens the browser.
//!
//! The browser is given a local link of one use. It answers with a cookie and the way to the
//! provider; from then on a callback without that cookie is another browser's.

use std::cell::Cell;
use std::io;

use hyper::header::{self, HeaderMap, HeaderValue};
use subtle::ConstantTimeEq;
use url::Url;

use super::answer::Refusal;
use super::rules::START_PREFIX;
use crate::oauth::random;
use crate::secret::Secret;

/// Seconds for which the browser keeps the cookie: as long as a sign-in can take at the provider.
const COOKIE_MAX_AGE: u32 = 3600;

/// The local link, where it leads, and the cookie it leaves behind.
pub(super) struct StartLink {
    link: Url,
    token: Secret,
    location: HeaderValue,
    /// `name=value`, as the browser sends it back.
    cookie: Secret,
    set_cookie: HeaderValue,
    used: Cell<bool>,
}

impl StartLink {
    /// A link beside `redirect_uri` that leads to `to`.
    pub(super) fn new(redirect_uri: &Url, to: &Url) -> io::Result<Self> {
        let token = random::value().map_err(io::Error::other)?;
        let value = random::value().map_err(io::Error::other)?;
        let mut link = redirect_uri.clone();
        link.set_path(&format!("{START_PREFIX}{}", token.expose()));
        link.set_query(None);
        let location = HeaderValue::from_str(to.as_str()).map_err(io::Error::other)?;
        // Browsers keep cookies per host and not per port: the port in the name keeps two sign-ins
        // at the same time apart.
        let port = redirect_uri.port().unwrap_or_default();
        let cookie = Secret::new(format!("partnerlink-{port}={}", value.expose()));
        // A path with a semicolon would end the attribute: such a cookie is sent everywhere.
        let path = if redirect_uri.path().contains(';') { "/" } else { redirect_uri.path() };
        let set_cookie = format!(
            "{}; HttpOnly; SameSite=Lax; Path={path}; Max-Age={COOKIE_MAX_AGE}",
            cookie.expose()
        );
        let set_cookie = HeaderValue::from_str(&set_cookie).map_err(io::Error::other)?;
        Ok(Self { link, token, location, cookie, set_cookie, used: Cell::new(false) })
    }

    pub(super) fn link(&self) -> &Url {
        &self.link
    }

    /// Uses the link up, if `token`, the rest of the request's path, is its own and whoever follows
    /// it may: the way to the provider and the cookie.
    pub(super) fn follow(
        &self,
        token: &str,
        follower: impl FnOnce() -> Result<(), Refusal>,
    ) -> Result<(HeaderValue, HeaderValue), Refusal> {
        if !bool::from(token.as_bytes().ct_eq(self.token.expose().as_bytes())) {
            return Err(Refusal::NotFound);
        }
        follower()?;
        if self.used.replace(true) {
            return Err(Refusal::LinkUsed);
        }
        Ok((self.location.clone(), self.set_cookie.clone()))
    }

    /// Whether a callback with these headers may go to the judge: the link was never used (the
    /// person opened the provider's address by hand), or this is the browser that used it.
    pub(super) fn admits(&self, headers: &HeaderMap) -> bool {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).map(|pair| pair.trim().as_bytes());
        let cookie = self.cookie.expose().as_bytes();
        !self.used.get() || pairs.any(|pair| pair.ct_eq(cookie).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> StartLink {
        let redirect_uri = Url::parse("http://127.0.0.1:17102/callback/timberdata").unwrap();
        StartLink::new(&redirect_uri, &Url::parse("https://provider.example/?a=b").unwrap())
            .unwrap()
    }

    fn with_cookie(line: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(line).unwrap())])
    }

    #[test]
    fn the_link_is_on_the_redirect_uris_host_and_works_once() {
        let start = start();
        assert!(start.link().as_str().starts_with("http://127.0.0.1:17102/start/"));
        assert_eq!(start.token.expose().len(), 43);
        assert_eq!(start.follow("guess", || Ok(())), Err(Refusal::NotFound));
        assert_eq!(start.follow("", || Ok(())), Err(Refusal::NotFound));
        let gone = start.follow(start.token.expose(), || Err(Refusal::Gone));
        assert_eq!(gone, Err(Refusal::Gone));
        let (location, set_cookie) = start.follow(start.token.expose(), || Ok(())).unwrap();
        assert_eq!(location, "https://provider.example/?a=b");
        let tail = "; HttpOnly; SameSite=Lax; Path=/callback/timberdata; Max-Age=3600";
        assert!(set_cookie.to_str().unwrap().ends_with(tail));
        assert_eq!(start.follow(start.token.expose(), || Ok(())), Err(Refusal::LinkUsed));
    }

    #[test]
    fn the_cookie_is_asked_for_only_after_the_link_was_used() {
        let start = start();
        assert!(start.admits(&HeaderMap::new()));
        start.follow(start.token.expose(), || Ok(())).unwrap();
        assert!(!start.admits(&HeaderMap::new()));
        let (name, value) = start.cookie.expose().split_once('=').unwrap();
        assert!(start.admits(&with_cookie(&format!("other=1; {name}=stale; {name}={value}"))));
        for wrong in [format!("{name}="), format!("x{name}={value}"), format!("{name}={value}x")] {
            assert!(!start.admits(&with_cookie(&wrong)), "{wrong}");
        }
    }
}
