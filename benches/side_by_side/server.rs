//! A token endpoint as fast as one thread can be, with rotation: each refresh token works once.

use std::collections::HashSet;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;

use crate::Result;

/// Length of an access token: a signed JWT with a few claims has about this many bytes.
const ACCESS_TOKEN_BYTES: usize = 1000;
/// Life of an access token, in seconds.
pub const LIFE: i64 = 86_400;

/// It runs until this process ends.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    live: Mutex<HashSet<String>>,
    minted: AtomicU64,
    refreshed: AtomicUsize,
    refused: AtomicUsize,
    /// Milliseconds until an answer, as of a provider that is far away.
    delay: AtomicU64,
}

impl Server {
    pub fn start() -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
        let address = listener.local_addr()?;
        let served = Arc::clone(&shared);
        thread::Builder::new()
            .name("token server".into())
            .spawn(move || runtime.block_on(serve(listener, served)))?;
        Ok(Self { address, shared })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn token_url(&self) -> String {
        format!("http://{}/token", self.address)
    }

    /// A new access and refresh token.
    pub fn mint(&self) -> (String, String) {
        self.shared.mint()
    }

    /// How many refreshes went well so far.
    pub fn refreshed(&self) -> usize {
        self.shared.refreshed.load(Ordering::Relaxed)
    }

    /// How many refresh tokens came that were spent already, or never handed out.
    pub fn refused(&self) -> usize {
        self.shared.refused.load(Ordering::Relaxed)
    }

    pub fn answer_after(&self, delay: Duration) {
        self.shared.delay.store(delay.as_millis() as u64, Ordering::Relaxed);
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| shared.answer(request));
            // A client that goes away in the middle is its own affair.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

impl Shared {
    async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> std::result::Result<Response<Full<Bytes>>, Infallible> {
        let delay = self.delay.load(Ordering::Relaxed);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        let mut response = Response::new(Full::default());
        match (request.method(), request.uri().path()) {
            (&Method::POST, "/token") => {
                let body = request.into_body().collect().await.map(|body| body.to_bytes());
                let (status, text) = self.token(&body.unwrap_or_default());
                *response.status_mut() = status;
                let json = HeaderValue::from_static("application/json");
                response.headers_mut().insert(CONTENT_TYPE, json);
                *response.body_mut() = Full::new(text.into());
            }
            // The way of a browser, for the one that is measured alone.
            (_, "/authorize") => redirect(&mut response, "/callback?code=c&state=s"),
            (_, "/callback") => redirect(&mut response, "/done"),
            (_, "/done") => {}
            _ => *response.status_mut() = StatusCode::NOT_FOUND,
        }
        Ok(response)
    }

    fn token(&self, body: &[u8]) -> (StatusCode, String) {
        let asked: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let token = asked["refresh_token"].as_str().unwrap_or_default();
        if !self.live.lock().unwrap_or_else(PoisonError::into_inner).remove(token) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return (StatusCode::FORBIDDEN, r#"{"error":"invalid_grant"}"#.into());
        }
        let (access_token, refresh_token) = self.mint();
        self.refreshed.fetch_add(1, Ordering::Relaxed);
        let answer = json!({
            "access_token": access_token,
            "refresh_token": refresh_token,
            "token_type": "Bearer",
            "expires_in": LIFE,
        });
        (StatusCode::OK, answer.to_string())
    }

    fn mint(&self) -> (String, String) {
        let number = self.minted.fetch_add(1, Ordering::Relaxed);
        let refresh = format!("v1.{number:0>43}");
        self.live.lock().unwrap_or_else(PoisonError::into_inner).insert(refresh.clone());
        (format!("{number:0>ACCESS_TOKEN_BYTES$}"), refresh)
    }
}

fn redirect(response: &mut Response<Full<Bytes>>, to: &'static str) {
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert(LOCATION, HeaderValue::from_static(to));
}
