//! The rows of a scenario, one type a table of the input contract, with the columns in the contract's order.
//! In: what actors do; out: cells as text, ready for a table file.
//! Refuses to know what any row means to a detector.

use super::message::Message;
use crate::domain::{AccountKind, FeedbackKind, GroupKind, Timestamp};

/// One row of a table: where it belongs, in what order, with which cells.
pub trait Row: Clone {
    /// Name of the table, which is also the stem of its file.
    const TABLE: &'static str;
    /// Columns in the order of the file.
    const COLUMNS: &'static [&'static str];
    /// How many leading columns are written even if every cell is empty.
    const REQUIRED: usize;
    /// What the rows are sorted by before their cells.
    fn at(&self) -> i64;
    /// The cells, empty for an absent value.
    fn cells(&self) -> Vec<String>;
}

pub(super) fn cell<T: ToString>(value: &Option<T>) -> String {
    value.as_ref().map(T::to_string).unwrap_or_default()
}

pub(super) fn time(ts: i64) -> String {
    Timestamp(ts).rfc3339()
}

macro_rules! table {
    ($(#[$doc:meta])* $name:ident in $table:literal by $at:expr, requires $required:literal {
        $($(#[$fdoc:meta])* $field:ident: $type:ty => $column:literal $text:expr),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name { $($(#[$fdoc])* pub $field: $type),+ }
        impl Row for $name {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$($column),+];
            const REQUIRED: usize = $required;
            fn at(&self) -> i64 {
                let at: fn(&Self) -> i64 = $at;
                at(self)
            }
            fn cells(&self) -> Vec<String> {
                vec![$({
                    let text: fn(&$type) -> String = $text;
                    text(&self.$field)
                }),+]
            }
        }
    };
}

table!(
    /// What is known about an account.
    Account in "accounts" by |_| 0, requires 1 {
        /// The account.
        account: String => "account" String::clone,
        /// When it was registered.
        registered_at: Option<i64> => "registered_at" |x| cell(&x.map(time)),
        /// Which product it uses.
        kind: Option<AccountKind> => "kind" |x| cell(&x.map(AccountKind::name)),
        /// Country of the number.
        number_country: Option<String> => "number_country" cell,
        /// Token of the 1,000-number block.
        number_block: Option<String> => "number_block" cell,
        /// Whether the business is verified.
        verified: Option<bool> => "verified" cell,
        /// People it may message outside a service window in 24 hours.
        tier_limit: Option<u64> => "tier_limit" cell,
        /// Offset of its local time.
        utc_offset_min: Option<i32> => "utc_offset_min" cell,
    }
);
table!(
    /// A sign-up.
    Registration in "registrations" by |x| x.ts, requires 2 {
        /// When.
        ts: i64 => "ts" |x| time(*x),
        /// The account.
        account: String => "account" String::clone,
        /// Country of the address.
        ip_country: Option<String> => "ip_country" cell,
        /// Token of the network.
        network: Option<String> => "network" cell,
        /// Token of the autonomous system.
        asn: Option<String> => "asn" cell,
        /// Token of the device.
        device: Option<String> => "device" cell,
        /// Build of the client.
        client_build: Option<String> => "client_build" cell,
    }
);
table!(
    /// Something done to a group.
    GroupEvent in "group_events" by |x| x.ts, requires 4 {
        /// When.
        ts: i64 => "ts" |x| time(*x),
        /// By whom.
        actor: String => "actor" String::clone,
        /// In which group.
        group: String => "group" String::clone,
        /// What.
        kind: GroupKind => "kind" |x| x.name().to_owned(),
        /// To whom.
        target: Option<String> => "target" cell,
    }
);
table!(
    /// What a person said about an account.
    Feedback in "feedback" by |x| x.ts, requires 4 {
        /// When.
        ts: i64 => "ts" |x| time(*x),
        /// By whom.
        reporter: String => "reporter" String::clone,
        /// About whom.
        reported: String => "reported" String::clone,
        /// What.
        kind: FeedbackKind => "kind" |x| x.name().to_owned(),
        /// Whether the reported account opened the chat.
        reported_initiated: Option<bool> => "reported_initiated" cell,
    }
);
table!(
    /// What the service did about an account.
    Enforcement in "enforcement" by |x| x.ts, requires 3 {
        /// When.
        ts: i64 => "ts" |x| time(*x),
        /// The account.
        account: String => "account" String::clone,
        /// What: ban, unban, appeal_granted or warning.
        kind: &'static str => "kind" |x| (*x).to_owned(),
        /// On what ground.
        source: &'static str => "source" |x| (*x).to_owned(),
    }
);
table!(
    /// An entry of an address book.
    Contact in "contacts" by |_| 0, requires 2 {
        /// Whose address book.
        account: String => "account" String::clone,
        /// Who is in it.
        contact: String => "contact" String::clone,
        /// Since when.
        since: Option<i64> => "since" |x| cell(&x.map(time)),
    }
);
table!(
    /// Automation allowed for a stated reason.
    Sanctioned in "sanctioned" by |x| x.starts_at, requires 4 {
        /// The account.
        account: String => "account" String::clone,
        /// Its class.
        class: &'static str => "class" |x| (*x).to_owned(),
        /// Why.
        reason: &'static str => "reason" |x| (*x).to_owned(),
        /// Who answers for it.
        owner: &'static str => "owner" |x| (*x).to_owned(),
        /// From when.
        starts_at: i64 => "starts_at" |x| time(*x),
        /// Until when.
        expires_at: i64 => "expires_at" |x| time(*x),
        /// Actions a day it declared.
        declared_per_day: Option<u32> => "declared_per_day" cell,
    }
);
table!(
    /// Who runs which number.
    Operator in "operators" by |_| 0, requires 2 {
        /// The operator.
        operator: String => "operator" String::clone,
        /// The account; empty when none is known.
        account: String => "account" String::clone,
        /// Since when.
        since: Option<i64> => "since" |x| cell(&x.map(time)),
        /// Who says so.
        source: Option<String> => "source" cell,
    }
);
table!(
    /// Evidence found outside the service.
    OffPlatform in "off_platform" by |x| x.ts, requires 4 {
        /// When it was found.
        ts: i64 => "ts" |x| time(*x),
        /// The account or business it is about.
        account: String => "account" String::clone,
        /// What it is.
        kind: &'static str => "kind" |x| (*x).to_owned(),
        /// Where it is on file.
        reference: &'static str => "reference" |x| (*x).to_owned(),
    }
);
table!(
    /// A group.
    Group in "groups" by |_| 0, requires 1 {
        /// The group.
        group: String => "group" String::clone,
        /// How many belong to it.
        members: u32 => "members" |x| x.to_string(),
        /// Whether only its administrators post.
        announcement_only: bool => "announcement_only" |x| x.to_string(),
    }
);
table!(
    /// The known answer for an account of a world.
    Label in "labels" by |_| 0, requires 2 {
        /// The account.
        account: String => "account" String::clone,
        /// `innocent`, `broadcast`, `accomplice` or `abuse`.
        label: &'static str => "label" |x| (*x).to_owned(),
        /// What it does.
        persona: &'static str => "persona" |x| (*x).to_owned(),
        /// When it first did what it is labeled for.
        first_abuse: Option<i64> => "first_abusive_at" |x| cell(&x.map(time)),
        /// When the answer is given.
        as_of: i64 => "as_of" |x| time(*x),
    }
);

/// All tables of a scenario; an empty one is not written.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// Messages.
    pub messages: Vec<Message>,
    /// Accounts.
    pub accounts: Vec<Account>,
    /// Sign-ups.
    pub registrations: Vec<Registration>,
    /// What was done to groups.
    pub group_events: Vec<GroupEvent>,
    /// Reports, blocks, requests to stop.
    pub feedback: Vec<Feedback>,
    /// Bans and their like.
    pub enforcement: Vec<Enforcement>,
    /// Address books.
    pub contacts: Vec<Contact>,
    /// Allowed automation.
    pub sanctioned: Vec<Sanctioned>,
    /// Who runs which number.
    pub operators: Vec<Operator>,
    /// Evidence from outside.
    pub off_platform: Vec<OffPlatform>,
    /// Groups; in worlds only.
    pub groups: Vec<Group>,
    /// Known answers; in worlds only.
    pub labels: Vec<Label>,
}
