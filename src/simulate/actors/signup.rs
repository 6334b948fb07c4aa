//! Sign-ups: many silent ones at once, a block and a network with a past, a dormitory's first week.
//! In: a stage, a prefix, how many and from where; out: accounts, registrations and earlier bans.
//! Refuses messages, except where people begin to live.

use super::human::private_life;
use crate::domain::{AccountKind, DAY_US, HOUR_US, MINUTE_US};
use crate::simulate::stage::{Place, Stage};

/// A place that many share: one network, one number block, one client build.
pub fn shared_place(label: &str) -> Place {
    Place {
        number_country: "DE".to_owned(),
        ip_country: "DE".to_owned(),
        block: format!("block of {label}"),
        network: format!("network of {label}"),
        device: format!("device of {label}"),
        build: "2.22.4".to_owned(),
    }
}

/// Signs up within 50 minutes, eight accounts a device, from one network and build; sends nothing.
pub fn bulk_signup(stage: &mut Stage, prefix: &str, accounts: u32, at: i64, place: &Place) {
    for index in 0..accounts {
        let mut actor = stage.actor(&format!("{prefix}_{index}"));
        let device = format!("{} {}", place.device, index / 8);
        let here = Place { device, ..place.clone() };
        let ts = at + 50 * MINUTE_US / i64::from(accounts.max(1)) / 1_000 * 1_000 * i64::from(index);
        actor.registers(ts, AccountKind::Consumer, &here);
    }
}

/// Earlier accounts of the same block and network, most of them banned within the last week.
pub fn burnt_place(stage: &mut Stage, prefix: &str, accounts: u32, banned: u32, place: &Place) {
    let week_ago = stage.days_before_end(7);
    for index in 0..accounts {
        let mut actor = stage.actor(&format!("{prefix}_{index}"));
        let device = format!("old {} {index}", place.device);
        let here = Place { device, ..place.clone() };
        let at = week_ago + i64::from(index) * HOUR_US;
        actor.registers(at, AccountKind::Consumer, &here);
        if index < banned {
            actor.is_banned(at + 20 * HOUR_US);
        }
    }
}

/// Newcomers share the dormitory's network in one week, fourteen within the hour of the welcome evening; each
/// has a phone of its own and starts to write with friends.
pub fn dormitory(stage: &mut Stage, prefix: &str, first_day: i64, students: u32) {
    for index in 0..students {
        let mut actor = stage.actor(&format!("{prefix}_{index}"));
        let name = actor.name.clone();
        let at = if index < 14 {
            first_day + 17 * HOUR_US + actor.stream.between(0, 3_400) * 1_000_000
        } else {
            first_day + actor.stream.between(0, 5) * DAY_US + actor.stream.between(7, 21) * HOUR_US
        };
        let builds = ["2.22.9", "2.22.10", "2.22.7", "2.22.9"];
        let place = Place {
            network: format!("dormitory of {prefix}"),
            ip_country: "DE".to_owned(),
            number_country: ["DE", "IT", "PL", "DE", "IN"][index as usize % 5].to_owned(),
            build: builds[index as usize % 4].to_owned(),
            ..Place::home(&name)
        };
        actor.registers(at, AccountKind::Consumer, &place);
        let next_day = at - at.rem_euclid(DAY_US) + DAY_US;
        private_life(&mut actor, 6, 1.2, next_day);
    }
}

/// Colleagues sign up in one office over a day.
pub fn office(stage: &mut Stage, prefix: &str, day: i64, colleagues: i64) {
    for index in 0..colleagues {
        let mut actor = stage.actor(&format!("{prefix}_{index}"));
        let name = actor.name.clone();
        let place = Place { network: format!("office of {prefix}"), ..Place::home(&name) };
        actor.registers(day + (8 + index % 9) * HOUR_US + 11 * MINUTE_US, AccountKind::Consumer, &place);
        private_life(&mut actor, 5, 1.0, day + DAY_US);
    }
}
