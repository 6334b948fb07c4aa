//! A campaign as it leaves: kind, members with their part in it, window, what they have in common, by number.
//! In: a group and the things its members put out; out: counts, times and one representative thing.
//! Names no recipient and no content: a thing is a pseudonym of one run.

use super::{Share, Standing};
use crate::domain::DAY_US;

/// What binds the members of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CampaignKind {
    /// The same things at the same times (C1).
    Lockstep,
    /// One mailing, its list split over numbers (C2).
    Sharded,
    /// A closed circle of numbers that write to one another only (C3).
    Clique,
}

impl CampaignKind {
    /// All kinds.
    pub const ALL: [CampaignKind; 3] = [Self::Lockstep, Self::Sharded, Self::Clique];

    /// The word in result files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Lockstep => "lockstep",
            Self::Sharded => "sharded",
            Self::Clique => "clique",
        }
    }
}

/// What an account is to a campaign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Part {
    /// It does as others did before it.
    #[default]
    Member,
    /// It does the same at the same time, but times are too coarse to tell whether it is imitated.
    Unclear,
    /// It was always first: imitated perhaps, and no member.
    Original,
}

impl Part {
    /// The word in result files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Unclear => "unclear",
            Self::Original => "original",
        }
    }

    /// The part of somebody in a group.
    pub fn of(standing: Standing) -> Self {
        match standing {
            Standing::Follows => Self::Member,
            Standing::Unclear => Self::Unclear,
            Standing::Original => Self::Original,
        }
    }
}

/// An account beside a campaign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CampaignMember {
    /// The account, by its place in account order.
    pub account: u32,
    /// What it is to the campaign.
    pub part: Part,
    /// Members it is linked with.
    pub partners: u32,
    /// Times it was first, second, and neither, over its links.
    pub led: u64,
    /// See `led`.
    pub followed: u64,
    /// See `led`.
    pub tied: u64,
}

/// Links that a campaign keeps, the strongest first.
const MOST_TIES: usize = 300;

/// Two members and how much binds them: things put out in step, coincidences, or messages between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tie {
    /// One of them, by its place in account order.
    pub low: u32,
    /// The other.
    pub high: u32,
    /// How much.
    pub n: u32,
}

/// Accounts that act together.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// What binds them.
    pub kind: CampaignKind,
    /// Members and who stands beside them, by account.
    pub members: Vec<CampaignMember>,
    /// Links between members.
    pub links: u64,
    /// Things that two members and more put out.
    pub objects: u64,
    /// UTC days on which they did.
    pub days: u64,
    /// First and last time of such a thing, UTC microseconds.
    pub window: Option<(i64, i64)>,
    /// The thing that most members put out (the smallest digest of several), and how many did.
    pub representative: Option<(u64, u32)>,
    /// How often such things were put out on which days since 1970.
    pub daily: Vec<(i64, u32)>,
    /// The strongest links, by account.
    pub ties: Vec<Tie>,
}

impl Campaign {
    /// A campaign from its members and everything they put out, in any order.
    pub fn of(
        kind: CampaignKind,
        mut members: Vec<CampaignMember>,
        links: u64,
        mut shares: Vec<Share>,
    ) -> Self {
        members.sort_unstable_by_key(|m| m.account);
        shares.sort_unstable_by_key(|s| (s.object, s.account, s.ts));
        let (mut objects, mut times) = (0, Vec::new());
        let mut representative: Option<(u64, u32)> = None;
        for thing in shares.chunk_by(|a, b| a.object == b.object) {
            let accounts = thing.chunk_by(|a, b| a.account == b.account).count() as u32;
            if accounts < 2 {
                continue;
            }
            objects += 1;
            times.extend(thing.iter().map(|s| s.ts));
            // Things come in the order of their digests, so the first of equals is the smallest.
            if representative.is_none_or(|(_, most)| most < accounts) {
                representative = Some((thing[0].object, accounts));
            }
        }
        times.sort_unstable();
        let window = times.first().copied().zip(times.last().copied());
        let days: Vec<i64> = times.into_iter().map(|t| t.div_euclid(DAY_US)).collect();
        let daily: Vec<(i64, u32)> =
            days.chunk_by(|a, b| a == b).map(|day| (day[0], day.len() as u32)).collect();
        let days = daily.len() as u64;
        Self { kind, members, links, objects, days, window, representative, daily, ties: Vec::new() }
    }

    /// The same with links between its members, in any order; the strongest are kept.
    pub fn with_ties(mut self, mut ties: Vec<Tie>) -> Self {
        ties.sort_unstable_by_key(|t| (std::cmp::Reverse(t.n), t.low, t.high));
        ties.truncate(MOST_TIES);
        ties.sort_unstable_by_key(|t| (t.low, t.high));
        self.ties = ties;
        self
    }

    /// How many are members.
    pub fn size(&self) -> usize {
        self.members.iter().filter(|m| m.part == Part::Member).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_member_alone_put_out_is_no_part_of_it() {
        let share = |object, account, day: i64| Share { object, account, ts: day * DAY_US, content: 0 };
        let members = vec![
            CampaignMember { account: 9, ..CampaignMember::default() },
            CampaignMember { account: 2, part: Part::Original, ..CampaignMember::default() },
            CampaignMember { account: 4, ..CampaignMember::default() },
        ];
        let shares = vec![
            share(7, 9, 3),
            share(7, 4, 3),
            share(5, 9, 4),
            share(5, 4, 5),
            share(1, 9, 9),
            share(1, 9, 11),
        ];
        let campaign = Campaign::of(CampaignKind::Lockstep, members.clone(), 1, shares.clone());
        assert_eq!((campaign.objects, campaign.days, campaign.size()), (2, 3, 2));
        assert_eq!(campaign.window, Some((3 * DAY_US, 5 * DAY_US)));
        assert_eq!(campaign.representative, Some((5, 2)));
        assert_eq!(campaign.members[0].account, 2);
        assert_eq!(campaign.daily, [(3, 2), (4, 1), (5, 1)]);
        let turned = shares.into_iter().rev().collect();
        assert_eq!(campaign, Campaign::of(CampaignKind::Lockstep, members, 1, turned));
        let tie = |low, high, n| Tie { low, high, n };
        let many: Vec<Tie> = (0..MOST_TIES as u32 + 5).map(|i| tie(i, i + 1, 1 + i / 300)).collect();
        let kept = Campaign::of(CampaignKind::Clique, Vec::new(), 0, Vec::new()).with_ties(many).ties;
        assert_eq!(
            (kept.len(), kept[0], kept[294].low, kept[295]),
            (MOST_TIES, tie(0, 1, 1), 294, tie(300, 301, 2))
        );
        let nothing = Campaign::of(CampaignKind::Clique, Vec::new(), 0, Vec::new());
        assert_eq!((nothing.window, nothing.representative), (None, None));
    }
}
