//! Which of the people who spoke against an account belong together: shared groups, sign-ups, and talk both ways.
//! In: side tables, sharers of networks and devices, pairs that talk; out: for one account its reporters and blockers.
//! Ties that the account itself makes, and what very many people share, bind nobody.

use super::exchange::{Map, Set};
use super::shared::{Cohorts, Shared};
use super::voices::{Voice, Voices};
use crate::domain::{FeedbackKind, GroupKind, HOUR_US, Token, UnionFind};
use crate::log::{AccountTimeline, FeedbackRow, GroupEventRow, RegistrationRow, SideTables, rows_of};

/// What more people than this share says nothing about any two of them.
pub const VERY_MANY: usize = 256;

/// Where and when somebody signed up, as far as it binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SignUp {
    person: Token,
    ts: i64,
    /// Network and client build; nothing on a network of very many.
    cohort: Option<(u64, u64)>,
    /// 0 where it is unknown or that of very many.
    device: u64,
}

/// What binds people who spoke against somebody.
#[derive(Debug, Default)]
pub(super) struct Ties {
    /// Person and group, sorted: groups in which at least two and not very many are seen.
    groups: Vec<(Token, Token)>,
    /// Sorted.
    sign_ups: Vec<SignUp>,
    /// Pairs that talk with each other, both ways round, sorted.
    talks: Vec<(Token, Token)>,
}

/// Accounts by what their sign-ups share.
pub(super) struct Sharers<'a> {
    pub networks: &'a Shared,
    pub cohorts: &'a Cohorts,
    pub devices: &'a Shared,
}

impl Ties {
    /// Gathers, of what lies before as_of, the ties of people who spoke against anybody.
    pub fn new(side: &SideTables, as_of: i64, sharers: &Sharers) -> Self {
        let rows = side.feedback.iter().flatten();
        let speakers: Set<Token> = rows.filter(|r| is_against(r, as_of)).map(|r| r.reporter).collect();
        if speakers.is_empty() {
            return Self::default();
        }
        let registrations = side.registrations.iter().flatten();
        let theirs = registrations.filter(|r| r.ts < as_of && speakers.contains(&r.account));
        let mut sign_ups: Vec<SignUp> = theirs.map(|r| sharers.sign_up(r)).collect();
        sign_ups.sort_unstable();
        let talks = side.talks.as_deref().unwrap_or(&[]);
        Self { groups: small_groups(side, as_of, &speakers), sign_ups, talks: without_hubs(talks) }
    }

    /// The people who spoke against an account before as_of, and which of them belong together.
    pub fn voices(&self, timeline: &AccountTimeline, as_of: i64) -> Voices {
        let rows = timeline.feedback.iter().filter(|r| is_against(r, as_of));
        let mut people: Vec<(Token, i64)> = rows.map(|r| (r.reporter, r.ts)).collect();
        people.sort_unstable();
        people.dedup_by_key(|(person, _)| *person);
        let mut circles = UnionFind::new(people.len() as u32);
        if 1 < people.len() {
            self.bind_groups(&people, timeline, as_of, &mut circles);
            self.bind_sign_ups(&people, &mut circles);
            self.bind_talks(&people, &mut circles);
        }
        let voice = |(i, (person, first))| Voice { person, first, circle: circles.root(i as u32) };
        Voices::new(people.into_iter().enumerate().map(voice).collect())
    }

    /// Binds members of one group, unless the account itself put them there: it could so merge whom it writes to.
    fn bind_groups(
        &self,
        people: &[(Token, i64)],
        timeline: &AccountTimeline,
        as_of: i64,
        circles: &mut UnionFind,
    ) {
        let acts = timeline.group_acts.iter().filter(|g| g.kind == GroupKind::Add && g.ts < as_of);
        let added: Set<(Token, Token)> = acts.filter_map(|g| Some((g.target?, g.group))).collect();
        let groups = people.iter().zip(0..).flat_map(|((person, _), i)| {
            let theirs = rows_of(&self.groups, *person, |g| g.0).iter().filter(|g| !added.contains(*g));
            theirs.map(move |(_, group)| (*group, i))
        });
        bind_equal(groups.collect(), circles);
    }

    /// Binds sign-ups on one device, and sign-ups of one network and build within an hour of each other.
    fn bind_sign_ups(&self, people: &[(Token, i64)], circles: &mut UnionFind) {
        let of = |person: Token| rows_of(&self.sign_ups, person, |s| s.person);
        let all = || people.iter().zip(0..).flat_map(|(p, i)| of(p.0).iter().map(move |s| (s, i)));
        bind_equal(all().filter(|(s, _)| s.device != 0).map(|(s, i)| (s.device, i)).collect(), circles);
        let mut cohorts: Vec<((u64, u64), i64, u32)> =
            all().filter_map(|(s, i)| Some((s.cohort?, s.ts, i))).collect();
        cohorts.sort_unstable();
        for next in cohorts.windows(2).filter(|w| w[0].0 == w[1].0 && w[1].1 - w[0].1 <= HOUR_US) {
            circles.join(next[0].2, next[1].2);
        }
    }

    /// Binds people who write with each other.
    fn bind_talks(&self, people: &[(Token, i64)], circles: &mut UnionFind) {
        for ((person, _), i) in people.iter().zip(0..) {
            for (_, other) in rows_of(&self.talks, *person, |t| t.0) {
                if let Ok(at) = people.binary_search_by_key(other, |p| p.0) {
                    circles.join(i, at as u32);
                }
            }
        }
    }
}

impl Sharers<'_> {
    /// A sign-up without what very many share.
    fn sign_up(&self, row: &RegistrationRow) -> SignUp {
        let key = (row.network, row.client_build);
        let known = row.network != 0 && row.client_build != 0;
        // A carrier's network is one where many others sign up, too; a farm's hour is its own.
        let own = self.cohorts.most(key, row.ts).unwrap_or(0);
        let others = self.networks.accounts(row.network).unwrap_or(0).saturating_sub(own);
        let device = self.devices.accounts(row.device).unwrap_or(0);
        SignUp {
            person: row.account,
            ts: row.ts,
            cohort: (known && others as usize <= VERY_MANY).then_some(key),
            device: if device as usize <= VERY_MANY { row.device } else { 0 },
        }
    }
}

/// Whether a row says something against an account before as_of; a wish to hear no more does not.
fn is_against(row: &FeedbackRow, as_of: i64) -> bool {
    row.ts < as_of && row.kind != FeedbackKind::Optout
}

/// Binds neighbors of one key.
fn bind_equal<K: Ord>(mut keyed: Vec<(K, u32)>, circles: &mut UnionFind) {
    keyed.sort_unstable();
    keyed.windows(2).filter(|w| w[0].0 == w[1].0).for_each(|w| {
        circles.join(w[0].1, w[1].1);
    });
}

/// Person and group, where at least two who spoke and not very many people at all are seen in the group.
fn small_groups(side: &SideTables, as_of: i64, speakers: &Set<Token>) -> Vec<(Token, Token)> {
    let acts = || side.group_events.iter().flatten().filter(|g| g.ts < as_of);
    let mut theirs: Vec<(Token, Token)> = acts().flat_map(seen).filter(|s| speakers.contains(&s.1)).collect();
    theirs.sort_unstable();
    theirs.dedup();
    let several = theirs.chunk_by(|a, b| a.0 == b.0).filter(|group| 1 < group.len());
    let several: Set<Token> = several.map(|group| group[0].0).collect();
    let mut members: Map<Token, usize> = Map::default();
    let stated = side.groups.iter().flatten().filter_map(|g| Some((g.group, g.members?)));
    for (group, n) in stated.filter(|(group, _)| several.contains(group)) {
        let most = members.entry(group).or_default();
        *most = (n as usize).max(*most);
    }
    let mut known: Vec<(Token, Token)> = acts().flat_map(seen).filter(|s| several.contains(&s.0)).collect();
    known.sort_unstable();
    known.dedup();
    for group in known.chunk_by(|a, b| a.0 == b.0) {
        let most = members.entry(group[0].0).or_default();
        *most = group.len().max(*most);
    }
    let small = |group: &Token| members.get(group).is_some_and(|n| *n <= VERY_MANY);
    theirs.retain(|(group, _)| small(group));
    let mut people: Vec<(Token, Token)> = theirs.into_iter().map(|(group, person)| (person, group)).collect();
    people.sort_unstable();
    people
}

/// Whom an act shows in its group, now or once: who acts, and to whom it is done.
fn seen(act: &GroupEventRow) -> impl Iterator<Item = (Token, Token)> + use<> {
    let group = act.group;
    std::iter::once(act.actor).chain(act.target).map(move |person| (group, person))
}

/// Pairs without those who talk with very many: a switchboard makes no circle.
fn without_hubs(talks: &[(Token, Token)]) -> Vec<(Token, Token)> {
    let busy = talks.chunk_by(|a, b| a.0 == b.0).filter(|theirs| VERY_MANY < theirs.len());
    let hubs: Set<Token> = busy.map(|theirs| theirs[0].0).collect();
    talks.iter().filter(|(a, b)| !hubs.contains(a) && !hubs.contains(b)).copied().collect()
}
