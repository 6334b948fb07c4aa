//! One text to a standing or divided audience: the consumer-account newsletter and the vendor with many numbers.
//! In: a stage, names, audiences and hours; out: openings by the readers, daily runs, and who runs which number.
//! Refuses to know what a platform's policy says about either.

use super::bulk::{Outcome, Run, run};
use super::human::{habit_of, office_moment, reply, written};
use crate::domain::{AccountKind, DAY_US, FeedbackKind, HOUR_US, MessageKind, SECOND_US, Status};
use crate::simulate::actors::human::names;
use crate::simulate::message::Message;
use crate::simulate::stage::{Place, Stage};
use crate::simulate::stream::token;

/// What the log shows of how readers came to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// They save the number and open inside the log.
    Inside,
    /// They opened before the log began; it tells that they have the number in contacts.
    SavedBefore,
    /// They opened before the log began, and it does not tell who has the number in contacts.
    Untold,
}

/// A newsletter.
#[derive(Debug, Clone, Copy)]
pub struct Newsletter<'a> {
    /// Readers who asked for it.
    pub readers: u32,
    /// Days of sending, up to the end.
    pub days: i64,
    /// Kind of account it is sent from.
    pub kind: AccountKind,
    /// What the issues are told apart by; several numbers of one title send the same. The account's own name if empty.
    pub title: &'a str,
    /// What the log shows of how readers came to it.
    pub opening: Opening,
}

/// Readers save the number and open with one short word; then the day's issue goes to all of them from software, at
/// one hour, always in the order in which they signed up.
pub fn newsletter(stage: &mut Stage, name: &str, shape: &Newsletter<'_>) {
    let first_issue = stage.days_before_end(shape.days);
    let opened = stage.log_start();
    let mut actor = stage.actor(name);
    actor.registers(opened - 200 * DAY_US, shape.kind, &Place::home(name));
    let readers = names(&format!("{name}_reader"), shape.readers);
    let mut since = Vec::new();
    for (index, reader) in readers.iter().enumerate() {
        if shape.opening != Opening::Untold {
            actor.has_contact(reader, name);
        }
        if shape.opening != Opening::Inside {
            since.push(opened);
            continue;
        }
        let late = index as u32 * 10 >= shape.readers * 9;
        let early = opened + actor.stream.between(0, (first_issue - opened) / DAY_US) * DAY_US;
        let day = if late { first_issue + (5 + index as i64 % 10) * DAY_US } else { early };
        let ts = office_moment(&mut actor.stream, day);
        let start =
            Message::direct(ts, reader, name).body(5, &token("phrase start")).typing(1_400).known(false);
        actor.send(start);
        let welcome = Message::direct(ts + 2 * SECOND_US, name, reader)
            .body(160, &token(&format!("welcome of {name}")))
            .typing(0)
            .known(true);
        actor.send(welcome);
        since.push(ts);
    }
    for day in 0..shape.days {
        let title = if shape.title.is_empty() { name } else { shape.title };
        let issue = token(&format!("issue {day} of {title}"));
        let mut ts = first_issue + day * DAY_US + 17 * HOUR_US + actor.stream.between(0, 40) * SECOND_US;
        for (index, reader) in readers.iter().enumerate() {
            if since[index] >= ts {
                continue;
            }
            let mut message = Message::direct(ts, name, reader)
                .body(480, &issue)
                .typing(0)
                .link(true)
                .status(if actor.stream.chance(0.8) { Status::Read } else { Status::Delivered });
            message.kind = MessageKind::Text;
            actor.send(if shape.opening == Opening::Untold { message } else { message.known(true) });
            if actor.stream.chance(0.002) {
                reply(&mut actor, reader, ts, 60.0, true);
            }
            ts += 640_000 + actor.stream.between(0, 30) * 1_000;
        }
    }
    if let Some(reader) = readers.get(3) {
        actor.feedback(first_issue + 3 * DAY_US + 19 * HOUR_US, reader, FeedbackKind::Block, false);
    }
}

/// A vendor that splits one promotion over its numbers, each with an audience of its own and below any single limit.
pub fn vendor(stage: &mut Stage, operator: &str, prefix: &str, numbers: u32, first_day: i64) {
    for number in 0..numbers {
        let name = format!("{prefix}_{number}");
        let shard = Run {
            days: 4,
            per_day: 48,
            gap: (45.0, 0.5),
            campaign: format!("promotion of {operator}"),
            outcome: Outcome { replies: 0.03, reports: 0.01, blocks: 0.03, dead: 0.06 },
            place: Place { build: "2.22.4".to_owned(), ..Place::home(&name) },
            ..Run::plain(&name, first_day - DAY_US + (8 + i64::from(number)) * HOUR_US)
        };
        run(stage, &shard);
        stage.actor_with(&name, &format!("{name}_papers")).is_run_by(operator);
    }
}

/// An ordinary account of the same firm, named in the same papers: talks with its customers and broadcasts nothing.
pub fn reception(stage: &mut Stage, operator: &str, name: &str) {
    let first_day = stage.log_start();
    let mut actor = stage.actor(name);
    actor.is_business(AccountKind::BusinessApp, false, None);
    actor.is_run_by(operator);
    let mine = habit_of(&mut actor, name);
    for visit in 0..70 {
        let day = first_day + actor.stream.between(8, 33) * DAY_US;
        let mut ts = office_moment(&mut actor.stream, day);
        let peer = format!("{name}_customer_{visit}");
        let theirs = habit_of(&mut actor, &peer);
        for _ in 0..2 {
            let question = written(&mut actor.stream, &theirs, ts, &peer, name).known(false);
            actor.send(question);
            ts += actor.stream.gap(200.0, 0.8);
            let answer = written(&mut actor.stream, &mine, ts, name, &peer).known(true);
            actor.send(answer);
            ts += actor.stream.gap(200.0, 0.8);
        }
    }
}
