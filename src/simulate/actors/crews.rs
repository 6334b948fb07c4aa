//! Accounts under one hand, and people who only look like it: farms in lockstep, a list split over numbers, fans.
//! In: a stage, names, days; out: the same things from several accounts, and whoever is imitated by them.
//! Refuses to know how far apart in time a detector looks.

use super::human::{habit_of, names, written};
use crate::domain::{AccountKind, Chat, DAY_US, HOUR_US, MINUTE_US, MessageKind, SECOND_US, Status};
use crate::simulate::message::Message;
use crate::simulate::stage::{Place, Stage};
use crate::simulate::stream::token;

/// Accounts that post the same things to groups of their own within minutes of each other, in an order that changes.
///
/// What `original` posts they post too, a few minutes later.
pub fn farm(stage: &mut Stage, prefix: &str, members: u32, days: i64, original: &str) {
    let first_day = stage.days_before_end(days);
    for member in 0..members {
        let name = format!("{prefix}_{member}");
        let mut actor = stage.actor(&name);
        actor.registers(
            first_day - 40 * DAY_US + i64::from(member) * HOUR_US,
            AccountKind::Consumer,
            &Place::home(&name),
        );
        for day in 0..days {
            for post in 0..3 {
                let own = post < 2;
                let said = if own { format!("slogan {post} of day {day}") } else { issue(original, day) };
                let begin = first_day + day * DAY_US + (9 + 4 * post) * HOUR_US;
                // After the original, and among themselves in any order.
                let ts = begin + 3 * MINUTE_US + actor.stream.between(0, 900) * SECOND_US;
                let group = format!("{name}_group_{}", actor.stream.below(6));
                actor.send(posted(ts, &name, &group, &said));
            }
        }
    }
}

/// A person with something to say every day, in two groups, which others copy.
pub fn imitated(stage: &mut Stage, name: &str, days: i64) {
    let first_day = stage.days_before_end(days);
    let mut actor = stage.actor(name);
    actor.is_old();
    let mine = habit_of(&mut actor, name);
    for day in 0..days {
        let begin = first_day + day * DAY_US + 17 * HOUR_US;
        for group in 0..2 {
            let ts = begin + group * 20 * SECOND_US;
            actor.send(posted(ts, name, &format!("{name}_circle_{group}"), &issue(name, day)));
        }
        for friend in names(&format!("{name}_friend"), 3) {
            let theirs = habit_of(&mut actor, &friend);
            let ts = begin + actor.stream.between(60, 3_000) * SECOND_US;
            let question = written(&mut actor.stream, &theirs, ts, &friend, name).known(true);
            actor.send(question);
            let answer = written(&mut actor.stream, &mine, ts + 2 * MINUTE_US, name, &friend).known(true);
            actor.send(answer);
        }
    }
}

fn issue(name: &str, day: i64) -> String {
    format!("thought of day {day} by {name}")
}

fn posted(ts: i64, from: &str, group: &str, said: &str) -> Message {
    let mut message = Message::direct(ts, from, group)
        .body(240, &token(said))
        .typing(9_000)
        .into_chat(Chat::Group)
        .status(Status::Delivered);
    message.kind = MessageKind::Text;
    message
}

/// People who pass a picture on within the hour in which it went around, each to a few friends, on some days.
pub fn fans(stage: &mut Stage, prefix: &str, people: u32, days: i64) {
    let first_day = stage.days_before_end(days);
    for person in 0..people {
        let name = format!("{prefix}_{person}");
        let mut actor = stage.actor(&name);
        actor.is_old();
        let friends = names(&format!("{name}_friend"), 5);
        let mine = habit_of(&mut actor, &name);
        for day in 0..days {
            for friend in &friends {
                let theirs = habit_of(&mut actor, friend);
                let ts = first_day + day * DAY_US + 8 * HOUR_US + actor.stream.between(0, 30_000) * SECOND_US;
                let question = written(&mut actor.stream, &theirs, ts, friend, &name).known(true);
                actor.send(question);
                let answer = written(&mut actor.stream, &mine, ts + 3 * MINUTE_US, &name, friend).known(true);
                actor.send(answer);
            }
            if day % 4 == 0 {
                let seen = first_day + day * DAY_US + 19 * HOUR_US;
                let ts = seen + actor.stream.between(0, 3_000) * SECOND_US;
                let mut picture = Message::direct(ts, &name, &friends[(day as usize / 4) % 5])
                    .body(90_000, &token(&format!("picture of day {day}")))
                    .known(true)
                    .forwarded(1)
                    .status(Status::Read);
                picture.kind = MessageKind::Image;
                actor.send(picture);
            }
        }
    }
}

/// A list split over several numbers: one new text a day, the same minutes, nobody on two of the lists.
pub fn shards(stage: &mut Stage, prefix: &str, numbers: u32, days: i64, people: u32) {
    let first_day = stage.days_before_end(days);
    for number in 0..numbers {
        let name = format!("{prefix}_{number}");
        let mut actor = stage.actor(&name);
        actor.registers(first_day - 20 * DAY_US, AccountKind::Consumer, &Place::home(&name));
        for day in 0..days {
            // Whoever begins begins by chance: one that always did would look like the others' original.
            let mut ts = first_day + day * DAY_US + 11 * HOUR_US + actor.stream.between(0, 240) * SECOND_US;
            for person in 0..people {
                let who = format!("{name}_target_{day}_{person}");
                let mut message = Message::direct(ts, &name, &who)
                    .body(310, &token(&format!("offer {day} of {prefix}")))
                    .typing(0)
                    .known(false)
                    .status(if actor.stream.chance(0.5) { Status::Read } else { Status::Delivered });
                message.kind = MessageKind::Text;
                actor.send(message);
                ts += 9 * SECOND_US + actor.stream.between(0, 12) * SECOND_US;
            }
        }
    }
}

/// People who send one greeting to their friends in the same hour of one evening.
pub fn greeters(stage: &mut Stage, prefix: &str, people: u32, day: i64) {
    for person in 0..people {
        let name = format!("{prefix}_{person}");
        let mut actor = stage.actor(&name);
        actor.is_old();
        for friend in names(&format!("{name}_friend"), 14) {
            let ts = day + 22 * HOUR_US + actor.stream.between(0, 1_500) * SECOND_US;
            let message = Message::direct(ts, &name, &friend)
                .body(60, &token("phrase happy new year to all of you"))
                .typing(2_000)
                .known(true)
                .status(Status::Read);
            actor.send(message);
            if actor.stream.chance(0.7) {
                let answer = Message::direct(ts + 9 * MINUTE_US, &friend, &name)
                    .body(20, &token("phrase same to you"));
                actor.send(answer.known(true));
            }
        }
    }
}
