//! The data behind both sign-ins: meters and readings, wood lists and log piles.
//!
//! Every value depends on what it belongs to and on nothing else, so two fetches agree, whenever
//! and in whatever pieces they are made.
//!
//! | file | what |
//! |---|---|
//! | `bearer.rs`, `faults.rs` | who may; what goes wrong on order |
//! | `meters.rs`, `devices.rs`, `catalogue.rs` | Zählerfreunde: spaces, meters, customers |
//! | `readings.rs`, `load.rs`, `profiles.rs` | readings; how much flows when |
//! | `calendar.rs` | Berlin's clocks |
//! | `push.rs` | readings handed in |
//! | `timber.rs`, `woodlists.rs`, `piles.rs`, `places.rs` | TimberData |
//! | `dice.rs` | chance that comes out the same every time |

mod bearer;
mod calendar;
mod catalogue;
mod devices;
mod dice;
mod faults;
mod load;
mod meters;
mod piles;
mod places;
mod profiles;
mod push;
mod readings;
mod timber;
mod woodlists;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::Answer;
use super::fault::Fault;
use super::grants::Grant;
use super::provider::{PEOPLE, Person, Provider};
use super::request::Call;
use super::service::Service;
use super::state::State;

pub use self::push::Pushed;

/// How often each kind of data was asked for, also where a fault or a refusal was the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    pub partner: u64,
    pub spaces: u64,
    pub devices: u64,
    pub device_readings: u64,
    pub space_readings: u64,
    pub push: u64,
    pub customers: u64,
    pub user: u64,
    pub woodlists: u64,
    pub aggregations: u64,
    /// Of all these, requests refused with 401.
    pub unauthorized: u64,
    /// Of all these, requests refused with 403.
    pub scope_missing: u64,
    /// Of all these, requests refused because of what they asked: other 4xx.
    pub refused: u64,
}

/// What a path asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    Partner,
    Spaces,
    Devices { space: &'a str },
    DeviceReadings { device: &'a str },
    SpaceReadings { space: &'a str },
    Push,
    Customers,
    User,
    Woodlists,
    Aggregations,
}

impl<'a> Target<'a> {
    /// `None` for paths that are not below either API, or lead nowhere there.
    pub fn of(path: &'a str) -> Option<Self> {
        use Target::*;
        if let Some(path) = path.strip_prefix("/timberdata/api/inventory/v4/") {
            return match path {
                "user" => Some(User),
                "inventory/woodlist/summaries" => Some(Woodlists),
                "inventory/aggregation/summaries" => Some(Aggregations),
                _ => None,
            };
        }
        let path = path.strip_prefix("/zaehlerfreunde/api/")?;
        let parts: Vec<&str> = path.split('/').collect();
        Some(match parts.as_slice() {
            ["partners", "current"] => Partner,
            ["spaces"] => Spaces,
            ["spaces", space, "devices"] => Devices { space },
            ["spaces", space, "readings"] => SpaceReadings { space },
            ["devices", "readings"] => Push,
            ["devices", device, "readings"] => DeviceReadings { device },
            ["customers"] => Customers,
            _ => return None,
        })
    }

    fn provider(self) -> Provider {
        match self {
            Target::User | Target::Woodlists | Target::Aggregations => Provider::Timberdata,
            _ => Provider::Zaehlerfreunde,
        }
    }

    fn scope(self) -> Option<&'static str> {
        match self {
            Target::Woodlists => Some("woodlist"),
            Target::Aggregations => Some("aggregation"),
            _ => None,
        }
    }

    fn count(self, counts: &mut Counts) {
        let count = match self {
            Target::Partner => &mut counts.partner,
            Target::Spaces => &mut counts.spaces,
            Target::Devices { .. } => &mut counts.devices,
            Target::DeviceReadings { .. } => &mut counts.device_readings,
            Target::SpaceReadings { .. } => &mut counts.space_readings,
            Target::Push => &mut counts.push,
            Target::Customers => &mut counts.customers,
            Target::User => &mut counts.user,
            Target::Woodlists => &mut counts.woodlists,
            Target::Aggregations => &mut counts.aggregations,
        };
        *count += 1;
    }
}

/// Answers a data request. `now` in milliseconds.
///
/// Only what is counted and who may is decided while nobody else can; the answer itself is made
/// outside, so that many at once do not wait for each other.
pub fn answer(service: &Service, target: Target, call: &Call, now: u64) -> Answer {
    let admitted = service.store.with(now, |state| {
        target.count(&mut state.counts.data);
        let admitted = admit(service, state, target, call, now);
        if let Err(refused) = &admitted {
            count_refusal(&mut state.counts.data, refused.status);
        }
        admitted
    });
    let answer = match admitted {
        Err(_) => no_state(),
        Ok(Err(refused)) => refused,
        Ok(Ok(grant)) => {
            let person = &PEOPLE[grant.person % PEOPLE.len()];
            let answer = match service.has(Fault::DataEndless) {
                false => found(service, target, person, call, now),
                true => found(service, target, person, &faults::first_page(call), now),
            };
            if !(400..500).contains(&answer.status) {
                faults::spoil(service, target, answer)
            } else {
                let counted = service
                    .store
                    .with(now, |state| count_refusal(&mut state.counts.data, answer.status));
                if counted.is_err() { no_state() } else { answer }
            }
        }
    };
    Answer { travel: faults::travel(service), ..answer }
}

/// What was handed in, by device.
pub fn pushed(state: &State) -> Value {
    let told = |pushed: &Pushed| json!({ "accepted": pushed.accepted, "repeated": pushed.repeated, "last": pushed.last });
    state.pushed.iter().map(|(device, pushed)| (device.clone(), told(pushed))).collect()
}

fn admit(
    service: &Service,
    state: &State,
    target: Target,
    call: &Call,
    now: u64,
) -> Result<Grant, Answer> {
    let allowed = if target == Target::Push { "POST" } else { "GET" };
    if call.method != allowed && !(allowed == "GET" && call.method == "HEAD") {
        return Err(problem(405, "wrong method").header("Allow", allowed));
    }
    if let Some(answer) = faults::instead(service) {
        return Err(answer);
    }
    let grant = bearer::grant(service, state, target.provider(), call, now)?;
    match target.scope() {
        Some(scope) if !grant.has_scope(scope) => Err(bearer::insufficient_scope(scope)),
        _ => Ok(grant),
    }
}

fn found(service: &Service, target: Target, person: &Person, call: &Call, now: u64) -> Answer {
    let seconds = i64::try_from(now / 1000).unwrap_or(i64::MAX);
    match target {
        Target::Partner => meters::partner(person),
        Target::Spaces => meters::spaces(call),
        Target::Devices { space } => meters::devices(space, call, seconds),
        Target::DeviceReadings { device } => readings::of_device(device, call, seconds),
        Target::SpaceReadings { space } => readings::of_space(space, call, seconds),
        Target::Customers => meters::customers(call),
        Target::User => timber::user(person),
        Target::Woodlists => timber::woodlists(call),
        Target::Aggregations => timber::aggregations(call),
        Target::Push => match push::read(call) {
            Err(refused) => refused,
            Ok(handed) => match service.store.with(now, |state| state.take(&handed)) {
                Ok(()) => Answer::new(200, "application/json", "").note("readings taken"),
                Err(_) => no_state(),
            },
        },
    }
}

fn count_refusal(counts: &mut Counts, status: u16) {
    match status {
        401 => counts.unauthorized += 1,
        403 => counts.scope_missing += 1,
        400 | 404..=422 => counts.refused += 1,
        _ => {}
    }
}

/// An error of the data APIs. Neither provider documents a shape for them; this one is plausible.
fn problem(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({ "status": status, "message": message })).note("request refused")
}

fn no_state() -> Answer {
    problem(500, "the sandbox cannot reach its state file")
        .note("state file not readable or writable")
}
