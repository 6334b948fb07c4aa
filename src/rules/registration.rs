//! How the account was registered, and among whom.
//! In: country, banned neighbors, cohort and device counts that leave the account out; out: small hits, capped together.
//! Never a reason alone: nobody is judged by neighbors, and after seven days it counts as no family.

use super::hit::Fired;
use super::limit::{Limit, Sense};
use super::row::Row;
use super::rule::{AgreementFamily, Applies, Role, Rule, RuleGroup, Split, Stage};
use crate::features::{Mark, registration};

/// Country flag.
pub static COUNTRY: Limit = Limit {
    key: "R1.differs",
    feature: &registration::COUNTRY,
    what: "number and address from different countries",
    window: "at registration",
    sense: Sense::AtLeast,
    default: 1.0,
    full: 1.0,
    range: (1.0, 1.0),
    why: "a flag",
    ..Limit::BASE
};
/// Banned share in the number block.
pub static BLOCK: Limit = Limit {
    key: "R2.banned_lower",
    feature: &registration::BLOCK_BANNED,
    what: "lower bound of the banned share in the number block",
    window: "30 d",
    default: 0.2,
    full: 0.6,
    range: (0.05, 0.9),
    why: "Wilson 95 % lower bound over at least 10 neighbors",
    population: Some(0.99),
    ..Limit::BASE
};
/// Banned share on the network.
pub static NETWORK: Limit = Limit {
    key: "R3.banned_lower",
    feature: &registration::NETWORK_BANNED,
    what: "lower bound of the banned share on the sign-up network",
    window: "7 d",
    ..BLOCK
};
/// Cohort.
pub static COHORT: Limit = Limit {
    key: "R4.cohort",
    feature: &registration::COHORT,
    what: "accounts registered within one hour with one network and client build",
    window: "1 h",
    default: 10.0,
    full: 30.0,
    range: (5.0, 1_000.0),
    why: "10 soft, 30 strong; a carrier's shared address brings many people, not one build within one hour",
    population: Some(0.99),
    ..Limit::BASE
};
/// Device.
pub static DEVICE: Limit = Limit {
    key: "R5.accounts",
    feature: &registration::DEVICE,
    what: "accounts registered on the same device",
    window: "30 d",
    default: 5.0,
    full: 24.0,
    range: (3.0, 100.0),
    why: "a family shares two or three",
    population: Some(0.99),
    ..Limit::BASE
};

const BASE: Rule = Rule {
    group: RuleGroup::Registration,
    family: AgreementFamily::Registration,
    stage: Stage::Registration,
    applies: Applies::Everyone,
    persistence: "never alone above watch; one of the agreeing families up to an age of 7 days",
    look_alikes: "dormitories, offices, carrier networks shared by thousands, campus sign-up weeks",
    ..Rule::BASE
};

/// Country mismatch.
pub static COUNTRY_DIFFERS: Rule = Rule {
    code: "R1",
    name: "country mismatch",
    role: Role::Supporting,
    points: Split::new(0.0, 0.0, 2.0),
    limits: &[&COUNTRY],
    statement: "the number's country differs from that of the address at registration",
    look_alikes: "travelers, migrants, border regions, foreign SIM cards",
    uses: &[&registration::COUNTRY],
    source: (Mark::Published, "press briefing on the white paper"),
    test: |row| Some(Fired::on(vec![row.check(&COUNTRY)?], true)),
    ..BASE
};
/// Neighbors of the number.
pub static BAD_BLOCK: Rule = Rule {
    code: "R2",
    name: "abused number block",
    points: Split::new(0.0, 0.0, 10.0),
    limits: &[&BLOCK],
    statement: "of {0.n} other numbers of the same block of 1,000 registered in the last 30 d, at least {0} were banned; limit {0.limit}",
    uses: &[&registration::BLOCK_BANNED],
    source: (Mark::Published, "white paper: a similar number was recently abused"),
    test: |row| Some(Fired::on(vec![row.check(&BLOCK)?], true)),
    ..BASE
};
/// Neighbors on the network.
pub static BAD_NETWORK: Rule = Rule {
    code: "R3",
    name: "abused network",
    points: Split::new(0.0, 0.0, 10.0),
    limits: &[&NETWORK],
    statement: "of {0.n} other accounts registered from the same network in the last 7 d, at least {0} were banned; limit {0.limit}",
    uses: &[&registration::NETWORK_BANNED],
    source: (Mark::Published, "white paper: the network was associated with suspicious behavior"),
    test: |row| Some(Fired::on(vec![row.check(&NETWORK)?], true)),
    ..BASE
};
/// Bulk sign-up.
pub static BULK_SIGN_UP: Rule = Rule {
    code: "R4",
    name: "bulk sign-up",
    points: Split::new(12.0, 0.0, 8.0),
    limits: &[&COHORT],
    statement: "registered together with others: {0} accounts within one hour from one network with one client build; limit {0.limit}",
    uses: &[&registration::COHORT],
    source: (
        Mark::Published,
        "synchronized sign-ups: Ianus, CCS 2019; Xiao et al., AISec 2015; the limit is ours",
    ),
    test: |row| Some(Fired::on(vec![row.check(&COHORT)?], true)),
    ..BASE
};
/// Device farm.
pub static DEVICE_FARM: Rule = Rule {
    code: "R5",
    name: "device farm",
    points: Split::new(12.0, 0.0, 6.0),
    limits: &[&DEVICE],
    statement: "{0} accounts were registered on the same device in 30 d; limit {0.limit}",
    look_alikes: "shared village phones, repair shops",
    uses: &[&registration::DEVICE],
    source: (Mark::Published, "press briefing: devices holding dozens of SIM cards; the limit is ours"),
    test: |row| Some(Fired::on(vec![row.check(&DEVICE)?], true)),
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Rule] = &[&COUNTRY_DIFFERS, &BAD_BLOCK, &BAD_NETWORK, &BULK_SIGN_UP, &DEVICE_FARM];

/// Whether the registration is suspicious beyond the country: it lowers the bar for M4.
pub fn is_suspicious(row: &Row) -> bool {
    [&BLOCK, &NETWORK, &COHORT, &DEVICE].into_iter().any(|limit| row.check(limit).is_some())
}
