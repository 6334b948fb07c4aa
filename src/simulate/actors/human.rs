//! How people write: hours of the day, typing, sizes, turns of a conversation.
//! In: an actor's stream and a peer; out: messages of both sides.
//! Refuses to know personas: every habit here is ordinary.

use crate::domain::{DAY_US, HOUR_US, MINUTE_US, MessageKind, SECOND_US, Status, Via};
use crate::simulate::message::Message;
use crate::simulate::stage::Actor;
use crate::simulate::stream::{Stream, token, whole_ms};

/// How much is written in each hour of a day.
const HOURS: [f64; 24] = [
    0.5, 0.25, 0.12, 0.08, 0.08, 0.2, 0.8, 1.8, 2.4, 2.6, 2.8, 3.0, 3.4, 3.2, 3.0, 3.0, 3.2, 3.6, 4.2, 4.8,
    5.0, 4.4, 3.0, 1.4,
];

/// What a person keeps doing: a function of the seed and the name alone.
#[derive(Debug, Clone, Copy)]
pub struct Habit {
    /// Hours by which the day is shifted.
    pub shift: i64,
    /// Share of sends from a linked device.
    pub linked: f64,
    /// Share of texts that are pasted or dictated.
    pub untyped: f64,
    /// Share of forwards.
    pub forwards: f64,
    /// Milliseconds a character.
    pub pace: f64,
}

impl Habit {
    /// The habit of a person.
    pub fn of(seed: u64, name: &str) -> Self {
        let mut stream = Stream::new(seed, &format!("habit of {name}"));
        Self {
            shift: stream.between(-2, 3),
            linked: if stream.chance(0.3) { 0.1 + 0.8 * stream.unit() } else { 0.0 },
            untyped: if stream.chance(0.06) { 0.9 } else { 0.05 },
            forwards: 0.1 * stream.unit(),
            pace: stream.lognormal(180.0, 0.35),
        }
    }
}

/// The habit of whoever is meant by a name.
pub fn habit_of(actor: &mut Actor<'_>, name: &str) -> Habit {
    let who = actor.who(name);
    Habit::of(actor.seed(), &who)
}

/// A moment of a day at which a person may write.
pub fn moment(stream: &mut Stream, day: i64, shift: i64) -> i64 {
    let hour = stream.weighted(&HOURS) as i64 + shift;
    day + hour.rem_euclid(24) * HOUR_US + whole_ms(stream.between(0, HOUR_US))
}

/// A moment of office hours, 8 to 17 UTC.
pub fn office_moment(stream: &mut Stream, day: i64) -> i64 {
    day + 8 * HOUR_US + whole_ms(stream.between(0, 9 * HOUR_US))
}

/// One ordinary message with the habit of its sender.
pub fn written(stream: &mut Stream, habit: &Habit, ts: i64, from: &str, to: &str) -> Message {
    let mut message = Message::direct(ts, from, to);
    let linked = stream.chance(habit.linked);
    if stream.chance(habit.forwards) {
        let pool = (stream.unit().powi(3) * 400.0) as u32;
        let size = 20_000 + 731 * (pool % 97);
        message.kind = if pool.is_multiple_of(3) { MessageKind::Video } else { MessageKind::Image };
        message = message.body(size, &token(&format!("passed along {pool}"))).forwarded(1 + (pool % 4) as u8);
    } else {
        match stream.weighted(&[80.0, 9.0, 4.0, 3.0, 4.0]) {
            0 => message = text(stream, habit, message),
            1 => message = media(stream, message, MessageKind::Image, 90_000.0),
            2 => message = media(stream, message, MessageKind::Audio, 30_000.0),
            3 => message = media(stream, message, MessageKind::Video, 900_000.0),
            _ => {
                let sticker = (stream.unit().powi(2) * 150.0) as u32;
                message.kind = MessageKind::Sticker;
                message = message.body(9_000 + 37 * sticker, &token(&format!("sticker {sticker}")));
            }
        }
    }
    let status = [Status::Read, Status::Delivered, Status::Sent][stream.weighted(&[0.88, 0.09, 0.03])];
    message.status = Some(status);
    if linked { message.via(Via::Linked) } else { message }
}

fn media(stream: &mut Stream, mut message: Message, kind: MessageKind, median: f64) -> Message {
    message.kind = kind;
    let size = stream.lognormal(median, 0.7) as u32;
    let content = stream.hex();
    message.body(size.max(200), &content)
}

/// A text: often one of a few set phrases, else new; typed unless pasted or dictated.
fn text(stream: &mut Stream, habit: &Habit, message: Message) -> Message {
    let (size, content) = if stream.chance(0.12) {
        let phrase = (stream.unit().powi(3) * 60.0) as u32;
        (2 + phrase % 9, token(&format!("phrase {phrase}")))
    } else {
        (stream.lognormal(34.0, 0.9).clamp(1.0, 1_900.0) as u32, stream.hex())
    };
    let typed = f64::from(size) * habit.pace * stream.lognormal(1.0, 0.3);
    let typing = if stream.chance(habit.untyped) { 0 } else { typed.clamp(250.0, 110_000.0) as u32 };
    let link = stream.chance(0.03);
    message.body(size, &content).typing(typing).link(link)
}

/// Who has whom in the address book.
#[derive(Debug, Clone, Copy)]
pub struct Acquaintance {
    /// The peer has the actor.
    pub peer_knows: bool,
    /// The actor has the peer.
    pub actor_knows: bool,
}

/// Both know each other.
pub const FRIENDS: Acquaintance = Acquaintance { peer_knows: true, actor_knows: true };

/// A conversation the actor opens: turns alternate, each one or a few messages; returns when it ended.
pub fn converse(actor: &mut Actor<'_>, peer: &str, start: i64, turns: u32, who: Acquaintance) -> i64 {
    talk(actor, peer, start, turns, who, true)
}

/// A conversation the peer opens with the actor.
pub fn is_asked(actor: &mut Actor<'_>, peer: &str, start: i64, turns: u32, who: Acquaintance) -> i64 {
    talk(actor, peer, start, turns, who, false)
}

fn talk(
    actor: &mut Actor<'_>,
    peer: &str,
    start: i64,
    turns: u32,
    who: Acquaintance,
    mine_first: bool,
) -> i64 {
    let me = actor.name.clone();
    let habits = [habit_of(actor, &me), habit_of(actor, peer)];
    let mut ts = start;
    for turn in 0..turns {
        let mine = (turn % 2 == 0) == mine_first;
        let (habit, from, to, known) = if mine {
            (&habits[0], me.as_str(), peer, who.peer_knows)
        } else {
            (&habits[1], peer, &*me, who.actor_knows)
        };
        let count = 1 + actor.stream.weighted(&[0.68, 0.22, 0.10]);
        for _ in 0..count {
            let message = written(&mut actor.stream, habit, ts, from, to).known(known);
            actor.send(message);
            ts += actor.stream.gap(11.0, 0.8);
        }
        let pause = actor.stream.gap(55.0, 1.4).min(10 * HOUR_US);
        ts += pause;
    }
    ts
}

/// A reply of `peer` to the actor some time after `ts`; returns when.
pub fn reply(actor: &mut Actor<'_>, peer: &str, ts: i64, median_minutes: f64, known: bool) -> i64 {
    let habit = habit_of(actor, peer);
    let at = ts + actor.stream.gap(median_minutes * 60.0, 1.2).clamp(5 * SECOND_US, 2 * DAY_US);
    let me = actor.name.clone();
    let message = written(&mut actor.stream, &habit, at, peer, &me).known(known);
    actor.send(message);
    at
}

/// A few ordinary conversations a day with the actor's own friends over all days of the span.
pub fn private_life(actor: &mut Actor<'_>, friends: u32, per_day: f64, first_day: i64) {
    let me = actor.name.clone();
    let shift = habit_of(actor, &me).shift;
    let end = actor.end();
    for friend in 0..friends {
        let peer = format!("{me}_friend_{friend}");
        actor.has_contact(&me, &peer);
        actor.has_contact(&peer, &me);
    }
    let mut day = first_day;
    while day < end {
        for _ in 0..actor.stream.poisson(per_day) {
            let friend = (actor.stream.unit().powi(2) * f64::from(friends)) as u32;
            let start = moment(&mut actor.stream, day, shift);
            let turns = 1 + actor.stream.poisson(3.0);
            let peer = format!("{me}_friend_{friend}");
            if actor.stream.chance(0.5) {
                converse(actor, &peer, start, turns, FRIENDS);
            } else {
                is_asked(actor, &peer, start, turns, FRIENDS);
            }
        }
        day += DAY_US;
    }
}

/// Names `prefix_0 .. prefix_{n-1}`.
pub fn names(prefix: &str, n: u32) -> Vec<String> {
    (0..n).map(|index| format!("{prefix}_{index}")).collect()
}

/// A pause of a few minutes, for people who do one thing after another.
pub fn minutes(n: i64) -> i64 {
    n * MINUTE_US
}
