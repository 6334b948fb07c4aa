//! How two people of a world talk: turns of a few messages, quick or with hours between them, at a person's own pace.
//! In: an actor, a peer and a manner; out: the messages of both sides.
//! Knows no persona.

use crate::domain::HOUR_US;
use crate::simulate::actors::human::{Acquaintance, habit_of, written};
use crate::simulate::message::Message;
use crate::simulate::stage::Actor;

/// What a person's talks have in common.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// How much slower than most.
    pub pace: f64,
    /// Share of texts with a link.
    pub link: f64,
}

impl Manner {
    /// A person's manner.
    pub fn drawn(actor: &mut Actor<'_>) -> Self {
        let pace = actor.stream.lognormal(1.0, 0.6);
        Self { pace, link: actor.stream.lognormal(0.03, 1.0).min(0.5) }
    }

    /// With a link as often as this person sends one.
    pub fn linked(&self, actor: &mut Actor<'_>, message: Message) -> Message {
        let link = actor.stream.chance(self.link);
        message.link(link)
    }
}

/// A talk that the actor opens, or the peer.
pub fn talk(
    actor: &mut Actor<'_>,
    manner: &Manner,
    peer: &str,
    at: i64,
    turns: u32,
    who: Acquaintance,
    mine: bool,
) {
    let me = actor.name.clone();
    let habits = [habit_of(actor, &me), habit_of(actor, peer)];
    let mut ts = at;
    for turn in 0..turns {
        let (habit, from, to, known) = match (turn % 2 == 0) == mine {
            true => (&habits[0], me.as_str(), peer, who.peer_knows),
            false => (&habits[1], peer, me.as_str(), who.actor_knows),
        };
        for _ in 0..1 + actor.stream.weighted(&[0.72, 0.2, 0.08]) {
            let message = written(&mut actor.stream, habit, ts, from, to).known(known);
            let message = manner.linked(actor, message);
            actor.send(message);
            ts += actor.stream.gap(16.0 * manner.pace, 1.0);
        }
        // Three of four answers come while both look at the phone.
        let median = if actor.stream.chance(0.75) { 80.0 } else { 2_400.0 };
        ts += actor.stream.gap(median * manner.pace, 1.3).min(20 * HOUR_US);
    }
}
