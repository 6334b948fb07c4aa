//! What a card claims, a test attacks: its inputs, its range, its invariances, its independence of row order.
//! In: random small worlds with every column and table; out: a failure that names the card and the claim.
//! A card that reads a column it does not list, or lists a range it leaves, fails here.

use super::extract::{Night, extract};
use super::{AccountFeatures, Reads, cards};
use crate::context::Exchange;
use crate::domain::*;
use crate::log::*;
use proptest::prelude::*;
use rand::{Rng, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

const FROM: i64 = 100 * DAY_US;
const TO: i64 = 130 * DAY_US;
const SUBJECT: Token = Token(1);

/// A log in memory: events and side tables.
#[derive(Clone, Default)]
struct World {
    events: Vec<MessageEvent>,
    accounts: Vec<AccountRow>,
    registrations: Vec<RegistrationRow>,
    group_events: Vec<GroupEventRow>,
    feedback: Vec<FeedbackRow>,
    enforcement: Vec<EnforcementRow>,
    contacts: Vec<ContactRow>,
    groups: Vec<GroupRow>,
    talks: Vec<(Token, Token)>,
    shift: i64,
}

fn person(n: u128) -> Token {
    Token(n * 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
}

/// Pairs that write with each other, both ways round.
fn talks(rng: &mut ChaCha8Rng) -> Vec<(Token, Token)> {
    let mut other = || person(rng.random_range(2..14));
    let pairs: Vec<(Token, Token)> = (0..4).map(|_| (other(), other())).collect();
    pairs.into_iter().flat_map(|(a, b)| [(a, b), (b, a)]).collect()
}

fn random_event(rng: &mut ChaCha8Rng, ts: i64) -> MessageEvent {
    let inbound = rng.random_bool(0.25);
    let other = person(rng.random_range(2..14));
    let chat = [Chat::Direct, Chat::Direct, Chat::Direct, Chat::List, Chat::Group, Chat::Community];
    let chat = chat[rng.random_range(0..chat.len())];
    let personal = matches!(chat, Chat::Direct | Chat::List);
    let (sender, recipient) = match (inbound && personal, personal) {
        (true, _) => (other, SUBJECT),
        (false, true) => (SUBJECT, other),
        (false, false) => (SUBJECT, person(rng.random_range(100..106))),
    };
    let content = if rng.random_bool(0.8) { rng.random_range(1..5) } else { 0 };
    MessageEvent {
        msg: if rng.random_bool(0.9) { rng.random_range(1..400) } else { 0 },
        content,
        content_head: content,
        size: if rng.random_bool(0.8) { rng.random_range(1..500) } else { ABSENT_U32 },
        typing_ms: if rng.random_bool(0.7) { rng.random_range(0..4) * 1000 } else { ABSENT_U32 },
        chat: chat as u8,
        kind: rng.random_range(0..4),
        status: rng.random_range(0..6),
        via: rng.random_range(0..5),
        known: rng.random_range(0..3),
        forwarded: rng.random_range(0..4),
        template: rng.random_range(0..5),
        link: rng.random_range(0..3),
        ..MessageEvent::bare(ts, sender, recipient)
    }
}

impl World {
    fn random(seed: u64) -> Self {
        Self::unbound(seed).bound(seed)
    }

    fn unbound(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let n = rng.random_range(0..260);
        let mut ts = FROM - 5 * DAY_US;
        let events = (0..n)
            .map(|_| {
                let steps = [0, 1, SECOND_US, 14 * SECOND_US, MINUTE_US, HOUR_US, 7 * HOUR_US];
                ts += steps[rng.random_range(0..steps.len())];
                random_event(&mut rng, ts)
            })
            .collect();
        let any_time = |rng: &mut ChaCha8Rng| rng.random_range(FROM..TO) / HOUR_US * HOUR_US;
        let accounts = (1..14)
            .map(|i| AccountRow {
                account: if i == 1 { SUBJECT } else { person(i) },
                registered_at: Some(any_time(&mut rng)),
                kind: [None, Some(AccountKind::Consumer), Some(AccountKind::BusinessApi)]
                    [rng.random_range(0..3)],
                number_country: Some("DE".into()),
                number_block: rng.random_range(1..3),
                verified: None,
                tier_limit: None,
                utc_offset_min: None,
            })
            .collect();
        let registrations = (1..14)
            .map(|i| RegistrationRow {
                account: if i == 1 { SUBJECT } else { person(i) },
                ts: TO - rng.random_range(1..40) * HOUR_US,
                ip_country: Some(["DE", "US"][rng.random_range(0..2)].into()),
                network: rng.random_range(1..3),
                asn: 1,
                device: rng.random_range(1..3),
                client_build: 1,
            })
            .collect();
        let kinds = [GroupKind::Create, GroupKind::Add, GroupKind::JoinLink, GroupKind::Leave];
        let group_events = (0..40)
            .map(|_| {
                let leaves = rng.random_bool(0.3);
                GroupEventRow {
                    actor: if leaves { person(rng.random_range(2..14)) } else { SUBJECT },
                    ts: any_time(&mut rng),
                    group: person(rng.random_range(100..106)),
                    kind: if leaves { GroupKind::Leave } else { kinds[rng.random_range(0..4)] },
                    target: Some(person(rng.random_range(2..14))),
                }
            })
            .collect();
        let words = [FeedbackKind::Report, FeedbackKind::Block, FeedbackKind::Optout];
        let feedback = (0..20)
            .map(|_| FeedbackRow {
                reported: SUBJECT,
                ts: any_time(&mut rng),
                reporter: person(rng.random_range(2..14)),
                kind: words[rng.random_range(0..3)],
                reported_initiated: rng.random_range(0..3),
            })
            .collect();
        let enforcement = (2..8)
            .map(|i| EnforcementRow { account: person(i), ts: FROM, kind: EnforcementKind::Ban })
            .collect();
        let books = (0..30).map(|_| (rng.random_range(1..14), rng.random_range(1..14)));
        let book = |n| if n == 1 { SUBJECT } else { person(n) };
        let contacts =
            books.map(|(a, b)| ContactRow { account: book(a), contact: book(b), since: None }).collect();
        let none = Self::default();
        Self { events, accounts, registrations, group_events, feedback, enforcement, contacts, ..none }
    }

    /// The same with what binds people: sizes of groups, and who writes with whom.
    fn bound(mut self, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0xb0d);
        let members = [None, Some(9), Some(900)];
        let mut size =
            |group| GroupRow { group, members: members[rng.random_range(0..3)], announcement_only: 0 };
        self.groups = (100..106).map(|n| size(person(n))).collect();
        self.talks = talks(&mut rng);
        self
    }

    fn offers() -> Offers {
        Offers {
            msg_id: true,
            chat: true,
            kind: true,
            size: true,
            content: true,
            link: true,
            forwarded: true,
            typing_ms: true,
            via: true,
            network: true,
            template_category: true,
            known: true,
            status: true,
            delivery: true,
            accounts: true,
            registrations: true,
            group_events: true,
            feedback: true,
            enforcement: true,
            contacts: true,
        }
    }

    fn values(&self) -> Vec<AccountFeatures> {
        let window =
            Window::new(Timestamp(FROM + self.shift), Timestamp(TO + self.shift), Window::LOOKBACK_US)
                .expect("valid");
        let mut router = Router::new();
        self.events.iter().for_each(|e| router.message(e));
        let partition = router.partition_of(SUBJECT, &window);
        let sorted = |mut rows: Vec<RegistrationRow>| {
            rows.sort();
            rows
        };
        let mut side = SideTables {
            accounts: Some(self.accounts.clone()),
            registrations: Some(sorted(self.registrations.clone())),
            group_events: Some(self.group_events.clone()),
            feedback: Some(self.feedback.clone()),
            enforcement: Some(self.enforcement.clone()),
            contacts: Some(self.contacts.clone()),
            groups: Some(self.groups.clone()),
            talks: Some(self.talks.clone()),
            ..SideTables::default()
        };
        side.accounts.iter_mut().for_each(|t| t.sort());
        side.group_events.iter_mut().for_each(|t| t.sort());
        side.feedback.iter_mut().for_each(|t| t.sort());
        side.talks.iter_mut().for_each(|t| t.sort());
        let exchange = Exchange::new(&side, &window);
        let night = Night {
            window,
            log_start: FROM - 100 * DAY_US + self.shift,
            offers: Self::offers(),
            side: &side,
            exchange: &exchange,
        };
        extract(&partition, &[SUBJECT], &night).into_iter().filter(|r| r.account == SUBJECT).collect()
    }

    /// Changes everything that `input` stands for, and nothing else.
    fn disturb(&mut self, input: Reads, seed: u64) -> bool {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let own = |e: &&mut MessageEvent| e.sender == SUBJECT;
        let mut each = |change: &mut dyn FnMut(&mut MessageEvent, &mut ChaCha8Rng)| {
            self.events.iter_mut().filter(own).for_each(|e| change(e, &mut rng));
        };
        match input {
            // Every message card reads times and recipients; what lists fold by is tested on its own.
            Reads::Ts | Reads::Recipient | Reads::MsgId | Reads::Chat => return false,
            Reads::Kind => each(&mut |e, rng| e.kind = rng.random_range(0..4)),
            Reads::Size => each(&mut |e, rng| e.size = rng.random_range(1..500)),
            Reads::Content => each(&mut |e, rng| {
                e.content = rng.random_range(1..9);
                e.content_head = e.content;
            }),
            Reads::Link => each(&mut |e, rng| e.link = rng.random_range(0..3)),
            Reads::Forwarded => each(&mut |e, rng| e.forwarded = rng.random_range(0..4)),
            Reads::Typing => each(&mut |e, rng| e.typing_ms = rng.random_range(0..9)),
            Reads::Via => each(&mut |e, rng| e.via = rng.random_range(0..5)),
            Reads::Template => each(&mut |e, rng| e.template = rng.random_range(0..5)),
            Reads::Known => each(&mut |e, rng| e.known = rng.random_range(0..3)),
            Reads::Status => each(&mut |e, rng| e.status = rng.random_range(0..6)),
            Reads::Inbound => self.events.retain(|e| e.sender == SUBJECT),
            Reads::Registered => {
                let at = TO - rng.random_range(1..500) * HOUR_US;
                self.accounts
                    .iter_mut()
                    .filter(|a| a.account == SUBJECT)
                    .for_each(|a| a.registered_at = Some(at));
            }
            Reads::AccountKind => {
                let kinds = [None, Some(AccountKind::Consumer), Some(AccountKind::BusinessApi)];
                let kind = kinds[rng.random_range(0..3)];
                self.accounts.iter_mut().filter(|a| a.account == SUBJECT).for_each(|a| a.kind = kind);
            }
            Reads::RecipientBlock => self
                .accounts
                .iter_mut()
                .filter(|a| a.account != SUBJECT)
                .for_each(|a| a.number_block = rng.random_range(3..9)),
            Reads::NumberCountry => {
                self.accounts.iter_mut().for_each(|a| a.number_country = Some("FR".into()))
            }
            Reads::AddressCountry => {
                self.registrations.iter_mut().for_each(|r| r.ip_country = Some("FR".into()));
            }
            Reads::OwnBlock => self
                .accounts
                .iter_mut()
                .filter(|a| a.account == SUBJECT)
                .for_each(|a| a.number_block = rng.random_range(1..9)),
            Reads::SignUps => self.registrations.retain(|r| r.account == SUBJECT),
            Reads::Network => self.registrations.iter_mut().for_each(|r| r.network = rng.random_range(1..5)),
            Reads::Asn => self.registrations.iter_mut().for_each(|r| r.asn = rng.random_range(1..5)),
            Reads::Device => self.registrations.iter_mut().for_each(|r| r.device = rng.random_range(1..5)),
            Reads::Build => {
                self.registrations.iter_mut().for_each(|r| r.client_build = rng.random_range(1..5))
            }
            Reads::Enforcement => self.enforcement.clear(),
            Reads::Contacts => self.contacts.clear(),
            Reads::GroupEvents => self.group_events.clear(),
            Reads::Feedback => self.feedback.clear(),
            Reads::GroupSize => self.groups.iter_mut().for_each(|g| g.members = Some(900)),
            Reads::Talk => self.talks = talks(&mut rng),
        }
        true
    }
}

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
