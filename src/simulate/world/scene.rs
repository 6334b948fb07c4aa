//! A scene of a world: one persona's or one crew's stage, its draws, and the tools that several personas share.
//! In: the world and a number; out: a stage on which every account has a known answer.
//! Knows no persona.

use super::World;
use super::draw::Draw;
use super::person::{Life, live};
use crate::domain::{AccountKind, DAY_US};
use crate::simulate::actors::human::{moment, names};
use crate::simulate::cast::Cast;
use crate::simulate::message::Message;
use crate::simulate::stage::{Actor, Place, Stage};
use crate::simulate::stream::Stream;

/// Days that scenes act out; of a shorter world's scenes only the last are kept.
const ACTED: i64 = 31;

/// One persona's or crew's stage.
#[derive(Debug)]
pub struct Scene<'a> {
    /// Where it acts.
    pub stage: Stage,
    /// Its account, or what its accounts' names begin with.
    pub me: String,
    /// Its parameters.
    pub draw: Draw,
    /// The world it belongs to.
    pub world: &'a World,
}

impl<'a> Scene<'a> {
    /// The scene of that name.
    pub fn new(world: &'a World, me: &str) -> Self {
        let stage = Stage::new(world.seed, world.end, world.days.max(ACTED))
            .in_world(world.start(), Cast::new(world.seed, me, world.people));
        let draw = Draw::new(world.seed, me, world.difficulty, world.region);
        Self { stage, me: me.to_owned(), draw, world }
    }

    /// The same scene with people around it whose numbers follow each other at that step.
    pub fn with_neighbors(&mut self, step: u64) {
        let world = self.world;
        let stage = Stage::new(world.seed, world.end, world.days.max(ACTED));
        self.stage = stage.in_world(world.start(), Cast::in_a_row(world.seed, &self.me, world.people, step));
    }

    /// Days of the world.
    pub fn days(&self) -> i64 {
        self.world.days
    }

    /// Midnight of some day of the window, but not one of the last `last`.
    pub fn some_day(&mut self, last: i64) -> i64 {
        let from = self.world.window_from();
        let days = ((self.world.end - from) / DAY_US - last).max(1) as u64;
        from + self.draw.below(days) as i64 * DAY_US
    }

    /// The name of the scene's `n`-th account.
    pub fn member(&self, n: u32) -> String {
        format!("{}.n_{n}", self.me)
    }

    /// An account that leads a life as people do, registered `age` days before the end.
    pub fn lives(&mut self, name: &str, age: f64) {
        let world = self.world;
        let mut actor = self.stage.actor_with(name, &format!("life of {name}"));
        let at = registered(&mut actor, age);
        actor.registers(at, AccountKind::Consumer, &Place::home(name));
        self.lives_on(name, at.max(world.start()));
    }

    /// The life of an account that is already registered.
    pub fn lives_on(&mut self, name: &str, from: i64) {
        let world = self.world;
        let mut actor = self.stage.actor_with(name, &format!("days of {name}"));
        let degree = 5 + actor.stream.lognormal(8.0, 0.8).min(200.0) as u32;
        let friends = names(&format!("{name}_friend"), degree);
        for friend in &friends {
            actor.has_contact(name, friend);
            actor.has_contact(friend, name);
        }
        let (near, far) = (actor.stream.below(world.people), actor.stream.below(world.people));
        let mut groups = vec![format!("family_{}", near / 5), format!("class_{}", far / 24)];
        for _ in 0..1 + actor.stream.lognormal(1.0, 1.1).min(30.0) as u32 {
            groups.push(format!("public_{}", actor.stream.below(1 + world.people / 100)));
        }
        let mut life = Life::drawn(&mut actor, friends, groups, from, world);
        life.asked = actor.stream.lognormal(1.4, 0.9).min(20.0);
        live(&mut actor, &life);
    }

    /// The age of an account, in days, as ordinary people's are.
    pub fn ordinary_age(&self, name: &str) -> f64 {
        Stream::new(self.world.seed, &format!("age of {name}")).lognormal(500.0, 1.2).clamp(1.0, 3_600.0)
    }

    /// Changes what an account sent.
    pub fn changes(&mut self, sender: &str, change: impl Fn(&mut Message)) {
        self.stage.tables_mut().messages.iter_mut().filter(|m| m.sender == sender).for_each(change);
    }
}

fn registered(actor: &mut Actor<'_>, age: f64) -> i64 {
    let day = actor.end() - (age.max(0.5) as i64 + 1) * DAY_US;
    moment(&mut actor.stream, day, 0)
}
