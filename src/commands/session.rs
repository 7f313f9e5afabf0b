//! What the data commands have in common: an account with a client for its data, its rows on their
//! way, and how a failure is told.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::account_id::AccountId;
use crate::accounts::Account;
use crate::api::list::{Faults, List};
use crate::api::{ApiClient, ApiError};
use crate::clock::{self, TimeZone};
use crate::commands::closing::Closing;
use crate::commands::filtered::{self, Filtered};
use crate::commands::held::given_token;
use crate::commands::written::OutputArgs;
use crate::commands::{accounts_of, explain, not_connected};
use crate::context::Context;
use crate::error::{Error, Exit, Failed};
use crate::flow::FlowError;
use crate::flow::origins::{self, Target};
use crate::flow::token_source::TokenSource;
use crate::formats::{self, Entry, FormatError, Remarks, Writer};
use crate::oauth::scope::Scope;
use crate::provider::Provider;
use crate::provider::registry::nearest;
use crate::system::{FileError, OutputFile};
use crate::terminal::{Mark, stdout_stream};
use crate::text::{printable, shell_word};

/// Requests at once, unless `--jobs` says otherwise.
pub const DEFAULT_JOBS: u16 = 8;

/// Which account, and how hard to work.
#[derive(Debug, clap::Args)]
pub struct AccountArgs {
    /// The account [default: the provider's only one, or its account without a name]
    #[arg(long, value_name = "ACCOUNT", value_parser = super::account, add = super::candidates::accounts())]
    account: Option<AccountId>,
    /// Requests at once
    #[arg(long, value_name = "N", default_value_t = DEFAULT_JOBS, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
}

/// An account, and where an answer of it goes.
#[derive(Debug, clap::Args)]
pub struct DataArgs {
    #[command(flatten)]
    pub account: AccountArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// What a data command works with.
pub struct Session<'a> {
    pub context: &'a Context,
    pub account: &'a AccountId,
    pub provider: &'a Provider,
    pub api: ApiClient<'a>,
    /// Whether the token is the environment's: nothing is known of it.
    is_given: bool,
    /// What is attempted: `could not list spaces`.
    pub what: &'a str,
}

/// What can go wrong in a session.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Write(#[from] io::Error),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Ready to be shown.
    #[error("{}", .0.why)]
    Explained(Box<Error>),
    /// Shown already.
    #[error("told already")]
    Told(Exit),
}

impl From<Error> for DataError {
    fn from(error: Error) -> Self {
        Self::Explained(Box::new(error))
    }
}

impl AccountArgs {
    /// Opens the account that was named, else the one of this provider, for its data, and does
    /// `work` with it.
    pub fn open(
        &self,
        context: &Context,
        provider: &str,
        what: &str,
        work: impl FnOnce(&Session) -> Result<(), DataError>,
    ) -> Result<u8, Failed> {
        let account = match &self.account {
            Some(account) => account.clone(),
            None => the_account(context, provider, what)?,
        };
        Session::open(context, &account, usize::from(self.jobs), what, work)
    }
}

/// The account that is meant where none is named: that of a token that the environment gives, else
/// the provider's account without a name, else its only one.
fn the_account(context: &Context, provider: &str, what: &str) -> Result<AccountId, Error> {
    let given = context.settings.environment.access_token().and_then(|(_, whose)| whose);
    let given = given.and_then(|whose| super::account(&whose).ok());
    if let Some(given) = given.filter(|given| given.provider() == provider) {
        return Ok(given);
    }
    let unnamed = provider.parse::<AccountId>().map_err(|error| Error::new(what, &error))?;
    match accounts_of(context, provider).map_err(|error| Error::new(what, &error))?.as_slice() {
        [only] => Ok(only.clone()),
        [] => Ok(unnamed),
        several if several.contains(&unnamed) => Ok(unnamed),
        several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            let why = format!("several accounts are connected: {}", names.join(", "));
            Err(Error::usage(what, why, format!("name one, as in --account {}", names[0])))
        }
    }
}

impl Session<'_> {
    /// Opens an account for its data, does `work` with it, and tells why that failed.
    pub fn open(
        context: &Context,
        account: &AccountId,
        jobs: usize,
        what: &str,
        work: impl FnOnce(&Session) -> Result<(), DataError>,
    ) -> Result<u8, Failed> {
        let provider = context.provider(account.provider())?;
        let given = given_token(context, account)?;
        let is_given = given.is_some();
        if !is_given && context.index.get(account).is_none() {
            return Err(not_connected(context, what, account).into());
        }
        // A token that is given is bound as the account's own: an address that changed gets neither.
        if let Some(entry) = context.index.get(account).filter(|_| is_given) {
            origins::check(&entry, &provider, Target::Api)
                .map_err(|error| Error::new(what, &error).about(account))?;
        }
        let tokens = TokenSource::new(context.world(), &provider, account).instead(given);
        let api = ApiClient::new(context.http(), &tokens, &provider, jobs)
            .map_err(|error| Error::new(what, &error))?;
        let session = Session { context, account, provider: &provider, api, is_given, what };
        work(&session).or_else(|error| session.told(error))?;
        Ok(0)
    }

    /// The failure, unless it is only that nobody reads any more.
    fn told(&self, error: DataError) -> Result<(), Failed> {
        let error = match error {
            DataError::Write(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            DataError::Write(error) => filtered::told(self.what, &error),
            DataError::Api(error) => self.explained(error),
            DataError::File(error) => Error::new(self.what, &error),
            DataError::Format(error) => self.usage(error.to_string(), meant(&error)),
            DataError::Explained(error) => *error,
            DataError::Told(exit) => return Err(Failed::Told(exit)),
        };
        Err(error.into())
    }

    /// A failed request as a person is told of it.
    pub fn explained(&self, error: ApiError) -> Error {
        let Self { account, provider, what, .. } = self;
        match error {
            ApiError::Forbidden { scope: Some(ref scope), .. } => {
                Error::new(*what, &error).about(account).with_hint(self.with_scope(scope))
            }
            ApiError::NoToken(FlowError::NotRefreshed(outcome)) => {
                explain((*what).to_owned(), provider, account, &outcome)
            }
            ApiError::Unauthorized(_) => Error::sign_in_needed(*what, error.to_string(), account),
            error => Error::new(*what, &error).about(account),
        }
    }

    /// Wrong usage: what is wrong, and how it is right.
    pub fn usage(&self, why: impl Into<String>, hint: impl Into<String>) -> Error {
        Error::usage(self.what, why, hint)
    }

    /// Refuses before the call what the account's scope does not allow.
    pub fn require_scope(&self, scope: &str) -> Result<(), Error> {
        let Some(entry) = self.context.index.get(self.account) else { return Ok(()) };
        if self.is_given || entry.scope.contains(scope) {
            return Ok(());
        }
        let hint = self.with_scope(scope);
        let why = format!("this account was connected without {scope:?}");
        let error = Error { code: "scope-missing", exit: Exit::BadAnswer, ..self.usage(why, hint) };
        Err(error.about(self.account))
    }

    /// The command that asks for this scope as well. Where it was asked for and not granted, the
    /// same sign-in may grant it.
    fn with_scope(&self, scope: &str) -> String {
        let entry = self.context.index.get(self.account);
        let asked = entry.map_or(self.provider.default_scope.clone(), |entry| entry.asked);
        let connect = format!("partnerlink connect {}", self.account);
        if Scope::from(scope).without(&asked).is_empty() {
            return connect;
        }
        let wanted = Scope::from(format!("{asked} {scope}"));
        format!("{connect} --scope {}", shell_word(&wanted.to_string()))
    }

    /// What the index knows of the account, unless somebody else's token stands in for its own.
    pub fn signed_in(&self) -> Option<Account> {
        self.context.index.get(self.account).filter(|_| !self.is_given)
    }

    /// Where its data is asked for.
    pub fn api_base(&self) -> String {
        self.provider.api_base.as_ref().map_or_else(String::new, ToString::to_string)
    }

    /// The two halves of `-f name=text`.
    pub fn field<'f>(&self, field: &'f str) -> Result<(&'f str, &'f str), Error> {
        let wrong = || self.usage(format!("{field:?} is no field"), "write -f name=text");
        field.split_once('=').ok_or_else(wrong)
    }

    /// A time zone by the name that a person gave.
    pub fn zone(&self, name: &str) -> Result<TimeZone, Error> {
        clock::zone(name).ok_or_else(|| {
            let why = format!("there is no time zone {name:?}");
            self.usage(why, "use a name such as Europe/Berlin or UTC")
        })
    }

    /// Fetches a list, every page or one, or a single object, and writes it.
    pub fn write(
        &self,
        output: &OutputArgs,
        list: &List,
        parameters: &[(&str, String)],
        page: Option<u64>,
    ) -> Result<(), DataError> {
        let documented = list.documented();
        let rows = formats::List::of_records(list.name, list.columns).documenting(&documented);
        let mut faults = Faults::default();
        self.write_rows(output, rows, |writer| {
            faults = list.for_each(&self.api, parameters, page, |entry| {
                Ok::<_, DataError>(writer.write(Entry::Record(&entry))?)
            })?;
            Ok(())
        })?;
        self.warn_about(&faults, list.name);
        Ok(())
    }

    /// Says what of a list is not as it should be.
    pub fn warn_about(&self, faults: &Faults, list: &str) {
        let lines = faults.lines(list);
        lines.iter().for_each(|line| self.context.output.say(Mark::Warn, printable(line)));
    }

    /// Writes the entries that `fill` gives, to standard output or into a file that gets its name
    /// at the end, and closes with how many they are.
    pub fn write_rows(
        &self,
        output: &OutputArgs,
        list: formats::List,
        fill: impl FnOnce(&mut Writer) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        self.write_closed(output, list, |writer| {
            fill(writer)?;
            Ok(Closing::of_rows(writer.count(), list.name()))
        })
    }

    /// The same, where `fill` knows how to close.
    pub fn write_closed(
        &self,
        output: &OutputArgs,
        list: formats::List,
        fill: impl FnOnce(&mut Writer) -> Result<Closing, DataError>,
    ) -> Result<(), DataError> {
        let (format, options) = (output.chosen_format(self)?, output.options(self)?);
        let create = |path: &PathBuf| OutputFile::create(path, output.force);
        let mut file = output.output.as_ref().map(create).transpose()?;
        let mut out: Box<dyn Write + '_> = match &mut file {
            Some(file) => Box::new(file),
            None => stdout_stream(),
        };
        if self.context.output.jq.is_some() {
            out = Box::new(Filtered::new(&self.context.output, format.name == "ndjson", out));
        }
        let mut writer = Writer::new(format, out, &options, &list)?;
        let closing = fill(&mut writer)?;
        writer.check_fields()?;
        let rows = writer.count();
        let Remarks { note, left_out } = writer.finish()?;
        file.map_or(Ok(()), OutputFile::finish)?;
        if let Some(note) = note {
            self.context.output.say(Mark::Warn, note);
        }
        if !left_out.is_empty() {
            let (names, fields) = (left_out.join(", "), left_out.join(","));
            let text = format!("no room for {names}; --fields {fields} shows them");
            self.context.output.say(Mark::Note, text);
        }
        closing.say(&self.context.output, rows, output.output.as_deref());
        Ok(())
    }
}

impl DataArgs {
    /// Opens the account that was named, else the one of this provider, and writes one of its lists
    /// or objects.
    pub fn list(
        &self,
        context: &Context,
        provider: &str,
        what: &str,
        list: &List,
    ) -> Result<u8, Failed> {
        self.account
            .open(context, provider, what, |session| session.write(&self.output, list, &[], None))
    }
}

/// What was probably meant by a word that is wrong.
fn meant(error: &FormatError) -> String {
    let FormatError::NoField { field, known, .. } = error else { return String::new() };
    nearest(field, known.iter().map(String::as_str))
        .map_or_else(String::new, |nearest| format!("did you mean {nearest}?"))
}
