//! Private people whose conduct looks bad in one respect: many strangers, one text to many, no typing, high rates.
//! In: a stage, a name and the day it happens; out: their rows, with the answers that make the difference.
//! Refuses abusers: everyone here must stay unflagged.

use super::human::{
    Acquaintance, FRIENDS, Habit, converse, habit_of, is_asked, minutes, moment, names, office_moment,
    private_life, reply, written,
};
use crate::domain::{AccountKind, Chat, DAY_US, GroupKind, HOUR_US, MessageKind, SECOND_US, Status, Via};
use crate::simulate::message::Message;
use crate::simulate::stage::{Place, Stage};
use crate::simulate::stream::token;

/// An ordinary private account.
pub fn ordinary(stage: &mut Stage, name: &str) {
    let first_day = stage.log_start();
    let mut actor = stage.actor(name);
    actor.is_old();
    private_life(&mut actor, 14, 2.0, first_day);
}

/// Somebody who hardly writes: two messages in all.
pub fn quiet(stage: &mut Stage, name: &str) {
    let day = stage.days_before_end(12);
    let mut actor = stage.actor(name);
    actor.is_old();
    let habit = habit_of(&mut actor, name);
    for n in 0..2 {
        let ts = moment(&mut actor.stream, day + n * DAY_US, 0);
        let message = written(&mut actor.stream, &habit, ts, name, &format!("{name}_friend")).known(true);
        actor.send(message);
    }
}

/// Tells some people the new number from a fresh account; the old account had talked with them until then.
pub fn number_change(stage: &mut Stage, old: &str, new: &str, day: i64, people: u32) {
    let people = names(&format!("{old}_friend"), people);
    let log_start = stage.log_start();
    let mut before = stage.actor(old);
    before.is_old();
    for (index, friend) in people.iter().enumerate() {
        before.has_contact(old, friend);
        before.has_contact(friend, old);
        for _ in 0..1 + index % 3 {
            let span = (day - log_start) / DAY_US;
            let at_day = log_start + before.stream.between(0, span) * DAY_US;
            let start = moment(&mut before.stream, at_day, 0);
            converse(&mut before, friend, start, 4, FRIENDS);
        }
    }
    let mut after = stage.actor(new);
    let at = day + 10 * HOUR_US;
    after.registers(at, AccountKind::Consumer, &Place::home(new));
    let notice = token(&format!("new number of {old}"));
    let mut ts = at + minutes(25);
    for (index, friend) in people.iter().enumerate() {
        after.has_contact(new, friend);
        let message = Message::direct(ts, new, friend).body(96, &notice).typing(0).known(index % 12 == 0);
        after.send(message);
        if after.stream.chance(0.85) {
            let answered = reply(&mut after, friend, ts, 25.0, true);
            if after.stream.chance(0.6) {
                converse(&mut after, friend, answered + minutes(2), 3, FRIENDS);
            }
        }
        ts += after.stream.gap(35.0, 0.7);
    }
}

/// A doctor, tutor or shop: many new chats, each a real talk, most opened by the other side.
pub fn personal_advice(stage: &mut Stage, name: &str, clients: u32) {
    let first_day = stage.log_start();
    let mut actor = stage.actor(name);
    actor.is_old();
    for client in 0..clients {
        let day = first_day + actor.stream.between(1, 30) * DAY_US;
        let start = office_moment(&mut actor.stream, day);
        let turns = 4 + actor.stream.poisson(5.0);
        let who = Acquaintance { peer_knows: client % 2 == 0, actor_knows: client % 3 == 0 };
        let peer = format!("{name}_client_{client}");
        if client % 4 == 0 {
            converse(&mut actor, &peer, start, turns, who);
        } else {
            is_asked(&mut actor, &peer, start, turns, who);
        }
    }
}

/// The same greeting to saved contacts on one evening, one by one; most answer.
pub fn holiday_greeting(stage: &mut Stage, name: &str, day: i64, saved: u32) {
    ordinary(stage, name);
    let mut actor = stage.actor_with(name, &format!("{name}_greeting"));
    let greeting = token(&format!("greeting of {name}"));
    let mut ts = day + 17 * HOUR_US;
    for peer in names(&format!("{name}_saved"), saved) {
        actor.has_contact(name, &peer);
        actor.has_contact(&peer, name);
        let message = Message::direct(ts, name, &peer).body(74, &greeting).typing(0).known(true);
        actor.send(message);
        if actor.stream.chance(0.65) {
            reply(&mut actor, &peer, ts, 50.0, true);
        }
        ts += actor.stream.gap(14.0, 0.6);
    }
}

/// One broadcast-list send to saved contacts by an old account: one action.
pub fn list_sender(stage: &mut Stage, name: &str, day: i64, saved: u32) {
    ordinary(stage, name);
    let mut actor = stage.actor_with(name, &format!("{name}_list"));
    let people = names(&format!("{name}_saved"), saved);
    let ts = day + 18 * HOUR_US;
    let message =
        Message::direct(ts, name, "").body(188, &token(&format!("invitation of {name}"))).typing(21_400);
    actor.send_list(&message, &people, |_| true);
    for peer in &people {
        actor.has_contact(name, peer);
        actor.has_contact(peer, name);
        if actor.stream.chance(0.4) {
            reply(&mut actor, peer, ts, 90.0, true);
        }
    }
}

/// Invites people from an old address list on one day; half know the number, two in five answer.
pub fn flyer(stage: &mut Stage, name: &str, day: i64, invited: u32) {
    ordinary(stage, name);
    let mut actor = stage.actor_with(name, &format!("{name}_flyer"));
    let invitation = token(&format!("flyer of {name}"));
    let mut ts = day + 9 * HOUR_US;
    for (index, peer) in names(&format!("{name}_invited"), invited).iter().enumerate() {
        let message = Message::direct(ts, name, peer).body(240, &invitation).typing(0).known(index % 2 == 0);
        actor.send(message);
        if actor.stream.chance(0.4) {
            reply(&mut actor, peer, ts, 120.0, true);
        }
        ts += actor.stream.gap(70.0, 0.9);
    }
}

/// A teenager in four groups and with five friends: hundreds of messages a day, short gaps, many forwards.
pub fn heavy_chatter(stage: &mut Stage, name: &str, days: i64, bursts: f64) {
    let first_day = stage.days_before_end(days);
    let mut actor = stage.actor(name);
    actor.is_old();
    let habit = Habit { forwards: 0.15, pace: 95.0, linked: 0.0, untyped: 0.05, shift: 1 };
    for day in 0..days {
        for _ in 0..actor.stream.poisson(bursts) {
            let mut ts = moment(&mut actor.stream, first_day + day * DAY_US, 1);
            let group = format!("{name}_class_{}", actor.stream.below(4));
            for _ in 0..1 + actor.stream.poisson(3.5) {
                let message = written(&mut actor.stream, &habit, ts, name, &group).into_chat(Chat::Group);
                actor.send(message);
                ts += actor.stream.gap(4.0, 0.9);
            }
        }
        for _ in 0..actor.stream.poisson(9.0) {
            let start = moment(&mut actor.stream, first_day + day * DAY_US, 1);
            let peer = format!("{name}_friend_{}", actor.stream.below(5));
            let turns = 4 + actor.stream.poisson(6.0);
            converse(&mut actor, &peer, start, turns, FRIENDS);
        }
    }
}

/// What keeps a person from typing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untyped {
    /// Writes at a desk through a linked device.
    Desktop,
    /// Dictates or uses a screen reader on the phone.
    Dictation,
    /// Sends pictures and voice only.
    MediaOnly,
}

/// An ordinary person without a typing indicator.
pub fn without_typing(stage: &mut Stage, name: &str, why: Untyped) {
    let first_day = stage.log_start();
    let mut actor = stage.actor(name);
    actor.is_old();
    let habit = Habit { shift: 0, linked: 0.0, untyped: 1.0, forwards: 0.03, pace: 150.0 };
    for day in 0..30 {
        for _ in 0..actor.stream.poisson(4.0) {
            let peer = format!("{name}_friend_{}", actor.stream.below(9));
            let mut ts = moment(&mut actor.stream, first_day + (day + 6) * DAY_US, 0);
            for _ in 0..1 + actor.stream.poisson(1.5) {
                let mut message = written(&mut actor.stream, &habit, ts, name, &peer).known(true);
                match why {
                    Untyped::Desktop => message = message.via(Via::Linked),
                    Untyped::MediaOnly if message.kind == MessageKind::Text => {
                        message.kind = MessageKind::Audio;
                        message.typing_ms = None;
                        message.size = message.size.map(|size| 4_000 + size * 211);
                    }
                    _ => {}
                }
                actor.send(message);
                ts = reply(&mut actor, &peer, ts, 4.0, true) + actor.stream.gap(60.0, 1.0);
            }
        }
    }
}

/// Posts in a channel; with `friends`, also leads a private life.
pub fn channel_owner(stage: &mut Stage, name: &str, friends: u32) {
    let first_day = stage.log_start();
    let mut actor = stage.actor(name);
    actor.is_old();
    if friends > 0 {
        private_life(&mut actor, friends, 1.5, first_day);
    }
    for day in 0..30 {
        for post in 0..3 {
            let ts =
                first_day + day * DAY_US + (8 + 5 * post) * HOUR_US + actor.stream.between(0, 60) * SECOND_US;
            let content = actor.stream.hex();
            let message = Message::direct(ts, name, &format!("{name}_channel"))
                .body(400, &content)
                .into_chat(Chat::Channel)
                .status(Status::Sent);
            actor.send(message);
        }
    }
}

/// Adds pupils to ten class groups over ten hours of the first school day, and announces through a community.
pub fn school_admin(stage: &mut Stage, name: &str, day: i64, pupils: i64) {
    ordinary(stage, name);
    let mut actor = stage.actor_with(name, &format!("{name}_school"));
    for class in 0..10 {
        let group = format!("{name}_class_{class}");
        let mut ts = day + (7 + class) * HOUR_US + minutes(3);
        actor.group(ts, &group, GroupKind::Create, None);
        for pupil in 0..pupils {
            ts += actor.stream.gap(9.0, 0.5);
            let target = format!("{name}_pupil_{}", class * pupils + pupil);
            actor.has_contact(&target, name);
            actor.group(ts, &group, GroupKind::Add, Some(&target));
        }
        if class == 4 {
            actor.group_by(ts + 2 * HOUR_US, &format!("{name}_pupil_121"), &group, GroupKind::Leave, None);
        }
    }
    for week in 0..3 {
        let ts = day + week * 3 * DAY_US + 13 * HOUR_US;
        let content = actor.stream.hex();
        let notice = Message::direct(ts, name, &format!("{name}_community"))
            .body(310, &content)
            .typing(48_000)
            .into_chat(Chat::Community);
        actor.send(notice);
    }
}
