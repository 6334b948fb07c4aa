//! The stage on which actors act: the span of the log, the tables they fill, and each actor's own stream.
//! In: what an actor does; out: rows inside the span, with message ids.
//! Refuses rows outside the span: an event at or after the end does not exist.

use super::cast::Cast;
use super::message::Message;
use super::stream::{Stream, token};
use super::tables::{
    Account, Contact, Enforcement, Feedback, Group, GroupEvent, Label, OffPlatform, Operator, Registration,
    Sanctioned, Tables,
};
use crate::domain::{AccountKind, Chat, DAY_US, FeedbackKind, GroupKind};
use std::collections::{BTreeMap, HashSet};

/// The span of a log and the tables being filled.
#[derive(Debug)]
pub struct Stage {
    seed: u64,
    log_start: i64,
    from: i64,
    to: i64,
    kept_from: i64,
    cast: Option<Cast>,
    first_abuse: BTreeMap<String, i64>,
    tables: Tables,
}

/// Where a sign-up came from.
#[derive(Debug, Clone)]
pub struct Place {
    /// Country of the number.
    pub number_country: String,
    /// Country of the address.
    pub ip_country: String,
    /// Label of the 1,000-number block.
    pub block: String,
    /// Label of the network.
    pub network: String,
    /// Label of the device.
    pub device: String,
    /// Client build.
    pub build: String,
}

impl Place {
    /// An ordinary private sign-up: own block, network and device.
    pub fn home(name: &str) -> Self {
        Self {
            number_country: "DE".to_owned(),
            ip_country: "DE".to_owned(),
            block: format!("block of {name}"),
            network: format!("home of {name}"),
            device: format!("phone of {name}"),
            build: "2.22.9".to_owned(),
        }
    }
}

impl Stage {
    /// A stage of `days` days before the midnight `to`; sends count in the last 30.
    pub fn new(seed: u64, to: i64, days: i64) -> Self {
        let log_start = to - days * DAY_US;
        let from = log_start.max(to - 30 * DAY_US);
        let (cast, first_abuse, tables) = (None, BTreeMap::new(), Tables::default());
        Self { seed, log_start, from, to, kept_from: log_start, cast, first_abuse, tables }
    }

    /// The same stage inside a world: people around the actor are the world's, and rows before `kept_from` are not kept.
    pub fn in_world(mut self, kept_from: i64, cast: Cast) -> Self {
        self.kept_from = kept_from;
        self.cast = Some(cast);
        self
    }

    /// When an account first did something abusive that is kept.
    pub fn first_abuse(&self, account: &str) -> Option<i64> {
        self.first_abuse.get(account).copied()
    }

    /// The filled tables.
    pub fn tables_mut(&mut self) -> &mut Tables {
        &mut self.tables
    }

    /// Who is meant by a name.
    pub fn who(&mut self, name: &str) -> String {
        match &mut self.cast {
            Some(cast) => cast.who(name),
            None => name.to_owned(),
        }
    }

    /// The seed of all streams.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// First moment of the log.
    pub fn log_start(&self) -> i64 {
        self.log_start
    }

    /// Start of the window.
    pub fn from(&self) -> i64 {
        self.from
    }

    /// End of the window and of the log.
    pub fn to(&self) -> i64 {
        self.to
    }

    /// Midnight of the day that lies `n` days before the end.
    pub fn days_before_end(&self, n: i64) -> i64 {
        self.to - n * DAY_US
    }

    /// The actor of that name with its own stream.
    pub fn actor(&mut self, name: &str) -> Actor<'_> {
        self.actor_with(name, name)
    }

    /// An actor whose chances are those of another name: twins act alike.
    pub fn actor_with(&mut self, name: &str, stream: &str) -> Actor<'_> {
        let label = stream.to_owned();
        Actor { name: name.to_owned(), stream: Stream::new(self.seed, stream), label, stage: self, ids: 0 }
    }

    /// The filled tables.
    pub fn into_tables(self) -> Tables {
        self.tables
    }

    /// Where a place is in the world, if there is one.
    fn housed(&self, place: &Place) -> Place {
        self.cast.as_ref().map_or_else(|| place.clone(), |cast| cast.home(place))
    }

    fn holds(&self, ts: i64) -> bool {
        self.kept_from <= ts && ts < self.to
    }
}

/// One actor: a name, a stream, and what it writes on the stage.
#[derive(Debug)]
pub struct Actor<'a> {
    /// Its account.
    pub name: String,
    /// Its draws.
    pub stream: Stream,
    label: String,
    stage: &'a mut Stage,
    ids: u32,
}

impl Actor<'_> {
    /// The stage's seed.
    pub fn seed(&self) -> u64 {
        self.stage.seed
    }

    /// The stage's end.
    pub fn end(&self) -> i64 {
        self.stage.to
    }

    /// First moment of which rows are kept.
    pub fn kept_from(&self) -> i64 {
        self.stage.kept_from
    }

    /// Who is meant by a name.
    pub fn who(&mut self, name: &str) -> String {
        self.stage.who(name)
    }

    fn next_id(&mut self) -> String {
        self.ids += 1;
        format!("{}.{}", self.label, self.ids)
    }

    /// Puts a message into the log under an id of its own; outside the span it is not kept.
    pub fn send(&mut self, mut message: Message) {
        if message.msg_id.is_empty() {
            message.msg_id = self.next_id();
        }
        if self.stage.holds(message.ts) {
            if let Some(cast) = &mut self.stage.cast {
                message.sender = cast.who(&message.sender);
                if matches!(message.chat, Chat::Direct | Chat::List) {
                    message.recipient = cast.who(&message.recipient);
                }
            }
            // Whoever is drawn at random may be the actor: nobody writes to oneself.
            if message.sender == message.recipient {
                return;
            }
            self.stage.tables.messages.push(message);
        }
    }

    /// One broadcast-list send: a row a recipient, one id.
    pub fn send_list(&mut self, message: &Message, recipients: &[String], knows: impl Fn(usize) -> bool) {
        let id = self.next_id();
        // The same people again are the same list, in whatever order they come.
        let mut people: Vec<&str> = recipients.iter().map(String::as_str).collect();
        people.sort_unstable();
        let list = token(&format!("list of {}: {}", self.name, people.join(" ")));
        // In a small world two names may be one person, who is on a list once.
        let mut on_it = HashSet::new();
        for (index, recipient) in recipients.iter().enumerate() {
            if !on_it.insert(self.who(recipient)) {
                continue;
            }
            let mut copy = message.clone().into_chat(Chat::List).known(knows(index));
            copy.recipient.clone_from(recipient);
            copy.msg_id.clone_from(&id);
            copy.list = Some(list.clone());
            self.send(copy);
        }
    }

    /// Writes the account down as registered at `at`, with its sign-up if that lies in the log.
    pub fn registers(&mut self, at: i64, kind: AccountKind, place: &Place) {
        let place = &self.stage.housed(place);
        let account = Account {
            account: self.name.clone(),
            registered_at: Some(at),
            kind: Some(kind),
            number_country: Some(place.number_country.clone()),
            number_block: Some(token(&place.block)),
            verified: None,
            tier_limit: None,
            utc_offset_min: Some(120),
        };
        self.stage.tables.accounts.push(account);
        self.registers_again(at, place);
    }

    /// A later sign-up of the same account, or the first one's row.
    pub fn registers_again(&mut self, at: i64, place: &Place) {
        if !self.stage.holds(at) {
            return;
        }
        let place = self.stage.housed(place);
        self.stage.tables.registrations.push(Registration {
            ts: at,
            account: self.name.clone(),
            ip_country: Some(place.ip_country.clone()),
            network: Some(token(&place.network)),
            asn: Some(token(&format!("operator of {}", place.ip_country))),
            device: Some(token(&place.device)),
            client_build: Some(place.build.clone()),
        });
    }

    /// Writes an old private account down, registered years before the log.
    pub fn is_old(&mut self) {
        let days = self.stream.between(200, 2400);
        let at = self.stage.log_start - days * DAY_US;
        self.registers(at, AccountKind::Consumer, &Place::home(&self.name.clone()));
    }

    /// Writes an old business account down.
    pub fn is_business(&mut self, kind: AccountKind, verified: bool, tier: Option<u64>) {
        let at = self.stage.log_start - 400 * DAY_US;
        self.registers(at, kind, &Place::home(&self.name.clone()));
        if let Some(account) = self.stage.tables.accounts.last_mut() {
            account.verified = Some(verified);
            account.tier_limit = tier;
        }
    }

    /// Notes the number block of somebody else.
    pub fn number_of(&mut self, account: &str, block: &str) {
        if self.who(account) != account {
            return;
        }
        self.stage.tables.accounts.push(Account {
            account: account.to_owned(),
            registered_at: None,
            kind: None,
            number_country: Some("DE".to_owned()),
            number_block: Some(token(block)),
            verified: None,
            tier_limit: None,
            utc_offset_min: None,
        });
    }

    /// Does something to a group.
    pub fn group(&mut self, ts: i64, group: &str, kind: GroupKind, target: Option<&str>) {
        let actor = self.name.clone();
        self.group_by(ts, &actor, group, kind, target);
    }

    /// Somebody else does something to a group.
    pub fn group_by(&mut self, ts: i64, actor: &str, group: &str, kind: GroupKind, target: Option<&str>) {
        if self.stage.holds(ts) {
            let (actor, target) = (self.who(actor), target.map(|name| self.who(name)));
            if target.as_ref() == Some(&actor) {
                return;
            }
            let group = group.to_owned();
            self.stage.tables.group_events.push(GroupEvent { ts, actor, group, kind, target });
        }
    }

    /// Somebody says something about this actor.
    pub fn feedback(&mut self, ts: i64, reporter: &str, kind: FeedbackKind, initiated: bool) {
        if self.stage.holds(ts) {
            let reporter = self.who(reporter);
            if reporter == self.name {
                return;
            }
            self.stage.tables.feedback.push(Feedback {
                ts,
                reporter,
                reported: self.name.clone(),
                kind,
                reported_initiated: Some(initiated),
            });
        }
    }

    /// The service bans this actor.
    pub fn is_banned(&mut self, ts: i64) {
        self.stage.tables.enforcement.push(Enforcement {
            ts,
            account: self.name.clone(),
            kind: "ban",
            source: "bulk messaging",
        });
    }

    /// `account` has `contact` in its address book since before the log.
    pub fn has_contact(&mut self, account: &str, contact: &str) {
        let since = Some(self.stage.log_start - 100 * DAY_US);
        let (account, contact) = (self.who(account), self.who(contact));
        self.stage.tables.contacts.push(Contact { account, contact, since });
    }

    /// This actor's automation is allowed.
    pub fn is_sanctioned(&mut self, class: &'static str, starts_at: i64, expires_at: i64, per_day: u32) {
        self.stage.tables.sanctioned.push(Sanctioned {
            account: self.name.clone(),
            class,
            reason: "agreed notification service with opt-in records on file",
            owner: "partner desk",
            starts_at,
            expires_at,
            declared_per_day: Some(per_day),
        });
    }

    /// What this actor does at that moment is abusive.
    pub fn abuses(&mut self, ts: i64) {
        if self.stage.holds(ts) {
            let first = self.stage.first_abuse.entry(self.name.clone()).or_insert(ts);
            *first = ts.min(*first);
        }
    }

    /// What is known of this account in a world; `first_abuse` is when it first did what it is labeled for.
    pub fn is_labeled(&mut self, label: &'static str, persona: &'static str, first_abuse: Option<i64>) {
        let label = Label { account: self.name.clone(), label, persona, first_abuse, as_of: self.stage.to };
        self.stage.tables.labels.push(label);
    }

    /// A group of that many members exists.
    pub fn group_has(&mut self, group: &str, members: u32) {
        let group = Group { group: group.to_owned(), members, announcement_only: false };
        self.stage.tables.groups.push(group);
    }

    /// `operator` runs this account.
    pub fn is_run_by(&mut self, operator: &str) {
        self.stage.tables.operators.push(Operator {
            operator: operator.to_owned(),
            account: self.name.clone(),
            since: Some(self.stage.log_start),
            source: Some("invoice on file".to_owned()),
        });
    }

    /// Evidence from outside about an account or business.
    pub fn outside_evidence(&mut self, ts: i64, about: &str, kind: &'static str, reference: &'static str) {
        self.stage.tables.off_platform.push(OffPlatform { ts, account: about.to_owned(), kind, reference });
    }
}
