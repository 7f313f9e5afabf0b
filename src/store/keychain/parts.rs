//! How an item's bytes become what a keychain takes: text everywhere, and numbered parts where the
//! system has a limit.
//!
//! Text, because KWallet keeps nothing else: bytes that are plain text stay as they are, others
//! become `base64:…`. Parts, because Windows takes 2,560 bytes and a token record has 4,000: then
//! the item holds only `parts:a:3:SHA256`, and the text is in `NAME#a1`, `NAME#a2`, `NAME#a3`.
//! There are two such slots, `a` and `b`. A save fills the one that is not in use, and turns to it
//! with one write of the item itself, so that a crash leaves the old or the new. What a crash
//! leaves behind in a slot is swept by the next save.

use std::str;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use crate::secret::Secret;
use crate::store::{Item, SecretBytes, StoreError};

const ENCODED: &str = "base64:";
const IN_PARTS: &str = "parts:";
/// How often a reader, who holds no lock, begins again because a writer replaced the item.
const MOST_READS: u32 = 5;

/// The little that a keychain has to offer. "Not there" is a value.
pub(super) trait Entries {
    fn get(&self, name: &str) -> Result<Option<SecretBytes>, StoreError>;
    fn set(&self, name: &str, value: &SecretBytes) -> Result<(), StoreError>;
    fn delete(&self, name: &str) -> Result<bool, StoreError>;
}

/// The letters of the two slots.
const SLOTS: [char; 2] = ['a', 'b'];

/// The name of a part. No item's own name has a `#`, and no dot is added, which Windows puts before
/// the service.
fn part(name: &str, slot: char, number: usize) -> String {
    format!("{name}#{slot}{number}")
}

/// What an item says whose text is elsewhere.
#[derive(PartialEq, Eq)]
struct Head {
    slot: char,
    count: usize,
    /// SHA-256 of the whole text: a reader sees that its parts belong together.
    sum: String,
}

impl Head {
    /// `None` for an item that holds its text itself.
    fn read(name: &str, value: &[u8]) -> Result<Option<Self>, StoreError> {
        let Some(rest) = value.strip_prefix(IN_PARTS.as_bytes()) else { return Ok(None) };
        let parse = || {
            let mut fields = str::from_utf8(rest).ok()?.split(':');
            let slot = fields.next()?.parse().ok().filter(|slot| SLOTS.contains(slot))?;
            let count = fields.next()?.parse().ok()?;
            Some(Self { slot, count, sum: fields.next()?.to_owned() })
        };
        parse().map(Some).ok_or_else(|| damaged(name, "its list of parts makes no sense"))
    }

    fn to_value(&self) -> SecretBytes {
        let Self { slot, count, sum } = self;
        Secret::new(format!("{IN_PARTS}{slot}:{count}:{sum}").into_bytes())
    }
}

pub(super) fn load(entries: &impl Entries, name: &str) -> Result<Option<SecretBytes>, StoreError> {
    for _ in 0..MOST_READS {
        let Some(value) = entries.get(name)? else { return Ok(None) };
        let Some(head) = Head::read(name, value.expose())? else {
            return decode(name, value).map(Some);
        };
        if let Some(text) = gather(entries, name, &head)? {
            return decode(name, text).map(Some);
        }
    }
    Err(damaged(name, "parts of it are missing or do not belong together"))
}

/// The text of all parts; `None` if they are not those that `head` speaks of (any more).
fn gather(
    entries: &impl Entries,
    name: &str,
    head: &Head,
) -> Result<Option<SecretBytes>, StoreError> {
    let mut text = Secret::new(Vec::new());
    for number in 1..=head.count {
        let Some(bytes) = entries.get(&part(name, head.slot, number))? else { return Ok(None) };
        // A new buffer each time, so that the old one is wiped and not merely given back.
        text = Secret::new([text.expose().as_slice(), bytes.expose()].concat());
    }
    Ok((sum_of(text.expose()) == head.sum).then_some(text))
}

/// `limit` is the most bytes that the system takes in one item, if it has a limit.
pub(super) fn save(
    entries: &impl Entries,
    item: &Item,
    bytes: &SecretBytes,
    limit: Option<usize>,
) -> Result<(), StoreError> {
    let name = item.to_string();
    let text = encode(bytes);
    let Some(limit) = limit else { return set_checked(entries, item, &name, &text) };

    if text.expose().len() <= limit {
        set_checked(entries, item, &name, &text)?;
        sweep_after_save(entries, &name, &SLOTS);
        return Ok(());
    }
    let in_use = match entries.get(&name)? {
        Some(value) => Head::read(&name, value.expose()).ok().flatten().map(|head| head.slot),
        None => None,
    };
    let [slot, other] = if in_use == Some(SLOTS[0]) { [SLOTS[1], SLOTS[0]] } else { SLOTS };
    sweep(entries, &name, slot)?;
    let chunks = text.expose().chunks(limit);
    let head = Head { slot, count: chunks.len(), sum: sum_of(text.expose()) };
    for (index, chunk) in chunks.enumerate() {
        set_checked(entries, item, &part(&name, slot, index + 1), &Secret::new(chunk.to_vec()))?;
    }
    set_checked(entries, item, &name, &head.to_value())?;
    sweep_after_save(entries, &name, &[other]);
    Ok(())
}

/// The item goes first: without it the parts are nothing, and the next save or delete finds them.
pub(super) fn delete(
    entries: &impl Entries,
    name: &str,
    limit: Option<usize>,
) -> Result<bool, StoreError> {
    let was_there = entries.delete(name)?;
    if limit.is_some() {
        for slot in SLOTS {
            sweep(entries, name, slot)?;
        }
    }
    Ok(was_there)
}

fn set_checked(
    entries: &impl Entries,
    item: &Item,
    name: &str,
    value: &SecretBytes,
) -> Result<(), StoreError> {
    entries.set(name, value)?;
    match entries.get(name)? {
        Some(back) if back.expose() == value.expose() => Ok(()),
        _ => Err(StoreError::ReadBackDiffers(item.clone())),
    }
}

/// Empties a slot from its end, so that what a crash leaves is still without gaps and found.
fn sweep(entries: &impl Entries, name: &str, slot: char) -> Result<(), StoreError> {
    let mut count = 0;
    while entries.get(&part(name, slot, count + 1))?.is_some() {
        count += 1;
    }
    for number in (1..=count).rev() {
        entries.delete(&part(name, slot, number))?;
    }
    Ok(())
}

/// The new item is in place: a fault here must not be told as a failed save. The next save sweeps.
fn sweep_after_save(entries: &impl Entries, name: &str, slots: &[char]) {
    for slot in slots {
        let _ = sweep(entries, name, *slot);
    }
}

fn encode(bytes: &SecretBytes) -> SecretBytes {
    let plain = |text: &str| {
        let printable = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
        // An empty value is what a KWallet that lost one gives back, so none is ever written.
        !text.is_empty()
            && !text.starts_with(ENCODED)
            && !text.starts_with(IN_PARTS)
            && text.chars().all(printable)
    };
    match str::from_utf8(bytes.expose()) {
        Ok(text) if plain(text) => bytes.clone(),
        _ => {
            let mut text =
                String::with_capacity(ENCODED.len() + bytes.expose().len().div_ceil(3) * 4);
            text.push_str(ENCODED);
            BASE64.encode_string(bytes.expose(), &mut text);
            Secret::new(text.into_bytes())
        }
    }
}

fn decode(name: &str, text: SecretBytes) -> Result<SecretBytes, StoreError> {
    match text.expose().strip_prefix(ENCODED.as_bytes()) {
        None => Ok(text),
        Some(encoded) => BASE64
            .decode(encoded)
            .map(Secret::new)
            .map_err(|_| damaged(name, "its base64 is not valid")),
    }
}

fn sum_of(text: &[u8]) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn damaged(name: &str, why: &str) -> StoreError {
    StoreError::Damaged { name: format!("the keychain item {name}"), why: why.to_owned() }
}

#[cfg(test)]
#[path = "parts_tests.rs"]
mod tests;
