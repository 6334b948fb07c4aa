//! Negative feedback without a cause: many agree to report one person, whom they may lure into writing first.
//! In: a stage, the name of the target and the shape of the agreement; out: chats, reports and blocks.
//! Refuses to put a fault on the target: its own conduct is ordinary.

use super::human::habit_of;
use super::human::{Acquaintance, is_asked, written};
use super::people::{ordinary, personal_advice};
use super::signup::shared_place;
use crate::domain::{AccountKind, Chat, DAY_US, FeedbackKind, GroupKind, HOUR_US, MINUTE_US, SECOND_US};
use crate::simulate::stage::{Place, Stage};

/// Members of one group write a line to the target and report it within ten minutes; some block who never had a chat.
pub fn brigaded(stage: &mut Stage, name: &str, day: i64) {
    ordinary(stage, name);
    let mut actor = stage.actor_with(name, &format!("{name}_brigade"));
    let start = day + 19 * HOUR_US;
    for member in 0..40 {
        let peer = format!("{name}_hater_{member}");
        let habit = habit_of(&mut actor, &peer);
        let post =
            written(&mut actor.stream, &habit, start - 3 * HOUR_US + member * SECOND_US * 40, &peer, "rally");
        actor.send(post.into_chat(Chat::Group));
        if member < 12 {
            let who = Acquaintance { peer_knows: false, actor_knows: false };
            is_asked(&mut actor, &peer, start - HOUR_US + member * 20 * SECOND_US, 1, who);
        }
        let ts = start + actor.stream.between(0, 600) * SECOND_US;
        actor.feedback(ts, &peer, FeedbackKind::Report, false);
        if member % 6 == 5 {
            actor.feedback(ts + 5 * SECOND_US, &peer, FeedbackKind::Block, false);
        }
    }
}

/// An agreement to report one person.
#[derive(Debug, Clone, Copy)]
pub struct Brigade {
    /// How many people take part.
    pub members: u32,
    /// How many of them make the target write to them first.
    pub lured: u32,
    /// How many write to the target first, who answers.
    pub asking: u32,
    /// When the first of them reports.
    pub start: i64,
    /// Over how long they report.
    pub span: i64,
    /// Whether it shows that they belong together: half of them joined one group, the others are a farm of sign-ups.
    pub is_visible: bool,
}

/// A tutor with many chats becomes the target of a brigade.
///
/// On four evenings some ask in a group the target was invited to, the target answers each of them directly, and none
/// of them says another word; others ask it directly. All report, and every third blocks.
pub fn brigade(stage: &mut Stage, name: &str, shape: &Brigade) {
    personal_advice(stage, name, 80);
    let group = format!("{name}_neighborhood");
    let first_evening = shape.start - shape.start.rem_euclid(DAY_US) - 4 * DAY_US + 18 * HOUR_US;
    let mut actor = stage.actor_with(name, &format!("{name}_brigade"));
    actor.group(first_evening - HOUR_US, &group, GroupKind::JoinLink, None);
    let habit = habit_of(&mut actor, name);
    for member in 0..shape.members {
        let peer = format!("{name}_brigade_{member}");
        let evening = first_evening + i64::from(member % 4) * DAY_US;
        let at = evening + i64::from(member / 4) * 4 * MINUTE_US;
        if member < shape.lured {
            let theirs = habit_of(&mut actor, &peer);
            let question = written(&mut actor.stream, &theirs, at, &peer, &group);
            actor.send(question.into_chat(Chat::Group));
            let later = at + actor.stream.gap(90.0, 0.8);
            let answer = written(&mut actor.stream, &habit, later, name, &peer).known(false);
            actor.send(answer);
        } else if member < shape.lured + shape.asking {
            let who = Acquaintance { peer_knows: false, actor_knows: false };
            is_asked(&mut actor, &peer, at, 2, who);
        }
        let ts = shape.start + actor.stream.between(0, shape.span / SECOND_US) * SECOND_US;
        actor.feedback(ts, &peer, FeedbackKind::Report, member < shape.lured);
        if member % 3 == 0 {
            actor.feedback(ts + 5 * SECOND_US, &peer, FeedbackKind::Block, member < shape.lured);
        }
    }
    if shape.is_visible {
        show(stage, name, shape);
    }
}

/// Every other member joins the group where it is agreed on; the rest signed up within one hour, two weeks before.
fn show(stage: &mut Stage, name: &str, shape: &Brigade) {
    let farm = shared_place(&format!("{name} farm"));
    for member in 0..shape.members {
        let mut actor = stage.actor(&format!("{name}_brigade_{member}"));
        if member % 2 == 0 {
            let joined = shape.start - 6 * DAY_US + i64::from(member) * MINUTE_US;
            actor.group(joined, &format!("{name}_rally"), GroupKind::JoinLink, None);
        } else {
            let device = format!("{name} phone {member}");
            let at = shape.start - 14 * DAY_US + i64::from(member) * 7 * SECOND_US;
            actor.registers(at, AccountKind::Consumer, &Place { device, ..farm.clone() });
        }
    }
}
