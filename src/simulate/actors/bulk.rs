//! Bulk senders: the burst right after sign-up and the run to strangers, alone, padded or one shard of many.
//! In: the shape of the run; out: its messages, the few replies, the reports, blocks and requests to stop.
//! Refuses to know which of the numbers a detector looks at.

use super::human::{FRIENDS, converse, is_asked, moment, names, reply};
use crate::domain::{AccountKind, Chat, DAY_US, FeedbackKind, HOUR_US, MINUTE_US, SECOND_US, Status, Via};
use crate::simulate::message::Message;
use crate::simulate::stage::{Actor, Place, Stage};
use crate::simulate::stream::token;

/// Evenly spaced sends some time after sign-up.
#[derive(Debug, Clone, Copy)]
pub struct Burst {
    /// How many messages.
    pub messages: u32,
    /// From the first to the last, microseconds.
    pub span: i64,
    /// From sign-up to the first, microseconds.
    pub age: i64,
    /// What the log says of their outcome.
    pub status: Status,
    /// Whether all carry the same message id.
    pub one_id: bool,
}

/// The paper's burst: 100 messages in 15 seconds, five minutes after sign-up.
pub const PAPER_BURST: Burst = Burst {
    messages: 100,
    span: 15 * SECOND_US,
    age: 300 * SECOND_US,
    status: Status::Delivered,
    one_id: false,
};

/// A burst by an account of some kind that registers at `at`.
pub fn burst(stage: &mut Stage, name: &str, at: i64, kind: AccountKind, shape: &Burst) {
    let mut actor = stage.actor(name);
    actor.registers(at, kind, &Place::home(name));
    send_burst(&mut actor, at + shape.age, kind, shape);
}

/// A burst by an account that was registered long before and registers again a day after the burst.
pub fn burst_before_second_signup(stage: &mut Stage, name: &str, first: i64, again: i64, shape: &Burst) {
    let mut actor = stage.actor(name);
    actor.registers(first, AccountKind::Consumer, &Place::home(name));
    send_burst(&mut actor, again - DAY_US, AccountKind::Consumer, shape);
    actor.registers_again(again, &Place::home(name));
}

fn send_burst(actor: &mut Actor<'_>, start: i64, kind: AccountKind, shape: &Burst) {
    let me = actor.name.clone();
    let content = token(&format!("pitch of {me}"));
    let via = if kind == AccountKind::BusinessApi { Via::Api } else { Via::Phone };
    let steps = i64::from(shape.messages.saturating_sub(1)).max(1);
    for index in 0..shape.messages {
        let ts = start + shape.span * i64::from(index) / steps / 1_000 * 1_000;
        let mut message = Message::direct(ts, &me, &format!("target_{index}_of_{me}"))
            .body(212, &content)
            .typing(0)
            .known(false)
            .link(true)
            .status(shape.status)
            .via(via);
        if shape.one_id {
            message.msg_id = format!("{me}.same");
        }
        actor.send(message);
    }
}

/// A run to strangers over some days.
#[derive(Debug, Clone)]
pub struct Run {
    /// The account.
    pub name: String,
    /// Whose draws it uses; twins share them.
    pub stream: String,
    /// When it registers.
    pub registered: i64,
    /// Where.
    pub place: Place,
    /// Days of sending, from the day after sign-up.
    pub days: u32,
    /// Sends a day, each to somebody new.
    pub per_day: u32,
    /// Median gap in seconds and its spread.
    pub gap: (f64, f64),
    /// Label of the contents; shards share it.
    pub campaign: String,
    /// How many wordings.
    pub wordings: u32,
    /// Share of targets that reply, report after the first message, block, and do not exist.
    pub outcome: Outcome,
    /// Network it sends from, if the platform notes it.
    pub network: Option<String>,
    /// Number block of most targets, if they were counted up.
    pub target_block: Option<String>,
}

/// Shares of what happens to a send.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// Replies.
    pub replies: f64,
    /// Reports.
    pub reports: f64,
    /// Blocks.
    pub blocks: f64,
    /// Never delivered.
    pub dead: f64,
}

/// What strangers do with what they did not ask for.
pub const UNWELCOME: Outcome = Outcome { replies: 0.015, reports: 0.02, blocks: 0.05, dead: 0.08 };

impl Run {
    /// A plain run of four days to 280 strangers a day by a fresh account.
    pub fn plain(name: &str, registered: i64) -> Self {
        Self {
            name: name.to_owned(),
            stream: name.to_owned(),
            registered,
            place: Place::home(name),
            days: 4,
            per_day: 280,
            gap: (9.0, 0.25),
            campaign: name.to_owned(),
            wordings: 2,
            outcome: UNWELCOME,
            network: None,
            target_block: None,
        }
    }
}

/// Acts a run out.
pub fn run(stage: &mut Stage, shape: &Run) {
    let mut actor = stage.actor_with(&shape.name, &shape.stream);
    actor.registers(shape.registered, AccountKind::Consumer, &shape.place);
    let first_day = shape.registered - shape.registered.rem_euclid(DAY_US) + DAY_US;
    let mut target = 0;
    for day in 0..i64::from(shape.days) {
        let mut ts = first_day + day * DAY_US + 9 * HOUR_US + actor.stream.between(0, 20) * MINUTE_US;
        for _ in 0..shape.per_day {
            one_pitch(&mut actor, shape, ts, target);
            ts += actor.stream.gap(shape.gap.0, shape.gap.1);
            target += 1;
        }
    }
}

fn one_pitch(actor: &mut Actor<'_>, shape: &Run, ts: i64, target: u32) {
    let me = actor.name.clone();
    let peer = format!("target_{target}_of_{me}");
    let wording = actor.stream.below(u64::from(shape.wordings));
    let dead = actor.stream.chance(shape.outcome.dead);
    let mut message = Message::direct(ts, &me, &peer)
        .body(180 + 4 * wording as u32, &token(&format!("{} wording {wording}", shape.campaign)))
        .typing(0)
        .known(false)
        .link(true)
        .status(if dead { Status::Sent } else { Status::Delivered });
    message.network = shape.network.as_deref().map(token);
    actor.send(message);
    if let Some(block) = &shape.target_block
        && actor.stream.chance(0.85)
    {
        actor.number_of(&peer, block);
    }
    if dead {
        return;
    }
    let later = actor.stream.within_minutes(ts + MINUTE_US, 600);
    if actor.stream.chance(shape.outcome.replies) {
        reply(actor, &peer, ts, 40.0, false);
    } else if actor.stream.chance(shape.outcome.reports) {
        actor.feedback(later, &peer, FeedbackKind::Report, true);
    } else if actor.stream.chance(shape.outcome.blocks) {
        actor.feedback(later, &peer, FeedbackKind::Block, true);
    }
}

/// Chatter with accomplices that is to make a run look like a life: both ways, all hours, all known.
pub fn chatter(stage: &mut Stage, name: &str, accomplices: u32, first_day: i64, days: i64) {
    let mut actor = stage.actor_with(name, &format!("{name}_chatter"));
    for day in 0..days {
        for peer in names(&format!("{name}_friend"), accomplices) {
            let start = moment(&mut actor.stream, first_day + day * DAY_US, 0);
            let turns = 2 + actor.stream.poisson(3.0);
            if actor.stream.chance(0.5) {
                converse(&mut actor, &peer, start, turns, FRIENDS);
            } else {
                is_asked(&mut actor, &peer, start, turns, FRIENDS);
            }
        }
    }
}

/// A client that does what the app cannot: a list of 400, one item forwarded into 14 chats at once, several times.
pub fn modified_client(stage: &mut Stage, name: &str, first_day: i64) {
    let mut actor = stage.actor(name);
    actor.is_old();
    let audience = names(&format!("{name}_target"), 400);
    for day in 0..4 {
        let start = first_day + day * DAY_US + 15 * HOUR_US;
        let pitch = token(&format!("pitch {day} of {name}"));
        let list = Message::direct(start, name, "").body(301, &pitch).typing(0).status(Status::Delivered);
        actor.send_list(&list, &audience, |index| index % 5 == 0);
        let item = token(&format!("item {day} of {name}"));
        for chat in 0..14 {
            let ts = start + HOUR_US + chat * 200_000;
            let forward = Message::direct(ts, name, &format!("{name}_group_{chat}"))
                .body(48_000, &item)
                .forwarded(5)
                .into_chat(Chat::Group);
            actor.send(forward);
        }
    }
}
