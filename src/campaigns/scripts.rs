//! Scripts: what one account sent many people in a row, by kind and size, where contents say nothing.
//! In: one account's facts; out: rows as of any other shared thing, for files uploaded afresh for each recipient.
//! Tells no two texts apart by their length alone: a script holds a file, and a file's size is what it is known by.

use super::shares::{LEAST_AUDIENCE, SharedThing, people, thin, token_word};
use crate::domain::{MINUTE_US, MessageKind, TokenKey, digest64};
use crate::features::Facts;
use crate::log::{ABSENT_U32, MessageEvent};

/// What follows within so long belongs to one script.
const PAUSE_US: i64 = 10 * MINUTE_US;
/// Messages of a script that are looked at.
const MOST_STEPS: usize = 8;
/// Bytes from which on a file is told apart by its size: smaller ones are too alike.
const LEAST_FILE: u32 = 4_096;
/// Files are encrypted in blocks of so many bytes.
const BLOCK: u32 = 16;
/// Keeps scripts apart from contents and from what they point to.
const SCRIPT: TokenKey = TokenKey::new(0x7363_7269_7074_206f, 0x6620_6b69_6e64_7320);

/// Appends the scripts that reached enough people, with the times and the people; `mailed` are the templates that did,
/// sorted, and whoever sends those is known by them.
pub(super) fn scripts(facts: &Facts, account: u32, mailed: &[u64], rows: &mut Vec<SharedThing>) {
    if !facts.offers.kind || !facts.offers.size || facts.pairs.len() < LEAST_AUDIENCE {
        return;
    }
    let contacts = &facts.contacts;
    let unprompted = (0..contacts.ts.len()).filter(|at| !facts.is_answer(*at));
    // By person, then in time order.
    let mut by_person: Vec<(u32, usize)> = unprompted.map(|at| (contacts.pair[at], at)).collect();
    by_person.sort_unstable();
    let follows = |a: &(u32, usize), b: &(u32, usize)| {
        a.0 == b.0 && contacts.ts[b.1].saturating_sub(contacts.ts[a.1]) <= PAUSE_US
    };
    let mut sent: Vec<SharedThing> = Vec::new();
    for run in by_person.chunk_by(follows) {
        let events = || run.iter().map(|(_, at)| contacts.event[*at]);
        if events().any(|event| mailed.binary_search(&facts.template_of(event)).is_ok()) {
            continue;
        }
        if let Some(object) = script(events().map(|event| facts.sent(event))) {
            let first = facts.sent(contacts.event[run[0].1]);
            sent.push(SharedThing {
                object,
                account,
                ts: first.ts,
                recipient: token_word(first),
                beside: false,
            });
        }
    }
    let mut times: Vec<SharedThing> = sent.iter().map(|row| SharedThing { recipient: 0, ..*row }).collect();
    let mut reached: Vec<u64> = Vec::new();
    people(sent, |object, to| {
        reached.push(object);
        rows.extend(to);
    });
    times.retain(|row| reached.binary_search(&row.object).is_ok());
    times.sort_unstable();
    thin(&mut times, 0);
    rows.extend(times);
}

/// The digest of a row of messages; `None` without a file.
fn script<'a>(events: impl Iterator<Item = &'a MessageEvent>) -> Option<u64> {
    let mut steps = [0u8; MOST_STEPS * 5];
    let (mut has_file, mut n) = (false, 0);
    for (event, step) in events.zip(steps.chunks_exact_mut(5)) {
        let kind = event.kind()?;
        let size = Some(event.size).filter(|size| *size != ABSENT_U32)?;
        let is_file = !matches!(kind, MessageKind::Text) && LEAST_FILE <= size;
        has_file |= is_file;
        // Words are exchanged from one recipient to the next, and with them the length: its order of magnitude stays.
        let size = if is_file { size.div_ceil(BLOCK) } else { size.checked_ilog2().unwrap_or(0) };
        step[0] = kind as u8 + 1;
        step[1..].copy_from_slice(&size.to_le_bytes());
        n += 5;
    }
    has_file.then(|| digest64(&SCRIPT, &steps[..n]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Token;
    use crate::log::pack;

    fn event(kind: MessageKind, size: u32) -> MessageEvent {
        let nobody = Token::default();
        MessageEvent { size, kind: pack(Some(kind)), ..MessageEvent::bare(0, nobody, nobody) }
    }

    #[test]
    fn a_script_is_kinds_in_order_and_sizes_of_files() {
        let of = |steps: &[(MessageKind, u32)]| {
            let events: Vec<MessageEvent> = steps.iter().map(|(kind, size)| event(*kind, *size)).collect();
            script(events.iter())
        };
        use MessageKind::{Document, Image, Text};
        let first = of(&[(Text, 140), (Image, 81_920)]);
        assert!(first.is_some());
        assert_eq!(first, of(&[(Text, 131), (Image, 81_911)]), "other words, and padding within a block");
        assert_ne!(first, of(&[(Text, 140), (Image, 82_000)]), "another picture");
        assert_ne!(first, of(&[(Image, 81_920), (Text, 140)]), "another order");
        assert_ne!(first, of(&[(Text, 140), (Document, 81_920)]), "another kind");
        assert_ne!(first, of(&[(Text, 600), (Image, 81_920)]), "a text of another order of length");
        assert_eq!(of(&[(Text, 140), (Text, 90_000)]), None, "texts alone");
        assert_eq!(of(&[(Text, 140), (Image, 300)]), None, "too small to be told apart");
    }
}
