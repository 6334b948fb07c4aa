//! The words of a delta: what became of an account and why, and all of it in a few lines for the terminal.
//! In: the changes of a night; out: words, counts by word, a text.
//! Compares nothing: what changed is found elsewhere.

use super::delta::{Delta, PreviousRun};
use super::delta_campaigns::CampaignChange;
use crate::domain::counted;
use std::collections::BTreeSet;

/// What became of an account since the earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Flagged tonight, and without a row in the earlier run.
    New,
    /// On a higher rung than before.
    Risen,
    /// On the same rung, and something stands beside it that did not.
    NewFinding,
    /// On a lower rung, and still flagged.
    Fallen,
    /// On the same rung, and what stood beside it is gone.
    FindingGone,
    /// Flagged before, judged tonight, and nothing found.
    Cleared,
    /// Flagged before; what is left in the window is too little to judge.
    Expired,
    /// Flagged before, and without a row tonight.
    Disappeared,
}

impl Change {
    /// All changes, in the order in which they are told.
    pub const ALL: [Change; 8] = [
        Self::New,
        Self::Risen,
        Self::NewFinding,
        Self::Fallen,
        Self::FindingGone,
        Self::Cleared,
        Self::Expired,
        Self::Disappeared,
    ];

    /// The word in result files.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Risen => "risen",
            Self::NewFinding => "new_finding",
            Self::Fallen => "fallen",
            Self::FindingGone => "finding_gone",
            Self::Cleared => "cleared",
            Self::Expired => "expired",
            Self::Disappeared => "disappeared",
        }
    }
}

/// Why an account's standing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// What the account did; the earlier conduct comes to the same tonight.
    Behavior,
    /// The same, but the log offers other columns or the window is another, so that it may be these.
    BehaviorOrInput,
    /// Policy, model, tool, population, sanction or a person's decision; the conduct comes to the same.
    Terms,
    /// Either alone would have changed it.
    Both,
    /// The earlier features were made by other cards: the earlier conduct cannot be judged again.
    Unknown,
}

impl Cause {
    /// All causes.
    pub const ALL: [Cause; 5] =
        [Self::Behavior, Self::BehaviorOrInput, Self::Terms, Self::Both, Self::Unknown];

    /// The word in result files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Behavior => "behavior",
            Self::BehaviorOrInput => "behavior_or_input",
            Self::Terms => "terms",
            Self::Both => "both",
            Self::Unknown => "unknown",
        }
    }
}

impl Delta {
    /// Accounts with a change.
    pub fn with(&self, change: Change) -> usize {
        self.accounts.iter().filter(|c| c.change == change).count()
    }

    /// Accounts whose change has a cause.
    pub fn by(&self, cause: Cause) -> usize {
        self.accounts.iter().filter(|c| c.cause == cause).count()
    }

    /// Campaigns with a change, by its word.
    pub fn campaigns_with(&self, word: &str) -> usize {
        self.campaigns.iter().filter(|c| c.change == word).count()
    }

    /// Lines for people: what changed, how much of it the terms did, and where each change stands with its cause.
    pub fn told(&self) -> String {
        let PreviousRun { run_id, as_of } = &self.previous;
        let accounts = listed(Change::ALL.map(|c| (self.with(c), c.word())));
        let campaigns = listed(CampaignChange::WORDS.map(|word| (self.campaigns_with(word), word)));
        let mut text = format!("changes since {as_of} (run {run_id}): {accounts}\n");
        text.push_str(&format!(" campaigns: {campaigns}\n"));
        if !self.accounts.is_empty() {
            text.push_str(&format!(" cause: {}\n", self.causes()));
        }
        if !self.input.is_empty() {
            let input = self.input.join(", ");
            text.push_str(&format!(" what was read differs ({input}): a change may come from that\n"));
        }
        text + " each change with its cause: report.html, Changes, and delta.parquet"
    }

    /// How many changes are the terms' doing; what is left is conduct.
    fn causes(&self) -> String {
        let terms = |cause: Cause| {
            let with = self.accounts.iter().filter(|c| c.cause == cause);
            let terms: BTreeSet<&str> = with.flat_map(|c| c.terms.iter().copied()).collect();
            terms.into_iter().collect::<Vec<_>>().join(", ")
        };
        let conduct = self.by(Cause::Behavior) + self.by(Cause::BehaviorOrInput);
        let parts = [
            (conduct, "by what they or those around them did".to_owned()),
            (self.by(Cause::Terms), format!("by changed terms alone ({})", terms(Cause::Terms))),
            (self.by(Cause::Both), format!("by both ({})", terms(Cause::Both))),
            (self.by(Cause::Unknown), "not known, as the earlier features cannot be judged again".to_owned()),
        ];
        let some = parts.into_iter().filter(|(n, _)| 0 < *n);
        let told: Vec<String> =
            some.map(|(n, what)| format!("{} {what}", counted(n as u64, "account"))).collect();
        told.join(", ")
    }
}

/// Counts with their words, those that are none left out.
fn listed<const N: usize>(counts: [(usize, &str); N]) -> String {
    let some = counts.into_iter().filter(|(n, _)| 0 < *n);
    let told: Vec<String> = some.map(|(n, word)| format!("{n} {}", word.replace('_', " "))).collect();
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::delta::AccountChange;

    #[test]
    fn all_that_changed_is_told_in_a_few_lines_with_what_the_terms_did() {
        let account = |change, cause, terms: &[&'static str]| AccountChange {
            name: "a".to_owned(),
            change,
            cause,
            terms: terms.to_vec(),
            why: String::new(),
            before: None,
            now: None,
        };
        let mut delta = Delta {
            previous: PreviousRun { run_id: "r".to_owned(), as_of: "2022-05-31T00:00:00Z".to_owned() },
            terms: vec!["policy", "tool"],
            input: Vec::new(),
            accounts: Vec::new(),
            campaigns: Vec::new(),
        };
        assert_eq!(
            delta.told(),
            "changes since 2022-05-31T00:00:00Z (run r): none\n campaigns: none\n each change with its cause: \
             report.html, Changes, and delta.parquet"
        );
        delta.accounts = vec![
            account(Change::New, Cause::BehaviorOrInput, &[]),
            account(Change::New, Cause::Behavior, &[]),
            account(Change::Risen, Cause::Terms, &["policy"]),
            account(Change::Disappeared, Cause::Both, &["sanction"]),
            account(Change::Expired, Cause::Unknown, &["policy"]),
        ];
        delta.input = vec!["window"];
        let told = delta.told();
        assert!(told.contains("(run r): 2 new, 1 risen, 1 expired, 1 disappeared\n"), "{told}");
        let cause = "2 accounts by what they or those around them did, 1 account by changed terms alone (policy), 1 account by both \
                     (sanction)";
        let known = told.contains(cause);
        assert!(known && told.contains("1 account not known"), "{told}");
        assert!(told.contains("what was read differs (window)"), "{told}");
    }
}
