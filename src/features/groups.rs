//! Groups made, filled, joined and posted to.
//! In: group events and group posts; out: peaks, distinct counts, and how the added took it.
//! Membership alone says nothing: only what the account itself did is counted.

use super::facts::{Facts, Room, View, order_by, refill, row, token_prefix};
use super::feature::{Absent, Family, Feature, Mark, Reads, Unit, Value, count, enough, share};
use super::kernels::max_in_window;
use crate::domain::{DAY_US, GroupKind, HOUR_US, MINUTE_US};

const BASE: Feature = Feature {
    family: Family::Groups,
    reads: &[Reads::GroupEvents],
    reading: "the white paper's hard example: quickly creating dozens of groups or adding thousands of people",
    look_alikes: "a school's first day, a club's new season",
    absent_when: "the log has no group events",
    source: (Mark::Published, "white paper, hard example"),
    ..Feature::COUNT
};
const POSTS: Feature = Feature {
    reads: &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Recipient],
    reading: "reach into groups",
    look_alikes: "active members, club administrators",
    absent_when: "never: 0 when there is nothing to count",
    source: (Mark::Ours, "reach into groups as into people"),
    ..BASE
};

/// Groups created in an hour.
pub static CREATED_1H: Feature = Feature {
    name: "groups_created_max_1h",
    definition: "M11: most groups created in any closed hour",
    value: |f| peak(f, GroupKind::Create, HOUR_US),
    ..BASE
};
/// Groups created in a day.
pub static CREATED_24H: Feature = Feature {
    name: "groups_created_max_24h",
    definition: "M11: most groups created in any closed 24 h",
    value: |f| peak(f, GroupKind::Create, DAY_US),
    ..BASE
};
/// People added in an hour.
pub static ADDED_1H: Feature = Feature {
    name: "groups_added_max_1h",
    definition: "M11: most adds of people to groups in any closed hour",
    value: |f| peak(f, GroupKind::Add, HOUR_US),
    ..BASE
};
/// People added in a day.
pub static ADDED_24H: Feature = Feature {
    name: "groups_added_max_24h",
    definition: "M11: most adds of people to groups in any closed 24 h",
    value: |f| peak(f, GroupKind::Add, DAY_US),
    ..BASE
};
/// People added.
pub static ADDED: Feature = Feature {
    name: "groups_added_n",
    definition: "adds of people to groups in the window",
    value: |f| known(f, |f| count(adds(f).count())),
    ..BASE
};
/// Share of the added who objected.
pub static OBJECTED: Feature = Feature {
    name: "groups_added_objected_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&ADDED, 30.0)),
    definition: "M12: people added who left that group or reported or blocked the actor within 24 h / people added",
    reading: "unwanted adds, even at low volume",
    absent_when: "the log has no group events, the account added nobody, or one or two people objected and the log has feedback",
    reads: &[Reads::GroupEvents, Reads::Feedback],
    source: (Mark::Quoted, "white paper: suspicious group behavior is banned even at low activity"),
    value: |f| known(f, |f| share(objected(f)?, adds(f).count())),
    ..BASE
};
/// People added who objected.
pub static OBJECTED_N: Feature = Feature {
    name: "groups_added_objected_n",
    definition: "people added who left that group or reported or blocked the actor within 24 h",
    reading: "a count, so that adding accomplices does not dilute it",
    absent_when: "the log has no group events, or one or two people objected and the log has feedback",
    reads: &[Reads::GroupEvents, Reads::Feedback],
    source: (Mark::Quoted, "white paper: suspicious group behavior is banned even at low activity"),
    value: |f| known(f, |f| count(objected(f)?)),
    ..BASE
};
/// Share of the added who do not know the actor.
pub static UNKNOWN_SHARE: Feature = Feature {
    name: "groups_added_unknown_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&ADDED, 30.0)),
    definition: "M12: people added whose address book lacks the actor / people added whose address book is known",
    reading: "permission is asked first among acquaintances",
    absent_when: "no address book of an added person is known",
    reads: &[Reads::GroupEvents, Reads::Contacts],
    source: (Mark::Published, "responsible-use guidance: get permission before adding people to groups"),
    value: |f| {
        known(f, |f| {
            let said = || adds(f).filter_map(|a| a.knows_actor);
            share(said().filter(|knows| !knows).count(), said().count())
        })
    },
    ..BASE
};
/// Groups posted to.
pub static POSTED: Feature = Feature {
    name: "groups_posted_n",
    contract: Some("groups_n"),
    definition: "distinct groups and communities posted to in the window",
    value: |f| count(posts(f).groups),
    ..POSTS
};
/// Groups posted to in a day.
pub static POSTED_24H: Feature = Feature {
    name: "groups_posted_max_24h",
    contract: Some("groups_max_24h"),
    definition: "most distinct groups and communities posted to in any closed 24 h",
    value: |f| count(posts(f).max_24h),
    ..POSTS
};
/// Groups posted to in an hour.
pub static POSTED_1H: Feature = Feature {
    name: "groups_posted_max_1h",
    definition: "most distinct groups and communities posted to in any closed hour",
    value: |f| count(posts(f).max_1h),
    ..POSTS
};
/// Groups joined by link and posted to at once.
pub static JOIN_POST: Feature = Feature {
    name: "groups_join_post_10min_n",
    contract: Some("join_post_10min_n"),
    definition: "groups joined by link and posted to in the window within 10 min after joining",
    reading: "group hopping: join, post, move on",
    look_alikes: "people who greet on joining",
    reads: &[Reads::GroupEvents, Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Recipient],
    source: (Mark::Ours, "group-hopping posters"),
    value: |f| known(f, |f| count(join_posts(f))),
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Feature] = &[
    &CREATED_1H,
    &CREATED_24H,
    &ADDED_1H,
    &ADDED_24H,
    &ADDED,
    &OBJECTED,
    &OBJECTED_N,
    &UNKNOWN_SHARE,
    &POSTED,
    &POSTED_24H,
    &POSTED_1H,
    &JOIN_POST,
];

fn known(f: &Facts, then: impl Fn(&Facts) -> Value) -> Value {
    if f.context.has_group_events { then(f) } else { Err(Absent::ColumnMissing) }
}

fn adds<'a>(f: &'a Facts) -> impl Iterator<Item = &'a crate::context::AddOutcome> {
    f.context.adds.iter().filter(|a| f.window.contains(a.ts))
}

/// Adds whose target objected; where reports may be among the objections, one or two people are not told.
fn objected(f: &Facts) -> Result<usize, Absent> {
    let mut who: Vec<_> = adds(f).filter(|a| a.objected).map(|a| a.target).collect();
    let n = who.len();
    who.sort_unstable();
    who.dedup();
    if f.context.has_feedback {
        enough(who.len())?;
    }
    Ok(n)
}

fn peak(f: &Facts, kind: GroupKind, width_us: i64) -> Value {
    known(f, |f| {
        let acts = f.timeline.group_acts.iter().filter(|g| g.kind == kind && f.window.contains(g.ts));
        let ts: Vec<i64> = acts.map(|g| g.ts).collect();
        count(max_in_window(&ts, width_us))
    })
}

/// Reach of the posts to groups and communities.
#[derive(Debug, Clone, Copy, Default)]
pub struct Posts {
    groups: usize,
    max_1h: usize,
    max_24h: usize,
}

fn posts(f: &Facts) -> Posts {
    *f.later.posts.get_or_init(|| {
        if f.action_counts.posts == 0 {
            return Posts::default();
        }
        let Room { words, times, keys, counter, .. } = &mut *f.room.borrow_mut();
        let group = |i: usize| f.event(&f.actions[i]).recipient;
        let is_post = |i: &usize| f.actions[*i].is_group_post();
        order_by(words, (0..f.actions.len()).filter(is_post), |i| token_prefix(group(i)), group);
        // First a key for each action that is a post, then without the others.
        refill(keys, f.actions.len(), f.actions.iter().map(|_| 0));
        let mut groups = 0;
        for run in words.chunk_by(|a, b| group(row(*a)) == group(row(*b))) {
            run.iter().for_each(|w| keys[row(*w)] = groups);
            groups += 1;
        }
        times.clear();
        times.reserve_exact(f.action_counts.posts);
        for i in (0..f.actions.len()).filter(is_post) {
            keys[times.len()] = keys[i];
            times.push(f.action_ts[i]);
        }
        let groups = groups as usize;
        let mut reach = |width_us| counter.max_distinct(times, keys, groups, width_us);
        Posts { groups, max_1h: reach(HOUR_US), max_24h: reach(DAY_US) }
    })
}

fn join_posts(f: &Facts) -> usize {
    let links = f.timeline.group_acts.iter().filter(|g| g.kind == GroupKind::JoinLink);
    let mut joins: Vec<_> = links.map(|g| (g.group, g.ts)).collect();
    if joins.is_empty() {
        return 0;
    }
    joins.sort_unstable();
    let posts = f.group_posts(View::Whole).map(|a| f.event(a));
    let soon = posts.filter(|e| {
        let last = joins.partition_point(|j| *j <= (e.recipient, e.ts)).checked_sub(1);
        last.is_some_and(|i| joins[i].0 == e.recipient && e.ts - joins[i].1 <= 10 * MINUTE_US)
    });
    let mut hit: Vec<_> = soon.map(|e| e.recipient).collect();
    hit.sort_unstable();
    hit.dedup();
    hit.len()
}
