//! The rows that leave ingest: packed message events and the rows of the side tables.
//! In: validated values; out: plain data with tokens instead of identifiers, and 0 or MAX where the log said nothing.
//! Refuses to know text: what a message said is at most a 64-bit keyed fingerprint here.

use crate::domain::{
    AccountKind, Chat, FeedbackKind, GroupKind, MessageKind, Status, TemplateCategory, Token, Via, Word,
};

/// A packed three-valued flag: not said, no, yes. Ordered so that the larger value wins when copies differ.
pub const UNKNOWN: u8 = 0;
/// The packed "no".
pub const NO: u8 = 1;
/// The packed "yes".
pub const YES: u8 = 2;
/// Stands for an absent `size` or `typing_ms`.
pub const ABSENT_U32: u32 = u32::MAX;

/// One message as the log states it: one row per user action and recipient.
///
/// 96 bytes, `Copy`, totally ordered over all fields, so that sorting is independent of row order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageEvent {
    /// Who sent it.
    pub sender: Token,
    /// When the server received it, UTC microseconds.
    pub ts: i64,
    /// To whom: a person for direct and list, else the group's token.
    pub recipient: Token,
    /// Keyed digest of the message id, 0 when absent.
    pub msg: u64,
    /// Keyed digest of the exact content fingerprint, 0 when absent.
    pub content: u64,
    /// First eight bytes of the content fingerprint, big-endian: where copies disagree the smallest wins, by spelling.
    pub content_head: u64,
    /// Keyed digest of what it points to, the host of a link or a number to call; 0 when absent.
    pub object: u64,
    /// Bytes, [`ABSENT_U32`] when absent.
    pub size: u32,
    /// Milliseconds of typing before the send, [`ABSENT_U32`] when absent.
    pub typing_ms: u32,
    /// [`Chat`] code; an absent chat is direct.
    pub chat: u8,
    /// [`MessageKind`] code + 1, 0 when absent.
    pub kind: u8,
    /// [`Status`] code + 1, 0 when absent; larger is further.
    pub status: u8,
    /// [`Via`] code + 1, 0 when absent.
    pub via: u8,
    /// Whether the recipient has the sender in contacts: [`UNKNOWN`], [`NO`], [`YES`].
    pub known: u8,
    /// Forward count + 1 (capped at 255), 0 when absent.
    pub forwarded: u8,
    /// [`TemplateCategory`] code + 1, 0 when absent.
    pub template: u8,
    /// Whether it carried a link: [`UNKNOWN`], [`NO`], [`YES`].
    pub link: u8,
}

/// Packs an optional word into a byte: code + 1, 0 for nothing.
pub fn pack<W: Word + PartialEq>(word: Option<W>) -> u8 {
    word.and_then(|w| W::ALL.iter().position(|(_, x)| *x == w)).map_or(0, |i| i as u8 + 1)
}

/// Packs an optional flag.
pub fn pack_flag(flag: Option<bool>) -> u8 {
    match flag {
        None => UNKNOWN,
        Some(false) => NO,
        Some(true) => YES,
    }
}

/// The packed code of an optional word that is there.
const fn code(word: u8) -> u8 {
    word + 1
}

fn unpack<W: Word>(code: u8) -> Option<W> {
    W::ALL.get(usize::from(code).checked_sub(1)?).map(|(_, word)| *word)
}

/// The first eight bytes of a spelling as a number that orders like it.
pub fn head_of(bytes: &[u8]) -> u64 {
    let mut head = [0; 8];
    let n = bytes.len().min(8);
    head[..n].copy_from_slice(&bytes[..n]);
    u64::from_be_bytes(head)
}

/// The smaller of two contents by spelling; an absent one (0) never wins.
pub fn smaller_content(a: (u64, u64), b: (u64, u64)) -> (u64, u64) {
    match (a.1, b.1) {
        (0, _) => b,
        (_, 0) => a,
        _ => a.min(b),
    }
}

impl MessageEvent {
    /// An event with nothing said but the three required columns; `chat` is direct.
    pub fn bare(ts: i64, sender: Token, recipient: Token) -> Self {
        Self {
            sender,
            ts,
            recipient,
            msg: 0,
            content: 0,
            content_head: 0,
            object: 0,
            size: ABSENT_U32,
            typing_ms: ABSENT_U32,
            chat: Chat::Direct as u8,
            kind: 0,
            status: 0,
            via: 0,
            known: UNKNOWN,
            forwarded: 0,
            template: 0,
            link: UNKNOWN,
        }
    }

    /// Where it went.
    pub fn chat(&self) -> Chat {
        Chat::ALL.get(usize::from(self.chat)).map_or(Chat::Direct, |(_, chat)| *chat)
    }

    /// What kind of message it was.
    pub fn kind(&self) -> Option<MessageKind> {
        unpack(self.kind)
    }

    /// How far it got.
    pub fn status(&self) -> Option<Status> {
        unpack(self.status)
    }

    /// Through what it was sent.
    pub fn via(&self) -> Option<Via> {
        unpack(self.via)
    }

    /// The template's category.
    pub fn template(&self) -> Option<TemplateCategory> {
        unpack(self.template)
    }

    /// Whether the recipient is a person, reached one by one.
    pub fn is_personal(&self) -> bool {
        // Codes are compared as they stand: this is asked several times of every message.
        self.chat == Chat::Direct as u8 || self.chat == Chat::List as u8
    }

    /// Whether this is a contact: personal, not to oneself, and not known to have failed or stayed an attempt.
    pub fn is_contact(&self) -> bool {
        self.is_personal()
            && self.sender != self.recipient
            && self.status != code(Status::Attempted as u8)
            && self.status != code(Status::Failed as u8)
    }

    /// Whether the row is left out altogether: channels and reactions are no messages.
    pub fn is_left_out(&self) -> bool {
        self.chat == Chat::Channel as u8 || self.kind == code(MessageKind::Reaction as u8)
    }
}

/// One row of `accounts`; everything but the account may be unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountRow {
    /// The account.
    pub account: Token,
    /// When it was registered.
    pub registered_at: Option<i64>,
    /// Which product it uses.
    pub kind: Option<AccountKind>,
    /// Country of the number, as the log spells it.
    pub number_country: Option<String>,
    /// Keyed digest of the 1,000-number block, 0 when absent.
    pub number_block: u64,
    /// Whether the business is verified.
    pub verified: Option<bool>,
    /// People it may message outside a service window in 24 h.
    pub tier_limit: Option<u64>,
    /// Offset of its local time in minutes.
    pub utc_offset_min: Option<i32>,
}

/// One row of `registrations`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RegistrationRow {
    /// The account.
    pub account: Token,
    /// When.
    pub ts: i64,
    /// Country of the address it came from.
    pub ip_country: Option<String>,
    /// Keyed digest of the network, 0 when absent.
    pub network: u64,
    /// Keyed digest of the autonomous system, 0 when absent.
    pub asn: u64,
    /// Keyed digest of the device, 0 when absent.
    pub device: u64,
    /// Keyed digest of the client build, 0 when absent.
    pub client_build: u64,
}

/// One row of `group_events`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupEventRow {
    /// Who acted.
    pub actor: Token,
    /// When.
    pub ts: i64,
    /// In which group.
    pub group: Token,
    /// What happened.
    pub kind: GroupKind,
    /// To whom, if to anyone.
    pub target: Option<Token>,
}

/// One row of `feedback`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedbackRow {
    /// About whom.
    pub reported: Token,
    /// When.
    pub ts: i64,
    /// By whom.
    pub reporter: Token,
    /// What was said.
    pub kind: FeedbackKind,
    /// Whether the reported account opened the chat: [`UNKNOWN`], [`NO`], [`YES`].
    pub reported_initiated: u8,
}

/// One row of `enforcement`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EnforcementRow {
    /// The account.
    pub account: Token,
    /// When.
    pub ts: i64,
    /// ban, unban, appeal_granted, warning.
    pub kind: EnforcementKind,
}

/// What was done about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EnforcementKind {
    /// Closed.
    Ban,
    /// Reopened.
    Unban,
    /// Reopened after an appeal.
    AppealGranted,
    /// Told off.
    Warning,
}

impl Word for EnforcementKind {
    const ALL: &'static [(&'static str, Self)] = &[
        ("ban", Self::Ban),
        ("unban", Self::Unban),
        ("appeal_granted", Self::AppealGranted),
        ("warning", Self::Warning),
    ];
}

/// One row of `off_platform`: evidence found outside the service; it attaches to decisions and never enters a score.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OffPlatformRow {
    /// The account or business, as the table names it.
    pub subject: String,
    /// When.
    pub ts: i64,
    /// public claim, service offer, court finding ...
    pub kind: String,
    /// Where it is on file.
    pub reference: String,
}

/// One row of `sanctioned`: automation allowed for a stated reason.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub struct SanctionedRow {
    /// The account, as the table names it.
    pub account: String,
    /// Its class, such as `support` or `alerts`.
    pub class: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// From when.
    pub starts_at: i64,
    /// Until when, exclusive.
    pub expires_at: i64,
    /// Actions per day it declared.
    pub declared_per_day: Option<f64>,
}

/// One row of `labels`.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub struct LabelRow {
    /// The account, as the table names it.
    pub account: String,
    /// The label.
    pub label: String,
    /// When it was given.
    pub as_of: Option<i64>,
    /// By whom.
    pub source: Option<String>,
    /// How sure.
    pub confidence: Option<f64>,
}

/// One row of `contacts`: the account has the contact in its address book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContactRow {
    /// Whose address book.
    pub account: Token,
    /// Who is in it.
    pub contact: Token,
    /// Since when.
    pub since: Option<i64>,
}

/// One row of `groups`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupRow {
    /// The group.
    pub group: Token,
    /// How many members.
    pub members: Option<u64>,
    /// Whether only administrators may post: [`UNKNOWN`], [`NO`], [`YES`].
    pub announcement_only: u8,
}

/// One row of `operators`: who runs which number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OperatorRow {
    /// The operator, as the table names it.
    pub operator: String,
    /// The account, as the table names it; empty when the operator has none that is known.
    pub account: String,
    /// Since when.
    pub since: Option<i64>,
    /// Who says so.
    pub source: Option<String>,
}

/// All side tables of one run; an absent table is an absent value, not an empty one.
#[derive(Debug, Default)]
pub struct SideTables {
    /// `accounts`
    pub accounts: Option<Vec<AccountRow>>,
    /// `registrations`
    pub registrations: Option<Vec<RegistrationRow>>,
    /// `group_events`
    pub group_events: Option<Vec<GroupEventRow>>,
    /// `feedback`
    pub feedback: Option<Vec<FeedbackRow>>,
    /// `enforcement`
    pub enforcement: Option<Vec<EnforcementRow>>,
    /// `off_platform`
    pub off_platform: Option<Vec<OffPlatformRow>>,
    /// `sanctioned`
    pub sanctioned: Option<Vec<SanctionedRow>>,
    /// `labels`
    pub labels: Option<Vec<LabelRow>>,
    /// `contacts`
    pub contacts: Option<Vec<ContactRow>>,
    /// `groups`
    pub groups: Option<Vec<GroupRow>>,
    /// `operators`
    pub operators: Option<Vec<OperatorRow>>,
    /// No table: pairs of people who gave feedback and wrote to each other, both ways round, sorted; noted on the way.
    pub talks: Option<Vec<(Token, Token)>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_words_come_back() {
        let mut event = MessageEvent::bare(0, Token(1), Token(2));
        assert!(event.is_contact());
        event.status = pack(Some(Status::Failed));
        assert_eq!(event.status(), Some(Status::Failed));
        assert!(!event.is_contact());
        event.kind = pack(Some(MessageKind::Reaction));
        assert!(event.is_left_out());
        assert!(size_of::<MessageEvent>() <= 96);
    }

    #[test]
    fn codes_say_what_the_words_say() {
        let base = MessageEvent::bare(0, Token(1), Token(2));
        for (_, chat) in Chat::ALL {
            let event = MessageEvent { chat: *chat as u8, ..base };
            assert_eq!(event.is_personal(), matches!(event.chat(), Chat::Direct | Chat::List));
            assert_eq!(event.is_left_out(), event.chat() == Chat::Channel);
        }
        for (_, status) in Status::ALL {
            let event = MessageEvent { status: pack(Some(*status)), ..base };
            let failed = matches!(event.status(), Some(Status::Attempted | Status::Failed));
            assert_eq!(event.is_contact(), !failed);
        }
        for (_, kind) in MessageKind::ALL {
            let event = MessageEvent { kind: pack(Some(*kind)), ..base };
            assert_eq!(event.is_left_out(), event.kind() == Some(MessageKind::Reaction));
        }
    }

    #[test]
    fn a_message_to_oneself_is_no_contact() {
        assert!(!MessageEvent::bare(0, Token(1), Token(1)).is_contact());
    }
}
