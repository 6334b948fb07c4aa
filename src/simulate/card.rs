//! What a scenario expects of a detector, and the `scenario.toml` that says so.
//! In: inequalities, each with its reason; out: TOML that reads back to the same card.
//! Refuses exact scores: an expectation is a comparison a person can argue for.

use crate::domain::Timestamp;
use serde::{Deserialize, Serialize};

/// The front page of a scenario folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioCard {
    /// Name of the folder.
    pub name: String,
    /// One line for a table.
    pub title: String,
    /// Always true: nothing here happened.
    pub simulated: bool,
    /// Why the scenario exists, in sentences.
    pub why: String,
    /// Seed of all streams.
    pub seed: u64,
    /// Start of the log; sends count from `from` on.
    pub log_start: String,
    /// Start of the window.
    pub from: String,
    /// End of the window, which is "now".
    pub to: String,
    /// Folder of the earlier nights the run may compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population: Option<String>,
    /// What must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expect>,
}

impl ScenarioCard {
    /// Reads a `scenario.toml`.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Renders a `scenario.toml`.
    pub fn render(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    /// Start and end of the window, if both are valid times.
    pub fn window(&self) -> Option<(Timestamp, Timestamp)> {
        Some((Timestamp::parse(&self.from)?, Timestamp::parse(&self.to)?))
    }
}

/// What must hold of one account, of all accounts of a prefix, or of an operator.
///
/// Verdicts are ordered `no_finding < watch < review < abuse_high < abuse_certain`. An account without a row in the
/// results counts as `no_finding`, and has the state `absent`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Or every account whose name begins so; at least one must exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts_prefix: Option<String>,
    /// Or an operator of `operators` or `off_platform`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// Why this must hold.
    pub because: String,
    /// The exact verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// The verdict or a higher one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict_at_least: Option<String>,
    /// The verdict or a lower one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict_at_most: Option<String>,
    /// `broadcast_policy` or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// `insufficient`, `sanctioned`, `scored` or `absent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Lower bound of the sub-score, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automation_at_least: Option<f64>,
    /// Upper bound of the sub-score, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automation_at_most: Option<f64>,
    /// Lower bound of the sub-score, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broadcast_at_least: Option<f64>,
    /// Upper bound of the sub-score, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broadcast_at_most: Option<f64>,
    /// Lower bound of the sub-score, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsolicited_at_least: Option<f64>,
    /// Upper bound of the sub-score, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsolicited_at_most: Option<f64>,
    /// A code that must be among the reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A code that must not be among the reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_reason: Option<String>,
    /// A code that must be among the mitigations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mitigation: Option<String>,
    /// No sub-score, and not the verdict, may be below those of this account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_below: Option<String>,
    /// Whether evidence from outside the service must be attached to the decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub off_platform: Option<bool>,
    /// For an operator: how many scored accounts the decision must name; 0 is "off-platform evidence only".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator_accounts: Option<u32>,
}

/// The three sub-scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubScore {
    /// Software sends.
    Automation,
    /// One to many.
    Broadcast,
    /// Nobody asked for it.
    Unsolicited,
}

impl Expect {
    /// About one account.
    pub fn of(account: &str, because: &str) -> Self {
        Self { account: Some(account.to_owned()), because: because.to_owned(), ..Self::default() }
    }

    /// About all accounts whose names begin with `prefix`.
    pub fn of_all(prefix: &str, because: &str) -> Self {
        Self { accounts_prefix: Some(prefix.to_owned()), because: because.to_owned(), ..Self::default() }
    }

    /// About an operator, whose decision names that many scored accounts and carries the outside evidence.
    pub fn of_operator(operator: &str, accounts: u32, because: &str) -> Self {
        Self {
            operator: Some(operator.to_owned()),
            because: because.to_owned(),
            off_platform: Some(true),
            operator_accounts: Some(accounts),
            ..Self::default()
        }
    }

    /// Exactly this verdict.
    pub fn verdict(mut self, verdict: &str) -> Self {
        self.verdict = Some(verdict.to_owned());
        self
    }

    /// This verdict or a higher one.
    pub fn at_least(mut self, verdict: &str) -> Self {
        self.verdict_at_least = Some(verdict.to_owned());
        self
    }

    /// This verdict or a lower one.
    pub fn at_most(mut self, verdict: &str) -> Self {
        self.verdict_at_most = Some(verdict.to_owned());
        self
    }

    /// This finding.
    pub fn finding(mut self, finding: &str) -> Self {
        self.finding = Some(finding.to_owned());
        self
    }

    /// This state.
    pub fn state(mut self, state: &str) -> Self {
        self.state = Some(state.to_owned());
        self
    }

    /// A sub-score of at least that much.
    pub fn high(mut self, which: SubScore, bound: f64) -> Self {
        *match which {
            SubScore::Automation => &mut self.automation_at_least,
            SubScore::Broadcast => &mut self.broadcast_at_least,
            SubScore::Unsolicited => &mut self.unsolicited_at_least,
        } = Some(bound);
        self
    }

    /// A sub-score of at most that much.
    pub fn low(mut self, which: SubScore, bound: f64) -> Self {
        *match which {
            SubScore::Automation => &mut self.automation_at_most,
            SubScore::Broadcast => &mut self.broadcast_at_most,
            SubScore::Unsolicited => &mut self.unsolicited_at_most,
        } = Some(bound);
        self
    }

    /// With this reason.
    pub fn reason(mut self, code: &str) -> Self {
        self.reason = Some(code.to_owned());
        self
    }

    /// Without this reason.
    pub fn no_reason(mut self, code: &str) -> Self {
        self.no_reason = Some(code.to_owned());
        self
    }

    /// With this mitigation.
    pub fn mitigation(mut self, code: &str) -> Self {
        self.mitigation = Some(code.to_owned());
        self
    }

    /// Not below another account.
    pub fn not_below(mut self, account: &str) -> Self {
        self.not_below = Some(account.to_owned());
        self
    }

    /// With evidence from outside attached.
    pub fn with_off_platform(mut self) -> Self {
        self.off_platform = Some(true);
        self
    }

    /// About whom, for a table.
    pub fn subject(&self) -> String {
        match (&self.account, &self.accounts_prefix, &self.operator) {
            (Some(account), _, _) => account.clone(),
            (_, Some(prefix), _) => format!("{prefix}*"),
            (_, _, Some(operator)) => format!("operator {operator}"),
            _ => String::new(),
        }
    }

    /// What must hold, for a table.
    pub fn claims(&self) -> Vec<String> {
        let mut claims = Vec::new();
        let texts = [
            ("verdict =", &self.verdict),
            ("verdict >=", &self.verdict_at_least),
            ("verdict <=", &self.verdict_at_most),
            ("finding", &self.finding),
            ("state", &self.state),
            ("reason", &self.reason),
            ("no reason", &self.no_reason),
            ("mitigation", &self.mitigation),
            ("not below", &self.not_below),
        ];
        claims.extend(texts.iter().filter_map(|(label, text)| Some(format!("{label} {}", text.as_ref()?))));
        let bounds = [
            ("automation >=", self.automation_at_least),
            ("automation <=", self.automation_at_most),
            ("broadcast >=", self.broadcast_at_least),
            ("broadcast <=", self.broadcast_at_most),
            ("unsolicited >=", self.unsolicited_at_least),
            ("unsolicited <=", self.unsolicited_at_most),
        ];
        claims.extend(bounds.iter().filter_map(|(label, bound)| Some(format!("{label} {}", (*bound)?))));
        if self.off_platform == Some(true) {
            claims.push("off-platform evidence attached".to_owned());
        }
        if let Some(accounts) = self.operator_accounts {
            claims.push(format!("{accounts} scored accounts"));
        }
        claims
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_reads_back_and_refuses_unknown_keys() {
        let card = ScenarioCard {
            name: "x".into(),
            title: "t".into(),
            simulated: true,
            why: "w".into(),
            seed: 1,
            log_start: "2022-04-25".into(),
            from: "2022-05-02".into(),
            to: "2022-06-01".into(),
            population: None,
            expect: vec![Expect::of("a", "b").at_least("watch").low(SubScore::Unsolicited, 0.25)],
        };
        let text = card.render().unwrap();
        assert_eq!(ScenarioCard::parse(&text).unwrap(), card);
        assert!(ScenarioCard::parse(&text.replace("because", "becuase")).is_err());
        assert_eq!(card.expect[0].claims(), ["verdict >= watch", "unsolicited <= 0.25"]);
    }
}
