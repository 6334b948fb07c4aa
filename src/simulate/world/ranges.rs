//! The stated ranges of all drawn parameters, plain and adaptive, and which end of each is held out.
//! In: nothing; out: one constant a parameter and the list of them all, which `world.json` repeats.
//! Every number here is chosen, none measured: wide on purpose, so that no detector can lean on one value.

use super::draw::{End, Range};

macro_rules! ranges {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, $plain:expr, $adaptive:expr, $end:ident;)+) => {
        $($(#[$doc])* pub const $constant: Range =
            Range { name: $name, plain: $plain, adaptive: $adaptive, held_out: End::$end };)+
        /// All of them.
        pub const ALL: &[Range] = &[$($constant),+];
    };
}

/// The same range whatever the difficulty: innocents do not adapt.
macro_rules! innocent {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, $range:expr, $end:ident;)+) => {
        $($(#[$doc])* pub const $constant: Range =
            Range { name: $name, plain: $range, adaptive: $range, held_out: End::$end };)+
        /// All of them.
        pub const INNOCENT: &[Range] = &[$($constant),+];
    };
}

innocent! {
    /// Friends told of a new number.
    MOVED_FRIENDS = "number_change.friends", (15.0, 180.0), High;
    /// Inquiries of a desk on a day.
    DESK_PER_DAY = "support_desk.per_day", (15.0, 220.0), High;
    /// First messages greeted on a day.
    GREETED_PER_DAY = "auto_reply.per_day", (3.0, 60.0), High;
    /// Receipts on a day.
    RECEIPTS_PER_DAY = "api_transactional.per_day", (30.0, 500.0), High;
    /// People who want offers.
    OFFERS_AUDIENCE = "api_marketing.audience", (150.0, 1_800.0), High;
    /// New clients in a month.
    ADVICE_CLIENTS = "personal_advice.clients", (30.0, 200.0), High;
    /// Saved contacts greeted one by one.
    GREETING_CONTACTS = "holiday_greeting.contacts", (30.0, 240.0), High;
    /// Saved contacts on a list.
    LIST_CONTACTS = "event_list.contacts", (30.0, 256.0), High;
    /// People invited from an old list.
    INVITED = "one_day_invitation.people", (40.0, 260.0), High;
    /// Pupils a class.
    PUPILS = "school_admin.pupils", (12.0, 34.0), High;
    /// Bursts of a teenager a day.
    CHATTER = "heavy_chatter.bursts", (12.0, 60.0), High;
    /// Minutes between two readings.
    ALARM_MINUTES = "alarm_sensor.minutes", (15.0, 240.0), Low;
    /// Newcomers in one house.
    STUDENTS = "dormitory.students", (20.0, 90.0), High;
    /// Colleagues in one office.
    COLLEAGUES = "office.colleagues", (4.0, 20.0), High;
    /// Sign-ups behind one carrier's address in the log.
    CARRIER = "carrier_nat.sign_ups", (20.0, 80.0), High;
    /// Callers of a public line within the hour.
    CALLERS = "emergency_line.callers", (100.0, 600.0), High;
    /// Strangers who look for the number's former owner.
    RECYCLED_ASKING = "recycled_number.asking", (4.0, 30.0), High;
    /// Accounts on a village's phone.
    VILLAGE_ACCOUNTS = "village_phone.accounts", (3.0, 10.0), High;
    /// People written to from a foreign SIM.
    FOREIGN_CONTACTS = "foreign_sim.contacts", (8.0, 60.0), High;
    /// People told of a death or a missing person.
    NOTICE_PEOPLE = "urgent_notice.people", (40.0, 250.0), High;
    /// People called to a strike or protest.
    STRIKE_PEOPLE = "protest_organizer.people", (60.0, 300.0), High;
    /// Share of them who have saved the caller's number.
    STRIKE_SAVED = "protest_organizer.saved", (0.35, 0.9), Low;
    /// People coordinated in a disaster, a day.
    DISASTER_PER_DAY = "disaster_volunteer.per_day", (20.0, 120.0), High;
    /// Share of helpers who offered themselves.
    DISASTER_SIGNED = "disaster_volunteer.signed_up", (0.3, 0.8), Low;
    /// Readers of one number of a newsletter.
    READERS = "newsletter.readers", (150.0, 900.0), High;
    /// Numbers of a newsletter that needs several.
    NUMBERS = "newsletter.numbers", (2.0, 6.0), High;
    /// Subscribers of an allowed notification service.
    SUBSCRIBERS = "sanctioned_service.subscribers", (60.0, 400.0), High;
    /// Advertisements answered or asked about on a flat-hunter's day.
    FLATS_PER_DAY = "flat_hunter.per_day", (4.0, 30.0), High;
}

ranges! {
    /// Age at the first pitch: hours where plain, days where adaptive.
    BLASTER_AGE = "new_account_blaster.age", (0.05, 6.0), (150.0, 1_200.0), High;
    /// Messages of the blast, or a day.
    BLASTER_MESSAGES = "new_account_blaster.messages", (80.0, 600.0), (0.25, 1.2), High;
    /// Seconds between two of them.
    BLASTER_GAP = "new_account_blaster.gap_s", (0.1, 6.0), (40.0, 900.0), Low;
    /// Groups created, all at once or a day.
    FACTORY_GROUPS = "group_factory.groups", (24.0, 90.0), (0.05, 0.3), High;
    /// People added to each.
    FACTORY_ADDED = "group_factory.added", (10.0, 60.0), (3.0, 9.0), High;
    /// Groups visited a day.
    HOPPER_GROUPS = "group_hopper.groups", (12.0, 60.0), (0.2, 0.9), High;
    /// Strangers a day under every limit.
    DRIPPER_PER_DAY = "dripper.per_day", (18.0, 48.0), (0.25, 1.2), High;
    /// Strangers a day.
    MUTATOR_PER_DAY = "template_mutator.per_day", (60.0, 240.0), (0.25, 1.2), High;
    /// Numbers over which a list is split.
    SPLIT_NUMBERS = "split_list.numbers", (4.0, 12.0), (8.0, 24.0), High;
    /// People each of them has a day.
    SPLIT_PER_DAY = "split_list.per_day", (40.0, 140.0), (0.25, 1.2), High;
    /// Strangers a day at the pace of a person.
    HUMANLIKE_PER_DAY = "human_like.per_day", (40.0, 140.0), (0.25, 1.2), High;
    /// Members of a warmed-up ring.
    RING_MEMBERS = "warmed_up_ring.members", (5.0, 14.0), (6.0, 20.0), High;
    /// Strangers a day once it is warm.
    RING_PER_DAY = "warmed_up_ring.per_day", (40.0, 160.0), (0.25, 1.2), High;
    /// Messages from a taken-over account, at once or a day.
    TAKEN_MESSAGES = "taken_over.messages", (80.0, 400.0), (0.3, 1.5), High;
    /// Numbers tried a day.
    ENUMERATED_PER_DAY = "enumerated_numbers.per_day", (80.0, 400.0), (0.25, 1.2), High;
    /// Share of them that nobody has.
    ENUMERATED_DEAD = "enumerated_numbers.dead", (0.3, 0.65), (0.03, 0.12), High;
    /// Accounts of a farm.
    FARM_ACCOUNTS = "sim_farm.accounts", (10.0, 40.0), (10.0, 40.0), High;
    /// Strangers a day of each.
    FARM_PER_DAY = "sim_farm.per_day", (25.0, 90.0), (0.25, 1.0), High;
    /// People who agree to report somebody.
    BRIGADE_MEMBERS = "report_brigade.members", (25.0, 90.0), (8.0, 25.0), High;
    /// Minutes over which they do.
    BRIGADE_MINUTES = "report_brigade.minutes", (8.0, 45.0), (300.0, 2_400.0), Low;
    /// Accomplices who chat with a sender.
    PADDING_ACCOMPLICES = "padding.accomplices", (6.0, 25.0), (3.0, 12.0), High;
    /// Strangers a day behind their chatter.
    PADDING_PER_DAY = "padding.per_day", (50.0, 200.0), (0.25, 1.2), High;
    /// Share of strangers who answer.
    REPLIES = "abuse.replies", (0.005, 0.03), (0.25, 0.5), Low;
    /// Share of strangers who report.
    REPORTS = "abuse.reports", (0.005, 0.03), (0.002, 0.01), Low;
    /// Share of strangers who block.
    BLOCKS = "abuse.blocks", (0.02, 0.1), (0.01, 0.04), Low;
}
