//! A crowd of ordinary people: small circles of friends, a few groups, heavy-tailed activity, days and nights.
//! In: a prefix, a size and a median activity; out: accounts, address books, conversations, group posts.
//! Refuses to contain an abuser; a few unlucky people are blocked or reported all the same.

use super::human::{Acquaintance, FRIENDS, Habit, converse, habit_of, moment, reply, written};
use crate::domain::{AccountKind, Chat, DAY_US, FeedbackKind, GroupKind, HOUR_US};
use crate::simulate::stage::{Actor, Place, Stage};

/// A crowd.
#[derive(Debug, Clone)]
pub struct Crowd {
    /// Names begin so.
    pub prefix: String,
    /// How many people.
    pub people: u32,
    /// Median conversations a person opens a day.
    pub per_day: f64,
}

/// Fills the stage with a crowd.
pub fn crowd(stage: &mut Stage, crowd: &Crowd) {
    let (start, end) = (stage.log_start(), stage.to());
    for index in 0..crowd.people {
        let mut actor = stage.actor(&format!("{}_{index}", crowd.prefix));
        person(&mut actor, crowd, index, start, end);
    }
}

fn person(actor: &mut Actor<'_>, crowd: &Crowd, index: u32, start: i64, end: i64) {
    let me = actor.name.clone();
    let habit = habit_of(actor, &me);
    let first_day = joins(actor, start);
    let friends = circle(actor, crowd, index);
    for friend in &friends {
        actor.has_contact(&me, friend);
        actor.has_contact(friend, &me);
    }
    let rate = actor.stream.lognormal(crowd.per_day, 1.0).min(12.0 * crowd.per_day);
    let weekend = 0.7 + 0.8 * actor.stream.unit();
    let groups = groups_of(crowd, index);
    let mut day = first_day;
    while day < end {
        let week_day = (day - start) / DAY_US % 7;
        let mood = if week_day >= 5 { weekend } else { 1.0 };
        for _ in 0..actor.stream.poisson(rate * mood) {
            let rank = (actor.stream.unit().powi(3) * friends.len() as f64) as usize;
            let at = moment(&mut actor.stream, day, habit.shift);
            let turns = 1 + actor.stream.poisson(2.6);
            converse(actor, &friends[rank], at, turns, FRIENDS);
        }
        for _ in 0..actor.stream.poisson(0.4 * rate * mood) {
            post(actor, &habit, &groups, day);
        }
        if actor.stream.chance(0.02) {
            meets_somebody(actor, &habit, day);
        }
        day += DAY_US;
    }
    mishaps(actor, crowd, start, end, &groups);
}

/// Most joined years ago; one in thirty joined inside the log and writes from then on.
fn joins(actor: &mut Actor<'_>, start: i64) -> i64 {
    if !actor.stream.chance(0.033) {
        actor.is_old();
        return start;
    }
    let day = start + actor.stream.between(1, 24) * DAY_US;
    let at = moment(&mut actor.stream, day, 0);
    let place = Place::home(&actor.name.clone());
    actor.registers(at, AccountKind::Consumer, &place);
    day + DAY_US
}

/// Neighbors on a ring and a few people from anywhere: small worlds with shortcuts.
fn circle(actor: &mut Actor<'_>, crowd: &Crowd, index: u32) -> Vec<String> {
    let near = 2 + actor.stream.poisson(3.0);
    let far = actor.stream.lognormal(3.0, 0.7).min(40.0) as u32;
    let mut friends: Vec<u32> = (1..=near).map(|step| (index + step) % crowd.people).collect();
    friends.extend((0..far).map(|_| actor.stream.below(u64::from(crowd.people)) as u32));
    let mut seen = Vec::new();
    for friend in friends {
        if friend != index && !seen.contains(&friend) {
            seen.push(friend);
        }
    }
    seen.iter().map(|friend| format!("{}_{friend}", crowd.prefix)).collect()
}

fn groups_of(crowd: &Crowd, index: u32) -> Vec<String> {
    let stem = &crowd.prefix;
    vec![format!("{stem}_family_{}", index / 7), format!("{stem}_club_{}", index % 23)]
}

/// A group post.
fn post(actor: &mut Actor<'_>, habit: &Habit, groups: &[String], day: i64) {
    let at = moment(&mut actor.stream, day, habit.shift);
    let group = groups[actor.stream.below(groups.len() as u64) as usize].clone();
    let me = actor.name.clone();
    let message = written(&mut actor.stream, habit, at, &me, &group).into_chat(Chat::Group);
    actor.send(message);
}

/// A first message to somebody new, such as a seller or a new colleague; mostly answered.
fn meets_somebody(actor: &mut Actor<'_>, habit: &Habit, day: i64) {
    let at = moment(&mut actor.stream, day, habit.shift);
    let me = actor.name.clone();
    let peer = format!("{me}_met_{}", at / HOUR_US % 100_000);
    if actor.stream.chance(0.85) {
        converse(actor, &peer, at, 4, Acquaintance { peer_knows: false, actor_knows: true });
    } else {
        let message = written(&mut actor.stream, habit, at, &me, &peer).known(false);
        actor.send(message);
        if actor.stream.chance(0.3) {
            reply(actor, &peer, at, 3_000.0, true);
        }
    }
}

/// What happens to ordinary people: a quarrel, a left group, a joined one, a new one among friends.
fn mishaps(actor: &mut Actor<'_>, crowd: &Crowd, start: i64, end: i64, groups: &[String]) {
    let days = (end - start) / DAY_US;
    if actor.stream.chance(0.02) {
        let at = moment(&mut actor.stream, start + (days - 6) * DAY_US, 0);
        let other = format!("{}_{}", crowd.prefix, actor.stream.below(u64::from(crowd.people)));
        let initiated = actor.stream.chance(0.5);
        actor.feedback(at, &other, FeedbackKind::Block, initiated);
    }
    if actor.stream.chance(0.004) {
        let at = moment(&mut actor.stream, start + (days - 4) * DAY_US, 0);
        let other = format!("{}_{}", crowd.prefix, actor.stream.below(u64::from(crowd.people)));
        actor.feedback(at, &other, FeedbackKind::Report, false);
    }
    if actor.stream.chance(0.05) {
        let at = moment(&mut actor.stream, start + (days / 2) * DAY_US, 0);
        actor.group(at, &groups[1], GroupKind::Leave, None);
    }
    if actor.stream.chance(0.08) {
        let at = moment(&mut actor.stream, start + (days / 3) * DAY_US, 0);
        actor.group(at, &format!("{}_market", crowd.prefix), GroupKind::JoinLink, None);
    }
    if actor.stream.chance(0.06) {
        let at = moment(&mut actor.stream, start + (days * 2 / 3) * DAY_US, 0);
        let group = format!("party of {}", actor.name);
        actor.group(at, &group, GroupKind::Create, None);
        for step in 1..=actor.stream.between(3, 12) {
            let friend = format!("{}_{}", crowd.prefix, actor.stream.below(u64::from(crowd.people)));
            actor.group(at + step * 4_000_000, &group, GroupKind::Add, Some(&friend));
        }
    }
}
