//! The providers' data: bearer requests, retries, pages, and the shapes of the answers. Knows a
//! base URL and a token source, but no store.

pub mod client;
pub mod members;
pub mod meter;
pub mod object_stream;
pub mod ordered;
pub mod page;
pub mod push;
pub mod readings;
pub mod timber;

pub use client::{ApiClient, ApiError};
