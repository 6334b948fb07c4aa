//! Ordinary people of a world: circles with short cuts, groups, days and nights, heavy-tailed activity, what goes around.
//! In: a person's number; out: an account, its address book, what it writes and what comes back.
//! Refuses abuse; a few people are blocked or reported all the same, and a few write to many for a day.

use super::World;
use super::chat::{Manner, talk};
use crate::domain::{AccountKind, Chat, DAY_US, FeedbackKind, GroupKind, HOUR_US, MINUTE_US};
use crate::simulate::actors::human::{Acquaintance, FRIENDS, Habit, habit_of, moment, reply, written};
use crate::simulate::cast;
use crate::simulate::message::Message;
use crate::simulate::stage::{Actor, Place, Stage};
use crate::simulate::stream::token;

/// What an account's private life is made of.
#[derive(Debug, Clone)]
pub struct Life {
    /// Whom it writes to, the nearest first.
    pub friends: Vec<String>,
    /// Where it posts.
    pub groups: Vec<String>,
    /// Conversations it opens a day.
    pub rate: f64,
    /// Conversations that others open with it, where those do not do so by themselves.
    pub asked: f64,
    /// How it talks.
    pub manner: Manner,
    /// Group posts a day.
    pub posts: f64,
    /// First contacts with strangers a day.
    pub strangers: f64,
    /// When it begins.
    pub from: i64,
    /// The evening on which everybody greets everybody.
    pub holiday: Option<i64>,
    /// Who may be a stranger.
    pub people: u64,
}

/// An ordinary person.
pub fn person(stage: &mut Stage, world: &World, index: u64) {
    let name = cast::person(index);
    let mut actor = stage.actor(&name);
    actor.is_labeled("innocent", "ordinary", None);
    let from = joins(&mut actor, index);
    let friends = circle(&mut actor, world.people, index);
    for friend in &friends {
        actor.has_contact(&name, friend);
        actor.has_contact(friend, &name);
    }
    let groups = groups_of(&mut actor, world.people, index);
    let life = Life::drawn(&mut actor, friends, groups, from, world);
    live(&mut actor, &life);
    mishaps(&mut actor, world.people, &life);
}

impl Life {
    /// A life as people lead it, with the account's own draws.
    pub fn drawn(
        actor: &mut Actor<'_>,
        friends: Vec<String>,
        groups: Vec<String>,
        from: i64,
        world: &World,
    ) -> Self {
        let rate = actor.stream.lognormal(0.8, 1.2).min(30.0);
        let posts = actor.stream.lognormal(0.35 * rate.sqrt(), 1.5).min(150.0);
        // Half of the people hardly ever write to somebody they do not know; sellers, seekers and the outgoing do.
        let strangers = actor.stream.lognormal(0.12, 1.6).min(8.0);
        let (holiday, people) = (world.holiday(), world.people);
        let manner = Manner::drawn(actor);
        Self { friends, groups, rate, asked: 0.0, manner, posts, strangers, from, holiday, people }
    }
}

/// Most joined long ago; one in fifty within two months. Returns when the life begins.
fn joins(actor: &mut Actor<'_>, index: u64) -> i64 {
    let days = match actor.stream.chance(0.02) {
        true => 60.0 * actor.stream.unit(),
        false => actor.stream.lognormal(500.0, 1.2).clamp(1.0, 3_600.0),
    };
    let day = actor.end() - (days as i64 + 1) * DAY_US;
    let at = moment(&mut actor.stream, day, 0);
    let mut place = Place::home(&actor.name.clone());
    place.block = format!("block {}", index / cast::BLOCK);
    // Carriers put many customers behind one address.
    if actor.stream.chance(0.4) {
        place.network = format!("carrier {}", index / cast::CARRIER);
    }
    place.build = cast::BUILDS[actor.stream.below(4) as usize].to_owned();
    actor.registers(at, AccountKind::Consumer, &place);
    at.max(actor.kept_from())
}

/// Neighbors on a ring and people from anywhere; how many is heavy-tailed.
fn circle(actor: &mut Actor<'_>, people: u64, index: u64) -> Vec<String> {
    let near = 2 + u64::from(actor.stream.poisson(3.0));
    let far = actor.stream.lognormal(7.0, 1.1).min(300.0) as u64;
    let mut numbers: Vec<u64> = (1..=near).map(|step| (index + step) % people.max(1)).collect();
    numbers.extend((0..far).map(|_| actor.stream.below(people)));
    let mut seen = std::collections::HashSet::new();
    numbers.retain(|friend| *friend != index && seen.insert(*friend));
    numbers.into_iter().map(cast::person).collect()
}

/// A family, a class or team, a club, and for some large public groups; the first member tells how many belong to it.
fn groups_of(actor: &mut Actor<'_>, people: u64, index: u64) -> Vec<String> {
    let mut groups = Vec::new();
    for (kind, size) in [("family", 5), ("class", 24), ("club", 61)] {
        let group = format!("{kind}_{}", index / size);
        if index.is_multiple_of(size) {
            actor.group_has(&group, size.min(people - index) as u32);
        }
        groups.push(group);
    }
    for _ in 0..actor.stream.lognormal(1.0, 1.1).min(30.0) as u32 {
        groups.push(format!("public_{}", actor.stream.below(1 + people / 100)));
    }
    groups
}

/// All days of a life.
pub fn live(actor: &mut Actor<'_>, life: &Life) {
    let me = actor.name.clone();
    let habit = habit_of(actor, &me);
    let weekend = 0.7 + 0.8 * actor.stream.unit();
    let mut day = life.from - life.from.rem_euclid(DAY_US);
    while day < actor.end() {
        let free = matches!(day / DAY_US % 7, 2 | 3);
        let mood = actor.stream.lognormal(0.85, 0.6) * if free { weekend } else { 1.0 };
        for _ in 0..actor.stream.poisson(life.rate * mood) {
            let at = moment(&mut actor.stream, day, habit.shift);
            if life.from <= at {
                sit_down(actor, life, &habit, at);
            }
        }
        for _ in 0..actor.stream.poisson(life.asked * mood) {
            let at = moment(&mut actor.stream, day, habit.shift);
            if life.from <= at {
                is_visited(actor, life, at);
            }
        }
        for _ in 0..actor.stream.poisson(life.posts * mood) {
            let at = moment(&mut actor.stream, day, habit.shift);
            // Before the life began there was none: moved to its first moment a day's posts would be a burst nobody types.
            if life.from <= at {
                posts(actor, life, &habit, at);
            }
        }
        for _ in 0..actor.stream.poisson(life.strangers) {
            let at = moment(&mut actor.stream, day, habit.shift);
            if life.from <= at {
                meets(actor, life, &habit, at);
            }
        }
        if life.holiday == Some(day) {
            greets(actor, life);
        }
        day += DAY_US;
    }
}

fn friend(actor: &mut Actor<'_>, life: &Life) -> String {
    let rank = (actor.stream.unit().powi(3) * life.friends.len() as f64) as usize;
    life.friends.get(rank).cloned().unwrap_or_else(|| cast::person(actor.stream.below(life.people)))
}

/// Takes the phone in hand: one talk, several one after another, or something passed on to a few.
fn sit_down(actor: &mut Actor<'_>, life: &Life, habit: &Habit, at: i64) {
    match actor.stream.weighted(&[0.70, 0.22, 0.08]) {
        0 => chats(actor, life, at, true),
        1 => {
            let mut ts = at;
            for _ in 0..(2.0 + actor.stream.lognormal(0.8, 1.1)).min(25.0) as u32 {
                chats(actor, life, ts, true);
                ts += actor.stream.gap(25.0, 1.0);
            }
        }
        _ => passes_on(actor, life, habit, at),
    }
}

/// A talk with one friend; how long it gets is heavy-tailed.
fn chats(actor: &mut Actor<'_>, life: &Life, at: i64, mine: bool) {
    let peer = friend(actor, life);
    let turns = actor.stream.lognormal(2.4, 0.8).clamp(1.0, 40.0) as u32;
    talk(actor, &life.manner, &peer, at, turns, FRIENDS, mine);
}

/// What others do by themselves in a world of people, and has to be done for an account that is nobody's neighbor: a
/// friend opens a talk or passes something on, a stranger asks.
fn is_visited(actor: &mut Actor<'_>, life: &Life, at: i64) {
    let me = actor.name.clone();
    match actor.stream.weighted(&[0.82, 0.08, 0.10]) {
        0 => chats(actor, life, at, false),
        1 => {
            let (peer, content) = (friend(actor, life), actor.stream.hex());
            actor.send(Message::direct(at, &peer, &me).body(60_000, &content).forwarded(1).known(true));
        }
        _ => {
            let peer = cast::person(actor.stream.below(life.people));
            let turns = 1 + actor.stream.poisson(1.2);
            let stranger = Acquaintance { peer_knows: true, actor_knows: false };
            talk(actor, &life.manner, &peer, at, turns, stranger, false);
        }
    }
}

/// What goes around today, to a few friends within a minute or so, or into a group.
fn passes_on(actor: &mut Actor<'_>, life: &Life, habit: &Habit, at: i64) {
    let me = actor.name.clone();
    let today = at.div_euclid(DAY_US) - (actor.stream.unit().powi(2) * 3.0) as i64;
    let rank = (actor.stream.unit().powi(4) * 3_000.0) as u32;
    let item = token(&format!("goes around on {today}: {rank}"));
    let times = 1 + (rank % 5) as u8;
    let forward = |ts: i64, to: &str| {
        Message::direct(ts, &me, to).body(40_000 + 97 * rank, &item).forwarded(times).known(true)
    };
    if actor.stream.chance(0.3) {
        let group = group(actor, life);
        return actor.send(forward(at, &group).into_chat(Chat::Group));
    }
    let mut ts = at;
    let many = (1.0 + actor.stream.lognormal(2.0, 1.2)).min(if times == 5 { 2.0 } else { 60.0 }) as u32;
    for n in 0..many {
        let peer = friend(actor, life);
        actor.send(forward(ts, &peer));
        if actor.stream.chance(0.45) {
            reply(actor, &peer, ts, 30.0, true);
        }
        ts += actor.stream.gap(3.0 + habit.pace / 90.0, 0.5).min(15_000_000);
        if n % 5 == 4 || times == 5 {
            // The client forwards to five chats at a time, and to one what went around much.
            ts += MINUTE_US + actor.stream.gap(30.0, 0.8);
        }
    }
}

fn group(actor: &mut Actor<'_>, life: &Life) -> String {
    let at = (actor.stream.unit().powi(2) * life.groups.len() as f64) as usize;
    life.groups
        .get(at)
        .cloned()
        .unwrap_or_else(|| format!("public_{}", actor.stream.below(1 + life.people / 100)))
}

/// A few posts in one group.
fn posts(actor: &mut Actor<'_>, life: &Life, habit: &Habit, at: i64) {
    let me = actor.name.clone();
    let group = group(actor, life);
    let mut ts = at;
    for _ in 0..1 + actor.stream.weighted(&[0.6, 0.25, 0.1, 0.05]) {
        let message = written(&mut actor.stream, habit, ts, &me, &group).into_chat(Chat::Group);
        let message = life.manner.linked(actor, message);
        actor.send(message);
        ts += actor.stream.gap(30.0 * life.manner.pace, 1.2);
    }
}

/// A first message to somebody new: a seller, a colleague, a craftsman. Three in ten never answer; some people ask
/// several in one go, with one text.
fn meets(actor: &mut Actor<'_>, life: &Life, habit: &Habit, at: i64) {
    let me = actor.name.clone();
    let many = if actor.stream.chance(0.15) { 2 + actor.stream.lognormal(2.0, 0.8) as u32 } else { 1 };
    let mut ts = at;
    let mut first = written(&mut actor.stream, habit, ts, &me, &me).known(false);
    for n in 0..many.min(25) {
        let peer = cast::person(actor.stream.below(life.people));
        if actor.stream.chance(0.6) && n == 0 {
            let turns = 2 + actor.stream.poisson(2.0);
            let new = Acquaintance { peer_knows: false, actor_knows: true };
            talk(actor, &life.manner, &peer, ts, turns, new, true);
        } else {
            (first.ts, first.recipient) = (ts, peer.clone());
            actor.send(first.clone());
            if actor.stream.chance(0.45) {
                reply(actor, &peer, ts, 60.0, true);
            } else if actor.stream.chance(0.01) {
                actor.feedback(ts + HOUR_US, &peer, FeedbackKind::Block, true);
            }
        }
        ts += actor.stream.gap(70.0, 1.0);
    }
}

/// The evening of the holiday: wishes to many friends and groups, each with words of one's own or with everybody's.
fn greets(actor: &mut Actor<'_>, life: &Life) {
    let Some(day) = life.holiday.filter(|_| actor.stream.chance(0.8)) else { return };
    let me = actor.name.clone();
    let phrase = match actor.stream.chance(0.4) {
        true => token(&format!("phrase of the holiday {}", actor.stream.below(12))),
        false => actor.stream.hex(),
    };
    let own = 10.0 + actor.stream.lognormal(40.0, 0.6);
    let mut ts = day + 22 * HOUR_US + actor.stream.between(-90, 100) * MINUTE_US;
    let many = (actor.stream.lognormal(7.0, 0.9) as usize).min(life.friends.len());
    for peer in life.friends.iter().take(many) {
        let typing = if actor.stream.chance(0.5) { 0 } else { (own * 90.0) as u32 };
        let wish = Message::direct(ts, &me, peer).body(own as u32, &phrase).typing(typing).known(true);
        actor.send(wish);
        if actor.stream.chance(0.7) {
            reply(actor, peer, ts, 25.0, true);
        }
        ts += actor.stream.gap(12.0, 0.8);
    }
    for group in life.groups.iter().take(2) {
        let wish = Message::direct(ts, &me, group).body(own as u32, &phrase).typing(0).into_chat(Chat::Group);
        actor.send(wish);
        ts += actor.stream.gap(15.0, 0.8);
    }
}

/// A quarrel, a report by mistake, a group left, joined, or made for a party.
fn mishaps(actor: &mut Actor<'_>, people: u64, life: &Life) {
    let days = (actor.end() - life.from) / DAY_US;
    let some = |actor: &mut Actor<'_>| {
        let day = life.from + actor.stream.between(0, days.max(1)) * DAY_US;
        moment(&mut actor.stream, day - day.rem_euclid(DAY_US), 0).max(life.from)
    };
    let share = days as f64 / 30.0;
    if actor.stream.chance(0.03 * share) {
        let (at, other) = (some(actor), cast::person(actor.stream.below(people)));
        let initiated = actor.stream.chance(0.5);
        actor.feedback(at, &other, FeedbackKind::Block, initiated);
    }
    if actor.stream.chance(0.006 * share) {
        let (at, other) = (some(actor), cast::person(actor.stream.below(people)));
        let initiated = actor.stream.chance(0.3);
        actor.feedback(at, &other, FeedbackKind::Report, initiated);
    }
    if actor.stream.chance(0.08 * share) {
        let (at, group) = (some(actor), group(actor, life));
        actor.group(at, &group, GroupKind::Leave, None);
    }
    for _ in 0..actor.stream.poisson(0.25 * share) {
        let at = some(actor);
        let group = format!("public_{}", actor.stream.below(1 + people / 100));
        actor.group(at, &group, GroupKind::JoinLink, None);
    }
    for party in 0..actor.stream.poisson(0.8 * share) {
        let at = some(actor);
        let group = format!("party {party} of {}", actor.name);
        actor.group(at, &group, GroupKind::Create, None);
        let guests = (2.0 + actor.stream.lognormal(4.0, 0.8)).min(60.0) as i64;
        for step in 1..=guests {
            let own = actor.stream.chance(0.7);
            let guest = if own { friend(actor, life) } else { cast::person(actor.stream.below(people)) };
            actor.group(at + step * 4_000_000, &group, GroupKind::Add, Some(&guest));
        }
    }
}
