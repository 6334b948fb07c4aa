//! Decisions of people that count for nothing tonight, so that nobody believes they do.
//! In: all decisions, the night's now, who has a row; out: counts, and sentences for people.
//! Leaves none out by itself: what a decision means is said where it is applied.

use super::rulings::Rulings;

/// Decisions that nothing follows from tonight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unheard {
    /// All decisions that were given.
    pub decisions: usize,
    /// Those taken at or after the night's now, which do not exist yet.
    pub later: usize,
    /// All accounts that were decided on.
    pub accounts: usize,
    /// Those without a row tonight.
    pub unknown: usize,
    /// Those once decided innocent whose evidence of then is known no more, so that nothing keeps them silent.
    pub unfounded: usize,
}

impl Unheard {
    /// What a person should know of them.
    pub fn warnings(&self) -> Vec<String> {
        let Self { decisions, later, accounts, unknown, unfounded } = self;
        let mut all = Vec::new();
        if 0 < *later {
            all.push(format!(
                "{later} of {decisions} decisions were taken after this night and do not count in it"
            ));
        }
        if 0 < *unknown {
            all.push(format!(
                "{unknown} of {accounts} accounts that were decided on have no row tonight: they sent nothing in the window, \
                 or the decisions spell them otherwise than the log"
            ));
        }
        if 0 < *unfounded {
            all.push(format!(
                "{unfounded} accounts that were decided innocent are silent no more: the run they were decided on is gone and \
                 their decisions name no families; the column families keeps them"
            ));
        }
        all
    }
}

impl Rulings {
    /// How many decisions were taken at or after `as_of`, and how many accounts that were decided on nobody knows tonight.
    pub fn unheard(&self, as_of: i64, known: impl Fn(&str) -> bool) -> Unheard {
        let later = self.each().flat_map(|(_, all)| all).filter(|r| as_of <= r.when).count();
        Unheard {
            decisions: self.each().map(|(_, all)| all.len()).sum(),
            later,
            accounts: self.each().count(),
            unknown: self.each().filter(|(account, _)| !known(account)).count(),
            unfounded: 0,
        }
    }
}
