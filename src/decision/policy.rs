//! The policy as dated data: thresholds and limits once, legal basis and recommendations by version.
//! In: a TOML file and the date it is asked for; out: checked limits, thresholds, and the version in force.
//! A version cannot carry a number: scores never depend on the date.

use super::decide::Ground;
use super::phrase::Phrase;
use super::safety_stop::Quota;
use super::verdict::Band;
use crate::domain::{Share, SharedText, SharedTexts, TemplateCategory, Timestamp, Word};
use crate::rules::{BACKGROUND_MOST, LimitError, Limits};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// Why a policy file is refused.
#[derive(Debug, Error)]
pub enum PolicyError {
    /// The text is no policy.
    #[error("the policy is malformed: {0}")]
    Malformed(#[from] toml::de::Error),
    /// A limit is unknown or out of range.
    #[error("the policy's [limits] are refused: {0}")]
    Limits(#[from] LimitError),
    /// Something in it makes no sense.
    #[error("the policy is refused: {0}")]
    Refused(String),
}

/// Thresholds of one sub-score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// From here `watch`.
    pub watch: f64,
    /// From here `review`.
    pub review: f64,
    /// From here `abuse_high`.
    pub abuse_high: f64,
}

impl Thresholds {
    /// The band of a sub-score; a threshold belongs to the band above it.
    pub fn band(&self, score: Share) -> Band {
        match score.get() {
            s if self.abuse_high <= s => Band::High,
            s if self.review <= s => Band::Review,
            s if self.watch <= s => Band::Watch,
            _ => Band::Low,
        }
    }
}

/// Thresholds of the three sub-scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllThresholds {
    /// Of automation.
    pub automation: Thresholds,
    /// Of broadcast.
    pub broadcast: Thresholds,
    /// Of unsolicited.
    pub unsolicited: Thresholds,
}

/// What counts as enough evidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceMinimum {
    /// Actions, or group acts.
    pub minimum_actions: f64,
}

/// Whether a person must look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HumanReview {
    /// True unless the operator frees hard rules.
    pub required: bool,
    /// Who answers for freeing them.
    pub owner: Option<String>,
    /// Why they are freed.
    pub reason: Option<String>,
}

/// The grounds a decision may rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grounds {
    /// Automated messaging.
    pub automated: Phrase,
    /// Bulk messaging.
    pub bulk: Phrase,
    /// People contacted who neither wrote first nor asked.
    pub unsolicited: Phrase,
    /// The business platform used against its rules.
    pub on_api: Phrase,
    /// Groups created or people added in bulk.
    pub groups: Phrase,
    /// Non-personal use.
    pub non_personal_use: Phrase,
    /// Assisting others.
    pub assisting: Phrase,
}

impl Grounds {
    /// What it says of one.
    pub fn of(&self, ground: Ground) -> &Phrase {
        match ground {
            Ground::Automated => &self.automated,
            Ground::Bulk => &self.bulk,
            Ground::Unsolicited => &self.unsolicited,
            Ground::OnApi => &self.on_api,
            Ground::Groups => &self.groups,
            Ground::NonPersonalUse => &self.non_personal_use,
            Ground::Assisting => &self.assisting,
        }
    }
}

/// What is recommended, in words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "named as verdicts, findings and states")]
pub struct Recommend {
    pub no_finding: Option<Phrase>,
    pub insufficient: Option<Phrase>,
    pub sanctioned: Option<Phrase>,
    pub watch: Option<Phrase>,
    pub review: Option<Phrase>,
    pub abuse_high: Option<Phrase>,
    pub abuse_certain: Option<Phrase>,
    pub broadcast_policy: Option<Phrase>,
    pub api_permitted: Option<Phrase>,
    pub off_platform: Option<Phrase>,
}

/// The legal side of the policy from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// Its name in result files.
    pub id: String,
    /// First day it holds, `YYYY-MM-DD`; the base has none.
    pub effective_from: Option<String>,
    /// The basis in words.
    pub basis: Phrase,
    /// Where that was read.
    pub source: String,
    /// How well it is founded: V, Q, M, S.
    pub mark: String,
    /// Whether the business API may carry promotion to opted-in people.
    pub allows_api_promotional: bool,
    /// Whether evidence from outside the platform alone may lead to legal action.
    pub acts_on_off_platform_evidence: bool,
    /// Template categories then known.
    pub template_categories: Vec<String>,
    /// Grounds.
    pub grounds: Grounds,
    /// Recommendations that differ.
    #[serde(default)]
    pub recommend: Recommend,
}

/// The file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    version: String,
    #[serde(default)]
    limits: BTreeMap<String, f64>,
    evidence: EvidenceMinimum,
    thresholds: AllThresholds,
    human_review: HumanReview,
    quota: Quota,
    recommend: Recommend,
    dated: Vec<Version>,
}

/// A checked policy with the version in force on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Its name.
    pub id: String,
    /// The version of the file.
    pub file_version: String,
    /// Limits in force.
    pub limits: Limits,
    /// Enough evidence.
    pub evidence: EvidenceMinimum,
    /// Thresholds.
    pub thresholds: AllThresholds,
    /// Whether a person must look.
    pub human_review: HumanReview,
    /// Bounds of a night.
    pub quota: Quota,
    /// The legal side in force.
    pub in_force: Version,
    /// Digest of the whole file: another threshold is another policy.
    pub digest: String,
    /// The moment it was picked for: what lies at or after it does not exist.
    pub as_of: Timestamp,
    usual: Recommend,
    words: Words,
}

/// What stands in the row of every account, held once.
#[derive(Debug, Clone, PartialEq)]
struct Words {
    version: SharedText,
    basis: SharedText,
    recommended: SharedTexts,
}

impl Policy {
    /// Checks a policy and picks the version in force at `as_of`.
    pub fn parse(text: &str, as_of: Timestamp) -> Result<Self, PolicyError> {
        let file: File = toml::from_str(text)?;
        check_numbers(&file)?;
        check_review(&file.human_review)?;
        check_versions(&file)?;
        let limits = Limits::checked(&file.limits)?;
        let day = as_of.date();
        let holds = |v: &&Version| v.effective_from.as_ref().is_none_or(|from| *from <= day);
        let in_force = file.dated.iter().rfind(holds).cloned();
        let in_force = in_force.ok_or_else(|| PolicyError::Refused("it has no base version".to_owned()))?;
        let tables = [&in_force.recommend, &file.recommend];
        let mut recommended = SharedTexts::default();
        for table in tables {
            LINES
                .iter()
                .filter_map(|(_, line)| line(table).as_ref())
                .for_each(|text| drop(recommended.hold(&text.en)));
        }
        let words = Words {
            version: format!("{}@{}", file.id, in_force.id).into(),
            basis: format!("{} [{}]", in_force.basis.en, in_force.mark).into(),
            recommended,
        };
        Ok(Self {
            id: file.id,
            file_version: file.version,
            limits,
            evidence: file.evidence,
            thresholds: file.thresholds,
            human_review: file.human_review,
            quota: file.quota,
            in_force,
            digest: blake3::hash(text.as_bytes()).to_hex().to_string(),
            as_of,
            usual: file.recommend,
            words,
        })
    }

    /// The version as result files name it, `whatsapp@2019-12-07`.
    pub fn version_name(&self) -> &SharedText {
        &self.words.version
    }

    /// The legal basis with its mark.
    pub fn basis(&self) -> &SharedText {
        &self.words.basis
    }

    /// A ground in the words of the version in force.
    pub fn ground(&self, ground: Ground) -> &Phrase {
        self.in_force.grounds.of(ground)
    }

    /// What is recommended: the version's own line, else the usual one.
    pub fn recommendation(&self, line: Line) -> SharedText {
        self.words.recommended.held(self.line(line).map_or("", |said| &said.en))
    }

    fn line(&self, line: Line) -> Option<&Phrase> {
        line(&self.in_force.recommend).as_ref().or(line(&self.usual).as_ref())
    }

    /// What the version in force says to people, by its place in the file: basis, grounds, recommendations.
    pub fn phrases(&self) -> BTreeMap<String, &Phrase> {
        let mut all = BTreeMap::from([("basis".to_owned(), &self.in_force.basis)]);
        all.extend(Ground::ALL.map(|ground| (format!("grounds.{}", ground.word()), self.ground(ground))));
        let lines = LINES.into_iter().filter_map(|(name, line)| Some((name, self.line(line)?)));
        all.extend(lines.map(|(name, said)| (format!("recommend.{name}"), said)));
        all
    }
}

/// Picks one line of a recommendation table.
type Line = fn(&Recommend) -> &Option<Phrase>;

/// The lines of a recommendation table.
const LINES: [(&str, Line); 10] = [
    ("no_finding", |r| &r.no_finding),
    ("insufficient", |r| &r.insufficient),
    ("sanctioned", |r| &r.sanctioned),
    ("watch", |r| &r.watch),
    ("review", |r| &r.review),
    ("abuse_high", |r| &r.abuse_high),
    ("abuse_certain", |r| &r.abuse_certain),
    ("broadcast_policy", |r| &r.broadcast_policy),
    ("api_permitted", |r| &r.api_permitted),
    ("off_platform", |r| &r.off_platform),
];

fn check_numbers(file: &File) -> Result<(), PolicyError> {
    let refuse = |why: String| Err(PolicyError::Refused(why));
    let t = &file.thresholds;
    // Graded background alone must never reach watch.
    let least = Share::of_points(BACKGROUND_MOST).get();
    for (name, t) in
        [("automation", t.automation), ("broadcast", t.broadcast), ("unsolicited", t.unsolicited)]
    {
        if !(least < t.watch && t.watch < t.review && t.review < t.abuse_high && t.abuse_high < 1.0) {
            return refuse(format!(
                "thresholds.{name} must rise from above {least:.3} (watch) over review to abuse_high below 1"
            ));
        }
    }
    if !(1.0..=1_000.0).contains(&file.evidence.minimum_actions) {
        return refuse("evidence.minimum_actions must lie between 1 and 1000".to_owned());
    }
    if !file.quota.is_valid() {
        return refuse(
            "quota: max_abuse_share and max_drift lie in 0 to 1, max_jump is at least 1".to_owned(),
        );
    }
    Ok(())
}

fn check_review(review: &HumanReview) -> Result<(), PolicyError> {
    let said = |text: &Option<String>| text.as_ref().is_some_and(|t| !t.trim().is_empty());
    if review.required || (said(&review.owner) && said(&review.reason)) {
        return Ok(());
    }
    Err(PolicyError::Refused("human_review.required = false needs an owner and a reason".to_owned()))
}

fn check_versions(file: &File) -> Result<(), PolicyError> {
    let refuse = |why: String| Err(PolicyError::Refused(why));
    for (name, line) in LINES {
        if line(&file.recommend).as_ref().is_none_or(Phrase::is_empty) {
            return refuse(format!("recommend.{name} is missing, or says nothing in one of its languages"));
        }
    }
    if file.dated.first().is_none_or(|v| v.effective_from.is_some()) {
        return refuse("the first [[dated]] version is the base and has no effective_from".to_owned());
    }
    let mut last = String::new();
    for version in file.dated.iter().skip(1) {
        let Some(from) = &version.effective_from else {
            return refuse(format!("version {} needs effective_from", version.id));
        };
        let day = Timestamp::parse(from).map(Timestamp::date);
        if day.as_ref() != Some(from) || *from <= last {
            return refuse(format!(
                "version {}: effective_from {from:?} must be a date after the one before",
                version.id
            ));
        }
        last.clone_from(from);
    }
    for version in &file.dated {
        let said = |phrase: &Phrase| !phrase.is_empty();
        let own = LINES.iter().filter_map(|(name, line)| Some((*name, line(&version.recommend).as_ref()?)));
        let texts = own.map(|(name, text)| ("recommend", name, text));
        let grounds = Ground::ALL.map(|ground| ("grounds", ground.word(), version.grounds.of(ground)));
        let basis = [("basis", "", &version.basis)];
        let empty = basis.into_iter().chain(grounds).chain(texts).find(|(_, _, text)| !said(text));
        if let Some((table, name, _)) = empty {
            return refuse(format!(
                "version {}: {table} {name} says nothing in one of its languages",
                version.id
            ));
        }
        if let Some((_, name, _)) = grounds.iter().find(|(_, _, ground)| ground.has(';')) {
            return refuse(format!(
                "version {}: grounds {name} holds a ;, which stands between grounds",
                version.id
            ));
        }
        // Statements find the German text by the English one, which result files hold.
        let mut german: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        let usual = LINES.iter().filter_map(|(name, line)| {
            Some(("recommend", *name, line(&version.recommend).as_ref().or(line(&file.recommend).as_ref())?))
        });
        for (table, name, text) in basis.into_iter().chain(grounds).chain(usual) {
            let de = text.de.as_deref();
            if *german.entry(text.en.as_str()).or_insert(de) != de {
                return refuse(format!(
                    "version {}: {table} {name} says in English what another text says, and not in German",
                    version.id
                ));
            }
        }
        if !["V", "Q", "M", "S"].contains(&version.mark.as_str()) {
            return refuse(format!("version {}: mark {:?} is none of V, Q, M, S", version.id, version.mark));
        }
        if let Some(odd) = version.template_categories.iter().find(|c| TemplateCategory::parse(c).is_none()) {
            return refuse(format!("version {}: unknown template category {odd:?}", version.id));
        }
    }
    Ok(())
}
