//! Innocents who call many people together, again and again: to a strike or protest, or to help after a disaster.
//! In: a scene; out: the calls, and what those who are called write on their own and in the groups they share.
//! Refuses strangers where there are none: many of those who are called signed up, saved the number or wrote before.

use super::ranges::*;
use super::scene::Scene;
use super::tidings::{Hearer, Tiding, Way, tell};
use crate::domain::{Chat, DAY_US, GroupKind, HOUR_US, MINUTE_US};
use crate::simulate::actors::human::{Acquaintance, habit_of, is_asked, moment, names, written};
use crate::simulate::message::Message;
use crate::simulate::stage::Actor;
use crate::simulate::stream::token;

/// Sections into which those who are called are divided, each with a group.
const SECTIONS: i64 = 6;

/// Calls the same people to a strike or protest on several days. They gave their numbers for it, so many have saved
/// the caller's; one in four answers a call, some ask of their own accord or post in their section's group, and some
/// opponents report.
pub fn protest_organizer(scene: &mut Scene<'_>) {
    let (name, people) = (scene.me.clone(), scene.draw.count(&STRIKE_PEOPLE));
    let saved = scene.draw.get(&STRIKE_SAVED);
    // A broadcast list is the client's own tool for it; half of the callers paste or forward instead.
    let by_list = scene.draw.chance(0.5);
    // Half go down a written list each time; the others take people as the client shows them.
    let written_down = scene.draw.chance(0.5);
    let age = scene.ordinary_age(&name);
    scene.lives(&name, age);
    let (start, days) = (scene.world.start(), scene.days());
    let mut actor = scene.stage.actor(&name);
    let all = Hearer::all(&mut actor, names(&format!("{name}_colleague"), people), saved, 0.25);
    take_part(&mut actor, &all, start, days);
    for call in 0..(days / 2).clamp(1, 6) {
        let at = start + 2 * call * DAY_US + actor.stream.between(15 * 60, 20 * 60) * MINUTE_US;
        let way = match (by_list, call % 2) {
            (true, _) => Way::Listed,
            (false, 0) => Way::Pasted,
            (false, _) => Way::Forwarded,
        };
        let people = if written_down { all.clone() } else { as_shown(&mut actor, &all) };
        let told = Tiding { people, complains: 0.006, gap: 12.0, way };
        tell(&mut actor, at, &format!("call {call}"), &told);
        let content = token(&format!("call {call} of {name}"));
        for section in 0..SECTIONS {
            let ts = at + HOUR_US + section * 2 * MINUTE_US;
            let post = Message::direct(ts, &name, &section_of(&name, section)).body(260, &content).typing(0);
            actor.send(post.into_chat(Chat::Group));
        }
    }
}

/// The same people in about the same order, as that of chats on a screen is from one day to another.
fn as_shown(actor: &mut Actor<'_>, all: &[Hearer]) -> Vec<Hearer> {
    let mut placed: Vec<(u64, &Hearer)> = Vec::with_capacity(all.len());
    for (n, hearer) in all.iter().enumerate() {
        placed.push((n as u64 + actor.stream.below(all.len() as u64), hearer));
    }
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, hearer)| hearer.clone()).collect()
}

fn section_of(name: &str, section: i64) -> String {
    format!("{name}_section_{section}")
}

/// What those who are called do of their own accord: one in seven asks something, one in five posts where all read it.
fn take_part(actor: &mut Actor<'_>, all: &[Hearer], start: i64, days: i64) {
    let me = actor.name.clone();
    for (n, hearer) in all.iter().enumerate() {
        if hearer.known {
            actor.has_contact(&hearer.name, &me);
        }
        if actor.stream.chance(0.15) {
            let day = start + actor.stream.between(0, days) * DAY_US;
            let (ts, turns) = (moment(&mut actor.stream, day, 0), 1 + actor.stream.poisson(1.0));
            is_asked(
                actor,
                &hearer.name,
                ts,
                turns,
                Acquaintance { peer_knows: hearer.known, actor_knows: true },
            );
        }
        if actor.stream.chance(0.2) {
            let day = start + actor.stream.between(0, days) * DAY_US;
            let (ts, habit) = (moment(&mut actor.stream, day, 0), habit_of(actor, &hearer.name));
            let section = section_of(&me, n as i64 % SECTIONS);
            let post = written(&mut actor.stream, &habit, ts, &hearer.name, &section);
            actor.send(post.into_chat(Chat::Group));
        }
    }
}

/// Coordinates help after a disaster: strangers ask at all hours, what is needed goes to all helpers, who are added to
/// groups. Some helpers offered themselves before they were ever written to; the others' numbers were passed on.
pub fn disaster_volunteer(scene: &mut Scene<'_>) {
    let (name, day, per_day) = (scene.me.clone(), scene.some_day(3), scene.draw.count(&DISASTER_PER_DAY));
    let signed_up = scene.draw.get(&DISASTER_SIGNED);
    let age = scene.ordinary_age(&name);
    scene.lives(&name, age);
    let stranger = Acquaintance { peer_knows: false, actor_knows: false };
    let mut actor = scene.stage.actor(&name);
    let mut helpers: Vec<Hearer> = Vec::new();
    for night in 0..3 {
        let midnight = day + night * DAY_US;
        for peer in names(&format!("{name}_{night}_asking"), per_day / 2) {
            let ts = midnight + actor.stream.between(0, 24 * 60) * MINUTE_US;
            is_asked(&mut actor, &peer, ts, 3, stranger);
        }
        // The first night brings most of them, and half of the others stay for the next.
        let new = names(&format!("{name}_{night}_helper"), if night == 0 { per_day } else { per_day / 2 });
        let (offered, passed_on) = new.into_iter().partition::<Vec<_>, _>(|_| actor.stream.chance(signed_up));
        let offered = Hearer::all(&mut actor, offered, 0.7, 0.6);
        for helper in &offered {
            let ts = midnight + actor.stream.between(30, 6 * 60) * MINUTE_US;
            let who = Acquaintance { peer_knows: helper.known, actor_knows: false };
            is_asked(&mut actor, &helper.name, ts, 1, who);
        }
        helpers.retain(|_| actor.stream.chance(0.5));
        helpers.extend(offered);
        helpers.extend(Hearer::all(&mut actor, passed_on, 0.2, 0.5));
        let way = if night == 0 { Way::Pasted } else { Way::Forwarded };
        let told = Tiding { people: helpers.clone(), complains: 0.003, gap: 30.0, way };
        tell(&mut actor, midnight + 7 * HOUR_US, &format!("needed {night}"), &told);
        let group = format!("{name}_team_{night}");
        actor.group(midnight + 9 * HOUR_US, &group, GroupKind::Create, None);
        for (n, helper) in helpers.iter().step_by(2).enumerate() {
            let ts = midnight + 9 * HOUR_US + n as i64 * 9_000_000;
            actor.group(ts, &group, GroupKind::Add, Some(&helper.name));
        }
    }
}
