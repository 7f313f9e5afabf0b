mod jq;

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;

use serde_json::{Map, Value};

use self::jq::JqError;
use crate::account_id::AccountId;
use crate::api::client::{MAX_ANSWER, explain, read_whole};
use crate::api::page::MAX_PAGES;
use crate::api::{ApiClient, ApiError};
use crate::commands::session::{explained, with_api};
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::provider::Provider;
use crate::terminal::{Output, stdout_is_terminal, stdout_stream};
use crate::text::printable;

const EXAMPLES: &str = "\
Examples:
  partnerlink api zaehlerfreunde /spaces
  partnerlink api zaehlerfreunde /spaces --paginate --jq '.spaces[].name'
  partnerlink api timberdata /inventory/v4/user -i
  partnerlink api zaehlerfreunde /devices/readings --input readings.json";

/// Headers that this program sets itself.
const OWN_HEADERS: [&str; 5] =
    ["authorization", "host", "content-length", "transfer-encoding", "cookie"];

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
    /// Apply a filter in the language of jq
    #[arg(long, value_name = "FILTER")]
    jq: Option<String>,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let what = format!("could not call {}", self.path);
        let request = self.request(&what)?;
        with_api(context, &self.account, &what, |api, provider| {
            let failed = |error| explained(&what, provider, &self.account, error);
            let mut url = api.address(&self.path).map_err(failed)?;
            if !request.query.is_empty() {
                url.query_pairs_mut().extend_pairs(&request.query);
            }
            if self.paginate {
                return self.pages(context, api, provider, &url, &what);
            }
            let answer = api
                .send(&request.method, &url, &request.headers, request.body.clone())
                .map_err(failed)?;
            if self.include {
                self.print_head(&context.output, &answer)?;
            }
            if (200..300).contains(&answer.status) {
                self.print_body(&context.output, answer.body)
                    .map_err(|error| error.told(failed))?;
                return Ok(0);
            }
            // The provider's own words first, then what they mean.
            let (status, headers, retry_after) =
                (answer.status, answer.headers.clone(), answer.retry_after);
            let bytes = read_whole(answer.body).map_err(failed)?;
            context.output.data(&shown(&bytes))?;
            let again = crate::http::Answer {
                status,
                headers,
                retry_after,
                body: Box::new(io::Cursor::new(bytes)),
            };
            match explain(url.path(), again) {
                Ok(_) => Ok(0),
                Err(error) => Err(failed(error).into()),
            }
        })
    }

    fn request(&self, what: &str) -> Result<Request, Error> {
        let wrong = |why: String, hint: &str| Error::usage(what, why, hint);
        let mut fields = Map::new();
        for field in &self.field {
            let (name, text) = field
                .split_once('=')
                .ok_or_else(|| wrong(format!("{field:?} is no field"), "write -f name=text"))?;
            fields.insert(name.to_owned(), text.into());
        }
        for field in &self.json_field {
            let parsed = field.split_once(":=").and_then(|(name, json)| {
                Some((name.to_owned(), serde_json::from_str::<Value>(json).ok()?))
            });
            let (name, value) = parsed
                .ok_or_else(|| wrong(format!("{field:?} is no JSON field"), "write -F limit:=5"))?;
            fields.insert(name, value);
        }
        let mut headers = vec![("accept".to_owned(), "application/json".to_owned())];
        for header in &self.header {
            let (name, value) = header
                .split_once(':')
                .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
                .filter(|(name, value)| is_token(name) && !value.contains(char::is_control))
                .ok_or_else(|| {
                    wrong(format!("{header:?} is no header"), "write -H 'name: value'")
                })?;
            if OWN_HEADERS.contains(&name.as_str()) {
                return Err(wrong(format!("the header {name} is set by partnerlink itself"), ""));
            }
            headers.retain(|(other, _)| *other != name);
            headers.push((name, value));
        }
        let body = self.input.as_ref().map(read_input).transpose()?;
        let sends = body.is_some() || !fields.is_empty();
        let method = self
            .method
            .clone()
            .unwrap_or_else(|| if sends && !self.paginate { "POST" } else { "GET" }.into());
        let method = method.to_ascii_uppercase();
        let in_query = method == "GET" || method == "HEAD";
        let query = if in_query {
            fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect()
        } else {
            Vec::new()
        };
        let body = match body {
            None if !in_query && !fields.is_empty() => {
                Some(Value::Object(fields).to_string().into_bytes())
            }
            body => body,
        };
        if body.is_some() && !headers.iter().any(|(name, _)| name == "content-type") {
            headers.push(("content-type".into(), "application/json".into()));
        }
        Ok(Request { method, headers, query, body })
    }

    /// Every page, by the provider's way of paging, until an empty or the last one.
    fn pages(
        &self,
        context: &Context,
        api: &ApiClient,
        provider: &Provider,
        url: &url::Url,
        what: &str,
    ) -> Result<u8, Failed> {
        let Some(paging) = &provider.paging else {
            return Err(Error::usage(
                what,
                format!("how {} pages its lists is not described", provider.title),
                "describe it as [provider.NAME.paging] in the configuration file",
            )
            .into());
        };
        let failed = |error| explained(what, provider, &self.account, error);
        let mut number = paging.first;
        loop {
            let mut page = url.clone();
            page.query_pairs_mut()
                .append_pair(&paging.page, &number.to_string())
                .append_pair(&paging.size, &paging.max_size.to_string());
            let answer = api.get_json(&page).map_err(failed)?;
            let count = |member: &Option<String>| answer.get(member.as_ref()?)?.as_u64();
            let pages = count(&paging.pages)
                .or_else(|| Some(count(&paging.count)?.div_ceil(paging.max_size)))
                .unwrap_or_default();
            if pages > MAX_PAGES {
                let why = format!("has {pages} pages, which cannot be");
                return Err(failed(ApiError::Unusable { path: url.path().to_owned(), why }).into());
            }
            let wanted = self
                .print_body(&context.output, Box::new(io::Cursor::new(answer.to_string())))
                .map_err(|error| error.told(failed))?;
            number += 1;
            if !wanted || number >= paging.first.saturating_add(pages) {
                return Ok(0);
            }
        }
    }

    fn print_head(&self, output: &Output, answer: &crate::http::Answer) -> Result<(), Error> {
        let mut head = format!("HTTP {}\n", answer.status);
        for (name, value) in &answer.headers {
            head += &format!("{name}: {}\n", printable(value));
        }
        output.data(&head)?;
        output.data("")
    }

    /// Streams the answer into a pipe as it is; shows it laid out and harmless on a terminal.
    /// `false` if nobody reads any more.
    fn print_body(
        &self,
        output: &Output,
        mut body: Box<dyn io::Read + Send>,
    ) -> Result<bool, PrintError> {
        if let Some(filter) = &self.jq {
            let bytes = read_whole(body)?;
            let mut lines = String::new();
            jq::apply(filter, &bytes, |line| {
                lines += &if stdout_is_terminal() { printable(line) } else { line.to_owned() };
                lines.push('\n');
            })?;
            body = Box::new(io::Cursor::new(lines));
        } else if stdout_is_terminal() {
            output.data(&shown(&read_whole(body)?))?;
            return Ok(true);
        }
        let mut stdout = stdout_stream();
        let end: &[u8] = if self.jq.is_some() { b"" } else { b"\n" };
        let written = io::copy(&mut body, &mut stdout).and_then(|_| stdout.write_all(end));
        match written.and_then(|()| stdout.flush()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(ApiError::BrokeOff(error).into()),
        }
    }
}

struct Request {
    method: String,
    headers: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

enum PrintError {
    Api(ApiError),
    Jq(JqError),
    Output(Error),
}

impl PrintError {
    fn told(self, failed: impl Fn(ApiError) -> Error) -> Error {
        match self {
            Self::Api(error) => failed(error),
            Self::Jq(error) => Error::usage("could not apply --jq", error.to_string(), ""),
            Self::Output(error) => error,
        }
    }
}

impl From<ApiError> for PrintError {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<JqError> for PrintError {
    fn from(error: JqError) -> Self {
        Self::Jq(error)
    }
}

impl From<Error> for PrintError {
    fn from(error: Error) -> Self {
        Self::Output(error)
    }
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
