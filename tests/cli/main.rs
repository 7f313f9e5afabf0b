//! The built program as a child process, against the sandbox and against a provider that does as it
//! is told. Names begin with the case of the catalogue of faults that they show; `bcp_b…` are those
//! of RFC 9700. No secret that a test knows may be printed or written by any run (`support/canary`).
//!
//! | cases | where they are tested, or why not |
//! |---|---|
//! | A1–A5, A8–A19, A21, A22, A26 | `tests/loopback`; A3, A22 here as well (`callback`) |
//! | A6, A7, A20, A23–A25 | `callback`; A20 by what `ps` would show, which needs no second user |
//! | B1–B6, B9, B10 | `environment` |
//! | B7, B8, D | `tests/endurance`; D9 in `environment`, D3's text in `sandbox_faults` |
//! | C1, C2, C4–C11, C13–C18, C26 | `refresh_answers`; C8, C9, C13, C15, C17 of a sign-in in `sign_in_answers` |
//! | C3 | `answer_time` |
//! | C12, C19, C20 | `sign_in_answers` |
//! | C21, TLS of C17 | `tls` |
//! | U1, U3–U5, C22 | `data_access`; U2 in `tls` |
//! | C23 | `data_pages`, the streamed list in `src/api/object_stream.rs` |
//! | C24–C26 of data, G7 | `data_answers` |
//! | G1, G2, G5 | `data_output`, each format in `src/output/formats` |
//! | G3, G4, G6, F10 of exports | `data_export` |
//! | N1, N8 | `secrets` (no option takes one), `connect` (without a client ID, without a secret) |
//! | N2–N4, N7, N9, N10 | `callback`; N5, N6 in `tests/loopback` |
//! | P1, P2 | `src/oauth/pkce.rs` |
//! | P3–P6 | `callback` |
//! | bcp_b1–b4, b7, b9 | `callback`; b5, b6 in `tests/loopback`; b8 in `refresh_answers` |
//! | bcp_b10, b11 | no such code: no password grant, no discovery, every endpoint is configured |
//! | I1–I3 | `callback`, each case in `src/oauth/callback.rs` |
//! | O1, O2, O7, O8, O10, O12–O14 | `callback`, `connect`, `refresh_answers`, `sign_in_answers` |
//! | O3–O6, O11 | `src/oauth/token.rs`; O3–O6 here as well |
//! | O9 | `tls`, `src/provider/description.rs` |
//! | V1–V4 | `disconnect`; V1's time-out is that of C3 |
//! | J1–J7 | `sign_in_answers`, each claim in `src/oauth/id_token.rs`; JWE is one of J7's opaque tokens |
//! | E | `tests/store`, `tests/endurance`; E8's modes in `secrets` (F10); what is said of E6, E8, E9 in `doctor` |
//! | F1–F5, F7, F8, F10, F14 | `secrets`; F14 in `proxy` as well; F2 of the browser in `environment` (B4) |
//! | F4, the panic hook | not from outside: nothing that a person can type makes it panic |
//! | F6 | promises nothing that could be tested |
//! | F9 | there is no crash report; the log is F3 |
//! | F11 | the listener leads on to `/done` (`tests/loopback`), and no script of ours runs |
//! | F12, F13 | `token_get` |

#![cfg(target_os = "linux")]

mod answer_time;
mod callback;
mod client_secret;
mod commands;
mod completions;
mod connect;
mod data_access;
mod data_answers;
mod data_api;
mod data_export;
mod data_meter;
mod data_output;
mod data_pages;
mod data_push;
mod data_timber;
mod disconnect;
mod doctor;
mod environment;
mod help;
mod hints;
mod notify;
#[path = "../provider/mod.rs"]
#[expect(dead_code, reason = "shared: each of the test programs uses a part of it")]
mod provider;
mod provider_check;
mod provider_register;
mod provider_setup;
mod proxy;
mod refresh_answers;
mod sandbox_faults;
mod schedule;
mod secrets;
mod sign_in_answers;
mod status;
mod store;
mod support;
mod terminal;
mod tls;
mod token_get;
mod token_refresh;
