use std::fs;
use std::io::{self, Cursor, Read, Write as _};
use std::path::PathBuf;

use serde_json::{Map, Value};
use url::Url;

use crate::account_id::AccountId;
use crate::api::ApiError;
use crate::api::client::{MAX_ANSWER, explain, read_whole};
use crate::api::list::{check_pages, page_url, pages_of};
use crate::commands::session::{DataError, Session};
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::http::{Answer, Request};
use crate::input;
use crate::secret::Secret;
use crate::terminal::{Output, stdout_is_terminal, stdout_stream};
use crate::text::printable;

const EXAMPLES: &str = "\
Examples:
  partnerlink api zaehlerfreunde /spaces
  partnerlink api zaehlerfreunde /spaces --paginate --jq '.spaces[].name'
  partnerlink api timberdata /inventory/v4/user -i
  partnerlink api zaehlerfreunde /devices/readings --input readings.json";

/// Headers that this program sets itself.
const OWN_HEADERS: [&str; 6] =
    ["authorization", "dpop", "host", "content-length", "transfer-encoding", "cookie"];

/// Call a data endpoint by its path, with a valid token
///
/// PATH is below the provider's API base; a full address is taken if it is on the same host.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_name = "ACCOUNT", value_parser = super::account, add = super::candidates::accounts())]
    account: AccountId,
    #[arg(value_name = "PATH")]
    path: String,
    /// The method [default: GET, or POST where something is sent]
    #[arg(long, short = 'X', value_name = "METHOD")]
    method: Option<String>,
    /// A text field: into the query of a GET, else into the JSON body
    #[arg(long, short = 'f', value_name = "NAME=TEXT")]
    field: Vec<String>,
    /// A JSON field, as limit:=5 or ids:='["a"]'
    #[arg(long, short = 'F', value_name = "NAME:=JSON")]
    json_field: Vec<String>,
    /// One more header
    #[arg(long, short = 'H', value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// Send this file as it is; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["field", "json_field"])]
    input: Option<PathBuf>,
    /// Fetch every page, one JSON answer on each line
    #[arg(long, conflicts_with_all = ["input", "include"])]
    paginate: bool,
    /// Print status and headers as well
    #[arg(long, short)]
    include: bool,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let what = format!("could not call {}", self.path);
        Session::open(context, &self.account, 1, &what, |session| {
            let request = self.request(session)?;
            let url = request.url.clone();
            if self.paginate {
                return self.pages(session, &url);
            }
            let answer = session.api.send(request)?;
            if self.include {
                print_head(&context.output, &answer)?;
            }
            if (200..300).contains(&answer.status) {
                self.print_body(&context.output, &url, answer.body)?;
                return Ok(());
            }
            // The provider's own words first, then what they mean.
            let bytes = read_whole(&url, answer.body)?;
            context.output.data(&shown(&bytes))?;
            explain(&url, Answer { body: Box::new(Cursor::new(bytes)), ..answer })?;
            Ok(())
        })
    }

    fn request(&self, session: &Session) -> Result<Request, DataError> {
        let fields = self.fields(session)?;
        let input = self.input.as_ref().map(read_input).transpose()?;
        let sends = !self.paginate && (input.is_some() || !fields.is_empty());
        let usual = if sends { "POST" } else { "GET" };
        let method = self.method.as_deref().unwrap_or(usual).to_ascii_uppercase();
        let mut request = Request::new(&method, session.api.address(&self.path)?);
        request.headers = self.headers(session)?;
        let mut body = input;
        if !fields.is_empty() && (method == "GET" || method == "HEAD") {
            let pairs = fields.iter().map(|(name, value)| (name, plain(value)));
            request.url.query_pairs_mut().extend_pairs(pairs);
        } else if !fields.is_empty() {
            body = Some(Value::Object(fields).to_string().into_bytes());
        }
        if body.is_some() && !request.headers.iter().any(|(name, _)| name == "content-type") {
            request.headers.push(("content-type".into(), "application/json".into()));
        }
        let is_json =
            |(name, value): &(String, String)| name == "content-type" && value.contains("json");
        if request.headers.iter().any(is_json) {
            // JSON is UTF-8 without a mark at its beginning (RFC 8259 §8.1), which editors on
            // Windows and PowerShell do not always write.
            body = body.map(|bytes| input::decode(bytes.clone()).map_or(bytes, String::into_bytes));
        }
        request.body = body.map(Secret::new);
        Ok(request)
    }

    fn fields(&self, session: &Session) -> Result<Map<String, Value>, Error> {
        let mut fields = Map::new();
        for field in &self.field {
            let (name, text) = session.field(field)?;
            fields.insert(name.to_owned(), text.into());
        }
        for field in &self.json_field {
            let parsed = field.split_once(":=").and_then(|(name, json)| {
                Some((name.to_owned(), serde_json::from_str::<Value>(json).ok()?))
            });
            let (name, value) = parsed.ok_or_else(|| {
                session.usage(format!("{field:?} is no JSON field"), "write -F limit:=5")
            })?;
            fields.insert(name, value);
        }
        Ok(fields)
    }

    fn headers(&self, session: &Session) -> Result<Vec<(String, String)>, Error> {
        let mut headers = vec![("accept".to_owned(), "application/json".to_owned())];
        for header in &self.header {
            let (name, value) = header
                .split_once(':')
                .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
                .filter(|(name, value)| is_token(name) && !value.contains(char::is_control))
                .ok_or_else(|| {
                    session.usage(format!("{header:?} is no header"), "write -H 'name: value'")
                })?;
            if OWN_HEADERS.contains(&name.as_str()) {
                let why = format!("the header {name} is set by partnerlink itself");
                return Err(session.usage(why, ""));
            }
            headers.retain(|(other, _)| *other != name);
            headers.push((name, value));
        }
        Ok(headers)
    }

    /// Every page, by the provider's way of paging, until the last one.
    fn pages(&self, session: &Session, url: &Url) -> Result<(), DataError> {
        let paging = session.api.paging()?;
        let mut number = paging.first;
        loop {
            let answer = session.api.get_json(&page_url(url, paging, number))?;
            let pages = answer.as_object().and_then(|answer| pages_of(answer, paging));
            let pages = pages.unwrap_or_default();
            check_pages(url, pages)?;
            let body = Box::new(Cursor::new(answer.to_string()));
            let wanted = self.print_body(&session.context.output, url, body)?;
            number += 1;
            if !wanted || number >= paging.first.saturating_add(pages) {
                return Ok(());
            }
        }
    }

    /// Streams the answer into a pipe as it is; shows it laid out and harmless on a terminal.
    /// `false` if nobody reads any more.
    fn print_body(
        &self,
        output: &Output,
        url: &Url,
        mut body: Box<dyn Read + Send>,
    ) -> Result<bool, DataError> {
        if output.jq.is_some() {
            body = Box::new(Cursor::new(output.filtered(&read_whole(url, body)?)?));
        } else if stdout_is_terminal() {
            output.data(&shown(&read_whole(url, body)?))?;
            return Ok(true);
        }
        let mut stdout = stdout_stream();
        let end: &[u8] = if output.jq.is_some() { b"" } else { b"\n" };
        let written = io::copy(&mut body, &mut stdout).and_then(|_| stdout.write_all(end));
        match written.and_then(|()| stdout.flush()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(ApiError::BrokeOff(error).into()),
        }
    }
}

fn print_head(output: &Output, answer: &Answer) -> Result<(), Error> {
    let mut head = format!("HTTP {}\n", answer.status);
    for (name, value) in &answer.headers {
        head += &format!("{name}: {}\n", printable(value));
    }
    output.data(&head)?;
    output.data("")
}

/// JSON laid out for reading, and nothing that could move the cursor.
fn shown(bytes: &[u8]) -> String {
    let text = match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => serde_json::to_string_pretty(&value).unwrap_or_default(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    };
    text.lines().map(|line| printable(line) + "\n").collect()
}

/// A query parameter's text: a JSON string without its quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn read_input(path: &PathBuf) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        io::stdin().lock().take(MAX_ANSWER).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(MAX_ANSWER).read_to_end(&mut bytes))
    };
    read.map_err(|error| Error::io(format!("could not read {}", path.display()), &error))?;
    Ok(bytes)
}

/// A header's name (RFC 9110, section 5.6.2).
fn is_token(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !name.is_empty() && name.chars().all(allowed)
}
