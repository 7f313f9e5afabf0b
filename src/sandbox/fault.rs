//! Misbehaviour to order: what a script should be ready for.

/// One way to misbehave. Faults add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Fault {
    /// The person always refuses
    Deny,
    /// The first token request is answered 429 with Retry-After: 1
    #[value(name = "429")]
    RateLimit,
    /// Every token request is answered 500 with a page
    #[value(name = "500")]
    ServerError,
    /// Every refresh token counts as already used: 403, and its family is revoked
    Reuse,
    /// The token answer comes after 5 seconds
    Slow,
}
