//! Machines that send by themselves: sensors, allowed notification services, a robot without any excuse.
//! In: a stage, a name, how often and to whom; out: sends at steady times with steady sizes.
//! Refuses replies: nobody answers a machine here.

use crate::domain::{AccountKind, DAY_US, HOUR_US, MINUTE_US, SECOND_US, Status};
use crate::simulate::actors::human::names;
use crate::simulate::message::Message;
use crate::simulate::stage::{Actor, Place, Stage};
use crate::simulate::stream::token;

/// A home alarm: at a steady pace the same state to the same two people.
pub fn alarm_sensor(stage: &mut Stage, name: &str, every: i64) {
    let first = stage.from();
    let end = stage.to();
    let mut actor = stage.actor(name);
    actor.is_old();
    let family = names(&format!("{name}_family"), 2);
    for member in &family {
        actor.has_contact(name, member);
        actor.has_contact(member, name);
    }
    let mut ts = first + 11 * SECOND_US;
    while ts < end {
        let state = if actor.stream.chance(0.03) { 1 } else { 0 };
        for (index, member) in family.iter().enumerate() {
            let jitter = actor.stream.between(0, 900) * 1_000;
            let message = Message::direct(ts + jitter + index as i64 * SECOND_US, name, member)
                .body(42, &token(&format!("state {state} of {name}")))
                .typing(0)
                .known(true);
            actor.send(message);
        }
        ts += every;
    }
}

/// A notification service.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// People who get it.
    pub subscribers: u32,
    /// Days of sending.
    pub days: i64,
    /// Days before the end at which it stops.
    pub stops: i64,
}

/// An account that sends the day's notice to all its subscribers in the morning, from software.
pub fn notifier<'a>(stage: &'a mut Stage, name: &str, service: Service) -> Actor<'a> {
    let first_day = stage.days_before_end(service.stops + service.days);
    let signed_up = stage.log_start() - 300 * DAY_US;
    let mut actor = stage.actor(name);
    actor.registers(signed_up, AccountKind::BusinessApp, &Place::home(name));
    let people = names(&format!("{name}_subscriber"), service.subscribers);
    for person in &people {
        actor.has_contact(name, person);
        actor.has_contact(person, name);
    }
    for day in 0..service.days {
        let notice = token(&format!("notice {day} of {name}"));
        let mut ts = first_day + day * DAY_US + 5 * HOUR_US + 30 * MINUTE_US;
        for person in &people {
            let message = Message::direct(ts, name, person)
                .body(120, &notice)
                .typing(0)
                .known(true)
                .status(Status::Read);
            actor.send(message);
            ts += 1_500_000 + actor.stream.between(0, 60) * 1_000;
        }
    }
    actor
}

/// A robot that answers nobody and writes the same few texts to known numbers every five minutes, day and night.
pub fn steady_robot(stage: &mut Stage, name: &str, days: i64) {
    let first = stage.days_before_end(days);
    let end = stage.to();
    let mut actor = stage.actor(name);
    actor.is_old();
    let people = names(&format!("{name}_listener"), 40);
    for person in &people {
        actor.has_contact(name, person);
        actor.has_contact(person, name);
    }
    let mut ts = first;
    let mut turn = 0;
    while ts < end {
        let text = actor.stream.below(2);
        let message = Message::direct(ts, name, &people[turn % people.len()])
            .body(64 + text as u32, &token(&format!("line {text} of {name}")))
            .typing(0)
            .known(true);
        actor.send(message);
        turn += 1;
        ts += 300 * SECOND_US + actor.stream.between(0, 400) * 1_000;
    }
}
