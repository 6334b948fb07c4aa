//! A small random world with every column and table, for tests that attack what cards claim.
//! In: a seed; out: a log in memory, the subject's feature row, and the same world with one input disturbed.
//! Claims nothing itself.

use super::extract::{Night, extract};
use super::{AccountFeatures, Reads};
use crate::content::Templates;
use crate::context::Exchange;
use crate::domain::*;
use crate::log::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const FROM: i64 = 100 * DAY_US;
const TO: i64 = 130 * DAY_US;
/// Whose cards are attacked.
pub const SUBJECT: Token = Token(1);

/// A log in memory: events and side tables.
#[derive(Clone, Default)]
pub struct World {
    pub events: Vec<MessageEvent>,
    pub accounts: Vec<AccountRow>,
    pub registrations: Vec<RegistrationRow>,
    pub group_events: Vec<GroupEventRow>,
    pub feedback: Vec<FeedbackRow>,
    pub enforcement: Vec<EnforcementRow>,
    pub contacts: Vec<ContactRow>,
    pub groups: Vec<GroupRow>,
    pub talks: Vec<(Token, Token)>,
    pub shift: i64,
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
    /// The world of a seed.
    pub fn random(seed: u64) -> Self {
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

    /// The subject's row, if it has one.
    pub fn values(&self) -> Vec<AccountFeatures> {
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
            templates: &Templates::default(),
        };
        extract(&partition, &[SUBJECT], &night).into_iter().filter(|r| r.account == SUBJECT).collect()
    }

    /// Changes everything that `input` stands for, and nothing else; some inputs are not changed by themselves.
    pub fn disturb(&mut self, input: Reads, seed: u64) -> bool {
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
            // Filled in afterwards: no row of one account's own moves it.
            Reads::Others => return false,
            Reads::GroupSize => self.groups.iter_mut().for_each(|g| g.members = Some(900)),
            Reads::Talk => self.talks = talks(&mut rng),
        }
        true
    }
}
