//! The one total decision table: from what was found to what is recommended.
//! In: hard rule, sanction, evidence, bands of the sub-scores, agreeing families, lasting hits, permission; out: verdict, finding, state.
//! Knows no numbers, no date and no account, so that every combination can be tested.

use crate::scoring::EvidenceLevel;
use serde::Serialize;

/// The ladder of what is recommended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing.
    NoFinding,
    /// Look again in later nights.
    Watch,
    /// A person should look.
    Review,
    /// Two kinds of evidence agree, one of them of the account's own making.
    AbuseHigh,
    /// A hard rule.
    AbuseCertain,
}

impl Verdict {
    /// All verdicts, in order.
    pub const ALL: [Verdict; 5] =
        [Verdict::NoFinding, Verdict::Watch, Verdict::Review, Verdict::AbuseHigh, Verdict::AbuseCertain];

    /// The word in result files.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::NoFinding => "no_finding",
            Verdict::Watch => "watch",
            Verdict::Review => "review",
            Verdict::AbuseHigh => "abuse_high",
            Verdict::AbuseCertain => "abuse_certain",
        }
    }
}

/// What stands beside the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Nothing.
    None,
    /// Broadcasting to people who want it: notify, migrate.
    BroadcastPolicy,
}

impl Finding {
    /// The finding that a word in a result file means.
    pub fn of(word: &str) -> Self {
        if word == Finding::BroadcastPolicy.word() { Finding::BroadcastPolicy } else { Finding::None }
    }

    /// The word in result files.
    pub fn word(self) -> &'static str {
        match self {
            Finding::None => "none",
            Finding::BroadcastPolicy => "broadcast_policy",
        }
    }
}

/// Whether the verdict rests on a full look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Judged.
    Scored,
    /// Too little to judge, and nothing fired.
    Insufficient,
    /// Automation allowed, inside its declared envelope.
    Sanctioned,
}

impl State {
    /// The state that a word in a result file means.
    pub fn of(word: &str) -> Self {
        let all = [State::Insufficient, State::Sanctioned];
        all.into_iter().find(|state| state.word() == word).unwrap_or(State::Scored)
    }

    /// The word in result files.
    pub fn word(self) -> &'static str {
        match self {
            State::Scored => "scored",
            State::Insufficient => "insufficient",
            State::Sanctioned => "sanctioned",
        }
    }
}

/// Where a sub-score lies among a policy's thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Below watch.
    Low,
    /// Watch.
    Watch,
    /// Review.
    Review,
    /// High.
    High,
}

impl Band {
    /// All bands, in order.
    pub const ALL: [Band; 4] = [Band::Low, Band::Watch, Band::Review, Band::High];

    fn verdict(self) -> Verdict {
        match self {
            Band::Low => Verdict::NoFinding,
            Band::Watch => Verdict::Watch,
            Band::Review => Verdict::Review,
            Band::High => Verdict::AbuseHigh,
        }
    }
}

/// What is known of the sender's right to broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Nothing.
    None,
    /// Its audience is older than the log: whether it asked cannot be seen.
    Unseen,
    /// The audience wrote first or saved the number.
    OptedIn,
    /// A business API account, for which the policy in force allows promotional templates.
    ApiPermitted,
}

impl Permission {
    /// All permissions.
    pub const ALL: [Permission; 4] =
        [Permission::None, Permission::Unseen, Permission::OptedIn, Permission::ApiPermitted];
}

/// The input of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Findings {
    /// A hard rule fired.
    pub hard: bool,
    /// Sanctioned, unexpired and inside the declared envelope.
    pub sanctioned: bool,
    /// How much there was to judge.
    pub evidence: EvidenceLevel,
    /// Band of automation; this and the next two above watch only by hits that carry.
    pub automation: Band,
    /// Band of broadcast.
    pub broadcast: Band,
    /// Band of unsolicited.
    pub unsolicited: Band,
    /// Agreeing families.
    pub families: u32,
    /// Something lasting and soundly compared, other than registration.
    pub lifts: bool,
    /// Right to broadcast.
    pub permission: Permission,
    /// How far a learned model may lift: never above `review`, and never past `watch` without calibrated labels.
    pub model: Band,
}

/// The output of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Outcome {
    /// The rung.
    pub verdict: Verdict,
    /// What stands beside it.
    pub finding: Finding,
    /// Whether it rests on a full look.
    pub state: State,
}

/// The decision table: what the rules say, and above it what a model lifts.
pub fn decide(f: &Findings) -> Outcome {
    let ruled = by_rules(f);
    // What is allowed is not what a model was asked about, and too little to judge is too little for a model too.
    if f.hard || f.sanctioned || f.evidence != EvidenceLevel::Ok {
        return ruled;
    }
    let lifted = match f.permission {
        Permission::None | Permission::Unseen => f.model.verdict().min(Verdict::Review),
        Permission::OptedIn => f.model.verdict().min(Verdict::Watch),
        Permission::ApiPermitted => Verdict::NoFinding,
    };
    Outcome { verdict: ruled.verdict.max(lifted), ..ruled }
}

fn by_rules(f: &Findings) -> Outcome {
    if f.hard {
        // No permission covers what the hard rules name.
        return Outcome { verdict: Verdict::AbuseCertain, finding: Finding::None, state: State::Scored };
    }
    if f.sanctioned {
        // Allowed automation is still watched when people do not want it.
        let unwanted = Band::Review <= f.unsolicited;
        let verdict = if unwanted { Verdict::Watch } else { Verdict::NoFinding };
        return Outcome { verdict, finding: Finding::None, state: State::Sanctioned };
    }
    let wanted = f.unsolicited < Band::Review;
    let highest = if wanted && f.permission == Permission::ApiPermitted {
        // On the business API automation and opted-in broadcasting are what the product is for.
        f.unsolicited
    } else {
        f.automation.max(f.broadcast).max(f.unsolicited)
    };
    let verdict = highest.verdict().min(ceiling(f));
    let opted_in = f.permission == Permission::OptedIn && Band::Review <= f.broadcast;
    if opted_in && wanted {
        let verdict = verdict.min(Verdict::Review);
        return Outcome { verdict, finding: Finding::BroadcastPolicy, state: State::Scored };
    }
    // Nobody is called abusive for writing to people who may have asked for it before anybody looked.
    let verdict =
        if wanted && f.permission == Permission::Unseen { verdict.min(Verdict::Review) } else { verdict };
    let silent = verdict == Verdict::NoFinding && f.evidence != EvidenceLevel::Ok;
    let state = if silent { State::Insufficient } else { State::Scored };
    Outcome { verdict, finding: Finding::None, state }
}

/// The highest rung that the kind of evidence allows.
fn ceiling(f: &Findings) -> Verdict {
    if f.evidence != EvidenceLevel::Ok || !f.lifts {
        return Verdict::Watch;
    }
    // Being software is no abuse by itself: somebody must be reached, or bothered.
    let reaches = Band::Review <= f.broadcast.max(f.unsolicited);
    if f.families < 2 || !reaches { Verdict::Review } else { Verdict::AbuseHigh }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Findings> {
        let mut out = Vec::new();
        for bits in 0..8u32 {
            for evidence in EvidenceLevel::ALL {
                for permission in Permission::ALL {
                    for families in 0..4 {
                        for bands in 0..64usize {
                            out.push(Findings {
                                hard: bits & 1 == 1,
                                sanctioned: bits & 2 == 2,
                                evidence,
                                automation: Band::ALL[bands % 4],
                                broadcast: Band::ALL[bands / 4 % 4],
                                unsolicited: Band::ALL[bands / 16],
                                families,
                                lifts: bits & 4 == 4,
                                permission,
                                model: Band::Low,
                            });
                        }
                    }
                }
            }
        }
        out
    }

    #[test]
    fn the_table_is_total_and_keeps_its_promises() {
        let all = all();
        assert_eq!(all.len(), 8 * 3 * 4 * 4 * 64);
        for f in &all {
            let o = decide(f);
            assert_eq!(o.state == State::Sanctioned, f.sanctioned && !f.hard, "{f:?}");
            assert_eq!(o.verdict == Verdict::AbuseCertain, f.hard, "{f:?}");
            if o.verdict == Verdict::AbuseHigh {
                assert!(2 <= f.families && f.lifts && f.evidence == EvidenceLevel::Ok, "{f:?}");
                assert!(Band::Review <= f.broadcast.max(f.unsolicited), "{f:?}");
            }
            if o.verdict == Verdict::Review {
                assert!(f.lifts && f.evidence == EvidenceLevel::Ok, "{f:?}");
            }
            if o.state == State::Insufficient {
                assert!(o.verdict == Verdict::NoFinding && f.evidence != EvidenceLevel::Ok, "{f:?}");
            }
            if o.finding == Finding::BroadcastPolicy {
                assert!(f.broadcast >= Band::Review && f.unsolicited < Band::Review, "{f:?}");
                assert!(f.permission == Permission::OptedIn && o.verdict <= Verdict::Review, "{f:?}");
            }
            if f.permission == Permission::Unseen && f.unsolicited < Band::Review && !f.hard {
                assert!(o.verdict <= Verdict::Review, "{f:?}");
            }
            if f.automation == Band::Low && f.broadcast == Band::Low && f.unsolicited == Band::Low && !f.hard
            {
                assert_eq!(o.verdict, Verdict::NoFinding, "{f:?}");
            }
        }
    }

    #[test]
    fn a_model_lifts_to_review_at_most_and_lowers_nothing() {
        for f in all() {
            let ruled = decide(&f);
            for model in Band::ALL {
                let o = decide(&Findings { model, ..f });
                let most = ruled.verdict.max(model.verdict().min(Verdict::Review));
                assert!(ruled.verdict <= o.verdict && o.verdict <= most, "{model:?} {f:?}");
                assert_eq!((o.finding, o.state), (ruled.finding, ruled.state), "{f:?}");
                let free = !f.hard
                    && !f.sanctioned
                    && f.evidence == EvidenceLevel::Ok
                    && matches!(f.permission, Permission::None | Permission::Unseen);
                assert!(!free || o.verdict == most, "{model:?} {f:?}");
                assert!(f.evidence == EvidenceLevel::Ok || o == ruled, "too little to judge: {f:?}");
            }
        }
    }

    fn up(band: Band) -> Option<Band> {
        Band::ALL.into_iter().find(|b| band < *b)
    }

    #[test]
    fn more_of_what_condemns_never_lowers_the_verdict() {
        for f in all() {
            let now = decide(&f).verdict;
            let mut raised = Vec::new();
            raised.extend(up(f.automation).map(|b| Findings { automation: b, ..f }));
            raised.extend(up(f.broadcast).map(|b| Findings { broadcast: b, ..f }));
            raised.extend(up(f.unsolicited).map(|b| Findings { unsolicited: b, ..f }));
            raised.extend(up(f.model).map(|b| Findings { model: b, ..f }));
            raised.push(Findings { families: f.families + 1, ..f });
            raised.push(Findings { lifts: true, ..f });
            raised.push(Findings { hard: true, ..f });
            for r in raised {
                assert!(now <= decide(&r).verdict, "{f:?} -> {r:?}");
            }
        }
    }
}
