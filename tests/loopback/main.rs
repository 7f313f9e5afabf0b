//! The callback listener against everything that can reach a loopback port: raw sockets, no HTTP
//! library. Functions are named by the case of the fault catalogue and the fact they show.

mod answers;
mod browser;
mod floods;
mod peer;
mod ports;
