//! What an account has in common with others: the columns that the search for campaigns fills in afterwards.
//! In: what the search found about one account; out: counts, 0 where it found nothing.
//! A card here never says that an account is guilty of its company: rules ask for conduct of its own beside it.

use super::feature::{Absent, Family, Feature, Invariance, Mark, Reads, Unit, count};
use super::table::AccountFeatures;

const BASE: Feature = Feature {
    family: Family::Coordination,
    reads: &[Reads::Others],
    look_alikes: "colleagues and fans who pass on the same things; a person whom others imitate is left out",
    absent_when: "the log has neither content fingerprints nor both kinds and sizes",
    invariant: Invariance { shift_hours: true, relabel: true },
    value: |f| {
        if f.offers.content || (f.offers.kind && f.offers.size) {
            count(0)
        } else {
            Err(Absent::ColumnMissing)
        }
    },
    ..Feature::COUNT
};
const LOCKSTEP: Feature = Feature {
    reading: "several accounts that do the same at the same time, over and over, are run by one hand",
    source: (Mark::Published, "SynchroTrap (CCS 2014): method; the numbers are ours"),
    ..BASE
};
const SHARDED: Feature = Feature {
    reading: "one mailing, its list split over several numbers: no recipient sees more than one of them",
    source: (
        Mark::Ours,
        "numbers of one campaign share pattern and tenure (SIGMETRICS 2013); the rule is ours",
    ),
    ..BASE
};
const CLIQUE: Feature = Feature {
    reading: "new numbers that write to one another only: warming up, or a family",
    look_alikes: "families, teams, and any other small circle",
    absent_when: "never: 0 when there is no such circle",
    source: (Mark::Ours, "closed circles of warming numbers; supporting evidence only"),
    value: |_| count(0),
    ..BASE
};

/// Members of its lockstep group.
pub static LOCKSTEP_MEMBERS: Feature = Feature {
    name: "coordination_lockstep_members_n",
    definition: "C1: accounts in its group; two accounts belong together that put out the same thing within 1 h of each other at least 5 times (a thing that more than 64 accounts put out counts less, one that more than 4,096 put out not at all) and half of the time at least, of all that either put out unprompted, a text and the link or number in it being two things, and a text that nobody else put out none where it has such; groups hold 3 accounts or more, each edge stands in a triangle, and only who came second counts, in a fifth of the things at least, with things it first put out within that hour and not again a day later: nobody who is always first, whom others can foresee, or of whom times are too coarse to tell",
    ..LOCKSTEP
};
/// Things it put out in step.
pub static LOCKSTEP_OBJECTS: Feature = Feature {
    name: "coordination_lockstep_objects_n",
    definition: "C1: most things that it put out within 1 h of one other member of its group",
    ..LOCKSTEP
};
/// How often it came second.
pub static LOCKSTEP_FOLLOWED: Feature = Feature {
    name: "coordination_lockstep_followed_n",
    definition: "C1: times that it was second, summed over the members of its group: what others cannot do to it",
    ..LOCKSTEP
};
/// Members of its sharded campaign.
pub static SHARDED_MEMBERS: Feature = Feature {
    name: "coordination_sharded_members_n",
    definition: "C2: accounts, itself included, that sent one content (or what points to one place) within 10 min of each other on 3 days or more, to people of whom at most a tenth is the same; counts what reached 10 people of a sender and came from 50 senders at most, on more days than their hours explain (chance 0.01); groups and who came second as in C1; where the contents of files say nothing, what was sent a person in a row counts as one, told apart by kinds and by the sizes of files of 4 KiB and more",
    ..SHARDED
};
/// Days of its sharded campaign.
pub static SHARDED_DAYS: Feature = Feature {
    name: "coordination_sharded_days_n",
    unit: Unit::Count,
    definition: "C2: UTC days on which it did so together with another member",
    ..SHARDED
};
/// Members of its closed circle.
pub static CLIQUE_MEMBERS: Feature = Feature {
    name: "coordination_clique_members_n",
    definition: "C3: accounts in its closed circle: 4 to 50 numbers no older than 90 d that write to one another, half of all pairs at least and both ways, with at most 5 % of their messages to or from anybody else",
    ..CLIQUE
};

/// All cards of this file, in the order of [`Membership::values`].
pub static CARDS: &[&Feature] = &[
    &LOCKSTEP_MEMBERS,
    &LOCKSTEP_OBJECTS,
    &LOCKSTEP_FOLLOWED,
    &SHARDED_MEMBERS,
    &SHARDED_DAYS,
    &CLIQUE_MEMBERS,
];

/// What the search for campaigns found about one account; 0 where it found nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Membership {
    /// [`LOCKSTEP_MEMBERS`]
    pub lockstep_members: u32,
    /// [`LOCKSTEP_OBJECTS`]
    pub lockstep_objects: u32,
    /// [`LOCKSTEP_FOLLOWED`]
    pub lockstep_followed: u32,
    /// [`SHARDED_MEMBERS`]
    pub sharded_members: u32,
    /// [`SHARDED_DAYS`]
    pub sharded_days: u32,
    /// [`CLIQUE_MEMBERS`]
    pub clique_members: u32,
}

impl Membership {
    /// The values, in the order of the cards.
    pub fn values(&self) -> [i64; 6] {
        [
            self.lockstep_members,
            self.lockstep_objects,
            self.lockstep_followed,
            self.sharded_members,
            self.sharded_days,
            self.clique_members,
        ]
        .map(i64::from)
    }

    /// The columns, in the same order.
    pub fn columns() -> [&'static str; 6] {
        std::array::from_fn(|i| CARDS[i].name)
    }

    /// Puts the values into a feature row; what the log cannot tell stays absent.
    pub fn fill(&self, row: &mut AccountFeatures) {
        for (card, value) in CARDS.iter().zip(self.values()) {
            if row.get(card).is_ok() {
                row.set(card, Ok(value as f64));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Token;
    use crate::features::{Absent, cards};

    #[test]
    fn what_was_found_lands_in_its_column_and_absent_stays_absent() {
        let found = Membership { lockstep_members: 3, sharded_days: 4, ..Membership::default() };
        let mut row = AccountFeatures::new(Token(1), vec![Ok(0.0); cards().len()]);
        found.fill(&mut row);
        assert_eq!((row.get(&LOCKSTEP_MEMBERS), row.get(&SHARDED_DAYS)), (Ok(3.0), Ok(4.0)));
        assert_eq!(row.get(&CLIQUE_MEMBERS), Ok(0.0));
        let mut bare = AccountFeatures::new(Token(1), vec![Err(Absent::ColumnMissing); cards().len()]);
        found.fill(&mut bare);
        assert_eq!(bare.get(&LOCKSTEP_MEMBERS), Err(Absent::ColumnMissing));
        assert_eq!(Membership::columns()[4], SHARDED_DAYS.name);
    }
}
