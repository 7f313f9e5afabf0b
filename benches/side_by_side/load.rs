//! How fast the server can be asked at all, over connections that stay open, with no work beside.
//! Nothing is checked and nothing is kept but the next refresh token.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Result;

/// Spends every token once, `connections` at a time, and puts its successor in its place.
pub fn refresh_all(server: SocketAddr, tokens: &mut [String], connections: usize) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let share = tokens.len().div_ceil(connections).max(1);
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        for (number, part) in tokens.chunks(share).enumerate() {
            tasks.spawn(refresh_some(server, number, part.to_vec()));
        }
        while let Some(done) = tasks.join_next().await {
            let (number, part) = done??;
            tokens[number * share..][..part.len()].clone_from_slice(&part);
        }
        Ok(())
    })
}

async fn refresh_some(
    server: SocketAddr,
    number: usize,
    mut tokens: Vec<String>,
) -> Result<(usize, Vec<String>)> {
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let mut answer = Vec::new();
    for token in &mut tokens {
        let body = crate::room::request_body(token);
        let head = format!(
            "POST /token HTTP/1.1\r\nHost: {server}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).await?;
        answer.clear();
        *token = loop {
            if stream.read_buf(&mut answer).await? == 0 {
                return Err("the server hung up".into());
            }
            if let Some(token) = refresh_token(&answer)? {
                break token;
            }
        };
    }
    Ok((number, tokens))
}

/// `None` as long as the answer is not whole.
fn refresh_token(answer: &[u8]) -> Result<Option<String>> {
    let text = str::from_utf8(answer)?;
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return Ok(None) };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    if body.len() < length.ok_or("an answer without a length")?.parse()? {
        return Ok(None);
    }
    let body: serde_json::Value = serde_json::from_str(body)?;
    Ok(Some(body["refresh_token"].as_str().ok_or("an answer without tokens")?.to_owned()))
}

/// Asks for everything over one connection, one after the other.
pub fn fetch(
    server: SocketAddr,
    urls: &[String],
    each: impl Fn(&[u8]) -> Result<()>,
) -> Result<()> {
    let stream = std::net::TcpStream::connect(server)?;
    stream.set_nodelay(true)?;
    let mut answers = BufReader::with_capacity(128 * 1024, &stream);
    let (mut line, mut body) = (String::new(), Vec::new());
    for url in urls {
        let target = url.splitn(4, '/').nth(3).ok_or("not an address")?;
        (&stream)
            .write_all(format!("GET /{target} HTTP/1.1\r\nHost: {server}\r\n\r\n").as_bytes())?;
        let mut length = 0;
        loop {
            line.clear();
            answers.read_line(&mut line)?;
            match line.strip_prefix("content-length: ") {
                Some(number) => length = number.trim_end().parse()?,
                None if line.trim_end().is_empty() => break,
                None => {}
            }
        }
        body.resize(length, 0);
        answers.read_exact(&mut body)?;
        each(&body)?;
    }
    Ok(())
}
