//! `delta.parquet`: who is new, risen, fallen, cleared, expired or gone, or stands beside another finding, and why.
//! In: an earlier run and tonight's accounts and campaigns; out: changes in a fixed order, each with its cause.
//! Tells conduct from terms by judging the earlier conduct again under tonight's terms; guesses nothing where it cannot.

use super::campaigns::NamedCampaign;
use super::delta_campaigns::{CampaignChange, campaign_changes};
use super::delta_words::{Cause, Change};
use super::earlier::{Earlier, EarlierError};
use super::feature_file::NamedRow;
use super::read_back::AccountRow;
use super::record_v1::Judged;
use crate::decision::{Finding, State, Verdict};
use crate::table_io::Table;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Where an account stands in a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    verdict: Verdict,
    finding: Finding,
    state: State,
    scores: [f64; 3],
    rank: Option<i64>,
    codes: Vec<String>,
    decided: bool,
}

impl Standing {
    fn read(row: &AccountRow) -> Self {
        let verdict = Verdict::ALL.into_iter().find(|v| row.verdict == v.word());
        Self {
            verdict: verdict.unwrap_or(Verdict::NoFinding),
            finding: Finding::of(&row.finding),
            state: State::of(&row.state),
            scores: row.sub_scores(),
            rank: Some(row.rank),
            codes: row.reason_codes.clone(),
            decided: false,
        }
    }

    fn of(j: &Judged, rank: Option<i64>) -> Self {
        Self {
            verdict: j.decision.verdict,
            finding: j.decision.finding,
            state: j.decision.state,
            scores: j.card.sub_scores().map(|s| s.get()),
            rank,
            codes: j.card.reason_codes().into_iter().map(str::to_owned).collect(),
            decided: j.decision.ruling.is_some(),
        }
    }

    /// The rung, and whether something stands beside it: what changes are measured in.
    fn level(&self) -> (Verdict, bool) {
        (self.verdict, self.finding != Finding::None)
    }

    fn is_flagged(&self) -> bool {
        self.level() != (Verdict::NoFinding, false)
    }
}

/// One account whose rung changed, or what stands beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountChange {
    /// The account.
    pub name: String,
    /// What became of it.
    pub change: Change,
    /// Why.
    pub cause: Cause,
    /// Which terms may have caused it; empty where it was conduct.
    pub terms: Vec<&'static str>,
    /// A sentence for people.
    pub why: String,
    /// Where it stood.
    pub before: Option<Standing>,
    /// Where it stands.
    pub now: Option<Standing>,
}

/// One of the two sides of a change.
type Side = fn(&AccountChange) -> &Option<Standing>;

impl AccountChange {
    /// Verdicts before and now, for people.
    pub fn rungs(&self) -> [&'static str; 2] {
        [&self.before, &self.now].map(|s| s.as_ref().map_or("", |s| s.verdict.word()))
    }
}

/// The run that was compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousRun {
    /// Its id.
    pub run_id: String,
    /// Its as_of.
    pub as_of: String,
}

impl PreviousRun {
    /// As the manifest tells it.
    pub fn as_json(&self) -> Value {
        json!({ "run_id": self.run_id, "as_of": self.as_of })
    }
}

/// What changed since an earlier run.
#[derive(Debug, Clone, PartialEq)]
pub struct Delta {
    /// The earlier run.
    pub previous: PreviousRun,
    /// Which terms differ between the two runs.
    pub terms: Vec<&'static str>,
    /// What differs in what was read.
    pub input: Vec<&'static str>,
    /// Accounts, by change, then the most urgent first.
    pub accounts: Vec<AccountChange>,
    /// Campaigns, by change, then id.
    pub campaigns: Vec<CampaignChange>,
}

/// Terms of a run, and where its manifest tells them.
const TERMS: [(&str, &str); 7] = [
    ("policy", "/policy/digest"),
    ("policy version", "/policy/version"),
    ("feature cards", "/features_fingerprint"),
    ("model", "/model"),
    ("tool", "/tool/version"),
    ("population", "/population/digest"),
    ("decisions", "/decisions/digest"),
];

/// What was read, likewise.
const INPUT: [(&str, &str); 2] = [("columns", "/offers"), ("look-back", "/window/lookback_days")];

impl Delta {
    /// Compares tonight with an earlier run; `tonight` is tonight's manifest, `judge` judges a feature row as tonight.
    pub fn of(
        earlier: &Earlier,
        judged: &[Judged],
        campaigns: &[NamedCampaign],
        tonight: &Value,
        judge: impl Fn(NamedRow) -> Judged,
    ) -> Result<Self, EarlierError> {
        let null = Value::Null;
        let differs = |at: &str| earlier.manifest.at(at) != tonight.pointer(at).unwrap_or(&null);
        let differing = |all: &[(&'static str, &str)]| -> Vec<&'static str> {
            all.iter().filter(|(_, at)| differs(at)).map(|(name, _)| *name).collect()
        };
        let mut input = differing(&INPUT);
        input.extend((window_length(earlier.manifest.value()) != window_length(tonight)).then_some("window"));
        let (terms, mut changed) = (differing(&TERMS), changes(earlier, judged));
        let wanted: BTreeSet<&str> =
            changed.iter().filter(|c| c.before.is_some()).map(|c| c.name.as_str()).collect();
        let again = earlier.judged_again(&wanted, judge)?;
        for change in &mut changed {
            let again = again.get(&change.name).map(|j| Standing::of(j, None));
            explain(change, again.as_ref(), &terms, !input.is_empty());
        }
        Ok(Self {
            previous: PreviousRun {
                run_id: earlier.manifest.run_id().to_owned(),
                as_of: earlier.manifest.as_of().map(|t| t.rfc3339()).unwrap_or_default(),
            },
            terms,
            input,
            accounts: changed,
            campaigns: campaign_changes(&earlier.campaigns, campaigns),
        })
    }

    /// Flat numbers.
    pub fn metrics(&self) -> BTreeMap<String, f64> {
        let mut flat = BTreeMap::new();
        for change in Change::ALL {
            flat.insert(format!("delta.accounts.{}", change.word()), self.with(change) as f64);
        }
        for cause in Cause::ALL {
            flat.insert(format!("delta.cause.{}", cause.word()), self.by(cause) as f64);
        }
        for (name, _) in TERMS {
            let differs = self.terms.contains(&name);
            flat.insert(format!("delta.terms.{}", name.replace(' ', "_")), f64::from(differs));
        }
        flat.insert("delta.input_differs".to_owned(), f64::from(!self.input.is_empty()));
        for word in CampaignChange::WORDS {
            flat.insert(format!("delta.campaigns.{word}"), self.campaigns_with(word) as f64);
        }
        flat
    }

    /// The table: accounts, then campaigns.
    pub fn table(&self) -> Table {
        let (accounts, campaigns) = (&self.accounts, &self.campaigns);
        let text = |a: &dyn Fn(&AccountChange) -> Option<String>,
                    c: &dyn Fn(&CampaignChange) -> Option<String>| {
            accounts.iter().map(a).chain(campaigns.iter().map(c)).collect::<Vec<Option<String>>>()
        };
        let standing = |of: Side, word: fn(&Standing) -> &'static str| {
            text(&|a| of(a).as_ref().map(|s| word(s).to_owned()), &|_| None)
        };
        let gone = campaigns.len();
        let score = |of: Side, i: usize| -> Vec<Option<f64>> {
            let scores = accounts.iter().map(|a| of(a).as_ref().map(|s| s.scores[i]));
            scores.chain(std::iter::repeat_n(None, gone)).collect()
        };
        let rank = |of: Side| -> Vec<Option<i64>> {
            let ranks = accounts.iter().map(|a| of(a).as_ref().and_then(|s| s.rank));
            ranks.chain(std::iter::repeat_n(None, gone)).collect()
        };
        let members = |of: fn(&CampaignChange) -> usize| -> Vec<Option<i64>> {
            std::iter::repeat_n(None, accounts.len())
                .chain(campaigns.iter().map(|c| Some(of(c) as i64)))
                .collect()
        };
        let (before, now): (Side, Side) = (|a| &a.before, |a| &a.now);
        let mut table = Table::new()
            .with("kind", text(&|_| Some("account".into()), &|_| Some("campaign".into())))
            .with("subject", text(&|a| Some(a.name.clone()), &|c| Some(c.id.clone())))
            .with("change", text(&|a| Some(a.change.word().into()), &|c| Some(c.change.into())))
            .with("cause", text(&|a| Some(a.cause.word().into()), &|_| None))
            .with("terms", text(&|a| Some(a.terms.join(",")), &|_| None))
            .with("why", text(&|a| Some(a.why.clone()), &|c| Some(c.why.clone())))
            .with("before_subject", text(&|_| None, &|c| c.before_id.clone()));
        for (when, of) in [("before", before), ("now", now)] {
            table.push(format!("verdict_{when}"), standing(of, |s| s.verdict.word()));
            table.push(format!("finding_{when}"), standing(of, |s| s.finding.word()));
            table.push(format!("state_{when}"), standing(of, |s| s.state.word()));
            for (i, name) in ["automation", "broadcast", "unsolicited"].into_iter().enumerate() {
                table.push(format!("{name}_{when}"), score(of, i));
            }
            table.push(format!("rank_{when}"), rank(of));
        }
        table
            .with("members_before", members(|c| c.members_before))
            .with("members_now", members(|c| c.members_now))
    }
}

/// Whether two manifests look at as long a time, window and look-back.
pub(super) fn same_span(a: &Value, b: &Value) -> bool {
    let lookback = |manifest: &Value| manifest["window"]["lookback_days"].as_f64();
    window_length(a) == window_length(b) && lookback(a) == lookback(b)
}

/// The length of a manifest's window.
fn window_length(manifest: &Value) -> Option<i64> {
    let moment = |key: &str| crate::domain::Timestamp::parse(manifest["window"][key].as_str()?).map(|t| t.0);
    Some(moment("to")? - moment("from")?)
}

/// Accounts that stand otherwise than before, by change and urgency, without causes.
fn changes(earlier: &Earlier, judged: &[Judged]) -> Vec<AccountChange> {
    let mut all = Vec::new();
    let mut push = |name: &str, before: Option<Standing>, now: Option<Standing>| {
        let Some(change) = change(before.as_ref(), now.as_ref()) else { return };
        let (name, cause) = (name.to_owned(), Cause::Unknown);
        all.push(AccountChange { name, change, cause, terms: Vec::new(), why: String::new(), before, now });
    };
    let mut tonight = BTreeSet::new();
    for (rank, j) in (1..).zip(judged) {
        tonight.insert(j.name.as_str());
        push(&j.name, earlier.accounts.get(&j.name).map(Standing::read), Some(Standing::of(j, Some(rank))));
    }
    for (name, row) in earlier.accounts.iter().filter(|(name, _)| !tonight.contains(name.as_str())) {
        push(name, Some(Standing::read(row)), None);
    }
    let rank = |c: &AccountChange| c.now.as_ref().or(c.before.as_ref()).and_then(|s| s.rank);
    all.sort_by(|a, b| (a.change, rank(a), &a.name).cmp(&(b.change, rank(b), &b.name)));
    all
}

fn change(before: Option<&Standing>, now: Option<&Standing>) -> Option<Change> {
    let flagged = |s: Option<&Standing>| s.is_some_and(Standing::is_flagged);
    match (before, now) {
        (None, now) => flagged(now).then_some(Change::New),
        (before, None) => flagged(before).then_some(Change::Disappeared),
        (Some(b), Some(n)) if b.level() == n.level() => None,
        (Some(b), Some(n)) if b.verdict < n.verdict => Some(Change::Risen),
        (Some(b), Some(n)) if b.level() < n.level() => Some(Change::NewFinding),
        (Some(b), Some(n)) if b.verdict == n.verdict && n.is_flagged() => Some(Change::FindingGone),
        (Some(_), Some(n)) if n.is_flagged() => Some(Change::Fallen),
        (Some(_), Some(n)) if n.state == State::Insufficient => Some(Change::Expired),
        (Some(_), Some(_)) => Some(Change::Cleared),
    }
}

/// Says what caused a change: conduct, terms, or both; `again` is the earlier conduct judged under tonight's terms.
fn explain(
    change: &mut AccountChange,
    again: Option<&Standing>,
    terms: &[&'static str],
    input_differs: bool,
) {
    let by_conduct = if input_differs { Cause::BehaviorOrInput } else { Cause::Behavior };
    let Some(before) = &change.before else {
        change.cause = by_conduct;
        change.why = format!("no row in the earlier run; hits {}", words(&codes(change.now.as_ref())));
        return;
    };
    let Some(again) = again else {
        change.why = "the earlier features cannot be judged again".to_owned();
        change.terms = terms.to_vec();
        return;
    };
    let by_terms = before.level() != again.level();
    let by_itself = change.now.as_ref().is_none_or(|now| now.level() != again.level());
    change.cause = match (by_terms, by_itself) {
        (true, true) => Cause::Both,
        (true, false) => Cause::Terms,
        (false, _) => by_conduct,
    };
    let conduct = || match &change.now {
        None => "no event in the window".to_owned(),
        Some(now) => difference(&again.codes, &now.codes, "the same rules hit, more or less strongly"),
    };
    let under = || {
        let told = difference(&before.codes, &again.codes, "the same rules hit as before");
        format!("the earlier conduct comes to {} under tonight's terms: {told}", again.verdict.word())
    };
    change.why = match change.cause {
        Cause::Terms => under(),
        Cause::Both => format!("{}; and since then: {}", under(), conduct()),
        _ => conduct(),
    };
    if by_terms {
        change.terms = causes_among(before, again, terms);
    }
}

/// Which of the terms that differ can have changed what the same conduct comes to.
fn causes_among(before: &Standing, again: &Standing, terms: &[&'static str]) -> Vec<&'static str> {
    let mut all: Vec<&str> = terms.iter().copied().filter(|t| *t != "decisions").collect();
    if (before.state == State::Sanctioned) != (again.state == State::Sanctioned) {
        all.push("sanction");
    }
    // A decision that spoke before and one that speaks tonight are both a person's word.
    if again.decided || terms.contains(&"decisions") {
        all.push("decision");
    }
    all
}

fn codes(standing: Option<&Standing>) -> Vec<String> {
    standing.map(|s| s.codes.clone()).unwrap_or_default()
}

fn words(codes: &[String]) -> String {
    if codes.is_empty() { "nothing".to_owned() } else { codes.join(", ") }
}

/// Which rules hit more, and which no more.
fn difference(before: &[String], now: &[String], same: &str) -> String {
    let missing = |from: &[String], other: &[String]| -> Vec<String> {
        from.iter().filter(|code| !other.contains(code)).cloned().collect()
    };
    let (more, less) = (missing(now, before), missing(before, now));
    match (more.is_empty(), less.is_empty()) {
        (true, true) => same.to_owned(),
        (false, true) => format!("now hits {}", words(&more)),
        (true, false) => format!("no longer hits {}", words(&less)),
        (false, false) => format!("now hits {}; no longer hits {}", words(&more), words(&less)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(verdict: Verdict, finding: Finding) -> Standing {
        let (scores, codes) = ([0.5; 3], Vec::new());
        Standing { verdict, finding, state: State::Scored, scores, rank: None, codes, decided: false }
    }

    #[test]
    fn a_finding_beside_the_same_verdict_is_no_rise_and_no_fall() {
        use Finding::{BroadcastPolicy, None as Nothing};
        let told = |before: (Verdict, Finding), now: (Verdict, Finding)| {
            change(Some(&standing(before.0, before.1)), Some(&standing(now.0, now.1)))
        };
        let (watch, review) = (Verdict::Watch, Verdict::Review);
        assert_eq!(told((review, Nothing), (review, BroadcastPolicy)), Some(Change::NewFinding));
        assert_eq!(told((review, BroadcastPolicy), (review, Nothing)), Some(Change::FindingGone));
        assert_eq!(told((review, BroadcastPolicy), (review, BroadcastPolicy)), None);
        // The verdict is told first, whatever stands beside it.
        assert_eq!(told((watch, BroadcastPolicy), (review, Nothing)), Some(Change::Risen));
        assert_eq!(told((review, Nothing), (watch, BroadcastPolicy)), Some(Change::Fallen));
        assert_eq!(told((watch, Nothing), (Verdict::NoFinding, Nothing)), Some(Change::Cleared));
    }
}
