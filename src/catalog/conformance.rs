//! What the white paper says, as far as it could be read, and what stands for it here: the page CONFORMANCE.md.
//! In: the table of statements, each naming cards by Rust path and scenarios by name; out: text.
//! Claims nothing of the paper beyond what was seen, and says with a mark how well that was seen.

use super::statements::STATEMENTS;
use crate::features::{Feature, Mark};
use crate::rules::{Role, Rule, cards};
use std::fmt::Write;

/// What became of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Computed, and used by a rule or a decision.
    Implemented,
    /// Something weaker or nearby stands for it, because a log shows less than the platform sees.
    Proxy,
    /// No log of metadata says it.
    NotObservable,
    /// It could be done, and is not.
    NotBuilt,
    /// A figure about the platform: nothing to compute on an account.
    Figure,
}

impl Status {
    const ALL: [Status; 5] =
        [Status::Implemented, Status::Proxy, Status::NotObservable, Status::NotBuilt, Status::Figure];

    /// The word on the page.
    pub fn word(self) -> &'static str {
        match self {
            Status::Implemented => "implemented",
            Status::Proxy => "proxy",
            Status::NotObservable => "not observable in metadata",
            Status::NotBuilt => "not built",
            Status::Figure => "figure",
        }
    }
}

/// What a simulated scenario expects, by the rule it is about, if it is about one.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// Folder below `data/scenarios`.
    pub scenario: &'static str,
    /// A rule that some expectation of the scenario names.
    pub rule: Option<&'static Rule>,
}

/// A statement of the paper or its press briefing, and what stands for it here.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    /// The part of the paper.
    pub part: &'static str,
    /// What it says, in our words.
    pub says: &'static str,
    /// How well that was seen.
    pub mark: Mark,
    /// Where it was seen.
    pub seen_in: &'static str,
    /// What became of it.
    pub status: Status,
    /// How, or why not.
    pub how: &'static str,
    /// Features that measure it.
    pub features: &'static [&'static Feature],
    /// Rules that use it.
    pub rules: &'static [&'static Rule],
    /// Simulated scenarios that test it.
    pub shown: &'static [Shown],
    /// Other tests, by the name of their function.
    pub tests: &'static [&'static str],
}

/// All statements, in the order of the page.
pub fn statements() -> &'static [Statement] {
    STATEMENTS
}

fn scenario(shown: &Shown) -> String {
    let rule = shown.rule.map(|rule| format!(" ({})", rule.code)).unwrap_or_default();
    format!("`{}`{rule}", shown.scenario)
}

fn lines(s: &Statement) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("seen", format!("[{}] {}", s.mark.letter(), s.seen_in)),
        ("status", s.status.word().to_owned()),
        (if s.status == Status::Figure { "used for" } else { "here" }, s.how.to_owned()),
        ("features", s.features.iter().map(|f| f.name).collect::<Vec<_>>().join(", ")),
        ("rules", s.rules.iter().map(|r| format!("{} {}", r.code, r.name)).collect::<Vec<_>>().join(", ")),
        ("simulated scenarios", s.shown.iter().map(scenario).collect::<Vec<_>>().join(", ")),
        ("tests", s.tests.iter().map(|t| format!("`{t}`")).collect::<Vec<_>>().join(", ")),
    ];
    lines.retain(|(_, says)| !says.is_empty());
    lines
}

/// Rules that no statement of the paper stands behind.
fn ours() -> impl Iterator<Item = &'static Rule> {
    let named = |rule: &Rule| STATEMENTS.iter().any(|s| s.rules.iter().any(|r| r.code == rule.code));
    cards().into_iter().filter(move |rule| !named(rule))
}

/// CONFORMANCE.md
pub fn page() -> String {
    let mut text = String::from(
        "# Conformance\n\nPrinted from `src/catalog/statements.rs`; a test fails on any difference.\n\n\
         What the white paper \"Stopping Abuse: How WhatsApp Fights Bulk Messaging and Automated Behavior\" (6 February 2019) \
         says, and what stands for it here. Its title page, contents and summary were read in copies; the body, pages 5 to \
         11, only through press and through quotations in public documents. Hence a mark for each statement: V means that \
         the statement was read in the source named beside it, Q that it was seen second-hand only. Statements are in our \
         words. Nothing is attributed to the paper that is not on this page.\n\n\
         Status: *implemented* is computed and used by a rule or a decision; *proxy* means that something weaker stands for \
         it, because a log shows less than the platform sees; *not observable in metadata* and *not built* say so; a \
         *figure* describes the platform and no account. The scenarios are simulated; a rule in brackets is one that the \
         scenario expects to fire, or not to.\n\n",
    );
    for status in Status::ALL {
        let n = STATEMENTS.iter().filter(|s| s.status == status).count();
        let _ = writeln!(text, "- {}: {n} of {}", status.word(), STATEMENTS.len());
    }
    let mut part = "";
    for statement in STATEMENTS {
        if statement.part != part {
            part = statement.part;
            let _ = writeln!(text, "\n## {part}");
        }
        let _ = writeln!(text, "\n### {}\n", statement.says);
        for (what, says) in lines(statement) {
            let _ = writeln!(text, "- {what}: {says}");
        }
    }
    text.push_str(&beyond());
    text
}

fn beyond() -> String {
    let mut text = String::from(
        "\n## Not in the paper\n\n\
         As far as it could be read, the paper has no detector on the graph of contacts or on the similarity of contents, no \
         rule on the rate of replies, no weight and no threshold but those above, and no false-positive rate, precision or \
         recall; its \"network\" is always a computer network. The rules below rest on other sources, or on nobody's \
         word but ours:\n\n",
    );
    for rule in ours().filter(|rule| rule.role != Role::Benign) {
        let _ =
            writeln!(text, "- {} {}: [{}] {}", rule.code, rule.name, rule.source.0.letter(), rule.source.1);
    }
    text.push_str("\nSo do these, which are shown in an account's favor and count nothing:\n\n");
    for rule in ours().filter(|rule| rule.role == Role::Benign) {
        let _ =
            writeln!(text, "- {} {}: [{}] {}", rule.code, rule.name, rule.source.0.letter(), rule.source.1);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_whole_and_their_status_has_a_ground() {
        for s in STATEMENTS {
            assert!(!s.part.is_empty() && !s.seen_in.is_empty() && !s.how.is_empty(), "{}", s.says);
            assert!(matches!(s.mark, Mark::Published | Mark::Quoted), "{}: not the paper's word", s.says);
            let built = matches!(s.status, Status::Implemented | Status::Proxy);
            let shown = !s.shown.is_empty() || !s.tests.is_empty();
            assert!(s.status != Status::Implemented || shown, "{}: nothing shows it", s.says);
            assert!(s.rules.is_empty() || (built && shown), "{}: rules without a test", s.says);
            for shown in s.shown.iter().filter_map(|shown| shown.rule) {
                assert!(s.rules.contains(&shown), "{}: {shown:?} is not among its rules", s.says);
            }
        }
    }

    /// A rule says that the paper stands behind it exactly if the table does.
    #[test]
    fn rules_that_cite_the_paper_are_in_the_table() {
        for rule in ours() {
            let cites = rule.source.1.contains("white paper") || rule.source.1.contains("briefing");
            assert!(!cites, "{} cites the paper, and no statement names it: {}", rule.code, rule.source.1);
        }
    }
}
