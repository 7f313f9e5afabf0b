//! Where an answer of a data command goes, and in which form.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::session::Session;
use crate::context::Context;
use crate::error::Error;
use crate::formats::{self, FORMATS, Format, Options};
use crate::language::Language;
use crate::plot::{self, Look, Picture};
use crate::system::OutputFile;
use crate::terminal::{self, stdout_is_terminal};

/// Where rows go, and how they are written.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    #[arg(long, value_name = "FORMAT", help = formats::names(FORMATS.iter()), add = super::candidates::formats())]
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

/// Where a picture goes instead of rows, and how it is drawn.
#[derive(Debug, clap::Args)]
pub struct PictureArgs {
    /// Only characters that every terminal has
    #[arg(long)]
    ascii: bool,
    /// Write a picture: .svg or .html
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    force: bool,
}

impl OutputArgs {
    /// `--format`, else the file's ending, else what the reader is.
    pub(super) fn chosen_format(&self, session: &Session) -> Result<&'static Format, Error> {
        let usage = |why: String| session.usage(why, "`--help` lists the formats");
        let named = |name| Format::named(name).map_err(|error| usage(error.to_string()));
        if session.context.output.jq.is_some() {
            // Any text may be what the filter makes (`@csv`), but no workbook is.
            let of_file = self.output.as_ref().and_then(|path| Format::of_file(path));
            let of_file = of_file.filter(|format| format.binary || format.name == "ndjson");
            return match self.format.as_deref().or(of_file.map(|format| format.name)) {
                None | Some("json") => named("json"),
                Some("ndjson") => named("ndjson"),
                Some(other) => Err(session.usage(
                    format!("--jq takes JSON, and {other} is none"),
                    "use --format json for all in one, or ndjson for each entry by itself",
                )),
            };
        }
        let format = match (&self.format, &self.output) {
            (Some(name), _) => named(name)?,
            (None, _) if session.context.output.json => named("json")?,
            (None, Some(path)) => Format::of_file(path).ok_or_else(|| {
                usage(format!("the ending of {} names no format", path.display()))
            })?,
            (None, None) if stdout_is_terminal() => named("table")?,
            (None, None) => named("plain")?,
        };
        if format.binary && self.output.is_none() && stdout_is_terminal() {
            let why = format!("{} is no text for a terminal; write it with -o FILE", format.name);
            return Err(usage(why));
        }
        Ok(format)
    }

    /// Whether a person reads them at once.
    fn for_person(&self) -> bool {
        self.output.is_none() && stdout_is_terminal()
    }

    /// How rows are written, whatever the format.
    pub fn options(&self, session: &Session) -> Result<Options, Error> {
        Ok(Options {
            zone: session.zone(&self.tz)?,
            fields: self.fields.as_deref().map(trimmed),
            language: session.context.settings.language(),
            named_language: session.context.settings.named_language,
            width: self.for_person().then(|| terminal::size().0),
            for_person: self.for_person(),
            sandbox: session.context.output.sandbox,
        })
    }
}

fn trimmed(fields: &[String]) -> Vec<String> {
    fields.iter().map(|field| field.trim().to_owned()).collect()
}

impl PictureArgs {
    /// Refuses a filter, which would do nothing.
    pub fn check_filter(&self, session: &Session) -> Result<(), Error> {
        let why = "--jq takes JSON, and a picture is none";
        match session.context.output.jq {
            Some(_) => Err(session.usage(why, "leave --jq out, or filter the list that is drawn")),
            None => Ok(()),
        }
    }

    /// Writes a picture as the file's ending says.
    pub fn save(&self, session: &Session, path: &Path, picture: &Picture) -> Result<(), Error> {
        self.write(session, path, || picture.svg(), || picture.html())
    }

    /// Writes several pictures into one file, which has this title.
    pub fn save_all(
        &self,
        session: &Session,
        path: &Path,
        title: &str,
        pictures: &[Picture],
    ) -> Result<(), Error> {
        let language = self.language(session.context);
        let html = || plot::html(language, title, pictures);
        self.write(session, path, || plot::svg(title, "", pictures), html)
    }

    fn write(
        &self,
        session: &Session,
        path: &Path,
        svg: impl FnOnce() -> String,
        html: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        let text = match path.extension().and_then(|ending| ending.to_str()) {
            Some("svg") => svg(),
            Some("html") => html(),
            _ => {
                let why = format!("the ending of {} is neither .svg nor .html", path.display());
                return Err(session.usage(why, "name a file with one of them"));
            }
        };
        save_text(path, &text, self.force, session.what)
    }

    /// The language of the picture; what a terminal says is English.
    pub fn language(&self, context: &Context) -> Language {
        self.output.as_ref().map_or(Language::En, |_| context.settings.language())
    }

    /// How pictures are drawn on this terminal.
    pub fn look(&self) -> Look {
        let (columns, rows) = terminal::size();
        let colour = terminal::stdout_has_colour();
        Look { ascii: self.ascii, colour, ..Look::of_terminal(columns, rows) }
    }
}

/// Writes a text into a file that gets its name when it is whole.
pub fn save_text(path: &Path, text: &str, force: bool, what: &str) -> Result<(), Error> {
    let mut file = OutputFile::create(path, force).map_err(|error| Error::new(what, &error))?;
    file.write_all(text.as_bytes()).map_err(|error| Error::io(what, &error))?;
    file.finish().map_err(|error| Error::new(what, &error))
}
