//! The earlier nights: an ordinary population, whose quantiles later nights may be compared with.
//! In: a crowd and a few busy but innocent accounts; out: one log of 30 days that ends where the scenarios begin.
//! Refuses abusers altogether.

use super::{DAYS, END, POPULATION};
use crate::domain::DAY_US;
use crate::simulate::actors::business::{auto_reply, support_desk};
use crate::simulate::actors::crowd::{Crowd, crowd};
use crate::simulate::actors::groups::club_admin;
use crate::simulate::actors::people::{heavy_chatter, personal_advice, school_admin};
use crate::simulate::scenario::Scenario;
use crate::simulate::stage::Stage;

pub(super) fn population() -> Scenario {
    let mut stage = Stage::new(900, END - DAYS * DAY_US, 30);
    let people = Crowd { prefix: "sim_earlier".to_owned(), people: 600, per_day: 0.42 };
    crowd(&mut stage, &people);
    let first_day = stage.days_before_end(12);
    for index in 0..4 {
        support_desk(&mut stage, &format!("sim_earlier_desk_{index}"), first_day, &[20, 35, 25, 15, 30]);
        club_admin(&mut stage, &format!("sim_earlier_club_{index}"));
        personal_advice(&mut stage, &format!("sim_earlier_tutor_{index}"), 80);
    }
    for index in 0..3 {
        auto_reply(&mut stage, &format!("sim_earlier_shop_{index}"), first_day, 8, 6);
        heavy_chatter(&mut stage, &format!("sim_earlier_teen_{index}"), 5, 28.0);
    }
    school_admin(&mut stage, "sim_earlier_school", first_day, 30);
    Scenario::new(
        POPULATION,
        "Earlier nights: an ordinary population without abusers",
        "Soft rules may compare an account with the quantiles of earlier nights. This log stands for them: six hundred \
         people and a few busy desks, clubs, tutors and teenagers, over the thirty days before the scenarios' log begins.",
        stage,
        Vec::new(),
    )
}
