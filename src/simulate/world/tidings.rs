//! Innocents with a reason to write to many at once, or with conduct that others cannot have: and newsletters.
//! In: a scene; out: one persona's rows, with the answers people give to such a message.
//! Refuses abuse; newsletters are broadcasts to people who asked for them.

use super::ranges::*;
use super::scene::Scene;
use crate::domain::{AccountKind, Chat, DAY_US, FeedbackKind, HOUR_US, MINUTE_US, Via};
use crate::simulate::actors::human::{Acquaintance, converse, is_asked, moment, names, reply};
use crate::simulate::actors::newsletter::{Newsletter, Opening, newsletter};
use crate::simulate::message::Message;
use crate::simulate::stage::{Actor, Place};
use crate::simulate::stream::token;

/// Somebody to whom a tiding goes. Who has the sender, and how readily somebody answers, is so of a person and stays so
/// from one tiding to the next.
#[derive(Debug, Clone)]
pub struct Hearer {
    /// Who.
    pub name: String,
    /// Has the sender.
    pub known: bool,
    /// Share of tidings that this person answers.
    answers: f64,
}

impl Hearer {
    /// These people, of whom that share has the sender and that share of tidings gets an answer; half of them answer
    /// seldom.
    pub fn all(actor: &mut Actor<'_>, names: Vec<String>, known: f64, answers: f64) -> Vec<Self> {
        let apart = 0.7 * answers.min(1.0 - answers);
        let mut hearer = |name| {
            let known = actor.stream.chance(known);
            let answers = if actor.stream.chance(0.5) { answers - apart } else { answers + apart };
            Self { name, known, answers }
        };
        names.into_iter().map(&mut hearer).collect()
    }
}

/// One text to many people.
#[derive(Debug, Clone)]
pub struct Tiding {
    /// Who gets it.
    pub people: Vec<Hearer>,
    /// Share that complains of those who do not answer.
    pub complains: f64,
    /// Median seconds a person.
    pub gap: f64,
    /// How it is sent.
    pub way: Way,
}

/// How one text goes to many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Pasted into one chat after another.
    Pasted,
    /// Forwarded, to five chats at a time as the client allows.
    Forwarded,
    /// By a broadcast list to those who have the sender, whom alone it reaches, and pasted to the others.
    Listed,
}

/// Tells them, and lets them answer.
pub fn tell(actor: &mut Actor<'_>, at: i64, label: &str, tiding: &Tiding) {
    let me = actor.name.clone();
    let content = token(&format!("{label} of {me}"));
    let size = 90 + actor.stream.below(400) as u32;
    let text = Message::direct(at, &me, "").body(size, &content);
    let listed = |hearer: &&Hearer| tiding.way == Way::Listed && hearer.known;
    for list in tiding.people.iter().filter(listed).collect::<Vec<_>>().chunks(256) {
        let names: Vec<String> = list.iter().map(|hearer| hearer.name.clone()).collect();
        actor.send_list(&text.clone().typing(size * 120), &names, |_| true);
        list.iter().for_each(|hearer| comes_back(actor, at, hearer, tiding));
    }
    let mut ts = at;
    for (n, hearer) in tiding.people.iter().filter(|hearer| !listed(hearer)).enumerate() {
        let typing = if n == 0 { size * 120 } else { 0 };
        let times = u8::from(tiding.way == Way::Forwarded && n > 0);
        let mut message = text.clone().typing(typing).known(hearer.known).forwarded(times);
        (message.ts, message.recipient) = (ts, hearer.name.clone());
        actor.send(message);
        comes_back(actor, ts, hearer, tiding);
        ts += match tiding.way {
            Way::Forwarded if n % 5 != 4 => actor.stream.gap(0.8, 0.3),
            Way::Forwarded => actor.stream.gap(5.0 * tiding.gap, 0.8),
            _ => actor.stream.gap(tiding.gap, 0.8),
        };
    }
}

/// What one of them does with it.
fn comes_back(actor: &mut Actor<'_>, ts: i64, hearer: &Hearer, tiding: &Tiding) {
    let (peer, known) = (hearer.name.as_str(), hearer.known);
    if actor.stream.chance(hearer.answers) {
        let answered = reply(actor, peer, ts, 30.0, known);
        if actor.stream.chance(0.4) {
            let who = Acquaintance { peer_knows: known, actor_knows: true };
            converse(actor, peer, answered + 2 * MINUTE_US, 2, who);
        }
    } else if actor.stream.chance(tiding.complains) {
        let kind = if actor.stream.chance(0.3) { FeedbackKind::Report } else { FeedbackKind::Block };
        actor.feedback(ts + HOUR_US, peer, kind, true);
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
    let people = Hearer::all(&mut actor, friends, 0.1, 0.75);
    let told = Tiding { people, complains: 0.01, gap: 40.0, way: Way::Pasted };
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
    let people = Hearer::all(&mut actor, names(&format!("{name}_home"), contacts), 0.1, 0.7);
    let told = Tiding { people, complains: 0.01, gap: 60.0, way: Way::Pasted };
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
    let all = Hearer::all(&mut actor, names(&format!("{name}_relative"), people), known, 0.5);
    let again = all.iter().step_by(3).cloned().collect();
    let told = Tiding { people: all, complains: 0.004, gap: 16.0, way: Way::Forwarded };
    tell(&mut actor, day + 18 * HOUR_US, "notice", &told);
    let told = Tiding { people: again, gap: 20.0, ..told };
    tell(&mut actor, day + 34 * HOUR_US, "notice", &told);
    let content = token(&format!("notice of {name}"));
    for group in 0..actor.stream.below(12) {
        let ts = day + 19 * HOUR_US + actor.stream.between(0, 90) * MINUTE_US;
        let group = format!("public_{}", group * 7);
        actor.send(Message::direct(ts, &name, &group).body(300, &content).typing(0).into_chat(Chat::Group));
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
        let people = Hearer::all(&mut actor, people, 0.02, 0.45);
        let told = Tiding { people, complains: 0.003, gap: 150.0, way: Way::Pasted };
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
