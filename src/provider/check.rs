//! The checks that turn a description into a [`Provider`].

use url::Url;

use super::{Description, Grant, GrantType, Provider, ProviderError};
use crate::account_id::check_name;
use crate::input;
use crate::oauth::{ClientAuthentication, authorize, is_loopback, token};

/// Life of an access token when neither answer nor description says, in seconds: an hour is what
/// most servers give.
const DEFAULT_ACCESS_TOKEN_SECONDS: i64 = 3600;

impl Description {
    /// Checks every value, so that a mistake is found when the file is read and not when a token
    /// is on its way.
    pub fn check(mut self, name: &str) -> Result<Provider, ProviderError> {
        let check = Check { provider: name };
        if check_name(name).is_err() {
            return Err(check.bad("name", name, "must consist of a-z, 0-9, - and _"));
        }
        let address = check.url("issuer", self.issuer.as_deref())?;
        if address.is_some_and(|url| url.query().is_some()) {
            let issuer = self.issuer.unwrap_or_default();
            return Err(check.bad("issuer", &issuer, "must not have a ?query"));
        }
        let lacks_required = self.authorize_url.is_none() || self.token_url.is_none();
        let needs_browser = self.grant == GrantType::AuthorizationCode;
        let lacks_required = lacks_required || self.redirect_uris.is_empty();
        if self.issuer.is_some() && needs_browser && lacks_required {
            return Err(ProviderError::NotCompleted { provider: name.to_owned() });
        }
        if self.audience_required && self.audience.is_none() {
            return Err(check.missing("audience"));
        }
        for (field, parameters, reserved) in [
            ("authorize_parameters", &self.authorize_parameters, &authorize::RESERVED[..]),
            ("token_parameters", &self.token_parameters, &token::RESERVED[..]),
            ("refresh_parameters", &self.refresh_parameters, &token::RESERVED[..]),
        ] {
            if let Some(name) = parameters.keys().find(|name| reserved.contains(&name.as_str())) {
                return Err(check.bad(field, name, "is set by partnerlink itself"));
            }
        }
        if self.sends_issuer && self.issuers.is_empty() {
            return Err(check.missing("issuers"));
        }
        self.client_id = self.client_id.map(|id| input::word(&id)).filter(|id| !id.is_empty());
        let redirect_uris = self.redirect_uris.iter().map(|uri| check.redirect_uri(uri));
        let provider = Provider {
            name: name.to_owned(),
            title: self.title.clone().unwrap_or_else(|| name.to_owned()),
            grant: check.grant(&self)?,
            token_url: check.required("token_url", self.token_url.as_deref())?,
            revocation_url: check.url("revocation_url", self.revocation_url.as_deref())?,
            api_base: check.url("api_base", self.api_base.as_deref())?,
            redirect_uris: redirect_uris.collect::<Result<_, _>>()?,
            pkce: self.pkce.unwrap_or(true),
            access_token_seconds: self.access_token_seconds.unwrap_or(DEFAULT_ACCESS_TOKEN_SECONDS),
            is_sandbox: false,
            described: self,
        };
        check.scopes(&provider)?;
        check.seconds(&provider)?;
        check.data(&provider)?;
        if provider.redirect_uris.is_empty() && !provider.needs_nobody() {
            return Err(check.missing("redirect_uris"));
        }
        Ok(provider)
    }
}

/// The checks of single values, with the provider's name for the message.
pub(super) struct Check<'a> {
    pub(super) provider: &'a str,
}

impl Check<'_> {
    fn missing(&self, field: &'static str) -> ProviderError {
        ProviderError::Missing { provider: self.provider.to_owned(), field }
    }

    fn bad(&self, field: &'static str, value: &str, why: &'static str) -> ProviderError {
        let (provider, value) = (self.provider.to_owned(), value.to_owned());
        ProviderError::Bad { provider, field, value, why }
    }

    fn required(&self, field: &'static str, text: Option<&str>) -> Result<Url, ProviderError> {
        self.url(field, text)?.ok_or_else(|| self.missing(field))
    }

    /// An endpoint: https anywhere, http only on this machine; no credentials, no fragment
    /// (RFC 6749 §3.1 and §3.2).
    pub(super) fn url(
        &self,
        field: &'static str,
        text: Option<&str>,
    ) -> Result<Option<Url>, ProviderError> {
        let Some(text) = text else { return Ok(None) };
        let url = Url::parse(text).map_err(|_| self.bad(field, text, "is not an address"))?;
        let safe = url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url);
        if !safe {
            return Err(self.bad(field, text, "must begin with https://"));
        }
        if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(self.bad(field, text, "must have neither #fragment nor user name"));
        }
        Ok(Some(url))
    }

    fn grant(&self, described: &Description) -> Result<Grant, ProviderError> {
        if described.grant == GrantType::AuthorizationCode {
            if let Some(name) = described.member_names.keys().next() {
                let why = "has names of its own with grant = \"client_credentials\" only";
                return Err(self.bad("member_names", name, why));
            }
            let authorize_url = described.authorize_url.as_deref();
            let authorize_url = self.required("authorize_url", authorize_url)?;
            return Ok(Grant::AuthorizationCode { authorize_url });
        }
        if described.client_authentication == ClientAuthentication::None {
            let why = "wants client_authentication \"post\" or \"basic\"";
            return Err(self.bad("grant", "client_credentials", why));
        }
        if described.dpop {
            return Err(self.bad("dpop", "true", "is for sign-ins by browser only"));
        }
        Ok(Grant::ClientCredentials)
    }

    /// Scopes that no sign-in could ask for, or whose answer none could accept.
    fn scopes(&self, provider: &Provider) -> Result<(), ProviderError> {
        let lists = provider.lists.values().filter_map(|list| list.scope.as_ref());
        let words = [
            ("default_scope", provider.default_scope.clone()),
            ("refresh_scope", provider.refresh_scope.iter().cloned().collect()),
            ("lists", lists.cloned().collect()),
        ];
        for (field, scope) in &words {
            if let Some(unknown) = provider.unknown_scope(scope) {
                return Err(self.bad(field, unknown, "is not among the scopes"));
            }
        }
        if provider.default_scope.contains("openid") && provider.issuers.is_empty() {
            let why = "wants `issuers`: without them no ID token can be accepted";
            return Err(self.bad("default_scope", "openid", why));
        }
        Ok(())
    }

    fn seconds(&self, provider: &Provider) -> Result<(), ProviderError> {
        for (field, seconds) in [
            ("access_token_seconds", Some(provider.access_token_seconds)),
            ("refresh_token_seconds", provider.refresh_token_seconds),
            ("refresh_token_idle_seconds", provider.refresh_token_idle_seconds),
        ] {
            if let Some(seconds @ ..=0) = seconds {
                let why = "must be a positive number of seconds";
                return Err(self.bad(field, &seconds.to_string(), why));
            }
        }
        if let seconds @ ..0 = provider.rotation_overlap_seconds {
            let why = "must be a number of seconds, or 0";
            return Err(self.bad("rotation_overlap_seconds", &seconds.to_string(), why));
        }
        // Less than one an hour is none, and also what is no number is refused.
        match provider.token_requests_per_second {
            Some(rate) if !(rate > 1.0 / 3600.0 && rate.is_finite()) => {
                let why = "must be a positive number";
                Err(self.bad("token_requests_per_second", &rate.to_string(), why))
            }
            _ => Ok(()),
        }
    }

    /// What is below `api_base`.
    fn data(&self, provider: &Provider) -> Result<(), ProviderError> {
        let whoami = provider.whoami.iter().map(|whoami| ("whoami.path", &whoami.path));
        let lists = provider.lists.values().map(|list| ("lists", &list.path));
        let paths = provider.paths.values().map(|path| ("paths", path));
        for (field, path) in whoami.chain(lists).chain(paths) {
            if provider.api_base.is_none() {
                return Err(self.missing("api_base"));
            }
            // One that began otherwise could continue the name of the host.
            if !path.starts_with('/') {
                return Err(self.bad(field, path, "must begin with /"));
            }
        }
        let Some(whoami) = &provider.whoami else { return Ok(()) };
        let members = [Some(&whoami.id), whoami.name.as_ref(), whoami.email.as_ref()];
        match members.into_iter().flatten().any(String::is_empty) {
            true => Err(self.bad("whoami", "", "must name a member of the answer")),
            false => Ok(()),
        }
    }

    /// Redirect URIs: loopback ones need a port, because it is registered with the provider.
    fn redirect_uri(&self, text: &str) -> Result<Url, ProviderError> {
        const FIELD: &str = "redirect_uris";
        let uri = self.required(FIELD, Some(text))?;
        if is_loopback(&uri) && (uri.scheme() != "http" || matches!(uri.port(), None | Some(0))) {
            return Err(self.bad(FIELD, text, "on this machine must be http:// with a port"));
        }
        if uri.query().is_some() {
            return Err(self.bad(FIELD, text, "must not have a ?query"));
        }
        Ok(uri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{RefreshSupport, WhoAmI};

    fn check(change: impl FnOnce(&mut Description)) -> Result<Provider, ProviderError> {
        let mut description = Description {
            authorize_url: Some("https://p.example/authorize".into()),
            token_url: Some("https://p.example/token".into()),
            redirect_uris: vec!["http://127.0.0.1:17999/callback/p".into()],
            ..Description::default()
        };
        change(&mut description);
        description.check("p")
    }

    #[test]
    fn the_required_fields_are_enough() {
        let provider = check(|_| ()).unwrap();
        assert_eq!((provider.title.as_str(), provider.pkce), ("p", true));
        assert_eq!(provider.refresh, RefreshSupport::Rotating);
    }

    #[test]
    fn endpoints_are_https_or_on_this_machine() {
        for url in
            ["http://p.example/t", "file:///etc/passwd", "-opt", "$(touch x)", "javascript:1", ""]
        {
            assert!(check(|d| d.token_url = Some(url.into())).is_err(), "{url}");
            assert!(check(|d| d.authorize_url = Some(url.into())).is_err(), "{url}");
        }
        assert!(check(|d| d.token_url = Some("https://u:p@p.example/".into())).is_err());
        assert!(check(|d| d.token_url = Some("http://127.0.0.1:1/".into())).is_ok());
        assert!(check(|d| d.token_url = Some("http://127.0.0.1.evil.example/".into())).is_err());
    }

    #[test]
    fn reserved_parameters_are_untouchable() {
        for name in authorize::RESERVED {
            let result = check(|d| {
                d.authorize_parameters.insert(name.into(), "x".into());
            });
            assert!(result.is_err(), "{name}");
        }
        assert!(
            check(|d| {
                d.authorize_parameters.insert("prompt".into(), "login".into());
            })
            .is_ok()
        );
    }

    #[test]
    fn redirect_uris_have_a_port_where_they_are_ours() {
        for uri in [
            "http://127.0.0.1/callback",
            "https://127.0.0.1:1/callback",
            "http://localhost:0/",
            "http://127.0.0.1:1/?a=b",
        ] {
            assert!(check(|d| d.redirect_uris = vec![uri.into()]).is_err(), "{uri}");
        }
        for uri in [
            "http://[::1]:17999/callback",
            "http://localhost:17999/cb",
            "https://partner.example/cb",
        ] {
            assert!(check(|d| d.redirect_uris = vec![uri.into()]).is_ok(), "{uri}");
        }
        assert!(check(|d| d.redirect_uris.clear()).is_err());
    }

    #[test]
    fn who_signed_in_is_asked_below_the_data_and_nowhere_else() {
        let with = |base: Option<&str>, path: &str, id: &str| {
            let whoami = WhoAmI { path: path.into(), id: id.into(), name: None, email: None };
            check(|d| {
                d.api_base = base.map(str::to_owned);
                d.whoami = Some(whoami);
            })
        };
        let base = Some("https://api.p.example");
        assert!(with(base, "/me", "id").is_ok());
        for path in ["me", "@evil.example/me", ".evil.example/me", "https://evil.example/me", ""] {
            assert!(with(base, path, "id").is_err(), "{path}");
        }
        assert!(with(None, "/me", "id").is_err());
        assert!(with(base, "/me", "").is_err());
    }

    #[test]
    fn other_contradictions_are_refused() {
        assert!(check(|d| d.audience_required = true).is_err());
        assert!(check(|d| d.sends_issuer = true).is_err());
        assert!(check(|d| d.access_token_seconds = Some(0)).is_err());
        assert!(check(|d| d.refresh_token_idle_seconds = Some(-1)).is_err());
        assert!(check(|d| d.rotation_overlap_seconds = -1).is_err());
        for (rate, is_one) in [(0.5, true), (100.0, true), (0.0, false), (-1.0, false)] {
            assert_eq!(check(|d| d.token_requests_per_second = Some(rate)).is_ok(), is_one);
        }
        assert!(check(|d| d.token_requests_per_second = Some(f64::NAN)).is_err());
        assert!(check(|d| d.token_requests_per_second = Some(f64::INFINITY)).is_err());
    }

    #[test]
    fn a_scope_that_cannot_work_is_refused_before_anybody_signs_in() {
        let openid = check(|d| d.default_scope = "email openid".into());
        assert!(openid.unwrap_err().to_string().contains("wants `issuers`"));
        assert!(
            check(|d| {
                d.default_scope = "openid".into();
                d.issuers = vec!["https://p.example/".into()];
            })
            .is_ok()
        );
        type Change = fn(&mut Description);
        let changes: [Change; 2] = [
            |d| d.default_scope = "a b".into(),
            |d| d.refresh_scope = Some("offline_access".into()),
        ];
        for change in changes {
            assert!(check(change).is_ok(), "what scopes there are is not known");
            let known = check(|d| {
                d.scopes.insert("a".into(), "A".into());
                change(d);
            });
            assert!(known.unwrap_err().to_string().contains("is not among the scopes"));
        }
    }
}
