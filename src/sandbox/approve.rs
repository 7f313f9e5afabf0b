//! A scripted browser, for machines with neither browser nor terminal: it opens the authorize
//! address, says yes, and follows the way back. A browser of its own, so that what the product
//! answers is read by somebody else's HTTP.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use url::Url;

use super::authorize::APPROVE_MARK;

/// Authorize, callback, result page: three. More is a circle.
const MOST_PAGES: usize = 8;
/// The callback is answered after the token exchange and the save, which the fault `slow` alone
/// delays by 5 s.
const ANSWER_TIME: Duration = Duration::from_secs(30);
/// Bytes of an answer that are read. The sandbox's and the product's pages have a tenth of it.
const PAGE_LIMIT: u64 = 256 * 1024;

/// Opens `authorize_url`, consents as the first person, and follows the redirects to the page at
/// their end. Cookies set on the way are carried along, per host and port.
///
/// # Errors
/// One line of text if an address is not http on this machine, does not answer in time, or answers
/// anything but redirects and in the end a page with a 2xx status. Never with a query in it.
pub fn approve(authorize_url: &str) -> Result<(), String> {
    let mut url = Url::parse(authorize_url).map_err(|error| format!("not an address: {error}"))?;
    url.query_pairs_mut().append_pair(APPROVE_MARK, "1");
    let mut cookies: Cookies = Vec::new();
    for _ in 0..MOST_PAGES {
        let (status, headers) =
            get(&url, &cookies).map_err(|why| format!("{} {why}", place(&url)))?;
        for (_, cookie) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            let pair = cookie.split(';').next().unwrap_or_default();
            cookies.push((authority(&url).to_owned(), pair.to_owned()));
        }
        match (status, headers.iter().find(|(name, _)| name == "location")) {
            (200..=299, _) => return Ok(()),
            (301 | 302 | 303 | 307 | 308, Some((_, location))) => {
                let joined = url.join(location);
                url = joined.map_err(|e| format!("{} leads to no address: {e}", place(&url)))?;
            }
            _ => return Err(format!("{} answered {status}", place(&url))),
        }
    }
    Err(format!("more than {MOST_PAGES} redirects, the last to {}", place(&url)))
}

/// Host and port, and `name=value`. Attributes are ignored: one sign-in is short.
type Cookies = Vec<(String, String)>;
/// The head of a response: its status, and its headers with names in lower case.
type Head = (u16, Vec<(String, String)>);

fn cookie_header(cookies: &Cookies, url: &Url) -> String {
    let here = cookies.iter().filter(|(place, _)| place == authority(url));
    let pairs: Vec<&str> = here.map(|(_, pair)| pair.as_str()).collect();
    if pairs.is_empty() { String::new() } else { format!("Cookie: {}\r\n", pairs.join("; ")) }
}

/// Fails with words that go on after the address.
fn get(url: &Url, cookies: &Cookies) -> Result<Head, String> {
    let host = url.host_str().unwrap_or_default();
    if url.scheme() != "http" || !["localhost", "127.0.0.1", "[::1]"].contains(&host) {
        return Err("is not http on this machine".to_owned());
    }
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: {}\r\nUser-Agent: partnerlink-sandbox\r\n\
         Accept: text/html\r\nAccept-Language: en\r\n{}Connection: close\r\n\r\n",
        authority(url),
        cookie_header(cookies, url),
    );
    let answer = send(url, &request).map_err(|error| format!("did not answer: {error}"))?;
    head(&String::from_utf8_lossy(&answer))
}

/// The answer is read to its end as a browser would, so that the server is not cut off while it
/// writes.
fn send(url: &Url, request: &str) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(&*url.socket_addrs(|| None)?)?;
    stream.set_read_timeout(Some(ANSWER_TIME))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(PAGE_LIMIT).read_to_end(&mut answer)?;
    Ok(answer)
}

fn head(answer: &str) -> Result<Head, String> {
    let (lines, _) = answer.split_once("\r\n\r\n").ok_or("broke off its answer")?;
    let mut lines = lines.split("\r\n");
    let version = lines.next().and_then(|line| line.strip_prefix("HTTP/1."));
    let status = version.and_then(|rest| rest.split(' ').nth(1)?.parse().ok());
    let status = status.ok_or("answered something that is not HTTP")?;
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    Ok((status, headers.collect()))
}

/// Host and port, as a `Host` header has them.
fn authority(url: &Url) -> &str {
    &url[url::Position::BeforeHost..url::Position::AfterPort]
}

/// An address without its query, which holds the code and the state.
fn place(url: &Url) -> &str {
    &url[..url::Position::AfterPath]
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
    fn a_head_is_read_and_cookies_go_back_where_they_came_from() {
        let text = "HTTP/1.1 303 See Other\r\nLocation:  /done \r\nSet-Cookie: a=1; HttpOnly\r\n\
            X\r\n\r\n";
        let (status, headers) = head(text).unwrap();
        let location = ("location".to_owned(), "/done".to_owned());
        assert_eq!((status, headers.first()), (303, Some(&location)));
        let cookies = ["a=1", "b=2"].map(|c| ("127.0.0.1:5".into(), c.into())).into();
        let header = |url: &str| cookie_header(&cookies, &Url::parse(url).unwrap());
        assert_eq!(header("http://127.0.0.1:5/x"), "Cookie: a=1; b=2\r\n");
        assert_eq!(header("http://127.0.0.1:6/"), "");
        assert!(head("\0\0\0\0\r\n\r\n").is_err());
        assert!(head("HTTP/1.1 200 OK\r\nx").is_err());
    }
}
