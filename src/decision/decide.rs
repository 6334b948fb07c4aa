//! A score card under a dated policy becomes a decision: verdict, basis, recommendation, attached evidence.
//! In: the card, what is known of the account outside the log, the policy in force; out: a recommendation, never an action.
//! Adds nothing to a score: off-platform evidence and sanctions stand beside it.

use super::innocent::{Innocent, Ruled};
use super::own_words::{LIFTED, UNSEEN};
use super::policy::{Policy, Thresholds};
use super::sanctioned::{SanctionState, Sanctioned};
use super::verdict::{self, Band, Finding, Findings, Permission, State, Verdict};
use crate::domain::{Share, SharedText};
use crate::model::Lift;
use crate::rules::{AgreementFamily, RuleHit};
use crate::scoring::ScoreCard;
use serde::{Deserialize, Serialize};

/// Evidence from outside the platform: public claims, offers of service, court findings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OffPlatform {
    /// When it was seen, microseconds UTC.
    pub ts: i64,
    /// What it is.
    pub kind: String,
    /// Where it can be found.
    pub reference: String,
}

/// Evidence that concerns an account, itself or through whoever runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    /// The evidence.
    pub evidence: OffPlatform,
    /// From when it concerns the account, microseconds UTC: not before its operator is known to run it.
    pub since: i64,
}

/// What is known of an account beside the log.
#[derive(Debug, Clone, Copy, Default)]
pub struct Circumstances<'a> {
    /// The run's "now", microseconds UTC.
    pub as_of_us: i64,
    /// A sanction, if the account has one.
    pub sanction: Option<&'a Sanctioned>,
    /// Off-platform evidence about it; what begins at or after as_of does not exist.
    pub off_platform: &'a [Concern],
    /// A person's decision that it is innocent.
    pub innocent: Option<&'a Innocent>,
    /// What else people decided on it, as notes.
    pub remembered: &'a [String],
}

/// The ground a decision rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// Automated messaging.
    Automated,
    /// Bulk messaging.
    Bulk,
    /// People contacted who neither wrote first nor asked.
    Unsolicited,
    /// The business platform used against its rules.
    OnApi,
    /// Groups created or people added in bulk.
    Groups,
    /// Non-personal use.
    NonPersonalUse,
    /// Assisting others.
    Assisting,
}

impl Ground {
    /// All grounds.
    pub const ALL: [Ground; 7] = [
        Self::Automated,
        Self::Bulk,
        Self::Unsolicited,
        Self::OnApi,
        Self::Groups,
        Self::NonPersonalUse,
        Self::Assisting,
    ];

    /// The word in policies and result files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Automated => "automated",
            Self::Bulk => "bulk",
            Self::Unsolicited => "unsolicited",
            Self::OnApi => "on_api",
            Self::Groups => "groups",
            Self::NonPersonalUse => "non_personal_use",
            Self::Assisting => "assisting",
        }
    }
}

/// What is recommended for one account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decision {
    /// The rung.
    pub verdict: Verdict,
    /// What stands beside it.
    pub finding: Finding,
    /// Whether it rests on a full look.
    pub state: State,
    /// Whether a person must look before anything is done.
    pub requires_human_review: bool,
    /// The policy version in force.
    pub policy_version: SharedText,
    /// The legal basis with its mark.
    pub policy_basis: SharedText,
    /// Grounds it rests on; empty below `review`.
    pub grounds: Vec<Ground>,
    /// The same in the words of the policy in force.
    pub grounds_in_words: Vec<String>,
    /// What is recommended.
    pub recommendation: SharedText,
    /// What became of a sanction, what people decided before, what a model or an unseen audience changed; some are alerts.
    pub notes: Vec<String>,
    /// Off-platform evidence, in order of time.
    pub off_platform: Vec<OffPlatform>,
    /// What became of its sanction, if it has one.
    pub sanction: Option<SanctionState>,
    /// What became of a decision that it is innocent, if there is one.
    pub ruling: Option<Ruled>,
}

/// Decides on one scored account.
pub fn decide(card: &ScoreCard, known: &Circumstances, policy: &Policy) -> Decision {
    let sanction = known.sanction.map(|s| (s, s.state(known.as_of_us, card.peak_24h)));
    let findings = findings(card, sanction.is_some_and(|(_, s)| s.holds()), policy);
    let found = verdict::decide(&findings);
    let ruling = ruling(card, known, &found);
    let silent = ruling.is_some_and(|(_, ruled)| ruled.is_silent());
    let nothing =
        verdict::Outcome { verdict: Verdict::NoFinding, finding: Finding::None, state: State::Scored };
    let outcome = if silent { nothing } else { found };
    let before = |concern: &&Concern| concern.since < known.as_of_us;
    let mut off_platform: Vec<OffPlatform> =
        known.off_platform.iter().filter(before).map(|concern| concern.evidence.clone()).collect();
    off_platform.sort();
    let grounds = grounds(&findings, &outcome, card);
    let freed = outcome.verdict == Verdict::AbuseCertain && !policy.human_review.required;
    let notes = sanction.map(|(s, state)| s.note(state)).into_iter();
    Decision {
        verdict: outcome.verdict,
        finding: outcome.finding,
        state: outcome.state,
        requires_human_review: !freed,
        policy_version: policy.version_name().clone(),
        policy_basis: policy.basis().clone(),
        grounds_in_words: in_words(&grounds, card, policy),
        grounds,
        recommendation: recommendation(&findings, &outcome, policy),
        notes: notes
            .chain(ruling.map(|(i, ruled)| i.note(ruled, card.agreeing_families())))
            .chain(known.remembered.iter().cloned())
            .chain(lifted(&findings, &outcome))
            .chain(held_back(&findings, &outcome))
            .collect(),
        off_platform,
        sanction: sanction.map(|(_, state)| state),
        ruling: ruling.map(|(_, ruled)| ruled),
    }
}

/// What an earlier decision means; none where there is none, or nothing was found that it could keep silent.
fn ruling<'a>(
    card: &ScoreCard,
    known: &Circumstances<'a>,
    found: &verdict::Outcome,
) -> Option<(&'a Innocent, Ruled)> {
    let flagged = found.verdict != Verdict::NoFinding || found.finding != Finding::None;
    let innocent = known.innocent.filter(|_| flagged)?;
    Some((innocent, innocent.ruled(card.agreeing_families(), known.as_of_us)))
}

fn findings(card: &ScoreCard, sanctioned: bool, policy: &Policy) -> Findings {
    let t = &policy.thresholds;
    let scores = card.sub_scores();
    // Points that compare with nothing, or do not last, reach watch; above it only what carries counts. That the same
    // people are served again and again is a practice, and no sign of abuse: what is bought is used once.
    let band = |thresholds: &Thresholds, i: usize| {
        let of = |points: [f64; 3]| thresholds.band(Share::of_points(points[i]));
        let (carrying, beside) = (of(card.outcome.carrying), of(card.outcome.beside_practice));
        thresholds.band(scores[i]).min(carrying.max(Band::Watch)).min(beside.max(Band::Review))
    };
    let permission = if card.business_api == Some(true) && policy.in_force.allows_api_promotional {
        Permission::ApiPermitted
    } else if card.outcome.opted_in {
        Permission::OptedIn
    } else if card.outcome.standing {
        Permission::Unseen
    } else {
        Permission::None
    };
    Findings {
        hard: card.outcome.hard,
        sanctioned,
        evidence: card.evidence,
        automation: band(&t.automation, 0),
        broadcast: band(&t.broadcast, 1),
        unsolicited: band(&t.unsolicited, 2),
        families: card.outcome.agreeing,
        lifts: card.outcome.lifts,
        permission,
        model: match card.model.as_ref().map_or(Lift::None, |says| says.lift) {
            Lift::None => Band::Low,
            Lift::Watch => Band::Watch,
            Lift::Review => Band::Review,
        },
    }
}

/// Says so where the verdict is higher than what the rules alone would say.
fn lifted(findings: &Findings, outcome: &verdict::Outcome) -> Option<String> {
    let ruled = verdict::decide(&Findings { model: Band::Low, ..*findings }).verdict;
    let said = || format!("{LIFTED}{} to {}", ruled.word(), outcome.verdict.word());
    (ruled < outcome.verdict).then(said)
}

/// Says so where an audience older than the log kept the verdict down.
fn held_back(findings: &Findings, outcome: &verdict::Outcome) -> Option<String> {
    let otherwise = verdict::decide(&Findings { permission: Permission::None, ..*findings }).verdict;
    (findings.permission == Permission::Unseen && outcome.verdict < otherwise).then(|| UNSEEN.to_owned())
}

/// Grounds follow from what carried the sub-scores that reached `review`: whoever only created groups or added people has
/// sent no message that a ground could speak of.
fn grounds(f: &Findings, outcome: &verdict::Outcome, card: &ScoreCard) -> Vec<Ground> {
    let mut out = Vec::new();
    if outcome.verdict < Verdict::Review && outcome.finding == Finding::None {
        return out;
    }
    let carried = |i: usize, groups: bool| {
        let of_kind = |hit: &&RuleHit| {
            let conduct = hit.carries() && hit.rule.family != AgreementFamily::Registration;
            conduct && hit.rule.is_of_making_groups() == groups
        };
        card.outcome.hits.iter().filter(of_kind).any(|hit| 0.0 < hit.points[i])
    };
    let bands = [f.automation, f.broadcast, f.unsolicited];
    let reached = |i: usize| Band::Review <= bands[i];
    // What no single rule carries is messaging, as before: a ground is never lost.
    let messages = |i: usize| reached(i) && (carried(i, false) || !carried(i, true));
    // The grounds of messaging say that it happened outside the product that is made for it.
    let on_api = card.business_api == Some(true);
    let sent = [
        (messages(0) && !on_api, Ground::Automated),
        (messages(1) && !on_api, Ground::Bulk),
        (messages(2), Ground::Unsolicited),
        ((messages(0) || messages(1)) && on_api, Ground::OnApi),
    ];
    out.extend(sent.into_iter().filter_map(|(holds, ground)| holds.then_some(ground)));
    if (0..bands.len()).any(|i| reached(i) && carried(i, true)) {
        out.push(Ground::Groups);
    }
    if outcome.finding == Finding::BroadcastPolicy {
        out.push(Ground::NonPersonalUse);
    }
    out
}

/// Stands behind the first ground that depends on the product, in English and German, where it is unknown whether the
/// account is on the one that automation is for.
pub const API_UNKNOWN: [&str; 2] = [
    " (whether it is on the business API is unknown)",
    " (ob das Konto die Business-API nutzt, ist nicht bekannt)",
];

/// The grounds as the policy words them.
fn in_words(grounds: &[Ground], card: &ScoreCard, policy: &Policy) -> Vec<String> {
    let of_product = |g: &Ground| matches!(g, Ground::Automated | Ground::Bulk | Ground::NonPersonalUse);
    let first = grounds.iter().position(of_product).filter(|_| card.business_api.is_none());
    let behind = |i: usize| if first == Some(i) { API_UNKNOWN[0] } else { "" };
    let words = grounds.iter().enumerate();
    words.map(|(i, g)| format!("{}{}", policy.ground(*g).en, behind(i))).collect()
}

fn recommendation(f: &Findings, outcome: &verdict::Outcome, policy: &Policy) -> SharedText {
    let permitted = f.permission == Permission::ApiPermitted && Band::Review <= f.broadcast;
    policy.recommendation(match (outcome.state, outcome.finding, outcome.verdict) {
        (State::Sanctioned, _, Verdict::NoFinding) => |r| &r.sanctioned,
        (State::Insufficient, _, _) => |r| &r.insufficient,
        (_, Finding::BroadcastPolicy, _) => |r| &r.broadcast_policy,
        (_, _, Verdict::NoFinding) if permitted => |r| &r.api_permitted,
        (_, _, Verdict::NoFinding) => |r| &r.no_finding,
        (_, _, Verdict::Watch) => |r| &r.watch,
        (_, _, Verdict::Review) => |r| &r.review,
        (_, _, Verdict::AbuseHigh) => |r| &r.abuse_high,
        (_, _, Verdict::AbuseCertain) => |r| &r.abuse_certain,
    })
}

/// An operator or business about whom there is evidence from outside the platform, and no scored account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OffPlatformDecision {
    /// The operator's or business's token.
    pub subject: String,
    /// The numbers it is said to run, as the log names them.
    pub accounts: Vec<String>,
    /// The evidence, in order of time.
    pub evidence: Vec<OffPlatform>,
    /// Ground: assisting, or nothing stated.
    pub ground: Ground,
    /// What this run says of those numbers by their own conduct; numbers without a row are left out.
    pub scored: Vec<ScoredNumber>,
    /// Whether the policy in force acts on such evidence at all; who decides is no matter of this program.
    pub policy_acts: bool,
    /// Always true: a named person decides.
    pub requires_human_review: bool,
    /// The policy version in force.
    pub policy_version: String,
    /// The legal basis with its mark.
    pub policy_basis: String,
    /// What is recommended.
    pub recommendation: String,
}

/// One number of an operator and what its own conduct came to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ScoredNumber {
    /// The number, as the log names it.
    pub account: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// What stands beside it.
    pub finding: Finding,
}

/// A decision that rests on off-platform evidence only; none without evidence before the policy's as_of.
///
/// `scored` are the accounts among the numbers that this run has judged by themselves.
pub fn off_platform_only(
    subject: &str,
    accounts: &[String],
    evidence: &[OffPlatform],
    scored: Vec<ScoredNumber>,
    policy: &Policy,
) -> Option<OffPlatformDecision> {
    let mut evidence: Vec<OffPlatform> = evidence.iter().filter(|e| e.ts < policy.as_of.0).cloned().collect();
    if evidence.is_empty() {
        return None;
    }
    let (mut accounts, mut scored) = (accounts.to_vec(), scored);
    evidence.sort();
    accounts.sort();
    accounts.dedup();
    scored.sort();
    scored.dedup();
    let said = policy.recommendation(|r| &r.off_platform);
    Some(OffPlatformDecision {
        subject: subject.to_owned(),
        accounts,
        evidence,
        ground: Ground::Assisting,
        recommendation: format!("{said}{}", by_themselves(&scored)),
        scored,
        policy_acts: policy.in_force.acts_on_off_platform_evidence,
        requires_human_review: true,
        policy_version: policy.version_name().to_string(),
        policy_basis: policy.basis().to_string(),
    })
}

/// How many of the numbers are at which verdict by themselves, mildest first.
fn by_themselves(scored: &[ScoredNumber]) -> String {
    let at = |v: Verdict| scored.iter().filter(|s| s.verdict == v).count();
    let some = Verdict::ALL.into_iter().map(|v| (at(v), v)).filter(|(n, _)| 0 < *n);
    let parts: Vec<String> = some.map(|(n, v)| format!("{n} at {}", v.word())).collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("; its numbers that this run scores by their own conduct: {}", parts.join(", "))
}
