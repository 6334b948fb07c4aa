//! What people and software do with groups: factories, unwanted adding, hopping from group to group, a club's notices.
//! In: a stage, a name, how many and over how long; out: group events, posts, departures and reports.
//! Refuses to know a limit on groups or adds.

use super::human::minutes;
use super::people::ordinary;
use crate::domain::{AccountKind, Chat, DAY_US, FeedbackKind, GroupKind, HOUR_US, MINUTE_US, Status};
use crate::simulate::message::Message;
use crate::simulate::stage::{Place, Stage};
use crate::simulate::stream::token;

/// Creates groups at even steps within a span, and sends nothing.
pub fn group_creator(stage: &mut Stage, name: &str, at: i64, groups: u32, span: i64) {
    let signed_up = at - 2 * DAY_US;
    let mut actor = stage.actor(name);
    actor.registers(signed_up, AccountKind::Consumer, &Place::home(name));
    let steps = i64::from(groups.saturating_sub(1)).max(1);
    for index in 0..groups {
        let ts = at + span / 1_000 * i64::from(index) / steps * 1_000;
        actor.group(ts, &format!("{name}_group_{index}"), GroupKind::Create, None);
    }
}

/// People being added to groups.
#[derive(Debug, Clone, Copy)]
pub struct Adding {
    /// How many people.
    pub people: u32,
    /// Into how many groups of the actor's own, which exist since before the log.
    pub groups: u32,
    /// Over how long.
    pub span: i64,
    /// Share that has the actor in contacts.
    pub know: f64,
    /// Share that leaves within a day.
    pub leave: f64,
    /// Share that reports.
    pub report: f64,
}

/// Adds people to existing groups at even steps within a span, and sends nothing.
pub fn group_adder(stage: &mut Stage, name: &str, at: i64, shape: &Adding) {
    let mut actor = stage.actor(name);
    actor.is_old();
    let steps = i64::from(shape.people.saturating_sub(1)).max(1);
    for index in 0..shape.people {
        let ts = at + shape.span / 1_000 * i64::from(index) / steps * 1_000;
        let group = format!("{name}_group_{}", index % shape.groups);
        let target = format!("{name}_added_{index}");
        actor.group(ts, &group, GroupKind::Add, Some(&target));
        if actor.stream.chance(shape.know) {
            actor.has_contact(&target, name);
        }
        let later = actor.stream.within_minutes(ts + MINUTE_US, 900);
        if actor.stream.chance(shape.leave) {
            actor.group_by(later, &target, &group, GroupKind::Leave, None);
        }
        if actor.stream.chance(shape.report) {
            actor.feedback(later + MINUTE_US, &target, FeedbackKind::Report, true);
        }
    }
}

/// Joins groups by link and posts the same thing in each a few minutes later, on several days; some remove it.
pub fn group_hopper(stage: &mut Stage, name: &str, first_day: i64, days: i64, per_day: u32) {
    let mut actor = stage.actor(name);
    let signed_up = first_day - 3 * DAY_US + 9 * HOUR_US;
    actor.registers(signed_up, AccountKind::Consumer, &Place::home(name));
    for day in 0..days {
        let post = token(&format!("post {} of {name}", day % 2));
        let mut ts = first_day + day * DAY_US + 16 * HOUR_US;
        for index in 0..per_day {
            let group = format!("{name}_found_{day}_{index}");
            actor.group(ts, &group, GroupKind::JoinLink, None);
            let at = ts + actor.stream.gap(70.0, 0.4).min(8 * MINUTE_US);
            let message = Message::direct(at, name, &group)
                .body(330, &post)
                .typing(0)
                .link(true)
                .into_chat(Chat::Group)
                .status(Status::Delivered);
            actor.send(message);
            if actor.stream.chance(0.3) {
                let warden = format!("{group}_admin");
                actor.group_by(at + 20 * MINUTE_US, &warden, &group, GroupKind::Remove, Some(name));
            }
            if actor.stream.chance(0.12) {
                let member = format!("{group}_member");
                actor.feedback(at + 15 * MINUTE_US, &member, FeedbackKind::Report, true);
            }
            ts += actor.stream.gap(150.0, 0.3);
        }
    }
}

/// Runs a club: the same notice to its five own groups twice a week, besides an ordinary life.
pub fn club_admin(stage: &mut Stage, name: &str) {
    ordinary(stage, name);
    let start = stage.from();
    let mut actor = stage.actor_with(name, &format!("{name}_club"));
    for evening in 0..8 {
        let notice = actor.stream.hex();
        let mut ts = start + (2 + evening * 7 / 2) * DAY_US + 18 * HOUR_US;
        for group in 0..5 {
            let message = Message::direct(ts, name, &format!("{name}_group_{group}"))
                .body(210, &notice)
                .typing(if group == 0 { 39_000 } else { 0 })
                .into_chat(Chat::Group);
            actor.send(message);
            for _ in 0..actor.stream.poisson(1.5) {
                let member = format!("{name}_member_{}", actor.stream.below(60));
                let at = actor.stream.within_minutes(ts + minutes(1), 300);
                let content = actor.stream.hex();
                let answer = Message::direct(at, &member, &format!("{name}_group_{group}"))
                    .body(18, &content)
                    .typing(4_000)
                    .into_chat(Chat::Group);
                actor.send(answer);
            }
            ts += actor.stream.gap(25.0, 0.5);
        }
    }
}
