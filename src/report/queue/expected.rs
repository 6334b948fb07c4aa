//! How many cases of tonight's queue are expected to be confirmed, from what people decided on cases of earlier nights.
//! In: decisions, the kept runs that they were taken on, tonight's cases; out: a number with an exact interval and n, by
//! stratum.
//! Where nobody decided on such a case yet it says so: no stratum borrows from another.

use super::cases::{Case, CaseKind, Queue, STRATA, stratum};
use super::observed::Observed;
use crate::decision::{Rulings, Said, last_words};
use crate::domain::counted;
use crate::evaluate::exact;
use crate::report::read_back::{AccountRow, PublishedRun, kept_runs, read_scores};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What people came to on cases of one stratum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decided {
    /// Accounts on which people agree.
    pub n: u64,
    /// Those that were confirmed; the others are innocent, or nobody could tell.
    pub confirmed: u64,
}

/// What people decided on cases of earlier nights, by stratum: the rung, or for who was below the cut the highest sub-score.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    strata: BTreeMap<String, Decided>,
    /// The same accounts by what had been told of them.
    pub observed: Observed,
}

impl History {
    /// Looks the decisions before `as_of` up in the kept runs below `out` that they were taken on.
    ///
    /// An account counts once, by the run of the last word on it. On whom people disagree counts for nobody, and neither
    /// does who cannot be found in that run.
    pub fn of(rulings: &Rulings, out: &Path, as_of: i64) -> Self {
        let mut by_run: BTreeMap<&str, Vec<(&str, bool)>> = BTreeMap::new();
        for (account, all) in rulings.each() {
            let said = last_words(all, as_of);
            let sure: BTreeSet<Said> = said.iter().map(|r| r.said).filter(|s| *s != Said::Unsure).collect();
            let Some(last) = said.iter().max_by_key(|r| r.when).filter(|_| sure.len() < 2) else { continue };
            by_run.entry(&last.run).or_default().push((account, sure.contains(&Said::Confirmed)));
        }
        let (mut strata, mut observed) = (BTreeMap::<String, Decided>::new(), Observed::default());
        let kept = kept_runs(out);
        for (run, decided) in by_run {
            let Some(rows) = kept.get(run).and_then(|folder| read_scores(folder).ok()) else { continue };
            let rows: BTreeMap<&str, &AccountRow> = rows.iter().map(|r| (r.name.as_str(), r)).collect();
            for (account, confirmed) in decided {
                let Some(row) = rows.get(account) else { continue };
                let stratum = strata.entry(stratum_of(row)).or_default();
                stratum.n += 1;
                stratum.confirmed += u64::from(confirmed);
                observed.push(row, confirmed);
            }
        }
        Self { strata, observed }
    }

    /// Of what it is made, for the run's id.
    pub fn digest(&self) -> String {
        blake3::hash(format!("{:?}", (&self.strata, &self.observed)).as_bytes()).to_hex().to_string()
    }

    /// Whether nobody decided on anything that can be looked up.
    pub fn is_empty(&self) -> bool {
        self.strata.is_empty()
    }

    /// What a queue is expected to come to.
    pub fn expect(&self, run: &PublishedRun, queue: &Queue) -> Expected {
        let of = |case: &Case| match case.kind {
            CaseKind::Audit => below(case.stratum.unwrap_or(0)),
            _ => stratum_of(&run.accounts[case.account]),
        };
        let mut cases: BTreeMap<String, u64> = BTreeMap::new();
        queue.cases.iter().for_each(|case| *cases.entry(of(case)).or_default() += 1);
        let known = cases.keys().filter(|stratum| self.strata.contains_key(*stratum)).count();
        // All strata together with 95 %: each bound for its share of the chance.
        let confidence = 1.0 - 0.025 / known.max(1) as f64;
        let strata: Vec<Stratum> = cases
            .into_iter()
            .map(|(name, cases)| {
                let decided = self.strata.get(&name).copied().unwrap_or_default();
                let bounds = exact::bounds(decided.confirmed as f64, decided.n as f64, confidence);
                Stratum { name, cases, decided, bounds }
            })
            .collect();
        Expected { strata }
    }
}

/// One stratum of tonight's queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Stratum {
    /// The rung, or `below_K` for who was drawn from below the cut.
    pub name: String,
    /// Cases in tonight's queue.
    pub cases: u64,
    /// What was decided on earlier ones.
    pub decided: Decided,
    /// Exact bounds of the share that is confirmed (Clopper and Pearson, 95 % for all strata together).
    pub bounds: (f64, f64),
}

/// How many cases are expected to be confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// By stratum.
    pub strata: Vec<Stratum>,
}

impl Expected {
    fn known(&self) -> impl Iterator<Item = &Stratum> {
        self.strata.iter().filter(|s| 0 < s.decided.n)
    }

    /// Cases of strata that were decided on before, and cases of others, of which nothing is known.
    pub fn cases(&self) -> [u64; 2] {
        let known = self.known().map(|s| s.cases).sum();
        [known, self.strata.iter().map(|s| s.cases).sum::<u64>() - known]
    }

    /// The accounts that were decided on.
    pub fn decided(&self) -> u64 {
        self.known().map(|s| s.decided.n).sum()
    }

    /// Cases of known strata that are expected to be confirmed, with bounds; none where no stratum is known.
    pub fn confirmed(&self) -> Option<[f64; 3]> {
        self.known().next()?;
        let sum = |share: &dyn Fn(&Stratum) -> f64| self.known().map(|s| s.cases as f64 * share(s)).sum();
        let share = |s: &Stratum| s.decided.confirmed as f64 / s.decided.n as f64;
        Some([sum(&share), sum(&|s| s.bounds.0), sum(&|s| s.bounds.1)])
    }

    /// A line for people.
    pub fn told(&self) -> String {
        let [known, unknown] = self.cases();
        let Some([expected, low, high]) = self.confirmed() else {
            return "how many will be confirmed is not known: nobody decided yet on cases of these rungs in kept runs"
                .to_owned();
        };
        let rest = match unknown {
            0 => String::new(),
            n => format!("; of the other {n} it is not known"),
        };
        format!(
            "of {} {expected:.1} [{low:.1}, {high:.1}] expected to be confirmed, from {} on earlier ones{rest}",
            counted(known, "case"),
            counted(self.decided(), "decision")
        )
    }

    /// Flat numbers; what is not known has none.
    pub fn metrics(&self) -> BTreeMap<String, f64> {
        let [known, unknown] = self.cases();
        let mut flat = BTreeMap::from([
            ("queue.expected.cases".to_owned(), known as f64),
            ("queue.expected.cases_not_known".to_owned(), unknown as f64),
            ("queue.expected.decided".to_owned(), self.decided() as f64),
        ]);
        if let Some(numbers) = self.confirmed() {
            for (name, n) in ["confirmed", "confirmed_low", "confirmed_high"].into_iter().zip(numbers) {
                flat.insert(format!("queue.expected.{name}"), n);
            }
        }
        for s in &self.strata {
            let mut say = |name: &str, n: f64| flat.insert(format!("queue.stratum.{}.{name}", s.name), n);
            say("cases", s.cases as f64);
            say("decided", s.decided.n as f64);
            if 0 < s.decided.n {
                say("confirmed", s.decided.confirmed as f64);
                say("share_low", s.bounds.0);
                say("share_high", s.bounds.1);
            }
        }
        flat
    }
}

/// The stratum of an account that stood in a run: who was queued by rung, who was not by the strata of the audit.
fn stratum_of(row: &AccountRow) -> String {
    match row.is_queued() {
        true if row.finding != "none" => row.finding.to_string(),
        true => row.verdict.to_string(),
        false => below(stratum(row.sub_scores())),
    }
}

fn below(stratum: usize) -> String {
    format!("below_{}", stratum.min(STRATA.len() - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::queue::QueueTerms;

    fn run() -> PublishedRun {
        let account = |name: String, verdict: &str, score: f64| AccountRow {
            name,
            verdict: verdict.into(),
            finding: "none".into(),
            unsolicited: score,
            ..AccountRow::default()
        };
        let mut all: Vec<AccountRow> = (0..4).map(|i| account(format!("h{i}"), "abuse_high", 0.8)).collect();
        all.extend((0..12).map(|i| account(format!("r{i}"), "review", 0.5)));
        all.extend((0..50).map(|i| account(format!("q{i}"), "no_finding", 0.0)));
        PublishedRun::of(all)
    }

    fn history(of: &[(&str, u64, u64)]) -> History {
        let each = of
            .iter()
            .map(|(name, n, confirmed)| ((*name).to_owned(), Decided { n: *n, confirmed: *confirmed }));
        History { strata: each.collect(), ..History::default() }
    }

    #[test]
    fn what_is_expected_is_by_stratum_and_what_nobody_decided_on_is_not_known() {
        let run = run();
        let queue = Queue::of(&run, &QueueTerms { capacity: Some(20), case_url: None, seed: 3 });
        let of = |h: &History| h.expect(&run, &queue);
        let nothing = of(&History::default());
        assert_eq!((nothing.confirmed(), nothing.cases()), (None, [0, 18]));
        assert!(
            nothing.told().contains("not known")
                && !nothing.metrics().contains_key("queue.expected.confirmed")
        );
        // 4 cases at 9 of 10, 12 at 10 of 40; 2 from below the cut, of which nobody knows.
        let some = of(&history(&[("abuse_high", 10, 9), ("review", 40, 10), ("broadcast_policy", 5, 5)]));
        let [expected, low, high] = some.confirmed().expect("known");
        assert!((expected - (4.0 * 0.9 + 12.0 * 0.25)).abs() < 1e-9, "{expected}");
        assert_eq!((some.cases(), some.decided()), ([16, 2], 50));
        // Each bound at 98.75 % one-sided, so that both strata hold together with 95 %.
        let by_hand = [(9.0, 10.0, 4.0), (10.0, 40.0, 12.0)].map(|(k, n, cases)| {
            let (low, high) = exact::bounds(k, n, 1.0 - 0.0125);
            (cases * low, cases * high)
        });
        assert!(
            (low - by_hand[0].0 - by_hand[1].0).abs() < 1e-9
                && (high - by_hand[0].1 - by_hand[1].1).abs() < 1e-9
        );
        assert!(low < expected && expected < high);
        assert!(
            some.told().contains("of 16 cases 6.6 [")
                && some.told().contains("of the other 2 it is not known")
        );
    }
}
