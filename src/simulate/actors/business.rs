//! Business accounts: desks that answer, receipts, opted-in offers, and the firm that asks nobody.
//! In: a stage, a name and volumes; out: inbound and outbound messages, templates, feedback.
//! Refuses to decide what is allowed: it only acts.

use super::human::{habit_of, names, office_moment, written};
use crate::domain::{
    AccountKind, DAY_US, FeedbackKind, HOUR_US, MINUTE_US, MessageKind, SECOND_US, Status, TemplateCategory,
};
use crate::simulate::message::Message;
use crate::simulate::stage::{Actor, Stage};
use crate::simulate::stream::token;

/// People write first, the desk answers within minutes, back and forth.
pub fn support_desk(stage: &mut Stage, name: &str, first_day: i64, per_day: &[u32]) {
    let mut actor = stage.actor(name);
    actor.is_business(AccountKind::BusinessApp, true, None);
    let mut customer = 0;
    for (day, count) in per_day.iter().enumerate() {
        for _ in 0..*count {
            let start = office_moment(&mut actor.stream, first_day + day as i64 * DAY_US);
            customer += 1;
            let peer = format!("{name}_customer_{customer}");
            let turns = 1 + actor.stream.poisson(1.0);
            inquiry(&mut actor, &peer, start, turns, 90.0);
        }
    }
}

/// One inquiry: the customer writes, the account answers, `turns` times.
fn inquiry(actor: &mut Actor<'_>, peer: &str, start: i64, turns: u32, answer_s: f64) {
    let me = actor.name.clone();
    let (mine, theirs) = (habit_of(actor, &me), habit_of(actor, peer));
    let mut ts = start;
    for _ in 0..turns {
        let question = written(&mut actor.stream, &theirs, ts, peer, &me).known(false);
        actor.send(question);
        ts += actor.stream.gap(answer_s, 0.7);
        let mut answer = written(&mut actor.stream, &mine, ts, &me, peer).known(true);
        if actor.stream.chance(0.35) {
            let set = actor.stream.below(12);
            answer = Message::direct(ts, &me, peer)
                .body(140 + 9 * set as u32, &token(&format!("set answer {set} of {me}")))
                .typing(0)
                .known(true);
        }
        actor.send(answer);
        ts += actor.stream.gap(120.0, 0.8);
    }
}

/// The app's own greeting: the same text two seconds after each first message.
pub fn auto_reply(stage: &mut Stage, name: &str, first_day: i64, days: i64, per_day: u32) {
    let mut actor = stage.actor(name);
    actor.is_business(AccountKind::BusinessApp, false, None);
    let greeting = token(&format!("greeting of {name}"));
    for day in 0..days {
        for index in 0..per_day {
            let peer = format!("{name}_caller_{}", day * i64::from(per_day) + i64::from(index));
            let habit = habit_of(&mut actor, &peer);
            let ts = super::human::moment(&mut actor.stream, first_day + day * DAY_US, 0);
            let question = written(&mut actor.stream, &habit, ts, &peer, name).known(false);
            actor.send(question);
            let at = ts + 2 * SECOND_US + actor.stream.between(0, 300) * 1_000;
            actor.send(Message::direct(at, name, &peer).body(133, &greeting).typing(0).known(true));
        }
    }
}

/// Receipts and one-time codes by template around the clock, within the tier.
pub fn api_transactional(stage: &mut Stage, name: &str, first_day: i64, days: i64, per_day: u32) {
    let mut actor = stage.actor(name);
    actor.is_business(AccountKind::BusinessApi, true, Some(1_000));
    for day in 0..days {
        for index in 0..per_day {
            let ts = first_day + day * DAY_US + actor.stream.between(0, DAY_US / 1_000) * 1_000;
            let code = actor.stream.chance(0.3);
            let category = if code { TemplateCategory::Authentication } else { TemplateCategory::Utility };
            let form = if code { 9 } else { actor.stream.below(3) };
            let peer = format!("{name}_client_{}", (day * 61 + i64::from(index)) % 900);
            let message = Message::direct(ts, name, &peer)
                .body(90 + 20 * form as u32, &token(&format!("form {form} of {name}")))
                .known(index % 3 == 0)
                .status(if actor.stream.chance(0.7) { Status::Read } else { Status::Delivered })
                .template(category);
            actor.send(message);
        }
    }
}

/// Offers by marketing template to people who asked for them, once a week, within the tier; a few ask to stop and are
/// left alone.
pub fn api_marketing(stage: &mut Stage, name: &str, first_day: i64, weeks: i64, audience: u32) {
    let mut actor = stage.actor(name);
    actor.is_business(AccountKind::BusinessApi, true, Some(2_000));
    let people = names(&format!("{name}_client"), audience);
    let mut gone = vec![false; people.len()];
    for (index, person) in people.iter().enumerate() {
        if index % 10 != 0 {
            let day = first_day - actor.stream.between(1, 6) * DAY_US;
            opt_in(&mut actor, person, day);
        }
    }
    for week in 0..weeks {
        let mut ts = first_day + week * 7 * DAY_US + 10 * HOUR_US;
        let offer = token(&format!("offer {week} of {name}"));
        for (index, person) in people.iter().enumerate() {
            ts += 250_000 + actor.stream.between(0, 50) * 1_000;
            if gone[index] {
                continue;
            }
            let message = Message::direct(ts, name, person)
                .body(260, &offer)
                .link(true)
                .known(index % 5 != 0)
                .status(if actor.stream.chance(0.75) { Status::Read } else { Status::Delivered })
                .template(TemplateCategory::Marketing);
            actor.send(message);
            if actor.stream.chance(0.004) {
                gone[index] = true;
                actor.feedback(ts + HOUR_US, person, FeedbackKind::Optout, true);
            }
        }
    }
}

fn opt_in(actor: &mut Actor<'_>, person: &str, day: i64) {
    let me = actor.name.clone();
    let habit = habit_of(actor, person);
    let ts = office_moment(&mut actor.stream, day);
    let mut message = written(&mut actor.stream, &habit, ts, person, &me).known(true);
    message.kind = MessageKind::Text;
    actor.send(message);
}

/// Promotion by template to people who never asked, beyond the tier; reports after the first message, and those who
/// ask to stop get it again the next day.
pub fn template_spam(stage: &mut Stage, name: &str, first_day: i64, days: i64, audience: u32) {
    let mut actor = stage.actor(name);
    actor.is_business(AccountKind::BusinessApi, false, Some(250));
    let people = names(&format!("{name}_target"), audience);
    for day in 0..days {
        let mut ts = first_day + day * DAY_US + 7 * HOUR_US;
        for (index, person) in people.iter().enumerate() {
            ts += 700_000 + actor.stream.between(0, 40) * 1_000;
            let dead = index % 9 == 0;
            let message = Message::direct(ts, name, person)
                .body(280, &token(&format!("promotion of {name}")))
                .link(true)
                .known(false)
                .status(if dead { Status::Sent } else { Status::Delivered })
                .template(TemplateCategory::Marketing);
            actor.send(message);
            if day == 0 && !dead {
                let later = actor.stream.within_minutes(ts + MINUTE_US, 400);
                match index % 20 {
                    1 => actor.feedback(later, person, FeedbackKind::Optout, true),
                    2 => actor.feedback(later, person, FeedbackKind::Report, true),
                    3 | 4 => actor.feedback(later, person, FeedbackKind::Block, true),
                    _ => {}
                }
            }
        }
    }
}

/// A public line in an emergency: hundreds write within one hour and each gets the standard answer, some a second one.
pub fn emergency_line(stage: &mut Stage, name: &str, day: i64, callers: u32) {
    let mut actor = stage.actor(name);
    actor.is_business(AccountKind::BusinessApp, true, None);
    let advice = token(&format!("advice of {name}"));
    for index in 0..callers {
        let peer = format!("{name}_caller_{index}");
        let habit = habit_of(&mut actor, &peer);
        let ts = day + 14 * HOUR_US + actor.stream.between(0, HOUR_US / 1_000) * 1_000;
        let call = written(&mut actor.stream, &habit, ts, &peer, name).known(false);
        actor.send(call);
        let at = ts + actor.stream.gap(20.0, 0.6);
        actor.send(Message::direct(at, name, &peer).body(420, &advice).typing(0).known(true));
        if actor.stream.chance(0.3) {
            let start = at + actor.stream.gap(600.0, 0.8);
            inquiry(&mut actor, &peer, start, 2, 240.0);
        }
    }
}
