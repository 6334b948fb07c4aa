//! Every persona of a world by name: innocents of the policy, newsletters, and the named adversaries.
//! In: nothing; out: the list that a mix, the labels and the documentation refer to.
//! The order is part of the world: an account's name holds its persona's number, so new ones go to the end.

use super::scene::Scene;
use super::{callers, crews, innocents, loners, tidings};

/// A persona.
pub struct Persona {
    /// Its name in mixes and labels.
    pub name: &'static str,
    /// `innocent`, `broadcast` or `abuse`: of the accounts that the scene does not label itself.
    pub label: &'static str,
    /// What it does.
    pub act: fn(&mut Scene<'_>),
}

const fn innocent(name: &'static str, act: fn(&mut Scene<'_>)) -> Persona {
    Persona { name, label: "innocent", act }
}

const fn broadcast(name: &'static str, act: fn(&mut Scene<'_>)) -> Persona {
    Persona { name, label: "broadcast", act }
}

const fn abuse(name: &'static str, act: fn(&mut Scene<'_>)) -> Persona {
    Persona { name, label: "abuse", act }
}

/// All personas but ordinary people.
pub const PERSONAS: &[Persona] = &[
    innocent("number_change", innocents::number_change),
    innocent("support_desk", innocents::support_desk),
    innocent("auto_reply", innocents::auto_reply),
    innocent("api_transactional", innocents::api_transactional),
    innocent("api_marketing", innocents::api_marketing),
    innocent("personal_advice", innocents::personal_advice),
    innocent("holiday_greeting", innocents::holiday_greeting),
    innocent("event_list", innocents::event_list),
    innocent("one_day_invitation", innocents::one_day_invitation),
    innocent("club_admin", innocents::club_admin),
    innocent("school_admin", innocents::school_admin),
    innocent("channel_owner", innocents::channel_owner),
    innocent("heavy_chatter", innocents::heavy_chatter),
    innocent("alarm_sensor", innocents::alarm_sensor),
    innocent("desktop_only", innocents::desktop_only),
    innocent("dictation_only", innocents::dictation_only),
    innocent("media_only", innocents::media_only),
    innocent("dormitory", innocents::dormitory),
    innocent("office", innocents::office),
    innocent("carrier_nat", innocents::carrier_nat),
    innocent("emergency_line", innocents::emergency_line),
    innocent("sanctioned_service", innocents::sanctioned_service),
    innocent("recycled_number", tidings::recycled_number),
    innocent("village_phone", tidings::village_phone),
    innocent("foreign_sim", tidings::foreign_sim),
    innocent("urgent_notice", tidings::urgent_notice),
    innocent("protest_organizer", callers::protest_organizer),
    innocent("disaster_volunteer", callers::disaster_volunteer),
    innocent("assistive_technology", tidings::assistive_technology),
    innocent("interop_client", tidings::interop_client),
    innocent("flat_hunter", tidings::flat_hunter),
    broadcast("newsletter_one_number", tidings::newsletter_one_number),
    broadcast("newsletter_many_numbers", tidings::newsletter_many_numbers),
    abuse("new_account_blaster", loners::new_account_blaster),
    abuse("group_factory", loners::group_factory),
    abuse("group_hopper", loners::group_hopper),
    abuse("dripper", loners::dripper),
    abuse("template_mutator", loners::template_mutator),
    abuse("split_list", crews::split_list),
    abuse("human_like", loners::human_like),
    abuse("warmed_up_ring", crews::warmed_up_ring),
    abuse("taken_over", loners::taken_over),
    abuse("enumerated_numbers", loners::enumerated_numbers),
    abuse("sim_farm", crews::sim_farm),
    abuse("report_brigade", crews::report_brigade),
    abuse("padding", crews::padding),
];
