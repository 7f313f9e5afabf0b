//! Telling a person, through a program of theirs, that an account needs a sign-in: once, and not at
//! every run. What was told is remembered only if the program succeeded.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::account_id::AccountId;
use crate::clock::Timestamp;
use crate::store::lock::AccountLock;
use crate::system::files::{self, Durability, Mode};
use crate::system::paths::Folders;
use crate::system::process::{self, Finished, Surroundings};

/// How long the person's program may take for one account.
const DEADLINE: Duration = Duration::from_secs(30);

/// How the sign-in of an account stands after a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    Good,
    /// It works, but only until then: no refresh lengthens the sign-in.
    Ends(Timestamp),
    Needed,
    /// Nothing new is known: the provider could not be reached.
    Unknown,
}

/// One account after a run, of which a person may have to hear.
#[derive(Clone, Debug)]
pub struct News {
    pub account: AccountId,
    pub sign_in: SignIn,
    /// Who signed in.
    pub who: Option<String>,
    pub sign_in_by: Option<Timestamp>,
    pub why: String,
    /// The command that helps.
    pub act: String,
    pub sandbox: bool,
}

/// What is remembered of an account between runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    /// Since when it needs a sign-in.
    since: Option<Timestamp>,
    /// Whether that was told.
    told: bool,
    /// The end of the sign-in that was told to be near.
    end_told: Option<Timestamp>,
}

type Notices = BTreeMap<AccountId, Known>;

/// Tells what has to be told, and returns what went wrong with it.
pub fn tell(
    news: &[News],
    command: &str,
    around: &Surroundings,
    folders: &Folders,
    now: Timestamp,
) -> Vec<String> {
    let file = folders.notices_file();
    let lock = file.with_extension("lock");
    // Another run is telling; what it cannot tell, the next one will.
    let Ok(_lock) = AccountLock::acquire_path(&lock, Duration::ZERO, &mut || ()) else {
        log::debug!("another run tells what is new");
        return Vec::new();
    };
    // A damaged file counts as an empty one: a person hears twice, which is better than never.
    let before: Notices =
        serde_json::from_slice(&fs::read(&file).unwrap_or_default()).unwrap_or_default();
    let mut notices = before.clone();
    let mut troubles = Vec::new();
    for one in news {
        let known = notices.entry(one.account.clone()).or_default();
        let Some(message) = known.note(one, now) else { continue };
        let trouble = |why| format!("{}: --notify did not work: {why}", one.account);
        match run(command, around, &message) {
            // Kept at once: should this run be ended, the next one does not repeat it.
            Ok(finished) if finished.success => {
                known.told(one.sign_in);
                let _ = keep(&notices, &file);
            }
            Ok(finished) => {
                troubles.push(trouble(format!("{} ({})", finished.why(), finished.status)));
            }
            // What does not start or end for one account does not for the next.
            Err(why) => {
                troubles.push(trouble(why));
                break;
            }
        }
    }
    notices.retain(|_, known| *known != Known::default());
    if notices != before {
        let failed = |error| format!("what was told could not be noted down: {error}");
        troubles.extend(keep(&notices, &file).err().map(failed));
    }
    troubles
}

fn keep(notices: &Notices, file: &Path) -> io::Result<()> {
    let bytes = serde_json::to_vec(notices).map_err(io::Error::other)?;
    files::replace(file, &bytes, Mode::Private, Durability::Content)
}

impl Known {
    /// Notes how the account stands now, and returns the line that a person should get, if any.
    fn note(&mut self, news: &News, now: Timestamp) -> Option<String> {
        if matches!(news.sign_in, SignIn::Good | SignIn::Ends(_)) {
            (self.since, self.told) = (None, false);
        }
        let (event, since) = match news.sign_in {
            SignIn::Ends(end) if self.end_told != Some(end) => ("sign-in-ends", None),
            SignIn::Needed => {
                let since = *self.since.get_or_insert(now);
                if self.told {
                    return None;
                }
                ("sign-in-needed", Some(since))
            }
            _ => return None,
        };
        let mut message = json!({
            "schema": 1,
            "event": event,
            "account": news.account,
            "provider": news.account.provider(),
            "who": news.who,
            "since": since,
            "sign_in_by": news.sign_in_by,
            "why": news.why,
            "do": news.act,
        });
        if news.sandbox {
            message["sandbox"] = true.into();
        }
        Some(format!("{message}\n"))
    }

    fn told(&mut self, sign_in: SignIn) {
        match sign_in {
            SignIn::Ends(end) => self.end_told = Some(end),
            _ => self.told = true,
        }
    }
}

/// # Errors
/// Why the program could not be started, or did not end.
fn run(command: &str, around: &Surroundings, message: &str) -> Result<Finished, String> {
    let words = process::parse(command, around)?;
    let (program, arguments) = words.split_first().ok_or("it is empty")?;
    let mut command = around.command(program.as_ref());
    // Nor does it get the folder with the service's key.
    command.args(arguments).env_remove("CREDENTIALS_DIRECTORY");
    process::run(command, message.as_bytes(), DEADLINE).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(sign_in: SignIn) -> News {
        News {
            account: "timberdata".parse().unwrap(),
            sign_in,
            who: None,
            sign_in_by: None,
            why: "because".into(),
            act: "partnerlink connect timberdata".into(),
            sandbox: false,
        }
    }

    #[test]
    fn each_thing_is_told_until_it_was_heard_and_then_not_again() {
        let mut known = Known::default();
        let (now, later) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        let needed = news(SignIn::Needed);
        let first = known.note(&needed, now).unwrap();
        assert_eq!(known.note(&needed, later), Some(first), "since stays");
        known.told(needed.sign_in);
        assert_eq!(known.note(&needed, later), None);
        assert_eq!(known.note(&news(SignIn::Unknown), later), None);
        assert_eq!(known.note(&needed, later), None, "an unreachable provider changes nothing");
        assert_eq!(known.note(&news(SignIn::Good), later), None);
        assert!(known.note(&needed, later).is_some(), "after a new sign-in");

        let ends = news(SignIn::Ends(now));
        assert!(known.note(&ends, now).unwrap().contains(r#""event":"sign-in-ends""#));
        known.told(ends.sign_in);
        assert_eq!(known.note(&ends, now), None);
        assert!(known.note(&news(SignIn::Ends(later)), now).is_some(), "another sign-in");
    }
}
