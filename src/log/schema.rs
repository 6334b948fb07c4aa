//! The input contract as cards: every table, every column, its type, its meaning and who needs it.
//! In: nothing; out: the one list that errors, `inspect`, help and the data dictionary are printed from.
//! Reads no file: how a foreign log is fitted to these names is said by a mapping.

use crate::domain::{
    AccountKind, AgreementFamily, Chat, FeedbackKind, GroupKind, MessageKind, Status, TemplateCategory, Via,
    Word,
};
use crate::log::{EnforcementKind, LogError};
use crate::table_io::{Mapping, TableError};
use AgreementFamily::{Contact, Content, Coordination, Feedback, Groups, Rate, Reach, Registration, Timing};
use std::path::Path;

/// A table of the input contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableKind {
    /// One row per user action and recipient.
    Messages,
    /// One row per account.
    Accounts,
    /// One row per registration.
    Registrations,
    /// One row per change in a group.
    GroupEvents,
    /// One row per report, block or opt-out.
    Feedback,
    /// One row per action taken on an account.
    Enforcement,
    /// One row per piece of evidence from outside the service.
    OffPlatform,
    /// One row per allowed automation.
    Sanctioned,
    /// One row per known outcome.
    Labels,
    /// One row per address book entry.
    Contacts,
    /// One row per group.
    Groups,
    /// One row per number that an operator runs.
    Operators,
}

impl Word for TableKind {
    const ALL: &'static [(&'static str, Self)] = &[
        ("messages", Self::Messages),
        ("accounts", Self::Accounts),
        ("registrations", Self::Registrations),
        ("group_events", Self::GroupEvents),
        ("feedback", Self::Feedback),
        ("enforcement", Self::Enforcement),
        ("off_platform", Self::OffPlatform),
        ("sanctioned", Self::Sanctioned),
        ("labels", Self::Labels),
        ("contacts", Self::Contacts),
        ("groups", Self::Groups),
        ("operators", Self::Operators),
    ];
}

impl TableKind {
    /// The table's name.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].0
    }

    /// The table's columns, in the order in which a row is checked.
    pub fn columns(self) -> &'static [ColumnCard] {
        match self {
            Self::Messages => MESSAGES,
            Self::Accounts => ACCOUNTS,
            Self::Registrations => REGISTRATIONS,
            Self::GroupEvents => GROUP_EVENTS,
            Self::Feedback => FEEDBACK,
            Self::Enforcement => ENFORCEMENT,
            Self::OffPlatform => OFF_PLATFORM,
            Self::Sanctioned => SANCTIONED,
            Self::Labels => LABELS,
            Self::Contacts => CONTACTS,
            Self::Groups => GROUPS,
            Self::Operators => OPERATORS,
        }
    }

    /// The position of a column among the table's cards.
    pub fn position(self, column: &str) -> Option<usize> {
        self.columns().iter().position(|card| card.name == column)
    }
}

/// Parses a mapping and checks it against the input contract.
pub fn parse_mapping(name: &str, text: &str) -> Result<Mapping, LogError> {
    let vocabulary: Vec<(&str, Vec<(&str, bool)>)> = TableKind::ALL
        .iter()
        .map(|(table, kind)| {
            let columns = kind.columns().iter().map(|c| (c.name, matches!(c.ty, ColumnType::Time))).collect();
            (*table, columns)
        })
        .collect();
    Ok(Mapping::parse(name, text, &vocabulary)?)
}

/// Reads a mapping file.
pub fn load_mapping(path: &Path) -> Result<Mapping, LogError> {
    let shown = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|e| TableError::io(&shown, e))?;
    let text = String::from_utf8(bytes).map_err(|_| TableError::BadMapping {
        mapping: shown.clone(),
        problem: "it is not UTF-8 text".to_owned(),
    })?;
    parse_mapping(&shown, &text)
}

/// What a column may hold.
#[derive(Debug, Clone, Copy)]
pub enum ColumnType {
    /// A moment, UTC.
    Time,
    /// The identifier of an account, a person or a group: text or integer.
    Token,
    /// An identifier that is only ever compared: text or integer.
    Key,
    /// One of a closed list of words.
    Word(fn() -> Vec<&'static str>),
    /// A non-negative integer.
    Count,
    /// A finite number.
    Number,
    /// Yes or no.
    Flag,
    /// Yes, no or how many times.
    FlagOrCount,
    /// Yes, no or a token that means yes.
    FlagOrToken,
    /// Words for people, passed on as they are.
    Note,
    /// What a message said: fingerprinted and dropped.
    MessageText,
}

impl ColumnType {
    /// The type in words.
    pub fn describe(&self) -> String {
        match self {
            Self::Time => "time (UTC; epoch units by mapping)".to_owned(),
            Self::Token => "token (text or integer)".to_owned(),
            Self::Key => "key (text or integer, only compared)".to_owned(),
            Self::Word(names) => format!("one of {}", names().join(", ")),
            Self::Count => "non-negative integer".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::FlagOrCount => "true, false or a count".to_owned(),
            Self::FlagOrToken => "true, false or a token".to_owned(),
            Self::Note => "text".to_owned(),
            Self::MessageText => "text (fingerprinted and dropped)".to_owned(),
        }
    }
}

/// One column of the input contract.
#[derive(Debug, Clone, Copy)]
pub struct ColumnCard {
    /// Its name.
    pub name: &'static str,
    /// What it may hold.
    pub ty: ColumnType,
    /// Whether a row without it is refused.
    pub required: bool,
    /// What it means.
    pub meaning: &'static str,
    /// The families whose features need it; empty when it only explains or binds.
    pub families: &'static [AgreementFamily],
}

const fn column(
    name: &'static str,
    ty: ColumnType,
    required: bool,
    families: &'static [AgreementFamily],
    meaning: &'static str,
) -> ColumnCard {
    ColumnCard { name, ty, required, meaning, families }
}

use ColumnType::{Count, Flag, FlagOrCount, FlagOrToken, Key, MessageText, Note, Number, Time, Token};

const MESSAGES: &[ColumnCard] = &[
    column("ts", Time, true, &[Rate, Reach, Timing, Contact], "when the server received the action"),
    column("sender", Token, true, &[Rate, Reach, Timing, Contact], "who sent it"),
    column(
        "recipient",
        Token,
        true,
        &[Reach, Contact],
        "a person for chat direct and list (one row each), else the group's token",
    ),
    column(
        "msg_id",
        Key,
        false,
        &[],
        "with sender and recipient the de-duplication key; binds the rows of one list send",
    ),
    column(
        "chat",
        ColumnType::Word(Chat::names),
        false,
        &[Reach, Groups],
        "where it went; direct when absent",
    ),
    column("kind", ColumnType::Word(MessageKind::names), false, &[Content], "what kind of message it is"),
    column("size", Count, false, &[Content], "bytes, exact or bucketed"),
    column("content", Key, false, &[Content, Coordination], "exact content fingerprint or media hash"),
    column(
        "text",
        MessageText,
        false,
        &[Content, Coordination],
        "what it said, only where lawful; fingerprinted and dropped",
    ),
    column("link", FlagOrToken, false, &[Content], "whether it carried a link, or the domain's token"),
    column("forwarded", FlagOrCount, false, &[Content], "whether or how often it was forwarded before"),
    column("typing_ms", Count, false, &[Timing], "how long the typing indicator showed before; 0 = never"),
    column(
        "via",
        ColumnType::Word(Via::names),
        false,
        &[Timing],
        "through what it was sent, as the platform recorded it; a client must not be able to choose it: who sends through the business API only is judged as on it where the account's kind is unknown",
    ),
    column("network", Key, false, &[], "network active at the time of sending; not read, no card needs it"),
    column(
        "template_category",
        ColumnType::Word(TemplateCategory::names),
        false,
        &[Content],
        "category of a business template",
    ),
    column("recipient_knows_sender", Flag, false, &[Contact], "recipient has the sender in contacts"),
    column("status", ColumnType::Word(Status::names), false, &[Contact], "how far it got"),
    column(
        "sketch",
        Key,
        false,
        &[Content, Coordination],
        "64-bit similarity sketch (simhash) of the content from the platform; counts beside a content",
    ),
    column("list_id", Key, false, &[], "the broadcast list; not read, msg_id binds a list send"),
    column("client_ts", Time, false, &[], "when the client says it was sent; never used"),
];

const ACCOUNTS: &[ColumnCard] = &[
    column("account", Token, true, &[], "the account"),
    column("registered_at", Time, false, &[Registration], "when it was registered"),
    column("kind", ColumnType::Word(AccountKind::names), false, &[], "which product it uses"),
    column("number_country", Note, false, &[Registration], "country of the number"),
    column("number_block", Key, false, &[Registration], "token of the 1,000-number block"),
    column("verified", Flag, false, &[], "whether the business is verified"),
    column("tier_limit", Count, false, &[], "people it may message outside a service window in 24 h"),
    column("utc_offset_min", Number, false, &[Timing], "offset of its local time in minutes"),
];

const REGISTRATIONS: &[ColumnCard] = &[
    column("ts", Time, true, &[Registration, Feedback], "when"),
    column("account", Token, true, &[Registration, Feedback], "the account"),
    column("ip_country", Note, false, &[Registration], "country of the address it came from"),
    column("network", Key, false, &[Registration, Coordination, Feedback], "the network it came from"),
    column("asn", Key, false, &[Registration], "the autonomous system it came from"),
    column("device", Key, false, &[Registration, Coordination, Feedback], "the device"),
    column("client_build", Key, false, &[Registration, Feedback], "the client's build"),
];

const GROUP_EVENTS: &[ColumnCard] = &[
    column("ts", Time, true, &[Groups, Feedback], "when"),
    column("actor", Token, true, &[Groups, Feedback], "who acted"),
    column("group", Token, true, &[Groups, Feedback], "in which group"),
    column("kind", ColumnType::Word(GroupKind::names), true, &[Groups, Feedback], "what happened"),
    column("target", Token, false, &[Groups, Feedback], "to whom, if to anyone"),
];

const FEEDBACK: &[ColumnCard] = &[
    column("ts", Time, true, &[Feedback], "when"),
    column("reporter", Token, true, &[Feedback], "by whom"),
    column("reported", Token, true, &[Feedback], "about whom"),
    column("kind", ColumnType::Word(FeedbackKind::names), true, &[Feedback], "what was said"),
    column("reported_initiated", Flag, false, &[Feedback], "whether the reported account opened the chat"),
];

const ENFORCEMENT: &[ColumnCard] = &[
    column("ts", Time, true, &[Registration], "when"),
    column("account", Token, true, &[Registration], "the account"),
    column("kind", ColumnType::Word(EnforcementKind::names), true, &[Registration], "what was done"),
    column("source", Note, false, &[], "by whom or by what"),
];

const OFF_PLATFORM: &[ColumnCard] = &[
    column("ts", Time, true, &[], "when"),
    column("account", Token, true, &[], "the account or the business"),
    column("kind", Note, true, &[], "public claim, service offer, court finding ..."),
    column("reference", Note, true, &[], "where it is on file"),
];

const SANCTIONED: &[ColumnCard] = &[
    column("account", Token, true, &[], "the account"),
    column("class", Note, true, &[], "such as support or alerts"),
    column("reason", Note, true, &[], "why it is allowed"),
    column("owner", Note, true, &[], "who answers for it"),
    column("starts_at", Time, true, &[], "from when"),
    column("expires_at", Time, true, &[], "until when, exclusive"),
    column("declared_per_day", Number, false, &[], "actions a day it declared"),
];

const LABELS: &[ColumnCard] = &[
    column("account", Token, true, &[], "the account"),
    column("label", Note, true, &[], "any word; a mapping says which are positive"),
    column("as_of", Time, false, &[], "when it was given"),
    column("source", Note, false, &[], "by whom"),
    column("confidence", Number, false, &[], "how sure"),
];

const CONTACTS: &[ColumnCard] = &[
    column("account", Token, true, &[Contact], "whose address book"),
    column("contact", Token, true, &[Contact], "who is in it"),
    column("since", Time, false, &[], "since when"),
];

const GROUPS: &[ColumnCard] = &[
    column("group", Token, true, &[Groups, Feedback], "the group"),
    column("members", Count, false, &[Groups, Feedback], "how many members"),
    column("announcement_only", Flag, false, &[Groups], "whether only administrators may post"),
];

const OPERATORS: &[ColumnCard] = &[
    column("operator", Token, true, &[], "the operator, as off_platform names it"),
    column("account", Token, false, &[], "a number it runs; may be absent"),
    column("since", Time, false, &[], "since when"),
    column("source", Note, false, &[], "who says so"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_a_required_column_and_no_name_twice() {
        for (name, table) in TableKind::ALL {
            assert_eq!(table.name(), *name);
            let cards = table.columns();
            assert!(cards.iter().any(|c| c.required), "{name}");
            for (i, card) in cards.iter().enumerate() {
                assert_eq!(table.position(card.name), Some(i), "{name}.{}", card.name);
                assert!(!card.meaning.is_empty());
            }
        }
    }
}
