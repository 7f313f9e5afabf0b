//! A scripted browser, for machines with neither browser nor terminal: it opens the authorize
//! address, says yes, and follows the way back. A browser of its own, so that what the product
//! answers is read by somebody else's HTTP.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use url::{Host, Url};

use super::authorize::APPROVE_MARK;

/// Authorize, callback, result page: three. More is a circle.
const MOST_PAGES: usize = 8;
const CONNECT_TIME: Duration = Duration::from_secs(2);
/// The callback is answered after the token exchange and the save, which the fault `slow` alone
/// delays by 5 s.
const ANSWER_TIME: Duration = Duration::from_secs(30);
/// Bytes of a page that are read. The sandbox's and the product's have a tenth of it.
const PAGE_LIMIT: u64 = 256 * 1024;
/// Longer lines in a response head are cut, and then not understood.
const LINE_LIMIT: u64 = 64 * 1024;

/// Opens `authorize_url`, consents as the first person, and follows the redirects to the page at
/// their end. Cookies set on the way are carried along, per host and port.
///
/// # Errors
/// One line of text if an address is not http on this machine, does not answer in time, or answers
/// anything but redirects and in the end a page with a 2xx status. Never with a query in it.
pub fn approve(authorize_url: &str) -> Result<(), String> {
    let mut url = Url::parse(authorize_url).map_err(|e| format!("not an address: {e}"))?;
    url.query_pairs_mut().append_pair(APPROVE_MARK, "1");
    let mut cookies = Cookies::default();
    for _ in 0..MOST_PAGES {
        let page = get(&url, &cookies)?;
        cookies.keep(&url, &page);
        match (page.status, page.location) {
            (200..=299, _) => return Ok(()),
            (301 | 302 | 303 | 307 | 308, Some(location)) => {
                url = url
                    .join(&location)
                    .map_err(|e| format!("{} leads to no address: {e}", place(&url)))?;
            }
            (status, _) => return Err(format!("{} answered {status}", place(&url))),
        }
    }
    Err(format!("more than {MOST_PAGES} redirects, the last to {}", place(&url)))
}

/// Cookies by host and port, then by name. Attributes are ignored: one sign-in is short.
#[derive(Default)]
struct Cookies(BTreeMap<String, BTreeMap<String, String>>);

impl Cookies {
    fn keep(&mut self, url: &Url, page: &Page) {
        for cookie in &page.cookies {
            let pair = cookie.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                let jar = self.0.entry(authority(url)).or_default();
                jar.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }

    fn header(&self, url: &Url) -> String {
        let Some(jar) = self.0.get(&authority(url)) else { return String::new() };
        let pairs: Vec<String> =
            jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("Cookie: {}\r\n", pairs.join("; "))
    }
}

/// The part of a response that matters here.
#[derive(Debug, Default)]
struct Page {
    status: u16,
    location: Option<String>,
    cookies: Vec<String>,
    length: Option<u64>,
}

fn get(url: &Url, cookies: &Cookies) -> Result<Page, String> {
    let at = |what: &str| format!("{} {what}", place(url));
    let stream = connect(url)?;
    let mut target = url.path().to_owned();
    if let Some(query) = url.query() {
        target = format!("{target}?{query}");
    }
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: {}\r\nUser-Agent: partnerlink-sandbox\r\n\
         Accept: text/html\r\nAccept-Language: en\r\n{}Connection: close\r\n\r\n",
        authority(url),
        cookies.header(url),
    );
    (&stream).write_all(request.as_bytes()).map_err(|e| at(&format!("hung up: {e}")))?;
    let mut reader = BufReader::new(stream);
    let page = read_head(&mut reader).map_err(|e| at(&e))?;
    // Read to its end as a browser would, so that the server is not cut off while it writes.
    let rest = page.length.unwrap_or(PAGE_LIMIT).min(PAGE_LIMIT);
    let _ = std::io::copy(&mut reader.take(rest), &mut std::io::sink());
    Ok(page)
}

fn connect(url: &Url) -> Result<TcpStream, String> {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() != "http" || !here {
        return Err(format!("{} is not http on this machine", place(url)));
    }
    let addresses = url.socket_addrs(|| None).map_err(|e| format!("{}: {e}", place(url)))?;
    let mut error = format!("{} has no address", place(url));
    for address in addresses {
        let opened = TcpStream::connect_timeout(&address, CONNECT_TIME).and_then(|stream| {
            stream.set_read_timeout(Some(ANSWER_TIME))?;
            stream.set_write_timeout(Some(ANSWER_TIME))?;
            Ok(stream)
        });
        match opened {
            Ok(stream) => return Ok(stream),
            Err(e) => error = format!("{} cannot be reached: {e}", place(url)),
        }
    }
    Err(error)
}

fn read_head(reader: &mut impl BufRead) -> Result<Page, String> {
    let first = read_line(reader)?;
    let mut words = first.split(' ');
    let status = match (words.next(), words.next()) {
        (Some("HTTP/1.1" | "HTTP/1.0"), Some(status)) => status.parse().ok(),
        _ => None,
    };
    let mut page =
        Page { status: status.ok_or("answered something that is not HTTP")?, ..Page::default() };
    loop {
        let line = read_line(reader)?;
        if line.is_empty() {
            return Ok(page);
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "location" => page.location = Some(value.to_owned()),
            "set-cookie" => page.cookies.push(value.to_owned()),
            "content-length" => page.length = value.parse().ok(),
            _ => {}
        }
    }
}

fn read_line(reader: &mut impl BufRead) -> Result<String, String> {
    let mut line = Vec::new();
    let read = reader.take(LINE_LIMIT).read_until(b'\n', &mut line);
    match read {
        Err(e) => Err(format!("did not answer: {e}")),
        Ok(_) if line.last() != Some(&b'\n') => Err("broke off its answer".to_owned()),
        Ok(_) => Ok(String::from_utf8_lossy(&line).trim_end().to_owned()),
    }
}

/// Host and port, as a `Host` header has them.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// An address without its query, which holds the code and the state.
fn place(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_visited() {
        for url in ["https://127.0.0.1/", "http://example.com/?secret", "file:///etc/passwd", "x"] {
            let error = approve(url).unwrap_err();
            assert!(!error.contains("secret") && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn a_head_is_read_with_its_cookies() {
        let mut text: &[u8] = b"HTTP/1.1 303 See Other\r\nlocation:  /done \r\nSet-Cookie: a=1; \
            HttpOnly\r\nset-cookie: b=2\r\nX\r\n\r\n";
        let page = read_head(&mut text).unwrap();
        assert_eq!((page.status, page.location.as_deref()), (303, Some("/done")));
        let url = Url::parse("http://127.0.0.1:5/x").unwrap();
        let mut cookies = Cookies::default();
        cookies.keep(&url, &page);
        assert_eq!(cookies.header(&url), "Cookie: a=1; b=2\r\n");
        assert_eq!(cookies.header(&Url::parse("http://127.0.0.1:6/").unwrap()), "");
        assert!(read_head(&mut &b"\0\0\0\0\r\n\r\n"[..]).is_err());
        assert!(read_head(&mut &b"HTTP/1.1 200 OK\r\nx"[..]).is_err());
    }
}
