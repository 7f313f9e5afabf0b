//! What the data commands have in common: an account, a client for its data, and where the answer
//! goes.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::account_id::AccountId;
use crate::api::page::Entry;
use crate::api::{ApiClient, ApiError};
use crate::clock::{self, TimeZone};
use crate::commands::{explain, not_connected};
use crate::context::Context;
use crate::error::{Error, Exit, Failed};
use crate::flow::token_source::{NoToken, TokenSource};
use crate::formats::{self, Format, Options};
use crate::oauth::scope::Scope;
use crate::plot::{Look, Picture};
use crate::provider::Provider;
use crate::system::{FileError, OutputFile};
use crate::terminal::{self, stdout_is_terminal, stdout_stream};

/// Requests at once, unless `--jobs` says otherwise.
pub const DEFAULT_JOBS: u16 = 8;

/// Which account, and how hard to work.
#[derive(Debug, clap::Args)]
pub struct AccountArgs {
    /// The account [default: the provider's only one]
    #[arg(long, value_name = "ACCOUNT", value_parser = super::account, add = super::candidates::accounts())]
    account: Option<AccountId>,
    /// Requests at once
    #[arg(long, value_name = "N", default_value_t = DEFAULT_JOBS, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
}

impl AccountArgs {
    /// The account that was named, else `default`.
    pub fn id_or(&self, default: &str) -> Result<AccountId, Error> {
        match &self.account {
            Some(account) => Ok(account.clone()),
            None => {
                default.parse().map_err(|error| Error::new("could not choose the account", &error))
            }
        }
    }

    pub fn jobs(&self) -> usize {
        usize::from(self.jobs)
    }
}

/// Where an answer goes, and in which form.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// table, plain, json, ndjson, csv, csv-de, xlsx, influx, geojson, gpx, kml
    #[arg(long, value_name = "FORMAT", add = super::candidates::formats())]
    pub format: Option<String>,
    /// Write to a file, whose ending names the format
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
    /// The members to write, in this order
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    pub fields: Option<Vec<String>>,
    /// The time zone of every time that is read and written
    #[arg(long, value_name = "ZONE", default_value = "Europe/Berlin")]
    pub tz: String,
}

/// Opens an account for its data, and does `work` with it.
pub fn with_api<T>(
    context: &Context,
    account: &AccountId,
    what: &str,
    work: impl FnOnce(&ApiClient, &Provider) -> Result<T, Failed>,
) -> Result<T, Failed> {
    let provider = context.provider(account.provider())?;
    let base = provider.api_base.clone().ok_or_else(|| {
        Error::usage(
            what,
            format!("{} has no `api_base`", provider.title),
            "name it in the configuration file; `partnerlink config path` tells where it is",
        )
    })?;
    if context.index.get(account).is_none() {
        return Err(not_connected(what, account).into());
    }
    let tokens = TokenSource::new(context.world(), &provider, account);
    let api = ApiClient::new(context.http(), &tokens, base);
    work(&api, &provider)
}

/// A failed request as a person is told of it.
pub fn explained(what: &str, provider: &Provider, account: &AccountId, error: ApiError) -> Error {
    match error {
        ApiError::Forbidden { scope: Some(ref scope), .. } => {
            let wanted = Scope::from(format!("{} {scope}", provider.default_scope));
            let hint = format!("partnerlink connect {account} --scope \"{wanted}\"");
            Error::new(what, &error).about(account).with_hint(hint)
        }
        ApiError::NoToken(NoToken::Outcome(outcome)) => {
            explain(what.to_owned(), provider, account, &outcome)
        }
        ApiError::Unauthorized => Error::sign_in_needed(what, error.to_string(), account),
        error => Error::new(what, &error).about(account),
    }
}

/// Refuses before the call what the account's scope does not allow.
pub fn require_scope(
    context: &Context,
    account: &AccountId,
    scope: &str,
    what: &str,
) -> Result<(), Error> {
    let Some(entry) = context.index.get(account) else { return Ok(()) };
    if entry.scope.contains(scope) {
        return Ok(());
    }
    let wanted = Scope::from(format!("{} {scope}", entry.scope));
    Err(Error {
        what: what.to_owned(),
        why: format!("this account was connected without {scope:?}"),
        hint: format!("partnerlink connect {account} --scope \"{wanted}\""),
        code: "scope-missing",
        exit: Exit::BadAnswer,
        account: Some(account.clone()),
        http_status: None,
    })
}

/// Where rows are written to: standard output, or a file that gets its name at the end.
pub struct Target {
    pub format: Format,
    pub options: Options,
    file: Option<OutputFile>,
}

impl OutputArgs {
    /// Decides on the format: `--format`, else the file's ending, else what the reader is.
    pub fn target(&self, context: &Context, what: &str) -> Result<Target, Error> {
        let usage = |why: String| Error::usage(what, why, "`--help` lists the formats");
        let named = self.format.as_deref().map(str::parse::<Format>).transpose();
        let format = match (named.map_err(|error| usage(error.to_string()))?, &self.output) {
            (Some(format), _) => format,
            (None, _) if context.output.json => Format::Json,
            (None, Some(path)) => Format::of_file(path).ok_or_else(|| {
                usage(format!("the ending of {} names no format", path.display()))
            })?,
            (None, None) if stdout_is_terminal() => Format::Table,
            (None, None) => Format::Plain,
        };
        if format.is_binary() && self.output.is_none() && stdout_is_terminal() {
            return Err(usage(format!(
                "{format} is no text for a terminal; write it with -o FILE"
            )));
        }
        let file =
            self.output.as_ref().map(|path| OutputFile::create(path, self.force)).transpose();
        Ok(Target {
            format,
            options: self.options(context, what)?,
            file: file.map_err(|error| Error::new(what, &error))?,
        })
    }

    /// How rows are written, whatever the format.
    pub fn options(&self, context: &Context, what: &str) -> Result<Options, Error> {
        Ok(Options {
            zone: self.zone(what)?,
            fields: self.fields.clone(),
            for_person: self.output.is_none() && stdout_is_terminal(),
            sandbox: context.output.sandbox,
            ..Options::default()
        })
    }

    pub fn zone(&self, what: &str) -> Result<TimeZone, Error> {
        zone_of(&self.tz, what)
    }
}

/// A time zone by the name that a person gave.
pub fn zone_of(name: &str, what: &str) -> Result<TimeZone, Error> {
    clock::zone(name).ok_or_else(|| {
        let why = format!("there is no time zone {name:?}");
        Error::usage(what, why, "use a name such as Europe/Berlin or UTC")
    })
}

/// Writes a text into a file that gets its name when it is whole.
pub fn save_text(path: &Path, text: &str, force: bool, what: &str) -> Result<(), Error> {
    let mut file = OutputFile::create(path, force).map_err(|error| Error::new(what, &error))?;
    file.write_all(text.as_bytes()).map_err(|error| Error::io(what, &error))?;
    file.finish().map_err(|error| Error::new(what, &error))
}

/// Writes a picture as the file's ending says.
pub fn save_picture(path: &Path, picture: &Picture, force: bool, what: &str) -> Result<(), Error> {
    let text = match path.extension().and_then(|ending| ending.to_str()) {
        Some("svg") => picture.svg(),
        Some("html") => picture.html(),
        _ => {
            let why = format!("the ending of {} is neither .svg nor .html", path.display());
            return Err(Error::usage(what, why, "name a file with one of them"));
        }
    };
    save_text(path, &text, force, what)
}

/// How pictures are drawn on this terminal.
pub fn look(ascii: bool) -> Look {
    let (columns, rows) = terminal::size();
    Look { ascii, colour: terminal::stdout_has_colour(), ..Look::of_terminal(columns, rows) }
}

impl Target {
    /// The stream to write rows to.
    pub fn out(&mut self) -> Box<dyn Write + '_> {
        match &mut self.file {
            Some(file) => Box::new(file),
            None => stdout_stream(),
        }
    }

    /// Gives the file its name; without this nothing is left of it.
    pub fn finish(self, what: &str) -> Result<(), Error> {
        match self.file {
            Some(file) => file.finish().map_err(|error| Error::new(what, &error)),
            None => Ok(()),
        }
    }
}

/// What can go wrong between a page and its rows.
pub enum RowError {
    Api(ApiError),
    Write(io::Error),
    File(FileError),
}

impl From<ApiError> for RowError {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<io::Error> for RowError {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

impl From<FileError> for RowError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl RowError {
    /// The failure, unless it is only that nobody reads any more.
    pub fn told(self, what: &str, failed: impl Fn(ApiError) -> Error) -> Result<(), Error> {
        match self {
            Self::Api(error) => Err(failed(error)),
            Self::File(error) => Err(Error::new(what, &error)),
            Self::Write(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Self::Write(error) => Err(Error::io(what, &error)),
        }
    }
}

/// Writes a list of objects.
pub fn write_list(
    context: &Context,
    args: &OutputArgs,
    what: &str,
    (name, columns): (&str, &[&str]),
    failed: impl Fn(ApiError) -> Error,
    fill: impl FnOnce(&mut dyn FnMut(Entry) -> Result<(), RowError>) -> Result<(), RowError>,
) -> Result<(), Error> {
    let mut target = args.target(context, what)?;
    let (format, options) = (target.format, target.options.clone());
    let mut writer = formats::records(format, target.out(), &options, name, columns)
        .map_err(|error| Error::usage(what, error.to_string(), ""))?;
    let written = fill(&mut |entry| Ok(writer.write(&entry)?));
    match written.and_then(|()| Ok(writer.finish()?)) {
        Ok(()) => target.finish(what),
        Err(error) => error.told(what, failed),
    }
}
