//! What is to be scheduled, as `print` and `install` are told.

use std::path::{Path, PathBuf};

use crate::commands::NOTIFY_HINT;
use crate::config::{FileKey, SandboxChoice, Settings};
use crate::context::Context;
use crate::error::Error;
use crate::http::proxy::Source;
use crate::schedule::{Every, Job, Kind, Machine, Plan, ScheduleError, Service, job};
use crate::store::shared::Duty;
use crate::store::vault::{Auth, Jwt};
use crate::system::process;

#[derive(Debug, clap::Args)]
pub struct PlanArgs {
    /// What starts the job [default: what fits this machine]
    #[arg(long, value_enum, value_name = "KIND")]
    pub(super) kind: Option<Kind>,
    /// How often: 5m to 30m, 1h to 12h, 1d
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = every)]
    pub(super) every: Every,
    /// Run this when an account needs a sign-in (see token refresh --help)
    #[arg(long, value_name = "CMD")]
    pub(super) notify: Option<String>,
    /// The service account that a system service runs as (--kind systemd-system)
    #[arg(long, value_name = "NAME")]
    pub(super) user: Option<String>,
    /// The program that the job runs, by its whole path [default: this one]
    #[arg(long, value_name = "PATH", value_parser = whole_path)]
    pub(super) program: Option<PathBuf>,
}

fn whole_path(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.has_root() { Ok(path) } else { Err("it is no whole path".to_owned()) }
}

fn every(text: &str) -> Result<Every, String> {
    Every::new(super::super::duration(text)?)
}

impl PlanArgs {
    pub fn plan(&self, context: &Context, machine: &Machine) -> Result<Plan, Error> {
        let kind = self.kind.unwrap_or_else(|| machine.kind());
        let what = format!("could not plan a schedule of the kind {}", kind.word());
        let failed = |error: ScheduleError| Error::new(&what, &error);
        let usage = |why, hint| Err(Error::usage(&what, why, hint));
        if kind.is_elsewhere() {
            return self.elsewhere(context, machine, kind, &what);
        }
        let service = match (kind == Kind::SystemdSystem, &self.user) {
            (true, Some(user)) => Some(service(context, machine, user).map_err(failed)?),
            (true, None) => {
                let hint = "name the one that the accounts were connected with: --user NAME";
                return usage("it is not said which account it runs as", hint);
            }
            (false, Some(_)) => {
                let hint = "leave --user out, or say --kind systemd-system";
                return usage("it runs as yourself", hint);
            }
            (false, None) => None,
        };
        let (service, theirs) = service.unzip();
        let settings = theirs.as_ref().and_then(Option::as_ref).unwrap_or(&context.settings);
        check_shared(context, settings, &what)?;
        let mut job = self.job(context, machine, kind, service).map_err(failed)?;
        if let Some(Auth::AppRole { secret_id, .. }) = settings.shared().map(|vault| &vault.auth) {
            job.secret_id = Some(job::whole(secret_id).map_err(failed)?);
        }
        if let Some(command) = &self.notify {
            // The program by its path: the job runs with another PATH.
            let words = process::parse(command, &machine.around).map_err(|why| {
                Error::usage(format!("could not use --notify {command:?}"), why, NOTIFY_HINT)
            })?;
            job.arguments.extend(["--notify".to_owned(), process::join(&words)]);
        }
        Plan::new(kind, &job, self.every, machine).map_err(failed)
    }

    /// The job without the program that it may have to notify.
    fn job(
        &self,
        context: &Context,
        machine: &Machine,
        kind: Kind,
        service: Option<Service>,
    ) -> Result<Job, ScheduleError> {
        let settings = &context.settings;
        let program =
            self.program.clone().map_or_else(|| job::this_program(&machine.around), Ok)?;
        let words = ["token", "refresh", "--quiet", "--for", &self.every.work(kind)];
        let mut arguments: Vec<String> = words.map(str::to_owned).into();
        let mut variables = Vec::new();
        match &settings.sandbox {
            Some(SandboxChoice::Embedded) => arguments.push("--sandbox".to_owned()),
            Some(SandboxChoice::At(base)) => variables.push(("PARTNERLINK_SANDBOX", base.clone())),
            None => {}
        }
        for (name, path) in settings.environment.place_variables() {
            // A service account has a configuration of its own.
            if name == "XDG_CONFIG_HOME" && service.is_some() {
                continue;
            }
            let is_path = name == "PARTNERLINK_KEY_FILE";
            variables.push((name, if is_path { job::whole(&path) } else { job::text(&path) }?));
        }
        for (name, value) in settings.vault.iter().flat_map(|_| settings.environment.vault_places())
        {
            let is_path = name.ends_with("CACERT");
            variables.push((name, if is_path { job::whole(Path::new(&value))? } else { value }));
        }
        if let Some(file) = settings.network.ca_file.as_ref().filter(|_| settings.ca_file_given) {
            arguments.extend(["--ca-file".to_owned(), job::whole(file)?]);
        }
        // That of the system's settings is there for the job as well.
        if let Some(proxy) = settings.network.proxy().filter(|proxy| !proxy.is_private())
            && let Source::Variable(name) = proxy.source
        {
            variables.push((name, proxy.value.expose().clone()));
            if !proxy.exempt.is_empty() {
                variables.push(("NO_PROXY", proxy.exempt.clone()));
            }
        }
        let notifies = self.notify.is_some() || settings.notify.is_some();
        let program = job::text(&program)?;
        Ok(Job { program, arguments, variables, notifies, secret_id: None, service })
    }
}

/// Whether a job without a person can sign in at the shared store, and has something to do there.
fn check_shared(context: &Context, settings: &Settings, what: &str) -> Result<(), Error> {
    let Some(vault) = settings.shared() else { return Ok(()) };
    let is_all = context.index.all().iter().all(|account| account.store == settings.store);
    if vault.duty == Duty::Reader && is_all {
        let why =
            "this machine only reads the shared store (vault.access): there is nothing to refresh";
        let hint =
            "nothing is missing here; schedule it on a machine with vault.access = \"refresh\"";
        return Err(Error::usage(what, why, hint));
    }
    let variable = match &vault.auth {
        Auth::Token { variable, .. } => variable,
        Auth::Jwt { jwt: Jwt::Variable { name, .. }, .. } => name.as_str(),
        _ => return Ok(()),
    };
    let why = format!(
        "this machine signs in at the shared store with {variable}, which a schedule does not get"
    );
    let hint = "give it a way of its own (auth = \"approle\" in [vault]): partnerlink help recipes";
    Err(Error::usage(what, why, hint))
}

/// Who a system service is: a home folder, and the state in it that it has to write; and its own
/// settings, where they can be read.
fn service(
    context: &Context,
    machine: &Machine,
    user: &str,
) -> Result<(Service, Option<Settings>), ScheduleError> {
    let home = machine.home_of(user)?;
    let settings = &context.settings;
    let root = settings.environment.place_variables().find(|(name, _)| *name == "PARTNERLINK_HOME");
    let (writes, theirs) = match root {
        Some((_, root)) => (job::text(&root)?, None),
        None => {
            let theirs = Settings::of_home(Path::new(&home), settings.environment.clone());
            (format!("{home}/.local/state/partnerlink"), theirs)
        }
    };
    let credential = theirs.as_ref().unwrap_or(settings).file_key == FileKey::Systemd;
    Ok((Service { user: user.to_owned(), home, writes, credential }, theirs))
}
