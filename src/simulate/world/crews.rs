//! Adversaries that act with several accounts: split lists, rings, farms, brigades, and accomplices who chat.
//! In: a scene; out: the rows of all its accounts, with the moment of each one's first abusive act.
//! Refuses to know how a detector finds company.

use super::loners::strangers_by_day;
use super::pitch::Pitch;
use super::ranges::*;
use super::scene::Scene;
use crate::domain::{AccountKind, Chat, DAY_US, FeedbackKind, GroupKind, HOUR_US, MINUTE_US, SECOND_US};
use crate::simulate::actors::human::{Acquaintance, FRIENDS, converse, habit_of, is_asked, moment, written};
use crate::simulate::stage::Place;

/// One list over several numbers: the same text in the same minutes; adapted: in other words, over the day, and every
/// number lives.
pub fn split_list(scene: &mut Scene<'_>) {
    let (numbers, per_day) = (scene.draw.count(&SPLIT_NUMBERS), scene.draw.get(&SPLIT_PER_DAY));
    let pitch = Pitch::of(scene);
    let (start, days, adapts) = (scene.world.start(), scene.days(), scene.draw.adapts());
    for n in 0..numbers {
        let name = scene.member(n);
        if adapts {
            strangers_by_day(scene, &name, &pitch, per_day, 0.0);
            continue;
        }
        let mut actor = scene.stage.actor(&name);
        let at = start - 20 * DAY_US + i64::from(n) * HOUR_US;
        actor.registers(at, AccountKind::Consumer, &Place::home(&name));
        for day in 0..days {
            let at = start + day * DAY_US + 11 * HOUR_US + actor.stream.between(0, 240) * SECOND_US;
            pitch.run(&mut actor, at, per_day as u32, (11.0, 0.3));
        }
    }
}

/// Numbers that talk with each other for weeks and pitch then; adapted: they also have friends, and pitch little.
pub fn warmed_up_ring(scene: &mut Scene<'_>) {
    let (members, per_day) = (scene.draw.count(&RING_MEMBERS), scene.draw.get(&RING_PER_DAY));
    let pitch = Pitch::of(scene);
    let adapts = scene.draw.adapts();
    let age = 20 + scene.draw.below(40) as i64;
    let (end, warm) = (scene.stage.to(), scene.world.start() + scene.days() / 2 * DAY_US);
    for n in 0..members {
        let name = scene.member(n);
        if adapts {
            let age = scene.ordinary_age(&name);
            scene.lives(&name, age);
        } else {
            let at = end - age * DAY_US + i64::from(n) * 2 * HOUR_US;
            scene.stage.actor(&name).registers(at, AccountKind::Consumer, &Place::home(&name));
        }
        let others: Vec<String> = (n + 1..members).map(|other| scene.member(other)).collect();
        let mut actor = scene.stage.actor_with(&name, &format!("ring of {name}"));
        let mut day = actor.kept_from();
        while day < end {
            for other in &others {
                if actor.stream.chance(if adapts { 0.05 } else { 0.5 }) {
                    let at = moment(&mut actor.stream, day, 0);
                    converse(&mut actor, other, at, 4, FRIENDS);
                }
            }
            if adapts || warm <= day {
                pitch.day(&mut actor, day, per_day);
            }
            day += DAY_US;
        }
    }
}

/// A farm of cards in shared devices behind one network; adapted: each has a home, and little to send.
pub fn sim_farm(scene: &mut Scene<'_>) {
    let (accounts, per_day) = (scene.draw.count(&FARM_ACCOUNTS), scene.draw.get(&FARM_PER_DAY));
    let pitch = Pitch::of(scene);
    let (start, days, adapts) = (scene.world.start(), scene.days(), scene.draw.adapts());
    let opened = scene.some_day(3) + 10 * HOUR_US;
    for n in 0..accounts {
        let name = scene.member(n);
        let is_caught = n % 9 == 4 && opened + 3 * DAY_US < start + days * DAY_US;
        if adapts {
            strangers_by_day(scene, &name, &pitch, per_day, 0.0);
            if is_caught {
                scene.stage.actor(&name).is_banned(opened + 3 * DAY_US);
            }
            continue;
        }
        let place = Place {
            block: format!("whole block of {}", scene.me),
            network: format!("network of {}", scene.me),
            device: format!("device {} of {}", n / 8, scene.me),
            build: "2.22.4".to_owned(),
            ..Place::home(&name)
        };
        let mut actor = scene.stage.actor(&name);
        let at = opened + i64::from(n) * actor.stream.between(30, 90) * SECOND_US;
        actor.registers(at, AccountKind::Consumer, &place);
        for day in 0..days {
            let begin = start + day * DAY_US + 8 * HOUR_US + actor.stream.between(0, 300) * MINUTE_US;
            if at < begin {
                pitch.run(&mut actor, begin, per_day as u32, (35.0, 0.5));
            }
        }
        if is_caught {
            actor.is_banned(opened + 3 * DAY_US);
        }
    }
}

/// People who agree to report somebody innocent: in minutes, lured or never written to; adapted: over a day or two, by
/// accounts that live.
pub fn report_brigade(scene: &mut Scene<'_>) {
    let (members, minutes) = (scene.draw.count(&BRIGADE_MEMBERS), scene.draw.get(&BRIGADE_MINUTES));
    let target = format!("{}.target", scene.me);
    let age = scene.ordinary_age(&target);
    scene.lives(&target, age);
    scene.stage.actor(&target).is_labeled("innocent", "mass_report_target", None);
    let (adapts, rally) = (scene.draw.adapts(), format!("rally of {}", scene.me));
    let start = scene.some_day(2) + 18 * HOUR_US;
    for n in 0..members {
        let name = scene.member(n);
        if adapts || n % 2 == 0 {
            let age = scene.ordinary_age(&name);
            scene.lives(&name, age);
        } else {
            let at = start - 14 * DAY_US + i64::from(n) * 9 * SECOND_US;
            let farm = Place { network: format!("farm of {}", scene.me), ..Place::home(&name) };
            scene.stage.actor(&name).registers(at, AccountKind::Consumer, &farm);
        }
        let mut actor = scene.stage.actor_with(&target, &format!("{name} about {target}"));
        let ts = start + (minutes * actor.stream.unit() * 60.0) as i64 * SECOND_US;
        let lured = n % 3 == 0;
        if lured {
            let asked = ts - 6 * HOUR_US;
            let who = Acquaintance { peer_knows: false, actor_knows: false };
            is_asked(&mut actor, &name, asked, 2, who);
        }
        actor.feedback(ts, &name, FeedbackKind::Report, false);
        if n % 5 == 0 {
            actor.feedback(ts + 5 * SECOND_US, &name, FeedbackKind::Block, false);
        }
        let mut actor = scene.stage.actor_with(&name, &format!("anger of {name}"));
        actor.abuses(ts);
        if !adapts && n % 2 == 0 {
            actor.group(start - 3 * DAY_US + i64::from(n) * MINUTE_US, &rally, GroupKind::JoinLink, None);
            let habit = habit_of(&mut actor, &name);
            let post = written(&mut actor.stream, &habit, start - HOUR_US, &name, &rally);
            actor.send(post.into_chat(Chat::Group));
        }
    }
}

/// A run to strangers behind the chatter of accomplices, who lift its replies; adapted: the sender lives as well.
pub fn padding(scene: &mut Scene<'_>) {
    let (accomplices, per_day) = (scene.draw.count(&PADDING_ACCOMPLICES), scene.draw.get(&PADDING_PER_DAY));
    let pitch = Pitch::of(scene);
    let (name, adapts) = (scene.me.clone(), scene.draw.adapts());
    strangers_by_day(scene, &name, &pitch, per_day, 14.0);
    for n in 0..accomplices {
        let helper = scene.member(n);
        let age = if adapts { scene.ordinary_age(&helper) } else { 30.0 };
        if adapts {
            scene.lives(&helper, age);
        } else {
            let mut actor = scene.stage.actor(&helper);
            actor.registers(actor.end() - 30 * DAY_US, AccountKind::Consumer, &Place::home(&helper));
        }
        let mut actor = scene.stage.actor_with(&helper, &format!("help of {helper}"));
        actor.is_labeled("accomplice", "padding_accomplice", None);
        let mut day = actor.kept_from();
        while day < actor.end() {
            for _ in 0..actor.stream.poisson(if adapts { 0.3 } else { 2.0 }) {
                let at = moment(&mut actor.stream, day, 0);
                converse(&mut actor, &name, at, 5, FRIENDS);
            }
            day += DAY_US;
        }
    }
}
