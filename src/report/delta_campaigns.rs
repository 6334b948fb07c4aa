//! Which campaigns are new, grown, shrunk or gone since an earlier run.
//! In: the campaigns of two runs; out: changes by kind and id.
//! An id follows from the members, so a campaign that gained one is found again by whom it shares.

use super::campaigns::NamedCampaign;
use super::earlier::EarlierCampaign;
use crate::campaigns::Part;
use std::collections::{BTreeMap, BTreeSet};

/// A campaign that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignChange {
    /// Tonight's id; the earlier one where it is gone.
    pub id: String,
    /// The earlier id, where it is known again.
    pub before_id: Option<String>,
    /// One of `WORDS`.
    pub change: &'static str,
    /// A sentence for people.
    pub why: String,
    /// Members then.
    pub members_before: usize,
    /// Members now.
    pub members_now: usize,
}

impl CampaignChange {
    /// The words in result files, in their order.
    pub const WORDS: [&'static str; 5] = ["new", "grown", "shrunk", "exchanged", "disappeared"];
}

/// A campaign is known again if at least half of the smaller side's members are in both [S].
const SHARED: f64 = 0.5;

struct Pair {
    shared: usize,
    now: usize,
    before: usize,
}

/// Compares the campaigns of two runs.
pub fn campaign_changes(before: &[EarlierCampaign], now: &[NamedCampaign]) -> Vec<CampaignChange> {
    let members: Vec<BTreeSet<&str>> = now.iter().map(|c| c.with(Part::Member).collect()).collect();
    let mut by_member: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, campaign) in before.iter().enumerate() {
        campaign.members.iter().for_each(|m| by_member.entry(m).or_default().push(i));
    }
    let mut pairs = Vec::new();
    for (n, own) in members.iter().enumerate() {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        let places = own.iter().filter_map(|m| by_member.get(m)).flatten();
        places.for_each(|b| *shared.entry(*b).or_default() += 1);
        pairs.extend(shared.into_iter().map(|(b, shared)| Pair { shared, now: n, before: b }));
    }
    // Where nobody is a member, an id is all that a campaign is known by.
    for (n, campaign) in now.iter().enumerate().filter(|(n, _)| members[*n].is_empty()) {
        let same = before.iter().position(|b| b.members.is_empty() && b.id == campaign.id);
        pairs.extend(same.map(|before| Pair { shared: 0, now: n, before }));
    }
    let smaller = |p: &Pair| members[p.now].len().min(before[p.before].members.len());
    pairs.retain(|p| {
        before[p.before].kind == now[p.now].campaign.kind.word()
            && SHARED * smaller(p) as f64 <= p.shared as f64
    });
    // Who shares most is paired first; ids break ties.
    pairs.sort_by(|a, b| {
        let ids = |p: &Pair| (&now[p.now].id, &before[p.before].id);
        b.shared.cmp(&a.shared).then_with(|| ids(a).cmp(&ids(b)))
    });
    let (mut known, mut taken) = (BTreeMap::new(), BTreeSet::new());
    for pair in pairs {
        if !known.contains_key(&pair.now) && taken.insert(pair.before) {
            known.insert(pair.now, pair);
        }
    }
    let mut changes: Vec<CampaignChange> = (0..now.len())
        .filter_map(|n| match known.get(&n) {
            Some(pair) => moved(&before[pair.before], &now[n].id, members[n].len(), pair.shared),
            None => Some(CampaignChange {
                id: now[n].id.clone(),
                before_id: None,
                change: "new",
                why: format!("{} members; known from no campaign of the earlier run", members[n].len()),
                members_before: 0,
                members_now: members[n].len(),
            }),
        })
        .collect();
    changes.extend((0..before.len()).filter(|b| !taken.contains(b)).map(|b| gone(&before[b])));
    let place = |c: &CampaignChange| CampaignChange::WORDS.iter().position(|w| *w == c.change);
    changes.sort_by(|a, b| (place(a), &a.id).cmp(&(place(b), &b.id)));
    changes
}

/// A campaign known again; none if it is the same.
fn moved(before: &EarlierCampaign, id: &str, size: usize, shared: usize) -> Option<CampaignChange> {
    let had = before.members.len();
    let (came, left) = (size - shared, had - shared);
    let change = match (came, left) {
        (0, 0) => return None,
        _ if had < size => "grown",
        _ if size < had => "shrunk",
        _ => "exchanged",
    };
    Some(CampaignChange {
        id: id.to_owned(),
        before_id: Some(before.id.clone()),
        change,
        why: format!("{came} came, {left} left, {shared} stayed"),
        members_before: had,
        members_now: size,
    })
}

fn gone(before: &EarlierCampaign) -> CampaignChange {
    CampaignChange {
        id: before.id.clone(),
        before_id: Some(before.id.clone()),
        change: "disappeared",
        why: format!("its {} members act together no more, or not in this window", before.members.len()),
        members_before: before.members.len(),
        members_now: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaigns::{Campaign, CampaignKind, CampaignMember};

    fn now(members: &[&str]) -> NamedCampaign {
        let names: BTreeMap<u32, String> = (0..).zip(members.iter().map(|m| (*m).to_owned())).collect();
        let members =
            names.keys().map(|account| CampaignMember { account: *account, ..Default::default() }).collect();
        NamedCampaign::of(Campaign::of(CampaignKind::Lockstep, members, 1, Vec::new()), &names, 5)
    }

    fn before(id: &str, kind: &str, members: &[&str]) -> EarlierCampaign {
        let members = members.iter().map(|m| (*m).to_owned()).collect();
        EarlierCampaign { id: id.to_owned(), kind: kind.to_owned(), members }
    }

    #[test]
    fn campaigns_are_known_again_by_whom_they_share() {
        let earlier = [
            before("same", "lockstep", &["a", "b"]),
            before("smaller", "lockstep", &["c", "d", "e"]),
            before("other kind", "clique", &["x", "y"]),
            before("gone", "lockstep", &["q", "r"]),
        ];
        let tonight =
            [now(&["a", "b"]), now(&["c", "d", "e", "f"]), now(&["x", "y"]), now(&["q", "z1", "z2"])];
        let told: Vec<(&str, Option<String>, usize, usize)> = campaign_changes(&earlier, &tonight)
            .into_iter()
            .map(|c| (c.change, c.before_id, c.members_before, c.members_now))
            .collect();
        let again = |id: &str| Some(id.to_owned());
        // One of two shared is half of the smaller side: the same campaign with other hands.
        let mut expected = vec![
            ("new", None, 0, 2),
            ("grown", again("smaller"), 3, 4),
            ("grown", again("gone"), 2, 3),
            ("disappeared", again("other kind"), 2, 0),
        ];
        let mut told = told;
        told.sort();
        expected.sort();
        assert_eq!(told, expected);
    }
}
