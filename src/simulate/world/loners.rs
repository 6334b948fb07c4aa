//! Adversaries that act with one account, each plainly or adapted to look like a person in every single respect.
//! In: a scene; out: the account's rows, with the moment of its first abusive act.
//! Refuses to know a detector's limits: adapted values are those of ordinary people.

use super::pitch::{Pitch, Typing, Wording};
use super::ranges::*;
use super::scene::Scene;
use crate::domain::{AccountKind, Chat, DAY_US, FeedbackKind, GroupKind, HOUR_US, MINUTE_US, SECOND_US};
use crate::simulate::actors::human::{habit_of, moment};
use crate::simulate::stage::{Actor, Place};

/// A fresh account that blasts at once; adapted: an account bought weeks or months before, at a person's pace.
pub fn new_account_blaster(scene: &mut Scene<'_>) {
    let (name, age) = (scene.me.clone(), scene.draw.get(&BLASTER_AGE));
    let pitch = Pitch::of(scene);
    if scene.draw.adapts() {
        let per_day = scene.draw.get(&BLASTER_MESSAGES);
        let gap = scene.draw.get(&BLASTER_GAP);
        scene.lives(&name, age);
        return by_days(scene, &name, &pitch, |actor, day| {
            let many = actor.stream.poisson(per_day);
            let start = moment(&mut actor.stream, day, 0);
            pitch.run(actor, start, many, (gap, 0.8));
        });
    }
    let (many, gap) = (scene.draw.count(&BLASTER_MESSAGES), scene.draw.get(&BLASTER_GAP));
    let at = scene.some_day(1) + (6 + scene.draw.below(14) as i64) * HOUR_US;
    let mut actor = scene.stage.actor(&name);
    actor.registers(at, AccountKind::Consumer, &Place::home(&name));
    let start = at + (age * HOUR_US as f64) as i64 / 1_000 * 1_000;
    pitch.run(&mut actor, start, many, (gap, 0.3));
}

/// Does something on every day of the world.
fn by_days(scene: &mut Scene<'_>, name: &str, pitch: &Pitch, act: impl Fn(&mut Actor<'_>, i64)) {
    let (start, days) = (scene.world.start(), scene.days());
    let mut actor = scene.stage.actor_with(name, &format!("{} of {name}", pitch.campaign));
    for day in 0..days {
        act(&mut actor, start + day * DAY_US);
    }
}

/// Creates groups and adds strangers to them; adapted: now and then one, of the size people make.
pub fn group_factory(scene: &mut Scene<'_>) {
    let name = scene.me.clone();
    let (groups, added) = (scene.draw.get(&FACTORY_GROUPS), scene.draw.get(&FACTORY_ADDED));
    let mut pitch = Pitch::of(scene);
    if scene.draw.adapts() {
        pitch.known = 0.6;
        let age = scene.ordinary_age(&name);
        scene.lives(&name, age);
        return by_days(scene, &name, &pitch, |actor, day| {
            for n in 0..actor.stream.poisson(groups) {
                let at = moment(&mut actor.stream, day, 0);
                makes_group(actor, &pitch, at, n, added as u32, 12.0);
            }
        });
    }
    let day = scene.some_day(2);
    let mut actor = scene.stage.actor(&name);
    actor.registers(day - 2 * DAY_US, AccountKind::Consumer, &Place::home(&name));
    let mut ts = day + 9 * HOUR_US;
    for n in 0..groups as u32 {
        makes_group(&mut actor, &pitch, ts, n, added as u32, 0.3);
        ts += actor.stream.gap(30.0 + added * 0.3, 0.3);
    }
}

/// One group: created, filled, posted into; some leave.
fn makes_group(actor: &mut Actor<'_>, pitch: &Pitch, at: i64, n: u32, added: u32, gap: f64) {
    let (me, group) = (actor.name.clone(), format!("{} of day {} by {}", n, at / DAY_US, actor.name));
    let habit = habit_of(actor, &me);
    actor.abuses(at);
    actor.group(at, &group, GroupKind::Create, None);
    let mut ts = at;
    for person in 0..added {
        ts += actor.stream.gap(gap, 0.5);
        // Who adapts mixes friends in, as anybody's groups do.
        let target = match actor.stream.chance(pitch.known) {
            true => format!("{me}_friend_{person}"),
            false => format!("{me}_added_{}_{n}_{person}", at / HOUR_US),
        };
        actor.group(ts, &group, GroupKind::Add, Some(&target));
        if actor.stream.chance(0.12) {
            let later = actor.stream.within_minutes(ts + MINUTE_US, 600);
            actor.group_by(later, &target, &group, GroupKind::Leave, None);
        }
        if actor.stream.chance(pitch.outcome.1) {
            actor.feedback(ts + HOUR_US, &target, FeedbackKind::Report, true);
        }
    }
    let ts = ts + actor.stream.gap(40.0, 0.5);
    let link = actor.stream.chance(pitch.link);
    let post = pitch.written(actor, &habit, ts, &group).link(link).into_chat(Chat::Group);
    actor.send(post);
}

/// Joins groups by link and posts the same; adapted: one or two a day, waits, and says it in other words.
pub fn group_hopper(scene: &mut Scene<'_>) {
    let (name, per_day) = (scene.me.clone(), scene.draw.get(&HOPPER_GROUPS));
    let (pitch, adapts) = (Pitch::of(scene), scene.draw.adapts());
    let age = if adapts { scene.ordinary_age(&name) } else { 9.0 };
    let publics = 1 + scene.world.people / 100;
    if adapts {
        scene.lives(&name, age);
    } else {
        let mut actor = scene.stage.actor(&name);
        actor.registers(actor.end() - 9 * DAY_US, AccountKind::Consumer, &Place::home(&name));
    }
    by_days(scene, &name, &pitch, |actor, day| {
        let mut ts = moment(&mut actor.stream, day, 0);
        for n in 0..actor.stream.poisson(per_day) {
            let own = format!("{name}_found_{}_{n}", day / DAY_US);
            let group = if adapts { format!("public_{}", actor.stream.below(publics)) } else { own };
            ts = hop(actor, &pitch, ts, &group, if adapts { 9_000.0 } else { 70.0 });
            if adapts {
                ts = moment(&mut actor.stream, day, 0);
            }
        }
    });
}

fn hop(actor: &mut Actor<'_>, pitch: &Pitch, at: i64, group: &str, wait: f64) -> i64 {
    let me = actor.name.clone();
    let habit = habit_of(actor, &me);
    actor.group(at, group, GroupKind::JoinLink, None);
    let ts = at + actor.stream.gap(wait, 0.5);
    let link = actor.stream.chance(pitch.link);
    let post = pitch.written(actor, &habit, ts, group).link(link).into_chat(Chat::Group);
    actor.abuses(ts);
    actor.send(post);
    if actor.stream.chance(0.2) {
        let warden = format!("{me}_warden_{}", at / HOUR_US);
        actor.group_by(ts + 20 * MINUTE_US, &warden, group, GroupKind::Remove, Some(&me));
    }
    ts + actor.stream.gap(150.0, 0.4)
}

/// Stays under every limit: some strangers a day, evenly over it; adapted: few, when people write.
pub fn dripper(scene: &mut Scene<'_>) {
    let (name, per_day) = (scene.me.clone(), scene.draw.get(&DRIPPER_PER_DAY));
    let pitch = Pitch::of(scene);
    let age = scene.ordinary_age(&name);
    if scene.draw.adapts() {
        scene.lives(&name, age);
        return by_days(scene, &name, &pitch, |actor, day| pitch.day(actor, day, per_day));
    }
    let mut actor = scene.stage.actor(&name);
    actor.registers(actor.end() - (age as i64 + 8) * DAY_US, AccountKind::Consumer, &Place::home(&name));
    by_days(scene, &name, &pitch, |actor, day| {
        let gap = 10.0 * 3_600.0 / per_day;
        let start = day + 9 * HOUR_US + actor.stream.between(0, 600) * SECOND_US;
        pitch.run(actor, start, per_day as u32, (gap, 0.02));
    });
}

/// The same strangers' run with texts that vary by template, by letters, by words or by picture.
pub fn template_mutator(scene: &mut Scene<'_>) {
    let (name, per_day) = (scene.me.clone(), scene.draw.get(&MUTATOR_PER_DAY));
    let mut pitch = Pitch::of(scene);
    let wordings = [Wording::Spintax, Wording::LookAlike, Wording::Paraphrase, Wording::FreshMedia];
    pitch.wording = wordings[scene.draw.below(4) as usize];
    if pitch.wording == Wording::Paraphrase {
        pitch.link = 1.0;
    }
    strangers_by_day(scene, &name, &pitch, per_day, 14.0);
}

/// Types and pauses as people do; adapted: also as seldom.
pub fn human_like(scene: &mut Scene<'_>) {
    let (name, per_day) = (scene.me.clone(), scene.draw.get(&HUMANLIKE_PER_DAY));
    let mut pitch = Pitch::of(scene);
    pitch.typing = if scene.draw.chance(0.5) { Typing::Human } else { Typing::Fixed };
    if scene.draw.adapts() {
        pitch.typing = Typing::Human;
        let age = scene.ordinary_age(&name);
        scene.lives(&name, age);
    } else {
        let mut actor = scene.stage.actor(&name);
        actor.registers(actor.end() - 30 * DAY_US, AccountKind::Consumer, &Place::home(&name));
    }
    by_days(scene, &name, &pitch, |actor, day| pitch.day(actor, day, per_day));
}

/// An account that lives if it adapts and has just been made if not, and pitches every day.
pub fn strangers_by_day(scene: &mut Scene<'_>, name: &str, pitch: &Pitch, per_day: f64, gap: f64) {
    if scene.draw.adapts() {
        let age = scene.ordinary_age(name);
        scene.lives(name, age);
        return by_days(scene, name, pitch, |actor, day| pitch.day(actor, day, per_day));
    }
    let days = scene.days();
    let mut actor = scene.stage.actor(name);
    actor.registers(actor.end() - (days - 1).max(1) * DAY_US, AccountKind::Consumer, &Place::home(name));
    by_days(scene, name, pitch, |actor, day| {
        let start = day + 33 * HOUR_US + actor.stream.between(0, 90) * MINUTE_US;
        pitch.run(actor, start, per_day as u32, (gap, 0.4));
    });
}

/// A person's account in other hands: a new sign-up from elsewhere, then to everybody in its address book and to
/// strangers; adapted: a few a day beside the owner's life.
pub fn taken_over(scene: &mut Scene<'_>) {
    let (name, messages) = (scene.me.clone(), scene.draw.get(&TAKEN_MESSAGES));
    let mut pitch = Pitch::of(scene);
    pitch.known = 0.7;
    let (age, adapts) = (scene.ordinary_age(&name).max(60.0), scene.draw.adapts());
    scene.lives(&name, age);
    let day = scene.some_day(if adapts { scene.days() - 1 } else { 1 });
    let mut actor = scene.stage.actor_with(&name, &format!("thief of {name}"));
    let at = moment(&mut actor.stream, day, 0);
    if !adapts {
        let away = Place { ip_country: "NG".to_owned(), ..Place::home(&format!("thief of {name}")) };
        actor.registers_again(at, &away);
        let own = format!("{name}_friend");
        for n in 0..messages as u32 {
            // The nearest friends first, then numbers from a list.
            let target = if n < 25 { format!("{own}_{n}") } else { format!("{name}_listed_{n}") };
            let ts = at + MINUTE_US + i64::from(n) * actor.stream.between(3, 9) * SECOND_US;
            pitch.send(&mut actor, ts, &target);
        }
        return;
    }
    for later in 0..scene.world.days {
        let day = day + later * DAY_US;
        for n in 0..actor.stream.poisson(messages) {
            let own = actor.stream.chance(0.6);
            let target =
                if own { format!("{name}_friend_{n}") } else { format!("{name}_listed_{later}_{n}") };
            let ts = moment(&mut actor.stream, day, 0);
            pitch.send(&mut actor, ts, &target);
        }
    }
}

/// Counts numbers up; many are nobody's. Adapted: few a day, from a list that was cleaned.
pub fn enumerated_numbers(scene: &mut Scene<'_>) {
    scene.with_neighbors(if scene.draw.adapts() { 97 } else { 1 });
    let (name, per_day) = (scene.me.clone(), scene.draw.get(&ENUMERATED_PER_DAY));
    let mut pitch = Pitch::of(scene);
    pitch.dead = scene.draw.get(&ENUMERATED_DEAD);
    strangers_by_day(scene, &name, &pitch, per_day, 9.0);
}
