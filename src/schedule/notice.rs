//! Telling a person, through a program of theirs, that an account needs them: once, and not at every
//! run. What was told is remembered only if the program succeeded.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::account_id::AccountId;
use crate::clock::{self, Timestamp};
use crate::store::lock::AccountLock;
use crate::system::files::{self, Durability, Mode};
use crate::system::paths::Folders;
use crate::system::process::{self, Finished, Surroundings};

/// How long the person's program may take for one account.
const DEADLINE: Duration = Duration::from_secs(30);

/// How long a quiet run says no warning again, in seconds: nearly a day, so that a schedule that
/// runs once a day and a little earlier than the day before says it each time.
const WARNED_FOR: i64 = 23 * 3600;

/// How an account stands after a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Good,
    /// It works, but only until then: no refresh lengthens the sign-in.
    Ends(Timestamp),
    /// A person is needed.
    Wrong(Event),
    /// Nothing new is known: the provider could not be reached.
    Unknown,
}

/// What a person is needed for; the words are those of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    SignInNeeded,
    /// The token store cannot be used.
    StoreUnreadable,
    /// Client settings, or an answer that cannot be used: asking again does not help.
    RefreshFails,
    /// Nothing succeeded for a day after a refresh was due.
    NotRefreshed,
}

/// One account after a run, of which a person may have to hear.
#[derive(Clone, Debug)]
pub struct News {
    pub account: AccountId,
    pub state: State,
    /// Who signed in.
    pub who: Option<String>,
    pub sign_in_by: Option<Timestamp>,
    /// When its tokens were given.
    pub last_good: Timestamp,
    pub why: String,
    /// What helps, best a command.
    pub act: String,
    pub sandbox: bool,
}

/// What is remembered of an account between runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    trouble: Option<Trouble>,
    /// The end of the sign-in that was told to be near.
    end_told: Option<Timestamp>,
    /// When a quiet run last warned.
    warned: Option<Timestamp>,
}

/// Something that needs a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Trouble {
    event: Event,
    since: Timestamp,
    told: bool,
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
    let before = read(&file);
    let mut notices = before.clone();
    let mut troubles = Vec::new();
    for one in news {
        let known = notices.entry(one.account.clone()).or_default();
        let Some(message) = known.note(one, now) else { continue };
        let trouble = |why| format!("{}: --notify did not work: {why}", one.account);
        match run(command, around, &message) {
            // Kept at once: should this run be ended, the next one does not repeat it.
            Ok(finished) if finished.success => {
                known.told(one.state);
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

/// Those of the accounts whose warning a quiet run has to say: the others were warned of today.
pub fn not_warned_today(
    accounts: &[AccountId],
    folders: &Folders,
    now: Timestamp,
) -> Vec<AccountId> {
    let file = folders.notices_file();
    let lock = file.with_extension("lock");
    let Ok(_lock) = AccountLock::acquire_path(&lock, Duration::ZERO, &mut || ()) else {
        return accounts.to_vec();
    };
    let mut notices = read(&file);
    let mut is_news = |account: &&AccountId| {
        let warned = &mut notices.entry((*account).clone()).or_default().warned;
        let is_today = |at| (0..WARNED_FOR).contains(&clock::seconds_between(at, now));
        let is_news = !warned.is_some_and(is_today);
        if is_news {
            *warned = Some(now);
        }
        is_news
    };
    let news = accounts.iter().filter(&mut is_news).cloned().collect();
    if let Err(error) = keep(&notices, &file) {
        log::debug!("that it was warned could not be noted down: {error}");
    }
    news
}

/// A damaged file counts as an empty one: a person hears twice, which is better than never.
fn read(file: &Path) -> Notices {
    serde_json::from_slice(&fs::read(file).unwrap_or_default()).unwrap_or_default()
}

fn keep(notices: &Notices, file: &Path) -> io::Result<()> {
    let bytes = serde_json::to_vec(notices).map_err(io::Error::other)?;
    files::replace(file, &bytes, Mode::Private, Durability::Content)
}

impl Known {
    /// Notes how the account stands now, and returns the line that a person should get, if any.
    fn note(&mut self, news: &News, now: Timestamp) -> Option<String> {
        if matches!(news.state, State::Good | State::Ends(_)) {
            self.trouble = None;
        }
        let (event, since) = match news.state {
            State::Ends(end) if self.end_told != Some(end) => (json!("sign-in-ends"), None),
            State::Wrong(event) => {
                let begins = Trouble { event, since: now, told: false };
                let trouble = self.trouble.get_or_insert_with(|| begins.clone());
                // What is wrong already is why nothing succeeds.
                if trouble.event != event && event != Event::NotRefreshed {
                    *trouble = begins;
                }
                if trouble.told {
                    return None;
                }
                (json!(trouble.event), Some(trouble.since))
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
            "last_good": news.last_good,
            "why": news.why,
            "do": news.act,
        });
        if news.sandbox {
            message["sandbox"] = true.into();
        }
        Some(format!("{message}\n"))
    }

    fn told(&mut self, state: State) {
        match (state, &mut self.trouble) {
            (State::Ends(end), _) => self.end_told = Some(end),
            (_, Some(trouble)) => trouble.told = true,
            (_, None) => {}
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

    fn news(state: State) -> News {
        News {
            account: "timberdata".parse().unwrap(),
            state,
            who: None,
            sign_in_by: None,
            last_good: Timestamp::UNIX_EPOCH,
            why: "because".into(),
            act: "partnerlink connect timberdata".into(),
            sandbox: false,
        }
    }

    #[test]
    fn each_thing_is_told_until_it_was_heard_and_then_not_again() {
        let mut known = Known::default();
        let (now, later) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        let needed = news(State::Wrong(Event::SignInNeeded));
        let first = known.note(&needed, now).unwrap();
        assert_eq!(known.note(&needed, later), Some(first), "since stays");
        known.told(needed.state);
        assert_eq!(known.note(&needed, later), None);
        assert_eq!(known.note(&news(State::Unknown), later), None);
        assert_eq!(known.note(&needed, later), None, "an unreachable provider changes nothing");
        let not_refreshed = news(State::Wrong(Event::NotRefreshed));
        assert_eq!(known.note(&not_refreshed, later), None, "the reason is known");
        let unreadable = known.note(&news(State::Wrong(Event::StoreUnreadable)), later).unwrap();
        assert!(unreadable.contains(r#""event":"store-unreadable""#), "{unreadable}");
        assert_eq!(known.note(&news(State::Good), later), None);
        assert!(known.note(&needed, later).is_some(), "after a new sign-in");

        let ends = news(State::Ends(now));
        assert!(known.note(&ends, now).unwrap().contains(r#""event":"sign-in-ends""#));
        known.told(ends.state);
        assert_eq!(known.note(&ends, now), None);
        assert!(known.note(&news(State::Ends(later)), now).is_some(), "another sign-in");
    }
}
