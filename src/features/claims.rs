//! What a card claims, a test attacks: its inputs, its range, its invariances, its independence of row order.
//! In: random small worlds with every column and table; out: a failure that names the card and the claim.
//! A card that reads a column it does not list, or lists a range it leaves, fails here.

use super::claim_world::{SUBJECT, World};
use super::{Reads, cards};
use crate::domain::{HOUR_US, Token};
use proptest::prelude::*;
use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

const INPUTS: [Reads; 32] = [
    Reads::Ts,
    Reads::Recipient,
    Reads::MsgId,
    Reads::Chat,
    Reads::Kind,
    Reads::Size,
    Reads::Content,
    Reads::Link,
    Reads::Forwarded,
    Reads::Typing,
    Reads::Via,
    Reads::Template,
    Reads::Known,
    Reads::Status,
    Reads::Inbound,
    Reads::Registered,
    Reads::AccountKind,
    Reads::RecipientBlock,
    Reads::NumberCountry,
    Reads::AddressCountry,
    Reads::OwnBlock,
    Reads::SignUps,
    Reads::Network,
    Reads::Asn,
    Reads::Device,
    Reads::Build,
    Reads::Enforcement,
    Reads::Contacts,
    Reads::GroupEvents,
    Reads::Feedback,
    Reads::GroupSize,
    Reads::Talk,
];

/// Blocks of recipients are neighbors' too, and so is what becomes of others: both cards read the accounts table.
fn covered(reads: &[Reads], input: Reads) -> bool {
    reads.contains(&input) || (input == Reads::RecipientBlock && reads.contains(&Reads::OwnBlock))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn nothing_but_what_a_card_reads_moves_it(seed in any::<u64>()) {
        let world = World::random(seed);
        let before = world.values();
        for input in INPUTS {
            let mut other = world.clone();
            if !other.disturb(input, seed ^ 0x5eed) {
                continue;
            }
            let after = other.values();
            let (Some(a), Some(b)) = (before.first(), after.first()) else { continue };
            for card in cards().into_iter().filter(|c| !covered(c.reads, input)) {
                prop_assert_eq!(a.get(card), b.get(card), "{} does not list {:?} but moves with it", card.name, input);
            }
        }
    }

    #[test]
    fn values_stay_in_their_range_and_are_never_nan(seed in any::<u64>()) {
        for row in World::random(seed).values() {
            for card in cards() {
                if let Ok(value) = row.get(card) {
                    prop_assert!(card.range.0 <= value && value <= card.range.1, "{} = {value}", card.name);
                }
            }
        }
    }

    #[test]
    fn the_order_of_rows_leaves_no_trace(seed in any::<u64>()) {
        let world = World::random(seed);
        let mut shuffled = world.clone();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        shuffled.events.shuffle(&mut rng);
        shuffled.feedback.shuffle(&mut rng);
        shuffled.group_events.shuffle(&mut rng);
        prop_assert_eq!(world.values(), shuffled.values());
    }

    #[test]
    fn whole_hours_later_is_the_same(seed in any::<u64>(), hours in -900i64..900) {
        let world = World::random(seed);
        let mut later = world.clone();
        let by = hours * HOUR_US;
        later.shift = by;
        later.events.iter_mut().for_each(|e| e.ts += by);
        later.accounts.iter_mut().for_each(|a| a.registered_at = a.registered_at.map(|t| t + by));
        later.registrations.iter_mut().for_each(|r| r.ts += by);
        later.group_events.iter_mut().for_each(|r| r.ts += by);
        later.feedback.iter_mut().for_each(|r| r.ts += by);
        later.enforcement.iter_mut().for_each(|r| r.ts += by);
        let (before, after) = (world.values(), later.values());
        let (Some(a), Some(b)) = (before.first(), after.first()) else { return Ok(()) };
        for card in cards().into_iter().filter(|c| c.invariant.shift_hours) {
            match (a.get(card), b.get(card)) {
                (Ok(x), Ok(y)) => prop_assert!((x - y).abs() <= 1e-9 * x.abs().max(1.0), "{}: {x} {y}", card.name),
                (x, y) => prop_assert_eq!(x, y, "{}", card.name),
            }
        }
    }

    #[test]
    fn recipients_may_have_other_names(seed in any::<u64>()) {
        let world = World::random(seed);
        let mut renamed = world.clone();
        let rename = |t: Token| if t == SUBJECT { t } else { Token(t.0 ^ 0x00ff_ff00_1234_5678_9abc_def0_1357_9bdf) };
        for e in &mut renamed.events {
            (e.sender, e.recipient) = (rename(e.sender), rename(e.recipient));
        }
        renamed.accounts.iter_mut().for_each(|a| a.account = rename(a.account));
        renamed.registrations.iter_mut().for_each(|r| r.account = rename(r.account));
        renamed.enforcement.iter_mut().for_each(|r| r.account = rename(r.account));
        for c in &mut renamed.contacts {
            (c.account, c.contact) = (rename(c.account), rename(c.contact));
        }
        for g in &mut renamed.group_events {
            (g.actor, g.group, g.target) = (rename(g.actor), rename(g.group), g.target.map(rename));
        }
        renamed.feedback.iter_mut().for_each(|f| f.reporter = rename(f.reporter));
        renamed.groups.iter_mut().for_each(|g| g.group = rename(g.group));
        renamed.talks.iter_mut().for_each(|(a, b)| (*a, *b) = (rename(*a), rename(*b)));
        let (before, after) = (world.values(), renamed.values());
        let (Some(a), Some(b)) = (before.first(), after.first()) else { return Ok(()) };
        for card in cards() {
            prop_assert_eq!(a.get(card), b.get(card), "{}", card.name);
        }
    }
}

#[test]
fn every_card_says_what_a_card_must_say() {
    let all = cards();
    let mut names: Vec<&str> = all.iter().map(|c| c.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len(), "names are unique");
    let mut contracts: Vec<&str> = all.iter().filter_map(|c| c.contract).collect();
    let claimed = contracts.len();
    contracts.sort_unstable();
    contracts.dedup();
    assert_eq!(contracts.len(), claimed, "no two cards claim one contract entry");
    for card in all {
        let family = format!("{:?}_", card.family).to_lowercase();
        assert!(card.name.starts_with(&family), "{} should start with {family}", card.name);
        for (what, text) in [
            ("definition", card.definition),
            ("reading", card.reading),
            ("look-alikes", card.look_alikes),
            ("absent when", card.absent_when),
            ("source", card.source.1),
        ] {
            assert!(!text.is_empty(), "{} lacks its {what}", card.name);
        }
        assert!(!card.reads.is_empty(), "{} reads nothing", card.name);
    }
}
