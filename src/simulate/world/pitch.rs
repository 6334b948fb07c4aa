//! What adversaries send to strangers: wordings that vary or do not, typing faked or absent, and what comes back.
//! In: an actor, a target and a moment; out: one pitch with its outcome.
//! Refuses to know which persona sends it.

use super::ranges::{BLOCKS, REPLIES, REPORTS};
use super::scene::Scene;
use crate::domain::{DAY_US, FeedbackKind, HOUR_US, MINUTE_US, MessageKind, Status, TokenKey, digest64};
use crate::simulate::actors::human::{Habit, habit_of, moment, reply};
use crate::simulate::cast::NOBODY;
use crate::simulate::message::Message;
use crate::simulate::stage::Actor;
use crate::simulate::stream::token;

/// How the text of a campaign varies from one message to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wording {
    /// One of so many fixed texts.
    Fixed(u64),
    /// Words exchanged by a template: another fingerprint, a sketch that is close.
    Spintax,
    /// Letters that look alike or cannot be seen: another fingerprint, a sketch as far as the platform folds them.
    LookAlike,
    /// Said anew each time around the same link: nothing in common but that there is a link.
    Paraphrase,
    /// A picture encoded anew each time.
    FreshMedia,
}

/// What is seen of typing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    /// None.
    Absent,
    /// A fixed pause with a little noise.
    Fixed,
    /// As long as a person would take.
    Human,
}

/// A campaign as one account runs it.
#[derive(Debug, Clone)]
pub struct Pitch {
    /// What accounts of one campaign share.
    pub campaign: String,
    /// How the text varies.
    pub wording: Wording,
    /// What is seen of typing.
    pub typing: Typing,
    /// Share of messages with a link.
    pub link: f64,
    /// Share of targets that have the sender.
    pub known: f64,
    /// Share of targets that nobody has.
    pub dead: f64,
    /// Shares that answer, report and block.
    pub outcome: (f64, f64, f64),
}

impl Pitch {
    /// The campaign of a scene: adaptive ones vary their texts, type like people and are answered more often.
    pub fn of(scene: &mut Scene<'_>) -> Self {
        let outcome = (scene.draw.get(&REPLIES), scene.draw.get(&REPORTS), scene.draw.get(&BLOCKS));
        let campaign = scene.me.clone();
        if scene.draw.adapts() {
            let wording = [Wording::Spintax, Wording::LookAlike, Wording::Paraphrase, Wording::FreshMedia];
            let wording = wording[scene.draw.below(4) as usize];
            Self { campaign, wording, typing: Typing::Human, link: 0.25, known: 0.1, dead: 0.03, outcome }
        } else {
            let wording = Wording::Fixed(1 + scene.draw.below(4));
            Self { campaign, wording, typing: Typing::Absent, link: 0.9, known: 0.0, dead: 0.08, outcome }
        }
    }

    /// Sends one; `target` is a name of the actor's own making, played by the world's people.
    pub fn send(&self, actor: &mut Actor<'_>, ts: i64, target: &str) {
        let me = actor.name.clone();
        let habit = habit_of(actor, &me);
        let dead = actor.stream.chance(self.dead);
        let peer = if dead { format!("{NOBODY}{target}_{me}") } else { target.to_owned() };
        let known = actor.stream.chance(self.known);
        let link = actor.stream.chance(self.link);
        let message = self.written(actor, &habit, ts, &peer).known(known).link(link);
        let status = match dead {
            true => Status::Sent,
            false => [Status::Read, Status::Delivered][actor.stream.weighted(&[0.6, 0.4])],
        };
        actor.abuses(ts);
        actor.send(message.status(status));
        if !dead {
            self.comes_back(actor, ts, &peer);
        }
    }

    /// What a target does with it; whoever has not answered may complain.
    pub fn comes_back(&self, actor: &mut Actor<'_>, ts: i64, peer: &str) {
        let (replies, reports, blocks) = self.outcome;
        let later = actor.stream.within_minutes(ts + MINUTE_US, 600);
        match actor.stream.weighted(&[replies, reports, blocks, (1.0 - replies - reports - blocks).max(0.0)])
        {
            0 => drop(reply(actor, peer, ts, 40.0, false)),
            1 => actor.feedback(later, peer, FeedbackKind::Report, true),
            2 => actor.feedback(later, peer, FeedbackKind::Block, true),
            _ => {}
        }
    }

    /// The message, without an outcome.
    pub fn written(&self, actor: &mut Actor<'_>, habit: &Habit, ts: i64, peer: &str) -> Message {
        let me = actor.name.clone();
        let mut message = Message::direct(ts, &me, peer);
        let sketch = digest64(&TokenKey::new(8, 13), self.campaign.as_bytes());
        let fresh = actor.stream.hex();
        let size = 120 + actor.stream.below(60) as u32;
        message = match self.wording {
            Wording::Fixed(texts) => {
                let text = actor.stream.below(texts);
                message.body(150 + 7 * text as u32, &token(&format!("{} text {text}", self.campaign)))
            }
            Wording::Spintax => message.body(size, &fresh).sketch(flipped(actor, sketch, 3)),
            Wording::LookAlike => message.body(size, &fresh).sketch(flipped(actor, sketch, 9)),
            Wording::Paraphrase => message.body(40 + actor.stream.lognormal(60.0, 0.6) as u32, &fresh),
            Wording::FreshMedia => {
                message.kind = MessageKind::Image;
                message.body(actor.stream.lognormal(90_000.0, 0.5) as u32, &fresh)
            }
        };
        let human =
            f64::from(message.size.unwrap_or(0).min(600)) * habit.pace * actor.stream.lognormal(1.0, 0.3);
        message.typing_ms = match self.typing {
            _ if message.kind != MessageKind::Text => None,
            Typing::Absent => Some(0),
            Typing::Fixed => Some(3_000 + actor.stream.below(300) as u32),
            Typing::Human => Some(human.clamp(250.0, 110_000.0) as u32),
        };
        message
    }

    /// A day's pitches at moments at which people write.
    pub fn day(&self, actor: &mut Actor<'_>, day: i64, mean: f64) {
        let many = actor.stream.poisson(mean);
        for n in 0..many {
            let ts = moment(&mut actor.stream, day, 0);
            self.send(actor, ts, &format!("{}_target_{}_{n}", actor.name, day / DAY_US));
        }
    }

    /// Pitches one after another.
    pub fn run(&self, actor: &mut Actor<'_>, start: i64, many: u32, gap: (f64, f64)) {
        let mut ts = start;
        for n in 0..many {
            self.send(actor, ts, &format!("{}_target_{}_{n}", actor.name, start / HOUR_US));
            ts += actor.stream.gap(gap.0, gap.1);
        }
    }
}

/// The sketch with up to `most` bits flipped.
fn flipped(actor: &mut Actor<'_>, sketch: u64, most: u64) -> u64 {
    (0..actor.stream.below(most + 1)).fold(sketch, |sketch, _| sketch ^ 1 << actor.stream.below(64))
}
