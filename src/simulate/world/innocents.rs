//! The policy's innocents in a world: the scenarios' actors with drawn parameters and the world's people around them.
//! In: a scene; out: one persona's rows.
//! Refuses abuse: whoever is flagged here is a false alarm.

use super::ranges::*;
use super::scene::Scene;
use crate::domain::{AccountKind, DAY_US, HOUR_US, MINUTE_US};
use crate::simulate::actors::people::Untyped;
use crate::simulate::actors::{business, groups, machines, people, signup};
use crate::simulate::stage::Place;

pub fn number_change(scene: &mut Scene<'_>) {
    let friends = scene.draw.count(&MOVED_FRIENDS);
    let (old, new, day) = (scene.me.clone(), format!("{}.new", scene.me), scene.some_day(2));
    people::number_change(&mut scene.stage, &old, &new, day, friends);
    scene.lives_on(&new, day + DAY_US);
}

pub fn support_desk(scene: &mut Scene<'_>) {
    let per_day = scene.draw.count(&DESK_PER_DAY);
    let days: Vec<u32> =
        (0..scene.days()).map(|day| if day % 7 < 5 { per_day } else { per_day / 6 }).collect();
    business::support_desk(&mut scene.stage, &scene.me, scene.world.start(), &days);
}

pub fn auto_reply(scene: &mut Scene<'_>) {
    let (days, per_day) = (scene.days(), scene.draw.count(&GREETED_PER_DAY));
    business::auto_reply(&mut scene.stage, &scene.me, scene.world.start(), days, per_day);
}

pub fn api_transactional(scene: &mut Scene<'_>) {
    let (days, per_day) = (scene.days(), scene.draw.count(&RECEIPTS_PER_DAY));
    business::api_transactional(&mut scene.stage, &scene.me, scene.world.start(), days, per_day);
}

pub fn api_marketing(scene: &mut Scene<'_>) {
    let audience = scene.draw.count(&OFFERS_AUDIENCE);
    // Somewhere in the first week, and weekly from then on.
    let first = scene.world.start() + scene.draw.below(scene.days().min(7) as u64) as i64 * DAY_US;
    business::api_marketing(&mut scene.stage, &scene.me, first, 1 + scene.world.days / 7, audience);
}

pub fn personal_advice(scene: &mut Scene<'_>) {
    let clients = scene.draw.count(&ADVICE_CLIENTS);
    people::personal_advice(&mut scene.stage, &scene.me, clients);
}

pub fn holiday_greeting(scene: &mut Scene<'_>) {
    let (contacts, day) = (scene.draw.count(&GREETING_CONTACTS), scene.some_day(1));
    people::holiday_greeting(&mut scene.stage, &scene.me, day, contacts);
}

pub fn event_list(scene: &mut Scene<'_>) {
    let (contacts, day) = (scene.draw.count(&LIST_CONTACTS), scene.some_day(1));
    people::list_sender(&mut scene.stage, &scene.me, day, contacts);
}

pub fn one_day_invitation(scene: &mut Scene<'_>) {
    let (invited, day) = (scene.draw.count(&INVITED), scene.some_day(1));
    people::flyer(&mut scene.stage, &scene.me, day, invited);
}

pub fn club_admin(scene: &mut Scene<'_>) {
    groups::club_admin(&mut scene.stage, &scene.me);
}

pub fn school_admin(scene: &mut Scene<'_>) {
    let (pupils, day) = (scene.draw.count(&PUPILS), scene.some_day(2));
    people::school_admin(&mut scene.stage, &scene.me, day, i64::from(pupils));
}

pub fn channel_owner(scene: &mut Scene<'_>) {
    people::channel_owner(&mut scene.stage, &scene.me, 9);
}

pub fn heavy_chatter(scene: &mut Scene<'_>) {
    let (days, bursts) = (scene.days(), scene.draw.get(&CHATTER));
    people::heavy_chatter(&mut scene.stage, &scene.me, days, bursts);
}

pub fn alarm_sensor(scene: &mut Scene<'_>) {
    let minutes = scene.draw.count(&ALARM_MINUTES);
    machines::alarm_sensor(&mut scene.stage, &scene.me, i64::from(minutes) * MINUTE_US);
}

pub fn desktop_only(scene: &mut Scene<'_>) {
    people::without_typing(&mut scene.stage, &scene.me, Untyped::Desktop);
}

pub fn dictation_only(scene: &mut Scene<'_>) {
    people::without_typing(&mut scene.stage, &scene.me, Untyped::Dictation);
}

pub fn media_only(scene: &mut Scene<'_>) {
    people::without_typing(&mut scene.stage, &scene.me, Untyped::MediaOnly);
}

pub fn dormitory(scene: &mut Scene<'_>) {
    let (students, day) = (scene.draw.count(&STUDENTS), scene.some_day(2));
    signup::dormitory(&mut scene.stage, &format!("{}.n", scene.me), day, students);
}

pub fn office(scene: &mut Scene<'_>) {
    let (colleagues, day) = (scene.draw.count(&COLLEAGUES), scene.some_day(2));
    signup::office(&mut scene.stage, &format!("{}.n", scene.me), day, i64::from(colleagues));
}

/// Sign-ups of one day that share nothing but the carrier's address.
pub fn carrier_nat(scene: &mut Scene<'_>) {
    let (many, day) = (scene.draw.count(&CARRIER), scene.some_day(2));
    for n in 0..many {
        let name = scene.member(n);
        let place = Place { network: format!("carrier of {}", scene.me), ..Place::home(&name) };
        let mut actor = scene.stage.actor(&name);
        let at = day + actor.stream.between(6 * 60, 23 * 60) * MINUTE_US;
        actor.registers(at, AccountKind::Consumer, &place);
        scene.lives_on(&name, at + HOUR_US);
    }
}

pub fn emergency_line(scene: &mut Scene<'_>) {
    let (callers, day) = (scene.draw.count(&CALLERS), scene.some_day(1));
    business::emergency_line(&mut scene.stage, &scene.me, day, callers);
}

/// An allowed service inside its envelope.
pub fn sanctioned_service(scene: &mut Scene<'_>) {
    let (subscribers, days) = (scene.draw.count(&SUBSCRIBERS), scene.days());
    let service = machines::Service { subscribers, days, stops: 0 };
    let end = scene.stage.to();
    let mut actor = machines::notifier(&mut scene.stage, &scene.me, service);
    actor.is_sanctioned("alerts", end - 90 * DAY_US, end + 90 * DAY_US, subscribers * 2);
}
