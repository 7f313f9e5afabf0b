//! hyper answers by itself what it cannot read as HTTP (400) or what is too long (431), and lets
//! nobody add to it. This stream replaces that answer with ours, so that the headers that keep a
//! code from leaking stand on every response.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use hyper::StatusCode;
use hyper::rt::{Read, ReadBufCursor, Write};

use super::answer;

/// A stream on which anything written before a request was served is hyper's own error answer.
pub(super) struct ErrorAnswers<S> {
    stream: S,
    /// Set by the service with its first request.
    served: Rc<Cell<bool>>,
    /// Our answer and how much of it is written, once hyper has begun its own.
    ours: Option<(Vec<u8>, usize)>,
}

impl<S> ErrorAnswers<S> {
    pub(super) fn new(stream: S, served: Rc<Cell<bool>>) -> Self {
        Self { stream, served, ours: None }
    }
}

impl<S: Read + Unpin> Read for ErrorAnswers<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: Write + Unpin> Write for ErrorAnswers<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.served.get() {
            return Pin::new(&mut this.stream).poll_write(context, buffer);
        }
        let (bytes, written) =
            this.ours.get_or_insert_with(|| (answer::empty_in_bytes(status_of(buffer)), 0));
        while *written < bytes.len() {
            let rest = &bytes[*written..];
            match ready!(Pin::new(&mut this.stream).poll_write(context, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                more => *written += more,
            }
        }
        // To hyper all of its own answer is out.
        Poll::Ready(Ok(buffer.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The status in `HTTP/1.1 431 …`.
fn status_of(answer: &[u8]) -> StatusCode {
    let digits = answer.get(9..12).unwrap_or_default();
    StatusCode::from_bytes(digits).unwrap_or(StatusCode::BAD_REQUEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_kept_and_everything_else_is_ours() {
        assert_eq!(status_of(b"HTTP/1.1 431 Request Header Fields Too Large\r\n"), 431);
        assert_eq!(status_of(b"HTTP/1.1"), 400);
        let ours = String::from_utf8(answer::empty_in_bytes(status_of(b"HTTP/1.1 414 "))).unwrap();
        assert!(ours.starts_with("HTTP/1.1 414 URI Too Long\r\ncontent-security-policy: "));
        assert!(ours.ends_with("connection: close\r\ncontent-length: 0\r\n\r\n"));
    }
}
