//! Which cases a team gets: the most urgent, campaigns once, an audit slice from below the cut, some of them blind.
//! In: a run as published, a capacity; out: cases in a fixed order, each with the chance with which it was taken.
//! Renders nothing.

use super::draw::{draw, half_width, lot, otherwise_at_most};
use super::expected::Expected;
use crate::report::manifest::Manifest;
use crate::report::read_back::PublishedRun;
use std::collections::{BTreeMap, BTreeSet};

/// Members of a campaign that are drawn to be looked at beside its most urgent one [S].
const SAMPLE: usize = 8;
/// One case of so many is drawn from below the cut [S].
const AUDIT_EVERY: usize = 10;
/// One case of so many hides its score and goes to a second reviewer.
const BLIND_EVERY: usize = 10;
/// The purpose of the audit slice's draw.
pub(super) const AUDIT: &str = "audit";
/// Lower bounds of the strata of the audit slice, by the highest sub-score [S]: the policy's rungs, and the quiet below.
pub(super) const STRATA: [f64; 5] = [0.0, 0.1, 0.22, 0.42, 0.68];

/// What the queue is sized and drawn by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueTerms {
    /// Cases that the team can look at; all without one, and then no audit.
    pub capacity: Option<usize>,
    /// Link template.
    pub case_url: Option<String>,
    /// The digest of the run's input, which nobody knows before the night is over.
    pub seed: u128,
}

impl QueueTerms {
    /// As a run's manifest tells them, so that a run released later has the queue that it would have had.
    pub fn of(manifest: &Manifest) -> Self {
        Self {
            capacity: manifest.setting("output.capacity").and_then(|n| n.parse().ok()),
            case_url: manifest.setting("output.case_url").map(str::to_owned),
            seed: manifest.input_digest(),
        }
    }
}

/// Why a case is in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseKind {
    /// An account by itself.
    Account,
    /// A campaign, by its most urgent member.
    Campaign,
    /// Drawn from below the cut, so that what the queue misses can be estimated.
    Audit,
}

impl CaseKind {
    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            CaseKind::Account => "account",
            CaseKind::Campaign => "campaign",
            CaseKind::Audit => "audit",
        }
    }
}

/// One case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its id: follows from kind and subject, so that it is the same in every night.
    pub id: String,
    /// Why it is here.
    pub kind: CaseKind,
    /// The account, or the campaign's most urgent member, by its place in the run.
    pub account: usize,
    /// Queued members of the campaign, this one included; 1 for others.
    pub members: usize,
    /// Drawn members beside it, by their place in the run.
    pub sample: Vec<usize>,
    /// With what chance it was taken.
    pub inclusion: f64,
    /// The stratum it was drawn from; audit only.
    pub stratum: Option<usize>,
    /// Whether its score is hidden and a second reviewer decides on it.
    pub blind: bool,
}

impl Case {
    /// Members beside the most urgent one.
    fn others(&self) -> usize {
        self.members - 1
    }

    /// With what chance each of the other members was drawn.
    pub fn sample_inclusion(&self) -> Option<f64> {
        (0 < self.others()).then(|| self.sample.len() as f64 / self.others() as f64)
    }

    /// Half the width of the 95 % interval of a share of the other members estimated from those drawn.
    pub fn sample_error(&self) -> Option<f64> {
        (0 < self.others()).then(|| half_width(self.sample.len(), self.others()))
    }

    /// The share of the other members that may be otherwise where all those drawn agree, at 95 %.
    pub fn otherwise_at_most(&self) -> Option<f64> {
        (0 < self.others()).then(|| otherwise_at_most(self.sample.len(), self.others()))
    }
}

/// The queue of a night.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    /// In the order of the file: by urgency, then the audit slice, then what is blind.
    pub cases: Vec<Case>,
    /// Cases there would be without a cut.
    pub possible: usize,
    /// Accounts that stand behind the possible cases, and behind those that are in.
    pub accounts: [usize; 2],
    /// Cases that the team can look at.
    pub capacity: Option<usize>,
    /// How many are expected to be confirmed, where decisions were read.
    pub expected: Option<Expected>,
}

impl Queue {
    /// Makes the queue of a run.
    pub fn of(run: &PublishedRun, terms: &QueueTerms) -> Self {
        let mut cases = urgent(run, terms.seed);
        let possible = cases.len();
        let behind = |cases: &[Case]| cases.iter().map(|c| c.members).sum::<usize>();
        let all = behind(&cases);
        let audited = audited(terms.capacity);
        cases.truncate(terms.capacity.map_or(possible, |n| n - audited));
        let listed = behind(&cases);
        let drawn = audit(run, &cases, audited, terms.seed);
        cases.extend(drawn);
        blind(&mut cases, terms.seed);
        Self { cases, possible, accounts: [all, listed], capacity: terms.capacity, expected: None }
    }

    /// A line for people: how many cases of how many, for what capacity, and how many of them will be confirmed.
    pub fn told(&self) -> String {
        let sized = match self.capacity {
            None => format!("{} cases", self.cases.len()),
            Some(n) => {
                let audit = self.cases.iter().filter(|c| c.kind == CaseKind::Audit).count();
                let (taken, possible) = (self.cases.len() - audit, self.possible);
                format!(
                    "{taken} of {possible} cases and {audit} drawn from below the cut, for a capacity of {n}"
                )
            }
        };
        let expected = match &self.expected {
            None => {
                "how many will be confirmed is not known without --decisions of earlier nights".to_owned()
            }
            Some(expected) => expected.told(),
        };
        if self.cases.is_empty() { format!("queue: {sized}") } else { format!("queue: {sized}; {expected}") }
    }

    /// Flat numbers.
    pub fn metrics(&self) -> BTreeMap<String, f64> {
        let count = |is: &dyn Fn(&Case) -> bool| self.cases.iter().filter(|c| is(c)).count() as f64;
        let mut flat = BTreeMap::from([
            ("queue.cases".to_owned(), self.cases.len() as f64),
            ("queue.possible_cases".to_owned(), self.possible as f64),
            ("queue.accounts_behind_possible_cases".to_owned(), self.accounts[0] as f64),
            ("queue.accounts_behind_cases".to_owned(), self.accounts[1] as f64),
            ("queue.campaigns".to_owned(), count(&|c| c.kind == CaseKind::Campaign)),
            ("queue.audit".to_owned(), count(&|c| c.kind == CaseKind::Audit)),
            ("queue.second_reviewer".to_owned(), count(&|c| c.blind)),
        ]);
        flat.extend(self.capacity.map(|n| ("queue.capacity".to_owned(), n as f64)));
        flat.extend(self.expected.iter().flat_map(Expected::metrics));
        flat
    }
}

fn id(kind: &str, subject: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(kind.as_bytes()).update(b"\0").update(subject.as_bytes());
    format!("case-{}", &hasher.finalize().to_hex()[..12])
}

/// Everybody who should be looked at, campaigns once, most urgent first.
fn urgent(run: &PublishedRun, seed: u128) -> Vec<Case> {
    let queued: Vec<usize> = (0..run.accounts.len()).filter(|i| run.accounts[*i].is_queued()).collect();
    let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for place in &queued {
        if let Some(campaign) = &run.accounts[*place].campaign {
            members.entry(campaign).or_default().push(*place);
        }
    }
    let name = |place: &usize| run.accounts[*place].name.clone();
    let mut cases = Vec::new();
    for place in queued {
        let campaign = run.accounts[place].campaign.as_deref();
        let company = campaign.and_then(|c| Some((c, members.get(c)?))).filter(|(_, all)| 1 < all.len());
        let Some((campaign, all)) = company else {
            cases.push(case(CaseKind::Account, id("account", &name(&place)), place));
            continue;
        };
        // Members come by urgency, so the first stands for all.
        if all[0] == place {
            let purpose = format!("members of {campaign}");
            let sample = draw(seed, &purpose, all[1..].iter().copied(), SAMPLE, name);
            let case = case(CaseKind::Campaign, id("campaign", campaign), place);
            cases.push(Case { members: all.len(), sample, ..case });
        }
    }
    cases
}

fn case(kind: CaseKind, id: String, account: usize) -> Case {
    Case { id, kind, account, members: 1, sample: Vec::new(), inclusion: 1.0, stratum: None, blind: false }
}

/// Draws accounts that no case in the queue speaks for, as many from each stratum as there is room, highest first.
fn audit(run: &PublishedRun, cases: &[Case], n: usize, seed: u128) -> Vec<Case> {
    let alone: BTreeSet<usize> = cases.iter().map(|c| c.account).collect();
    let campaigns = cases.iter().filter(|c| c.kind == CaseKind::Campaign);
    let campaigns: BTreeSet<&str> =
        campaigns.filter_map(|c| run.accounts[c.account].campaign.as_deref()).collect();
    let spoken_for = |place: usize| {
        let account = &run.accounts[place];
        let by_campaign = account.campaign.as_deref().is_some_and(|c| campaigns.contains(c));
        alone.contains(&place) || by_campaign && account.is_queued()
    };
    let mut strata: [Vec<usize>; STRATA.len()] = Default::default();
    for place in (0..run.accounts.len()).filter(|place| !spoken_for(*place)) {
        strata[stratum(run.accounts[place].sub_scores())].push(place);
    }
    let mut room = [0; STRATA.len()];
    for _ in 0..n.min(strata.iter().map(Vec::len).sum()) {
        // One more for the stratum with the fewest that has any left; of equals the higher.
        let open = (0..STRATA.len()).rev().filter(|s| room[*s] < strata[*s].len());
        if let Some(next) = open.min_by_key(|s| room[*s]) {
            room[next] += 1;
        }
    }
    let name = |place: &usize| run.accounts[*place].name.clone();
    (0..STRATA.len())
        .rev()
        .flat_map(|s| {
            let inclusion = room[s] as f64 / strata[s].len().max(1) as f64;
            let drawn = draw(seed, AUDIT, strata[s].iter().copied(), room[s], name);
            drawn.into_iter().map(move |place| (place, s, inclusion))
        })
        .map(|(place, s, inclusion)| {
            let case = case(CaseKind::Audit, id("account", &name(&place)), place);
            Case { inclusion, stratum: Some(s), ..case }
        })
        .collect()
}

/// Most cases that are drawn from below the cut: more is no person's morning.
const MOST_AUDITED: usize = 1_000;

/// Cases that are drawn from below the cut; a team of one case looks at the most urgent one.
pub(super) fn audited(capacity: Option<usize>) -> usize {
    capacity.filter(|n| 1 < *n).map_or(0, |n| n.div_ceil(AUDIT_EVERY).min(MOST_AUDITED))
}

/// The stratum of an account by its sub-scores.
pub(super) fn stratum(scores: [f64; 3]) -> usize {
    let highest = scores.into_iter().fold(0.0, f64::max);
    STRATA.iter().rposition(|least| *least <= highest).unwrap_or(0)
}

/// Hides the score of a tenth, at whatever rung, and puts them where their place tells nothing.
fn blind(cases: &mut [Case], seed: u128) {
    let n = (cases.len() + BLIND_EVERY / 2) / BLIND_EVERY;
    let drawn = draw(seed, "second reviewer", cases.iter().map(|c| c.id.clone()), n, Clone::clone);
    let drawn: BTreeSet<String> = drawn.into_iter().collect();
    cases.iter_mut().for_each(|case| case.blind = drawn.contains(&case.id));
    cases.sort_by_key(|case| (case.blind, case.blind.then(|| lot(seed, "order of the blind", &case.id))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::read_back::AccountRow;

    fn terms(capacity: Option<usize>) -> QueueTerms {
        QueueTerms { capacity, case_url: None, seed: 11 }
    }

    /// 3 loners at review, a campaign of 40 at abuse_high, 500 quiet accounts over all strata.
    fn run() -> PublishedRun {
        let mut accounts = Vec::new();
        let mut push = |name: String, verdict: &str, score: f64, campaign: Option<&str>| {
            accounts.push(AccountRow {
                name,
                verdict: verdict.into(),
                finding: "none".into(),
                unsolicited: score,
                campaign: campaign.map(str::to_owned),
                ..AccountRow::default()
            });
        };
        (0..40).for_each(|i| push(format!("m{i}"), "abuse_high", 0.8, Some("lockstep-1")));
        (0..3).for_each(|i| push(format!("r{i}"), "review", 0.5, None));
        (0..500).for_each(|i| push(format!("q{i}"), "no_finding", f64::from(i % 50) / 100.0, None));
        PublishedRun::of(accounts)
    }

    #[test]
    fn a_campaign_is_one_case_and_its_sample_says_what_it_leaves_open() {
        let queue = Queue::of(&run(), &terms(None));
        assert_eq!((queue.cases.len(), queue.possible, queue.accounts), (4, 4, [43, 43]));
        let campaign = queue.cases.iter().find(|c| c.kind == CaseKind::Campaign).expect("one");
        assert_eq!((campaign.members, campaign.sample.len()), (40, SAMPLE));
        assert!(!campaign.sample.contains(&campaign.account));
        let open = campaign.otherwise_at_most().expect("others");
        assert!((0.2..0.35).contains(&open) && campaign.sample_error().is_some_and(|e| e < 0.35), "{open}");
        assert_eq!(campaign.sample_inclusion(), Some(SAMPLE as f64 / 39.0));
    }

    #[test]
    fn the_audit_slice_says_with_what_chance_and_estimates_without_bias() {
        let run = run();
        let queue = Queue::of(&run, &terms(Some(100)));
        let audit: Vec<&Case> = queue.cases.iter().filter(|c| c.kind == CaseKind::Audit).collect();
        assert_eq!((queue.cases.len(), audit.len()), (14, 10));
        let strata: BTreeSet<_> = audit.iter().map(|c| c.stratum).collect();
        assert_eq!(strata.len(), 4, "every stratum that has anybody");
        assert!(audit.iter().all(|c| !run.accounts[c.account].is_queued()));
        // Each stratum's weights add up to its size: Horvitz and Thompson.
        for s in strata {
            let of = audit.iter().filter(|c| c.stratum == s);
            let weight: f64 = of.map(|c| 1.0 / c.inclusion).sum();
            let quiet = run.accounts.iter().filter(|a| !a.is_queued());
            let size = quiet.filter(|a| Some(stratum(a.sub_scores())) == s).count();
            assert!((weight - size as f64).abs() < 1e-9, "stratum {s:?}: {weight} of {size}");
        }
        let small = Queue::of(&run, &terms(Some(2)));
        let kinds: BTreeSet<&str> = small.cases.iter().map(|c| c.kind.word()).collect();
        assert_eq!((small.cases.len(), kinds), (2, BTreeSet::from(["audit", "campaign"])));
        assert_eq!(Queue::of(&run, &terms(Some(1))).cases[0].kind, CaseKind::Campaign);
    }

    #[test]
    fn a_tenth_is_blind_whatever_its_rung() {
        let run = run();
        let blind = |seed: u128| {
            let queue = Queue::of(&run, &QueueTerms { seed, ..terms(Some(100)) });
            let n = queue.cases.iter().filter(|c| c.blind).count();
            assert!(queue.cases[queue.cases.len() - n..].iter().all(|c| c.blind), "at the end");
            (n, queue.cases.into_iter().find(|c| c.blind).map(|c| c.kind.word()))
        };
        assert_eq!(blind(1).0, 1);
        let kinds: BTreeSet<_> = (0..60).filter_map(|seed| blind(seed).1).collect();
        assert_eq!(kinds.len(), 3, "{kinds:?}");
    }
}
