//! The providers' data: bearer requests, retries, pages, and the shapes of the answers. Knows a
//! provider's description and a token source, but no store.

pub mod client;
pub mod list;
mod members;
pub mod meter;
pub mod ordered;
pub mod push;
mod reading;
mod reading_time;
mod readings;
pub mod timber;

pub use client::{ApiClient, ApiError};
