//! Innocents with a reason to write to many at once, or with conduct that others cannot have: and newsletters.
//! In: a scene; out: one persona's rows, with the answers people give to such a message.
//! Refuses abuse; newsletters are broadcasts to people who asked for them.

use super::ranges::*;
use super::scene::Scene;
use crate::domain::{AccountKind, Chat, DAY_US, FeedbackKind, GroupKind, HOUR_US, MINUTE_US, Via};
use crate::simulate::actors::human::{Acquaintance, converse, is_asked, moment, names, reply};
use crate::simulate::actors::newsletter::{Newsletter, Opening, newsletter};
use crate::simulate::message::Message;
use crate::simulate::stage::{Actor, Place};
use crate::simulate::stream::token;

/// One text to many people.
struct Tiding {
    /// Who gets it.
    people: Vec<String>,
    /// Share that has the sender.
    known: f64,
    /// Share that answers.
    answers: f64,
    /// Share that complains.
    complains: f64,
    /// Median seconds between two.
    gap: f64,
    /// Whether it is forwarded rather than pasted.
    forwarded: bool,
}

fn tell(actor: &mut Actor<'_>, at: i64, label: &str, tiding: &Tiding) {
    let me = actor.name.clone();
    let content = token(&format!("{label} of {me}"));
    let size = 90 + actor.stream.below(400) as u32;
    let mut ts = at;
    for (n, peer) in tiding.people.iter().enumerate() {
        let known = actor.stream.chance(tiding.known);
        let typing = if n == 0 { size * 120 } else { 0 };
        let times = u8::from(tiding.forwarded && n > 0);
        let message =
            Message::direct(ts, &me, peer).body(size, &content).typing(typing).known(known).forwarded(times);
        actor.send(message);
        if actor.stream.chance(tiding.answers) {
            let answered = reply(actor, peer, ts, 30.0, known);
            if actor.stream.chance(0.4) {
                converse(
                    actor,
                    peer,
                    answered + 2 * MINUTE_US,
                    2,
                    Acquaintance { peer_knows: known, actor_knows: true },
                );
            }
        } else if actor.stream.chance(tiding.complains) {
            let kind = if actor.stream.chance(0.3) { FeedbackKind::Report } else { FeedbackKind::Block };
            actor.feedback(ts + HOUR_US, peer, kind, true);
        }
        ts += actor.stream.gap(tiding.gap, 0.8);
    }
}

/// A number that had another owner: people look for that one, the new owner tells the own friends.
pub fn recycled_number(scene: &mut Scene<'_>) {
    let (name, day, asking) = (scene.me.clone(), scene.some_day(2), scene.draw.count(&RECYCLED_ASKING));
    let mut actor = scene.stage.actor(&name);
    let at = day + 9 * HOUR_US;
    actor.registers(
        actor.end() - 900 * DAY_US,
        AccountKind::Consumer,
        &Place::home(&format!("former {name}")),
    );
    actor.registers_again(at, &Place::home(&name));
    for peer in names(&format!("{name}_seeker"), asking) {
        let later = day + DAY_US * actor.stream.between(0, 4);
        let ts = moment(&mut actor.stream, later, 0).max(at + HOUR_US);
        let turns = 1 + actor.stream.poisson(1.0);
        is_asked(&mut actor, &peer, ts, turns, Acquaintance { peer_knows: true, actor_knows: false });
        if actor.stream.chance(0.15) {
            actor.feedback(ts + HOUR_US, &peer, FeedbackKind::Block, false);
        }
    }
    let friends = names(&format!("{name}_friend"), 5 + asking);
    let told =
        Tiding { people: friends, known: 0.1, answers: 0.75, complains: 0.01, gap: 40.0, forwarded: false };
    tell(&mut actor, at + 2 * HOUR_US, "my number", &told);
    scene.lives_on(&name, at + DAY_US);
}

/// One phone with the cards of several people, who use it in turn.
pub fn village_phone(scene: &mut Scene<'_>) {
    let accounts = scene.draw.count(&VILLAGE_ACCOUNTS);
    let shared = Place { device: format!("phone of {}", scene.me), ..Place::home(&scene.me) };
    for n in 0..accounts {
        let name = scene.member(n);
        let age = if n % 3 == 0 { 3.0 } else { scene.ordinary_age(&name) };
        let mut actor = scene.stage.actor(&name);
        let place = Place { block: format!("block of {name}"), ..shared.clone() };
        let day = actor.end() - (age as i64 + 1) * DAY_US;
        let at = moment(&mut actor.stream, day, 0);
        actor.registers(at, AccountKind::Consumer, &place);
        scene.lives_on(&name, at.max(scene.world.start()));
    }
}

/// A traveler with a number of another country, bought on arrival: tells those at home, asks hosts and drivers.
pub fn foreign_sim(scene: &mut Scene<'_>) {
    let (name, day) = (scene.me.clone(), scene.some_day(2));
    let contacts = scene.draw.count(&FOREIGN_CONTACTS);
    let country = ["IN", "NG", "BR", "ID"][scene.draw.below(4) as usize].to_owned();
    let at = day + 8 * HOUR_US;
    let mut actor = scene.stage.actor(&name);
    actor.registers(at, AccountKind::Consumer, &Place { number_country: country, ..Place::home(&name) });
    let people = names(&format!("{name}_home"), contacts);
    let told = Tiding { people, known: 0.1, answers: 0.7, complains: 0.01, gap: 60.0, forwarded: false };
    tell(&mut actor, at + HOUR_US, "arrived", &told);
    for peer in names(&format!("{name}_host"), contacts / 3) {
        let ts = day + actor.stream.between(10 * 60, 60 * 60) * MINUTE_US;
        converse(&mut actor, &peer, ts, 3, Acquaintance { peer_knows: false, actor_knows: false });
    }
    scene.lives_on(&name, at + DAY_US);
}

/// A death in the family, or somebody is missing: one text to everybody, also to people who do not know the sender,
/// and into groups; again the next day.
pub fn urgent_notice(scene: &mut Scene<'_>) {
    let (name, day, people) = (scene.me.clone(), scene.some_day(2), scene.draw.count(&NOTICE_PEOPLE));
    let known = if scene.draw.chance(0.5) { 0.8 } else { 0.45 };
    let age = scene.ordinary_age(&name);
    scene.lives(&name, age);
    let mut actor = scene.stage.actor(&name);
    let all = names(&format!("{name}_relative"), people);
    let again = all.iter().step_by(3).cloned().collect();
    let told = Tiding { people: all, known, answers: 0.55, complains: 0.004, gap: 16.0, forwarded: true };
    tell(&mut actor, day + 18 * HOUR_US, "notice", &told);
    let told = Tiding { people: again, known, answers: 0.3, complains: 0.004, gap: 20.0, forwarded: true };
    tell(&mut actor, day + 34 * HOUR_US, "notice", &told);
    let content = token(&format!("notice of {name}"));
    for group in 0..actor.stream.below(12) {
        let ts = day + 19 * HOUR_US + actor.stream.between(0, 90) * MINUTE_US;
        let group = format!("public_{}", group * 7);
        actor.send(Message::direct(ts, &name, &group).body(300, &content).typing(0).into_chat(Chat::Group));
    }
}

/// Calls many people to a strike or protest on several days; half know the number, one in four answers, some opponents
/// report.
pub fn protest_organizer(scene: &mut Scene<'_>) {
    let (name, people) = (scene.me.clone(), scene.draw.count(&STRIKE_PEOPLE));
    let age = scene.ordinary_age(&name);
    scene.lives(&name, age);
    let (start, days) = (scene.world.start(), scene.days());
    let mut actor = scene.stage.actor(&name);
    for call in 0..(days / 2).clamp(1, 6) {
        let at = start + 2 * call * DAY_US + actor.stream.between(15 * 60, 20 * 60) * MINUTE_US;
        let all = names(&format!("{name}_colleague"), people);
        let told = Tiding {
            people: all,
            known: 0.5,
            answers: 0.25,
            complains: 0.006,
            gap: 12.0,
            forwarded: call % 2 == 1,
        };
        tell(&mut actor, at, &format!("call {call}"), &told);
        let content = token(&format!("call {call} of {name}"));
        for group in 0..6 {
            let ts = at + HOUR_US + group * 2 * MINUTE_US;
            let group = format!("{name}_section_{group}");
            actor.send(
                Message::direct(ts, &name, &group).body(260, &content).typing(0).into_chat(Chat::Group),
            );
        }
    }
}

/// Coordinates help after a disaster: strangers ask and are asked at all hours, the same lists go to many, helpers are
/// added to groups.
pub fn disaster_volunteer(scene: &mut Scene<'_>) {
    let (name, day, per_day) = (scene.me.clone(), scene.some_day(3), scene.draw.count(&DISASTER_PER_DAY));
    let age = scene.ordinary_age(&name);
    scene.lives(&name, age);
    let stranger = Acquaintance { peer_knows: false, actor_knows: false };
    let mut actor = scene.stage.actor(&name);
    for night in 0..3 {
        for peer in names(&format!("{name}_{night}_asking"), per_day / 2) {
            let ts = day + night * DAY_US + actor.stream.between(0, 24 * 60) * MINUTE_US;
            is_asked(&mut actor, &peer, ts, 3, stranger);
        }
        let people = names(&format!("{name}_{night}_helper"), per_day);
        let told =
            Tiding { people, known: 0.3, answers: 0.5, complains: 0.003, gap: 30.0, forwarded: night > 0 };
        tell(&mut actor, day + night * DAY_US + 7 * HOUR_US, &format!("needed {night}"), &told);
        let group = format!("{name}_team_{night}");
        actor.group(day + night * DAY_US + 9 * HOUR_US, &group, GroupKind::Create, None);
        for (n, helper) in names(&format!("{name}_{night}_helper"), per_day / 2).iter().enumerate() {
            let ts = day + night * DAY_US + 9 * HOUR_US + n as i64 * 9_000_000;
            actor.group(ts, &group, GroupKind::Add, Some(helper));
        }
    }
}

/// Somebody who speaks with a board of set phrases: no typing, few different texts, long pauses.
pub fn assistive_technology(scene: &mut Scene<'_>) {
    let name = scene.me.clone();
    let age = scene.ordinary_age(&name);
    scene.lives(&name, age);
    let board = name.clone();
    scene.changes(&name, |message| {
        let phrase = message.ts / 1_000 % 23;
        message.typing_ms = Some(0);
        message.via = Some(Via::Phone);
        message.size = Some(12 + 3 * phrase as u32);
        message.content = Some(token(&format!("phrase {phrase} of the board of {board}")));
    });
}

/// A person on another service that talks with this one: no typing is ever seen.
pub fn interop_client(scene: &mut Scene<'_>) {
    let name = scene.me.clone();
    let age = scene.ordinary_age(&name);
    scene.lives(&name, age);
    scene.changes(&name, |message| {
        message.via = Some(Via::Interop);
        message.typing_ms = None;
    });
}

/// Asks strangers about flats, jobs or used goods for some days, with one text; every second one answers.
pub fn flat_hunter(scene: &mut Scene<'_>) {
    let (name, per_day) = (scene.me.clone(), scene.draw.count(&FLATS_PER_DAY));
    let age = scene.ordinary_age(&name);
    scene.lives(&name, age);
    let (start, days) = (scene.world.start(), scene.days().min(5));
    let mut actor = scene.stage.actor(&name);
    for day in 0..days {
        let at = moment(&mut actor.stream, start + day * DAY_US, 0);
        let people = names(&format!("{name}_{day}_landlord"), per_day);
        let told =
            Tiding { people, known: 0.02, answers: 0.45, complains: 0.003, gap: 150.0, forwarded: false };
        tell(&mut actor, at, "inquiry", &told);
    }
}

pub fn newsletter_one_number(scene: &mut Scene<'_>) {
    let (name, readers, days) = (scene.me.clone(), scene.draw.count(&READERS), scene.days());
    let kind = if scene.draw.chance(0.5) { AccountKind::Consumer } else { AccountKind::BusinessApp };
    newsletter(
        &mut scene.stage,
        &name,
        &Newsletter { readers, days, kind, title: "", opening: Opening::Inside },
    );
}

pub fn newsletter_many_numbers(scene: &mut Scene<'_>) {
    let (numbers, days) = (scene.draw.count(&NUMBERS), scene.days());
    let title = scene.me.clone();
    for n in 0..numbers {
        let (name, readers) = (scene.member(n), scene.draw.count(&READERS));
        let shape = Newsletter {
            readers,
            days,
            kind: AccountKind::Consumer,
            title: &title,
            opening: Opening::Inside,
        };
        newsletter(&mut scene.stage, &name, &shape);
        let mut actor = scene.stage.actor_with(&name, &format!("papers of {name}"));
        actor.is_run_by(&format!("{title}.operator"));
    }
    // Its provider advertises the service: evidence that attaches to decisions and enters no score.
    let at = scene.world.start() + DAY_US;
    let mut provider = scene.stage.actor(&format!("{title}.operator"));
    provider.outside_evidence(at, &format!("{title}.operator"), "service offer", "advertisement on file");
}
