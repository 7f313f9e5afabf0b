//! The callback listener against everything that can reach a loopback port: raw sockets, no HTTP
//! library.

mod answers;
mod browser;
mod floods;
mod peer;
mod ports;
