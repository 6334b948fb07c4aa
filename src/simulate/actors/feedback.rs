//! Negative feedback without a cause: many agree to report one person.
//! In: a stage and the name of the target; out: reports and blocks by people the target never wrote to first.
//! Refuses to put a fault on the target: its own conduct is ordinary.

use super::human::Habit;
use super::human::{Acquaintance, is_asked, written};
use super::people::ordinary;
use crate::domain::{Chat, FeedbackKind, HOUR_US, SECOND_US};
use crate::simulate::stage::Stage;

/// Members of one group write a line to the target and report it within ten minutes; some block who never had a chat.
pub fn brigaded(stage: &mut Stage, name: &str, day: i64) {
    ordinary(stage, name);
    let mut actor = stage.actor_with(name, &format!("{name}_brigade"));
    let start = day + 19 * HOUR_US;
    for member in 0..40 {
        let peer = format!("{name}_hater_{member}");
        let habit = Habit::of(actor.seed(), &peer);
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
