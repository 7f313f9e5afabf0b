//! Misbehaviour to order: the ways in which providers, proxies and networks go wrong.
//!
//! One table gives each fault its variant, its name on the command line and its meaning.

use std::fmt;
use std::str::FromStr;

macro_rules! faults {
    ($($variant:ident $name:literal $meaning:literal)*) => {
        /// One way to misbehave. Faults add up; of two that answer in place of the provider, the
        /// one ordered first wins.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault {
            $(#[doc = $meaning] $variant,)*
        }

        impl Fault {
            /// Every fault with its name and one line of meaning.
            pub const ALL: &[(Fault, &str, &str)] = &[$((Fault::$variant, $name, $meaning),)*];

            /// The name on the command line.
            pub fn name(self) -> &'static str {
                match self {
                    $(Fault::$variant => $name,)*
                }
            }
        }
    };
}

faults! {
    // The way back from the authorize page.
    Deny "deny" "the person always refuses"
    NoState "no-state" "the callback lacks the state"
    WrongState "wrong-state" "the callback carries another state"
    OtherIssuer "other-issuer" "the callback names another provider as issuer"
    CodeAndError "code-and-error" "the callback carries a code and an error"
    RepeatedCode "repeated-code" "the callback carries two codes"

    // Answers in place of the token endpoint: nothing is spent, nothing is issued.
    RateLimit "429" "the first token request is answered 429 with Retry-After: 1"
    RateLimitForever "429-forever" "every token request is answered 429 with Retry-After: 1"
    ServerError "500" "every token request is answered 500 with a page"
    Unavailable "503" "every token and revocation request is answered 503"
    Redirect "redirect" "every token request is answered 307 to another path"
    Garbage "garbage" "every token request is answered 200 with a page"
    ErrorWithin200 "error-200" "every token request is answered 200 with an error inside"
    NoContent "204" "every token request is answered 204"
    Deep "deep" "every token request is answered with JSON nested 100,000 deep"
    Huge "huge" "every token request is answered with 8 MiB of JSON"
    InvalidClient "invalid-client" "every token request is answered 401 invalid_client"
    Escapes "escapes" "every token request fails with terminal escapes in error_description"
    Mfa "mfa" "every refresh is answered 403 mfa_required"
    Reuse "reuse" "every refresh token counts as already used: 403, and its family is revoked"

    // Refresh tokens.
    NoRotation "no-rotation" "a refresh answers no new refresh token, the old one stays good"
    NoRefreshToken "no-refresh-token" "signing in answers no refresh token though it was asked for"
    NullRefreshToken "null-refresh-token" "refresh_token is null; the old one stays good"

    // Members of the token answer.
    NoAccessToken "no-access-token" "access_token is missing"
    BrokenAccessToken "broken-access-token" "access_token holds a line break"
    NoTokenType "no-token-type" "token_type is missing"
    WrongTokenType "wrong-token-type" "token_type is DPoP"
    LowerTokenType "lower-token-type" "token_type is bearer, which is allowed"
    NoExpiry "no-expiry" "expires_in is missing"
    TextExpiry "text-expiry" "expires_in is a string of digits"
    NegativeExpiry "negative-expiry" "expires_in is -1"
    HugeExpiry "huge-expiry" "expires_in is 1e30"
    NarrowedScope "narrowed-scope" "scope names less than was granted"
    WidenedScope "widened-scope" "scope names more than was asked for"
    ManyMembers "many-members" "a hundred unknown members come along, which is allowed"

    // The ID token.
    NoIdToken "no-id-token" "id_token is missing"
    WrongNonce "wrong-nonce" "the ID token carries another nonce"
    WrongIssuer "wrong-issuer" "the ID token names another issuer"
    WrongAudience "wrong-audience" "the ID token is for another client"
    ExpiredIdToken "expired-id-token" "the ID token expired an hour ago"
    AlgNone "alg-none" "the ID token says alg none and has no signature"
    Hs256 "hs256" "the ID token says alg HS256"
    OtherSubject "other-subject" "the ID token names another person"

    // The way the token answer travels.
    Slow "slow" "the token answer comes after 5 seconds"
    Drip "drip" "the token answer comes at one byte a second"
    LostAnswer "lost-answer" "the request is done, its answer arrives as rubbish"
    Silence "silence" "the request is done, its answer never comes"

    // The data APIs. None of these touches signing in.
    DataUnauthorized "data-401" "every data request is answered 401 invalid_token"
    DataUnauthorizedOnce "data-401-once" "data requests are answered 401 until the token was refreshed"
    DataRateLimit "data-429" "the first data request is answered 429 with Retry-After: 1"
    DataServerError "data-500" "every data request is answered 500 with a page"
    DataSlow "data-slow" "data comes after 5 seconds"
    DataEndless "data-endless" "every list has one more page, and it is the first again"
    DataCut "data-cut" "data breaks off in the middle: a broken chunk"
    DataStall "data-stall" "data stops in the middle and never ends: Content-Length is too large"
    DataWrongType "data-wrong-type" "one entry's value has another type, a reading's is a string"
    DataExtra "data-extra" "unknown members come along, which is allowed"
    DataMissing "data-missing" "the first entry lacks a member"
    DataBigNumbers "data-big-numbers" "values are beyond 2^53 or have many decimals"
    DataControl "data-control" "labels and names hold terminal escapes, formulas, other directions"
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == name);
        found.map(|(fault, ..)| *fault).ok_or_else(|| UnknownFault(name.to_owned()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no fault. Its text lists those there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFault(String);

impl fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = Fault::ALL.iter().map(|(_, name, _)| *name).collect();
        write!(
            f,
            "there is no fault \"{}\"; there are: {}",
            self.0.escape_debug(),
            names.join(", ")
        )
    }
}

impl std::error::Error for UnknownFault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_its_fault_and_no_two_are_the_same() {
        for (fault, name, meaning) in Fault::ALL {
            assert_eq!(name.parse(), Ok(*fault));
            assert_eq!(fault.to_string(), *name);
            assert!(!meaning.is_empty());
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_list() {
        let text = "slwo".parse::<Fault>().unwrap_err().to_string();
        assert!(text.contains("\"slwo\"") && text.contains("slow, drip"), "{text}");
    }
}
