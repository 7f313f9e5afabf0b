//! The kinds that are printed to be taken elsewhere: the present configuration, with another way to
//! sign in at the shared store.

use std::fs;

use super::plan::PlanArgs;
use crate::config::Settings;
use crate::context::Context;
use crate::error::Error;
use crate::schedule::{Elsewhere, Kind, Machine, Plan};
use crate::system::process;

impl PlanArgs {
    pub(super) fn elsewhere(
        &self,
        context: &Context,
        machine: &Machine,
        kind: Kind,
        what: &str,
    ) -> Result<Plan, Error> {
        let settings = &context.settings;
        if settings.shared().is_none() {
            let hint = "set up the shared store first: partnerlink help shared-store";
            return Err(Error::usage(what, "the accounts are on this machine alone", hint));
        }
        if self.notify.is_some() || self.user.is_some() {
            let why = "no program and no user of this machine is there";
            return Err(Error::usage(what, why, "leave out --notify and --user"));
        }
        let program = self.program.as_ref().map(|path| path.display().to_string());
        let accounts = context.index.all();
        let shared = accounts.iter().find(|account| account.store == settings.store);
        let there = Elsewhere {
            refresher: files(settings, kind, "refresh", what)?,
            reader: files(settings, kind, "read", what)?,
            program: process::join(&[program.unwrap_or_else(|| "partnerlink".to_owned())]),
            account: shared.map_or("zaehlerfreunde".to_owned(), |it| it.account.to_string()),
        };
        Ok(Plan::elsewhere(kind, &there, self.every, machine))
    }
}

/// The configuration file of a machine there, and the certificates that it trusts.
fn files(
    settings: &Settings,
    kind: Kind,
    access: &str,
    what: &str,
) -> Result<Vec<(&'static str, String)>, Error> {
    let role = format!("partnerlink-{access}er");
    let mut sign_in = vec![("access", access), ("auth", "jwt"), ("role", &role)];
    sign_in.extend(match kind {
        Kind::Gitlab => [("auth_mount", "jwt-gitlab"), ("jwt_variable", "VAULT_ID_TOKEN")],
        _ => [("auth_mount", "jwt-kubernetes"), ("jwt_file", "/var/run/secrets/partnerlink/token")],
    });
    let trusted = settings.vault.as_ref().and_then(|vault| vault.network.ca_file.as_ref());
    let trusted = trusted.map(|path| {
        let failed = |error| Error::io(format!("could not read {}", path.display()), &error);
        fs::read_to_string(path).map_err(failed)
    });
    let mut files = Vec::new();
    if let Some(text) = trusted.transpose()? {
        sign_in.push(("ca_file", "ca.pem"));
        files.push(("ca.pem", text.trim_end().to_owned() + "\n"));
    }
    let text = settings.file_for_elsewhere(&sign_in).map_err(|error| Error::new(what, &error))?;
    files.insert(0, ("config.toml", text));
    Ok(files)
}
