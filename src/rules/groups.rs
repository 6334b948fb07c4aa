//! Groups filled against people's will, made in numbers, hopped through and papered with one notice.
//! In: peaks of group events, how the added took it, groups reached by one content; out: hits.
//! Within one hour the numbers are a hard rule; over a day a school's first day looks the same.

use super::certain;
use super::hit::{Evidence, Fired};
use super::limit::Limit;
use super::row::Row;
use super::rule::{AgreementFamily, Applies, Need, Role, Rule, RuleGroup, Split};
use crate::features::{Mark, content, groups};

/// Groups made in a day.
pub static CREATED_24H: Limit = Limit {
    key: "M11b.created_24h",
    feature: &groups::CREATED_24H,
    what: "groups created in the busiest 24 h",
    window: "24 h",
    ..certain::CREATED_1H
};
/// People added in a day.
pub static ADDED_24H: Limit = Limit {
    key: "M11b.added_24h",
    feature: &groups::ADDED_24H,
    what: "people added to groups in the busiest 24 h",
    window: "24 h",
    ..certain::ADDED_1H
};
/// Share who objected.
pub static OBJECTED: Limit = Limit {
    key: "M12.objected_share",
    feature: &groups::OBJECTED,
    what: "share of the added who left, blocked or reported within 24 h",
    default: 0.3,
    full: 0.7,
    range: (0.1, 0.9),
    why: "the paper bans suspicious group behavior even at low activity [Q]; 30 % of 30 is ours",
    ..Limit::BASE
};
/// People who objected.
pub static OBJECTED_N: Limit = Limit {
    key: "M12.objected_n",
    feature: &groups::OBJECTED_N,
    what: "added people who left, blocked or reported within 24 h",
    default: 100.0,
    full: 500.0,
    range: (20.0, 5_000.0),
    why: "a count, so that adding accomplices does not dilute it",
    ..Limit::BASE
};
/// People added.
pub static ADDED: Limit = Limit {
    key: "M12.added",
    feature: &groups::ADDED,
    what: "people added to groups",
    default: 30.0,
    full: 300.0,
    range: (10.0, 1_000.0),
    why: "a share needs a base",
    population: Some(0.99),
    ..Limit::BASE
};
/// Share who do not know the actor.
pub static UNKNOWN: Limit = Limit {
    key: "M12b.unknown_share",
    feature: &groups::UNKNOWN_SHARE,
    what: "share of the added whose address book lacks the actor",
    default: 0.3,
    full: 0.9,
    range: (0.1, 1.0),
    why: "permission is asked first among acquaintances",
    ..Limit::BASE
};
/// People added, beside those who do not know the actor.
pub static ADDED_UNKNOWN: Limit = Limit { key: "M12b.added", ..ADDED };
/// Groups joined and posted to.
pub static JOIN_POST: Limit = Limit {
    key: "G1.groups",
    feature: &groups::JOIN_POST,
    what: "groups joined by link and posted to within 10 min",
    default: 5.0,
    full: 25.0,
    range: (3.0, 200.0),
    why: "people read before they post",
    population: Some(0.995),
    ..Limit::BASE
};
/// Groups with one content, for hopping.
pub static SAME_GROUPS: Limit = Limit {
    key: "G1.same_content",
    feature: &content::TOP_GROUPS,
    what: "groups that got one content",
    default: 5.0,
    full: 25.0,
    range: (3.0, 200.0),
    why: "a greeting on joining differs from group to group",
    ..Limit::BASE
};
/// Groups with one content.
pub static PAPERED: Limit = Limit {
    key: "G2.groups",
    feature: &content::TOP_GROUPS,
    what: "groups that got one content",
    default: 20.0,
    full: 100.0,
    range: (5.0, 1_000.0),
    why: "a club administrator has several groups, not twenty",
    population: Some(0.995),
    ..Limit::BASE
};

const BASE: Rule = Rule {
    group: RuleGroup::Groups,
    family: AgreementFamily::Groups,
    applies: Applies::Everyone,
    ..Rule::BASE
};

/// Dozens of groups or thousands of adds in a day.
pub static GROUPS_IN_A_DAY: Rule = Rule {
    code: "M11b",
    name: "groups in a day",
    points: Split::new(26.0, 30.0, 22.0),
    limits: &[&CREATED_24H, &ADDED_24H],
    persistence: "the count itself",
    statement: "within 24 h: {all}",
    need: Need::Any,
    look_alikes: "a school's first day, a club's new season: hence review, unless many of the added object",
    uses: &[&groups::CREATED_24H, &groups::ADDED_24H],
    source: (Mark::Published, "white paper, second hard example; over a day instead of quickly"),
    test: groups_in_a_day,
    ..BASE
};
/// Unwanted adds.
pub static UNWANTED_ADDS: Rule = Rule {
    code: "M12",
    name: "unwanted adds",
    family: AgreementFamily::Contact,
    points: Split::new(0.0, 8.0, 36.0),
    limits: &[&OBJECTED, &OBJECTED_N, &ADDED],
    persistence: "the count itself: 30 people added",
    statement: "of the people added to groups, many wanted out within 24 h: {all}",
    look_alikes: "a crowded event group",
    uses: &[&groups::OBJECTED, &groups::OBJECTED_N, &groups::ADDED],
    source: (Mark::Quoted, "white paper: suspicious group behavior is banned even at low activity"),
    need: Need::AnyBesideLast,
    test: unwanted_adds,
    ..BASE
};
/// Strangers added.
pub static STRANGERS_ADDED: Rule = Rule {
    code: "M12b",
    name: "strangers added",
    family: AgreementFamily::Contact,
    points: Split::new(0.0, 4.0, 20.0),
    limits: &[&UNKNOWN, &ADDED_UNKNOWN],
    persistence: "the day's limit on groups or adds (M11b) is reached too",
    statement: "of the people added to groups, {0} do not have the account in their address book; limit {0.limit}",
    look_alikes: "a school's office, which pupils have not saved yet",
    uses: &[&groups::UNKNOWN_SHARE, &groups::ADDED, &groups::CREATED_24H, &groups::ADDED_24H],
    source: (Mark::Published, "responsible-use guidance: get permission before adding people to groups"),
    test: |row| {
        let lasts = row.check(&CREATED_24H).or_else(|| row.check(&ADDED_24H)).is_some();
        Some(Fired::on(vec![row.check(&UNKNOWN)?, row.check(&ADDED_UNKNOWN)?], lasts))
    },
    ..BASE
};
/// Group hopping.
pub static HOPPING: Rule = Rule {
    code: "G1",
    name: "group hopping",
    points: Split::new(10.0, 22.0, 16.0),
    limits: &[&JOIN_POST, &SAME_GROUPS],
    persistence: "twice the limit of groups",
    statement: "joined groups by link and posted at once: {all}",
    look_alikes: "people who greet on joining",
    uses: &[&groups::JOIN_POST, &content::TOP_GROUPS],
    source: (Mark::Ours, "group-hopping posters"),
    test: hopping,
    ..BASE
};
/// One notice in many groups.
pub static SAME_TO_GROUPS: Rule = Rule {
    code: "G2",
    name: "one notice in many groups",
    family: AgreementFamily::Content,
    points: Split::new(10.0, 24.0, 4.0),
    limits: &[&PAPERED],
    persistence: "twice the limit of groups",
    statement: "posted one content to {0} groups; limit {0.limit}",
    look_alikes: "an administrator of many groups, a moderator's notice",
    role: Role::Main,
    uses: &[&content::TOP_GROUPS],
    source: (Mark::Ours, "reach into groups as into people"),
    test: |row| {
        let hit = row.check(&PAPERED)?;
        let lasts = 2.0 * row.limit(&PAPERED) <= hit.observed;
        Some(Fired::on(vec![hit], lasts))
    },
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Rule] = &[&GROUPS_IN_A_DAY, &UNWANTED_ADDS, &STRANGERS_ADDED, &HOPPING, &SAME_TO_GROUPS];

fn groups_in_a_day(row: &Row) -> Option<Fired> {
    let fired = Fired::any([row.check(&CREATED_24H), row.check(&ADDED_24H)], true)?;
    // The published number itself is worth a person's look.
    Some(fired.rising_from(0.8))
}

fn unwanted_adds(row: &Row) -> Option<Fired> {
    let ways = [row.check(&OBJECTED), row.check(&OBJECTED_N)];
    let mut evidence: Vec<Evidence> = ways.into_iter().flatten().collect();
    evidence.sort_by(|a, b| b.ramp.total_cmp(&a.ramp));
    if evidence.is_empty() {
        return None;
    }
    evidence.push(row.check(&ADDED)?);
    Some(Fired::on(evidence, true))
}

fn hopping(row: &Row) -> Option<Fired> {
    let joined = row.check(&JOIN_POST)?;
    let many = 2.0 * row.limit(&JOIN_POST) <= joined.observed;
    let same = row.check(&SAME_GROUPS);
    // Without the same content it takes twice as many groups.
    if same.is_none() && !many {
        return None;
    }
    Some(Fired::on([Some(joined), same].into_iter().flatten().collect(), many))
}
