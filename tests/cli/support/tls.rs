//! A fake provider over TLS, with the certificate that a test asks for.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::program::Program;
use crate::provider::Provider;
use crate::provider::http::AsTcp;

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    Good,
    Expired,
    OtherHost,
    SelfSigned,
    NotYet,
    /// The authority's own, in the place of the server's.
    Authority,
}

impl AsTcp for StreamOwned<ServerConnection, TcpStream> {
    fn tcp(&self) -> &TcpStream {
        &self.sock
    }
}

/// One that answers a handshake with TLS 1.1, and the bytes that it got.
pub fn too_old(program: &Program) -> (Provider, Arc<Mutex<Vec<u8>>>) {
    let got = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&got);
    let wrap = move |mut stream: TcpStream| {
        // Held to the end of the connection: whoever looks sees all that came.
        let mut noted = noted.lock().unwrap();
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).ok()?;
        noted.extend_from_slice(&bytes[..count]);
        // ServerHello: version 3.2, no random, no session, AES128-SHA.
        let mut hello = vec![0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
        hello.extend([7; 32]);
        hello.extend([0, 0, 0x2f, 0]);
        stream.write_all(&hello).ok()?;
        let _ = stream.read_to_end(&mut noted);
        None::<TcpStream>
    };
    (Provider::serve(program.canaries.hears(), None, "https", wrap), got)
}

/// A provider behind https, and the file of the authority that a program must trust for it.
pub fn start(program: &Program, certificate: Certificate) -> (Provider, PathBuf) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).unwrap();
    let file = program.root().join(format!("authority-{certificate:?}.pem"));
    std::fs::write(&file, root.pem()).unwrap();

    let host = if certificate == Certificate::OtherHost { "other.example" } else { "127.0.0.1" };
    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    if certificate == Certificate::Expired {
        params.not_before = rcgen::date_time_ymd(2019, 1, 1);
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    }
    if certificate == Certificate::NotYet {
        params.not_before = rcgen::date_time_ymd(2090, 1, 1);
        params.not_after = rcgen::date_time_ymd(2091, 1, 1);
    }
    let key = match certificate {
        Certificate::Authority => KeyPair::from_pem(&authority_key.serialize_pem()).unwrap(),
        _ => KeyPair::generate().unwrap(),
    };
    let chain = match certificate {
        Certificate::Authority => root,
        Certificate::SelfSigned => params.self_signed(&key).unwrap(),
        _ => params.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![chain.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let config = Arc::new(config);
    let fake = Provider::serve(program.canaries.hears(), None, "https", move |mut stream| {
        let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        while connection.is_handshaking() {
            connection.complete_io(&mut stream).ok()?;
        }
        Some(StreamOwned::new(connection, stream))
    });
    (fake, file)
}
