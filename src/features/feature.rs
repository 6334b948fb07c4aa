//! What a feature card says about itself, and what an absent value says.
//! In: cards written as plain data in the family files; out: the one definition that help, dictionaries and tests print from.
//! Refuses macros and run-time registration: a card is a `static` with a function pointer.

use super::facts::Facts;
use serde::Serialize;

/// A feature value, or why there is none.
pub type Value = Result<f64, Absent>;

/// Why a value cannot be computed; never 0, never NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Absent {
    /// The log lacks an optional column or table.
    ColumnMissing = 1,
    /// The account has nothing the value could be computed from.
    NoEvidence = 2,
    /// The look-back is not covered well enough to say what is new.
    Censored = 3,
    /// The value has no meaning for this kind of account.
    NotApplicable = 4,
    /// So few people are behind the value that it would point at them.
    Suppressed = 5,
    /// Enough people are behind the value, as another number that is told shows, but less a part of it one or two remain.
    Difference = 6,
}

/// Numbers of people who gave feedback are told from here on; none at all is told too.
pub const LEAST_TOLD: usize = 3;

impl Absent {
    /// All reasons with their one-letter code and meaning, as `features.parquet` spells them.
    pub const ALL: [(Absent, char, &'static str); 6] = [
        (Absent::ColumnMissing, 'c', "the log has no such column or table"),
        (Absent::NoEvidence, 'n', "the account has nothing to compute it from"),
        (Absent::Censored, 'h', "the history does not reach back far enough"),
        (Absent::NotApplicable, 'k', "not defined for this kind of account"),
        (Absent::Suppressed, 's', "fewer than three people are behind it or a part of it: not told"),
        (Absent::Difference, 'd', "would reveal a count under three by difference: not told"),
    ];

    /// The one-letter code.
    pub fn code(self) -> char {
        Self::ALL[self as usize - 1].1
    }

    /// The reason behind a one-letter code.
    pub fn of_code(code: char) -> Option<Self> {
        Self::ALL.iter().find(|(_, c, _)| *c == code).map(|(absent, _, _)| *absent)
    }

    /// The reason in words.
    pub fn meaning(self) -> &'static str {
        Self::ALL[self as usize - 1].2
    }
}

/// The family file a feature belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// How much.
    Volume,
    /// How fast at the peak.
    Rate,
    /// When, and how evenly.
    Timing,
    /// To how many.
    Fanout,
    /// To whom, and whether they answer.
    Contact,
    /// The same thing again and again.
    Content,
    /// How old the account was.
    Lifecycle,
    /// How it was registered, among which neighbors.
    Registration,
    /// What the client shows of a person at work.
    Client,
    /// Groups made, joined and filled.
    Groups,
    /// What the contacted said.
    Feedback,
    /// What it does in step with others.
    Coordination,
}

/// The unit of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A whole number of things.
    Count,
    /// Seconds.
    Seconds,
    /// Days.
    Days,
    /// A part of a whole, 0 to 1.
    Share,
    /// Bits of entropy.
    Bits,
    /// A quotient without unit.
    Ratio,
    /// 0 or 1.
    Flag,
}

impl Unit {
    /// The word put behind a value.
    pub fn word(self) -> &'static str {
        match self {
            Unit::Count => "",
            Unit::Seconds => "s",
            Unit::Days => "d",
            Unit::Share => "share",
            Unit::Bits => "bits",
            Unit::Ratio => "ratio",
            Unit::Flag => "flag",
        }
    }
}

/// A column of the input contract that a feature reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reads {
    /// `messages.ts`, with the sender whose timeline it is.
    Ts,
    /// `messages.recipient`
    Recipient,
    /// `messages.msg_id`
    MsgId,
    /// `messages.chat`
    Chat,
    /// `messages.kind`
    Kind,
    /// `messages.size`
    Size,
    /// `messages.content`, or the fingerprint of `messages.text`
    Content,
    /// `messages.link`
    Link,
    /// `messages.forwarded`
    Forwarded,
    /// `messages.typing_ms`
    Typing,
    /// `messages.via`
    Via,
    /// `messages.template_category`
    Template,
    /// `messages.recipient_knows_sender`
    Known,
    /// `messages.status`
    Status,
    /// The account's own received messages.
    Inbound,
    /// `accounts` and `registrations`: when and as what the account was registered.
    Registered,
    /// `accounts.kind`
    AccountKind,
    /// `accounts.number_block` of recipients.
    RecipientBlock,
    /// `accounts.number_country`
    NumberCountry,
    /// `registrations.ip_country`
    AddressCountry,
    /// `accounts.number_block` of the account itself, which says who its neighbors are.
    OwnBlock,
    /// `registrations.ts` of others: who signed up when.
    SignUps,
    /// `registrations.network`
    Network,
    /// `registrations.asn`
    Asn,
    /// `registrations.device`
    Device,
    /// `registrations.client_build`
    Build,
    /// `enforcement` of others.
    Enforcement,
    /// `contacts`: address books.
    Contacts,
    /// `group_events`
    GroupEvents,
    /// `feedback`
    Feedback,
    /// The messages of all accounts: what nobody's own rows can tell.
    Others,
    /// `groups.members`
    GroupSize,
    /// `messages` between people who gave feedback about the account: who of them write with each other.
    Talk,
}

impl Reads {
    /// Table and column of `schema.md`, as `table.column`.
    pub fn column(self) -> &'static str {
        match self {
            Reads::Ts => "messages.ts",
            Reads::Recipient => "messages.recipient",
            Reads::MsgId => "messages.msg_id",
            Reads::Chat => "messages.chat",
            Reads::Kind => "messages.kind",
            Reads::Size => "messages.size",
            Reads::Content => "messages.content",
            Reads::Link => "messages.link",
            Reads::Forwarded => "messages.forwarded",
            Reads::Typing => "messages.typing_ms",
            Reads::Via => "messages.via",
            Reads::Template => "messages.template_category",
            Reads::Known => "messages.recipient_knows_sender",
            Reads::Status => "messages.status",
            Reads::Inbound => "messages.sender",
            Reads::Registered => "accounts.registered_at",
            Reads::AccountKind => "accounts.kind",
            Reads::RecipientBlock => "accounts.number_block",
            Reads::NumberCountry => "accounts.number_country",
            Reads::AddressCountry => "registrations.ip_country",
            Reads::OwnBlock => "accounts.number_block",
            Reads::SignUps => "registrations.ts",
            Reads::Network => "registrations.network",
            Reads::Asn => "registrations.asn",
            Reads::Device => "registrations.device",
            Reads::Build => "registrations.client_build",
            Reads::Enforcement => "enforcement.kind",
            Reads::Contacts => "contacts.contact",
            Reads::GroupEvents => "group_events.kind",
            Reads::Feedback => "feedback.kind",
            Reads::Others => "messages.content",
            Reads::GroupSize => "groups.members",
            Reads::Talk => "messages.sender",
        }
    }
}

/// How well a definition or number is founded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Mark {
    /// Published: read in the cited source.
    #[serde(rename = "V")]
    Published,
    /// Quoted second-hand.
    #[serde(rename = "Q")]
    Quoted,
    /// Our own suggestion, to be calibrated.
    #[serde(rename = "S")]
    Ours,
    /// Our own measurement.
    #[serde(rename = "X")]
    Measured,
}

impl Mark {
    /// The mark as printed.
    pub fn letter(self) -> &'static str {
        match self {
            Mark::Published => "V",
            Mark::Quoted => "Q",
            Mark::Ours => "S",
            Mark::Measured => "X",
        }
    }
}

/// What leaves a value unchanged; tests move the input and hold the card to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Invariance {
    /// All times, the window included, move by the same whole number of hours.
    pub shift_hours: bool,
    /// Recipients get other tokens.
    pub relabel: bool,
}

/// A feature card: the one place where a feature is defined.
#[derive(Serialize)]
pub struct Feature {
    /// `family_noun_statistic_unit`, the column name in `features.parquet`.
    pub name: &'static str,
    /// The entry of the feature math contract it implements, if any.
    pub contract: Option<&'static str>,
    /// Its family file.
    pub family: Family,
    /// Its unit.
    pub unit: Unit,
    /// Smallest and largest possible value.
    pub range: (f64, f64),
    /// What it reads; nothing else moves it.
    pub reads: &'static [Reads],
    /// A second feature and the least value it must have before a rule may use this one.
    #[serde(serialize_with = "evidence_as_text")]
    pub evidence: Option<(&'static Feature, f64)>,
    /// Definition with formula.
    pub definition: &'static str,
    /// How to read it.
    pub reading: &'static str,
    /// Innocent accounts that look the same.
    pub look_alikes: &'static str,
    /// When it is absent.
    pub absent_when: &'static str,
    /// What it does not react to.
    pub invariant: Invariance,
    /// Where the method comes from, with its mark.
    pub source: (Mark, &'static str),
    /// The computation.
    #[serde(skip)]
    pub value: fn(&Facts) -> Value,
}

fn evidence_as_text<S: serde::Serializer>(
    evidence: &Option<(&'static Feature, f64)>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match evidence {
        Some((feature, least)) => serializer.serialize_some(&format!("{} >= {least}", feature.name)),
        None => serializer.serialize_none(),
    }
}

impl Feature {
    /// What most cards share: a count, always present, reading time and recipient, from the contract.
    pub const COUNT: Feature = Feature {
        name: "",
        contract: None,
        family: Family::Volume,
        unit: Unit::Count,
        range: (0.0, f64::INFINITY),
        reads: &[Reads::Ts, Reads::MsgId, Reads::Chat],
        evidence: None,
        definition: "",
        reading: "",
        look_alikes: "",
        absent_when: "never: 0 when there is nothing to count",
        invariant: Invariance { shift_hours: true, relabel: true },
        source: (Mark::Ours, "feature math contract"),
        value: |_| Err(Absent::NoEvidence),
    };

    /// A part of a whole.
    pub const SHARE: Feature = Feature {
        unit: Unit::Share,
        range: (0.0, 1.0),
        absent_when: "there is nothing to take a share of",
        ..Feature::COUNT
    };

    /// A length of time in seconds.
    pub const SECONDS: Feature =
        Feature { unit: Unit::Seconds, absent_when: "there is no such time", ..Feature::COUNT };
}

impl std::fmt::Debug for Feature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Feature {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// A count as a value.
#[expect(clippy::unnecessary_wraps, reason = "cards want a Value")]
pub fn count(n: usize) -> Value {
    Ok(n as f64)
}

/// Passes when nobody, or enough people, are behind a value; one or two must not be told.
pub fn enough(people: usize) -> Result<(), Absent> {
    if (1..LEAST_TOLD).contains(&people) { Err(Absent::Suppressed) } else { Ok(()) }
}

/// A share as a value; absent when there is nothing to take a share of.
pub fn share(part: usize, whole: usize) -> Value {
    if whole == 0 { Err(Absent::NoEvidence) } else { Ok(part as f64 / whole as f64) }
}
