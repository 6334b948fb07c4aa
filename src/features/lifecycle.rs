//! How old the account was when it did what it did.
//! In: registration times and action times; out: ages, and the age at a burst.
//! A registration that the log does not know is absent, not long ago.

use super::facts::Facts;
use super::feature::{Absent, Family, Feature, Mark, Reads, Unit, Value, count};
use crate::domain::{AccountKind, SECOND_US, seconds};

const BASE: Feature = Feature {
    family: Family::Lifecycle,
    reads: &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Registered],
    absent_when: "no registration of the account is known",
    ..Feature::SECONDS
};

/// Age at the first hundred-message burst.
pub static BURST_AGE: Feature = Feature {
    name: "lifecycle_burst100_15s_min_age_s",
    contract: Some("burst100_15s_min_age_s"),
    definition: "over all i with t[i+99] - t[i] <= 15 s: smallest t[i] - (latest registration <= t[i])",
    reading: "the white paper's hard example: 100 messages in 15 s, five minutes after registration",
    look_alikes: "none known among people; never used on the business API",
    absent_when: "no such burst, no registration known before it, or an account on the business API by lifecycle_api_flag",
    reads: &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Registered, Reads::AccountKind, Reads::Via],
    source: (Mark::Published, "white paper, hard example"),
    value: burst_age,
    ..BASE
};
/// Age at as_of.
pub static AGE: Feature = Feature {
    name: "lifecycle_account_age_s",
    definition: "as_of - latest registration",
    reading: "old accounts have more to lose; registration rules stop counting as a family after 7 d",
    look_alikes: "anyone new",
    reads: &[Reads::Registered],
    value: |f| f.context.registered.last().map(|t| seconds(f.as_of() - t)).ok_or(Absent::NoEvidence),
    ..BASE
};
/// From registration to first action.
pub static FIRST_SEND_AGE: Feature = Feature {
    name: "lifecycle_first_send_age_s",
    definition: "first action of the window - latest registration not after it",
    reading: "how soon after registration the sending starts",
    look_alikes: "people who move to a new phone",
    absent_when: "no action, or no registration known before it",
    source: (Mark::Published, "white paper: how soon after registration it starts"),
    value: |f| {
        let first = *f.action_ts.first().ok_or(Absent::NoEvidence)?;
        age_at(f, first).map(seconds).ok_or(Absent::NoEvidence)
    },
    ..BASE
};
/// Registrations known.
pub static REGISTRATIONS: Feature = Feature {
    name: "lifecycle_registrations_n",
    unit: Unit::Count,
    definition: "distinct registration times before as_of",
    reading: "more than one: the number was registered again, by the same person or by another",
    look_alikes: "new phones, recycled numbers",
    absent_when: "the log has neither accounts nor registrations",
    reads: &[Reads::Registered],
    value: |f| {
        if !f.offers.accounts && !f.offers.registrations {
            return Err(Absent::ColumnMissing);
        }
        count(f.context.registered.len())
    },
    ..BASE
};
/// Actions in the first day after registration.
pub static FIRST_DAY_ACTIONS: Feature = Feature {
    name: "lifecycle_first_day_actions_n",
    unit: Unit::Count,
    definition: "actions of the window within 24 h after the latest registration not after them",
    reading: "people start slowly",
    look_alikes: "people who move to a new phone",
    value: |f| {
        if f.context.registered.is_empty() {
            return Err(Absent::NoEvidence);
        }
        let young = |t: &&i64| age_at(f, **t).is_some_and(|age| age <= crate::domain::DAY_US);
        count(f.action_ts.iter().filter(young).count())
    },
    ..BASE
};

/// Whether it is on the business API.
pub static API: Feature = Feature {
    name: "lifecycle_api_flag",
    unit: Unit::Flag,
    range: (0.0, 1.0),
    definition: "1 where accounts.kind is business_api or, where the kind is unknown, every sent message whose via is known says api; 0 where another kind or another via is known",
    reading: "on the business API automation is what the product is for; rules of pace, client and habit leave it out",
    look_alikes: "none: the platform writes kind and via, and no sender chooses them",
    absent_when: "neither the account's kind nor the via of any message is known",
    reads: &[Reads::Ts, Reads::AccountKind, Reads::Via],
    source: (Mark::Published, "business policy: the business API is made for programs"),
    value: |f| match f.context.kind {
        Some(kind) => Ok(f64::from(u8::from(kind == AccountKind::BusinessApi))),
        None if f.timeline.sent.iter().any(|event| event.via().is_some()) => Ok(0.0),
        None => Err(Absent::NoEvidence),
    },
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Feature] =
    &[&BURST_AGE, &AGE, &FIRST_SEND_AGE, &REGISTRATIONS, &FIRST_DAY_ACTIONS, &API];

/// Time since the latest registration not after `ts`, microseconds.
fn age_at(f: &Facts, ts: i64) -> Option<i64> {
    let i = f.context.registered.partition_point(|t| *t <= ts).checked_sub(1)?;
    Some(ts - f.context.registered[i])
}

fn burst_age(f: &Facts) -> Value {
    if f.context.kind == Some(AccountKind::BusinessApi) {
        return Err(Absent::NotApplicable);
    }
    let ts = &f.action_ts;
    let starts = ts.windows(100).filter(|w| w[99] - w[0] <= 15 * SECOND_US).map(|w| w[0]);
    starts.filter_map(|t| age_at(f, t)).min().map(seconds).ok_or(Absent::NoEvidence)
}
